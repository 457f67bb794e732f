//! The operations of the API: one table of verb, path, parameters, answer and reader.
//!
//! This table serves the decoding of a request, the statuses 404 and 405, and the description that a server
//! publishes.

use super::fields::{Fields, read_id};
use super::path::{Path, Reader, Route, Verb, locate};
use super::{Read, data_routes, money, payments, setups};
use crate::command::{Command, MethodRef, TextsChange};
use crate::ids::NotAnId;
use crate::refusal::{Reason, Refusal};
use crate::test_methods::TestMethod;
use crate::{Kind, ObjectId};
use serde_json::Value;
use std::str::FromStr;
use std::sync::LazyLock;

/// Returns the command of a request to `path` (`/v1/payment_intents/pi_…/capture`) with its parameters.
///
/// ```
/// use holdfast_engine::command::Command;
/// use holdfast_engine::edge::read::{Verb, command, form};
///
/// let params = form([("amount_to_capture", "700"), ("final_capture", "false")]);
/// let capture = command(Verb::Post, "/v1/payment_intents/pi_00000000001/capture", &params);
/// assert!(matches!(capture, Command::CapturePaymentIntent(capture) if capture.amount == Some(700)));
/// ```
#[must_use]
pub fn command(verb: Verb, path: &str, params: &Value) -> Command {
    let path = Path::new(path);
    match locate(&ROUTES, Some(verb), &path) {
        Ok((route, id)) => path.command(route.handler, id, params),
        Err(_) => path.malformed(Reason::UnknownRoute(format!("/v1/{}", path.0.join("/"))).into()),
    }
}

pub(super) const fn get(
    pattern: &'static str,
    parameters: &'static str,
    answer: &'static str,
    handler: Reader,
) -> Route<Reader> {
    Route { verb: Verb::Get, pattern, parameters, answer, handler }
}

pub(super) const fn post(
    pattern: &'static str,
    parameters: &'static str,
    answer: &'static str,
    handler: Reader,
) -> Route<Reader> {
    Route { verb: Verb::Post, pattern, parameters, answer, handler }
}

pub(super) const fn delete(pattern: &'static str, answer: &'static str, handler: Reader) -> Route<Reader> {
    Route { verb: Verb::Delete, pattern, parameters: "", answer, handler }
}

/// Every operation that the engine decides.
pub static ROUTES: LazyLock<Vec<Route<Reader>>> =
    LazyLock::new(|| PAYMENTS.iter().chain(data_routes::ROUTES).copied().collect());

