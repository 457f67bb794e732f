//! A model's input as a request of the provider's API. `None` where this server cannot be asked that.

use holdfast_model::{
    Authentication, CancellationReason, CaptureMethod, ConfirmationMethod, Create, EnvironmentEvent, Flow, IntentId,
    Operation, PaymentMethod, PaymentView, Rail, RefundProgress, Target, Update,
};

use crate::names::Names;
use crate::profile::{Api, MethodReference, ServerProfile};
use crate::wire::HttpRequest;

/// The request that makes a PaymentMethod of a card's number.
#[must_use]
pub fn make_method(number: &str) -> HttpRequest {
    HttpRequest::post("/v1/payment_methods")
        .with("type", "card")
        .with("card[number]", number)
        .with("card[exp_month]", 12)
        .with("card[exp_year]", 2034)
        .with("card[cvc]", 123)
}

/// How a request names a method; `made` is what [`make_method`] made.
#[must_use]
pub fn named(profile: &ServerProfile, method: PaymentMethod, made: Option<&str>) -> Option<String> {
    Some(match profile.methods.get(&method)? {
        MethodReference::Token => format!("pm_{}", method.token()),
        MethodReference::Number(_) => made?.to_owned(),
        MethodReference::Source(token) => (*token).to_owned(),
    })
}

/// The request for an operation. `view` is the payment that it is about, as the model has it; `method` how the payment
/// method is named that it names.
#[must_use]
pub fn operation(
    profile: &ServerProfile,
    names: &Names,
    operation: &Operation,
    view: Option<&PaymentView>,
    method: Option<&str>,
) -> Option<HttpRequest> {
    let named = operation.method();
    // A bank account is saved by deposits, whose amounts nobody tells.
    let is_bank = named.is_some_and(|method| !matches!(method.profile().rail, Rail::Card(_)));
    if named.is_some() != method.is_some() || is_bank && operation.about() == Target::Setup {
        return None;
    }
    match profile.api {
        Api::Intents => of_intents(profile, names, operation, method),
        Api::Charges => of_charges(names, operation, view, method),
    }
}

fn of_intents(
    profile: &ServerProfile,
    names: &Names,
    operation: &Operation,
    method: Option<&str>,
) -> Option<HttpRequest> {
    let path = |intent: IntentId, verb: &str| {
        let account = names.payment(intent).and_then(|names| names.account.clone());
        HttpRequest { account, ..HttpRequest::post(format!("/v1/payment_intents/{}{verb}", names.intent(intent))) }
    };
    let of_setup = |verb: &str| HttpRequest::post(format!("/v1/setup_intents/{}{verb}", names.setup()));
    Some(match *operation {
        Operation::CreateIntent { create, .. } => create_intent(profile, &create, method)?,
        Operation::UpdateIntent { intent, update } => {
            let asked = path(intent, "");
            match update {
                Update::Amount(amount) => asked.with("amount", amount),
                Update::Method(_) => asked.with_some("payment_method", method),
                Update::CaptureMethod(method) => asked.with("capture_method", capture_method(method)),
                Update::Fee(fee) => asked.with("application_fee_amount", fee),
                Update::Transfer(amount) => asked.with("transfer_data[amount]", amount),
                Update::Metadata => asked.with("metadata[order]", 6735),
            }
        }
        Operation::ConfirmIntent { intent, confirm } => {
            let asked = path(intent, "/confirm")
                .with_some("payment_method", method)
                .with_some("capture_method", confirm.capture_method.map(capture_method))
                .with_some("application_fee_amount", confirm.fee)
                .with_some("transfer_data[amount]", confirm.transfer);
            if confirm.off_session { asked.with("off_session", true) } else { asked }
        }
        Operation::CaptureIntent { intent, capture } => path(intent, "/capture")
            .with_some("amount_to_capture", capture.amount)
            .with_some("final_capture", capture.final_capture)
            .with_some("application_fee_amount", capture.fee)
            .with_some("transfer_data[amount]", capture.transfer),
        Operation::CancelIntent { intent, reason } => {
            path(intent, "/cancel").with_some("cancellation_reason", reason.map(reason_name))
        }
        Operation::CreateRefund { intent, refund } => {
            let mut asked = HttpRequest { path: "/v1/refunds".to_owned(), ..path(intent, "") }
                .with("payment_intent", names.intent(intent))
                .with_some("amount", refund.amount);
            for (name, is_asked) in [
                ("refund_application_fee", refund.refund_application_fee),
                ("reverse_transfer", refund.reverse_transfer),
            ] {
                if is_asked {
                    asked = asked.with(name, true);
                }
            }
            asked
        }
        Operation::CancelRefund { intent, refund } => {
            HttpRequest { path: format!("/v1/refunds/{}/cancel", names.refund(intent, refund)), ..path(intent, "") }
        }
        Operation::CreateSetup { confirm, .. } => {
            let asked = HttpRequest::post("/v1/setup_intents").with_some("payment_method", method);
            if confirm { asked.with("confirm", true) } else { asked }
        }
        Operation::UpdateSetup { .. } => of_setup("").with_some("payment_method", method),
        Operation::ConfirmSetup { .. } => of_setup("/confirm").with_some("payment_method", method),
        Operation::CancelSetup { reason } => {
            of_setup("/cancel").with_some("cancellation_reason", reason.map(reason_name))
        }
        // One fee or transfer of several cannot be chosen by what the model knows, deposits have amounts only the
        // server knows, and sessions are paid in a browser.
        Operation::RefundFee { .. }
        | Operation::ReverseTransfer { .. }
        | Operation::CreateTransfer { .. }
        | Operation::VerifyMicrodeposits
        | Operation::CreateSession(_)
        | Operation::ExpireSession => return None,
    })
}

