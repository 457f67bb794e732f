//! What the server can, found out by asking for it in the plainest way.

use holdfast_model::{Config, Issuer, PaymentMethod, RefundPath};
use serde_json::Value;

use crate::profile::{self, AUTHENTICATE, Api, ChallengeHelper, MethodReference};
use crate::requests::make_method;
use crate::server::Server;
use crate::wire::{HttpReply, HttpRequest, TransportError};

/// Why a server cannot be driven at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// It cannot be reached.
    TransportError(TransportError),
    /// It can, and there is nothing to ask it.
    Nothing(String),
}

impl From<TransportError> for Stop {
    fn from(broken: TransportError) -> Self {
        Self::TransportError(broken)
    }
}

impl std::fmt::Display for Stop {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::TransportError(broken) => broken.fmt(out),
            Self::Nothing(why) => out.write_str(why),
        }
    }
}

type Probed<T> = Result<T, Stop>;

/// Asks for a payment; 5xx and broken answers are no answers here, and are met again in the campaign.
fn ask(server: &mut Server, asked: &HttpRequest) -> Probed<Option<HttpReply>> {
    match server.wire.send(asked) {
        Ok(reply) => Ok(Some(reply)),
        Err(broken @ TransportError::Unreachable(_)) => Err(broken.into()),
        Err(TransportError::Dropped(_) | TransportError::Silent | TransportError::Unasked(_)) => Ok(None),
    }
}

fn done(server: &mut Server, asked: &HttpRequest) -> Probed<Option<HttpReply>> {
    Ok(ask(server, asked)?.filter(|reply| reply.is_done() && reply.text_at("/id").is_some()))
}

fn new_intent() -> HttpRequest {
    HttpRequest::post("/v1/payment_intents").with("amount", 1000).with("currency", "usd")
}

/// Learns how the server is spoken to, and what account it gives.
///
/// # Errors
/// [`Stop`] where it cannot be driven.
pub fn probe(server: &mut Server, config: &mut Config) -> Result<(), Stop> {
    find_api(server)?;
    find_methods(server)?;
    if !server.profile.methods.contains_key(&PaymentMethod::Visa) {
        return Err(Stop::Nothing(
            "no payment can be made: the plain Visa test card is not taken in any way".to_owned(),
        ));
    }
    server.profile.refunds = has_refunds(server)?;
    if server.profile.api == Api::Intents {
        server.profile.authenticate = find_helper(server)?;
        server.profile.settle = settles(server)?;
        server.profile.connected = find_account(server)?;
        config.account.multicapture = has_multicapture(server)?;
        find_special_methods(server)?;
    } else {
        config.account.multicapture = false;
    }
    let advance = HttpRequest::post("/v1/test_helpers/clock/advance").with("seconds", 1);
    server.profile.clock = ask(server, &advance)?.is_some_and(|reply| reply.is_done() && reply.body.is_some());
    Ok(())
}

fn find_api(server: &mut Server) -> Probed<()> {
    let first = server.wire.send(&new_intent())?;
    if matches!(first.status, 401 | 403) {
        return Err(Stop::Nothing(format!("the server does not take the key: it answers {}", first.status)));
    }
    if let Some(id) = first.text_at("/id").filter(|_| first.is_done()) {
        let look = HttpRequest::get(format!("/v1/payment_intents/{id}"));
        let expanded = ask(server, &look.clone().with("expand[]", "latest_charge"))?;
        server.profile.expands = expanded.is_some_and(|reply| reply.is_done());
        server.profile.api = Api::Intents;
        if !server.profile.expands && !ask(server, &look)?.is_some_and(|reply| reply.is_done()) {
            return Err(Stop::Nothing(
                "what was created cannot be looked at: GET /v1/payment_intents/{id} fails".to_owned(),
            ));
        }
        return Ok(());
    }
    let charge =
        HttpRequest::post("/v1/charges").with("amount", 1000).with("currency", "usd").with("source", "tok_visa");
    if done(server, &charge)?.is_some() {
        server.profile.api = Api::Charges;
        return Ok(());
    }
    Err(Stop::Nothing(format!(
        "nothing can be asked: POST /v1/payment_intents is answered {}, and no charge can be made either",
        first.status
    )))
}

