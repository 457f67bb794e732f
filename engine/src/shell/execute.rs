//! The steps of one request: key, locks, decision, transaction, response.

use super::Engine;
use super::engine::Request;
use super::expand;
use super::lock_set::lock_set;
use super::locks::Held;
use super::view::{View, is_visible};
use crate::acquirer::{Answer, Ask, Reference};
use crate::command::{Command, ListQuery};
use crate::core::{Changes, DecisionContext, Done, Reply, Stop, decide};
use crate::edge::expandable;
use crate::objects::{Account, Origin};
use crate::refusal::{Reason, Refusal};
use crate::response::{Body, Expanded, Response};
use crate::store::{Batch, KeyRecord, KeyState, OpenAsk};
use crate::time::Time;
use crate::{AccountId, Object, ObjectId};
use std::borrow::Cow;
use std::sync::Arc;

/// The longest idempotency key (IDEM-1).
const LONGEST_KEY: usize = 255;
/// The number of times that the locked set may change before a request gives up.
const LOCK_ROUNDS: u32 = 8;

/// A request under way, with the values fixed at its arrival.
pub(super) struct Case<'a> {
    pub request: Request,
    pub account: &'a Arc<Account>,
    pub number: u64,
    /// The instant the decision is made for.
    pub now: Time,
    pub reference: Reference,
    /// Whether the client already has a response, so that the decision's own is dropped.
    pub given_up: bool,
}

impl Engine {
    pub(super) fn run(&self, request: Request, number: u64, now: Time) -> Response {
        let Some(account) = self.account(request.account) else {
            let (id, noun, param) = (request.account.to_string(), Cow::Borrowed("account"), Cow::Borrowed("account"));
            let version = request.version.unwrap_or(crate::ApiVersion::CURRENT);
            return refused(number, version, Reason::NotFound { noun, id, param }.into());
        };
        let version = request.version.unwrap_or(account.version);
        if let Err(refusal) = expandable::check(&request.command, &request.expand, version) {
            return refused(number, version, refusal);
        }
        let case = Case { request, account: &account, number, now, reference: Reference(number), given_up: false };
        if let Command::Retrieve(_) | Command::List(_) = case.request.command {
            return self.look(&case, version);
        }
        match case.request.idempotency_key.as_deref() {
            None => self.change(&case, version),
            Some(key) => self.once(&case, version, key),
        }
    }

    /// Executes a request with a key: one effect and one response for each key (IDEM-3).
    fn once(&self, case: &Case<'_>, version: crate::ApiVersion, key: &str) -> Response {
        let refuse = |reason: Reason| refused(case.number, version, reason.into());
        if key.len() > LONGEST_KEY {
            return refuse(Reason::KeyTooLong);
        }
        let Some(_in_use) = self.keys.begin(case.account.id, key) else {
            return refuse(Reason::KeyInUse);
        };
        match self.known(case, version, key) {
            Some(response) => response,
            None => self.change(case, version),
        }
    }

    /// Returns the response to a request with a known key; `None` if the request is to be executed.
    pub(super) fn known(&self, case: &Case<'_>, version: crate::ApiVersion, key: &str) -> Option<Response> {
        let refuse = |reason: Reason| Some(refused(case.number, version, reason.into()));
        // At most twice: an open request to the acquirer is finished first, then the record is read again.
        for _ in 0..2 {
            let known = match self.parts.store.key(case.account.id, key) {
                Ok(known) => {
                    known.filter(|known| case.now.since(known.created) < self.parts.dialect.timing.idempotency)
                }
                Err(error) => return refuse(Reason::Internal(error.to_string())),
            };
            match known {
                None => return None,
                Some(known) if known.command != case.request.command => {
                    let same = known.command.endpoint().zip(case.request.command.endpoint());
                    let same = same.is_none_or(|(known, asked)| known == asked);
                    return refuse(if same { Reason::KeyOfOtherRequest } else { Reason::KeyOfOtherEndpoint });
                }
                Some(KeyRecord { state: KeyState::Answered(answer), .. }) => {
                    return Some(Response { replayed: true, ..(*answer).clone() });
                }
                Some(KeyRecord { state: KeyState::Asking(reference), .. }) => {
                    if self.answer_open(reference).is_err() {
                        return refuse(Reason::KeyInUse);
                    }
                }
            }
        }
        refuse(Reason::KeyInUse)
    }

