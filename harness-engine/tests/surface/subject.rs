//! The server behind the port: all requests and reads go over HTTP, through the router, without a socket.

use std::borrow::Cow;
use std::sync::Arc;

use holdfast_harness::{Answer, Capabilities, Capability, Failure, Field, Reaction, Refused, Subject, SystemSnapshot};
use holdfast_model::trace::Verb;
use holdfast_model::{
    Accepted, Amount, Authentication, Call, CancellationReason, CaptureMethod, Config, Confirm, ConfirmationMethod,
    Create, Currency, Dialect, EnvironmentEvent, Input, IntentId, Operation, PaymentMethod, RefundStatus, Update,
};
use holdfast_server::{App, StoreChoice};
use serde_json::Value;

use super::laws;
use super::views::{REASONS, payment};
use super::wire::HttpRequest;

/// The number of seconds around a deadline to which time never advances, because the server's clock keeps running.
const MARGIN: i64 = 30;

/// The server in this process.
#[derive(Default)]
pub(super) struct ServerSubject {
    pub(super) app: Option<Arc<App>>,
    /// The ids of the payments, by place.
    pub(super) ids: Vec<Option<String>>,
    pub(super) snapshot: SystemSnapshot,
    /// Changes a body before the subject reads it, as a fault in rendering would.
    pub(super) rendering: Option<fn(&mut Value)>,
}

impl ServerSubject {
    pub(super) fn app(&self) -> &Arc<App> {
        self.app.as_ref().expect("the server has been started")
    }

    /// Sends a request, and returns the status and the body of the response.
    pub(super) fn ask(&self, request: &HttpRequest<'_>) -> (u16, Value) {
        let (status, mut body) = request.send(self.app());
        if let Some(rendering) = self.rendering {
            rendering(&mut body);
        }
        (status, body)
    }

    /// Returns the object at `path`.
    pub(super) fn fetch(&self, request: &HttpRequest<'_>) -> Value {
        let (status, body) = self.ask(request);
        assert_eq!(status, 200, "{request:?} is answered {body}");
        body
    }

    fn id(&self, intent: IntentId) -> &str {
        self.ids.get(usize::from(intent.0)).and_then(Option::as_deref).unwrap_or("pi_00000000099")
    }

    fn learn(&mut self, intent: IntentId, body: &Value) {
        let id = body.get("id").or_else(|| body.pointer("/error/payment_intent/id")).and_then(Value::as_str);
        let Some(id) = id.filter(|id| id.starts_with("pi_")) else { return };
        let place = usize::from(intent.0);
        self.ids.resize(self.ids.len().max(place + 1), None);
        self.ids[place] = Some(id.to_owned());
    }

    fn payment_intents(&self) -> Vec<Value> {
        let ids = self.ids.iter().flatten();
        ids.map(|id| self.fetch(&HttpRequest::get(format!("/v1/payment_intents/{id}")))).collect()
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "an operation outside of the capabilities ends the test")]
    fn request(&self, operation: &Operation) -> HttpRequest<'static> {
        let at =
            |intent: IntentId, verb: &str| HttpRequest::post(format!("/v1/payment_intents/{}{verb}", self.id(intent)));
        match *operation {
            Operation::CreateIntent { create, .. } => created(&create),
            Operation::UpdateIntent { intent, update } => updated(at(intent, ""), update),
            Operation::ConfirmIntent { intent, confirm } => confirmed(at(intent, "/confirm"), &confirm),
            Operation::CaptureIntent { intent, capture } => at(intent, "/capture")
                .with_some("amount_to_capture", capture.amount)
                .with_some("final_capture", capture.final_capture),
            Operation::CancelIntent { intent, reason } => {
                at(intent, "/cancel").with_some("cancellation_reason", reason.map(reason_word))
            }
            Operation::CreateRefund { intent, refund } => HttpRequest::post("/v1/refunds")
                .with("payment_intent", self.id(intent))
                .with_some("amount", refund.amount),
            _ => panic!("{operation:?} is not among the capabilities"),
        }
    }
}

