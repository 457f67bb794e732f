//! The operations that the server answers without a command of the engine: accounts, the balance, line items, the clock.

use crate::answer::{Answer, List};
use crate::app::{App, accounts};
use crate::fields::{integer, missing, not_found, only, page};
use crate::local_call::{Answered, LocalCall, broken};
use holdfast_engine::command::Command;
use holdfast_engine::edge::render;
use holdfast_engine::objects::Account;
use holdfast_engine::time::DAY;
use holdfast_engine::{AccountId, CheckoutSessionId, Clock, Kind, Object, Reason, Time};
use serde_json::{Value, json};
use std::sync::PoisonError;

/// The longest step of the clock in one request: ten years, in seconds.
const LONGEST_STEP: u64 = 3_660 * 86_400;

/// `GET /v1/account`: the account that the request acts for.
pub(crate) fn own_account(call: &LocalCall<'_>) -> Answered {
    only(call.params, &[])?;
    find_account(call, &call.caller.account.to_string())
}

/// `GET /v1/accounts/{id}`: the caller's account, or one connected to it.
pub(crate) fn account(call: &LocalCall<'_>) -> Answered {
    only(call.params, &[])?;
    find_account(call, call.id)
}

fn find_account(call: &LocalCall<'_>, id: &str) -> Answered {
    let own = call.caller.account;
    let found = id.parse::<AccountId>().ok().and_then(|id| call.app.engine.account(id));
    let visible = found.filter(|account| account.id == own || account.platform == Some(own));
    visible.map(|account| Answer::ok(rendered(&account))).ok_or_else(|| not_found("account", id))
}

fn rendered(account: &Account) -> Value {
    render::object(&Object::from(account.clone()), account.version)
}

/// `GET /v1/accounts`: the accounts connected to the caller's, newest first.
pub(crate) fn list_accounts(call: &LocalCall<'_>) -> Answered {
    let mut connected = accounts(&call.app.engine, Some(call.caller.account)).map_err(|error| broken(&error))?;
    connected.reverse();
    let all = connected.iter().map(|account| rendered(account)).collect();
    page(call.params, all, "account", render::url(Kind::Account, None)).map(List::into_answer)
}

/// `GET /v1/balance`: the sums of the ledger in each currency, available and pending apart (P22).
pub(crate) fn balance(call: &LocalCall<'_>) -> Answered {
    only(call.params, &[])?;
    let balances = call.app.engine.store().balances(call.caller.account).map_err(|error| broken(&error))?;
    Ok(Answer::ok(render::balance(&balances)))
}

/// `GET /v1/checkout/sessions/{id}/line_items`.
pub(crate) fn line_items(call: &LocalCall<'_>) -> Answered {
    only(call.params, &["limit", "starting_after", "ending_before"])?;
    let session: CheckoutSessionId = call.id.parse().map_err(|_| missing("checkout.session", call.id, "session"))?;
    let response = call.execute(Command::Retrieve(session.into()));
    match (response.object(), response.refusal()) {
        (Some(Object::CheckoutSession(session)), _) => {
            let mut list = render::line_items(session);
            let Some(Value::Array(items)) = list.get_mut("data").map(Value::take) else {
                return Err(Reason::Internal("line items are not a list".to_owned()).into());
            };
            let url = list.get("url").and_then(Value::as_str).unwrap_or_default().to_owned();
            page(call.params, items, "item", url).map(List::into_answer)
        }
        (_, Some(refusal)) => Err(refusal.clone()),
        (_, None) => Err(missing("checkout.session", call.id, "session")),
    }
}

/// `GET /v1/test_helpers/clock`.
pub(crate) fn clock(call: &LocalCall<'_>) -> Answered {
    only(call.params, &[])?;
    Ok(clock_at(call.app.clock.now()))
}

fn clock_at(now: Time) -> Answer {
    Answer::ok(json!({ "object": "test_helpers.clock", "now": now.seconds() }))
}

/// `POST /v1/test_helpers/clock/advance`: moves the clock, once per idempotency key.
///
/// The server keeps these keys itself, for a day of its clock and as long as the process runs.
pub(crate) fn advance_clock(call: &LocalCall<'_>) -> Answered {
    only(call.params, &["seconds"])?;
    let seconds = integer(call.params, "seconds")?.ok_or_else(|| Reason::Missing("seconds".into()))?;
    if seconds > LONGEST_STEP {
        let why = format!("it may be at most {LONGEST_STEP}.");
        return Err(Reason::InvalidValue("seconds".into(), why).into());
    }
    let App { worker, moved, .. } = call.app;
    let advance = || {
        if !worker.can_advance(seconds) {
            let why = "the clock can be moved ahead by a hundred years in all.".to_owned();
            return Err(Reason::InvalidValue("seconds".into(), why).into());
        }
        worker.advance(seconds).map_err(|error| broken(&error))
    };
    let Some(key) = call.key else {
        advance()?;
        return Ok(clock_at(call.app.clock.now()));
    };
    let mut moved = moved.lock().unwrap_or_else(PoisonError::into_inner);
    let known = moved.get(&(call.caller.account, key.to_owned()));
    let (answer, replayed) = match known {
        Some((requested, _)) if *requested != seconds => return Err(Reason::KeyOfOtherRequest.into()),
        Some((_, now)) => (clock_at(*now), true),
        None => {
            let now = advance()?;
            moved.retain(|_, (_, then)| now.since(*then) < DAY);
            moved.insert((call.caller.account, key.to_owned()), (seconds, now));
            (clock_at(now), false)
        }
    };
    let answer = answer.with("idempotency-key", key);
    Ok(if replayed { answer.with("idempotent-replayed", "true") } else { answer })
}
