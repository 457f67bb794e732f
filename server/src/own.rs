//! What the engine has no command for: accounts, balances, line items, and our own test helpers.

use crate::answer::Answer;
use crate::api::with_headers;
use crate::app::{App, accounts};
use crate::call::Asker;
use crate::world;
use holdfast_engine::command::{Command, EnvironmentEvent};
use holdfast_engine::edge::read::{Verb, command};
use holdfast_engine::edge::render;
use holdfast_engine::objects::Account;
use holdfast_engine::time::DAY;
use holdfast_engine::{AccountId, ApiVersion, Clock, Currency, Object, Reason, Refusal, Request, Time};
use serde_json::{Value, json};
use std::borrow::Cow;
use std::sync::PoisonError;

type Answered = Result<Answer, Refusal>;

/// The longest step of the clock in one request: ten years.
const LONGEST_STEP: u64 = 3_660 * 86_400;

/// The answer to a request that is not the engine's; `None` for all that are.
///
/// `key` is the idempotency key of a POST.
pub(crate) fn answer(
    app: &App,
    asker: &Asker,
    key: Option<&str>,
    verb: Verb,
    path: &str,
    params: &Value,
) -> Option<Answered> {
    let segments = segments(path);
    Some(match (verb, segments.as_slice()) {
        (Verb::Get, ["account"]) => only(params, &[]).and_then(|()| account(app, asker, &asker.account.to_string())),
        (Verb::Get, ["accounts"]) => only(params, &["limit"]).and_then(|()| list_accounts(app, asker, params)),
        (Verb::Get, ["accounts", id]) => only(params, &[]).and_then(|()| account(app, asker, id)),
        (Verb::Get, ["balance"]) => only(params, &[]).and_then(|()| balance(app, asker)),
        (Verb::Get, ["checkout", "sessions", id, "line_items"]) => line_items(app, asker, id, params),
        (Verb::Get, ["test_helpers", "clock"]) => only(params, &[]).map(|()| clock(app)),
        (Verb::Post, ["test_helpers", "clock", "advance"]) => advance(app, asker, key, params),
        (Verb::Post, ["test_helpers", rest @ ..]) => return world::answer(app, asker, key, rest, params),
        _ => return None,
    })
}

/// Whether a request there is not the engine's.
pub(crate) fn is_route(verb: Verb, path: &str) -> bool {
    match (verb, segments(path).as_slice()) {
        (Verb::Get, ["account" | "accounts" | "balance"] | ["accounts", _] | ["test_helpers", "clock"]) => true,
        (Verb::Get, ["checkout", "sessions", _, "line_items"]) => true,
        (Verb::Post, ["test_helpers", "clock", "advance"]) => true,
        (Verb::Post, ["test_helpers", rest @ ..]) => world::is_route(rest),
        _ => false,
    }
}

fn segments(path: &str) -> Vec<&str> {
    path.strip_prefix("/v1/").unwrap_or(path).split('/').filter(|part| !part.is_empty()).collect()
}

/// Refuses the first parameter that is not one of `known`.
pub(crate) fn only(params: &Value, known: &[&str]) -> Result<(), Refusal> {
    let unknown = params.as_object().and_then(|map| map.keys().find(|name| !known.contains(&name.as_str())));
    unknown.map_or(Ok(()), |name| Err(Reason::UnknownParameter(Cow::Owned(name.clone())).into()))
}

/// A text among the parameters; an empty one is refused.
pub(crate) fn text<'a>(params: &'a Value, name: &'static str) -> Result<Option<&'a str>, Refusal> {
    match params.get(name) {
        None => Ok(None),
        Some(Value::String(text)) if text.is_empty() => Err(Reason::Empty(name.into()).into()),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Reason::NotAString(name.into()).into()),
    }
}

pub(crate) fn integer(params: &Value, name: &'static str) -> Result<Option<u64>, Refusal> {
    let wrong = |text: &str| Reason::NotAnInteger(name.into(), text.chars().take(40).collect()).into();
    text(params, name)?.map(|text| text.parse().map_err(|_| wrong(text))).transpose()
}

pub(crate) fn not_found(noun: &'static str, id: &str) -> Refusal {
    Reason::NotFound { noun: noun.into(), id: id.chars().take(100).collect(), param: "id".into() }.into()
}

pub(crate) fn broken(error: &dyn std::fmt::Display) -> Refusal {
    Reason::Internal(error.to_string()).into()
}

// --- accounts ---

/// An account, when it is the asker's own or connected to it.
fn account(app: &App, asker: &Asker, id: &str) -> Answered {
    let found = id.parse::<AccountId>().ok().and_then(|id| app.engine.account(id));
    let seen = found.filter(|account| account.id == asker.account || account.platform == Some(asker.account));
    seen.map(|account| shown(&account)).ok_or_else(|| not_found("account", id))
}

fn shown(account: &Account) -> Answer {
    Answer::ok(render::object(&Object::from(account.clone()), account.version))
}

