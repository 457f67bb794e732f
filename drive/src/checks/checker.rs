//! The requests of a check, with the expected result of each.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::finding::{Class, Sighting};
use crate::profile::{Api, Confirmation, MethodReference, RefundBy};
use crate::requests::{make_method, with_method};
use crate::server::Server;
use crate::wire::{HttpReply, HttpRequest, TransportError, Verb};

/// One request of a check; ids that the server gave stand as variables.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckStep {
    /// The request.
    pub request: HttpRequest,
    /// The variable for the id in the response.
    pub into: Option<String>,
    /// Whether the connection is cut before the answer.
    pub is_cut: bool,
}

impl std::fmt::Display for CheckStep {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let verb = self.request.verb.name();
        write!(out, "{verb} {}", self.request.path)?;
        for (name, value) in &self.request.form {
            write!(out, " {name}={value}")?;
        }
        for (name, value) in [("key", &self.request.key), ("account", &self.request.account)] {
            if let Some(value) = value {
                write!(out, " {name}={value}")?;
            }
        }
        if self.is_cut {
            out.write_str("  # the connection is cut before the answer")?;
        }
        self.into.as_ref().map_or(Ok(()), |into| write!(out, "  # ${into}"))
    }
}

/// Whether a check could be carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Looked {
    /// To its end.
    Done,
    /// Not, because the server lacks a part of the API.
    NotThere(&'static str),
    /// The check was not completed, for another reason.
    NotDone(&'static str),
}

/// A check under way.
#[derive(Debug)]
pub struct Checker<'a> {
    /// The server.
    pub(super) server: &'a mut Server,
    name: &'static str,
    attempt: u8,
    steps: Vec<CheckStep>,
    /// Ids that the server gave, and their variables.
    ids: Vec<(String, String)>,
    /// The differences, each with the requests that led to it.
    pub found: Vec<(Sighting, Vec<CheckStep>)>,
    /// The requirements that the comparisons from here on are about.
    about: &'static [&'static str],
    /// The requirements that were seen to be kept.
    pub(crate) kept: BTreeSet<&'static str>,
    /// Whether a request was answered with a server error.
    pub(crate) has_failed: bool,
}

impl<'a> Checker<'a> {
    /// Begins a check; `attempt` makes its keys differ from those of the attempt before.
    #[must_use]
    pub const fn new(server: &'a mut Server, name: &'static str, attempt: u8) -> Self {
        Self {
            server,
            name,
            attempt,
            steps: Vec::new(),
            ids: Vec::new(),
            found: Vec::new(),
            about: &[],
            kept: BTreeSet::new(),
            has_failed: false,
        }
    }

