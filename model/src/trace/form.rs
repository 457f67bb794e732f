//! What stands on a line, for each input: said once, for the reader and for the writer.
//!
//! A [`Pen`] is handed every parameter in the order of the line. The writer writes what it is
//! handed and hands it back; the reader ignores it and hands back what it has read. So there is no
//! parameter that one of the two could know and the other not.

use super::words::{Seconds, Word};
use crate::{
    Call, Capture, Confirm, ConfirmationMethod, Create, CreateRefund, CreateSession, DeliveryFault, EnvironmentEvent,
    Flow, Input, Operation, Update,
};

/// What reads or writes a line.
pub(super) trait Pen {
    /// What can go wrong.
    type Error;

    /// The verb: hands back an input with that verb.
    fn verb(&mut self, input: Input) -> Result<Input, Self::Error>;
    /// A word that must stand next.
    fn next<T: Word>(&mut self, value: T) -> Result<T, Self::Error>;
    /// A bare number that may be left out.
    fn number(&mut self, value: Option<i64>) -> Result<Option<i64>, Self::Error>;
    /// A bare word out of a list; left out, it is `default`.
    fn one_of<T: Word>(&mut self, default: T, value: T) -> Result<T, Self::Error>;
    /// `name=value`, which may be left out.
    fn named<T: Word>(&mut self, name: &'static str, value: Option<T>) -> Result<Option<T>, Self::Error>;
    /// A bare word that is there or not.
    fn flag(&mut self, name: &'static str, value: bool) -> Result<bool, Self::Error>;
    /// The line as a whole makes no sense.
    fn refuse(&mut self, message: &'static str) -> Self::Error;
}

/// `name=value`, left out for the default.
fn defaulted<P: Pen, T: Word + PartialEq>(
    pen: &mut P,
    name: &'static str,
    default: T,
    value: T,
) -> Result<T, P::Error> {
    let stated = (value != default).then_some(value);
    Ok(pen.named(name, stated)?.unwrap_or(default))
}

/// `name=value`, which must be there.
fn required<P: Pen, T: Word>(pen: &mut P, name: &'static str, value: T) -> Result<T, P::Error> {
    match pen.named(name, Some(value))? {
        Some(value) => Ok(value),
        None => Err(pen.refuse("a parameter is missing: `method=` must be given")),
    }
}

/// An input: everything left of `=>`.
pub(super) fn input<P: Pen>(pen: &mut P, input: Input) -> Result<Input, P::Error> {
    Ok(match pen.verb(input)? {
        Input::Call(call) => Input::Call(Call {
            operation: operation(pen, call.operation)?,
            key: pen.named("key", call.key)?,
            fault: defaulted(pen, "fault", DeliveryFault::None, call.fault)?,
        }),
        Input::Begin { key, operation: begun } => {
            let key = pen.next(key)?;
            match pen.verb(begun.into())? {
                Input::Call(call) => Input::Begin { key, operation: operation(pen, call.operation)? },
                Input::Begin { .. } | Input::Finish { .. } | Input::Event(_) => {
                    return Err(pen.refuse("only a client's request can begin"));
                }
            }
        }
        Input::Finish { key } => Input::Finish { key: pen.next(key)? },
        Input::Event(happening) => Input::Event(event(pen, happening)?),
    })
}

fn operation<P: Pen>(pen: &mut P, operation: Operation) -> Result<Operation, P::Error> {
    Ok(match operation {
        Operation::CreateIntent { intent, create } => {
            Operation::CreateIntent { intent: pen.next(intent)?, create: create_intent(pen, create)? }
        }
        Operation::UpdateIntent { intent, update } => {
            Operation::UpdateIntent { intent: pen.next(intent)?, update: update_intent(pen, update)? }
        }
        Operation::ConfirmIntent { intent, confirm } => Operation::ConfirmIntent {
            intent: pen.next(intent)?,
            confirm: Confirm {
                method: pen.named("method", confirm.method)?,
                capture_method: pen.named("capture_method", confirm.capture_method)?,
                fee: pen.named("fee", confirm.fee)?,
                transfer: pen.named("transfer", confirm.transfer)?,
                off_session: pen.flag("off_session", confirm.off_session)?,
            },
        },
        Operation::CaptureIntent { intent, capture } => Operation::CaptureIntent {
            intent: pen.next(intent)?,
            capture: Capture {
                amount: pen.number(capture.amount)?,
                final_capture: pen.named("final", capture.final_capture)?,
                fee: pen.named("fee", capture.fee)?,
                transfer: pen.named("transfer", capture.transfer)?,
            },
        },
        Operation::CancelIntent { intent, reason } => {
            Operation::CancelIntent { intent: pen.next(intent)?, reason: pen.named("reason", reason)? }
        }
        Operation::CreateRefund { intent, refund } => Operation::CreateRefund {
            intent: pen.next(intent)?,
            refund: CreateRefund {
                amount: pen.number(refund.amount)?,
                refund_application_fee: pen.flag("refund_application_fee", refund.refund_application_fee)?,
                reverse_transfer: pen.flag("reverse_transfer", refund.reverse_transfer)?,
            },
        },
        Operation::CancelRefund { intent, refund } => {
            Operation::CancelRefund { intent: pen.next(intent)?, refund: pen.next(refund)? }
        }
        Operation::RefundFee { intent, amount } => {
            Operation::RefundFee { intent: pen.next(intent)?, amount: pen.number(amount)? }
        }
        Operation::ReverseTransfer { intent, amount } => {
            Operation::ReverseTransfer { intent: pen.next(intent)?, amount: pen.number(amount)? }
        }
        Operation::CreateTransfer { intent, amount } => {
            Operation::CreateTransfer { intent: pen.next(intent)?, amount: pen.number(amount)? }
        }
        Operation::CreateSetup { method, confirm } => {
            Operation::CreateSetup { method: pen.named("method", method)?, confirm: pen.flag("confirm", confirm)? }
        }
        Operation::UpdateSetup { method } => Operation::UpdateSetup { method: required(pen, "method", method)? },
        Operation::ConfirmSetup { method } => Operation::ConfirmSetup { method: pen.named("method", method)? },
        Operation::CancelSetup { reason } => Operation::CancelSetup { reason: pen.named("reason", reason)? },
        Operation::VerifyMicrodeposits => Operation::VerifyMicrodeposits,
        Operation::CreateSession(session) => Operation::CreateSession(create_session(pen, session)?),
        Operation::ExpireSession => Operation::ExpireSession,
    })
}

fn create_intent<P: Pen>(pen: &mut P, create: Create) -> Result<Create, P::Error> {
    Ok(Create {
        amount: pen.next(create.amount)?,
        currency: pen.next(create.currency)?,
        capture_method: pen.one_of(Create::of(0).capture_method, create.capture_method)?,
        multicapture: pen.flag("multicapture", create.multicapture)?,
        method: pen.named("method", create.method)?,
        confirmation_method: defaulted(
            pen,
            "confirmation_method",
            ConfirmationMethod::Automatic,
            create.confirmation_method,
        )?,
        flow: defaulted(pen, "flow", Flow::Platform, create.flow)?,
        fee: pen.named("fee", create.fee)?,
        transfer: pen.named("transfer", create.transfer)?,
        confirm: pen.flag("confirm", create.confirm)?,
        off_session: pen.flag("off_session", create.off_session)?,
    })
}

fn update_intent<P: Pen>(pen: &mut P, update: Update) -> Result<Update, P::Error> {
    let amount = pen.named("amount", if let Update::Amount(to) = update { Some(to) } else { None })?;
    let method = pen.named("method", if let Update::Method(to) = update { Some(to) } else { None })?;
    let capture_method =
        pen.named("capture_method", if let Update::CaptureMethod(to) = update { Some(to) } else { None })?;
    let fee = pen.named("fee", if let Update::Fee(to) = update { Some(to) } else { None })?;
    let transfer = pen.named("transfer", if let Update::Transfer(to) = update { Some(to) } else { None })?;
    let metadata = pen.flag("metadata", update == Update::Metadata)?;
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
        _ => Err(pen.refuse(
            "an update changes exactly one of `amount=`, `method=`, `capture_method=`, `fee=`, `transfer=`, `metadata`",
        )),
    }
}

fn create_session<P: Pen>(pen: &mut P, session: CreateSession) -> Result<CreateSession, P::Error> {
    Ok(CreateSession {
        mode: pen.next(session.mode)?,
        ui: pen.next(session.ui)?,
        amount: pen.next(session.amount)?,
        manual: pen.flag("manual", session.manual)?,
        multicapture: pen.flag("multicapture", session.multicapture)?,
        success_url: pen.flag("success_url", session.success_url)?,
        return_url: pen.flag("return_url", session.return_url)?,
        expires_in: pen.named("expires_in", session.expires_in.map(Seconds))?.map(|left| left.0),
    })
}

fn event<P: Pen>(pen: &mut P, event: EnvironmentEvent) -> Result<EnvironmentEvent, P::Error> {
    Ok(match event {
        EnvironmentEvent::Authenticate { intent, result } => {
            EnvironmentEvent::Authenticate { intent: pen.next(intent)?, result: pen.next(result)? }
        }
        EnvironmentEvent::Settle { intent } => EnvironmentEvent::Settle { intent: pen.next(intent)? },
        EnvironmentEvent::CloseCancelWindow { intent } => {
            EnvironmentEvent::CloseCancelWindow { intent: pen.next(intent)? }
        }
        EnvironmentEvent::PostToLedger { intent } => EnvironmentEvent::PostToLedger { intent: pen.next(intent)? },
        EnvironmentEvent::ExpireHold { intent } => EnvironmentEvent::ExpireHold { intent: pen.next(intent)? },
        EnvironmentEvent::Refund { intent, refund, progress } => EnvironmentEvent::Refund {
            intent: pen.next(intent)?,
            refund: pen.next(refund)?,
            progress: pen.next(progress)?,
        },
        EnvironmentEvent::AuthenticateSetup { result } => {
            EnvironmentEvent::AuthenticateSetup { result: pen.next(result)? }
        }
        EnvironmentEvent::SettleSetup => EnvironmentEvent::SettleSetup,
        EnvironmentEvent::CustomerPays { intent, method } => {
            EnvironmentEvent::CustomerPays { intent: pen.next(intent)?, method: required(pen, "method", method)? }
        }
        EnvironmentEvent::PruneKey { key } => EnvironmentEvent::PruneKey { key: pen.next(key)? },
        EnvironmentEvent::Advance { seconds } => EnvironmentEvent::Advance { seconds: pen.next(Seconds(seconds))?.0 },
    })
}
