//! From a request to its response: the caller, the operation, the headers of the response (IDEM-4, VER-10).

use crate::answer::Answer;
use crate::app::App;
use crate::call::Call;
use crate::http_error::HttpError;
use crate::local_call::LocalCall;
use crate::params;
use crate::routes::{self, Handler};
use holdfast_engine::command::Command;
use holdfast_engine::edge::read::Verb;
use holdfast_engine::edge::render;
use holdfast_engine::{ApiVersion, Request};
use serde_json::Value;

/// Returns the response to a request. Blocks: the engine waits for disks, locks and the acquirer.
pub(crate) fn answer(app: &App, call: &Call) -> Answer {
    let requested = call.header("stripe-version").unwrap_or_default();
    let (answer, version) = match respond(app, call) {
        Ok((answer, used)) if requested.is_empty() => (answer, used.to_string()),
        Ok((answer, _)) => (answer, requested.to_owned()),
        Err(error) => (error.into_answer(call.number), requested.to_owned()),
    };
    let mut answer = answer.with("request-id", render::request_id(call.number));
    if !version.is_empty() {
        answer = answer.with("stripe-version", version);
    }
    if let Some(account) = call.header("stripe-account") {
        answer = answer.with("stripe-account", account);
    }
    tracing::info!(
        request = render::request_id(call.number),
        method = %call.method,
        path = call.path,
        status = answer.status,
        "request answered"
    );
    answer
}

/// Returns the response and the version that it is rendered in.
fn respond(app: &App, call: &Call) -> Result<(Answer, ApiVersion), HttpError> {
    let caller = call.caller(app)?;
    let verb = call.verb();
    let located = routes::locate(&call.method, verb, &call.path)?;
    if call.has_foreign_body() {
        return Err(HttpError::NotAForm);
    }
    let params = params::read(&call.query, &call.body)?;
    let version = caller.version.or_else(|| app.engine.account(caller.account).map(|account| account.version));
    let version = version.unwrap_or(ApiVersion::CURRENT);
    // Only a POST has an idempotency key (IDEM-1).
    let key = call.header("idempotency-key").filter(|key| verb == Some(Verb::Post) && !key.is_empty());
    let answer = match located.handler {
        Handler::Local(handler) => {
            let (number, id) = (call.number, located.id);
            let (path, expand) = (call.path.as_str(), params.expand.as_slice());
            let local = LocalCall { app, caller: &caller, number, key, id, path, expand, params: &params.tree };
            handler(&local).unwrap_or_else(|refusal| Answer::refused(&refusal, version, call.number))
        }
        Handler::Engine(reader) => {
            let command = located.path.command(reader, located.id, &params.tree);
            let (account, expand, idempotency_key) = (caller.account, params.expand, key.map(str::to_owned));
            execute(app, Request { account, idempotency_key, version: caller.version, expand, command }, call.number)
        }
    };
    if verb != Some(Verb::Get) {
        app.worker.wake();
    }
    Ok((answer, version))
}

/// Executes a request of the engine and renders its response.
fn execute(app: &App, request: Request, number: u64) -> Answer {
    let key = request.idempotency_key.clone();
    let shows_secret = matches!(request.command, Command::CreateWebhookEndpoint(_));
    let response = app.engine.execute_numbered(request, number);
    let mut body = render::with_origin(render::response(&response), &app.origin);
    if !shows_secret {
        hide_secrets(&mut body);
    }
    Answer::new(response.status(), body).with_outcome(key.as_deref(), &response)
}

/// Removes signing secrets: only the response that creates an endpoint shows its secret.
fn hide_secrets(at: &mut Value) {
    if let Some(Value::Array(items)) = at.get_mut("data") {
        items.iter_mut().for_each(hide_secrets);
    } else if at.get("object").is_some_and(|object| object == "webhook_endpoint")
        && let Some(map) = at.as_object_mut()
    {
        map.remove("secret");
    }
}
