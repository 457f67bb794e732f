//! Translates the model's operations into requests to the engine. They are typed where the engine's types can express
//! them, and text otherwise: an unknown currency, or a reason that only the system may give.

use holdfast_engine::command::{
    CapturePaymentIntent, Choices, Command, ConfirmOptions, ConfirmPaymentIntent, ConfirmSetupIntent,
    CreateCheckoutSession, CreateFeeRefund, CreatePaymentIntent, CreateRefund, CreateReversal, CreateSetupIntent,
    CreateTransfer, ItemPrice, LineItemTerms, MethodRef, Microdeposits, TextsChange, TransferTerms,
    UpdatePaymentIntent, UpdateSetupIntent,
};
use holdfast_engine::edge::read::{self, Verb};
use holdfast_engine::objects::{self as engine, Redirects, Usage};
use holdfast_engine::{AccountId, CheckoutSessionId, CustomerId, Time};
use holdfast_model::{
    CancellationReason, CaptureMethod, Confirm, ConfirmationMethod, Create, CreateSession, Flow, IntentId, Operation,
    PaymentMethod, SessionMode, SessionUi, Update,
};
use serde_json::{Value, json};

use super::config::{CONNECTED, PLATFORM};
use super::names;
use super::object_index::ObjectIndex;

/// Returns the account and the command of a request; `None` if the engine does not support it (see [`Subject::can`]).
///
/// [`Subject::can`]: holdfast_harness::Subject::can
pub(super) fn command(index: &ObjectIndex, now: Time, operation: &Operation) -> Option<(AccountId, Command)> {
    let of_payment = |intent: IntentId, command: Command| Some((index.account_of(intent), command));
    let here = |command: Command| Some((PLATFORM, command));
    match *operation {
        // The API has no transfer amount without a destination, and in payment mode no session without an amount.
        Operation::CreateIntent { create, .. } if create.transfer.is_some() && create.flow != Flow::Destination => None,
        Operation::CreateSession(request) if request.mode == SessionMode::Payment && request.amount == 0 => None,
        Operation::CreateIntent { create, .. } => Some((account_for(create.flow), create_intent(&create))),
        Operation::UpdateIntent { intent, update } => of_payment(intent, update_intent(index, intent, update)),
        Operation::ConfirmIntent { intent, confirm } => of_payment(intent, confirm_intent(index, intent, confirm)),
        Operation::CaptureIntent { intent, capture } => {
            let command = CapturePaymentIntent {
                amount: capture.amount,
                final_capture: capture.final_capture,
                application_fee_amount: capture.fee,
                transfer_amount: capture.transfer,
                ..CapturePaymentIntent::new(index.intent(intent))
            };
            of_payment(intent, Command::CapturePaymentIntent(command))
        }
        Operation::CancelIntent { intent, reason } => of_payment(intent, cancel_intent(index, intent, reason)),
        Operation::CreateRefund { intent, refund } => {
            let command = CreateRefund {
                intent: Some(index.intent(intent)),
                amount: refund.amount,
                refund_application_fee: refund.refund_application_fee,
                reverse_transfer: refund.reverse_transfer,
                ..CreateRefund::default()
            };
            of_payment(intent, Command::CreateRefund(command))
        }
        Operation::CancelRefund { intent, refund } => {
            of_payment(intent, Command::CancelRefund { refund: index.refund(intent, refund) })
        }
        Operation::RefundFee { intent, amount } => {
            let (fee, amount) = index.fee_to_refund(intent, amount)?;
            here(Command::CreateFeeRefund(CreateFeeRefund { fee, amount, texts: TextsChange::default() }))
        }
        Operation::ReverseTransfer { intent, amount } => {
            let (transfer, amount) = index.transfer_to_reverse(intent, amount)?;
            here(Command::CreateReversal(CreateReversal { transfer, amount, texts: TextsChange::default() }))
        }
        Operation::CreateTransfer { intent, amount } => create_transfer(index, intent, amount),
        Operation::CreateSetup { method, confirm } => here(Command::CreateSetupIntent(Box::new(CreateSetupIntent {
            method: method.map(test),
            customer: index.customer,
            automatic_methods: Some(Redirects::Never),
            microdeposits: true,
            confirm: confirm.then(ConfirmOptions::default),
            ..CreateSetupIntent::default()
        }))),
        Operation::UpdateSetup { method } => here(Command::UpdateSetupIntent(Box::new(UpdateSetupIntent {
            intent: index.setup(),
            method: Some(test(method)),
            method_types: None,
            customer: None,
            microdeposits: None,
            texts: TextsChange::default(),
        }))),
        Operation::ConfirmSetup { method } => here(Command::ConfirmSetupIntent(ConfirmSetupIntent {
            intent: index.setup(),
            method: method.map(test),
            microdeposits: None,
            options: ConfirmOptions::default(),
            texts: TextsChange::default(),
        })),
        Operation::CancelSetup { reason } => here(cancel_setup(index, reason)),
        Operation::VerifyMicrodeposits => {
            here(Command::VerifyMicrodeposits { intent: index.setup(), proof: Microdeposits::Amounts(32, 45) })
        }
        Operation::CreateSession(request) => here(create_session(index.customer, now, &request)),
        Operation::ExpireSession => here(Command::ExpireCheckoutSession { session: index.session() }),
    }
}

