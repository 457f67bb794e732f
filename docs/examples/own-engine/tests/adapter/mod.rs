//! The engine behind the port of the harness.

use holdfast_harness::{Capabilities, Capability, CardPayment, Failure, Reaction, Refused, Subject, SystemSnapshot};
use holdfast_model::{Accepted, Call, CaptureMethod, Config, EnvironmentEvent, IntentStatus, Operation};
use own_engine::{CardEngine, CardPayment, CardRequest, CardState, Mistake};

#[derive(Default)]
pub struct Adapter {
    pub engine: CardEngine,
    pub snapshot: SystemSnapshot,
    pub mistake: Mistake,
}

fn view(payment: &CardPayment) -> CardPayment {
    let status = match payment.state {
        CardState::Held => IntentStatus::RequiresCapture,
        CardState::Paid => IntentStatus::Succeeded,
        CardState::Canceled => IntentStatus::Canceled,
    };
    let capture_method = if payment.manual { CaptureMethod::Manual } else { CaptureMethod::Automatic };
    let CardPayment { amount, captured, refunded, .. } = *payment;
    CardPayment { status, capture_method, amount, capturable: payment.capturable(), captured, refunded }
}

fn request(operation: Operation) -> Option<CardRequest> {
    let cents = |amount: i64| u32::try_from(amount).ok();
    let payment = usize::from(operation.about().intent()?.0);
    match operation {
        Operation::CreateIntent { create, .. } => Some(CardRequest::Create {
            amount: cents(create.amount)?,
            manual: create.capture_method == CaptureMethod::Manual,
        }),
        Operation::CaptureIntent { capture, .. } => {
            Some(CardRequest::Capture { payment, amount: capture.amount.and_then(cents) })
        }
        Operation::CancelIntent { .. } => Some(CardRequest::Cancel { payment }),
        Operation::CreateRefund { refund, .. } => {
            Some(CardRequest::Refund { payment, amount: refund.amount.and_then(cents) })
        }
        _ => None,
    }
}

impl Subject for Adapter {
    fn capabilities(&self) -> Capabilities {
        Capabilities::card().features(&[Capability::IdempotencyKeys])
    }
    fn start(&mut self, _: &Config) -> Result<(), Failure> {
        self.engine = CardEngine::new(self.mistake);
        Ok(())
    }
    fn submit(&mut self, call: &Call) -> Result<Reaction, Failure> {
        let request = request(call.operation).ok_or_else(|| Failure("not among the capabilities".into()))?;
        let response = self.engine.take(request, call.key.map(|key| key.0));
        Ok(response.map_or_else(|_| Refused::unexplained().into(), |payment| view(&payment).reaction()))
    }
    fn inject(&mut self, event: &EnvironmentEvent) -> Result<Reaction, Failure> {
        let EnvironmentEvent::Advance { seconds } = event else { return Err(Failure("only time passes".into())) };
        self.engine.advance(u64::from(*seconds));
        Ok(Accepted::Happened.into())
    }
    fn observe(&mut self) -> Result<&SystemSnapshot, Failure> {
        self.snapshot.payments = self.engine.payments.iter().map(|it| Some(view(it).into())).collect();
        Ok(&self.snapshot)
    }
}
