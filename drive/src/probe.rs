//! What the server can, found out by asking for it in the plainest way.

use holdfast_model::{Config, Issuer, PaymentMethod, RefundPath};
use serde_json::Value;

use crate::ask::make_method;
use crate::server::Server;
use crate::ways::{self, AUTHENTICATE, Api, Helper, Means};
use crate::wire::{Asked, Broken, Reply};

/// Why a server cannot be driven at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// It cannot be reached.
    Broken(Broken),
    /// It can, and there is nothing to ask it.
    Nothing(String),
}

impl From<Broken> for Stop {
    fn from(broken: Broken) -> Self {
        Self::Broken(broken)
    }
}

impl std::fmt::Display for Stop {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Broken(broken) => broken.fmt(out),
            Self::Nothing(why) => out.write_str(why),
        }
    }
}

type Probed<T> = Result<T, Stop>;

/// Asks for a payment; 5xx and broken answers are no answers here, and are met again in the hunt.
fn ask(server: &mut Server, asked: &Asked) -> Probed<Option<Reply>> {
    match server.wire.send(asked) {
        Ok(reply) => Ok(Some(reply)),
        Err(broken @ Broken::Unreachable(_)) => Err(broken.into()),
        Err(Broken::Dropped(_) | Broken::Silent | Broken::Unasked(_)) => Ok(None),
    }
}

fn done(server: &mut Server, asked: &Asked) -> Probed<Option<Reply>> {
    Ok(ask(server, asked)?.filter(|reply| reply.is_done() && reply.text_at("/id").is_some()))
}

fn new_intent() -> Asked {
    Asked::post("/v1/payment_intents").with("amount", 1000).with("currency", "usd")
}

/// Learns how the server is spoken to, and what account it gives.
///
/// # Errors
/// [`Stop`] where it cannot be driven.
pub fn probe(server: &mut Server, config: &mut Config) -> Result<(), Stop> {
    find_api(server)?;
    find_methods(server)?;
    if !server.ways.methods.contains_key(&PaymentMethod::Visa) {
        return Err(Stop::Nothing(
            "no payment can be made: the plain Visa test card is not taken in any way".to_owned(),
        ));
    }
    server.ways.refunds = has_refunds(server)?;
    if server.ways.api == Api::Intents {
        server.ways.authenticate = find_helper(server)?;
        server.ways.settle = settles(server)?;
        server.ways.connected = find_account(server)?;
        config.account.multicapture = has_multicapture(server)?;
        find_special_methods(server)?;
    } else {
        config.account.multicapture = false;
    }
    let advance = Asked::post("/v1/test_helpers/clock/advance").with("seconds", 1);
    server.ways.clock = ask(server, &advance)?.is_some_and(|reply| reply.is_done() && reply.body.is_some());
    Ok(())
}

fn find_api(server: &mut Server) -> Probed<()> {
    let first = server.wire.send(&new_intent())?;
    if matches!(first.status, 401 | 403) {
        return Err(Stop::Nothing(format!("the server does not take the key: it answers {}", first.status)));
    }
    if let Some(id) = first.text_at("/id").filter(|_| first.is_done()) {
        let look = Asked::get(format!("/v1/payment_intents/{id}"));
        let expanded = ask(server, &look.clone().with("expand[]", "latest_charge"))?;
        server.ways.expands = expanded.is_some_and(|reply| reply.is_done());
        server.ways.api = Api::Intents;
        if !server.ways.expands && !ask(server, &look)?.is_some_and(|reply| reply.is_done()) {
            return Err(Stop::Nothing(
                "what was created cannot be looked at: GET /v1/payment_intents/{id} fails".to_owned(),
            ));
        }
        return Ok(());
    }
    let charge = Asked::post("/v1/charges").with("amount", 1000).with("currency", "usd").with("source", "tok_visa");
    if done(server, &charge)?.is_some() {
        server.ways.api = Api::Charges;
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
        let token = Some(Means::Token).filter(|_| server.ways.api == Api::Intents);
        let number = ways::number(method).map(Means::Number).filter(|_| server.ways.api == Api::Intents);
        let source = ways::source(method).map(Means::Source).filter(|_| server.ways.api == Api::Charges);
        for means in [token, number, source].into_iter().flatten() {
            if let Some(reply) = pay(server, method, means, None)?
                && goes_as(profile.issuer, &reply)
            {
                server.ways.methods.insert(method, means);
                break;
            }
        }
    }
    Ok(())
}

/// A payment of 10.00 by that method, and how it is answered.
fn pay(server: &mut Server, method: PaymentMethod, means: Means, more: Option<(&str, &str)>) -> Probed<Option<Reply>> {
    let asked = match means {
        Means::Token => new_intent().with("payment_method", format!("pm_{}", method.token())).with("confirm", true),
        Means::Number(number) => {
            let Some(made) = done(server, &make_method(number))? else { return Ok(None) };
            let id = made.text_at("/id").unwrap_or_default();
            new_intent().with("payment_method", id).with("confirm", true)
        }
        Means::Source(token) => {
            Asked::post("/v1/charges").with("amount", 1000).with("currency", "usd").with("source", token)
        }
    };
    let asked = match more {
        Some((name, value)) => asked.with(name, value),
        None => asked,
    };
    ask(server, &asked)
}

fn goes_as(issuer: Issuer, reply: &Reply) -> bool {
    let is = |word: &str| reply.is_done() && reply.text_at("/status") == Some(word);
    match issuer {
        Issuer::Approves => is("succeeded"),
        Issuer::Declines(_) => reply.status == 402,
        Issuer::Challenges | Issuer::ChallengesThenDeclines(_) => is("requires_action"),
        Issuer::FailsLater | Issuer::NeverSettles => is("processing"),
    }
}

