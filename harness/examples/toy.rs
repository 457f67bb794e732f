//! A small engine behind the port, with a mistake in it, and the harness that finds the mistake:
//!
//! ```sh
//! cargo run -p holdfast-harness --example toy
//! ```
//!
//! The engine holds money on one kind of card, captures it once, or releases it. It declares that it does not support
//! other inputs, which are then left out on both sides. A merchant's own engine is connected in the same way: implement
//! `submit`, `inject` and `observe`.

use holdfast_harness::choices::Seeded;
use holdfast_harness::generator::Bias;
use holdfast_harness::{Answer, Failure, Reaction, Refused, Subject, SystemSnapshot, Verdict, drive, lockstep, shrink};
use holdfast_model::trace::Script;
use holdfast_model::{
    Accepted, Amount, Call, Capture, CaptureMethod, ChargeStatus, ChargeView, Config, Create, DeliveryFault,
    EnvironmentEvent, Flow, Input, IntentId, IntentStatus, LedgerView, Links, Notification, NotificationKind as Kind,
    Operation, PaymentMethod, PaymentView, Previous, REFUNDS, Rejection, Target,
};

/// The toy. `careful` is the toy without its mistake.
#[derive(Default)]
pub(crate) struct Toy {
    /// Whether it compares a capture with the amount held.
    pub(crate) careful: bool,
    snapshot: SystemSnapshot,
}

const fn is_plain(create: &Create) -> bool {
    matches!(create.method, Some(PaymentMethod::Visa))
        && matches!(create.capture_method, CaptureMethod::Manual)
        && matches!(create.flow, Flow::Platform)
        && create.confirm
        && !create.off_session
        && !create.multicapture
        && create.fee.is_none()
        && create.transfer.is_none()
        && create.amount >= 50
        && create.amount <= 99_999_999
        && matches!(create.currency, holdfast_model::Currency::Usd)
}

impl Subject for Toy {
    fn start(&mut self, _terms: &Config) -> Result<(), Failure> {
        self.snapshot = SystemSnapshot::default();
        Ok(())
    }

    /// No keys, no faults, no clock; holds, captures and cancels.
    fn can(&mut self, input: &Input) -> bool {
        let Input::Call(Call { operation, key: None, fault: DeliveryFault::None }) = input else { return false };
        if let Operation::CreateIntent { create, .. } = operation {
            is_plain(create)
        } else if let Operation::CaptureIntent { intent, capture } = operation {
            let plain = capture.final_capture.is_none() && capture.fee.is_none() && capture.transfer.is_none();
            plain && capture.amount.is_none_or(|amount| amount > 0) && self.payment(*intent).is_some()
        } else if let Operation::CancelIntent { intent, reason } = operation {
            reason.is_none() && self.payment(*intent).is_some()
        } else {
            false
        }
    }

    fn submit(&mut self, call: &Call) -> Result<Reaction, Failure> {
        if let Operation::CreateIntent { intent, create } = call.operation {
            self.hold(intent, &create)
        } else if let Operation::CaptureIntent { intent, capture } = call.operation {
            Ok(self.capture(intent, capture))
        } else if let Operation::CancelIntent { intent, .. } = call.operation {
            Ok(self.cancel(intent))
        } else {
            Err(Failure("the toy was asked what it cannot be asked".to_owned()))
        }
    }

    fn inject(&mut self, event: &EnvironmentEvent) -> Result<Reaction, Failure> {
        Err(Failure(format!("nothing like {event:?} happens to a toy")))
    }

    fn observe(&mut self) -> Result<&SystemSnapshot, Failure> {
        Ok(&self.snapshot)
    }
}

impl Toy {
    fn payment(&mut self, intent: IntentId) -> Option<&mut PaymentView> {
        self.snapshot.payments.get_mut(usize::from(intent.0)).and_then(Option::as_mut)
    }

    fn held(&mut self, intent: IntentId) -> Option<(&mut PaymentView, ChargeView)> {
        let found = self.payment(intent).filter(|payment| payment.status == IntentStatus::RequiresCapture);
        found.and_then(|payment| payment.charge.map(|charge| (payment, charge)))
    }

    fn hold(&mut self, intent: IntentId, create: &Create) -> Result<Reaction, Failure> {
        let place = usize::from(intent.0);
        let amount = Amount::from_request(create.amount).ok_or_else(|| Failure("no amount".to_owned()))?;
        self.snapshot.payments.resize(self.snapshot.payments.len().max(place.saturating_add(1)), None);
        if let Some(slot) = self.snapshot.payments.get_mut(place) {
            *slot = Some(held(create, amount));
        }
        let before = Previous { amount: Some(Amount::ZERO), ..Previous::default() };
        Ok(answer(
            intent,
            self.payment(intent).copied(),
            &[
                (Kind::IntentCreated, Previous::default()),
                (Kind::ChargeSucceeded, Previous::default()),
                (Kind::IntentCapturableUpdated, before),
            ],
        ))
    }

