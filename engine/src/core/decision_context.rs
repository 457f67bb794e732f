//! What a decision sees and what it leaves behind.

use crate::acquirer::{Answer, Ask, Reference};
use crate::command::{JobKey, JobKind, TextsChange};
use crate::dialect::Dialect;
use crate::id_source::{Ids, NoEntropy};
use crate::money::OutOfRange;
use crate::objects::{
    Account, Charge, Customer, Event, EventType, Objects, PaymentIntent, PaymentMethod, Previous, SharedTexts, Texts,
    Tracked,
};
use crate::refusal::{Reason, Refusal};
use crate::time::Time;
use crate::version::{ApiVersion, Feature};
use crate::{ChargeId, CustomerId, EventId, Object, ObjectId, PaymentIntentId, PaymentMethodId};
use std::borrow::{Borrow, Cow};
use std::fmt::Display;
use std::sync::Arc;

/// All that a decision may look at. Deciding twice on the same context leaves the same behind.
pub struct DecisionContext<'a> {
    /// The objects, as one moment shows them.
    pub objects: &'a dyn Objects,
    /// Where new ids come from.
    pub ids: &'a dyn Ids,
    /// The free choices.
    pub dialect: &'a Dialect,
    /// The present instant.
    pub now: Time,
    /// The account that asks.
    pub account: &'a Arc<Account>,
    /// The API version of the request.
    pub version: ApiVersion,
    /// The name of the question to the acquirer, should the decision have one.
    pub reference: Reference,
    /// The acquirer's answer to it, once there is one.
    pub answer: Option<Answer>,
}

/// Why a decision stops.
#[derive(Debug)]
pub enum Stop {
    /// It needs the acquirer's answer to go on.
    Ask(Ask),
    /// It refuses, changing nothing.
    Refuse(Box<Refusal>),
    /// It cannot be made now, and nothing is wrong with the request: what it needs failed. Made again, it may go through.
    Unable(String),
}

impl From<Reason> for Stop {
    fn from(reason: Reason) -> Self {
        Self::Refuse(Box::new(reason.into()))
    }
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refuse(Box::new(refusal))
    }
}

impl From<NoEntropy> for Stop {
    fn from(_: NoEntropy) -> Self {
        Self::Unable("the operating system has no entropy for a secret".to_owned())
    }
}

impl From<OutOfRange> for Stop {
    fn from(_: OutOfRange) -> Self {
        Reason::Internal("an amount left its range".to_owned()).into()
    }
}

/// What a decision answers the caller: an object, or a refusal that changed something (a decline).
pub type Reply = Result<Object, Box<Refusal>>;

/// A finished decision.
#[derive(Debug)]
pub struct Done {
    /// Everything that changes, to be made one transaction.
    pub changes: Changes,
    /// The answer to the caller.
    pub reply: Reply,
}

/// The result of a decision.
pub type Decided = Result<Done, Stop>;

/// Everything one decision changes.
#[derive(Debug, Default)]
pub struct Changes {
    /// The new states of objects; the last one of an object counts.
    pub objects: Vec<Object>,
    /// What is announced, in order.
    pub events: Vec<Event>,
    /// Jobs to run at a time; replaces the job of the same name.
    pub schedule: Vec<(JobKey, Time)>,
    /// Jobs that are no longer wanted.
    pub unschedule: Vec<JobKey>,
}

impl Changes {
    /// Notes the new state of an object.
    pub fn put(&mut self, object: impl Into<Object>) {
        self.objects.push(object.into());
    }

    /// Has `kind` run for `object` at `due`.
    pub fn schedule(&mut self, kind: JobKind, object: impl Into<ObjectId>, due: Time) {
        self.schedule.push((JobKey::new(kind, object), due));
    }

    /// Drops the job `kind` of `object`.
    pub fn unschedule(&mut self, kind: JobKind, object: impl Into<ObjectId>) {
        self.unschedule.push(JobKey::new(kind, object));
    }

    /// The finished decision that answers `object`.
    pub fn answer(self, object: impl Into<Object>) -> Done {
        Done { changes: self, reply: Ok(object.into()) }
    }

    /// The finished decision that refuses and still changes something.
    pub fn refuse(self, refusal: Refusal) -> Done {
        Done { changes: self, reply: Err(Box::new(refusal)) }
    }
}

