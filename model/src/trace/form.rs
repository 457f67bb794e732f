//! The parameters of each input, listed once for everything that visits them all.
//!
//! A [`ParameterVisitor`] receives each parameter in the order of a trace line and returns its new value. The writer
//! returns the parameter unchanged, the reader returns what it has read, and an editor returns the changed parameter.

use super::words::{Seconds, Word};
use crate::{
    Call, Capture, Confirm, ConfirmationMethod, Create, CreateRefund, CreateSession, DeliveryFault, EnvironmentEvent,
    Flow, Input, Operation, Update,
};

/// A reader, writer or editor of the parameters of one input.
pub(super) trait ParameterVisitor {
    /// The reason why a line or an input is refused.
    type Error;

    /// Returns an input with the verb of the line.
    fn verb(&mut self, input: Input) -> Result<Input, Self::Error>;
    /// Visits a required word.
    fn next<T: Word>(&mut self, value: T) -> Result<T, Self::Error>;
    /// Visits an optional bare number.
    fn number(&mut self, value: Option<i64>) -> Result<Option<i64>, Self::Error>;
    /// Visits an optional bare word; returns `default` if it is left out.
    fn one_of<T: Word>(&mut self, default: T, value: T) -> Result<T, Self::Error>;
    /// Visits an optional `name=value`.
    fn named<T: Word>(&mut self, name: &'static str, value: Option<T>) -> Result<Option<T>, Self::Error>;
    /// Visits a bare word that is present or absent.
    fn flag(&mut self, name: &'static str, value: bool) -> Result<bool, Self::Error>;
    /// Returns the error for parameters that do not fit together.
    fn refuse(&mut self, message: &'static str) -> Self::Error;
}

/// Visits `name=value`, which is left out for the default.
fn defaulted<P: ParameterVisitor, T: Word + PartialEq>(
    visitor: &mut P,
    name: &'static str,
    default: T,
    value: T,
) -> Result<T, P::Error> {
    let stated = (value != default).then_some(value);
    Ok(visitor.named(name, stated)?.unwrap_or(default))
}

/// Visits a required `name=value`.
fn required<P: ParameterVisitor, T: Word>(visitor: &mut P, name: &'static str, value: T) -> Result<T, P::Error> {
    match visitor.named(name, Some(value))? {
        Some(value) => Ok(value),
        None => Err(visitor.refuse("a parameter is missing: `method=` must be given")),
    }
}

/// Visits every parameter of an input: everything left of `=>`.
pub(super) fn input<P: ParameterVisitor>(visitor: &mut P, input: Input) -> Result<Input, P::Error> {
    Ok(match visitor.verb(input)? {
        Input::Call(call) => Input::Call(Call {
            operation: operation(visitor, call.operation)?,
            key: visitor.named("key", call.key)?,
            fault: defaulted(visitor, "fault", DeliveryFault::None, call.fault)?,
        }),
        Input::Begin { key, operation: begun } => {
            let key = visitor.next(key)?;
            match visitor.verb(begun.into())? {
                Input::Call(call) => Input::Begin { key, operation: operation(visitor, call.operation)? },
                Input::Begin { .. } | Input::Finish { .. } | Input::Event(_) => {
                    return Err(visitor.refuse("only a client's request can begin"));
                }
            }
        }
        Input::Finish { key } => Input::Finish { key: visitor.next(key)? },
        Input::Event(received) => Input::Event(event(visitor, received)?),
    })
}

fn operation<P: ParameterVisitor>(visitor: &mut P, operation: Operation) -> Result<Operation, P::Error> {
    Ok(match operation {
        Operation::CreateIntent { intent, create } => {
            Operation::CreateIntent { intent: visitor.next(intent)?, create: create_intent(visitor, create)? }
        }
        Operation::UpdateIntent { intent, update } => {
            Operation::UpdateIntent { intent: visitor.next(intent)?, update: update_intent(visitor, update)? }
        }
        Operation::ConfirmIntent { intent, confirm } => Operation::ConfirmIntent {
            intent: visitor.next(intent)?,
            confirm: Confirm {
                method: visitor.named("method", confirm.method)?,
                capture_method: visitor.named("capture_method", confirm.capture_method)?,
                fee: visitor.named("fee", confirm.fee)?,
                transfer: visitor.named("transfer", confirm.transfer)?,
                off_session: visitor.flag("off_session", confirm.off_session)?,
            },
        },
        Operation::CaptureIntent { intent, capture } => Operation::CaptureIntent {
            intent: visitor.next(intent)?,
            capture: Capture {
                amount: visitor.number(capture.amount)?,
                final_capture: visitor.named("final", capture.final_capture)?,
                fee: visitor.named("fee", capture.fee)?,
                transfer: visitor.named("transfer", capture.transfer)?,
            },
        },
        Operation::CancelIntent { intent, reason } => {
            Operation::CancelIntent { intent: visitor.next(intent)?, reason: visitor.named("reason", reason)? }
        }
        Operation::CreateRefund { intent, refund } => Operation::CreateRefund {
            intent: visitor.next(intent)?,
            refund: CreateRefund {
                amount: visitor.number(refund.amount)?,
                refund_application_fee: visitor.flag("refund_application_fee", refund.refund_application_fee)?,
                reverse_transfer: visitor.flag("reverse_transfer", refund.reverse_transfer)?,
            },
        },
        Operation::CancelRefund { intent, refund } => {
            Operation::CancelRefund { intent: visitor.next(intent)?, refund: visitor.next(refund)? }
        }
        Operation::RefundFee { intent, amount } => {
            Operation::RefundFee { intent: visitor.next(intent)?, amount: visitor.number(amount)? }
        }
        Operation::ReverseTransfer { intent, amount } => {
            Operation::ReverseTransfer { intent: visitor.next(intent)?, amount: visitor.number(amount)? }
        }
        Operation::CreateTransfer { intent, amount } => {
            Operation::CreateTransfer { intent: visitor.next(intent)?, amount: visitor.number(amount)? }
        }
        Operation::CreateSetup { method, confirm } => Operation::CreateSetup {
            method: visitor.named("method", method)?,
            confirm: visitor.flag("confirm", confirm)?,
        },
        Operation::UpdateSetup { method } => Operation::UpdateSetup { method: required(visitor, "method", method)? },
        Operation::ConfirmSetup { method } => Operation::ConfirmSetup { method: visitor.named("method", method)? },
        Operation::CancelSetup { reason } => Operation::CancelSetup { reason: visitor.named("reason", reason)? },
        Operation::VerifyMicrodeposits => Operation::VerifyMicrodeposits,
        Operation::CreateSession(session) => Operation::CreateSession(create_session(visitor, session)?),
        Operation::ExpireSession => Operation::ExpireSession,
    })
}

fn create_intent<P: ParameterVisitor>(visitor: &mut P, create: Create) -> Result<Create, P::Error> {
    Ok(Create {
        amount: visitor.next(create.amount)?,
        currency: visitor.next(create.currency)?,
        capture_method: visitor.one_of(Create::of(0).capture_method, create.capture_method)?,
        multicapture: visitor.flag("multicapture", create.multicapture)?,
        method: visitor.named("method", create.method)?,
        confirmation_method: defaulted(
            visitor,
            "confirmation_method",
            ConfirmationMethod::Automatic,
            create.confirmation_method,
        )?,
        flow: defaulted(visitor, "flow", Flow::Platform, create.flow)?,
        fee: visitor.named("fee", create.fee)?,
        transfer: visitor.named("transfer", create.transfer)?,
        confirm: visitor.flag("confirm", create.confirm)?,
        off_session: visitor.flag("off_session", create.off_session)?,
    })
}

fn update_intent<P: ParameterVisitor>(visitor: &mut P, update: Update) -> Result<Update, P::Error> {
    let amount = visitor.named("amount", if let Update::Amount(to) = update { Some(to) } else { None })?;
    let method = visitor.named("method", if let Update::Method(to) = update { Some(to) } else { None })?;
    let capture_method =
        visitor.named("capture_method", if let Update::CaptureMethod(to) = update { Some(to) } else { None })?;
    let fee = visitor.named("fee", if let Update::Fee(to) = update { Some(to) } else { None })?;
    let transfer = visitor.named("transfer", if let Update::Transfer(to) = update { Some(to) } else { None })?;
    let metadata = visitor.flag("metadata", update == Update::Metadata)?;
    let changes = [
        amount.map(Update::Amount),
        method.map(Update::Method),
        capture_method.map(Update::CaptureMethod),
        fee.map(Update::Fee),
        transfer.map(Update::Transfer),
        metadata.then_some(Update::Metadata),
    ];
    let mut changes = changes.into_iter().flatten();
    match (changes.next(), changes.next()) {
        (Some(change), None) => Ok(change),
        _ => Err(visitor.refuse(
            "an update changes exactly one of `amount=`, `method=`, `capture_method=`, `fee=`, `transfer=`, `metadata`",
        )),
    }
}

fn create_session<P: ParameterVisitor>(visitor: &mut P, session: CreateSession) -> Result<CreateSession, P::Error> {
    Ok(CreateSession {
        mode: visitor.next(session.mode)?,
        ui: visitor.next(session.ui)?,
        amount: visitor.next(session.amount)?,
        manual: visitor.flag("manual", session.manual)?,
        multicapture: visitor.flag("multicapture", session.multicapture)?,
        success_url: visitor.flag("success_url", session.success_url)?,
        return_url: visitor.flag("return_url", session.return_url)?,
        expires_in: visitor.named("expires_in", session.expires_in.map(Seconds))?.map(|left| left.0),
    })
}

fn event<P: ParameterVisitor>(visitor: &mut P, event: EnvironmentEvent) -> Result<EnvironmentEvent, P::Error> {
    Ok(match event {
        EnvironmentEvent::Authenticate { intent, result } => {
            EnvironmentEvent::Authenticate { intent: visitor.next(intent)?, result: visitor.next(result)? }
        }
        EnvironmentEvent::Settle { intent } => EnvironmentEvent::Settle { intent: visitor.next(intent)? },
        EnvironmentEvent::CloseCancelWindow { intent } => {
            EnvironmentEvent::CloseCancelWindow { intent: visitor.next(intent)? }
        }
        EnvironmentEvent::PostToLedger { intent } => EnvironmentEvent::PostToLedger { intent: visitor.next(intent)? },
        EnvironmentEvent::ExpireHold { intent } => EnvironmentEvent::ExpireHold { intent: visitor.next(intent)? },
        EnvironmentEvent::Refund { intent, refund, progress } => EnvironmentEvent::Refund {
            intent: visitor.next(intent)?,
            refund: visitor.next(refund)?,
            progress: visitor.next(progress)?,
        },
        EnvironmentEvent::AuthenticateSetup { result } => {
            EnvironmentEvent::AuthenticateSetup { result: visitor.next(result)? }
        }
        EnvironmentEvent::SettleSetup => EnvironmentEvent::SettleSetup,
        EnvironmentEvent::CustomerPays { intent, method } => EnvironmentEvent::CustomerPays {
            intent: visitor.next(intent)?,
            method: required(visitor, "method", method)?,
        },
        EnvironmentEvent::PruneKey { key } => EnvironmentEvent::PruneKey { key: visitor.next(key)? },
        EnvironmentEvent::Advance { seconds } => {
            EnvironmentEvent::Advance { seconds: visitor.next(Seconds(seconds))?.0 }
        }
    })
}