/// Returns the reference by which a request names the method.
pub(super) const fn test(method: PaymentMethod) -> MethodRef {
    MethodRef::Test(names::test_method(method))
}

const fn account_for(flow: Flow) -> AccountId {
    match flow {
        Flow::Platform | Flow::Destination => PLATFORM,
        Flow::Direct => CONNECTED,
    }
}

fn create_intent(create: &Create) -> Command {
    let Some(currency) = names::asked_currency(create.currency).filter(|_| create.confirm || !create.off_session)
    else {
        return read::command(Verb::Post, "/v1/payment_intents", &create_as_text(create));
    };
    let transfer_data = match create.flow {
        Flow::Destination => Some(TransferTerms { destination: CONNECTED, amount: create.transfer }),
        Flow::Platform | Flow::Direct => None,
    };
    Command::CreatePaymentIntent(Box::new(CreatePaymentIntent {
        method: create.method.map(test),
        automatic_methods: Some(Redirects::Never),
        capture_method: asked_capture_method(create.capture_method),
        request_multicapture: create.multicapture,
        confirmation_method: names::asked_confirmation_method(create.confirmation_method),
        application_fee_amount: create.fee,
        transfer_data,
        confirm: create
            .confirm
            .then_some(ConfirmOptions { off_session: create.off_session, ..ConfirmOptions::default() }),
        ..CreatePaymentIntent::new(create.amount, currency)
    }))
}

/// Returns the capture method; `None` leaves the default to the engine (A4).
const fn asked_capture_method(method: CaptureMethod) -> Option<engine::CaptureMethod> {
    match method {
        CaptureMethod::AutomaticAsync => None,
        CaptureMethod::Automatic | CaptureMethod::Manual => Some(names::asked_capture_method(method)),
    }
}

fn create_as_text(create: &Create) -> Value {
    let mut params = json!({
        "amount": create.amount,
        "currency": create.currency.name(),
        "confirm": create.confirm,
        "automatic_payment_methods": { "enabled": true, "allow_redirects": "never" },
    });
    let mut set = |name: &str, value: Value| {
        if let Some(object) = params.as_object_mut() {
            object.insert(name.to_owned(), value);
        }
    };
    if let Some(method) = create.method {
        set("payment_method", json!(names::test_method(method).row().token));
    }
    match create.capture_method {
        CaptureMethod::AutomaticAsync => {}
        CaptureMethod::Automatic => set("capture_method", json!("automatic")),
        CaptureMethod::Manual => set("capture_method", json!("manual")),
    }
    if create.confirmation_method == ConfirmationMethod::Manual {
        set("confirmation_method", json!("manual"));
    }
    if create.multicapture {
        set("payment_method_options", json!({ "card": { "request_multicapture": "if_available" } }));
    }
    if let Some(fee) = create.fee {
        set("application_fee_amount", json!(fee));
    }
    if create.off_session {
        set("off_session", json!(true));
    }
    match (create.flow, create.transfer) {
        (Flow::Destination, Some(amount)) => {
            set("transfer_data", json!({ "destination": CONNECTED.to_string(), "amount": amount }));
        }
        (Flow::Destination, None) => set("transfer_data", json!({ "destination": CONNECTED.to_string() })),
        (Flow::Platform | Flow::Direct, _) => {}
    }
    params
}

fn update_intent(index: &ObjectIndex, intent: IntentId, update: Update) -> Command {
    let mut asked = UpdatePaymentIntent::new(index.intent(intent));
    let choices = &mut asked.choices;
    match update {
        Update::Amount(amount) => asked.amount = Some(amount),
        Update::Method(method) => choices.method = Some(test(method)),
        Update::CaptureMethod(method) => choices.capture_method = Some(names::asked_capture_method(method)),
        Update::Fee(fee) => choices.application_fee_amount = Some(fee),
        Update::Transfer(amount) => choices.transfer_amount = Some(amount),
        Update::Metadata => asked.texts = TextsChange::metadata(&[("order", "6735")]),
    }
    Command::UpdatePaymentIntent(Box::new(asked))
}