/// A method is known if a payment by it goes as its card says; one that a server takes for any other is not.
fn find_methods(server: &mut Server) -> Probed<()> {
    for method in PaymentMethod::ALL {
        let profile = method.profile();
        if profile.refund != RefundPath::Immediate || method == PaymentMethod::NoEnterpriseFeatures {
            continue;
        }
        let token = Some(MethodReference::Token).filter(|_| server.profile.api == Api::Intents);
        let number =
            profile::number(method).map(MethodReference::Number).filter(|_| server.profile.api == Api::Intents);
        let source =
            profile::source(method).map(MethodReference::Source).filter(|_| server.profile.api == Api::Charges);
        for means in [token, number, source].into_iter().flatten() {
            if let Some(reply) = pay(server, method, means, None)?
                && goes_as(profile.issuer, &reply)
            {
                server.profile.methods.insert(method, means);
                break;
            }
        }
    }
    Ok(())
}

/// A payment of 10.00 by that method, and how it is answered.
fn pay(
    server: &mut Server,
    method: PaymentMethod,
    means: MethodReference,
    more: Option<(&str, &str)>,
) -> Probed<Option<HttpReply>> {
    let asked = match means {
        MethodReference::Token => {
            new_intent().with("payment_method", format!("pm_{}", method.token())).with("confirm", true)
        }
        MethodReference::Number(number) => {
            let Some(made) = done(server, &make_method(number))? else { return Ok(None) };
            let id = made.text_at("/id").unwrap_or_default();
            new_intent().with("payment_method", id).with("confirm", true)
        }
        MethodReference::Source(token) => {
            HttpRequest::post("/v1/charges").with("amount", 1000).with("currency", "usd").with("source", token)
        }
    };
    let asked = match more {
        Some((name, value)) => asked.with(name, value),
        None => asked,
    };
    ask(server, &asked)
}

fn goes_as(issuer: Issuer, reply: &HttpReply) -> bool {
    let is = |word: &str| reply.is_done() && reply.text_at("/status") == Some(word);
    match issuer {
        Issuer::Approves => is("succeeded"),
        Issuer::Declines(_) => reply.status == 402,
        Issuer::Challenges | Issuer::ChallengesThenDeclines(_) => is("requires_action"),
        Issuer::FailsLater | Issuer::NeverSettles => is("processing"),
    }
}

/// The id of a payment that has just been made in the plain way, and its status.
fn paid(server: &mut Server, method: PaymentMethod, more: Option<(&str, &str)>) -> Probed<Option<HttpReply>> {
    let Some(means) = server.profile.methods.get(&method).copied() else { return Ok(None) };
    Ok(pay(server, method, means, more)?.filter(|reply| reply.is_done() && reply.text_at("/id").is_some()))
}

fn has_refunds(server: &mut Server) -> Probed<bool> {
    let Some(reply) = paid(server, PaymentMethod::Visa, None)? else { return Ok(false) };
    let by = if server.profile.api == Api::Intents { "payment_intent" } else { "charge" };
    let id = reply.text_at("/id").unwrap_or_default();
    // Whether they can be made is seen in the hunt; here, whether there is such a list.
    let list = ask(server, &HttpRequest::get("/v1/refunds").with(by, id).with("limit", 100))?;
    Ok(list.is_some_and(|reply| {
        reply.is_done() && reply.body.as_ref().and_then(|body| body.pointer("/data")).is_some_and(Value::is_array)
    }))
}

fn status(server: &mut Server, id: &str) -> Probed<String> {
    let reply = ask(server, &HttpRequest::get(format!("/v1/payment_intents/{id}")))?;
    Ok(reply.and_then(|reply| reply.text_at("/status").map(str::to_owned)).unwrap_or_default())
}

fn find_helper(server: &mut Server) -> Probed<Option<ChallengeHelper>> {
    for helper in AUTHENTICATE {
        let Some(reply) = paid(server, PaymentMethod::AuthenticationRequired, None)? else { return Ok(None) };
        let id = reply.text_at("/id").unwrap_or_default().to_owned();
        let asked = HttpRequest::post(helper.path.replace("{id}", &id)).with(helper.name, helper.values.0);
        let asked = if helper.secret {
            asked.with("client_secret", reply.text_at("/client_secret").unwrap_or_default())
        } else {
            asked
        };
        let answer = ask(server, &asked)?;
        let is_there = answer.is_some_and(|answer| answer.status != 404 && answer.status != 405);
        if is_there && status(server, &id)? != "requires_action" {
            return Ok(Some(helper));
        }
    }
    Ok(None)
}

