//! Replaces an input with the nearest one that a subject supports.

use holdfast_model::trace::Verb;
use holdfast_model::{
    Amount, Call, CancellationReason, Capture, CaptureMethod, Confirm, ConfirmationMethod, Create, CreateRefund,
    CreateSession, Currency, DeliveryFault, EnvironmentEvent, Flow, Input, KeyId, Operation, PaymentMethod, Update,
};

use super::{Capabilities, Capability};

/// The smallest amount of a payment that every currency accepts, in minor units (AMT-3).
const MINIMUM: i64 = 50;
/// An amount that every state accepts at creation.
const USUAL: i64 = 1_000;

impl Capabilities {
    /// Returns the input with as few changes as possible so that the subject supports it. Returns `None` if the subject
    /// supports no input with this verb or no such parameter.
    #[must_use]
    pub fn adapt(&self, input: Input) -> Option<Input> {
        if !self.takes(Verb::of(&input)) {
            return None;
        }
        Some(match input {
            Input::Call(Call { operation, key, fault }) => {
                let operation = self.operation(operation)?;
                Input::Call(Call { operation, key: self.key(key), fault: self.fault(fault) })
            }
            Input::Begin { key, operation } => {
                if !self.takes(operation.kind().verb()) {
                    return None;
                }
                Input::Begin { key, operation: self.operation(operation)? }
            }
            Input::Finish { .. } => input,
            Input::Event(EnvironmentEvent::CustomerPays { intent, method }) => {
                Input::Event(EnvironmentEvent::CustomerPays { intent, method: self.method(method)? })
            }
            Input::Event(_) => input,
        })
    }

    fn key(&self, key: Option<KeyId>) -> Option<KeyId> {
        key.filter(|_| self.has(Capability::IdempotencyKeys))
    }

    /// Returns the fault, or no fault where the subject cannot inject it. The harness itself drops a lost response.
    pub(crate) fn fault(&self, fault: DeliveryFault) -> DeliveryFault {
        match fault {
            DeliveryFault::ErrorBefore | DeliveryFault::ErrorAfter if !self.has(Capability::ServerErrors) => {
                DeliveryFault::None
            }
            DeliveryFault::None
            | DeliveryFault::AnswerLost
            | DeliveryFault::ErrorBefore
            | DeliveryFault::ErrorAfter => fault,
        }
    }

    fn operation(&self, operation: Operation) -> Option<Operation> {
        use Operation as O;
        let connect = self.has(Capability::Connect);
        Some(match operation {
            O::CreateIntent { intent, create } => O::CreateIntent { intent, create: self.create(create)? },
            O::UpdateIntent { intent, update } => O::UpdateIntent { intent, update: self.update(update)? },
            O::ConfirmIntent { intent, confirm } => {
                let method = confirm.method.and_then(|method| self.method(method));
                let capture_method = confirm.capture_method.and_then(|method| self.capture_method(method));
                let (fee, transfer) = (self.connect_amount(confirm.fee), self.connect_amount(confirm.transfer));
                let off_session = confirm.off_session && self.has(Capability::OffSession);
                O::ConfirmIntent { intent, confirm: Confirm { method, capture_method, fee, transfer, off_session } }
            }
            O::CaptureIntent { intent, capture } => {
                let Capture { amount, final_capture, fee, transfer } = capture;
                let capture = Capture {
                    amount: self.part(amount),
                    final_capture: final_capture.filter(|_| self.has(Capability::Multicapture)),
                    fee: self.connect_amount(fee),
                    transfer: self.connect_amount(transfer),
                };
                O::CaptureIntent { intent, capture }
            }
            O::CancelIntent { intent, reason } => O::CancelIntent { intent, reason: self.reason(reason) },
            O::CreateRefund { intent, refund } => {
                let refund = CreateRefund {
                    amount: self.part(refund.amount),
                    refund_application_fee: refund.refund_application_fee && connect,
                    reverse_transfer: refund.reverse_transfer && connect,
                };
                O::CreateRefund { intent, refund }
            }
            O::RefundFee { intent, amount } => O::RefundFee { intent, amount: self.part(amount) },
            O::ReverseTransfer { intent, amount } => O::ReverseTransfer { intent, amount: self.part(amount) },
            O::CreateTransfer { intent, amount } => O::CreateTransfer { intent, amount: self.part(amount) },
            O::CreateSetup { method, confirm } => {
                O::CreateSetup { method: method.and_then(|method| self.method(method)), confirm }
            }
            O::UpdateSetup { method } => O::UpdateSetup { method: self.method(method)? },
            O::ConfirmSetup { method } => O::ConfirmSetup { method: method.and_then(|method| self.method(method)) },
            O::CancelSetup { reason } => O::CancelSetup { reason: self.reason(reason) },
            O::CreateSession(session) => {
                let multicapture = session.multicapture && self.has(Capability::Multicapture);
                O::CreateSession(CreateSession { amount: self.total(session.amount), multicapture, ..session })
            }
            O::CancelRefund { .. } | O::VerifyMicrodeposits | O::ExpireSession => operation,
        })
    }