    /// Names the requirements that a difference contradicts from here on.
    pub(super) const fn about(&mut self, ids: &'static [&'static str]) {
        self.about = ids;
    }

    /// Notes that the requirements in question were seen to be kept: everything that they state was compared.
    pub(super) fn kept(&mut self) {
        self.kept.extend(self.about);
    }

    /// Returns whether the server has PaymentIntents that are confirmed at their creation.
    pub(super) fn has_intents(&self) -> bool {
        self.server.profile.api == Api::Intents && self.server.profile.confirmation == Confirmation::AtCreation
    }

    /// Clears the recorded requests, so that a finding shows only its own.
    pub(super) fn restart(&mut self) {
        self.steps.clear();
        self.ids.clear();
    }

    /// Returns an idempotency key of this check.
    pub(super) fn key(&self, number: u8) -> String {
        format!("{}-{}-{}-{number}", self.server.nonce(), self.name.replace(' ', "-"), self.attempt)
    }

    fn symbolic(&self, text: &str) -> String {
        self.ids.iter().fold(text.to_owned(), |text, (id, name)| text.replace(id.as_str(), &format!("${name}")))
    }

    fn record(&mut self, asked: &HttpRequest, is_cut: bool) {
        let form = asked.form.iter().map(|(name, value)| (name.clone(), self.symbolic(value))).collect();
        let account = asked.account.as_ref().map(|account| self.symbolic(account));
        let key = asked.key.as_ref().map(|key| format!("$run-{}", key.rsplit('-').next().unwrap_or_default()));
        let request = HttpRequest { path: self.symbolic(&asked.path), form, account, key, ..asked.clone() };
        self.steps.push(CheckStep { request, into: None, is_cut });
    }

    /// Sends a request. An answer that is missing, or that is a server error, is recorded as a difference.
    ///
    /// # Errors
    /// [`TransportError`] if there is no reply.
    pub(super) fn send(&mut self, asked: &HttpRequest) -> Result<HttpReply, TransportError> {
        if asked.verb == Verb::Post {
            self.server.spend()?;
        }
        self.record(asked, false);
        let reply = self.server.wire.send(asked);
        self.note_failure(asked, &reply);
        let reply = reply?;
        if let Some(id) = reply.text_at("/id").filter(|_| reply.is_done() && asked.verb == Verb::Post)
            && !self.ids.iter().any(|(known, _)| known == id)
        {
            let kind = id.split('_').next().unwrap_or("id");
            let number = self.ids.iter().filter(|(_, name)| name.starts_with(kind)).count().saturating_add(1);
            let name = format!("{kind}{number}");
            if let Some(step) = self.steps.last_mut() {
                step.into = Some(name.clone());
            }
            self.ids.push((id.to_owned(), name));
        }
        Ok(reply)
    }

    /// Records a request that is not answered, or is answered with a server error. A server may answer 501 for a part of the
    /// API that it does not have. The signature is that of a sequence with the same request: one cause is one finding.
    fn note_failure(&mut self, asked: &HttpRequest, reply: &Result<HttpReply, TransportError>) {
        let (kind, told, server) = match reply {
            Err(broken) if broken.ends_drive() => return,
            Err(broken) => ("no answer".to_owned(), "is not answered".to_owned(), broken.to_string()),
            Ok(reply) if reply.is_failure() && reply.status != 501 => {
                self.has_failed = true;
                let code = reply.text_at("/error/type").unwrap_or_default();
                let server = format!("{} {code}", reply.status).trim().to_owned();
                (reply.status.to_string(), format!("is answered {}", reply.status), server)
            }
            Ok(_) => return,
        };
        let (what, place) = match asked.verb {
            Verb::Get => {
                let object = looked_at(&asked.path);
                (format!("look at {object}: {kind}"), format!("a look at the {object}"))
            }
            Verb::Post | Verb::Delete => {
                let (operation, kind) = (operation(&asked.path), if reply.is_ok() { "server error" } else { &kind });
                (format!("{operation}: {kind}"), operation)
            }
        };
        let headline = format!("{}: {place} {told}", self.name);
        let sighting = Sighting::new(Class::Protocol, what, headline).saying("an answer", server);
        self.keep(sighting);
    }

    /// Names a text that stands in requests, such as the URL of an endpoint, by a variable.
    pub(super) fn call(&mut self, text: &str, name: &str) {
        self.ids.push((text.to_owned(), name.to_owned()));
    }

    /// Sends a request to a test helper, which is no part of the API: no answer, and none in time, is a finding.
    ///
    /// # Errors
    /// [`TransportError`] if the drive cannot continue; another failure is an empty reply with status 0.
    pub(super) fn help(&mut self, asked: &HttpRequest) -> Result<HttpReply, TransportError> {
        self.server.spend()?;
        self.record(asked, false);
        self.quietly(asked)
    }

    /// Sends a request that no finding shows.
    ///
    /// # Errors
    /// [`TransportError`] if the drive cannot continue; another failure is an empty reply with status 0.
    pub(super) fn quietly(&mut self, asked: &HttpRequest) -> Result<HttpReply, TransportError> {
        match self.server.wire.send(asked) {
            Err(broken) if !broken.ends_drive() => {
                Ok(HttpReply { status: 0, body: None, text: broken.to_string(), retry_after: None })
            }
            replied => replied,
        }
    }

    /// Records a sighting once, with the requests that led to it.
    fn keep(&mut self, sighting: Sighting) {
        if !self.found.iter().any(|(known, _)| known.signature == sighting.signature) {
            self.found.push((sighting, self.steps.clone()));
        }
    }

    /// Sends a request and closes the connection before the answer.
    ///
    /// # Errors
    /// [`TransportError`] if the request cannot be sent.
    pub(super) fn send_and_cut(&mut self, asked: &HttpRequest) -> Result<(), TransportError> {
        self.server.spend()?;
        self.record(asked, true);
        match self.server.wire.send_and_cut(asked) {
            // The connection is cut in this case too.
            Err(TransportError::Dropped(_)) => Ok(()),
            sent => sent,
        }
    }

    /// Reads an object; `None` unless the server shows it.
    pub(super) fn get(&mut self, path: &str) -> Result<Option<Value>, TransportError> {
        let reply = self.send(&HttpRequest::get(path))?;
        Ok(reply.body.filter(|body| (200..300).contains(&reply.status) && body.is_object()))
    }

    /// Pays by the plain card with further parameters; `None` unless that is done. The reply is the payment.
    pub(super) fn pay(&mut self, more: &[(&str, &str)]) -> Result<Option<Value>, TransportError> {
        self.pay_as(None, None, more)
    }

    /// Pays for an account, or under a key.
    pub(super) fn pay_as(
        &mut self,
        account: Option<&str>,
        key: Option<String>,
        more: &[(&str, &str)],
    ) -> Result<Option<Value>, TransportError> {
        let method = match self.server.profile.methods.get(&holdfast_model::PaymentMethod::Visa).copied() {
            Some(MethodReference::Token) => "pm_card_visa".to_owned(),
            Some(MethodReference::Inline(number)) => format!("number:{number}"),
            Some(MethodReference::Number(number)) => {
                let made = self.send(&make_method(number))?;
                made.text_at("/id").unwrap_or_default().to_owned()
            }
            Some(MethodReference::Source(_)) | None => return Ok(None),
        };
        let mut asked = HttpRequest::post("/v1/payment_intents");
        for (name, value) in [("amount", "1000"), ("currency", "usd")] {
            if !more.iter().any(|(known, _)| *known == name) {
                asked = asked.with(name, value);
            }
        }
        if self.server.profile.types {
            asked = asked.with("payment_method_types[]", "card");
        }
        asked = more.iter().fold(asked, |asked, (name, value)| asked.with(name, value));
        asked = with_method(asked, Some(&method)).with("confirm", true);
        let asked = HttpRequest { account: account.map(str::to_owned), key, ..asked };
        let reply = self.send(&asked)?;
        Ok(reply.body.clone().filter(|_| reply.is_done() && reply.text_at("/id").is_some()))
    }

    /// Holds 10.00 by the plain card.
    pub(super) fn hold(&mut self, more: &[(&str, &str)]) -> Result<Option<Value>, TransportError> {
        let mut all = vec![("capture_method", "manual")];
        all.extend_from_slice(more);
        self.pay(&all)
    }

    /// Returns a refund of a payment as the server has it; `None` if it needs a charge that the payment does not show.
    pub(super) fn refund(&mut self, id: &str, amount: i64) -> Result<Option<HttpRequest>, TransportError> {
        let asked = match self.server.profile.refund_by {
            RefundBy::Intent => HttpRequest::post("/v1/refunds").with("payment_intent", id),
            RefundBy::Charge => {
                let payment = self.get(&format!("/v1/payment_intents/{id}"))?;
                let Some(charge) = payment.as_ref().and_then(|payment| id_at(payment, "/latest_charge")) else {
                    return Ok(None);
                };
                HttpRequest::post("/v1/refunds").with("charge", charge)
            }
        };
        Ok(Some(asked.with("amount", amount)))
    }

    /// Records a difference. `what` is its kind, without numbers and ids.
    pub(super) fn blame(&mut self, class: Class, what: &str, headline: &str, model: &str, server: &str) {
        let sighting = Sighting::new(class, format!("{}: {what}", self.name), headline).saying(model, server);
        self.keep(Sighting { rules: self.about.to_vec(), ..sighting });
    }

    /// Records a refusal of a request that must be accepted. Returns whether the request was accepted; server errors are
    /// recorded elsewhere.
    pub(super) fn must_be_done(&mut self, reply: &HttpReply, what: &str) -> bool {
        if !reply.is_done() && !reply.is_failure() {
            let headline = format!("{}: {what} is refused", self.name);
            let server = format!("{} {}", reply.status, reply.text_at("/error/code").unwrap_or_default());
            self.blame(Class::Protocol, &format!("{what} is refused"), &headline, "200", server.trim());
        }
        reply.is_done()
    }

    /// Compares the status of an object; an absent status is not compared. Returns whether the server shows this one.
    pub(super) fn status(&mut self, what: &str, object: &Value, expected: &str) -> bool {
        let shown = object.get("status").and_then(Value::as_str);
        let Some(shown) = shown.filter(|shown| *shown != expected) else { return shown.is_some() };
        let shown = shown.to_owned();
        let headline = format!("{}: {what} the status is `{shown}` instead of `{expected}`", self.name);
        self.blame(Class::Money, &format!("{what}: {expected} → {shown}"), &headline, expected, &shown);
        false
    }

    /// Compares a number in an object that the server shows; an absent field is not compared. Returns whether the server
    /// shows this number.
    pub(super) fn number(&mut self, what: &str, object: &Value, pointer: &str, expected: i64) -> bool {
        let Some(shown) = object.pointer(pointer).filter(|value| !value.is_null()) else { return false };
        let is_right = crate::fields::number(shown) == Some(expected);
        if !is_right {
            let place = format!("{what}{}", pointer.replace('/', "."));
            let relation = crate::headline::relation(&expected.to_string(), &shown.to_string());
            let headline = format!("{}: `{place}` is {shown} instead of {expected}", self.name);
            self.blame(
                Class::Money,
                &format!("{place} {relation}"),
                &headline,
                &expected.to_string(),
                &shown.to_string(),
            );
        }
        is_right
    }
}

/// Returns the object that a read shows, by the name that the reads of a sequence have.
fn looked_at(path: &str) -> String {
    let mut segments = path.trim_start_matches("/v1/").split('/');
    let (list, id) = (segments.next().unwrap_or_default(), segments.next());
    if id.is_some() { list.trim_end_matches('s').to_owned() } else { list.to_owned() }
}

/// Returns the operation of a POST by its verb in a trace.
fn operation(path: &str) -> String {
    let segments: Vec<&str> = path.trim_start_matches("/v1/").split('/').collect();
    match segments.as_slice() {
        ["payment_intents"] => "create".to_owned(),
        ["refunds"] => "refund".to_owned(),
        ["payment_intents", _] => "update".to_owned(),
        ["payment_intents", _, verb] => (*verb).to_owned(),
        [object, _, verb] => format!("{verb} of {object}"),
        _ => segments.join("/"),
    }
}

/// Returns the id at a place, whether it is expanded or not.
#[must_use]
pub(super) fn id_at(object: &Value, pointer: &str) -> Option<String> {
    let value = object.pointer(pointer)?;
    value.as_str().or_else(|| value.get("id").and_then(Value::as_str)).map(str::to_owned)
}