/// The id of a payment that has just been made in the plain way, and its status.
fn paid(server: &mut Server, method: PaymentMethod, more: Option<(&str, &str)>) -> Probed<Option<Reply>> {
    let Some(means) = server.ways.methods.get(&method).copied() else { return Ok(None) };
    Ok(pay(server, method, means, more)?.filter(|reply| reply.is_done() && reply.text_at("/id").is_some()))
}

fn has_refunds(server: &mut Server) -> Probed<bool> {
    let Some(reply) = paid(server, PaymentMethod::Visa, None)? else { return Ok(false) };
    let by = if server.ways.api == Api::Intents { "payment_intent" } else { "charge" };
    let id = reply.text_at("/id").unwrap_or_default();
    // Whether they can be made is seen in the hunt; here, whether there is such a list.
    let list = ask(server, &Asked::get("/v1/refunds").with(by, id).with("limit", 100))?;
    Ok(list.is_some_and(|reply| {
        reply.is_done() && reply.body.as_ref().and_then(|body| body.pointer("/data")).is_some_and(Value::is_array)
    }))
}

fn status(server: &mut Server, id: &str) -> Probed<String> {
    let reply = ask(server, &Asked::get(format!("/v1/payment_intents/{id}")))?;
    Ok(reply.and_then(|reply| reply.text_at("/status").map(str::to_owned)).unwrap_or_default())
}

fn find_helper(server: &mut Server) -> Probed<Option<Helper>> {
    for helper in AUTHENTICATE {
        let Some(reply) = paid(server, PaymentMethod::AuthenticationRequired, None)? else { return Ok(None) };
        let id = reply.text_at("/id").unwrap_or_default().to_owned();
        let asked = Asked::post(helper.path.replace("{id}", &id)).with(helper.name, helper.values.0);
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
    let asked = Asked::post(format!("/v1/test_helpers/payment_intents/{id}/settle")).with("outcome", "succeeded");
    Ok(ask(server, &asked)?.is_some_and(|reply| reply.is_done()) && status(server, &id)? == "succeeded")
}

fn find_account(server: &mut Server) -> Probed<Option<String>> {
    let asked = Asked::post("/v1/accounts").with("type", "custom").with("country", "US");
    let Some(reply) = done(server, &asked)? else { return Ok(None) };
    let id = reply.text_at("/id").unwrap_or_default().to_owned();
    let is_taken = paid(server, PaymentMethod::Visa, Some(("transfer_data[destination]", &id)))?.is_some();
    Ok(is_taken.then_some(id))
}

/// Says the charge of a hold that several captures are available, or is one that is not the last let through?
fn has_multicapture(server: &mut Server) -> Probed<bool> {
    let name = "payment_method_options[card][request_multicapture]";
    let Some(Means::Token | Means::Number(_)) = server.ways.methods.get(&PaymentMethod::Visa).copied() else {
        return Ok(false);
    };
    let Some(reply) = paid_for_several(server, name)? else { return Ok(false) };
    let id = reply.text_at("/id").unwrap_or_default().to_owned();
    let look = Asked::get(format!("/v1/payment_intents/{id}")).with("expand[]", "latest_charge");
    let says = "/latest_charge/payment_method_details/card/multicapture/status";
    if let Some(word) = ask(server, &look)?.and_then(|reply| reply.text_at(says).map(str::to_owned)) {
        return Ok(word == "available");
    }
    let capture = Asked::post(format!("/v1/payment_intents/{id}/capture"));
    let capture = capture.with("amount_to_capture", 300).with("final_capture", false);
    let is_done = ask(server, &capture)?.is_some_and(|reply| reply.is_done());
    Ok(is_done && status(server, &id)? == "requires_capture")
}

fn paid_for_several(server: &mut Server, name: &str) -> Probed<Option<Reply>> {
    let means = server.ways.methods.get(&PaymentMethod::Visa).copied();
    let id = match means {
        Some(Means::Number(number)) => {
            let Some(made) = done(server, &make_method(number))? else { return Ok(None) };
            made.text_at("/id").unwrap_or_default().to_owned()
        }
        Some(Means::Token | Means::Source(_)) | None => "pm_card_visa".to_owned(),
    };
    let asked = new_intent().with("payment_method", id).with("confirm", true).with("capture_method", "manual");
    done(server, &asked.with(name, "if_available"))
}

/// Methods whose refunds take their time, where the server's refunds can be moved; and the card without the features.
fn find_special_methods(server: &mut Server) -> Probed<()> {
    for method in [PaymentMethod::PendingRefund, PaymentMethod::RefundFails] {
        let Some(reply) = pay(server, method, Means::Token, None)?.filter(Reply::is_done) else { continue };
        let id = reply.text_at("/id").unwrap_or_default().to_owned();
        let Some(refund) = done(server, &Asked::post("/v1/refunds").with("payment_intent", &id))? else { continue };
        let outcome = if method == PaymentMethod::PendingRefund { "succeeded" } else { "expired_or_canceled_card" };
        let path = format!("/v1/test_helpers/refunds/{}/report", refund.text_at("/id").unwrap_or_default());
        let report = Asked::post(path).with("outcome", outcome);
        if ask(server, &report)?.is_some_and(|reply| reply.is_done()) {
            server.ways.refunds_move = true;
            server.ways.methods.insert(method, Means::Token);
        }
    }
    Ok(())
}