impl DecisionContext<'_> {
    /// The acquirer's answer to `ask`; stops the decision until there is one.
    pub fn ask(&self, ask: impl FnOnce() -> Ask) -> Result<Answer, Stop> {
        match self.answer {
            None => Err(Stop::Ask(ask())),
            Some(Answer::Impossible) => {
                Err(Reason::Internal("the acquirer's ledger disagrees with ours".to_owned()).into())
            }
            Some(answer) => Ok(answer),
        }
    }

    /// A new id of any type.
    pub fn id<T>(&self, wrap: fn(u64) -> T) -> T {
        wrap(self.ids.next())
    }

    /// Announces a new object.
    pub fn announce<T>(&self, changes: &mut Changes, event_type: EventType, object: &T)
    where
        T: Clone + Into<Object>,
    {
        self.emit(changes, event_type, object.clone().into(), Previous::new());
    }

    /// Announces that `before` became `after`.
    pub fn announce_change<T, B>(&self, changes: &mut Changes, event_type: EventType, before: &B, after: &T)
    where
        T: Clone + Into<Object> + Tracked,
        B: Borrow<T>,
    {
        self.emit(changes, event_type, after.clone().into(), after.changes_since(before.borrow()));
    }

    fn emit(&self, changes: &mut Changes, event_type: EventType, object: Object, previous: Previous) {
        let account = object.account();
        let version = match account == self.account.id {
            true => self.account.version,
            false => self.objects.account_by_id(account).map_or(self.account.version, |a| a.version),
        };
        let charge = match object.as_payment_intent() {
            Some(intent) if !version.has(Feature::LatestCharge) => self.latest_charge_of(changes, intent),
            Some(_) | None => None,
        };
        let (id, created) = (self.id(EventId), self.now);
        let event = Event { id, account, created, event_type, object, charge, previous, origin: None, version };
        changes.events.push(event);
    }

    /// The latest charge of an intent, as this decision leaves it.
    fn latest_charge_of(&self, changes: &Changes, intent: &PaymentIntent) -> Option<Arc<Charge>> {
        let wanted = intent.latest_charge?;
        let mut announced = changes.events.iter().rev().filter_map(|event| event.object.as_charge());
        let changed = announced.find(|charge| charge.id == wanted).cloned();
        changed.or_else(|| self.objects.charge(wanted))
    }

    /// The PaymentIntent of the caller with this id.
    pub fn intent(&self, id: PaymentIntentId) -> Result<Arc<PaymentIntent>, Stop> {
        let found = self.objects.payment_intent(id).filter(|intent| intent.account == self.account.id);
        found.ok_or_else(|| not_found("payment_intent", id, "intent"))
    }

    /// The charge of the caller with this id.
    pub fn charge(&self, id: ChargeId, param: &'static str) -> Result<Arc<Charge>, Stop> {
        let found = self.objects.charge(id).filter(|charge| charge.account == self.account.id);
        found.ok_or_else(|| not_found("charge", id, param))
    }

    /// The customer of the caller with this id.
    pub fn customer(&self, id: CustomerId) -> Result<Arc<Customer>, Stop> {
        let found =
            self.objects.customer(id).filter(|customer| customer.account == self.account.id && !customer.deleted);
        found.ok_or_else(|| not_found("customer", id, "customer"))
    }

    /// The payment method of the caller with this id.
    pub fn method(&self, id: PaymentMethodId) -> Result<Arc<PaymentMethod>, Stop> {
        let found = self.objects.payment_method(id).filter(|method| method.account == self.account.id);
        found.ok_or_else(|| not_found("PaymentMethod", id, "payment_method"))
    }

    /// The charge of an intent whose status says that there is one.
    pub fn charge_of(&self, intent: &PaymentIntent) -> Result<Arc<Charge>, Stop> {
        let charge = intent.latest_charge.and_then(|id| self.objects.charge(id));
        charge.ok_or_else(|| Reason::Internal("a payment has lost its charge".to_owned()).into())
    }
}

/// The refusal of an id that names nothing the caller may see.
pub(super) fn not_found(noun: &'static str, id: impl Display, param: &'static str) -> Stop {
    let (noun, param) = (Cow::Borrowed(noun), Cow::Borrowed(param));
    Reason::NotFound { noun, id: id.to_string(), param }.into()
}

impl TextsChange {
    /// `texts` with this change applied: metadata is merged, an empty value removes its key (§2.4.11).
    pub(crate) fn apply(&self, texts: &SharedTexts) -> SharedTexts {
        let Some(change) = &self.0 else {
            return texts.clone();
        };
        let mut changed: Texts = texts.as_deref().cloned().unwrap_or_default();
        for (key, value) in &change.metadata {
            if value.is_empty() {
                changed.metadata.remove(key);
            } else {
                changed.metadata.insert(key.clone(), value.clone());
            }
        }
        let replace = |into: &mut Option<String>, from: &Option<String>| {
            if let Some(text) = from {
                *into = Some(text.clone()).filter(|text| !text.is_empty());
            }
        };
        replace(&mut changed.description, &change.description);
        replace(&mut changed.statement_descriptor, &change.statement_descriptor);
        replace(&mut changed.receipt_email, &change.receipt_email);
        replace(&mut changed.transfer_group, &change.transfer_group);
        Some(Arc::new(changed)).filter(|texts| **texts != Texts::default())
    }
}
