//! Which method and path mean which command.

use super::fields::{Fields, TEXTS, read_id};
use super::{Read, money, payments, setups};
use crate::command::Command;
use crate::ids::NotAnId;
use crate::refusal::{Reason, Refusal};
use crate::{Kind, ObjectId};
use serde_json::Value;
use std::str::FromStr;

/// The HTTP methods the API has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the variants are the methods' names")]
pub enum Verb {
    Get,
    Post,
    Delete,
}

/// The command at `segments`, the path behind `/v1/`.
pub(super) fn route(verb: Verb, segments: &[&str], params: &Value) -> Read {
    match verb {
        Verb::Get => look(segments, params),
        Verb::Post => change(segments, params),
        Verb::Delete => match segments {
            ["webhook_endpoints", id] => {
                nothing(params)?;
                Ok(Command::DeleteWebhookEndpoint { endpoint: named(id, "webhook_endpoint", "id")? })
            }
            ["customers", id] => {
                nothing(params)?;
                Ok(Command::DeleteCustomer { customer: named(id, "customer", "id")? })
            }
            _ => Err(unknown(segments)),
        },
    }
}

fn change(segments: &[&str], params: &Value) -> Read {
    let intent = |id: &str| named(id, "payment_intent", "intent");
    let setup = |id: &str| named(id, "setupintent", "intent");
    match segments {
        ["payment_intents"] => payments::create(params),
        ["payment_intents", id] => payments::update(intent(id)?, params),
        ["payment_intents", id, "confirm"] => payments::confirm(intent(id)?, params),
        ["payment_intents", id, "capture"] => payments::capture(intent(id)?, params),
        ["payment_intents", id, "cancel"] => payments::cancel(intent(id)?, params),
        ["charges", id] => {
            let charge = named(id, "charge", "charge")?;
            Ok(Command::UpdateCharge { charge, texts: Fields::of(params, &[TEXTS, &["expand"]])?.texts()? })
        }
        ["charges", id, "capture"] => {
            let known = &["amount", "application_fee_amount", "receipt_email", "statement_descriptor", "transfer_data"];
            Fields::of(params, &[known, &["expand", "statement_descriptor_suffix", "transfer_group"]])?;
            Ok(Command::CaptureCharge { charge: named(id, "charge", "charge")? })
        }
        ["refunds"] => payments::create_refund(params),
        ["refunds", id] => payments::update_refund(named(id, "refund", "id")?, params),
        ["refunds", id, "cancel"] => {
            nothing(params)?;
            Ok(Command::CancelRefund { refund: named(id, "refund", "id")? })
        }
        ["setup_intents"] => setups::create(params),
        ["setup_intents", id] => setups::update(setup(id)?, params),
        ["setup_intents", id, "confirm"] => setups::confirm(setup(id)?, params),
        ["setup_intents", id, "cancel"] => setups::cancel(setup(id)?, params),
        ["setup_intents", id, "verify_microdeposits"] => setups::verify_microdeposits(setup(id)?, params),
        ["checkout", "sessions"] => setups::create_session(params),
        ["checkout", "sessions", id, "expire"] => {
            nothing(params)?;
            Ok(Command::ExpireCheckoutSession { session: named(id, "checkout.session", "session")? })
        }
        ["customers"] => setups::create_customer(params),
        ["customers", id] => setups::update_customer(named(id, "customer", "id")?, params),
        ["payment_methods"] => setups::create_method(params),
        ["payment_methods", id, "attach"] => setups::attach(id, params),
        ["payment_methods", id, "detach"] => setups::detach(named(id, "PaymentMethod", "payment_method")?, params),
        ["transfers"] => money::transfer(params),
        ["transfers", id, "reversals"] => money::reversal(named(id, "transfer", "id")?, params),
        ["application_fees", id, "refunds"] => money::fee_refund(named(id, "application_fee", "id")?, params),
        ["webhook_endpoints"] => money::create_endpoint(params),
        ["webhook_endpoints", id] => money::update_endpoint(named(id, "webhook_endpoint", "id")?, params),
        ["accounts"] => {
            let known = &["business_type", "capabilities", "controller", "country", "email", "type", "expand"];
            let country = Fields::of(params, &[known])?.text("country")?;
            Ok(Command::CreateAccount { country: country.unwrap_or_else(|| "US".to_owned()) })
        }
        _ => Err(unknown(segments)),
    }
}