    /// Locks the objects of the command, then decides.
    fn change(&self, case: &Case<'_>, version: crate::ApiVersion) -> Response {
        match self.hold(case.account.id, &case.request.command) {
            Some((_held, wanted)) => self.decide_and_commit(case, version, wanted),
            None => refused(case.number, version, Reason::LockTimeout.into()),
        }
    }

    /// Locks the objects of `command` and finishes open requests on them; `None` if others hold them.
    pub(super) fn hold(&self, account: AccountId, command: &Command) -> Option<(Held<'_>, Vec<ObjectId>)> {
        for _ in 0..LOCK_ROUNDS {
            let view = View::of(&*self.parts.store);
            let wanted = lock_set(&view, account, command);
            let held = self.locks.hold(&wanted)?;
            if lock_set(&view, account, command) != wanted {
                continue;
            }
            if self.open.on(&wanted).into_iter().any(|ask| self.conclude(&ask).is_err()) {
                return None;
            }
            return Some((held, wanted));
        }
        None
    }

    /// Decides. If the acquirer must answer first, records the request, sends it, and decides again.
    pub(super) fn decide_and_commit(
        &self,
        case: &Case<'_>,
        version: crate::ApiVersion,
        locks: Vec<ObjectId>,
    ) -> Response {
        let ask = match self.decide(case, version, None) {
            Ok(done) => return self.commit(case, version, done, None),
            Err(Stop::Refuse(refusal)) => return self.refuse(case, version, *refusal),
            Err(Stop::Unable(why)) => return self.refuse(case, version, Reason::Internal(why).into()),
            Err(Stop::Ask(ask)) => ask,
        };
        let ask = Arc::new(self.open_ask(case, version, ask, locks));
        let recorded = Batch { ask: Some(Arc::clone(&ask)), key: self.asking(case), ..Batch::default() };
        if let Err(error) = self.commit_batch(recorded) {
            return refused(case.number, version, Reason::Internal(error.to_string()).into());
        }
        let watched = self.open.watch(&ask);
        let response = match self.ask_acquirer(&ask) {
            Some(answer) => self.finish(case, version, &ask, answer),
            None => self.give_up(case, version, &ask),
        };
        watched.over();
        response
    }

    /// Decides again with the acquirer's answer and commits the result.
    pub(super) fn finish(
        &self,
        case: &Case<'_>,
        version: crate::ApiVersion,
        ask: &Arc<OpenAsk>,
        answer: Answer,
    ) -> Response {
        match self.decide(case, version, Some(answer)) {
            Ok(done) => self.commit(case, version, done, Some(ask)),
            Err(Stop::Refuse(refusal)) => {
                // The acquirer reported no effect, so nothing changes here.
                let reply = Err(refusal);
                self.commit(case, version, Done { changes: Changes::default(), reply }, Some(ask))
            }
            // The acquirer's effect is not stored yet: the request stays open and is repeated.
            Err(Stop::Unable(why)) => {
                self.open.add(Arc::clone(ask));
                refused(case.number, version, Reason::Internal(why).into())
            }
            Err(Stop::Ask(_)) => {
                self.open.add(Arc::clone(ask));
                let reason = Reason::Internal("a decision asked twice".to_owned());
                refused(case.number, version, reason.into())
            }
        }
    }

    /// Reports a missing answer of the acquirer to the client. This response stands, and the worker repeats the request
    /// (IDEM-1, R2).
    fn give_up(&self, case: &Case<'_>, version: crate::ApiVersion, ask: &Arc<OpenAsk>) -> Response {
        let reason = Reason::Internal("the card network did not answer; the outcome will follow".to_owned());
        let response = refused(case.number, version, reason.into());
        let given_up = Arc::new(OpenAsk { given_up: true, ..(**ask).clone() });
        let key = self.answered(case, &response);
        let batch = Batch { ask: Some(Arc::clone(&given_up)), key, ..Batch::default() };
        // If this fails too, the recorded request still stands and is repeated after a restart.
        let recorded = self.commit_batch(batch).is_ok();
        self.open.add(if recorded { given_up } else { Arc::clone(ask) });
        response
    }

