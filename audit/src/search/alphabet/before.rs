//! The inputs that can come before a payment has an effect: its creation, changes, and its confirmation.

use holdfast_model::{
    Authentication, CaptureMethod, Confirm, Create, EnvironmentEvent, Flow, IntentStatus, NotificationKind as Kind,
    Operation, PaymentMethod, PaymentView, Update,
};

use super::{Alphabet, INTENT};
use crate::logged_event::LoggedEvent;

impl Alphabet<'_, '_> {
    pub(super) fn create(&mut self) {
        let hints = &self.case.hints;
        let created = self.of_kind(Kind::IntentCreated).next().map(LoggedEvent::object);
        let amount = created.and_then(|intent| intent.amount.value().copied());
        let amount = amount.or_else(|| self.next_amount()).unwrap_or_else(|| {
            let refunded = self.objects("refund").find_map(|refund| refund.amount.value().copied());
            refunded.unwrap_or(1_000)
        });
        let shown = created.and_then(|intent| intent.capture_method.text());
        let shown = shown.or_else(|| self.objects("payment_intent").find_map(|intent| intent.capture_method.text()));
        let capture_method = match shown {
            // What the intent says, unless the card says otherwise.
            Some("automatic") if !hints.by_card => CaptureMethod::Automatic,
            Some("automatic_async") if !hints.by_card => CaptureMethod::AutomaticAsync,
            Some("manual") => CaptureMethod::Manual,
            _ => hints.capture_method,
        };
        let create = Create {
            currency: hints.currency,
            capture_method,
            confirmation_method: hints.confirmation_method,
            multicapture: hints.multicapture,
            flow: hints.flow,
            ..Create::of(amount)
        };
        self.operation(Operation::CreateIntent { intent: INTENT, create });
        if created.is_some_and(|intent| intent.status.text() == Some("requires_confirmation")) {
            let create = Create { method: Some(PaymentMethod::Visa), ..create };
            self.operation(Operation::CreateIntent { intent: INTENT, create });
        }
    }

    pub(super) fn before_payment(&mut self, payment: &PaymentView) {
        if let Some(amount) = self.next_amount().filter(|amount| *amount != i64::from(payment.amount.get())) {
            self.operation(Operation::UpdateIntent { intent: INTENT, update: Update::Amount(amount) });
        }
        let ways = self.next_capture_methods(payment);
        for method in ways.iter().flatten() {
            let update = Update::CaptureMethod(*method);
            self.operation(Operation::UpdateIntent { intent: INTENT, update });
        }
        let fees = self.next_fees(payment);
        let share = self.next_share(payment).filter(|_| payment.fee.is_none());
        let shares: Vec<Option<i64>> = share.map(Some).into_iter().chain([None]).collect();
        if payment.status == IntentStatus::RequiresAction {
            self.event(EnvironmentEvent::Authenticate { intent: INTENT, result: Authentication::Succeeds });
            self.event(EnvironmentEvent::Authenticate { intent: INTENT, result: Authentication::Fails });
        }
        for method in self.case.hints.methods.clone() {
            // The customer may have been present at one attempt and absent at the next; the hold is that of the last attempt.
            let asks =
                matches!(method, PaymentMethod::AuthenticationRequired | PaymentMethod::AuthenticationThenDeclined);
            let absent = match self.case.hints.off_session.filter(|_| !asks) {
                Some(absent) => [Some(absent), None],
                None => [Some(false), Some(true)],
            };
            for off_session in absent.into_iter().flatten() {
                for (fee, capture_method) in fees.iter().flat_map(|fee| ways.iter().map(move |way| (*fee, *way))) {
                    // A later confirmation can bring the share that events show.
                    for transfer in shares.iter().copied().filter(|share| share.is_none() || fee.is_none()) {
                        let confirm = Confirm { method: Some(method), capture_method, fee, transfer, off_session };
                        self.operation(Operation::ConfirmIntent { intent: INTENT, confirm });
                    }
                }
            }
        }
        self.cancel();
    }

    /// Other capture methods, by the events of the intent and of its charge; and the present one.
    fn next_capture_methods(&self, payment: &PaymentView) -> Vec<Option<CaptureMethod>> {
        let mut ways = vec![None];
        if self.case.hints.by_card {
            return ways;
        }
        for logged in &self.near {
            let object = logged.object();
            let way = match (object.object.text(), object.capture_method.text()) {
                (Some("payment_intent"), Some("automatic")) => CaptureMethod::Automatic,
                (Some("payment_intent"), Some("automatic_async")) => CaptureMethod::AutomaticAsync,
                (Some("payment_intent"), Some("manual")) => CaptureMethod::Manual,
                // Only held money is captured or expires.
                (Some("charge"), _) if matches!(logged.kind.as_str(), "charge.captured" | "charge.expired") => {
                    CaptureMethod::Manual
                }
                // A bank debit has no hold.
                (Some("charge"), _)
                    if logged.kind == "charge.pending" && payment.capture_method == CaptureMethod::Manual =>
                {
                    ways.push(Some(CaptureMethod::Automatic));
                    CaptureMethod::AutomaticAsync
                }
                (Some("charge"), _)
                    if object.captured.value() == Some(&true) && object.balance_transaction.is_set() == Some(false) =>
                {
                    CaptureMethod::AutomaticAsync
                }
                (Some("charge"), _) if logged.kind == "charge.succeeded" => match object.captured.value() {
                    Some(true) if object.balance_transaction.is_set() == Some(true) => CaptureMethod::Automatic,
                    Some(true) => CaptureMethod::AutomaticAsync,
                    Some(false) => CaptureMethod::Manual,
                    None => continue,
                },
                _ => continue,
            };
            if way != payment.capture_method && !ways.contains(&Some(way)) {
                ways.push(Some(way));
            }
        }
        ways
    }

    /// The standing fees that the next confirmation may bring, and that it brings none.
    fn next_fees(&self, payment: &PaymentView) -> Vec<Option<i64>> {
        let mut fees = Vec::with_capacity(2);
        for logged in &self.near {
            let object = logged.object();
            let fee = match object.object.text() {
                Some("payment_intent" | "charge") => object.application_fee_amount.value(),
                Some("application_fee") if payment.capture_method != CaptureMethod::Manual => object.amount.value(),
                _ => None,
            };
            let is_new = fee.is_some_and(|fee| payment.fee.is_none_or(|it| i64::from(it.get()) != *fee));
            if is_new && !fees.contains(&fee.copied()) && fees.len() < 2 && payment.flow != Flow::Platform {
                fees.push(fee.copied());
            }
        }
        fees.push(None);
        fees
    }

    /// The standing share of a destination.
    fn next_share(&self, payment: &PaymentView) -> Option<i64> {
        let at_once = payment.capture_method != CaptureMethod::Manual && payment.flow == Flow::Destination;
        let share = self.near.iter().map(|logged| logged.object()).find_map(|object| match object.object.text() {
            // If no other field shows the share, the amounts do.
            Some("transfer") if at_once => object.amount.value().copied(),
            _ => object.transfer_data.get()?.amount.value().copied(),
        });
        share.filter(|share| payment.transfer.is_none_or(|it| i64::from(it.get()) != *share))
    }
}