/// Refuses every parameter: the path says it all.
fn nothing(params: &Value) -> Result<(), Refusal> {
    Fields::of(params, &[&["expand"]]).map(|_| ())
}

fn look(segments: &[&str], params: &Value) -> Read {
    let one = |text, kind| one(text, kind, params);
    let list = |kind, narrowing: &[&str]| money::list(kind, None, narrowing, params);
    let of = |kind, id: &str, noun| money::list(kind, Some(named::<ObjectId>(id, noun, "id")?), &[], params);
    match segments {
        ["payment_intents"] => list(Kind::PaymentIntent, &["customer"]),
        ["charges"] => list(Kind::Charge, &["customer", "payment_intent"]),
        ["refunds"] => list(Kind::Refund, &["charge", "payment_intent"]),
        ["charges", id, "refunds"] => of(Kind::Refund, id, "charge"),
        ["setup_intents"] => list(Kind::SetupIntent, &["customer"]),
        ["checkout", "sessions"] => list(Kind::CheckoutSession, &["customer", "payment_intent"]),
        ["customers"] => list(Kind::Customer, &[]),
        ["payment_methods"] => list(Kind::PaymentMethod, &["customer"]),
        ["customers", id, "payment_methods"] => of(Kind::PaymentMethod, id, "customer"),
        ["transfers"] => list(Kind::Transfer, &[]),
        ["transfers", id, "reversals"] => of(Kind::Reversal, id, "transfer"),
        ["application_fees"] => list(Kind::ApplicationFee, &["charge"]),
        ["application_fees", id, "refunds"] => of(Kind::FeeRefund, id, "application_fee"),
        ["balance_transactions"] => list(Kind::BalanceTransaction, &["source"]),
        ["events"] => list(Kind::Event, &[]),
        ["webhook_endpoints"] => list(Kind::WebhookEndpoint, &[]),
        ["payment_intents", id] => one(id, Kind::PaymentIntent),
        ["charges", id] => one(id, Kind::Charge),
        ["refunds", id] | ["charges", _, "refunds", id] => one(id, Kind::Refund),
        ["setup_intents", id] => one(id, Kind::SetupIntent),
        ["checkout", "sessions", id] => one(id, Kind::CheckoutSession),
        ["customers", id] => one(id, Kind::Customer),
        ["payment_methods", id] | ["customers", _, "payment_methods", id] => one(id, Kind::PaymentMethod),
        ["transfers", id] => one(id, Kind::Transfer),
        ["transfers", _, "reversals", id] => one(id, Kind::Reversal),
        ["application_fees", id] => one(id, Kind::ApplicationFee),
        ["application_fees", _, "refunds", id] => one(id, Kind::FeeRefund),
        ["balance_transactions", id] => one(id, Kind::BalanceTransaction),
        ["events", id] => one(id, Kind::Event),
        ["webhook_endpoints", id] => one(id, Kind::WebhookEndpoint),
        ["accounts", id] => one(id, Kind::Account),
        _ => Err(unknown(segments)),
    }
}

/// A look at one object of a kind.
fn one(text: &str, kind: Kind, params: &Value) -> Read {
    let (noun, param) = kind.name_and_param();
    let id: ObjectId = named(text, noun, param)?;
    if id.kind() == kind {
        // Whoever may see the object needs no secret of it; browsers' libraries send it.
        Fields::of(params, &[&["expand", "client_secret"]])?;
        return Ok(Command::Retrieve(id));
    }
    named::<Never>(text, noun, param).map(|never| match never {})
}

/// No id at all: reading one always fails.
enum Never {}

impl FromStr for Never {
    type Err = NotAnId;
    fn from_str(_: &str) -> Result<Self, NotAnId> {
        Err(NotAnId)
    }
}

fn named<T: FromStr<Err = NotAnId>>(text: &str, noun: &'static str, param: &'static str) -> Result<T, Refusal> {
    read_id(text, noun, param.into())
}

fn unknown(segments: &[&str]) -> Refusal {
    Reason::UnknownRoute(format!("/v1/{}", segments.join("/"))).into()
}