/// The operations on payments, customers and money.
const PAYMENTS: &[Route<Reader>] = &[
    post(
        "/v1/payment_intents",
        "amount!:int currency!:text application_fee_amount:int capture_method:=automatic|automatic_async|manual \
         confirm:bool confirmation_method:=automatic|manual customer:text description:text \
         error_on_requires_action:bool metadata:map off_session:=false|true|one_off|recurring payment_method:text payment_method_types:list \
         receipt_email:text return_url:text setup_future_usage:=off_session|on_session statement_descriptor:text \
         transfer_group:text",
        "payment_intent",
        |_, params| payments::create(params),
    ),
    get("/v1/payment_intents", "customer:text", "[payment_intent]", |_, params| {
        list(Kind::PaymentIntent, &["customer"], params)
    }),
    get("/v1/payment_intents/{id}", "", "payment_intent", |id, params| one(id, Kind::PaymentIntent, params)),
    post(
        "/v1/payment_intents/{id}",
        "amount:int application_fee_amount:int capture_method:=automatic|automatic_async|manual currency:text \
         customer:text description:text metadata:map payment_method:text payment_method_types:list receipt_email:text \
         setup_future_usage:=off_session|on_session statement_descriptor:text transfer_group:text",
        "payment_intent",
        |id, params| payments::update(intent(id)?, params),
    ),
    post(
        "/v1/payment_intents/{id}/confirm",
        "capture_method:=automatic|automatic_async|manual payment_method:text off_session:=false|true|one_off|recurring return_url:text \
         setup_future_usage:=off_session|on_session error_on_requires_action:bool receipt_email:text",
        "payment_intent",
        |id, params| payments::confirm(intent(id)?, params),
    ),
    post(
        "/v1/payment_intents/{id}/capture",
        "amount_to_capture:int application_fee_amount:int final_capture:bool metadata:map statement_descriptor:text",
        "payment_intent",
        |id, params| payments::capture(intent(id)?, params),
    ),
    post(
        "/v1/payment_intents/{id}/cancel",
        "cancellation_reason:=abandoned|duplicate|fraudulent|requested_by_customer",
        "payment_intent",
        |id, params| payments::cancel(intent(id)?, params),
    ),
    post("/v1/payment_intents/{id}/increment_authorization", "amount!:int", "payment_intent", |id, params| {
        let texts = ["description", "metadata", "statement_descriptor", "transfer_data", "application_fee_amount"];
        let fields = Fields::of(params, &[&["amount", "expand"], &texts])?;
        fields.required("amount", fields.integer("amount")?)?;
        Ok(Command::IncrementAuthorization { intent: intent(id)? })
    }),
    post(
        "/v1/payment_intents/{id}/verify_microdeposits",
        "descriptor_code:text amounts:list",
        "payment_intent",
        |id, params| Ok(Command::VerifyPaymentMicrodeposits { intent: intent(id)?, proof: setups::proof(params)? }),
    ),
    get("/v1/charges", "customer:text payment_intent:text transfer_group:text", "[charge]", |_, params| {
        list(Kind::Charge, &["customer", "payment_intent"], params)
    }),
    get("/v1/charges/{id}", "", "charge", |id, params| one(id, Kind::Charge, params)),
    post(
        "/v1/charges/{id}",
        "description:text metadata:map receipt_email:text transfer_group:text",
        "charge",
        |id, params| {
            let charge = named(id, "charge", "id")?;
            let known = &["description", "expand", "metadata", "receipt_email", "transfer_group"];
            Ok(Command::UpdateCharge { charge, texts: Fields::of(params, &[known])?.texts()? })
        },
    ),
    post(
        "/v1/charges",
        "amount!:int currency!:text application_fee_amount:int capture:bool customer:text description:text metadata:map \
         receipt_email:text source:text statement_descriptor:text transfer_group:text",
        "charge",
        |_, params| payments::create_charge(params),
    ),
    post("/v1/charges/{id}/capture", "amount:int application_fee_amount:int", "charge", |id, params| {
        payments::capture_charge(named(id, "charge", "id")?, params)
    }),
    get("/v1/charges/{id}/refunds", "", "[refund]", |id, params| owned(Kind::Refund, id, "charge", params)),
    post(
        "/v1/charges/{id}/refunds",
        "amount:int metadata:map reason:=duplicate|fraudulent|requested_by_customer refund_application_fee:bool \
         reverse_transfer:bool",
        "refund",
        |id, params| payments::refund_charge(named(id, "charge", "id")?, params),
    ),
    get("/v1/charges/{charge}/refunds/{id}", "", "refund", |id, params| one(id, Kind::Refund, params)),
    post(
        "/v1/refunds",
        "amount:int charge:text metadata:map payment_intent:text reason:=duplicate|fraudulent|requested_by_customer \
         refund_application_fee:bool reverse_transfer:bool",
        "refund",
        |_, params| payments::create_refund(params),
    ),
    get("/v1/refunds", "charge:text payment_intent:text", "[refund]", |_, params| {
        list(Kind::Refund, &["charge", "payment_intent"], params)
    }),
    get("/v1/refunds/{id}", "", "refund", |id, params| one(id, Kind::Refund, params)),
    post("/v1/refunds/{id}", "metadata:map", "refund", |id, params| {
        payments::update_refund(named(id, "refund", "id")?, params)
    }),
    post("/v1/refunds/{id}/cancel", "", "refund", |id, params| {
        nothing(params)?;
        Ok(Command::CancelRefund { refund: named(id, "refund", "id")? })
    }),
    post(
        "/v1/setup_intents",
        "confirm:bool customer:text description:text metadata:map payment_method:text payment_method_types:list \
         return_url:text usage:=off_session|on_session",
        "setup_intent",
        |_, params| setups::create(params),
    ),
    get("/v1/setup_intents", "customer:text", "[setup_intent]", |_, params| {
        list(Kind::SetupIntent, &["customer"], params)
    }),
    get("/v1/setup_intents/{id}", "", "setup_intent", |id, params| one(id, Kind::SetupIntent, params)),
    post(
        "/v1/setup_intents/{id}",
        "customer:text description:text metadata:map payment_method:text payment_method_types:list",
        "setup_intent",
        |id, params| setups::update(setup(id)?, params),
    ),
    post("/v1/setup_intents/{id}/confirm", "payment_method:text return_url:text", "setup_intent", |id, params| {
        setups::confirm(setup(id)?, params)
    }),
    post(
        "/v1/setup_intents/{id}/cancel",
        "cancellation_reason:=abandoned|duplicate|requested_by_customer",
        "setup_intent",
        |id, params| setups::cancel(setup(id)?, params),
    ),
    post(
        "/v1/setup_intents/{id}/verify_microdeposits",
        "descriptor_code:text amounts:list",
        "setup_intent",
        |id, params| setups::verify_microdeposits(setup(id)?, params),
    ),
    post(
        "/v1/checkout/sessions",
        "mode!:=payment|setup ui_mode:=hosted_page|embedded_page|elements success_url:text cancel_url:text \
         return_url:text client_reference_id:text currency:text customer:text customer_email:text expires_at:time \
         metadata:map payment_method_types:list",
        "checkout.session",
        |_, params| setups::create_session(params),
    ),
    get(
        "/v1/checkout/sessions",
        "customer:text payment_intent:text status:=open|complete|expired",
        "[checkout.session]",
        |_, params| list(Kind::CheckoutSession, &["customer", "payment_intent"], params),
    ),
    get("/v1/checkout/sessions/{id}", "", "checkout.session", |id, params| one(id, Kind::CheckoutSession, params)),
    post("/v1/checkout/sessions/{id}/expire", "", "checkout.session", |id, params| {
        nothing(params)?;
        Ok(Command::ExpireCheckoutSession { session: named(id, "checkout.session", "session")? })
    }),
    post("/v1/customers", "description:text email:text metadata:map name:text", "customer", |_, params| {
        setups::create_customer(params)
    }),
    get("/v1/customers", "email:text", "[customer]", |_, params| list(Kind::Customer, &[], params)),
    get("/v1/customers/{id}", "", "customer", |id, params| one(id, Kind::Customer, params)),
    post("/v1/customers/{id}", "description:text email:text metadata:map name:text", "customer", |id, params| {
        setups::update_customer(named(id, "customer", "id")?, params)
    }),
    delete("/v1/customers/{id}", "deleted", |id, params| {
        nothing(params)?;
        Ok(Command::DeleteCustomer { customer: named(id, "customer", "id")? })
    }),
    get("/v1/customers/{id}/payment_methods", "", "[payment_method]", |id, params| {
        owned(Kind::PaymentMethod, id, "customer", params)
    }),
    get("/v1/customers/{customer}/payment_methods/{id}", "", "payment_method", method),
    post("/v1/payment_methods", "type:method metadata:map", "payment_method", |_, params| {
        setups::create_method(params)
    }),
    get("/v1/payment_methods", "customer:text", "[payment_method]", |_, params| {
        list(Kind::PaymentMethod, &["customer"], params)
    }),
    get("/v1/payment_methods/{id}", "", "payment_method", method),
    post("/v1/payment_methods/{id}/attach", "customer!:text", "payment_method", setups::attach),
    post("/v1/payment_methods/{id}/detach", "", "payment_method", |id, params| {
        setups::detach(named(id, "PaymentMethod", "payment_method")?, params)
    }),
    post(
        "/v1/transfers",
        "amount!:int currency!:text destination!:text description:text metadata:map source_transaction:text \
         transfer_group:text",
        "transfer",
        |_, params| money::transfer(params),
    ),
    get("/v1/transfers", "destination:text transfer_group:text", "[transfer]", |_, params| {
        list(Kind::Transfer, &[], params)
    }),
    get("/v1/transfers/{id}", "", "transfer", |id, params| one(id, Kind::Transfer, params)),
    post(
        "/v1/transfers/{id}/reversals",
        "amount:int description:text metadata:map",
        "transfer_reversal",
        |id, params| money::reversal(named(id, "transfer", "id")?, params),
    ),
    get("/v1/transfers/{id}/reversals", "", "[transfer_reversal]", |id, params| {
        owned(Kind::Reversal, id, "transfer", params)
    }),
    get("/v1/transfers/{transfer}/reversals/{id}", "", "transfer_reversal", |id, params| {
        one(id, Kind::Reversal, params)
    }),
    get("/v1/application_fees", "charge:text", "[application_fee]", |_, params| {
        list(Kind::ApplicationFee, &["charge"], params)
    }),
    get("/v1/application_fees/{id}", "", "application_fee", |id, params| one(id, Kind::ApplicationFee, params)),
    post("/v1/application_fees/{id}/refunds", "amount:int metadata:map", "fee_refund", |id, params| {
        money::fee_refund(named(id, "application_fee", "id")?, params)
    }),
    get("/v1/application_fees/{id}/refunds", "", "[fee_refund]", |id, params| {
        owned(Kind::FeeRefund, id, "application_fee", params)
    }),
    get("/v1/application_fees/{fee}/refunds/{id}", "", "fee_refund", |id, params| one(id, Kind::FeeRefund, params)),
    get(
        "/v1/balance_transactions",
        "source:text type:text currency:text payout:text",
        "[balance_transaction]",
        |_, params| list(Kind::BalanceTransaction, &["source"], params),
    ),
    get("/v1/balance_transactions/{id}", "", "balance_transaction", |id, params| {
        one(id, Kind::BalanceTransaction, params)
    }),
    get("/v1/events", "type:text types:list delivery_success:bool", "[event]", |_, params| {
        list(Kind::Event, &[], params)
    }),
    get("/v1/events/{id}", "", "event", |id, params| one(id, Kind::Event, params)),
    post(
        "/v1/webhook_endpoints",
        "url!:text enabled_events!:list api_version:text connect:bool description:text metadata:map",
        "webhook_endpoint",
        |_, params| money::create_endpoint(params),
    ),
    get("/v1/webhook_endpoints", "", "[webhook_endpoint]", |_, params| list(Kind::WebhookEndpoint, &[], params)),
    get("/v1/webhook_endpoints/{id}", "", "webhook_endpoint", |id, params| one(id, Kind::WebhookEndpoint, params)),
    post(
        "/v1/webhook_endpoints/{id}",
        "url:text enabled_events:list disabled:bool description:text metadata:map",
        "webhook_endpoint",
        |id, params| money::update_endpoint(named(id, "webhook_endpoint", "id")?, params),
    ),
    delete("/v1/webhook_endpoints/{id}", "deleted", |id, params| {
        nothing(params)?;
        Ok(Command::DeleteWebhookEndpoint { endpoint: named(id, "webhook_endpoint", "id")? })
    }),
];

