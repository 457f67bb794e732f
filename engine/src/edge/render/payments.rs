//! PaymentIntents, Charges and Refunds as JSON.

use super::setups::{card_checks, payment_method};
use super::{id, maybe_id, metadata, money, nested, put, put_texts, without_nulls};
use crate::Kind;
use crate::money::Money;
use crate::objects::{
    AttemptError, CaptureMethod, Charge, ChargeStatus, ConfirmationMethod, IntentStatus, NextAction, PaymentIntent,
    Redirects, Refund, RefundPending, Usage,
};
use crate::test_methods::MethodType;
use crate::time::{DAY, Time};
use crate::version::{ApiVersion, Feature};
use serde_json::{Value, json};
use std::fmt::Display;

pub(super) fn payment_intent(intent: &PaymentIntent, version: ApiVersion) -> Value {
    let texts = intent.texts.as_deref();
    let types: Vec<&str> = intent.method_types.offered(texts).iter().map(MethodType::name).collect();
    let mut shown = json!({
        "id": id(intent.id),
        "object": "payment_intent",
        "allowed_payment_method_types": null,
        "amount": money(intent.amount),
        "amount_capturable": money(intent.capturable),
        "amount_details": { "tip": {} },
        "amount_received": money(intent.received),
        "application": null,
        "application_fee_amount": intent.application_fee_amount.map(Money::minor),
        "automatic_payment_methods": intent.automatic_methods.map(automatic_methods),
        "canceled_at": intent.canceled_at.map(Time::seconds),
        "cancellation_reason": intent.cancellation_reason.map(crate::objects::CancellationReason::name),
        "capture_method": capture_method(intent.capture_method),
        "client_secret": format!("{}_secret_{:016x}", intent.id, intent.secret),
        "confirmation_method": match intent.confirmation_method {
            ConfirmationMethod::Automatic => "automatic",
            ConfirmationMethod::Manual => "manual",
        },
        "created": intent.created.seconds(),
        "currency": intent.currency.code(),
        "customer": maybe_id(intent.customer),
        "customer_account": null,
        "excluded_payment_method_types": null,
        "latest_charge": maybe_id(intent.latest_charge),
        "last_payment_error": intent.last_error.as_ref().map(last_error),
        "livemode": false,
        "managed_payments": null,
        "metadata": metadata(texts),
        "next_action": intent.next_action.as_ref().map(|action| next_action(action, intent.id, intent.secret, intent.created)),
        "payment_method": maybe_id(intent.method),
        "payment_method_configuration_details": null,
        "payment_method_options": { "card": without_nulls(json!({
            "capture_method": intent.card_capture_manual.then_some("manual"),
            "installments": null,
            "mandate_options": null,
            "network": null,
            "request_multicapture": intent.request_multicapture.then_some("if_available"),
            "request_three_d_secure": "automatic",
        }), &["capture_method", "request_multicapture"]) },
        "payment_method_types": types,
        "payment_record": null,
        "processing": null,
        "review": null,
        "setup_future_usage": intent.setup_future_usage.map(Usage::name),
        "source": null,
        "status": intent_status(intent.status, version),
        "transfer_data": intent.transfer_data.map(|data| {
            let shown = json!({ "destination": id(data.destination), "amount": data.amount.map(Money::minor) });
            without_nulls(shown, &["amount"])
        }),
    });
    put_texts(&mut shown, texts);
    if !version.has(Feature::LatestCharge) {
        put(&mut shown, "charges", nested(intent.id, Kind::Charge));
    }
    shown
}

/// Returns the settings of automatic payment methods (P9).
pub(super) fn automatic_methods(redirects: Redirects) -> Value {
    json!({ "enabled": true, "allow_redirects": redirects.name() })
}

/// Returns the name of a status: two had other names before 2019-02-11 (C17).
fn intent_status(status: IntentStatus, version: ApiVersion) -> &'static str {
    status_name(status.name(), version)
}

pub(super) fn status_name(name: &'static str, version: ApiVersion) -> &'static str {
    match name {
        "requires_payment_method" if !version.has(Feature::MethodStatusNames) => "requires_source",
        "requires_action" if !version.has(Feature::MethodStatusNames) => "requires_source_action",
        name => name,
    }
}

const fn capture_method(method: CaptureMethod) -> &'static str {
    match method {
        CaptureMethod::Automatic => "automatic",
        CaptureMethod::AutomaticAsync => "automatic_async",
        CaptureMethod::Manual => "manual",
    }
}

