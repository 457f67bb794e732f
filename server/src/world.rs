//! Our own test helpers: what customers, banks and networks do, at a test's command.
//!
//! All are `POST /v1/test_helpers/…`; the answer is the object as it is afterwards.

use crate::answer::Answer;
use crate::app::App;
use crate::call::Asker;
use crate::own::{happened, integer, not_found, only, text};
use holdfast_engine::command::{Command, EnvironmentEvent, MethodRef};
use holdfast_engine::objects::RefundFailure;
use holdfast_engine::{Decline, LONGEST_ROLL, Reason, Refusal, TestMethod};
use serde_json::Value;
use std::str::FromStr;

/// How a bank answers a debit.
const BANK_ANSWERS: [(&str, Result<(), Decline>); 5] = [
    ("succeeded", Ok(())),
    ("account_closed", Err(Decline::AccountClosed)),
    ("insufficient_funds", Err(Decline::InsufficientFunds)),
    ("no_account", Err(Decline::NoAccount)),
    ("not_authorized", Err(Decline::DebitNotAuthorized)),
];

/// How a network reports a refund.
const REPORTS: [(&str, Result<(), RefundFailure>); 7] = [
    ("succeeded", Ok(())),
    ("declined", Err(RefundFailure::Declined)),
    ("expired_or_canceled_card", Err(RefundFailure::ExpiredOrCanceledCard)),
    ("insufficient_funds", Err(RefundFailure::InsufficientFunds)),
    ("lost_or_stolen_card", Err(RefundFailure::LostOrStolenCard)),
    ("merchant_request", Err(RefundFailure::MerchantRequest)),
    ("unknown", Err(RefundFailure::Unknown)),
];

const OUTCOMES: [(&str, bool); 2] = [("pass", true), ("fail", false)];

/// The answer, when `segments` (behind `/v1/test_helpers/`) name something the world can do.
///
/// `key` is the idempotency key.
pub(crate) fn answer(
    app: &App,
    asker: &Asker,
    key: Option<&str>,
    segments: &[&str],
    params: &Value,
) -> Option<Result<Answer, Refusal>> {
    let command = command(segments, params)?;
    Some(command.map(|command| happened(app, asker, key, command)))
}

/// Whether `segments` name something the world can do.
pub(crate) fn is_route(segments: &[&str]) -> bool {
    command(segments, &Value::Null).is_some()
}

fn command(segments: &[&str], params: &Value) -> Option<Result<Command, Refusal>> {
    match segments {
        ["webhook_endpoints", id, "roll_secret"] => Some(roll_secret(id, params)),
        _ => event(segments, params).map(|event| event.map(Command::Environment)),
    }
}

/// What a dashboard does: a new signing secret, and how long the old one signs beside it (§2.12).
fn roll_secret(id: &str, params: &Value) -> Result<Command, Refusal> {
    only(params, &["expires_in"])?;
    let keep = integer(params, "expires_in")?.unwrap_or(LONGEST_ROLL);
    Ok(Command::RollWebhookSecret { endpoint: named(id, "webhook_endpoint")?, keep })
}

fn event(segments: &[&str], params: &Value) -> Option<Result<EnvironmentEvent, Refusal>> {
    Some(match segments {
        ["payment_intents", id, "authenticate"] => named(id, "payment_intent").and_then(|intent| {
            Ok(EnvironmentEvent::Authenticate { intent, passes: choice(params, "outcome", &OUTCOMES)? })
        }),
        ["setup_intents", id, "authenticate"] => named(id, "setupintent").and_then(|intent| {
            Ok(EnvironmentEvent::AuthenticateSetup { intent, passes: choice(params, "outcome", &OUTCOMES)? })
        }),
        ["payment_intents", id, "settle"] => named(id, "payment_intent").and_then(|intent| {
            Ok(EnvironmentEvent::BankAnswers { intent, answer: choice(params, "outcome", &BANK_ANSWERS)? })
        }),
        ["payment_intents", id, "close_cancel_window"] => nothing(params)
            .and_then(|()| Ok(EnvironmentEvent::CancelWindowCloses { intent: named(id, "payment_intent")? })),
        ["refunds", id, "report"] => named(id, "refund").and_then(|refund| {
            Ok(EnvironmentEvent::RefundReported { refund, outcome: choice(params, "outcome", &REPORTS)? })
        }),
        ["refunds", id, "return"] => {
            nothing(params).and_then(|()| Ok(EnvironmentEvent::RefundReturned { refund: named(id, "refund")? }))
        }
        ["refunds", id, "give_details"] => {
            nothing(params).and_then(|()| Ok(EnvironmentEvent::RefundDetailsGiven { refund: named(id, "refund")? }))
        }
        ["checkout", "sessions", id, "complete"] => complete(id, params),
        _ => return None,
    })
}

fn complete(id: &str, params: &Value) -> Result<EnvironmentEvent, Refusal> {
    only(params, &["payment_method", "email"])?;
    let session = named(id, "checkout.session")?;
    let method = text(params, "payment_method")?.ok_or_else(|| Reason::Missing("payment_method".into()))?;
    let method = match TestMethod::from_token(method) {
        Some(test) => MethodRef::Test(test),
        None => MethodRef::Saved(named(method, "PaymentMethod")?),
    };
    let email = text(params, "email")?.map(str::to_owned);
    Ok(EnvironmentEvent::CompleteSession { session, method, email })
}

fn named<T: FromStr>(id: &str, noun: &'static str) -> Result<T, Refusal> {
    id.parse().map_err(|_| not_found(noun, id))
}

fn nothing(params: &Value) -> Result<(), Refusal> {
    only(params, &[])
}

fn choice<T: Copy>(params: &Value, name: &'static str, choices: &[(&str, T)]) -> Result<T, Refusal> {
    only(params, &[name])?;
    let text = text(params, name)?.ok_or_else(|| Reason::Missing(name.into()))?;
    let found = choices.iter().find(|(choice, _)| *choice == text);
    found.map(|(_, value)| *value).ok_or_else(|| {
        let names: Vec<&str> = choices.iter().map(|(choice, _)| *choice).collect();
        Reason::InvalidValue(name.into(), format!("it must be one of {}.", names.join(", "))).into()
    })
}
