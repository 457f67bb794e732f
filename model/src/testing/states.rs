//! Type-correct states, most of which no sequence of inputs reaches.
//!
//! A property that survives one step from each of them is inductive: it holds for sequences of any length.

use crate::payment::{Charge, Payment, PaymentIntent};
use crate::time::Countdown;
use crate::{
    Amount, CancellationReason, CaptureMethod, ChargeStatus, ConfirmationMethod, Currency, Flow, IntentStatus,
    LedgerView, Links, PaymentMethod, REFUNDS, RefundStatus, RefundView, State,
};

/// Description of the domain of [`type_correct_states`].
pub const DOMAIN: &str = "no payment; then one of 2: every status, with manual and with background capture, without a \
    method, with a card, with a bank, and, where there is no charge yet, with cards that are challenged; capturable, captured, released and refunded 0 to 2 each in every combination; no charge \
    or one in every status with every flag, 0, 1 or 50 captures, a hold that lives, is due or is none, a ledger that \
    waits or not, and no refund or one in four statuses; then every disagreement of 0 to 2 between intent, charge, \
    refunds and ledger; then fees, fee refunds, transfers and reversals of 0 to 2 in every combination with every latch";

/// The small amounts that the domain combines.
const SMALL: [Amount; 3] = [Amount::ZERO, Amount::new(1), Amount::new(2)];

/// Calls `each` with every state of the domain.
pub fn type_correct_states(each: &mut impl FnMut(&State<1, 0>)) {
    each(&State::default());
    challenges(each);
    lifecycles(each);
    disagreements(each);
    connect(each);
}

/// Returns the state with only this payment.
fn only(payment: Payment) -> State<1, 0> {
    State { payments: [Some(payment)], ..State::default() }
}

fn blank_intent(status: IntentStatus, method: Option<PaymentMethod>, capture_method: CaptureMethod) -> PaymentIntent {
    PaymentIntent {
        status,
        amount: Amount::new(2),
        currency: Currency::Usd,
        capturable: Amount::ZERO,
        received: Amount::ZERO,
        capture_method,
        confirmation_method: ConfirmationMethod::Automatic,
        payment_method: method,
        multicapture_requested: true,
        flow: Flow::Platform,
        fee: None,
        transfer: None,
        confirmations: 1,
        authenticated: false,
        cancellation_reason: (status == IntentStatus::Canceled).then_some(CancellationReason::Automatic),
        last_error: None,
        owned_by_session: false,
    }
}

fn blank_payment(intent: PaymentIntent, charge: Option<Charge>) -> Payment {
    Payment { intent, charge, successful_charges: 0, refunds: [None; REFUNDS], ledger: LedgerView::default() }
}

/// Visits states of cards with a challenge, open or passed.
fn challenges(each: &mut impl FnMut(&State<1, 0>)) {
    use PaymentMethod as P;
    const METHODS: [P; 3] =
        [P::AuthenticationRequired, P::AuthenticationThenDeclined, P::AuthenticationThenInsufficientFunds];
    for status in IntentStatus::ALL {
        for method in METHODS {
            for capture_method in [CaptureMethod::Manual, CaptureMethod::Automatic, CaptureMethod::AutomaticAsync] {
                for confirmation_method in [ConfirmationMethod::Automatic, ConfirmationMethod::Manual] {
                    for authenticated in [false, true] {
                        let intent = blank_intent(*status, Some(method), capture_method);
                        let intent = PaymentIntent { confirmation_method, authenticated, ..intent };
                        each(&only(blank_payment(intent, None)));
                    }
                }
            }
        }
    }
}

/// Visits combinations of statuses, methods and amounts in which intent, charge and ledger agree.
fn lifecycles(each: &mut impl FnMut(&State<1, 0>)) {
    use PaymentMethod as P;
    const METHODS: [Option<P>; 3] = [None, Some(P::RefundFails), Some(P::UsBankAccount)];
    for status in IntentStatus::ALL {
        for method in METHODS {
            for capture_method in [CaptureMethod::Manual, CaptureMethod::AutomaticAsync] {
                let intent = blank_intent(*status, method, capture_method);
                each(&only(blank_payment(intent, None)));
                for capturable in SMALL {
                    charges(capture_method, &mut |charge, refund| {
                        let mut payment = blank_payment(intent, Some(charge));
                        payment.intent.capturable = capturable;
                        payment.intent.received = charge.captured_amount;
                        payment.successful_charges = u8::from(charge.status == ChargeStatus::Succeeded);
                        payment.ledger.refunded = charge.refunded_amount;
                        if charge.posting == Countdown::STOPPED {
                            payment.ledger.charged = charge.captured_amount;
                        }
                        if let Some(slot) = payment.refunds.first_mut() {
                            *slot = refund;
                        }
                        each(&only(payment));
                    });
                }
            }
        }
    }
}

/// Visits every charge of the domain, with every refund.
fn charges(capture_method: CaptureMethod, each: &mut impl FnMut(Charge, Option<RefundView>)) {
    for status in ChargeStatus::ALL {
        let refunds = if *status == ChargeStatus::Succeeded { &REFUND_CHOICES[..] } else { &REFUND_CHOICES[..2] };
        amounts(*status, &mut |charge| {
            flags(charge, &mut |charge| {
                deadlines(charge, capture_method, &mut |charge| {
                    for refund in refunds {
                        each(charge, *refund);
                    }
                });
            });
        });
    }
}

