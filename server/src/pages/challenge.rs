//! The authentication page of the test bank (C7, B26).

use super::html::{escaped, is_address, notice, shop, whole};
use super::{Page, done, field, pay_address};
use crate::app::App;
use holdfast_engine::command::{Command, EnvironmentEvent};
use holdfast_engine::objects::{
    CheckoutSession, IntentStatus, NextAction, SessionStatus, SetupIntent, SetupStatus, UiMode,
};
use holdfast_engine::{Object, PaymentIntentId, Request, SetupIntentId};
use serde_json::Value;
use std::sync::Arc;

/// The intent that waits for authentication.
#[derive(Clone, Copy)]
enum Waiting {
    Payment(PaymentIntentId),
    Setup(SetupIntentId),
}

/// Returns the authentication page of a payment, a setup or a session, or the response to its form.
pub(super) fn page(app: &App, number: u64, object: &Object, posted: Option<&Value>) -> Page {
    let session = object.as_checkout_session();
    let Some(waiting) = waiting(app, object) else {
        return match session {
            Some(session) if session.status == SessionStatus::Complete => done(session),
            Some(session) => Page::Go(pay_address(session)),
            None => notice(200, "Nothing is left to do", "You can close this page."),
        };
    };
    match posted.map(|fields| field(fields, "answer")) {
        None => question(app, object, session),
        Some("approve") => answered(app, number, object, session, waiting, true),
        Some("fail") => answered(app, number, object, session, waiting, false),
        Some(_) => question(app, object, session),
    }
}

/// Returns the intent that waits for authentication: the object itself, or the intent of a session.
fn waiting(app: &App, object: &Object) -> Option<Waiting> {
    let inner = object.as_checkout_session().and_then(|session| {
        let payment = session.payment_intent.map(holdfast_engine::ObjectId::from);
        let id = payment.or(session.setup_intent.map(holdfast_engine::ObjectId::from))?;
        app.engine.observe(id).ok().flatten()
    });
    let object = inner.as_ref().unwrap_or(object);
    let payment = object.as_payment_intent().filter(|intent| intent.status == IntentStatus::RequiresAction);
    let challenged = |intent: &&Arc<SetupIntent>| !matches!(intent.next_action, Some(NextAction::Microdeposits));
    let setup = object.as_setup_intent().filter(|intent| intent.status == SetupStatus::RequiresAction);
    let setup = setup.filter(challenged);
    payment.map(|intent| Waiting::Payment(intent.id)).or(setup.map(|intent| Waiting::Setup(intent.id)))
}

/// Returns the line with the amount that the customer approves.
fn amount(object: &Object, session: Option<&Arc<CheckoutSession>>) -> String {
    let price = match (session, object.as_payment_intent()) {
        (Some(session), _) => session.currency.zip(session.amount_total),
        (None, Some(intent)) => Some((intent.currency, intent.amount)),
        (None, None) => None,
    };
    let amount = match price {
        Some((currency, amount)) => format!("Pay {}", currency.display(amount)),
        None => "Save a payment method".to_owned(),
    };
    format!("<p id=\"amount\">{}</p>", escaped(&amount))
}

/// Returns the shop that waits for the authentication, if its name is configured or it has an address.
fn payee<'a>(app: &'a App, object: &'a Object, session: Option<&'a Arc<CheckoutSession>>) -> Option<&'a str> {
    let actions = [
        object.as_payment_intent().and_then(|intent| intent.next_action.as_ref()),
        object.as_setup_intent().and_then(|intent| intent.next_action.as_ref()),
    ];
    let back = actions.into_iter().flatten().find_map(|action| match action {
        NextAction::Redirect { return_url } => Some(&**return_url),
        NextAction::Sdk | NextAction::Microdeposits => None,
    });
    let pages = session.map(|session| [&session.success_url, &session.return_url, &session.cancel_url]);
    let pages = pages.into_iter().flatten().map(|page| page.as_deref());
    shop(app.shop.get(), pages.chain([back]))
}

fn question(app: &App, object: &Object, session: Option<&Arc<CheckoutSession>>) -> Page {
    let leave = session.map(|session| {
        let address = escaped(&pay_address(session));
        format!("<p><a id=\"leave\" href=\"{address}\">Do neither, and go back</a></p>")
    });
    let body = format!(
        "{}<p>Your bank asks whether this is you.</p><form method=\"post\"><div class=\"pair\">\
         <button id=\"approve\" name=\"answer\" value=\"approve\">It is me</button>\
         <button id=\"fail\" name=\"answer\" value=\"fail\" class=\"second\">It is not me</button></div></form>{}",
        amount(object, session),
        leave.unwrap_or_default()
    );
    let framed = session.is_some_and(|session| session.ui_mode != UiMode::Hosted);
    whole(200, "Test bank", payee(app, object, session), &body, framed)
}

fn answered(
    app: &App,
    number: u64,
    object: &Object,
    session: Option<&Arc<CheckoutSession>>,
    waiting: Waiting,
    passes: bool,
) -> Page {
    let event = match waiting {
        Waiting::Payment(intent) => EnvironmentEvent::Authenticate { intent, passes },
        Waiting::Setup(intent) => EnvironmentEvent::AuthenticateSetup { intent, passes },
    };
    let response = app.engine.execute_numbered(Request::new(object.account(), Command::Environment(event)), number);
    let Some(session) = session else {
        // Passed or failed, the customer returns to the merchant. Any other status is an error of the server.
        let decided = matches!(response.status(), 200 | 402);
        if let Some(to) = back(object, response.refusal().is_none()).filter(|_| decided) {
            return Page::Go(to);
        }
        return match response.refusal() {
            None => notice(200, "Thank you", "The shop knows; you can close this page."),
            Some(refusal) => notice(200, "That did not work", &refusal.reason.message()),
        };
    };
    let now = app.engine.observe(session.id).ok().flatten();
    match now.as_ref().and_then(Object::as_checkout_session) {
        Some(session) if session.status == SessionStatus::Complete => done(session),
        Some(_) | None => Page::Go(format!("{}&failed=1", pay_address(session))),
    }
}

/// Returns the merchant's `return_url` with the query that the provider adds: id, client secret and outcome. Returns
/// `None` if the merchant gave no web address.
fn back(object: &Object, succeeded: bool) -> Option<String> {
    let (noun, action, secret) = match (object.as_payment_intent(), object.as_setup_intent()) {
        (Some(intent), _) => ("payment_intent", intent.next_action.as_ref()?, intent.secret),
        (_, Some(intent)) => ("setup_intent", intent.next_action.as_ref()?, intent.secret),
        (None, None) => return None,
    };
    let NextAction::Redirect { return_url } = action else { return None };
    let (page, fragment) = return_url.split_once('#').map_or((&**return_url, None), |(page, at)| (page, Some(at)));
    let (id, and) = (object.id(), if page.contains('?') { '&' } else { '?' });
    let status = if succeeded { "succeeded" } else { "failed" };
    let fragment = fragment.map(|at| format!("#{at}")).unwrap_or_default();
    let to = format!(
        "{page}{and}{noun}={id}&{noun}_client_secret={id}_secret_{secret:016x}&redirect_status={status}{fragment}"
    );
    Some(to).filter(|to| is_address(to))
}