    fn capture(&mut self, intent: IntentId, capture: Capture) -> Reaction {
        let careful = self.careful;
        let Some((payment, mut charge)) = self.held(intent) else {
            return Reaction::of(Refused::from(Rejection::UnexpectedState));
        };
        let asked = capture.amount.map_or(Some(payment.capturable), Amount::from_request);
        // The mistake: nothing checks that the amount is held.
        let asked = asked.filter(|amount| !careful || *amount <= payment.capturable);
        let Some(amount) = asked else { return Reaction::of(Refused::from(Rejection::CaptureTooLarge)) };
        charge.captured_amount = amount;
        charge.released = charge.authorized.minus(amount).unwrap_or(Amount::ZERO);
        (charge.captured, charge.captures, charge.hold_left) = (true, 1, None);
        charge.links.balance_transaction = true;
        payment.ledger.charged = amount;
        (payment.received, payment.capturable) = (amount, Amount::ZERO);
        (payment.status, payment.charge) = (IntentStatus::Succeeded, Some(charge));
        let was_null = Links { balance_transaction: true, ..Links::default() };
        let before = Previous { amount: Some(Amount::ZERO), flag: Some(false), were_null: was_null };
        let told = [(Kind::ChargeCaptured, before), (Kind::IntentSucceeded, Previous::default())];
        answer(intent, self.payment(intent).copied(), &told)
    }

    fn cancel(&mut self, intent: IntentId) -> Reaction {
        let Some((payment, mut charge)) = self.held(intent) else {
            return Reaction::of(Refused::from(Rejection::UnexpectedState));
        };
        (charge.released, charge.hold_left) = (charge.authorized, None);
        (payment.status, payment.charge, payment.capturable) = (IntentStatus::Canceled, Some(charge), Amount::ZERO);
        let before = Previous { amount: Some(Amount::ZERO), flag: Some(false), ..Previous::default() };
        let told = [(Kind::IntentCanceled, Previous::default()), (Kind::ChargeRefunded, before)];
        answer(intent, self.payment(intent).copied(), &told)
    }
}

fn answer(intent: IntentId, payment: Option<PaymentView>, told: &[(Kind, Previous)]) -> Reaction {
    let shown = payment.map_or(Answer::Lost, |payment| {
        let PaymentView { status, capturable, received, .. } = payment;
        Answer::Accepted(Accepted::Intent { status, capturable, received })
    });
    let about = Target::Payment(intent);
    let notifications = told.iter().map(|(kind, previous)| Notification { kind: *kind, about, previous: *previous });
    Reaction { notifications: notifications.collect(), ..Reaction::of(shown) }
}

fn held(create: &Create, amount: Amount) -> PaymentView {
    let charge = ChargeView {
        status: ChargeStatus::Succeeded,
        authorized: amount,
        captured_amount: Amount::ZERO,
        released: Amount::ZERO,
        refunded_amount: Amount::ZERO,
        captured: false,
        refunded: false,
        multicapture_available: false,
        captures: 0,
        hold_left: Some(7 * 86_400),
        posting_left: None,
        links: Links::default(),
        fee_at_first_capture: false,
        transfer_at_first_capture: false,
        fee_latch: false,
        transfer_latch: false,
    };
    PaymentView {
        status: IntentStatus::RequiresCapture,
        amount,
        currency: create.currency,
        capturable: amount,
        received: Amount::ZERO,
        capture_method: create.capture_method,
        confirmation_method: create.confirmation_method,
        payment_method: create.method,
        multicapture_requested: false,
        flow: create.flow,
        fee: None,
        transfer: None,
        confirmations: 1,
        cancellation_reason: None,
        last_error: None,
        owned_by_session: false,
        charge: Some(charge),
        successful_charges: 1,
        refunds: [None; REFUNDS],
        ledger: LedgerView::default(),
    }
}

/// Runs one seed after another, shrinks the first failure, and returns its trace and its verdict.
#[must_use]
pub(crate) fn hunt(toy: &mut Toy, seeds: u64) -> Option<(Script, Verdict)> {
    (0..seeds).find_map(|seed| {
        let found = drive::lockstep(toy, &mut Seeded::new(seed, 200), Bias::Hostile, |_| ());
        if found.verdict.agrees() {
            return None;
        }
        let run = |it: &holdfast_harness::generator::Sequence| lockstep::run(toy, &it.config, &it.inputs);
        let (smallest, verdict) = shrink::shrink(&found.sequence, shrink::EXECUTIONS, run)?;
        let script = Script::of(smallest.config, smallest.inputs.iter().map(|input| (*input, None)));
        Some((script, verdict))
    })
}

#[cfg_attr(test, expect(dead_code, reason = "the test hunts for itself"))]
fn main() {
    match hunt(&mut Toy::default(), 10_000) {
        Some((script, verdict)) => println!("{script}\n{verdict}"),
        None => println!("Nothing was found, although there is something."),
    }
}