fn created(create: &Create) -> HttpRequest<'static> {
    let mut request = HttpRequest::post("/v1/payment_intents")
        .with("amount", create.amount)
        .with("currency", create.currency.name())
        .with("capture_method", capture_method(create.capture_method))
        .with("payment_method_types[]", "card")
        .with_some("payment_method", create.method.map(|method| format!("pm_{}", method.token())));
    if create.confirmation_method == ConfirmationMethod::Manual {
        request = request.with("confirmation_method", "manual");
    }
    if create.multicapture {
        request = request.with("payment_method_options[card][request_multicapture]", "if_available");
    }
    if create.off_session {
        request = request.with("off_session", true);
    }
    if create.confirm { request.with("confirm", true) } else { request }
}

fn updated(request: HttpRequest<'static>, update: Update) -> HttpRequest<'static> {
    match update {
        Update::Amount(amount) => request.with("amount", amount),
        Update::Method(method) => request.with("payment_method", format!("pm_{}", method.token())),
        Update::CaptureMethod(method) => request.with("capture_method", capture_method(method)),
        Update::Metadata => request.with("metadata[order]", 6735),
        Update::Fee(_) | Update::Transfer(_) => panic!("connected accounts are not among the capabilities"),
    }
}

fn confirmed(request: HttpRequest<'static>, confirm: &Confirm) -> HttpRequest<'static> {
    let request = request
        .with_some("payment_method", confirm.method.map(|method| format!("pm_{}", method.token())))
        .with_some("capture_method", confirm.capture_method.map(capture_method));
    if confirm.off_session { request.with("off_session", true) } else { request }
}

fn reason_word(reason: CancellationReason) -> &'static str {
    REASONS.iter().find(|(known, _)| *known == reason).map(|(_, word)| *word).expect("every reason has a word")
}

const fn capture_method(method: CaptureMethod) -> &'static str {
    match method {
        CaptureMethod::Automatic => "automatic",
        CaptureMethod::AutomaticAsync => "automatic_async",
        CaptureMethod::Manual => "manual",
    }
}

/// Returns the response in the terms of the harness.
fn answer(status: u16, body: &Value) -> Answer {
    let amount = |name: &str| {
        Amount::from_request(body[name].as_i64().unwrap_or_else(|| panic!("{name} of {body}"))).expect("an amount")
    };
    let word = || body["status"].as_str().unwrap_or_else(|| panic!("status of {body}"));
    match (status, body["object"].as_str()) {
        (200, Some("payment_intent")) => Answer::Accepted(Accepted::Intent {
            status: holdfast_model::IntentStatus::from_name(word()).expect("a status"),
            capturable: amount("amount_capturable"),
            received: amount("amount_received"),
        }),
        (200, Some("refund")) => Answer::Accepted(Accepted::Refund {
            status: RefundStatus::from_name(word()).expect("a status"),
            amount: amount("amount"),
        }),
        (200, object) => panic!("a {object:?} is no response to this request"),
        (http, _) => {
            let text = |name: &str| body["error"][name].as_str().map(|text| Cow::<str>::Owned(text.to_owned()));
            assert!(text("message").is_some_and(|text| !text.is_empty()), "an error without a message: {body}");
            Answer::Refused(Refused {
                http,
                kind: text("type").expect("an error has a type"),
                code: text("code"),
                param: text("param"),
                decline_code: text("decline_code"),
            })
        }
    }
}

/// Returns the payment methods: cards that capture and refund at once.
fn methods() -> Vec<PaymentMethod> {
    use PaymentMethod as P;
    let slow = [P::PendingRefund, P::RefundFails, P::UsBankAccount, P::UsBankAccountFails, P::UsBankAccountProcessing];
    let others = [P::SepaDebit, P::SepaDebitFails, P::BankTransfer];
    P::ALL.iter().copied().filter(|method| !slow.contains(method) && !others.contains(method)).collect()
}