/// Returns the id of a charge's PaymentIntent; null where the API shows none.
fn shown_intent(intent: crate::PaymentIntentId) -> Value {
    if intent.is_of_charge() { Value::Null } else { id(intent) }
}

pub(super) fn last_error(error: &AttemptError) -> Value {
    let (code, decline_code, message) = error.failure.texts();
    let mut shown = json!({
        "type": "card_error",
        "code": code,
        "message": message,
        "payment_method": payment_method(&error.method),
    });
    if let Some(decline_code) = decline_code {
        put(&mut shown, "decline_code", decline_code.into());
    }
    let decline = error.failure.card_decline();
    if let Some(param) = decline.and_then(|decline| decline.details().param) {
        put(&mut shown, "param", param.into());
    }
    card_error_details(&mut shown, Some(code), decline);
    if let Some(charge) = error.charge {
        put(&mut shown, "charge", id(charge));
    }
    shown
}

/// Returns the page that explains an error.
pub(super) fn doc_url(code: &str) -> String {
    format!("https://stripe.com/docs/error-codes/{}", code.replace('_', "-"))
}

/// Adds the details of a card error: the page that explains it, and the codes of issuer and network (P14).
pub(super) fn card_error_details(error: &mut Value, code: Option<&str>, decline: Option<crate::Decline>) {
    if let Some(code) = code {
        put(error, "doc_url", doc_url(code).into());
    }
    let details = decline.map(crate::Decline::details).unwrap_or_default();
    for (name, value) in [("advice_code", details.advice_code), ("network_decline_code", details.network_decline_code)]
    {
        if let Some(value) = value {
            put(error, name, value.into());
        }
    }
}

pub(super) fn next_action(action: &NextAction, of: impl Display, secret: u64, begun: Time) -> Value {
    let page = |name: &str| format!("/c/{name}/{of}?key={secret:016x}");
    match action {
        NextAction::Sdk => {
            json!({ "type": "use_stripe_sdk", "use_stripe_sdk": { "type": "three_d_secure_redirect" } })
        }
        NextAction::Redirect { return_url } => json!({
            "type": "redirect_to_url",
            "redirect_to_url": { "url": page("challenge"), "return_url": **return_url },
        }),
        NextAction::Microdeposits => json!({
            "type": "verify_with_microdeposits",
            "verify_with_microdeposits": { "microdeposit_type": "amounts", "arrival_date": begun.after(DAY).seconds(),
                "hosted_verification_url": page("microdeposits") },
        }),
    }
}

pub(super) const fn charge_status(status: ChargeStatus) -> &'static str {
    match status {
        ChargeStatus::Succeeded => "succeeded",
        ChargeStatus::Pending => "pending",
        ChargeStatus::Failed => "failed",
    }
}

pub(super) fn charge(charge: &Charge, version: ApiVersion) -> Value {
    let texts = charge.texts.as_deref();
    let decline = charge.decline.map(crate::Decline::texts);
    let (amount_refunded, refunded) = refunded(charge, version);
    let mut shown = json!({
        "id": id(charge.id),
        "object": "charge",
        "amount": money(charge.amount),
        "amount_captured": money(charge.captured),
        "amount_refunded": money(amount_refunded),
        "application": null,
        "application_fee": maybe_id(charge.application_fee()),
        "application_fee_amount": charge.application_fee_amount.map(Money::minor),
        "balance_transaction": maybe_id(charge.balance_transaction),
        "billing_details": { "address": super::address(&crate::objects::Address::default()), "email": null, "name": null, "phone": null, "tax_id": null },
        "calculated_statement_descriptor": null,
        "captured": charge.closed,
        "created": charge.created.seconds(),
        "currency": charge.currency.code(),
        "customer": maybe_id(charge.customer),
        "disputed": false,
        "failure_balance_transaction": null,
        "failure_code": decline.map(|(code, ..)| code),
        "failure_message": decline.map(|(_, _, message)| message),
        "fraud_details": {},
        "livemode": false,
        "metadata": metadata(texts),
        "outcome": outcome(charge),
        "paid": charge.status == ChargeStatus::Succeeded,
        "payment_intent": shown_intent(charge.intent),
        "payment_method": id(charge.method),
        "payment_method_details": details(charge),
        "receipt_number": null,
        "receipt_url": null,
        "refunded": refunded,
        "review": null,
        "source": null,
        "source_transfer": null,
        "status": charge_status(charge.status),
        "transfer": maybe_id(charge.transfer()),
        "transfer_data": charge.destination.map(|to| json!({
            "destination": id(to), "amount": charge.transfer_amount.map(Money::minor),
        })),
    });
    put_texts(&mut shown, texts);
    if !version.has(Feature::LatestCharge) {
        put(&mut shown, "refunds", nested(charge.id, Kind::Refund));
    }
    shown
}

