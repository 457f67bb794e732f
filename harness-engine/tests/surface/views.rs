//! Translates the objects of the API into the views of the harness.

use holdfast_harness::CardPayment;
use holdfast_model::rendering::refund_shown;
use holdfast_model::{
    Amount, CancellationReason, CaptureMethod, ChargeStatus, ChargeView, Config, ConfirmationMethod, Currency,
    IntentStatus, PaymentError, PaymentView, REFUNDS, RefundStatus, RefundView,
};
use serde_json::Value;

use super::subject::ServerSubject;
use super::wire::HttpRequest;

/// The reasons of a cancellation with their names.
pub(super) const REASONS: [(CancellationReason, &str); 5] = [
    (CancellationReason::Duplicate, "duplicate"),
    (CancellationReason::Fraudulent, "fraudulent"),
    (CancellationReason::RequestedByCustomer, "requested_by_customer"),
    (CancellationReason::Abandoned, "abandoned"),
    (CancellationReason::Automatic, "automatic"),
];

fn number(object: &Value, name: &str) -> u32 {
    object[name].as_u64().and_then(|number| u32::try_from(number).ok()).unwrap_or_else(|| panic!("{name} of {object}"))
}

fn amount(object: &Value, name: &str) -> Amount {
    Amount::new(number(object, name))
}

/// Returns the value that the field `name` stands for.
fn named<T>(object: &Value, name: &str, from_name: impl Fn(&str) -> Option<T>) -> T {
    object[name].as_str().and_then(from_name).unwrap_or_else(|| panic!("{name} of {object}"))
}

/// Returns the value that a word stands for; `None` for `null`.
fn maybe<T>(word: &Value, from_name: impl Fn(&str) -> Option<T>) -> Option<T> {
    word.as_str().map(|text| from_name(text).unwrap_or_else(|| panic!("{text} is not known")))
}

fn flag(object: &Value, name: &str) -> bool {
    object[name].as_bool().unwrap_or_else(|| panic!("{name} of {object}"))
}

fn refunds(subject: &ServerSubject, id: &str) -> [Option<RefundView>; REFUNDS] {
    let list = subject.fetch(&HttpRequest::get("/v1/refunds").with("payment_intent", id).with("limit", 100));
    let mut views = [None; REFUNDS];
    let oldest_first = list["data"].as_array().expect("a list").iter().rev();
    for (slot, refund) in views.iter_mut().zip(oldest_first) {
        let status = named(refund, "status", RefundStatus::from_name);
        *slot = Some(RefundView { status, amount: amount(refund, "amount") });
    }
    views
}

/// Returns the view of the payment with this id, with its charge expanded.
pub(super) fn payment(subject: &ServerSubject, config: &Config, id: &str) -> PaymentView {
    let path = format!("/v1/payment_intents/{id}");
    let intent = subject.fetch(&HttpRequest::get(path).with("expand[]", "latest_charge"));
    let charges = subject.fetch(&HttpRequest::get("/v1/charges").with("payment_intent", id).with("limit", 100));
    let succeeded = charges["data"].as_array().expect("a list").iter().filter(|it| it["status"] == "succeeded").count();
    let confirmation = |word: &str| match word {
        "automatic" => Some(ConfirmationMethod::Automatic),
        "manual" => Some(ConfirmationMethod::Manual),
        _ => None,
    };
    let capture = |word: &str| match word {
        "automatic" => Some(CaptureMethod::Automatic),
        "automatic_async" => Some(CaptureMethod::AutomaticAsync),
        "manual" => Some(CaptureMethod::Manual),
        _ => None,
    };
    let reason = |word: &str| REASONS.iter().find(|(_, name)| *name == word).map(|(reason, _)| *reason);
    let multicapture = intent.pointer("/payment_method_options/card/request_multicapture");
    let mut view = PaymentView {
        status: named(&intent, "status", IntentStatus::from_name),
        amount: amount(&intent, "amount"),
        currency: named(&intent, "currency", Currency::from_name),
        capturable: amount(&intent, "amount_capturable"),
        received: amount(&intent, "amount_received"),
        capture_method: named(&intent, "capture_method", capture),
        confirmation_method: named(&intent, "confirmation_method", confirmation),
        multicapture_requested: multicapture.is_some_and(|word| word == "if_available"),
        cancellation_reason: maybe(&intent["cancellation_reason"], reason),
        last_error: maybe(&intent["last_payment_error"]["code"], PaymentError::from_name),
        charge: None,
        successful_charges: u8::try_from(succeeded).expect("few charges"),
        refunds: refunds(subject, id),
        ..CardPayment::default().into()
    };
    let charge = &intent["latest_charge"];
    if charge.is_object() {
        let shown = charge_view(charge);
        view.charge = Some(shown);
        unshow_release(config, &mut view);
    }
    view
}

fn charge_view(charge: &Value) -> ChargeView {
    let multicapture = charge.pointer("/payment_method_details/card/multicapture/status");
    let usual = PaymentView::from(CardPayment::default()).charge.expect("a charge");
    ChargeView {
        status: named(charge, "status", ChargeStatus::from_name),
        authorized: amount(charge, "amount"),
        captured_amount: amount(charge, "amount_captured"),
        refunded_amount: amount(charge, "amount_refunded"),
        captured: flag(charge, "captured"),
        refunded: flag(charge, "refunded"),
        multicapture_available: multicapture.is_some_and(|status| status == "available"),
        released: Amount::ZERO,
        ..usual
    }
}

/// Restores the fields in which the API shows the release of an uncaptured hold as a refund (HOLD-13, HOLD-19).
fn unshow_release(config: &Config, view: &mut PaymentView) {
    let Some(shown) = view.charge else { return };
    let released = ChargeView { released: shown.authorized, refunded_amount: Amount::ZERO, refunded: false, ..shown };
    let is_released = view.status == IntentStatus::Canceled && shown.captured_amount.is_zero();
    let expected = refund_shown(config, view, &released);
    if is_released && shown.status == ChargeStatus::Succeeded {
        assert_eq!((shown.refunded_amount, shown.refunded), expected, "a released hold is shown as a refund");
        view.charge = Some(released);
    }
}
