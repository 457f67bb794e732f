//! The input of a decision, [`DecisionContext`], and its output, [`Changes`].

use crate::acquirer::{Answer, Ask, Reference};
use crate::command::{JobKey, JobKind, MethodRef, TextsChange};
use crate::dialect::Dialect;
use crate::id_source::{Ids, NoEntropy};
use crate::money::OutOfRange;
use crate::objects::{
    Account, Charge, Customer, Event, EventType, Objects, PaymentIntent, PaymentMethod, Previous, SharedTexts,
    Shipping, Texts, Tracked,
};
use crate::refusal::{Reason, Refusal};
use crate::time::Time;
use crate::version::ApiVersion;
use crate::{ChargeId, CustomerId, EventId, Object, ObjectId, PaymentIntentId, PaymentMethodId};
use std::borrow::{Borrow, Cow};
use std::fmt::Display;
use std::sync::Arc;

/// The complete input of a decision. Two decisions in the same context make the same changes.
pub struct DecisionContext<'a> {
    /// The objects, in one consistent state.
    pub objects: &'a dyn Objects,
    /// The source of new ids.
    pub ids: &'a dyn Ids,
    /// The choices that the specification leaves free.
    pub dialect: &'a Dialect,
    /// The current instant.
    pub now: Time,
    /// The account of the request.
    pub account: &'a Arc<Account>,
    /// The API version of the request.
    pub version: ApiVersion,
    /// The reference of the decision's request to the acquirer, if it has one.
    pub reference: Reference,
    /// The acquirer's answer, if it has arrived.
    pub answer: Option<Answer>,
}

/// The reason why a decision stops.
#[derive(Debug)]
pub enum Stop {
    /// The decision needs the acquirer's answer.
    Ask(Ask),
    /// The request is refused, and nothing changes.
    Refuse(Box<Refusal>),
    /// The decision is impossible now because a resource failed. The same request may succeed later.
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

/// The response of a decision: an object, or a refusal that changed objects (a decline).
pub type Reply = Result<Object, Box<Refusal>>;

/// A finished decision.
#[derive(Debug)]
pub struct Done {
    /// All changes, which become one transaction.
    pub changes: Changes,
    /// The response to the caller.
    pub reply: Reply,
}

/// The result of a decision.
pub type Decided = Result<Done, Stop>;

/// All changes of one decision.
#[derive(Debug, Default)]
pub struct Changes {
    /// The new states of objects; of several states of one object the last counts.
    pub objects: Vec<Object>,
    /// The events, in order.
    pub events: Vec<Event>,
    /// Jobs with the time to run them. A job replaces an earlier one with its key.
    pub schedule: Vec<(JobKey, Time)>,
    /// Jobs to remove.
    pub unschedule: Vec<JobKey>,
}

impl Changes {
    /// Adds the new state of an object.
    pub fn put(&mut self, object: impl Into<Object>) {
        self.objects.push(object.into());
    }

    /// Schedules the job `kind` of `object` at `due`.
    pub fn schedule(&mut self, kind: JobKind, object: impl Into<ObjectId>, due: Time) {
        self.schedule.push((JobKey::new(kind, object), due));
    }

    /// Removes the job `kind` of `object`.
    pub fn unschedule(&mut self, kind: JobKind, object: impl Into<ObjectId>) {
        self.unschedule.push(JobKey::new(kind, object));
    }

    /// Adds the changes of another part of the same decision behind these.
    pub fn append(&mut self, mut other: Self) {
        self.objects.append(&mut other.objects);
        self.events.append(&mut other.events);
        self.schedule.append(&mut other.schedule);
        self.unschedule.append(&mut other.unschedule);
    }

    /// Returns the finished decision that responds with `object`.
    pub fn answer(self, object: impl Into<Object>) -> Done {
        Done { changes: self, reply: Ok(object.into()) }
    }

    /// Returns the finished decision that refuses and keeps its changes.
    pub fn refuse(self, refusal: Refusal) -> Done {
        Done { changes: self, reply: Err(Box::new(refusal)) }
    }
}

impl DecisionContext<'_> {
    /// Returns the acquirer's answer to `ask`, or stops the decision if it has not arrived.
    pub fn ask(&self, ask: impl FnOnce() -> Ask) -> Result<Answer, Stop> {
        match self.answer {
            None => Err(Stop::Ask(ask())),
            Some(Answer::Impossible) => {
                Err(Reason::Internal("the acquirer's ledger disagrees with ours".to_owned()).into())
            }
            Some(answer) => Ok(answer),
        }
    }

    /// Returns the answer to `ask`; without asking, that the customer must authenticate if the merchant requests it (P23).
    pub fn ask_unless(&self, requested: bool, ask: impl FnOnce() -> Ask) -> Result<Answer, Stop> {
        if requested { Ok(Answer::ChallengeRequired) } else { self.ask(ask) }
    }

    /// Returns a new id of any type.
    pub fn id<T>(&self, wrap: fn(u64) -> T) -> T {
        wrap(self.ids.next())
    }

    /// Announces a new object.
    pub fn announce<T>(&self, changes: &mut Changes, event_type: EventType, object: &T)
    where
        T: Clone + Into<Object>,
    {
        self.emit(changes, event_type, object.clone().into(), Previous::new(), None);
    }