fn create_intent(profile: &ServerProfile, create: &Create, method: Option<&str>) -> Option<HttpRequest> {
    let mut asked = HttpRequest::post("/v1/payment_intents")
        .with("amount", create.amount)
        .with("currency", create.currency.name())
        .with_some("payment_method", method);
    // The default is left to the server (A4).
    if create.capture_method != CaptureMethod::AutomaticAsync {
        asked = asked.with("capture_method", capture_method(create.capture_method));
    }
    if create.confirmation_method == ConfirmationMethod::Manual {
        asked = asked.with("confirmation_method", "manual");
    }
    if create.multicapture {
        asked = asked.with("payment_method_options[card][request_multicapture]", "if_available");
    }
    asked = asked.with_some("application_fee_amount", create.fee);
    match create.flow {
        Flow::Platform if create.transfer.is_some() => return None,
        Flow::Platform => {}
        Flow::Direct if create.transfer.is_some() => return None,
        Flow::Direct => asked.account = Some(profile.connected.clone()?),
        Flow::Destination => {
            asked = asked.with("transfer_data[destination]", profile.connected.clone()?);
            asked = asked.with_some("transfer_data[amount]", create.transfer);
        }
    }
    if create.off_session {
        asked = asked.with("off_session", true);
    }
    Some(if create.confirm { asked.with("confirm", true) } else { asked })
}

/// Charges are made, held or captured in one request; a hold is let go by refunding all of it. Nothing else is asked of
/// them.
fn of_charges(
    names: &Names,
    operation: &Operation,
    view: Option<&PaymentView>,
    method: Option<&str>,
) -> Option<HttpRequest> {
    let is_hold = view.is_some_and(|view| view.capturable.get() > 0);
    let give_back = |intent: IntentId| HttpRequest::post("/v1/refunds").with("charge", names.intent(intent));
    if let Operation::CreateIntent { create, .. } = *operation {
        let is_plain = create.confirm
            && create.flow == Flow::Platform
            && !(create.multicapture || create.off_session)
            && create.confirmation_method == ConfirmationMethod::Automatic
            && (create.fee, create.transfer) == (None, None);
        let asked = HttpRequest::post("/v1/charges")
            .with("amount", create.amount)
            .with("currency", create.currency.name())
            .with("source", method.filter(|_| is_plain)?);
        return Some(if create.capture_method == CaptureMethod::Manual { asked.with("capture", false) } else { asked });
    }
    if let Operation::CaptureIntent { intent, capture } = *operation {
        let is_plain = (capture.final_capture, capture.fee, capture.transfer) == (None, None, None);
        let asked = HttpRequest::post(format!("/v1/charges/{}/capture", names.intent(intent)));
        return is_plain.then(|| asked.with_some("amount", capture.amount));
    }
    if let Operation::CancelIntent { intent, reason: None } = *operation {
        return is_hold.then(|| give_back(intent));
    }
    if let Operation::CreateRefund { intent, refund } = *operation {
        // Of a hold, all would be let go, and nothing else can be asked back (PI-35).
        let is_plain = !(is_hold || refund.refund_application_fee || refund.reverse_transfer);
        return is_plain.then(|| give_back(intent).with_some("amount", refund.amount));
    }
    None
}

