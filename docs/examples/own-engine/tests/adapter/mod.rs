//! The engine behind the port of the harness.

use holdfast_harness::{Capabilities, Capability, CardPayment, Failure, Reaction, Refused, Subject, SystemSnapshot};
use holdfast_model::{Accepted, Call, CaptureMethod, Config, EnvironmentEvent, IntentStatus, Operation};
use own_engine::{Mistake, ShopEngine, ShopPayment, ShopRequest, ShopState};

#[derive(Default)]
pub struct Adapter {
    pub engine: ShopEngine,
    pub snapshot: SystemSnapshot,
    pub mistake: Mistake,
}

fn view(payment: &ShopPayment) -> CardPayment {
    let status = match payment.state {
        ShopState::Held => IntentStatus::RequiresCapture,
        ShopState::Paid => IntentStatus::Succeeded,
        ShopState::Canceled => IntentStatus::Canceled,
    };
    let capture_method = if payment.manual { CaptureMethod::Manual } else { CaptureMethod::Automatic };
    let ShopPayment { amount, captured, refunded, .. } = *payment;
    CardPayment { status, capture_method, amount, capturable: payment.capturable(), captured, refunded }
}

fn request(operation: Operation) -> Option<ShopRequest> {
    let cents = |amount: i64| u32::try_from(amount).ok();
    let payment = usize::from(operation.about().intent()?.0);
    match operation {
        Operation::CreateIntent { create, .. } => Some(ShopRequest::Create {
            amount: cents(create.amount)?,
            manual: create.capture_method == CaptureMethod::Manual,
        }),
        Operation::CaptureIntent { capture, .. } => {
            Some(ShopRequest::Capture { payment, amount: capture.amount.and_then(cents) })
        }
        Operation::CancelIntent { .. } => Some(ShopRequest::Cancel { payment }),
        Operation::CreateRefund { refund, .. } => {
            Some(ShopRequest::Refund { payment, amount: refund.amount.and_then(cents) })
        }
        _ => None,
    }
}

impl Subject for Adapter {
    fn capabilities(&self) -> Capabilities {
        Capabilities::card().features(&[Capability::IdempotencyKeys])
    }
    fn start(&mut self, _: &Config) -> Result<(), Failure> {
        self.engine = ShopEngine::new(self.mistake);
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
