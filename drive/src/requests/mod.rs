//! A model's input as a request of the provider's API; `None` if this server cannot be sent such a request.

mod charges;
mod events;
mod intents;

use holdfast_model::{CancellationReason, CaptureMethod, Operation, PaymentMethod, PaymentView, Rail, Target};

use crate::names::Names;
use crate::profile::{Api, MethodReference, ServerProfile};
use crate::wire::HttpRequest;

pub use events::event;
pub use intents::{confirmation, method_types};

/// The prefix of a method that a request names by its card number.
const INLINE: &str = "number:";

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

/// Returns the name of a method in a request; `made` is the id from [`make_method`].
#[must_use]
pub fn named(profile: &ServerProfile, method: PaymentMethod, made: Option<&str>) -> Option<String> {
    Some(match profile.methods.get(&method)? {
        MethodReference::Token => format!("pm_{}", method.token()),
        MethodReference::Number(_) => made?.to_owned(),
        MethodReference::Inline(number) => format!("{INLINE}{number}"),
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
    // A bank account is saved by deposits, whose amounts are unknown.
    let is_bank = named.is_some_and(|method| !matches!(method.profile().rail, Rail::Card(_)));
    if named.is_some() != method.is_some() || is_bank && operation.about() == Target::Setup {
        return None;
    }
    // A payment names the types of its methods, and each type has its currency (P9).
    let currency = if let Operation::CreateIntent { create, .. } = operation {
        Some(create.currency)
    } else {
        view.map(|view| view.currency)
    };
    if let (Some(method), Some(currency)) = (named.filter(|_| profile.types), currency)
        && !intents::fits(method, currency)
    {
        return None;
    }
    match profile.api {
        Api::Intents => intents::operation(profile, names, operation, method),
        Api::Charges => charges::operation(names, operation, view, method),
    }
}

/// Returns the request with a payment method, by name or by card number.
#[must_use]
pub fn with_method(asked: HttpRequest, method: Option<&str>) -> HttpRequest {
    match method.and_then(|method| method.strip_prefix(INLINE)) {
        None => asked.with_some("payment_method", method),
        Some(number) => asked
            .with("payment_method_data[type]", "card")
            .with("payment_method_data[card][number]", number)
            .with("payment_method_data[card][exp_month]", 12)
            .with("payment_method_data[card][exp_year]", 2034)
            .with("payment_method_data[card][cvc]", 123),
    }
}

/// Returns the provider's word for the capture method.
#[must_use]
pub const fn capture_method(method: CaptureMethod) -> &'static str {
    match method {
        CaptureMethod::Automatic => "automatic",
        CaptureMethod::AutomaticAsync => "automatic_async",
        CaptureMethod::Manual => "manual",
    }
}

/// Returns the provider's word for the reason of a cancellation.
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