fn settles(server: &mut Server) -> Probed<bool> {
    let Some(reply) = paid(server, PaymentMethod::UsBankAccount, None)? else { return Ok(false) };
    let id = reply.text_at("/id").unwrap_or_default().to_owned();
    let asked = HttpRequest::post(format!("/v1/test_helpers/payment_intents/{id}/settle")).with("outcome", "succeeded");
    Ok(ask(server, &asked)?.is_some_and(|reply| reply.is_done()) && status(server, &id)? == "succeeded")
}

fn find_account(server: &mut Server) -> Probed<Option<String>> {
    let asked = HttpRequest::post("/v1/accounts").with("type", "custom").with("country", "US");
    let Some(reply) = done(server, &asked)? else { return Ok(None) };
    let id = reply.text_at("/id").unwrap_or_default().to_owned();
    let is_taken = paid(server, PaymentMethod::Visa, Some(("transfer_data[destination]", &id)))?.is_some();
    Ok(is_taken.then_some(id))
}

/// Says the charge of a hold that several captures are available, or is one that is not the last let through?
fn has_multicapture(server: &mut Server) -> Probed<bool> {
    let name = "payment_method_options[card][request_multicapture]";
    let Some(MethodReference::Token | MethodReference::Number(_)) =
        server.profile.methods.get(&PaymentMethod::Visa).copied()
    else {
        return Ok(false);
    };
    let Some(reply) = paid_for_several(server, name)? else { return Ok(false) };
    let id = reply.text_at("/id").unwrap_or_default().to_owned();
    let look = HttpRequest::get(format!("/v1/payment_intents/{id}")).with("expand[]", "latest_charge");
    let says = "/latest_charge/payment_method_details/card/multicapture/status";
    if let Some(word) = ask(server, &look)?.and_then(|reply| reply.text_at(says).map(str::to_owned)) {
        return Ok(word == "available");
    }
    let capture = HttpRequest::post(format!("/v1/payment_intents/{id}/capture"));
    let capture = capture.with("amount_to_capture", 300).with("final_capture", false);
    let is_done = ask(server, &capture)?.is_some_and(|reply| reply.is_done());
    Ok(is_done && status(server, &id)? == "requires_capture")
}

fn paid_for_several(server: &mut Server, name: &str) -> Probed<Option<HttpReply>> {
    let means = server.profile.methods.get(&PaymentMethod::Visa).copied();
    let id = match means {
        Some(MethodReference::Number(number)) => {
            let Some(made) = done(server, &make_method(number))? else { return Ok(None) };
            made.text_at("/id").unwrap_or_default().to_owned()
        }
        Some(MethodReference::Token | MethodReference::Source(_)) | None => "pm_card_visa".to_owned(),
    };
    let asked = new_intent().with("payment_method", id).with("confirm", true).with("capture_method", "manual");
    done(server, &asked.with(name, "if_available"))
}

/// Methods whose refunds take their time, where the server's refunds can be moved; and the card without the features.
fn find_special_methods(server: &mut Server) -> Probed<()> {
    for method in [PaymentMethod::PendingRefund, PaymentMethod::RefundFails] {
        let Some(reply) = pay(server, method, MethodReference::Token, None)?.filter(HttpReply::is_done) else {
            continue;
        };
        let id = reply.text_at("/id").unwrap_or_default().to_owned();
        let Some(refund) = done(server, &HttpRequest::post("/v1/refunds").with("payment_intent", &id))? else {
            continue;
        };
        let outcome = if method == PaymentMethod::PendingRefund { "succeeded" } else { "expired_or_canceled_card" };
        let path = format!("/v1/test_helpers/refunds/{}/report", refund.text_at("/id").unwrap_or_default());
        let report = HttpRequest::post(path).with("outcome", outcome);
        if ask(server, &report)?.is_some_and(|reply| reply.is_done()) {
            server.profile.refunds_move = true;
            server.profile.methods.insert(method, MethodReference::Token);
        }
    }
    Ok(())
}
