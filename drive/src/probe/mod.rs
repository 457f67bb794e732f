//! Detects the parts of the API that a server has, by the plainest requests.

mod extras;
mod methods;

use holdfast_model::{Config, PaymentMethod};
use serde_json::Value;

use crate::profile::{Api, RefundBy, RefundList};
use crate::server::Server;
use crate::wire::{HttpReply, HttpRequest, TransportError};

/// The reason why a server cannot be driven at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProbeError {
    /// The server cannot be reached, or answers no further request.
    Transport(TransportError),
    /// The server can be reached, but nothing can be compared.
    Nothing(String),
}

impl From<TransportError> for ProbeError {
    fn from(broken: TransportError) -> Self {
        Self::Transport(broken)
    }
}

impl std::fmt::Display for ProbeError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Transport(broken) => broken.fmt(out),
            Self::Nothing(why) => out.write_str(why),
        }
    }
}

type Probed<T> = Result<T, ProbeError>;

/// A probe under way.
struct Probe<'a> {
    server: &'a mut Server,
    /// The failed attempts with the server's answers, each line once.
    tried: Vec<String>,
}

/// Learns how the server is spoken to, and which account it gives.
///
/// # Errors
/// [`ProbeError`] if the server cannot be driven. The text lists what was tried, and each answer.
pub fn probe(server: &mut Server, config: &mut Config) -> Result<(), ProbeError> {
    let mut probe = Probe { server, tried: Vec::new() };
    probe.find_api()?;
    probe.find_methods()?;
    if !probe.server.profile.methods.contains_key(&PaymentMethod::Visa) {
        return Err(probe.nothing("no payment by the plain Visa test card succeeds"));
    }
    probe.find_refunds()?;
    probe.find_declared()?;
    if probe.server.profile.api == Api::Intents {
        probe.server.profile.authenticate = probe.find_helper()?;
        probe.server.profile.settle = probe.settles()?;
        probe.server.profile.connected = probe.find_account()?;
        config.account.multicapture = probe.has_multicapture()?;
        probe.find_special_methods()?;
        probe.find_setup_types()?;
        let events = probe.ask(&HttpRequest::get("/v1/events").with("limit", 3))?;
        let first =
            events.filter(HttpReply::is_done).and_then(|reply| reply.text_at("/data/0/type").map(str::to_owned));
        probe.server.profile.events = first.is_some();
    } else {
        config.account.multicapture = false;
    }
    let advance = HttpRequest::post("/v1/test_helpers/clock/advance").with("seconds", 1);
    let advanced = probe.ask(&advance)?;
    probe.server.profile.clock = advanced.is_some_and(|reply| reply.is_done() && reply.body.is_some());
    Ok(())
}