/// The request that makes the world move.
#[must_use]
pub fn event(
    profile: &ServerProfile,
    names: &Names,
    event: &EnvironmentEvent,
    view: Option<&PaymentView>,
) -> Option<HttpRequest> {
    let helper = |intent: IntentId, verb: &str| {
        let account = names.payment(intent).and_then(|names| names.account.clone());
        HttpRequest {
            account,
            ..HttpRequest::post(format!("/v1/test_helpers/payment_intents/{}/{verb}", names.intent(intent)))
        }
    };
    match *event {
        EnvironmentEvent::Authenticate { intent, result } => {
            let helper = profile.authenticate?;
            let value = match result {
                Authentication::Succeeds => helper.values.0,
                Authentication::Fails => helper.values.1,
                Authentication::Abandoned => return None,
            };
            let names = names.payment(intent)?;
            let asked = HttpRequest::post(helper.path.replace("{id}", &names.id)).with(helper.name, value);
            let asked = if helper.secret { asked.with("client_secret", &names.secret) } else { asked };
            Some(HttpRequest { account: names.account.clone(), ..asked })
        }
        EnvironmentEvent::Settle { intent } if profile.settle => {
            let value = match view?.payment_method? {
                PaymentMethod::UsBankAccount | PaymentMethod::SepaDebit | PaymentMethod::BankTransfer => "succeeded",
                PaymentMethod::UsBankAccountFails | PaymentMethod::SepaDebitFails => "insufficient_funds",
                PaymentMethod::UsBankAccountProcessing => return None,
                PaymentMethod::Visa
                | PaymentMethod::Mastercard
                | PaymentMethod::Amex
                | PaymentMethod::Discover
                | PaymentMethod::Diners
                | PaymentMethod::Jcb
                | PaymentMethod::UnionPay
                | PaymentMethod::CartesBancaires
                | PaymentMethod::NoEnterpriseFeatures
                | PaymentMethod::Declined
                | PaymentMethod::InsufficientFunds
                | PaymentMethod::LostCard
                | PaymentMethod::StolenCard
                | PaymentMethod::ExpiredCard
                | PaymentMethod::IncorrectCvc
                | PaymentMethod::ProcessingError
                | PaymentMethod::VelocityExceeded
                | PaymentMethod::DeclinedWhenCharged
                | PaymentMethod::AuthenticationRequired
                | PaymentMethod::AuthenticationThenInsufficientFunds
                | PaymentMethod::AuthenticationThenDeclined
                | PaymentMethod::PendingRefund
                | PaymentMethod::RefundFails => return None,
            };
            Some(helper(intent, "settle").with("outcome", value))
        }
        EnvironmentEvent::CloseCancelWindow { intent } if profile.settle => Some(helper(intent, "close_cancel_window")),
        EnvironmentEvent::Refund { intent, refund, progress } if profile.refunds_move => {
            let (verb, outcome) = match progress {
                RefundProgress::Succeeds => ("report", Some("succeeded")),
                RefundProgress::Fails => ("report", Some("expired_or_canceled_card")),
                RefundProgress::DetailsGiven => ("give_details", None),
                RefundProgress::Returned => ("return", None),
            };
            let path = format!("/v1/test_helpers/refunds/{}/{verb}", names.refund(intent, refund));
            Some(HttpRequest { path, ..helper(intent, "") }.with_some("outcome", outcome))
        }
        EnvironmentEvent::Advance { seconds } if profile.clock => {
            Some(HttpRequest::post("/v1/test_helpers/clock/advance").with("seconds", seconds))
        }
        EnvironmentEvent::Settle { .. }
        | EnvironmentEvent::CloseCancelWindow { .. }
        | EnvironmentEvent::PostToLedger { .. }
        | EnvironmentEvent::ExpireHold { .. }
        | EnvironmentEvent::Refund { .. }
        | EnvironmentEvent::AuthenticateSetup { .. }
        | EnvironmentEvent::SettleSetup
        | EnvironmentEvent::CustomerPays { .. }
        | EnvironmentEvent::PruneKey { .. }
        | EnvironmentEvent::Advance { .. } => None,
    }
}

/// The provider's word for when money is taken.
#[must_use]
pub const fn capture_method(method: CaptureMethod) -> &'static str {
    match method {
        CaptureMethod::Automatic => "automatic",
        CaptureMethod::AutomaticAsync => "automatic_async",
        CaptureMethod::Manual => "manual",
    }
}

/// The provider's word for the reason of a cancellation.
#[must_use]
pub const fn reason_name(reason: CancellationReason) -> &'static str {
    match reason {
        CancellationReason::Duplicate => "duplicate",
        CancellationReason::Fraudulent => "fraudulent",
        CancellationReason::RequestedByCustomer => "requested_by_customer",
        CancellationReason::Abandoned => "abandoned",
        CancellationReason::Automatic => "automatic",
    }
}
