//! From a request to its answer: who asks, what for, and the headers the answer carries (§2.11, §2.15).

use crate::answer::{Answer, Turned};
use crate::app::App;
use crate::call::Call;
use crate::{own, params};
use holdfast_engine::command::Command;
use holdfast_engine::edge::read::{self, Verb};
use holdfast_engine::edge::render;
use holdfast_engine::{ApiVersion, Reason, Request, Response};
use serde_json::Value;

/// Answers one request to the API. Blocks: the engine waits for disks, locks and the acquirer.
pub(crate) fn answer(app: &App, call: &Call) -> Answer {
    let number = app.ids.next();
    let answered = respond(app, call, number);
    let version = call.header("stripe-version").unwrap_or_default().to_owned();
    let (answer, number, version) = match answered {
        Ok(Answered { answer, request, version: used }) if version.is_empty() => (answer, request, used.to_string()),
        Ok(Answered { answer, request, .. }) => (answer, request, version),
        Err(turned) => (turned.into_answer(number), number, version),
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

/// An answer, the number of the request it is known by, and the version it is in.
struct Answered {
    answer: Answer,
    request: u64,
    version: ApiVersion,
}

fn respond(app: &App, call: &Call, number: u64) -> Result<Answered, Turned> {
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
    // Only POST heeds a key (§2.11).
    let key = call.header("idempotency-key").filter(|key| verb == Verb::Post && !key.is_empty());
    if let Some(answered) = own::answer(app, &asker, key, verb, &call.path, &params.tree) {
        if verb != Verb::Get {
            app.worker.ring();
        }
        let answer = answered.unwrap_or_else(|refusal| Answer::refused(&refusal, version, number));
        return Ok(Answered { answer, request: number, version });
    }
    let command = read::command(verb, &call.path, &params.tree);
    let (account, expand, idempotency_key) = (asker.account, params.expand, key.map(str::to_owned));
    let request = Request { account, idempotency_key, version: asker.version, expand, command };
    let (answer, request) = ask_engine(app, request, number);
    if verb != Verb::Get {
        app.worker.ring();
    }
    Ok(Answered { answer, request, version })
}

/// The engine's answer, and the number of the request it is known by: a replay is a request of its own.
fn ask_engine(app: &App, request: Request, number: u64) -> (Answer, u64) {
    let key = request.idempotency_key.clone();
    let makes_secret = matches!(request.command, Command::CreateWebhookEndpoint(_));
    let response = app.engine.execute(request);
    let mut body = render::with_origin(render::response(&response), &app.origin);
    if !makes_secret {
        hide_secrets(&mut body);
    }
    let answer = with_headers(Answer { status: response.status(), body, headers: Vec::new() }, key, &response);
    (answer, if response.replayed { number } else { response.request })
}

/// What the engine's answer puts into the headers: the key, the first request under it, and whether to try again.
pub(crate) fn with_headers(mut answer: Answer, key: Option<String>, response: &Response) -> Answer {
    if let Some(key) = key {
        answer = answer.with("idempotency-key", key).with("original-request", render::request_id(response.request));
        if response.replayed {
            answer = answer.with("idempotent-replayed", "true");
        }
    }
    // Nothing has begun: the official clients try again when told so.
    if let Some(Reason::LockTimeout | Reason::KeyInUse) = response.refusal().map(|refusal| &refusal.reason) {
        answer = answer.with("stripe-should-retry", "true");
    }
    answer
}

/// A signing secret is shown once, to whoever creates the endpoint.
fn hide_secrets(at: &mut Value) {
    if let Some(Value::Array(items)) = at.get_mut("data") {
        items.iter_mut().for_each(hide_secrets);
    } else if at.get("object").is_some_and(|object| object == "webhook_endpoint")
        && let Some(map) = at.as_object_mut()
    {
        map.remove("secret");
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
    let command = read::command(verb, path, &Value::Null);
    !matches!(command, Command::Malformed { refusal, .. } if matches!(refusal.reason, Reason::UnknownRoute(_)))
}