impl Probe<'_> {
    /// Sends a request; a reply that fails or breaks off counts as none, and is met again in the campaign.
    fn ask(&mut self, asked: &HttpRequest) -> Probed<Option<HttpReply>> {
        match self.server.wire.send(asked) {
            Ok(reply) => {
                if !reply.is_done() {
                    self.note(asked, &said(&reply));
                }
                Ok(Some(reply))
            }
            Err(broken) if broken.ends_drive() => Err(broken.into()),
            Err(broken) => {
                self.note(asked, &broken.to_string());
                Ok(None)
            }
        }
    }

    /// Sends a request; `None` unless the server did it and gave an object with an id.
    fn done(&mut self, asked: &HttpRequest) -> Probed<Option<HttpReply>> {
        Ok(self.ask(asked)?.filter(|reply| reply.is_done() && reply.text_at("/id").is_some()))
    }

    /// Records an attempt and its response.
    fn note(&mut self, asked: &HttpRequest, answer: &str) {
        let verb = asked.verb.name();
        let names: Vec<&str> = asked.form.iter().map(|(name, _)| name.as_str()).collect();
        let path: Vec<&str> = asked
            .path
            .split('/')
            .map(|part| if part.contains('_') && part.len() > 20 { "{id}" } else { part })
            .collect();
        let line = format!("{verb} {} ({}): {answer}", path.join("/"), names.join(", "));
        if !self.tried.contains(&line) {
            self.tried.push(line);
        }
    }

    /// Returns the error that nothing can be compared, with every attempt.
    fn nothing(&self, why: &str) -> ProbeError {
        ProbeError::Nothing(format!("{why}. Tried: {}", self.tried.join("; ")))
    }

    /// Returns the plain creation of a payment of 10.00.
    fn new_intent(&self) -> HttpRequest {
        let asked = HttpRequest::post("/v1/payment_intents").with("amount", 1000).with("currency", "usd");
        if self.server.profile.types { asked.with("payment_method_types[]", "card") } else { asked }
    }

    fn find_api(&mut self) -> Probed<()> {
        for types in [true, false] {
            self.server.profile.types = types;
            let asked = self.new_intent();
            let reply = self.server.wire.send(&asked)?;
            if matches!(reply.status, 401 | 403) {
                let answer = said(&reply);
                return Err(ProbeError::Nothing(format!("the server does not take the key: {answer}")));
            }
            if let Some(id) = reply.text_at("/id").filter(|_| reply.is_done()) {
                self.server.profile.api = Api::Intents;
                return self.find_look(id);
            }
            self.note(&asked, &said(&reply));
        }
        let charge = HttpRequest::post("/v1/charges").with("amount", 1000).with("currency", "usd");
        for source in ["tok_visa", "pm_card_visa"] {
            if self.done(&charge.clone().with("source", source))?.is_some() {
                self.server.profile.api = Api::Charges;
                self.server.profile.charges = true;
                return Ok(());
            }
        }
        Err(self.nothing("neither a payment intent nor a charge can be created"))
    }

    /// Learns how a payment is read.
    fn find_look(&mut self, id: &str) -> Probed<()> {
        let look = HttpRequest::get(format!("/v1/payment_intents/{id}"));
        let expanded = self.ask(&look.clone().with("expand[]", "latest_charge"))?;
        self.server.profile.expands = expanded.is_some_and(|reply| reply.is_done());
        if !self.server.profile.expands && !self.ask(&look)?.is_some_and(|reply| reply.is_done()) {
            return Err(self.nothing("a payment that was created cannot be read"));
        }
        Ok(())
    }

    /// Learns how refunds are asked for and read, and whether charges can be read.
    fn find_refunds(&mut self) -> Probed<()> {
        let Some(reply) = self.paid(PaymentMethod::Visa, &[])? else { return Ok(()) };
        let id = reply.text_at("/id").unwrap_or_default().to_owned();
        let is_list = |reply: &HttpReply| {
            reply.is_done() && reply.body.as_ref().and_then(|body| body.pointer("/data")).is_some_and(Value::is_array)
        };
        let list = |by: &str, id: &str| HttpRequest::get("/v1/refunds").with(by, id).with("limit", 100);
        if self.server.profile.api == Api::Charges {
            if self.ask(&list("charge", &id))?.as_ref().is_some_and(is_list) {
                self.server.profile.refunds = RefundList::ByCharge;
            }
            return Ok(());
        }
        let charge = self.charge_of(&id)?;
        if let Some(charge) = &charge {
            let look = self.ask(&HttpRequest::get(format!("/v1/charges/{charge}")))?;
            self.server.profile.charges = look.is_some_and(|reply| reply.is_done());
        }
        let refund = |by: &str, id: &str| HttpRequest::post("/v1/refunds").with(by, id).with("amount", 300);
        let mut made = self.done(&refund("payment_intent", &id))?;
        if let (None, Some(charge)) = (&made, &charge) {
            made = self.done(&refund("charge", charge))?;
            if made.is_some() {
                self.server.profile.refund_by = RefundBy::Charge;
            }
        }
        // A list that ignores its parameters contains more than this refund.
        let holds = |reply: &HttpReply, made: &Option<HttpReply>| {
            let Some(data) = reply.body.as_ref().and_then(|body| body.pointer("/data")).and_then(Value::as_array)
            else {
                return false;
            };
            let ids: Vec<&str> = data.iter().filter_map(|it| it.get("id").and_then(Value::as_str)).collect();
            reply.is_done() && made.as_ref().is_none_or(|made| ids == [made.text_at("/id").unwrap_or_default()])
        };
        let listed = self.ask(&list("payment_intent", &id))?;
        if listed.as_ref().is_some_and(|reply| holds(reply, &made)) {
            self.server.profile.refunds = RefundList::ByIntent;
            return Ok(());
        }
        if let Some(charge) = &charge
            && self.ask(&list("charge", charge))?.as_ref().is_some_and(|reply| holds(reply, &made))
        {
            self.server.profile.refunds = RefundList::ByCharge;
            return Ok(());
        }
        if let Some(refund) = made.as_ref().and_then(|made| made.text_at("/id"))
            && self.done(&HttpRequest::get(format!("/v1/refunds/{refund}")))?.is_some()
        {
            self.server.profile.refunds = RefundList::Each;
        } else if listed.as_ref().is_some_and(is_list) {
            self.server.profile.refunds = RefundList::ByIntent;
        }
        Ok(())
    }

    /// Reads which fields the server declares as absent (the driving contract).
    fn find_declared(&mut self) -> Probed<()> {
        let declared = self.ask(&HttpRequest::get("/v1/holdfast"))?.filter(HttpReply::is_done);
        let body = declared.and_then(|reply| reply.body);
        let list = body.as_ref().and_then(|body| body.pointer("/absent")).and_then(Value::as_array);
        let names = list.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
        self.server.profile.absent = names.collect();
        self.server.profile.ignores_keys = self.server.profile.absent.contains("Idempotency-Key");
        let absent: Vec<&str> = self.server.profile.absent.iter().map(String::as_str).collect();
        if !absent.is_empty() {
            let note = (format!("declared: {}", absent.join(", ")), "declared as absent by the server".to_owned());
            self.server.notes.push(note);
        }
        Ok(())
    }

    /// Returns the id of a payment's latest charge, if it is shown.
    fn charge_of(&mut self, id: &str) -> Probed<Option<String>> {
        let reply = self.ask(&HttpRequest::get(format!("/v1/payment_intents/{id}")))?;
        let body = reply.and_then(|reply| reply.body);
        let charge = body.as_ref().and_then(|body| {
            body.get("latest_charge").filter(|it| !it.is_null()).or_else(|| body.pointer("/charges/data/0"))
        });
        Ok(charge.and_then(|it| it.as_str().or_else(|| it.get("id").and_then(Value::as_str))).map(str::to_owned))
    }

    /// Returns a payment's status; empty if it cannot be read.
    fn status(&mut self, id: &str) -> Probed<String> {
        let reply = self.ask(&HttpRequest::get(format!("/v1/payment_intents/{id}")))?;
        Ok(reply.and_then(|reply| reply.text_at("/status").map(str::to_owned)).unwrap_or_default())
    }
}

/// Returns a reply in a few words: status, code and message.
fn said(reply: &HttpReply) -> String {
    let code = reply.text_at("/error/code").unwrap_or_default();
    let message = reply.text_at("/error/message").unwrap_or(reply.text.as_str());
    let message: String = message.chars().take(60).map(|it| if it.is_control() { ' ' } else { it }).collect();
    let status = if reply.is_done() { reply.text_at("/status").unwrap_or_default() } else { "" };
    let parts = [reply.status.to_string(), status.to_owned(), code.to_owned(), message];
    parts.into_iter().filter(|part| !part.trim().is_empty()).collect::<Vec<_>>().join(" ")
}