fn list_accounts(app: &App, asker: &Asker, params: &Value) -> Answered {
    let limit = integer(params, "limit")?.unwrap_or(10);
    if !(1..=100).contains(&limit) {
        return Err(Reason::InvalidValue("limit".into(), "it must lie between 1 and 100.".to_owned()).into());
    }
    let mut connected = accounts(&app.engine, Some(asker.account)).map_err(|error| broken(&error))?;
    connected.sort_by_key(|account| std::cmp::Reverse(account.id));
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = connected.len() > limit;
    let data: Vec<Value> = connected.iter().take(limit).map(|account| shown(account).body).collect();
    Ok(Answer::ok(json!({ "object": "list", "data": data, "has_more": has_more, "url": "/v1/accounts" })))
}

// --- looks ---

/// The sums of the ledger, a currency each. There is one balance: nothing is pending.
fn balance(app: &App, asker: &Asker) -> Answered {
    let (mut available, mut pending) = (Vec::new(), Vec::new());
    for currency in Currency::ALL {
        let amount = app.engine.store().balance(asker.account, *currency).map_err(|error| broken(&error))?;
        if amount == 0 && *currency != Currency::Usd {
            continue;
        }
        let currency = currency.code();
        available.push(json!({ "amount": amount, "currency": currency, "source_types": { "card": amount } }));
        pending.push(json!({ "amount": 0, "currency": currency, "source_types": { "card": 0 } }));
    }
    Ok(Answer::ok(json!({ "object": "balance", "available": available, "livemode": false, "pending": pending,
        "refund_and_dispute_prefunding": { "available": [], "pending": [] } })))
}

fn line_items(app: &App, asker: &Asker, id: &str, params: &Value) -> Answered {
    only(params, &["limit", "starting_after", "ending_before"])?;
    let look = command(Verb::Get, &format!("/v1/checkout/sessions/{id}"), &Value::Null);
    let response = app.engine.execute(Request::new(asker.account, look));
    match (response.object(), response.refusal()) {
        (Some(Object::CheckoutSession(session)), _) => Ok(Answer::ok(render::line_items(session))),
        (_, Some(refusal)) => Err(refusal.clone()),
        (_, None) => Err(not_found("checkout.session", id)),
    }
}

// --- the clock ---

fn clock(app: &App) -> Answer {
    clock_at(app.clock.now())
}

fn clock_at(now: Time) -> Answer {
    Answer::ok(json!({ "object": "test_helpers.clock", "now": now.seconds() }))
}

/// Under a key the clock moves once. The key is remembered for a day while the server runs, apart from the engine's.
fn advance(app: &App, asker: &Asker, key: Option<&str>, params: &Value) -> Answered {
    only(params, &["seconds"])?;
    let seconds = integer(params, "seconds")?.ok_or_else(|| Reason::Missing("seconds".into()))?;
    if seconds > LONGEST_STEP {
        let why = format!("it may be at most {LONGEST_STEP}.");
        return Err(Reason::InvalidValue("seconds".into(), why).into());
    }
    let move_on = || {
        if !app.worker.can_advance(seconds) {
            let why = "the clock can be moved ahead by a hundred years in all.".to_owned();
            return Err(Reason::InvalidValue("seconds".into(), why).into());
        }
        app.worker.advance(seconds).map_err(|error| broken(&error))
    };
    let Some(key) = key else {
        move_on()?;
        return Ok(clock(app));
    };
    let mut moved = app.moved.lock().unwrap_or_else(PoisonError::into_inner);
    let known = moved.get(&(asker.account, key.to_owned()));
    let (answer, replayed) = match known {
        Some((asked, _)) if *asked != seconds => return Err(Reason::KeyOfOtherRequest.into()),
        Some((_, now)) => (clock_at(*now), true),
        None => {
            let now = move_on()?;
            moved.retain(|_, (_, then)| now.since(*then) < DAY);
            moved.insert((asker.account, key.to_owned()), (seconds, now));
            (clock_at(now), false)
        }
    };
    let answer = answer.with("idempotency-key", key);
    Ok(if replayed { answer.with("idempotent-replayed", "true") } else { answer })
}

/// The engine's answer to a test helper: the object afterwards. That a customer or a bank said no is no refusal of the
/// event; that a card was declined on a session's page is.
pub(crate) fn happened(app: &App, asker: &Asker, key: Option<&str>, command: Command) -> Answer {
    let said = matches!(
        command,
        Command::Environment(EnvironmentEvent::Authenticate { .. } | EnvironmentEvent::AuthenticateSetup { .. })
    );
    let (version, idempotency_key) = (Some(asker.version.unwrap_or(ApiVersion::CURRENT)), key.map(str::to_owned));
    let request = Request { version, idempotency_key: idempotency_key.clone(), ..Request::new(asker.account, command) };
    let response = app.engine.execute(request);
    let intent = response.refusal().and_then(|refusal| refusal.intent.as_ref());
    let (status, shown) = match intent.filter(|_| said && response.status() == 402) {
        Some(intent) => (200, render::object(intent, response.version)),
        None => (response.status(), render::response(&response)),
    };
    let answer = Answer { status, body: render::with_origin(shown, &app.origin), headers: Vec::new() };
    with_headers(answer, idempotency_key, &response)
}
