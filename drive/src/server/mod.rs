//! The server, one sequence after the other: its requests, its responses, and its objects.

mod clock;
pub(crate) mod looking;

use std::collections::{BTreeMap, BTreeSet};

use holdfast_model::{Call, DeliveryFault, EnvironmentEvent, Input, IntentId, KeyId, Operation, PaymentView, Target};
use serde_json::Value;

use crate::fields::Version;
use crate::names::{Names, PaymentNames};
use crate::profile::{Api, Confirmation, MethodReference, ServerProfile};
use crate::requests;
use crate::webhooks::{Receiver, WebhookSettings};
use crate::wire::{HttpReply, HttpRequest, TransportError, Wire};

/// The number of failures after which a look that never succeeded is not tried again.
const LOOKS_IN_VAIN: u32 = 40;

/// The result of a request.
#[derive(Clone, Debug)]
pub struct Done {
    /// The answer.
    pub reply: HttpReply,
    /// The same request under the same key has made two objects: their ids.
    pub twice: Option<(String, String)>,
}

/// The objects that a server shows for a payment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FetchedObjects {
    /// The PaymentIntent.
    pub payment: Option<Value>,
    /// Its latest charge.
    pub charge: Option<Value>,
    /// Its refunds.
    pub refunds: Option<Vec<Value>>,
    /// Looks that failed.
    pub fetch_errors: Vec<FetchError>,
}