    fn decide(&self, case: &Case<'_>, version: crate::ApiVersion, answer: Option<Answer>) -> Result<Done, Stop> {
        let view = View::asserting(&*self.parts.store, self.parts.assertions);
        let context = DecisionContext {
            objects: &view,
            ids: &*self.parts.ids,
            dialect: &self.parts.dialect,
            now: case.now,
            account: case.account,
            version,
            reference: case.reference,
            answer,
        };
        let decided = decide(&context, &case.request.command);
        match view.failure() {
            Some(error) => Err(Stop::Unable(error.to_string())),
            None => {
                self.assert_decision(&context, &decided);
                decided
            }
        }
    }

    /// Commits a decision as one transaction and returns the response.
    fn commit(
        &self,
        case: &Case<'_>,
        version: crate::ApiVersion,
        Done { mut changes, reply }: Done,
        ask: Option<&Arc<OpenAsk>>,
    ) -> Response {
        let origin = self.origin(case);
        for event in &mut changes.events {
            event.origin.clone_from(&origin);
        }
        self.freeze(&mut changes);
        self.fan_out(&mut changes, case.now);
        let response = self.response(case, version, reply, &changes);
        let is_noted = |object: &Object| matches!(object, Object::WebhookEndpoint(_) | Object::Account(_));
        let noted: Vec<Object> = changes.objects.iter().filter(|object| is_noted(object)).cloned().collect();
        let batch = Batch {
            objects: changes.objects,
            events: changes.events,
            schedule: changes.schedule,
            unschedule: changes.unschedule,
            key: if case.given_up { None } else { self.answered(case, &response) },
            ask: None,
            answered: ask.map(|ask| ask.reference),
        };
        match self.commit_batch(batch) {
            Ok(()) => {
                self.note(&noted);
                response
            }
            Err(error) => {
                if let Some(ask) = ask {
                    self.open.add(Arc::clone(ask));
                }
                refused(case.number, version, Reason::Internal(error.to_string()).into())
            }
        }
    }

    /// Returns a refusal that changes nothing. The key keeps it where the rules say so (IDEM-3).
    fn refuse(&self, case: &Case<'_>, version: crate::ApiVersion, refusal: Refusal) -> Response {
        let stored = refusal.reason.is_stored();
        let response = refused(case.number, version, refusal);
        if stored && let Some(key) = self.answered(case, &response) {
            let batch = Batch { key: Some(key), ..Batch::default() };
            if let Err(error) = self.commit_batch(batch) {
                return refused(case.number, version, Reason::Internal(error.to_string()).into());
            }
        }
        response
    }

    fn response(&self, case: &Case<'_>, version: crate::ApiVersion, reply: Reply, changes: &Changes) -> Response {
        let body = match reply {
            Ok(object) => Body::Object(object),
            Err(refusal) => Body::Refused(refusal),
        };
        let expanded = self.expand(&case.request.expand, &body, version, &changes.objects);
        Response { request: case.number, version, body, expanded, replayed: false }
    }

    /// Freezes the events of a decision at its end: a setup shows its last state (P21), and every object shows the lists
    /// inside it in the oldest version that will render the event (P7).
    fn freeze(&self, changes: &mut Changes) {
        for event in &mut changes.events {
            if event.object.as_setup_intent().is_some() {
                let last = changes.objects.iter().rev().find(|object| object.id() == event.object.id());
                event.object = last.unwrap_or(&event.object).clone();
            }
            let version = self.oldest_version(event);
            event.nested = expand::nested_lists(&event.object, version, &*self.parts.store, &changes.objects);
        }
    }

    fn origin(&self, case: &Case<'_>) -> Option<Arc<Origin>> {
        if matches!(case.request.command, Command::Job(_) | Command::Environment(_)) {
            return None;
        }
        let idempotency_key = case.request.idempotency_key.clone();
        Some(Arc::new(Origin { request: case.number, idempotency_key }))
    }