impl Subject for ServerSubject {
    fn capabilities(&self) -> Capabilities {
        use Field as F;
        let dialect = Dialect { final_capture_needs_multicapture: false, ledger_delay: 60, ..Dialect::default() };
        Capabilities::everything()
            .configuration(Config { dialect, ..Config::default() })
            .inputs(&[
                Verb::CreateIntent,
                Verb::UpdateIntent,
                Verb::ConfirmIntent,
                Verb::CaptureIntent,
                Verb::CancelIntent,
                Verb::CreateRefund,
                Verb::Authenticate,
                Verb::Advance,
            ])
            .features(&[
                Capability::SeparateConfirmation,
                Capability::ManualConfirmation,
                Capability::OffSession,
                Capability::Multicapture,
                Capability::CancellationReasons,
                Capability::IdempotencyKeys,
                Capability::InvalidAmounts,
                Capability::UnknownObjects,
            ])
            .currencies(&[Currency::Usd, Currency::Eur])
            .methods(&methods())
            .hides(&[F::PaymentMethod, F::Confirmations, F::Ledger, F::Released, F::Captures, F::HoldLeft])
            .hides(&[F::PostingLeft, F::Links, F::Keys])
            .notifies(&[])
    }

    fn start(&mut self, _: &Config) -> Result<(), Failure> {
        let key = |text: &str| text.parse().map_err(|_| Failure("not an API key".to_owned()));
        let keys = [key(super::KEY)?, key(super::OTHER_KEY)?];
        let opened = App::open(&StoreChoice::Memory, &keys, "http://127.0.0.1");
        self.app = Some(opened.map_err(|error| Failure(error.to_string()))?.app);
        self.ids.clear();
        Ok(())
    }

    /// Time passes only in whole minutes, and never to within [`MARGIN`] seconds of a deadline.
    fn can(&mut self, input: &Input) -> bool {
        let Input::Event(EnvironmentEvent::Advance { seconds }) = input else { return true };
        let now = self.fetch(&HttpRequest::get("/v1/test_helpers/clock"))["now"].as_i64().expect("a time");
        let end = now + i64::from(*seconds);
        let near = |intent: &Value| {
            let Some(charge) = intent["latest_charge"].as_str() else { return false };
            let charge = self.fetch(&HttpRequest::get(format!("/v1/charges/{charge}")));
            let deadline = charge.pointer("/payment_method_details/card/capture_before").and_then(Value::as_i64);
            deadline.is_some_and(|deadline| (deadline - end).abs() < MARGIN)
        };
        seconds % 60 == 0 && !self.payment_intents().iter().any(near)
    }

    fn submit(&mut self, call: &Call) -> Result<Reaction, Failure> {
        let key = call.key.map(|key| format!("key{}", key.0));
        let (status, body) = self.ask(&self.request(&call.operation).keyed(key));
        if let Operation::CreateIntent { intent, .. } = call.operation {
            self.learn(intent, &body);
        }
        Ok(answer(status, &body).into())
    }

    fn inject(&mut self, event: &EnvironmentEvent) -> Result<Reaction, Failure> {
        let before = self.payment_intents();
        match *event {
            EnvironmentEvent::Advance { seconds } => {
                self.fetch(&HttpRequest::post("/v1/test_helpers/clock/advance").with("seconds", seconds));
                return Ok(Accepted::Happened.into());
            }
            EnvironmentEvent::Authenticate { result: Authentication::Abandoned, .. } => {}
            EnvironmentEvent::Authenticate { intent, result } => {
                let outcome = if result == Authentication::Succeeds { "pass" } else { "fail" };
                let path = format!("/v1/test_helpers/payment_intents/{}/authenticate", self.id(intent));
                self.ask(&HttpRequest::post(path).with("outcome", outcome));
            }
            EnvironmentEvent::Settle { .. }
            | EnvironmentEvent::CloseCancelWindow { .. }
            | EnvironmentEvent::PostToLedger { .. }
            | EnvironmentEvent::ExpireHold { .. }
            | EnvironmentEvent::Refund { .. }
            | EnvironmentEvent::AuthenticateSetup { .. }
            | EnvironmentEvent::SettleSetup
            | EnvironmentEvent::CustomerPays { .. }
            | EnvironmentEvent::PruneKey { .. } => return Err(Failure(format!("{event:?} was not declared"))),
        }
        let changed = before != self.payment_intents();
        Ok(if changed { Accepted::Happened } else { Accepted::Nothing }.into())
    }

    fn observe(&mut self) -> Result<&SystemSnapshot, Failure> {
        laws::hold(self);
        let config = self.capabilities().own_configuration().unwrap_or_default();
        let payments = self.ids.iter().map(|id| id.as_ref().map(|id| payment(self, &config, id))).collect();
        self.snapshot.payments = payments;
        Ok(&self.snapshot)
    }
}
