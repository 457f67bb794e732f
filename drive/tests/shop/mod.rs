//! A small server of the provider's API: PaymentIntents by card, manual capture, refunds, challenges, keys. What it gets
//! wrong is a switch.

pub(crate) mod form;
mod http;
pub(crate) mod message;
mod money;
mod shown;
mod till;

use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use till::Till;

/// The faults and variants of the small server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    CaptureAfterCancel,
    OverRefund,
    OverCapture,
    RefundForgetsRefunds,
    RefundOfHold,
    KeysAreIgnored,
    SecondConfirmPasses,
    AmountsTurnText,
    NegativeCapturable,
    ServerErrors,
    DropsConnection,
    RacingCaptures,
    RacingRefunds,
    NoReceived,
    /// Of two captures at the same moment, one is not answered.
    RacingDrops,
    /// Of two refunds at the same moment, one is never answered.
    RacingHangs,
    /// A look at what was canceled breaks off.
    LosesLooks,
    /// No refunds at all.
    HasNoRefunds,
    /// After some requests the server is gone.
    GoesAway,
    /// No payments at all.
    HasNothing,
    /// No fault: what is wrong about an amount is said before that there is no such payment.
    AmountsFirst,
    /// No fault: it takes amounts of one cent.
    SmallAmounts,
    /// No fault: a payment is confirmed by a request of its own.
    ConfirmsSeparately,
    /// No fault: a payment is confirmed by a request of its own, which names the method.
    ConfirmsWithMethod,
    /// No fault: refunds name the charge.
    RefundsByCharge,
    /// No fault: there is no endpoint for charges, and nothing is expanded.
    HasNoCharges,
    /// No fault: there is no list of refunds.
    HasNoRefundList,
    /// No fault: cards are known by their numbers alone.
    KnowsNumbers,
    /// No fault: some requests are answered 429, and not carried out.
    LimitsRate,
    /// No fault: after some requests, each further one is answered 429.
    LimitsForGood,
    /// No fault: amounts of one cent are taken at first, and later not.
    SmallAmountsAtFirst,
    /// The endpoint for charges answers 500.
    BreaksCharges,
    /// The second page of a list leaves out its first item.
    PagesLoseItems,
    /// The charge has another id after a capture.
    ChargeIdChanges,
    /// A key is one and the same on every path.
    KeysForgetPaths,
    /// A key is one and the same for every payment.
    KeysForgetPayments,
    /// A capture also captures another hold of the same amount.
    CapturesTwins,
    /// A rejected capture with `expand` is answered 201 instead of 4xx.
    ExpandAccepts,
    /// A capture with `expand` shows the payment as it was before the capture.
    ExpandIsStale,
    /// Keys are forgotten while the connection breaks off.
    CutForgetsKeys,
    /// Amounts are written with a point.
    FloatAmounts,
    /// No fault: every payment method is taken for the plain card.
    TakesEveryToken,
    /// After many payments, a cancel that must be refused is answered 500.
    LateErrors,
    /// No fault: after many payments, a canceled hold is not shown as refunded.
    LateReleases,
    /// The connection breaks off when a page of two payments is requested.
    DropsPages,
    /// A page of two payments is answered 500.
    FailsPages,
    /// No fault: a page has at most three items, however many are requested.
    CapsPages,
    /// No fault: balance transactions are in the currency of the account, which is another one.
    ForeignBalance,
    /// The balance transaction of a charge has twice the amount.
    DoubleBalance,
    /// No fault: the test helper cannot fail a challenge.
    RefusesFailedChallenges,
    /// Every amount of a payment and a charge is written as text.
    AmountsAreTexts,
    /// No fault: there is no ledger, only reads are expanded, and a wrong status is named before a wrong parameter.
    SmallEngine,
    /// No fault: nothing limits the number of confirmations, and the charges are listed as before `latest_charge`.
    OldAndPatient,
    /// Keys are ignored, and the answer to a creation under a key writes an amount as text.
    KeyedAmountsTurnText,
}

impl Fault {
    /// One fault shows in several places: at each kind of request, in each status.
    pub(crate) fn findings_at_most(self) -> usize {
        const MOST: [(Fault, usize); 5] = [
            (Fault::AmountsAreTexts, 1),
            (Fault::KeysAreIgnored, 1),
            (Fault::SecondConfirmPasses, 2),
            (Fault::ServerErrors, 6),
            (Fault::DropsConnection, 6),
        ];
        MOST.iter().find(|(fault, _)| *fault == self).map_or(9, |(_, most)| *most)
    }
}

/// A server on a port of its own, until it is dropped.
pub(crate) struct Shop {
    address: SocketAddr,
    is_over: Arc<AtomicBool>,
    till: Arc<Mutex<Till>>,
}

impl Shop {
    pub(crate) fn open(fault: Option<Fault>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let is_over = Arc::new(AtomicBool::new(false));
        let (till, over) = (Arc::new(Mutex::new(Till::new(fault))), Arc::clone(&is_over));
        let served = Arc::new(AtomicU32::new(0));
        let shared = Arc::clone(&till);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if over.load(Ordering::Relaxed) {
                    break;
                }
                let (till, over, served) = (Arc::clone(&till), Arc::clone(&over), Arc::clone(&served));
                std::thread::spawn(move || http::serve(stream.unwrap(), &till, fault, &over, &served));
            }
        });
        Self { address, is_over, till: shared }
    }

    /// Returns whether a late fault has shown itself to a client.
    pub(crate) fn was_wrong(&self) -> bool {
        self.till.lock().unwrap().was_wrong
    }

    /// Ends every connection, so that a drive ends too.
    pub(crate) fn close(&self) {
        self.is_over.store(true, Ordering::Relaxed);
        // Wakes the listener, so that it sees that it is over.
        let _woken = std::net::TcpStream::connect(self.address);
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        self.close();
    }
}
