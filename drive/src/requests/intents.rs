//! Requests of a server that has PaymentIntents.

use holdfast_model::{
    CaptureMethod, ConfirmationMethod, Create, CreateRefund, Currency, Flow, IntentId, Operation, PaymentMethod, Rail,
    Update,
};

use super::{capture_method, reason_name, with_method};
use crate::names::Names;
use crate::profile::{Confirmation, RefundBy, ServerProfile};
use crate::wire::HttpRequest;

#[expect(clippy::wildcard_enum_match_arm, reason = "most operations on other objects have no request here")]
pub(super) fn operation(
    profile: &ServerProfile,
    names: &Names,
    operation: &Operation,
    method: Option<&str>,
) -> Option<HttpRequest> {
    let path = |intent: IntentId, verb: &str| {
        let account = names.payment(intent).and_then(|names| names.account.clone());
        HttpRequest { account, ..HttpRequest::post(format!("/v1/payment_intents/{}{verb}", names.intent(intent))) }
    };
    Some(match *operation {
        Operation::CreateIntent { create, .. } => create_intent(profile, &create, method)?,
        Operation::UpdateIntent { intent, update } => {
            let asked = path(intent, "");
            match update {
                Update::Amount(amount) => asked.with("amount", amount),
                Update::Method(_) => with_method(asked, method),
                Update::CaptureMethod(method) => asked.with("capture_method", capture_method(method)),
                Update::Fee(fee) => asked.with("application_fee_amount", fee),
                Update::Transfer(amount) => asked.with("transfer_data[amount]", amount),
                Update::Metadata => asked.with("metadata[order]", 6735),
            }
        }
        Operation::ConfirmIntent { intent, confirm } => {
            let asked = with_method(path(intent, "/confirm"), method)
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
        Operation::CreateRefund { intent, refund } => create_refund(profile, names, intent, refund)?,
        Operation::CancelRefund { intent, refund } => {
            HttpRequest { path: format!("/v1/refunds/{}/cancel", names.refund(intent, refund)), ..path(intent, "") }
        }
        Operation::CreateSetup { .. }
        | Operation::UpdateSetup { .. }
        | Operation::ConfirmSetup { .. }
        | Operation::CancelSetup { .. } => setup(profile, names, operation, method)?,
        // One fee or transfer of several cannot be chosen by what the model knows, deposits have amounts only the
        // server knows, and sessions are paid in a browser.
        _ => return None,
    })
}

fn create_intent(profile: &ServerProfile, create: &Create, method: Option<&str>) -> Option<HttpRequest> {
    let mut asked =
        HttpRequest::post("/v1/payment_intents").with("amount", create.amount).with("currency", create.currency.name());
    if profile.types {
        for name in method_types(profile, create.currency) {
            asked = asked.with("payment_method_types[]", name);
        }
    }
    asked = match profile.confirmation {
        Confirmation::AtCreation | Confirmation::Separate => with_method(asked, method),
        Confirmation::SeparateWithMethod if method.is_some() && !create.confirm => return None,
        Confirmation::SeparateWithMethod => asked,
    };
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
    if create.off_session && !(create.confirm && profile.confirmation != Confirmation::AtCreation) {
        asked = asked.with("off_session", true);
    }
    let confirms = create.confirm && profile.confirmation == Confirmation::AtCreation;
    Some(if confirms { asked.with("confirm", true) } else { asked })
}

/// Returns the types of payment methods that a payment in this currency names: those of the methods that the server
/// knows (P9).
#[must_use]
pub fn method_types(profile: &ServerProfile, currency: Currency) -> Vec<&'static str> {
    let knows = |rails: fn(Rail) -> bool| profile.methods.keys().any(|method| rails(method.profile().rail));
    let mut types = vec!["card"];
    if currency == Currency::Usd && knows(|rail| rail == Rail::UsBankAccount) {
        types.push("us_bank_account");
    }
    if currency == Currency::Eur && knows(|rail| rail == Rail::SepaDebit) {
        types.push("sepa_debit");
    }
    types
}

/// Returns whether a payment in this currency can name the method.
pub(super) fn fits(method: PaymentMethod, currency: Currency) -> bool {
    match method.profile().rail {
        Rail::Card(_) => true,
        Rail::UsBankAccount => currency == Currency::Usd,
        Rail::SepaDebit => currency == Currency::Eur,
        Rail::BankTransfer => false,
    }
}

/// Returns the confirmation that follows a creation with `confirm`, if it is a separate request on the server.
#[must_use]
pub fn confirmation(
    profile: &ServerProfile,
    names: &Names,
    operation: &Operation,
    method: Option<&str>,
) -> Option<HttpRequest> {
    let Operation::CreateIntent { intent, create } = *operation else { return None };
    let account = names.payment(intent)?.account.clone();
    let asked = HttpRequest::post(format!("/v1/payment_intents/{}/confirm", names.intent(intent)));
    let asked = HttpRequest { account, ..asked };
    let asked = if create.off_session { asked.with("off_session", true) } else { asked };
    match profile.confirmation {
        Confirmation::Separate if create.confirm => Some(asked),
        Confirmation::SeparateWithMethod if create.confirm => Some(with_method(asked, method)),
        Confirmation::AtCreation | Confirmation::Separate | Confirmation::SeparateWithMethod => None,
    }
}

fn create_refund(
    profile: &ServerProfile,
    names: &Names,
    intent: IntentId,
    refund: CreateRefund,
) -> Option<HttpRequest> {
    let account = names.payment(intent).and_then(|names| names.account.clone());
    let asked = HttpRequest { account, ..HttpRequest::post("/v1/refunds") };
    let mut asked = match profile.refund_by {
        RefundBy::Intent => asked.with("payment_intent", names.intent(intent)),
        RefundBy::Charge => asked.with("charge", names.charge(intent)?),
    }
    .with_some("amount", refund.amount);
    for (name, is_asked) in
        [("refund_application_fee", refund.refund_application_fee), ("reverse_transfer", refund.reverse_transfer)]
    {
        if is_asked {
            asked = asked.with(name, true);
        }
    }
    Some(asked)
}

fn setup(profile: &ServerProfile, names: &Names, operation: &Operation, method: Option<&str>) -> Option<HttpRequest> {
    let path = |verb: &str| HttpRequest::post(format!("/v1/setup_intents/{}{verb}", names.setup()));
    if let Operation::CreateSetup { confirm, .. } = *operation {
        let asked = HttpRequest::post("/v1/setup_intents");
        let asked = if profile.setup_types { asked.with("payment_method_types[]", "card") } else { asked };
        let asked = with_method(asked, method);
        return Some(if confirm { asked.with("confirm", true) } else { asked });
    }
    if let Operation::UpdateSetup { .. } = operation {
        return Some(with_method(path(""), method));
    }
    if let Operation::ConfirmSetup { .. } = operation {
        return Some(with_method(path("/confirm"), method));
    }
    if let Operation::CancelSetup { reason } = operation {
        return Some(path("/cancel").with_some("cancellation_reason", reason.map(reason_name)));
    }
    None
}
