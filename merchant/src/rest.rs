//! The judgment of a purchase at rest, when nothing is left to happen.

use crate::books::BooksReply;
use crate::fault::MerchantFault;
use crate::judge::LedgerTruth;
use crate::purchase::{ConfirmedAmounts, Purchase};
use crate::run::MerchantRun;
use std::thread;
use std::time::{Duration, Instant};

/// The pause between two reads of books that lag behind.
const PAUSE: Duration = Duration::from_millis(20);

/// The judgments of one purchase at rest.
#[derive(Debug, Default)]
pub(crate) struct RestJudgment {
    /// The judgments that had an occasion.
    pub(crate) judged: Vec<MerchantFault>,
    /// The faults with their amounts.
    pub(crate) found: Vec<(MerchantFault, String)>,
}

impl RestJudgment {
    /// Judges: `what` is a fault if `is_false`.
    fn judge(&mut self, fault: MerchantFault, is_false: bool, what: impl FnOnce() -> String) {
        self.judged.push(fault);
        if is_false {
            self.found.push((fault, what()));
        }
    }

    /// Judges that the application did what it confirmed to its staff.
    fn carried_out(&mut self, purchase: &Purchase, truth: LedgerTruth) {
        let ConfirmedAmounts { refunds, capture } = purchase.confirmed;
        let LedgerTruth { received, refunded, .. } = truth;
        if refunds > 0 {
            let what = || format!("refunds of {refunds} were confirmed, {} is in the ledger", truth.refunds);
            self.judge(MerchantFault::NotCarriedOut, truth.refunds < refunds, what);
        }
        if let Some(capture) = capture {
            let what = || format!("a capture of {capture} was confirmed, {received} was received");
            self.judge(MerchantFault::NotCarriedOut, received < capture, what);
        }
        if purchase.is_canceled {
            let what = || format!("a cancellation was confirmed, {received} was received");
            self.judge(MerchantFault::NotCarriedOut, received > refunded, what);
        }
    }
}

impl MerchantRun<'_> {
    /// Judges a purchase as if nothing more will happen.
    pub(crate) fn at_rest(&self, purchase: &Purchase) -> RestJudgment {
        let truth = LedgerTruth::of(&self.provider.objects(purchase.plan.slot));
        let LedgerTruth { received, refunded, .. } = truth;
        let reply = self.shop.books(self.config, &purchase.order);
        let mut rest = RestJudgment::default();
        let failed = || "no success in response to the request for the books".to_owned();
        rest.judge(MerchantFault::NoBooks, reply == BooksReply::Failed, failed);
        rest.carried_out(purchase, truth);
        let Some(books) = reply.books() else { return rest };
        if received > 0 {
            let what = || format!("404 for the books of {}, received {received}", purchase.order);
            rest.judge(MerchantFault::PaidUnknown, reply == BooksReply::Unknown, what);
        }
        if let Some(paid) = books.paid.filter(|_| received > 0) {
            let what = || format!("paid {paid} in the books, received {received} by the provider");
            rest.judge(MerchantFault::PaidTooLittle, paid < received, what);
        }
        if let Some(booked) = books.refunded.filter(|booked| received > 0 || *booked > 0) {
            let what = || format!("refunded {booked} in the books, {refunded} in the ledger");
            rest.judge(MerchantFault::RefundsDiffer, booked != refunded, what);
        }
        let keeps = received > refunded;
        if let Some(fulfilled) = books.fulfilled.filter(|_| keeps) {
            let what = || format!("received {received}, fulfilled 0");
            rest.judge(MerchantFault::NeverFulfilled, fulfilled == 0, what);
        }
        let is_canceled = truth.all_canceled && purchase.is_canceled;
        if let Some(canceled) = books.canceled.filter(|_| keeps || is_canceled) {
            let what = || match canceled {
                0 => "the payment is canceled, and the books do not say so".to_owned(),
                _ => format!("canceled in the books, received {received} by the provider"),
            };
            rest.judge(MerchantFault::CanceledDiffers, canceled > 0 && keeps || canceled == 0 && is_canceled, what);
        }
        rest
    }

    /// Waits for a moment if the books lag behind: an application may acknowledge before it works, or poll. Returns
    /// whether something may happen yet.
    pub(crate) fn lags(&mut self) -> bool {
        if self.purchases.iter().all(|purchase| self.at_rest(purchase).found.is_empty()) {
            return false;
        }
        let since = *self.rest_since.get_or_insert_with(Instant::now);
        if since.elapsed() >= Duration::from_millis(self.config.settle_ms) {
            return false;
        }
        thread::sleep(PAUSE);
        self.close_step(self.purchases.first().map_or(0, |purchase| purchase.plan.slot));
        true
    }
}
