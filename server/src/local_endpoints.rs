//! The operations that the server answers without a command of the engine: accounts, the balance, line items, the clock.

use crate::answer::{Answer, List};
use crate::app::{App, accounts};
use crate::fields::{integer, missing, not_found, only, page};
use crate::local_call::{Answered, LocalCall, broken};
use holdfast_engine::command::Command;
use holdfast_engine::edge::read::{self, Verb};
use holdfast_engine::edge::render;
use holdfast_engine::objects::Account;
use holdfast_engine::time::DAY;
use holdfast_engine::{AccountId, CheckoutSessionId, Clock, Kind, Object, Reason, Refusal, Time};
use serde_json::{Value, json};
use std::sync::PoisonError;

/// The longest step of the clock in one request: ten years, in seconds.
const LONGEST_STEP: u64 = 3_660 * 86_400;

/// The life of an account link, in seconds.
const LINK_LIFE: u64 = 300;

/// `GET /v1/account`: the account that the request acts for.
pub(crate) fn own_account(call: &LocalCall<'_>) -> Answered {
    only(call.params, &[])?;
    retrieved(call, call.caller.account)
}

/// Returns an account as the engine shows it to the caller.
fn retrieved(call: &LocalCall<'_>, id: AccountId) -> Answered {
    let response = call.execute(Command::Retrieve(id.into()));
    Ok(Answer::new(response.status(), render::response(&response)))
}

/// `GET /v1/accounts`: the accounts connected to the caller's, newest first.
pub(crate) fn list_accounts(call: &LocalCall<'_>) -> Answered {
    let mut connected = accounts(&call.app.engine, Some(call.caller.account)).map_err(|error| broken(&error))?;
    connected.retain(|account| !account.deleted);
    connected.reverse();
    let ids = connected.iter().map(|account| json!({ "id": account.id.to_string() })).collect();
    let mut list = page(call.params, ids, "account", render::url(Kind::Account, None))?;
    for item in &mut list.data {
        let id = item.get("id").and_then(Value::as_str).and_then(|id| id.parse::<AccountId>().ok());
        if let Some(id) = id {
            *item = retrieved(call, id)?.body;
        }
    }
    Ok(list.into_answer())
}

/// Returns the account in the path, if the caller may see it.
fn account_in_path(call: &LocalCall<'_>) -> Result<Account, Refusal> {
    let text = call.path.split('/').nth(3).unwrap_or_default();
    let id: AccountId = text.parse().map_err(|_| not_found("account", text))?;
    let response = call.execute(Command::Retrieve(id.into()));
    let found = response.object().and_then(Object::as_account).map(|account| (**account).clone());
    found.ok_or_else(|| not_found("account", text))
}

/// `GET /v1/accounts/{account}/capabilities`.
pub(crate) fn capabilities(call: &LocalCall<'_>) -> Answered {
    only(call.params, &[])?;
    let account = account_in_path(call)?;
    let names = account.texts.as_deref().and_then(|texts| texts.given_value("capabilities"));
    let names = names.as_ref().and_then(Value::as_object).into_iter().flatten().map(|(name, _)| name);
    let data: Vec<Value> = names.filter_map(|name| render::capability(&account, name)).collect();
    let url = format!("/v1/accounts/{}/capabilities", account.id);
    Ok(List { data, has_more: false, url }.into_answer())
}

/// `GET /v1/accounts/{account}/capabilities/{id}`.
pub(crate) fn capability(call: &LocalCall<'_>) -> Answered {
    only(call.params, &[])?;
    shown_capability(&account_in_path(call)?, call.id)
}

fn shown_capability(account: &Account, name: &str) -> Answered {
    render::capability(account, name).map(Answer::ok).ok_or_else(|| missing("capability", name, "capability"))
}

/// `POST /v1/accounts/{account}/capabilities/{id}`.
pub(crate) fn request_capability(call: &LocalCall<'_>) -> Answered {
    only(call.params, &["requested"])?;
    let account = account_in_path(call)?;
    let requested = crate::fields::text(call.params, "requested")?.unwrap_or("true");
    let params = json!({ "capabilities": { call.id: { "requested": requested } } });
    let command = read::command(Verb::Post, &format!("/v1/accounts/{}", account.id), &params);
    let response = call.execute(command);
    match (response.object().and_then(Object::as_account), response.refusal()) {
        (Some(account), _) => shown_capability(account, call.id),
        (None, Some(refusal)) => Err(refusal.clone()),
        (None, None) => Err(missing("capability", call.id, "capability")),
    }
}

/// `POST /v1/account_links`: the address of a page that this engine does not have, because its accounts are complete.
pub(crate) fn account_link(call: &LocalCall<'_>) -> Answered {
    only(call.params, &["account", "collect", "collection_options", "refresh_url", "return_url", "type"])?;
    let account = crate::fields::text(call.params, "account")?.ok_or_else(|| Reason::Missing("account".into()))?;
    let kind = crate::fields::text(call.params, "type")?.ok_or_else(|| Reason::Missing("type".into()))?;
    if !matches!(kind, "account_onboarding" | "account_update") {
        let why = "it must be account_onboarding or account_update.".to_owned();
        return Err(Reason::InvalidValue("type".into(), why).into());
    }
    let id: AccountId = account.parse().map_err(|_| not_found("account", account))?;
    let found = call.execute(Command::Retrieve(id.into()));
    if let Some(refusal) = found.refusal() {
        return Err(refusal.clone());
    }
    let created = call.app.clock.now();
    let url = format!("{}/setup/c/{id}/{:016x}", call.app.origin, call.number);
    Ok(Answer::ok(json!({ "object": "account_link", "created": created.seconds(),
        "expires_at": created.after(LINK_LIFE).seconds(), "url": url })))
}

/// `POST /v1/accounts/{account}/login_links`.
pub(crate) fn login_link(call: &LocalCall<'_>) -> Answered {
    only(call.params, &[])?;
    let account = account_in_path(call)?;
    let url = format!("{}/express/{}/{:016x}", call.app.origin, account.id, call.number);
    Ok(Answer::ok(json!({ "object": "login_link", "created": call.app.clock.now().seconds(), "url": url })))
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
    // The list is that of the session, and so are its expansions.
    let expand: Vec<String> = call.expand.iter().map(|path| format!("line_items.{path}")).collect();
    let expand = if expand.is_empty() { vec!["line_items".to_owned()] } else { expand };
    let response = LocalCall { expand: &expand, ..*call }.execute(Command::Retrieve(session.into()));
    if let Some(refusal) = response.refusal() {
        return Err(refusal.clone());
    }
    let mut shown = render::response(&response);
    let list = shown.get_mut("line_items").map(Value::take).unwrap_or_default();
    let Some(Value::Array(items)) = list.get("data").cloned() else {
        return Err(Reason::Internal("line items are not a list".to_owned()).into());
    };
    let url = list.get("url").and_then(Value::as_str).unwrap_or_default().to_owned();
    page(call.params, items, "item", url).map(List::into_answer)
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