fn intent(id: &str) -> Result<crate::PaymentIntentId, Refusal> {
    named(id, "payment_intent", "intent")
}

fn setup(id: &str) -> Result<crate::SetupIntentId, Refusal> {
    named(id, "setupintent", "intent")
}

/// Refuses every parameter but `expand`.
fn nothing(params: &Value) -> Result<(), Refusal> {
    Fields::of(params, &[&["expand"]]).map(|_| ())
}

/// Reads a page of all objects of a kind.
pub(super) fn list(kind: Kind, narrowing: &[&str], params: &Value) -> Read {
    money::list(kind, None, narrowing, params)
}

/// Reads a page of the objects of a kind that belong to the object with this id.
pub(super) fn owned(kind: Kind, owner: &str, noun: &'static str, params: &Value) -> Read {
    money::list(kind, Some(named::<ObjectId>(owner, noun, "id")?), &[], params)
}

/// Reads the retrieval of one object of a kind.
pub(super) fn one(text: &str, kind: Kind, params: &Value) -> Read {
    let (noun, param) = kind.name_and_param();
    let id: ObjectId = named(text, noun, param)?;
    if id.kind() == kind {
        // The provider's browser libraries send the client secret; the API key alone decides over access.
        Fields::of(params, &[&["expand", "client_secret"]])?;
        return Ok(Command::Retrieve(id));
    }
    named::<Never>(text, noun, param).map(|never| match never {})
}

/// Reads the retrieval of a payment method. A test token stands for a new method each time (P28).
fn method(text: &str, params: &Value) -> Read {
    match TestMethod::from_token(text) {
        Some(test_method) => {
            nothing(params)?;
            Ok(Command::CreatePaymentMethod { method: MethodRef::Test(test_method), texts: TextsChange::default() })
        }
        None => one(text, Kind::PaymentMethod, params),
    }
}

/// An id type without values: parsing one always fails.
enum Never {}

impl FromStr for Never {
    type Err = NotAnId;
    fn from_str(_: &str) -> Result<Self, NotAnId> {
        Err(NotAnId)
    }
}

pub(super) fn named<T: FromStr<Err = NotAnId>>(
    text: &str,
    noun: &'static str,
    param: &'static str,
) -> Result<T, Refusal> {
    read_id(text, noun, param.into())
}

#[cfg(test)]
mod tests;