fn confirm_intent(index: &ObjectIndex, intent: IntentId, confirm: Confirm) -> Command {
    let choices = Choices {
        method: confirm.method.map(test),
        capture_method: confirm.capture_method.map(names::asked_capture_method),
        application_fee_amount: confirm.fee,
        transfer_amount: confirm.transfer,
        ..Choices::default()
    };
    let options = ConfirmOptions { off_session: confirm.off_session, ..ConfirmOptions::default() };
    let confirm = ConfirmPaymentIntent::new(index.intent(intent));
    Command::ConfirmPaymentIntent(ConfirmPaymentIntent { choices, options, ..confirm })
}

fn cancel_intent(index: &ObjectIndex, intent: IntentId, reason: Option<CancellationReason>) -> Command {
    let id = index.intent(intent);
    match reason.map(|reason| (reason, names::given_reason(reason))) {
        None => Command::CancelPaymentIntent { intent: id, reason: None },
        Some((_, given @ Some(_))) => Command::CancelPaymentIntent { intent: id, reason: given },
        Some((reason, None)) => cancel_as_text(&format!("/v1/payment_intents/{id}/cancel"), reason),
    }
}

fn cancel_setup(index: &ObjectIndex, reason: Option<CancellationReason>) -> Command {
    let id = index.setup();
    match reason {
        None => Command::CancelSetupIntent { intent: id, reason: None },
        Some(reason) => cancel_as_text(&format!("/v1/setup_intents/{id}/cancel"), reason),
    }
}

fn cancel_as_text(path: &str, reason: CancellationReason) -> Command {
    read::command(Verb::Post, path, &json!({ "cancellation_reason": names::reason_word(reason) }))
}

/// Returns a separate transfer. The engine requires an amount, so a missing one is computed first.
fn create_transfer(index: &ObjectIndex, intent: IntentId, amount: Option<i64>) -> Option<(AccountId, Command)> {
    if index.followed(intent).is_some_and(|payment| payment.charge.is_none()) && amount.is_some_and(|amount| amount < 1)
    {
        // Charge and amount are both wrong, and the specification does not say which one is named.
        return None;
    }
    let amount = amount.unwrap_or_else(|| index.transferable(intent).max(1));
    let command = CreateTransfer {
        amount,
        currency: index.currency(intent),
        destination: CONNECTED,
        source: Some(index.charge(intent)),
        texts: TextsChange::default(),
    };
    // A connected account has no other account to transfer money to.
    Some((index.account_of(intent), Command::CreateTransfer(command))).filter(|(account, _)| *account == PLATFORM)
}

fn create_session(customer: Option<CustomerId>, now: Time, request: &CreateSession) -> Command {
    let url = |given: bool| given.then(|| "https://shop.example/done".to_owned());
    let (mode, customer) = match request.mode {
        SessionMode::Payment => (engine::SessionMode::Payment, None),
        SessionMode::Setup => (engine::SessionMode::Setup, customer),
    };
    let ui = match request.ui {
        SessionUi::Hosted => engine::UiMode::Hosted,
        SessionUi::Embedded => engine::UiMode::Embedded,
    };
    let currency = holdfast_engine::Currency::Usd;
    let (name, unit_amount) = (Some("T-shirt".to_owned()), request.amount);
    let price = ItemPrice::Inline { name, product: None, currency, unit_amount };
    let item = LineItemTerms { price, quantity: 1, given: None };
    let seconds = request.expires_in.map(|wait| now.after(u64::from(wait)).seconds());
    Command::CreateCheckoutSession(Box::new(CreateCheckoutSession {
        line_items: match request.mode {
            SessionMode::Payment => vec![item],
            SessionMode::Setup => Vec::new(),
        },
        success_url: url(request.success_url),
        return_url: url(request.return_url),
        expires_at: seconds.and_then(|seconds| i64::try_from(seconds).ok()),
        customer,
        capture_method: request.manual.then_some(engine::CaptureMethod::Manual),
        request_multicapture: request.multicapture,
        setup_future_usage: None::<Usage>,
        ..CreateCheckoutSession::new(mode, ui)
    }))
}

/// An id that no session has.
pub(super) const NO_SESSION: CheckoutSessionId = CheckoutSessionId(u64::MAX);
