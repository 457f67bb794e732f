//! Suggests the next inputs from the amounts, refunds and failures that the coming events name.

mod before;
mod captures;
mod every;
mod money_back;

use holdfast_model::{
    Authentication, CancellationReason, EnvironmentEvent, Input, IntentId, IntentStatus, NotificationKind as Kind,
    Operation, PaymentMethod, PaymentView, SetupStatus, SetupView,
};

pub(super) use self::every::Every;
use super::case::Case;
use super::coverage::Suggestions;
use crate::logged_event::{LoggedEvent, Object};

/// The one payment of a case.
pub(super) const INTENT: IntentId = IntentId(0);

/// Events ahead, and the inputs that they suggest.
pub(super) struct Alphabet<'a, 'b> {
    case: &'a Case<'b>,
    /// Later events that no step explains yet, in order.
    near: Vec<&'b LoggedEvent>,
    inputs: Vec<Input>,
}

impl<'a, 'b> Alphabet<'a, 'b> {
    pub(super) fn new(case: &'a Case<'b>, near: Vec<&'b LoggedEvent>) -> Self {
        Self { case, near, inputs: Vec::with_capacity(16) }
    }

    /// Returns the inputs. What the events ahead suggest is never known to be everything.
    fn done(self) -> Suggestions {
        Suggestions::some(self.inputs, "only the inputs that the events ahead suggest were tried")
    }

    /// Returns the inputs that this payment may have received.
    pub(super) fn of_payment(mut self, payment: Option<&PaymentView>) -> Suggestions {
        let Some(payment) = payment else {
            self.create();
            return self.done();
        };
        match payment.status {
            IntentStatus::RequiresPaymentMethod | IntentStatus::RequiresConfirmation | IntentStatus::RequiresAction => {
                self.before_payment(payment)
            }
            IntentStatus::Processing => {
                self.event(EnvironmentEvent::Settle { intent: INTENT });
                self.cancel();
            }
            IntentStatus::RequiresCapture => {
                self.captures(payment);
                self.cancel();
                self.event(EnvironmentEvent::ExpireHold { intent: INTENT });
                self.money_back(payment);
            }
            IntentStatus::Succeeded | IntentStatus::Canceled => {
                if payment.charge.is_some_and(|charge| charge.posting_left.is_some()) {
                    self.event(EnvironmentEvent::PostToLedger { intent: INTENT });
                }
                self.money_back(payment);
            }
        }
        self.done()
    }

    /// Returns the inputs that this SetupIntent may have received.
    pub(super) fn of_setup(mut self, setup: Option<&SetupView>) -> Suggestions {
        let Some(setup) = setup else {
            self.operation(Operation::CreateSetup { method: None, confirm: false });
            self.operation(Operation::CreateSetup { method: Some(PaymentMethod::Visa), confirm: false });
            return self.done();
        };
        match setup.status {
            SetupStatus::RequiresPaymentMethod | SetupStatus::RequiresConfirmation | SetupStatus::RequiresAction => {
                if setup.status == SetupStatus::RequiresAction {
                    self.event(EnvironmentEvent::AuthenticateSetup { result: Authentication::Succeeds });
                    self.event(EnvironmentEvent::AuthenticateSetup { result: Authentication::Fails });
                    self.operation(Operation::VerifyMicrodeposits);
                }
                for method in [
                    PaymentMethod::Visa,
                    PaymentMethod::AuthenticationRequired,
                    PaymentMethod::Declined,
                    PaymentMethod::SepaDebit,
                    PaymentMethod::SepaDebitFails,
                ] {
                    self.operation(Operation::ConfirmSetup { method: Some(method) });
                }
                self.operation(Operation::CancelSetup { reason: None });
            }
            SetupStatus::Processing => self.event(EnvironmentEvent::SettleSetup),
            SetupStatus::Succeeded | SetupStatus::Canceled => {}
        }
        self.done()
    }

    fn operation(&mut self, operation: Operation) {
        self.inputs.push(operation.into());
    }

    fn event(&mut self, event: EnvironmentEvent) {
        self.inputs.push(event.into());
    }

    fn objects(&self, kind: &'static str) -> impl Iterator<Item = &'b Object> + '_ {
        self.near.iter().map(|logged| logged.object()).filter(move |object| object.object.text() == Some(kind))
    }

    fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &'b LoggedEvent> + '_ {
        self.near.iter().copied().filter(move |logged| logged.kind == kind.name())
    }

    /// The amount of the intent, as the next event that names it has it.
    fn next_amount(&self) -> Option<i64> {
        let named = |object: &&Object| matches!(object.object.text(), Some("payment_intent" | "charge"));
        self.near.iter().map(|logged| logged.object()).filter(named).find_map(|object| object.amount.value().copied())
    }

    fn cancel(&mut self) {
        let logged = self.of_kind(Kind::IntentCanceled).find_map(|logged| logged.object().cancellation_reason.text());
        let reason = match logged {
            Some("duplicate") => Some(CancellationReason::Duplicate),
            Some("fraudulent") => Some(CancellationReason::Fraudulent),
            Some("requested_by_customer") => Some(CancellationReason::RequestedByCustomer),
            Some("abandoned") => Some(CancellationReason::Abandoned),
            _ => None,
        };
        self.operation(Operation::CancelIntent { intent: INTENT, reason });
    }
}