/// Returns `amount_refunded` and `refunded`, which depend on the version (VER-2).
fn refunded(charge: &Charge, version: ApiVersion) -> (Money, bool) {
    match version.has(Feature::RemainderIsNoRefund) {
        true => (charge.amount_refunded(), charge.is_refunded()),
        false => charge.refunded_with_remainder(),
    }
}

fn outcome(charge: &Charge) -> Value {
    let (kind, status, reason, message) = match charge.decline {
        None => ("authorized", "approved_by_network", None, "Payment complete."),
        Some(decline) => ("issuer_declined", "declined_by_network", decline.texts().1, decline.texts().2),
    };
    let details = charge.decline.map(crate::Decline::details).unwrap_or_default();
    json!({ "advice_code": details.advice_code, "network_advice_code": null,
        "network_decline_code": details.network_decline_code,
        "network_status": status, "reason": reason, "seller_message": message, "type": kind })
}

fn details(charge: &Charge) -> Value {
    let row = charge.test_method.row();
    let last4 = row.last4();
    match (row.method_type, row.network) {
        (MethodType::UsBankAccount, _) => json!({ "type": "us_bank_account", "us_bank_account": {
            "account_holder_type": "individual", "account_type": "checking", "bank_name": "TEST BANK",
            "fingerprint": null, "last4": last4, "payment_reference": null, "routing_number": "110000000" } }),
        (MethodType::SepaDebit, _) => json!({ "type": "sepa_debit", "sepa_debit": {
            "bank_code": null, "branch_code": null, "country": "AT", "fingerprint": null, "last4": last4,
            "mandate": null } }),
        (MethodType::BankTransfer | MethodType::Other(_), _) => {
            json!({ "type": row.method_type.name(), row.method_type.name(): {} })
        }
        (MethodType::Card, network) => json!({ "type": "card", "card": without_nulls(json!({
            "amount_authorized": money(charge.amount),
            "authorization_code": null,
            "brand": network.map(crate::Network::name),
            "capture_before": charge.capture_before.map(Time::seconds),
            "checks": card_checks(&row, "pass"),
            "country": row.country,
            "electronic_commerce_indicator": null,
            "exp_month": 12,
            "exp_year": 2034,
            "extended_authorization": { "status": "disabled" },
            "funding": row.funding,
            "incremental_authorization": { "status": "unavailable" },
            "installments": null,
            "last4": last4,
            "mandate": null,
            "multicapture": { "status": if charge.multicapture { "available" } else { "unavailable" } },
            "network": network.map(crate::Network::name),
            "network_transaction_id": null,
            "overcapture": { "maximum_amount_capturable": money(charge.amount), "status": "unavailable" },
            "regulated_status": "unregulated",
            "three_d_secure": null,
            "transaction_link_id": null,
            "wallet": null,
        }), &["capture_before"]) }),
    }
}

pub(super) fn refund(refund: &Refund) -> Value {
    let mut shown = json!({
        "id": id(refund.id),
        "object": "refund",
        "amount": money(refund.amount),
        "balance_transaction": maybe_id(refund.balance_transaction),
        "charge": id(refund.charge),
        "created": refund.created.seconds(),
        "currency": refund.currency.code(),
        "customer": null,
        "customer_account": null,
        "destination_details": { "type": "card", "card": without_nulls(json!({
            "type": "refund",
            "reference_status": if refund.network_reference { "available" } else { "pending" },
            "reference": refund.network_reference.then(|| format!("{}", refund.id)),
        }), &["reference"]) },
        "metadata": metadata(refund.texts.as_deref()),
        "payment_intent": shown_intent(refund.intent),
        "payment_method": null,
        "reason": refund.reason.map(crate::objects::RefundReason::name),
        "receipt_number": null,
        "source_transfer_reversal": null,
        "status": refund.status.name(),
        "transfer_reversal": maybe_id(refund.transfer_reversal),
    });
    if let Some(failure) = refund.failure {
        put(&mut shown, "failure_reason", failure.name().into());
    }
    if refund.failure_balance_transaction.is_some() {
        put(&mut shown, "failure_balance_transaction", maybe_id(refund.failure_balance_transaction));
    }
    if let Some(pending) = refund.pending {
        let name = match pending {
            RefundPending::InsufficientFunds => "insufficient_funds",
            RefundPending::Processing => "processing",
        };
        put(&mut shown, "pending_reason", name.into());
    }
    shown
}