    fn asking(&self, case: &Case<'_>) -> Option<KeyRecord> {
        self.key_record(case, |case| KeyState::Asking(case.reference))
    }

    fn answered(&self, case: &Case<'_>, response: &Response) -> Option<KeyRecord> {
        self.key_record(case, |_| KeyState::Answered(Arc::new(response.clone())))
    }

    fn key_record(&self, case: &Case<'_>, state: impl FnOnce(&Case<'_>) -> KeyState) -> Option<KeyRecord> {
        let key = case.request.idempotency_key.clone()?;
        let (account, command, created) = (case.account.id, case.request.command.clone(), case.now);
        Some(KeyRecord { account, key, command, created, state: state(case) })
    }

    fn open_ask(&self, case: &Case<'_>, version: crate::ApiVersion, ask: Ask, locks: Vec<ObjectId>) -> OpenAsk {
        OpenAsk {
            reference: case.reference,
            ask,
            command: case.request.command.clone(),
            account: case.account.id,
            version,
            asked_at: case.now,
            request: case.number,
            key: case.request.idempotency_key.clone(),
            expand: case.request.expand.clone(),
            locks,
            given_up: false,
        }
    }

    /// Executes a read.
    fn look(&self, case: &Case<'_>, version: crate::ApiVersion) -> Response {
        let body = if let Command::Retrieve(id) = &case.request.command {
            self.retrieve(case, *id)
        } else if let Command::List(query) = &case.request.command {
            self.list(case, query)
        } else {
            Err(Reason::Internal("a change is not a look".to_owned()).into())
        };
        let body = body.unwrap_or_else(|refusal| Body::Refused(Box::new(refusal)));
        let expanded = self.expand(&case.request.expand, &body, version, &[]);
        Response { request: case.number, version, body, expanded, replayed: false }
    }

    fn retrieve(&self, case: &Case<'_>, id: ObjectId) -> Result<Body, Refusal> {
        let found = self.parts.store.object(id).map_err(|error| Reason::Internal(error.to_string()))?;
        match found.filter(|object| is_visible(object, case.account.id)) {
            Some(object) => Ok(Body::Object(object)),
            None => {
                let (noun, param) = id.kind().name_and_param();
                let (noun, param) = (Cow::Borrowed(noun), Cow::Borrowed(param));
                Err(Reason::NotFound { noun, id: id.to_string(), param }.into())
            }
        }
    }

    fn list(&self, case: &Case<'_>, query: &ListQuery) -> Result<Body, Refusal> {
        if !(1..=100).contains(&query.limit) {
            let why = "it must lie between 1 and 100.".to_owned();
            return Err(Reason::InvalidValue("limit".into(), why).into());
        }
        let internal = |error: crate::store::StoreError| Reason::Internal(error.to_string());
        for (param, cursor) in [("starting_after", query.starting_after), ("ending_before", query.ending_before)] {
            let Some(id) = cursor else { continue };
            let found = self.parts.store.object(id).map_err(internal)?;
            if !found.is_some_and(|object| id.kind() == query.kind && object.account() == case.account.id) {
                let (noun, param) = (Cow::Borrowed(query.kind.name_and_param().0), Cow::Borrowed(param));
                return Err(Reason::NotFound { noun, id: id.to_string(), param }.into());
            }
        }
        let mut query = query.clone();
        if let Some(filter) = &mut query.deliveries {
            self.unfinished(&mut filter.unfinished).map_err(internal)?;
        }
        let page = self.parts.store.list(case.account.id, &query).map_err(internal)?;
        Ok(Body::page(query.kind, query.owner, page))
    }

    fn expand(
        &self,
        paths: &[String],
        body: &Body,
        version: crate::ApiVersion,
        changed: &[Object],
    ) -> Vec<(String, Expanded)> {
        expand::resolve(paths, body, version, &*self.parts.store, changed)
    }
}

/// Returns a response with a refusal.
pub(super) fn refused(request: u64, version: crate::ApiVersion, refusal: Refusal) -> Response {
    let body = Body::Refused(Box::new(refusal));
    Response { request, version, body, expanded: Vec::new(), replayed: false }
}