/// The refunds of the domain.
const REFUND_CHOICES: [Option<RefundView>; 6] = [
    None,
    Some(RefundView { status: RefundStatus::Succeeded, amount: Amount::new(1) }),
    Some(RefundView { status: RefundStatus::Succeeded, amount: Amount::new(2) }),
    Some(RefundView { status: RefundStatus::Pending, amount: Amount::new(1) }),
    Some(RefundView { status: RefundStatus::Failed, amount: Amount::new(1) }),
    Some(RefundView { status: RefundStatus::RequiresAction, amount: Amount::new(1) }),
];

fn amounts(status: ChargeStatus, each: &mut impl FnMut(Charge)) {
    for captured_amount in SMALL {
        for released in SMALL {
            for refunded_amount in SMALL {
                each(Charge { captured_amount, released, refunded_amount, ..blank_charge(status) });
            }
        }
    }
}

fn flags(charge: Charge, each: &mut impl FnMut(Charge)) {
    for bits in 0..8_u8 {
        let (captured, refunded, multicapture_available) = (bits & 1 != 0, bits & 2 != 0, bits & 4 != 0);
        each(Charge { captured, refunded, multicapture_available, ..charge });
    }
}

/// Visits counts of captures and holds under manual capture, and outstanding postings under background capture. A
/// charge that did not succeed has none of these.
fn deadlines(charge: Charge, capture_method: CaptureMethod, each: &mut impl FnMut(Charge)) {
    let (captures, holds, postings): (&[u8], &[u32], &[u32]) = match (charge.status, capture_method) {
        (ChargeStatus::Pending | ChargeStatus::Failed, _) => (&[0], &[0], &[0]),
        (ChargeStatus::Succeeded, CaptureMethod::Manual) => (&[0, 1, 50], &[0, 1, 3], &[0]),
        (ChargeStatus::Succeeded, CaptureMethod::Automatic | CaptureMethod::AutomaticAsync) => (&[0], &[0, 3], &[0, 1]),
    };
    for captures in captures {
        for hold in holds {
            for posting in postings {
                let (hold, posting) = (Countdown::of(*hold), Countdown::of(*posting));
                each(Charge { captures: *captures, hold, posting, ..charge });
            }
        }
    }
}

fn blank_charge(status: ChargeStatus) -> Charge {
    let links = Links { balance_transaction: true, ..Links::default() };
    Charge { links, ..Charge::new(status, Amount::new(2)) }
}

/// Visits states in which intent, charge, refunds and ledger have independent numbers.
fn disagreements(each: &mut impl FnMut(&State<1, 0>)) {
    for status in IntentStatus::ALL {
        for capturable in SMALL {
            for received in SMALL {
                amounts(ChargeStatus::Succeeded, &mut |charge| {
                    for charged in SMALL {
                        for refunded in SMALL {
                            let intent = blank_intent(*status, Some(PaymentMethod::RefundFails), CaptureMethod::Manual);
                            let charge = Charge {
                                multicapture_available: true,
                                captures: 1,
                                hold: Countdown::of(3),
                                captured: status.is_final(),
                                ..charge
                            };
                            let mut payment = blank_payment(intent, Some(charge));
                            payment.intent.capturable = capturable;
                            payment.intent.received = received;
                            payment.successful_charges = 1;
                            payment.ledger.charged = charged;
                            payment.ledger.refunded = refunded;
                            if let Some(slot) = payment.refunds.first_mut() {
                                *slot = Some(RefundView { status: RefundStatus::Succeeded, amount: refunded });
                            }
                            each(&only(payment));
                        }
                    }
                });
            }
        }
    }
}

/// Visits combinations of connected amounts and captured amounts.
fn connect(each: &mut impl FnMut(&State<1, 0>)) {
    for status in [IntentStatus::RequiresCapture, IntentStatus::Succeeded] {
        for captured_amount in SMALL {
            for ledger in ledgers(captured_amount) {
                for bits in 0..128_u8 {
                    let bit = |place: u8| bits & (1 << place) != 0;
                    let charge = Charge {
                        captured_amount,
                        multicapture_available: true,
                        captures: u8::from(!captured_amount.is_zero()),
                        hold: Countdown::of(if status.is_final() { 0 } else { 3 }),
                        captured: status.is_final(),
                        links: Links { balance_transaction: true, transfer: bit(0), application_fee: bit(1) },
                        fee_latch: bit(2),
                        transfer_latch: bit(3),
                        fee_at_first_capture: bit(4),
                        transfer_at_first_capture: bit(5),
                        ..blank_charge(ChargeStatus::Succeeded)
                    };
                    let rest = Amount::new(2).minus(captured_amount).unwrap_or_default();
                    let intent = blank_intent(status, Some(PaymentMethod::Visa), CaptureMethod::Manual);
                    let mut payment = blank_payment(intent, Some(charge));
                    payment.intent.flow = Flow::Destination;
                    payment.intent.fee = bit(6).then_some(Amount::new(1));
                    payment.intent.received = captured_amount;
                    payment.intent.capturable = if status.is_final() { Amount::ZERO } else { rest };
                    payment.successful_charges = 1;
                    payment.ledger = ledger;
                    each(&only(payment));
                }
            }
        }
    }
}

/// Returns every combination of fees and transfers with their returned parts.
fn ledgers(charged: Amount) -> impl Iterator<Item = LedgerView> {
    SMALL.into_iter().flat_map(move |fees| {
        SMALL.into_iter().flat_map(move |fees_refunded| {
            SMALL.into_iter().flat_map(move |transfers| {
                SMALL.into_iter().map(move |reversals| LedgerView {
                    charged,
                    refunded: Amount::ZERO,
                    fees,
                    fees_refunded,
                    transfers,
                    reversals,
                })
            })
        })
    })
}
