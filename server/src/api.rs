//! From a request to its answer: who asks, what for, and the headers the answer carries (§2.11, §2.15).

use crate::answer::{Answer, Turned};
use crate::app::App;
use crate::call::{Asker, Call};
use crate::{own, params};
use holdfast_engine::command::Command;
use holdfast_engine::edge::read::{self, Verb};
use holdfast_engine::edge::render;
use holdfast_engine::{ApiVersion, Reason, Request};
use serde_json::Value;

/// Answers one request to the API. Blocks: the engine waits for disks, locks and the acquirer.
pub(crate) fn answer(app: &App, call: &Call) -> Answer {
    let number = app.ids.next();
    let answered = respond(app, call, number);
    let version = call.header("stripe-version").unwrap_or_default().to_owned();
    let (answer, version) = match answered {
        Ok((answer, used)) if version.is_empty() => (answer, used.to_string()),
        Ok((answer, _)) => (answer, version),
        Err(turned) => (turned.into_answer(number), version),
    };
    let mut answer = answer.with("request-id", render::request_id(number));
    if !version.is_empty() {
        answer = answer.with("stripe-version", version);
    }
    if let Some(account) = call.header("stripe-account") {
        answer = answer.with("stripe-account", account);
    }
    tracing::info!(
        request = render::request_id(number),
        method = %call.method,
        path = call.path,
        status = answer.status,
        "answered"
    );
    answer
}

fn respond(app: &App, call: &Call, number: u64) -> Result<(Answer, ApiVersion), Turned> {
    let asker = call.asker(app)?;
    let Some(verb) = call.verb().filter(|verb| is_route(*verb, &call.path)) else {
        return Err(elsewhere(call));
    };
    if call.has_foreign_body() {
        return Err(Turned::NotAForm);
    }
    let params = params::read(&call.query, &call.body)?;
    let version = asker.version.or_else(|| app.engine.account(asker.account).map(|account| account.version));
    let version = version.unwrap_or(ApiVersion::CURRENT);
    if let Some(answered) = own::answer(app, &asker, verb, &call.path, &params.tree) {
        if verb != Verb::Get {
            app.worker.ring();
        }
        let answer = answered.unwrap_or_else(|refusal| Answer::refused(&refusal, version, number));
        return Ok((answer, version));
    }
    let command = read::command(verb, &call.path, &params.tree);
    Ok((ask_engine(app, call, asker, verb, command, params.expand, number), version))
}

fn ask_engine(
    app: &App,
    call: &Call,
    asker: Asker,
    verb: Verb,
    command: Command,
    expand: Vec<String>,
    number: u64,
) -> Answer {
    // Only POST heeds a key (§2.11).
    let idempotency_key = call.header("idempotency-key").filter(|_| verb == Verb::Post).map(str::to_owned);
    let key = idempotency_key.clone();
    let request = Request { account: asker.account, idempotency_key, version: asker.version, expand, command };
    let response = app.engine.execute(request);
    if verb != Verb::Get {
        app.worker.ring();
    }
    let body = render::with_origin(render::response(&response), &app.origin);
    let mut answer = Answer { status: response.status(), body, headers: Vec::new() };
    if let Some(key) = key {
        let original = if response.replayed { response.request } else { number };
        answer = answer.with("idempotency-key", key).with("original-request", render::request_id(original));
        if response.replayed {
            answer = answer.with("idempotent-replayed", "true");
        }
    }
    match response.refusal().map(|refusal| &refusal.reason) {
        // Nothing has begun: the official clients try again when told so.
        Some(Reason::LockTimeout | Reason::KeyInUse) => answer.with("stripe-should-retry", "true"),
        Some(_) | None => answer,
    }
}

/// The answer where nothing is for the method: 405 when another method has something there, 404 otherwise.
fn elsewhere(call: &Call) -> Turned {
    let verbs = [(Verb::Get, "GET"), (Verb::Post, "POST"), (Verb::Delete, "DELETE")];
    let there: Vec<&'static str> =
        verbs.into_iter().filter(|(verb, _)| is_route(*verb, &call.path)).map(|(_, name)| name).collect();
    if there.is_empty() {
        Turned::NoRoute(format!("{}: {}", call.method, call.path.chars().take(200).collect::<String>()))
    } else {
        Turned::WrongMethod(there)
    }
}

/// Whether something is at `path` for `verb`, whatever the parameters.
pub(crate) fn is_route(verb: Verb, path: &str) -> bool {
    if own::is_route(verb, path) {
        return true;
    }
    match read::command(verb, path, &Value::Null) {
        Command::Malformed { refusal, .. } => !matches!(refusal.reason, Reason::UnknownRoute(_)),
        _ => true,
    }
}