/// A read that failed: its object and the response.
pub type FetchError = (&'static str, Result<HttpReply, TransportError>);

/// The first request under a key.
#[derive(Clone, Debug)]
struct KeyRecord {
    operation: Operation,
    asked: HttpRequest,
    id: Option<String>,
}

/// A server that is driven.
#[derive(Debug)]
pub struct Server {
    /// The way to it.
    pub wire: Wire,
    /// Its profile.
    pub profile: ServerProfile,
    /// The version of its objects.
    pub version: Version,
    /// The parts that the probe found missing, each with the server's answer.
    pub notes: Vec<(String, String)>,
    /// Inputs sent so far.
    pub operations: u64,
    /// The most inputs that it may be asked.
    pub limit: u64,
    /// The optional fields that it was seen to show.
    pub(crate) fields_shown: BTreeSet<String>,
    /// The settings of the endpoint for deliveries.
    pub webhooks: WebhookSettings,
    /// The endpoint for deliveries; `None` if the server cannot reach one.
    pub receiver: Option<Receiver>,
    /// The successes and failures of each kind of read.
    looks: BTreeMap<&'static str, (u32, u32)>,
    /// The kinds of the listed events about payments.
    pub(crate) kinds_seen: BTreeSet<String>,
    /// The kinds of events that a whole wait did not bring, and that were never seen.
    pub(crate) never_emitted: BTreeSet<String>,
    /// Sequences of which it listed no event.
    sequences_without_events: u32,
    /// The newest events at the end of the last comparison.
    pub(crate) events_before: Vec<String>,
    /// Seconds that its clock was moved in all. No clock can be moved for ever.
    moved: u64,
    /// The prefix of this drive's keys, which separates them from other drives' keys.
    nonce: String,
    sequence: u64,
    names: Names,
    keys: Vec<Option<KeyRecord>>,
    /// The name of the payment method of the last request.
    last_method: Option<String>,
}

impl Server {
    /// Returns a server before its probe.
    #[must_use]
    pub fn new(wire: Wire, nonce: String) -> Self {
        Self {
            wire,
            profile: ServerProfile::default(),
            version: Version::default(),
            notes: Vec::new(),
            operations: 0,
            limit: u64::MAX,
            fields_shown: BTreeSet::new(),
            webhooks: WebhookSettings::default(),
            receiver: None,
            looks: BTreeMap::new(),
            kinds_seen: BTreeSet::new(),
            never_emitted: BTreeSet::new(),
            sequences_without_events: 0,
            events_before: Vec::new(),
            moved: 0,
            nonce,
            sequence: 0,
            names: Names::default(),
            keys: vec![None; holdfast_harness::bounds::KEYS],
            last_method: None,
        }
    }

    /// Begins a sequence without any object.
    pub fn begin(&mut self) {
        self.sequence = self.sequence.saturating_add(1);
        self.names = Names::default();
        self.keys.iter_mut().for_each(|key| *key = None);
    }

    /// Returns the names of this sequence's objects.
    #[must_use]
    pub const fn names(&self) -> &Names {
        &self.names
    }

    /// A payment that the server has made and should not have: it is not compared again.
    pub fn forget(&mut self, intent: IntentId) {
        if let Some(slot) = self.names.payments.get_mut(usize::from(intent.0)) {
            *slot = None;
        }
    }

    fn kept(&self, key: Option<KeyId>) -> Option<&KeyRecord> {
        self.keys.get(usize::from(key?.0))?.as_ref()
    }

    /// Returns whether the call is a creation and a confirmation for this server.
    #[must_use]
    pub fn takes_two(&self, call: &Call) -> bool {
        self.profile.confirmation != Confirmation::AtCreation
            && matches!(call.operation, Operation::CreateIntent { create, .. } if create.confirm)
    }

    /// The request for a call, if the server can be asked that.
    #[must_use]
    pub fn asked(&self, call: &Call, view: Option<&PaymentView>) -> Option<HttpRequest> {
        let method = call.operation.method();
        let method = match method {
            Some(method) => Some(requests::named(&self.profile, method, Some("pm_made"))?),
            None => None,
        };
        let asked = requests::operation(&self.profile, &self.names, &call.operation, view, method.as_deref())?;
        if self.profile.ignores_keys && call.key.is_some() {
            return None;
        }
        // A key belongs to one request.
        if self.takes_two(call) && (call.key.is_some() || call.fault != DeliveryFault::None) {
            return None;
        }
        // Two requests that are one and the same to the server tell nothing about its keys; and a key is an account's
        // own (IDEM-8).
        let fits = self.kept(call.key).is_none_or(|kept| {
            kept.operation == call.operation || (kept.asked.account == asked.account && !is_alike(&kept.asked, &asked))
        });
        fits.then_some(asked)
    }

    /// Returns whether this server can be sent such an input in some state.
    #[must_use]
    pub fn may_name(&self, input: &Input) -> bool {
        match input {
            Input::Call(call) => {
                let named = call.operation.method().is_none_or(|method| self.profile.methods.contains_key(&method));
                let symbols = Names::symbolic();
                let method = call.operation.method().map(|_| "pm_made");
                // A charge can be canceled while it is held.
                let is_cancel = matches!(call.operation, Operation::CancelIntent { reason: None, .. });
                named
                    && (is_cancel
                        || requests::operation(&self.profile, &symbols, &call.operation, None, method).is_some())
            }
            Input::Event(EnvironmentEvent::Authenticate { .. }) => self.profile.authenticate.is_some(),
            Input::Event(EnvironmentEvent::Settle { .. } | EnvironmentEvent::CloseCancelWindow { .. }) => {
                self.profile.settle
            }
            Input::Event(EnvironmentEvent::Refund { .. }) => self.profile.refunds_move,
            Input::Event(EnvironmentEvent::Advance { seconds }) => self.has_time(*seconds),
            Input::Event(_) | Input::Begin { .. } | Input::Finish { .. } => false,
        }
    }

    /// Counts one operation.
    ///
    /// # Errors
    /// [`TransportError::OutOfBudget`] if no operation or no time is left.
    pub(crate) fn spend(&mut self) -> Result<(), TransportError> {
        if self.operations >= self.limit || self.wire.pace().is_over() {
            return Err(TransportError::OutOfBudget);
        }
        self.operations = self.operations.saturating_add(1);
        Ok(())
    }

    /// Counts the two operations of a race.
    ///
    /// # Errors
    /// [`TransportError::OutOfBudget`] if fewer than two operations or no time is left.
    pub(crate) fn spend_two(&mut self) -> Result<(), TransportError> {
        if self.limit.saturating_sub(self.operations) < 2 {
            return Err(TransportError::OutOfBudget);
        }
        self.spend()?;
        self.spend()
    }

    /// Returns whether this kind of read was tried several times and never succeeded.
    #[must_use]
    pub fn is_blind(&self, what: &str) -> bool {
        self.looks.get(what).is_some_and(|(seen, failed)| *seen == 0 && *failed >= LOOKS_IN_VAIN)
    }

    /// Returns the prefix of the keys of this drive.
    #[must_use]
    pub fn nonce(&self) -> &str {
        &self.nonce
    }

    /// The name under which a key travels.
    fn key_name(&self, key: KeyId) -> String {
        format!("{}-{}-{}", self.nonce, self.sequence, key.0)
    }

    /// Asks.
    ///
    /// # Errors
    /// [`TransportError`] when there is no answer.
    pub fn submit(&mut self, call: &Call, view: Option<&PaymentView>) -> Result<Done, TransportError> {
        self.spend()?;
        let known = self.kept(call.key).filter(|kept| kept.operation == call.operation).map(|kept| kept.asked.clone());
        let asked = match known {
            Some(asked) => asked,
            None => self.made(call, view)?,
        };
        let mut reply = self.wire.send(&asked)?;
        self.note(&call.operation, &asked, &reply);
        let method = self.last_method.take();
        if let Some(confirm) = requests::confirmation(&self.profile, &self.names, &call.operation, method.as_deref())
            .filter(|_| reply.is_done())
        {
            reply = self.wire.send(&confirm)?;
            self.note(&call.operation, &asked, &reply);
        }
        let twice = self.note_key(call, asked, &reply);
        Ok(Done { reply, twice })
    }

    /// Returns the request, with a new payment method if it needs one.
    pub(crate) fn made(&mut self, call: &Call, view: Option<&PaymentView>) -> Result<HttpRequest, TransportError> {
        let cannot = || TransportError::Unasked("there is no such request of this server's".to_owned());
        let method = match call.operation.method() {
            None => None,
            Some(method) => {
                let made = match self.profile.methods.get(&method) {
                    Some(MethodReference::Number(number)) => {
                        let reply = self.wire.send(&requests::make_method(number))?;
                        let made = reply.text_at("/id").map(str::to_owned);
                        Some(made.ok_or_else(|| {
                            TransportError::Unasked(format!("POST /v1/payment_methods is answered {}", reply.status))
                        })?)
                    }
                    Some(MethodReference::Token | MethodReference::Inline(_) | MethodReference::Source(_)) | None => {
                        None
                    }
                };
                Some(requests::named(&self.profile, method, made.as_deref()).ok_or_else(cannot)?)
            }
        };
        let asked = requests::operation(&self.profile, &self.names, &call.operation, view, method.as_deref());
        let mut asked = asked.ok_or_else(cannot)?;
        self.last_method = method;
        asked.key = call.key.map(|key| self.key_name(key));
        Ok(asked)
    }

    /// Records the ids of the objects in a response.
    pub(crate) fn note(&mut self, operation: &Operation, asked: &HttpRequest, reply: &HttpReply) {
        let text = |pointer: &str| reply.text_at(pointer).unwrap_or_default().to_owned();
        if let Operation::CreateRefund { intent, .. } = *operation
            && reply.is_done()
        {
            self.names.note_refund(intent, &text("/id"));
        }
        let charge = reply.body.as_ref().and_then(latest_charge).and_then(|charge| id_of(&charge));
        let charge = charge.filter(|_| reply.text_at("/object") == Some("payment_intent"));
        if let (Some(intent), Some(charge)) = (operation.about().intent(), charge)
            && reply.text_at("/id") == self.names.payment(intent).map(|names| names.id.as_str())
        {
            self.names.note_charge(intent, &charge);
        }
        match operation.creates() {
            Some(Target::Payment(intent)) => {
                // A declined create has created an intent, which is in the error (PI-4).
                let at = ["", "/error/payment_intent"].into_iter().find(|at| !text(&format!("{at}/id")).is_empty());
                let id = match (at, self.profile.api) {
                    (Some(at), _) => text(&format!("{at}/id")),
                    (None, Api::Charges) => text("/error/charge"),
                    (None, Api::Intents) => String::new(),
                };
                if !id.is_empty() && self.names.payment(intent).is_none() {
                    let secret = text(&format!("{}/client_secret", at.unwrap_or_default()));
                    let account = asked.account.clone();
                    self.names
                        .note(intent, PaymentNames { id, secret, account, charge: String::new(), refunds: Vec::new() });
                }
            }
            Some(Target::Setup) if self.names.setup.is_none() => {
                let at = ["", "/error/setup_intent"].into_iter().find(|at| !text(&format!("{at}/id")).is_empty());
                if let Some(at) = at {
                    self.names.setup = Some((text(&format!("{at}/id")), text(&format!("{at}/client_secret"))));
                }
            }
            Some(Target::Setup | Target::Refund(..) | Target::Session) | None => {}
        }
    }

    /// Records the first object under a key; a later response must have the same object.
    fn note_key(&mut self, call: &Call, asked: HttpRequest, reply: &HttpReply) -> Option<(String, String)> {
        let place = usize::from(call.key?.0);
        let id = reply.text_at("/id").filter(|_| reply.is_done()).map(str::to_owned);
        let slot = self.keys.get_mut(place)?;
        match slot {
            None => *slot = Some(KeyRecord { operation: call.operation, asked, id }),
            Some(kept) if kept.operation == call.operation => match (&kept.id, id) {
                (Some(first), Some(again)) if *first != again => return Some((first.clone(), again)),
                (None, Some(again)) => kept.id = Some(again),
                (Some(_) | None, _) => {}
            },
            Some(_) => {}
        }
        None
    }

    /// A request whose parameters were wrong leaves its key free (IDEM-5).
    pub fn free_key(&mut self, key: Option<KeyId>) {
        if let Some(slot) = key.and_then(|key| self.keys.get_mut(usize::from(key.0))) {
            *slot = None;
        }
    }

    /// Injects an environment event; `None` if it needs no request.
    ///
    /// # Errors
    /// [`TransportError`] when there is no answer.
    pub fn happen(
        &mut self,
        event: &EnvironmentEvent,
        view: Option<&PaymentView>,
    ) -> Result<Option<HttpReply>, TransportError> {
        self.spend()?;
        if let EnvironmentEvent::Advance { seconds } = event {
            self.moved = self.moved.saturating_add(u64::from(*seconds));
        }
        match requests::event(&self.profile, &self.names, event, view) {
            Some(asked) => self.wire.send(&asked).map(Some),
            None => Ok(None),
        }
    }
}

/// Returns the id of an object, or the id itself.
fn id_of(value: &Value) -> Option<String> {
    value.as_str().or_else(|| value.get("id").and_then(Value::as_str)).map(str::to_owned)
}

/// The charge, or its id: `latest_charge`, or the last of the older list.
fn latest_charge(payment: &Value) -> Option<Value> {
    let named = payment.get("latest_charge").filter(|charge| !charge.is_null());
    let listed = || payment.pointer("/charges/data").and_then(Value::as_array).and_then(|list| list.first());
    named.or_else(listed).cloned()
}

/// Returns `true` if both are the same to a server. Names of keys and of new methods are ignored.
fn is_alike(one: &HttpRequest, other: &HttpRequest) -> bool {
    let bare = |asked: &HttpRequest| {
        let form: Vec<_> = asked.form.iter().filter(|(name, _)| name != "payment_method").cloned().collect();
        (asked.path.clone(), form)
    };
    bare(one) == bare(other) && one.form.len() == other.form.len()
}