    fn create(&self, create: Create) -> Option<Create> {
        let separate = self.has(Capability::SeparateConfirmation);
        let connect = self.has(Capability::Connect);
        let method = match create.method {
            Some(method) => Some(self.method(method)?),
            None if separate => None,
            None => Some(*self.methods.first()?),
        };
        let confirmation_method = if self.has(Capability::ManualConfirmation) {
            create.confirmation_method
        } else {
            ConfirmationMethod::Automatic
        };
        Some(Create {
            amount: self.total(create.amount),
            currency: self.currency(create.currency)?,
            method,
            capture_method: self.capture_method(create.capture_method)?,
            confirmation_method,
            multicapture: create.multicapture && self.has(Capability::Multicapture),
            flow: if connect { create.flow } else { Flow::Platform },
            fee: self.connect_amount(create.fee),
            transfer: self.connect_amount(create.transfer),
            confirm: create.confirm || !separate,
            off_session: create.off_session && self.has(Capability::OffSession),
        })
    }

    fn update(&self, update: Update) -> Option<Update> {
        match update {
            Update::Amount(amount) => Some(Update::Amount(self.total(amount))),
            Update::Method(method) => self.method(method).map(Update::Method),
            Update::CaptureMethod(method) => self.capture_method(method).map(Update::CaptureMethod),
            Update::Fee(_) | Update::Transfer(_) => Some(update).filter(|_| self.has(Capability::Connect)),
            Update::Metadata => Some(update),
        }
    }

    fn method(&self, method: PaymentMethod) -> Option<PaymentMethod> {
        if self.methods.contains(&method) { Some(method) } else { self.methods.first().copied() }
    }

    fn currency(&self, currency: Currency) -> Option<Currency> {
        if self.currencies.contains(&currency) { Some(currency) } else { self.currencies.first().copied() }
    }

    fn capture_method(&self, method: CaptureMethod) -> Option<CaptureMethod> {
        if self.capture_methods.contains(&method) { Some(method) } else { self.capture_methods.first().copied() }
    }

    fn reason(&self, reason: Option<CancellationReason>) -> Option<CancellationReason> {
        reason.filter(|_| self.has(Capability::CancellationReasons))
    }

    /// Returns the amount if a payment can have it, otherwise a usual amount.
    fn total(&self, amount: i64) -> i64 {
        let valid = (MINIMUM..=i64::from(Amount::MAX.get())).contains(&amount);
        if valid || self.has(Capability::InvalidAmounts) { amount } else { USUAL }
    }

    /// Returns a part of an amount, or `None` instead of a part that no state accepts.
    fn part(&self, amount: Option<i64>) -> Option<i64> {
        let valid = |amount: &i64| (1..=i64::from(Amount::MAX.get())).contains(amount);
        amount.filter(|amount| valid(amount) || self.has(Capability::InvalidAmounts))
    }

    fn connect_amount(&self, amount: Option<i64>) -> Option<i64> {
        self.part(amount).filter(|_| self.has(Capability::Connect))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::choices::Seeded;
    use crate::generator::{self, Bias};

    #[test]
    fn what_is_adapted_is_supported_and_stays_as_it_is() {
        let card = Capabilities::card();
        let everything = Capabilities::everything();
        let (mut adapted, mut refused) = (0, 0);
        for seed in 0..200 {
            for input in generator::sequence(&mut Seeded::new(seed, 40), Bias::Hostile, |_| ()).inputs {
                assert_eq!(everything.adapt(input), Some(input), "{input}");
                match card.adapt(input) {
                    Some(near) => {
                        assert!(card.supports(&near), "{input} became {near}");
                        adapted += u32::from(near != input);
                    }
                    None => refused += 1,
                }
            }
        }
        assert!(adapted > 500 && refused > 500, "{adapted} adapted, {refused} refused");
    }
}