    /// Announces that `before` became `after`.
    pub fn announce_change<T, B>(&self, changes: &mut Changes, event_type: EventType, before: &B, after: &T)
    where
        T: Clone + Into<Object> + Tracked,
        B: Borrow<T>,
    {
        let before: &T = before.borrow();
        let is_changed = after.texts() != before.texts();
        let texts = is_changed.then(|| before.texts().clone().unwrap_or_default());
        self.emit(changes, event_type, after.clone().into(), after.changes_since(before), texts);
    }

    fn emit(
        &self,
        changes: &mut Changes,
        event_type: EventType,
        object: Object,
        previous: Previous,
        previous_texts: SharedTexts,
    ) {
        let account = object.account();
        let version = match account == self.account.id {
            true => self.account.version,
            false => self.objects.account_by_id(account).map_or(self.account.version, |a| a.version),
        };
        let (id, created) = (self.id(EventId), self.now);
        let event = Event {
            id,
            account,
            created,
            event_type,
            object,
            balances: None,
            nested: Vec::new(),
            previous,
            previous_texts,
            origin: None,
            version,
        };
        changes.events.push(event);
    }

    /// Returns the PaymentIntent of the caller with this id.
    pub fn intent(&self, id: PaymentIntentId) -> Result<Arc<PaymentIntent>, Stop> {
        let found = self.objects.payment_intent(id).filter(|intent| intent.account == self.account.id);
        found.ok_or_else(|| not_found("payment_intent", id, "intent"))
    }

    /// Returns the charge of the caller with this id.
    pub fn charge(&self, id: ChargeId, param: &'static str) -> Result<Arc<Charge>, Stop> {
        let found = self.objects.charge(id).filter(|charge| charge.account == self.account.id);
        found.ok_or_else(|| not_found("charge", id, param))
    }

    /// Returns the customer of the caller with this id.
    pub fn customer(&self, id: CustomerId) -> Result<Arc<Customer>, Stop> {
        let found =
            self.objects.customer(id).filter(|customer| customer.account == self.account.id && !customer.deleted);
        found.ok_or_else(|| not_found("customer", id, "customer"))
    }

    /// Returns the payment method of the caller with this id.
    pub fn method(&self, id: PaymentMethodId) -> Result<Arc<PaymentMethod>, Stop> {
        let found = self.objects.payment_method(id).filter(|method| method.account == self.account.id);
        found.ok_or_else(|| not_found("PaymentMethod", id, "payment_method"))
    }

    /// Returns the charge of an intent whose status says that there is one.
    pub fn charge_of(&self, intent: &PaymentIntent) -> Result<Arc<Charge>, Stop> {
        let charge = intent.latest_charge.and_then(|id| self.objects.charge(id));
        charge.ok_or_else(|| Reason::Internal("a payment has lost its charge".to_owned()).into())
    }
}

/// Returns the refusal of an id that names nothing the caller may see.
pub(super) fn not_found(noun: &'static str, id: impl Display, param: &'static str) -> Stop {
    let (noun, param) = (Cow::Borrowed(noun), Cow::Borrowed(param));
    Reason::NotFound { noun, id: id.to_string(), param }.into()
}

impl TextsChange {
    /// Returns the texts that the request gives for a new payment method.
    pub(crate) fn of_method(&self) -> SharedTexts {
        let data = self.texts.as_deref().and_then(|texts| texts.given_value("payment_method_data"))?;
        Self::of(Texts { given: Some(data.to_string()), ..Texts::default() }).apply(&None)
    }

    /// Returns `texts` with this change applied: metadata is merged, and an empty value removes its key (CAP-11).
    pub(crate) fn apply(&self, texts: &SharedTexts) -> SharedTexts {
        if self.texts.is_none() && !self.clears_metadata {
            return texts.clone();
        }
        let mut changed: Texts = texts.as_deref().cloned().unwrap_or_default();
        if self.clears_metadata {
            changed.metadata.clear();
        }
        let Some(change) = &self.texts else {
            return Some(Arc::new(changed)).filter(|texts| **texts != Texts::default());
        };
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
        replace(&mut changed.statement_descriptor_suffix, &change.statement_descriptor_suffix);
        if let Some(given) = &change.given {
            changed.give(given);
            // The data of a new payment method belongs to that method.
            changed.forget("payment_method_data");
        }
        changed.on_behalf_of = change.on_behalf_of.or(changed.on_behalf_of);
        if let Some(shipping) = &change.shipping {
            changed.shipping = Some(shipping.clone()).filter(|shipping| *shipping != Shipping::default());
        }
        Some(Arc::new(changed)).filter(|texts| **texts != Texts::default())
    }

    /// Returns `texts` of an intent with this change applied. The data of an authentication in `texts` belongs to the
    /// method that the intent had; it is removed where the request names another one (P23).
    pub(crate) fn apply_with_method(
        &self,
        texts: &SharedTexts,
        before: Option<PaymentMethodId>,
        named: Option<MethodRef>,
    ) -> SharedTexts {
        let is_other = before.is_some_and(|before| named.is_some_and(|named| named != MethodRef::Saved(before)));
        self.apply(&if is_other { without_authentication(texts) } else { texts.clone() })
    }
}

/// Returns `texts` without the data of an authentication, which ends with the attempt that it was given for (P23).
pub(super) fn without_authentication(texts: &SharedTexts) -> SharedTexts {
    let mut changed = texts.as_deref().cloned()?;
    changed.forget("payment_method_options/card/three_d_secure");
    Some(Arc::new(changed)).filter(|texts| **texts != Texts::default())
}
