//! The store port: one transaction stores all changes of a decision.

mod memory;
#[cfg(feature = "sqlite")]
mod schema;
#[cfg(feature = "sqlite")]
mod sqlite;

pub use memory::MemoryStore;
#[cfg(feature = "sqlite")]
pub use sqlite::{Durability, SqliteStore};

use crate::acquirer::{Ask, Reference};
use crate::command::{Command, Facet, JobKey, ListQuery};
use crate::money::{Currency, OutOfRange};
use crate::objects::{BalanceTransaction, Balances, Event, Funds};
pub use crate::response::Page;
use crate::response::Response;
use crate::time::Time;
use crate::version::ApiVersion;
use crate::{AccountId, Kind, Object, ObjectId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The changes of one transaction, which is atomic.
#[derive(Debug, Default)]
pub struct Batch {
    /// New states of objects; of several states of one object the last counts.
    pub objects: Vec<Object>,
    /// Events, in order.
    pub events: Vec<Event>,
    /// Jobs with the time to run them. A job replaces an earlier one with its key.
    pub schedule: Vec<(JobKey, Time)>,
    /// Jobs to remove, before `schedule` is applied.
    pub unschedule: Vec<JobKey>,
    /// The new record of an idempotency key.
    pub key: Option<KeyRecord>,
    /// The request to the acquirer that this transaction opens.
    pub ask: Option<Arc<OpenAsk>>,
    /// The request to the acquirer that this transaction closes.
    pub answered: Option<Reference>,
}

/// The record of an idempotency key (IDEM-5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyRecord {
    /// The account the key belongs to.
    pub account: AccountId,
    /// The key.
    pub key: String,
    /// The command of its first request.
    pub command: Command,
    /// The time of its first request.
    pub created: Time,
    /// The progress of that request.
    pub state: KeyState,
}

/// The progress of the first request with a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeyState {
    /// The request waits for the acquirer.
    Asking(Reference),
    /// The request has a response.
    Answered(Arc<Response>),
}

/// A request to the acquirer, recorded before it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenAsk {
    /// The reference at the acquirer.
    pub reference: Reference,
    /// The request.
    pub ask: Ask,
    /// The command whose decision needs the answer.
    pub command: Command,
    /// The account of the command.
    pub account: AccountId,
    /// The API version of the command.
    pub version: ApiVersion,
    /// The instant for which the decision is made; a late answer does not change it.
    pub asked_at: Time,
    /// The number of the request.
    pub request: u64,
    /// The request's idempotency key.
    pub key: Option<String>,
    /// The paths that the request expands.
    pub expand: Vec<String>,
    /// The objects that stay locked until the answer.
    pub locks: Vec<ObjectId>,
    /// Whether the client already has an error response, which stands.
    pub given_up: bool,
}

/// The error of a store. The transaction did not happen, unless the process died during it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreError(pub String);

impl std::fmt::Display for StoreError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for StoreError {}

/// The storage of all state.
///
/// ```
/// use holdfast_engine::objects::Account;
/// use holdfast_engine::store::{Batch, MemoryStore, Store};
/// use holdfast_engine::AccountId;
///
/// let store = MemoryStore::default();
/// store.commit(Batch { objects: vec![Account::standard(AccountId(1)).into()], ..Batch::default() })?;
/// assert!(store.object(AccountId(1).into())?.is_some());
/// # Ok::<(), holdfast_engine::store::StoreError>(())
/// ```
pub trait Store: Send + Sync {
    /// Commits the batch as one transaction.
    ///
    /// # Errors
    /// [`StoreError`] if the transaction did not happen.
    fn commit(&self, batch: Batch) -> Result<(), StoreError>;

    /// Returns the object with this id.
    ///
    /// # Errors
    /// [`StoreError`] if the store cannot be read.
    fn object(&self, id: ObjectId) -> Result<Option<Object>, StoreError>;

    /// Returns the sums of an account's ledger in a currency: of its available and of its pending entries.
    ///
    /// # Errors
    /// [`StoreError`] if the store cannot be read.
    fn balance(&self, account: AccountId, currency: Currency) -> Result<Funds, StoreError>;

    /// Returns the sums of an account's ledger in every currency that it has entries in.
    ///
    /// # Errors
    /// [`StoreError`] if the store cannot be read.
    fn balances(&self, account: AccountId) -> Result<Balances, StoreError>;

    /// Returns a page of an account's objects, newest first.
    ///
    /// The order of a list is the order in which its objects were first committed, and a cursor is a place in that
    /// order (P3). Ids are given out before they are committed, so their order is another one. A page behind a cursor
    /// that names no object of the kind is empty.
    ///
    /// # Errors
    /// [`StoreError`] if the store cannot be read.
    fn list(&self, account: AccountId, query: &ListQuery) -> Result<Page, StoreError>;

    /// Calls `visit` with every object of a kind, oldest first.
    ///
    /// # Errors
    /// [`StoreError`] if the store cannot be read.
    fn each(&self, kind: Kind, visit: &mut dyn FnMut(Object)) -> Result<(), StoreError>;

    /// Returns at most `limit` events with a sequence number above `after`, in the order of their commits.
    ///
    /// # Errors
    /// [`StoreError`] if the store cannot be read.
    fn events_after(&self, after: u64, limit: usize) -> Result<Vec<(u64, Arc<Event>)>, StoreError>;

    /// Returns at most `limit` jobs due at `now`, earliest first.
    ///
    /// # Errors
    /// [`StoreError`] if the store cannot be read.
    fn due(&self, now: Time, limit: usize) -> Result<Vec<JobKey>, StoreError>;

    /// Returns the time of the next job.
    ///
    /// # Errors
    /// [`StoreError`] if the store cannot be read.
    fn next_due(&self) -> Result<Option<Time>, StoreError>;

    /// Returns the record of an idempotency key.
    ///
    /// # Errors
    /// [`StoreError`] if the store cannot be read.
    fn key(&self, account: AccountId, key: &str) -> Result<Option<KeyRecord>, StoreError>;

    /// Deletes keys first used at `before` or earlier and returns their number.
    ///
    /// # Errors
    /// [`StoreError`] if the store cannot be written.
    fn prune_keys(&self, before: Time) -> Result<u64, StoreError>;

    /// Checks the structure, the constraints and the references of the whole store. Takes as long as reading the store.
    ///
    /// # Errors
    /// [`StoreError`] with the first damage, or if the store cannot be read.
    fn check(&self) -> Result<(), StoreError>;

    /// Returns the open requests to the acquirer.
    ///
    /// # Errors
    /// [`StoreError`] if the store cannot be read.
    fn open_asks(&self) -> Result<Vec<Arc<OpenAsk>>, StoreError>;
}

/// Returns the object a kind's objects belong to, where lists can be narrowed to it.
pub(crate) fn parent(object: &Object) -> Option<ObjectId> {
    match object {
        Object::Charge(charge) => Some(charge.intent.into()),
        Object::Refund(refund) => Some(refund.charge.into()),
        Object::Transfer(transfer) => transfer.charge.map(ObjectId::from),
        Object::Reversal(reversal) => Some(reversal.transfer.into()),
        Object::ApplicationFee(fee) => Some(fee.charge.into()),
        Object::FeeRefund(refund) => Some(refund.fee.into()),
        Object::Delivery(delivery) => Some(delivery.event.into()),
        Object::Price(data) => data.owner,
        Object::ExternalAccount(data) => data.owner,
        Object::Person(data) => data.owner,
        Object::TaxId(data) => data.owner,
        Object::SetupAttempt(attempt) => Some(attempt.intent.into()),
        Object::Account(_)
        | Object::Customer(_)
        | Object::PaymentMethod(_)
        | Object::PaymentIntent(_)
        | Object::SetupIntent(_)
        | Object::CheckoutSession(_)
        | Object::BalanceTransaction(_)
        | Object::Event(_)
        | Object::WebhookEndpoint(_)
        | Object::Product(_)
        | Object::ShippingRate(_)
        | Object::SourceToken(_) => None,
    }
}

/// Returns whether a list narrowed by `query` shows `object`.
pub(crate) fn is_listed(object: &Object, query: &ListQuery) -> bool {
    let method_type = object.as_payment_method().map(|method| method.method_type());
    let plays = |role: &String| given(object, &format!("relationship/{role}")).is_some_and(|plays| plays == "true");
    let has = |facet: Facet, values: &[String]| match facet == Facet::Role {
        true => values.iter().all(plays),
        false => facet_of(object, facet).is_some_and(|value| values.contains(&value)),
    };
    let type_fits = query.facets.iter().all(|(facet, values)| has(*facet, values))
        && query.deliveries.as_ref().is_none_or(|of| of.unfinished.contains(&object.id()) != of.success)
        && query.method_type.is_none_or(|wanted| method_type == Some(wanted))
        && (query.since.is_none() && query.until.is_none() || is_made_within(object, query));
    let is_hidden = object.as_payment_intent().is_some_and(|intent| intent.id.is_of_charge());
    type_fits && !is_hidden && !object.is_deleted() && query.of.iter().all(|of| belongs_to(object, *of))
}

/// Returns the value of a facet; `None` where the object has no such field or no value in it.
fn facet_of(object: &Object, facet: Facet) -> Option<String> {
    match facet {
        Facet::Active => {
            let product = object.as_product().map(|product| product.is_active());
            let price = object.as_price().map(|price| price.is_active());
            let rate = object.as_shipping_rate().map(|rate| rate.is_active());
            product.or(price).or(rate).map(|active| active.to_string())
        }
        Facet::Id => Some(object.id().to_string()),
        Facet::LookupKey => given(object, "lookup_key"),
        Facet::Role => None,
        Facet::Shippable => given(object, "shippable"),
        Facet::Url => given(object, "url"),
        Facet::Currency => {
            let entry = object.as_balance_transaction().map(|entry| entry.currency.code().to_owned());
            entry.or_else(|| given(object, "currency")).or_else(|| given(object, "fixed_amount/currency"))
        }
        Facet::Destination => object.as_transfer().map(|transfer| transfer.destination.to_string()),
        Facet::Email => {
            let of_customer = object.as_customer().and_then(|customer| customer.email.clone());
            of_customer.or_else(|| object.as_checkout_session().and_then(|session| session.customer_email.clone()))
        }
        Facet::Missing => None,
        Facet::Status => object.as_checkout_session().map(|session| session.status.name().to_owned()),
        Facet::TransferGroup => object.texts().and_then(|texts| texts.transfer_group.clone()),
        Facet::Type => {
            let of_event = object.as_event().map(|event| event.event_type.name());
            let price = object
                .as_price()
                .map(|price| if price.given("recurring").is_some() { "recurring" } else { "one_time" });
            let of_entry = object.as_balance_transaction().map(|entry| entry.kind.name());
            let named = of_event.or(of_entry).or(price).map(str::to_owned);
            let account = || object.as_external_account().map(|_| "bank_account".to_owned());
            named.or_else(|| given(object, "object")).or_else(account)
        }
    }
}

/// Returns a given parameter of an object as text.
fn given(object: &Object, path: &str) -> Option<String> {
    let value = crate::objects::given_at(object.texts(), path)?;
    Some(value.as_str().map_or_else(|| value.to_string(), str::to_owned))
}

fn is_made_within(object: &Object, query: &ListQuery) -> bool {
    let created = object.created();
    query.since.is_none_or(|since| created >= since) && query.until.is_none_or(|until| created <= until)
}

fn belongs_to(object: &Object, of: ObjectId) -> bool {
    let of_customer = || {
        let method = object.as_payment_method().and_then(|method| method.customer);
        let intent = object.as_payment_intent().and_then(|intent| intent.customer);
        let setup = object.as_setup_intent().and_then(|intent| intent.customer);
        let session = object.as_checkout_session().and_then(|session| session.customer);
        let charge = object.as_charge().and_then(|charge| charge.customer);
        method.or(intent).or(setup).or(session).or(charge).map(ObjectId::from)
    };
    let of_intent = || {
        let refund = object.as_refund().map(|refund| refund.intent);
        let session = object.as_checkout_session().and_then(|session| session.payment_intent);
        refund.or(session).map(ObjectId::from)
    };
    let of_source = || object.as_balance_transaction().map(|entry| entry.source);
    [parent(object), of_customer(), of_intent(), of_source()].contains(&Some(of))
}

/// Returns the page of `query` from the objects behind its cursor, which come nearest first: newest first, or oldest
/// first if `ending_before` is set. The page is newest first either way.
pub(crate) fn page(nearest_first: impl Iterator<Item = Object>, query: &ListQuery) -> Page {
    let limit = usize::try_from(query.limit).unwrap_or(0);
    let mut objects: Vec<Object> = nearest_first.take(limit.saturating_add(1)).collect();
    let has_more = objects.len() > limit;
    objects.truncate(limit);
    if query.ending_before.is_some() {
        objects.reverse();
    }
    Page { objects, has_more }
}

/// Returns the error for a ledger entry that takes a balance beyond the range of `i64`.
pub(crate) fn balance_out_of_range(entry: &BalanceTransaction) -> StoreError {
    let (account, currency) = (entry.account, entry.currency.code());
    StoreError(format!("{} takes the {currency} balance of {account} out of range", entry.id))
}

/// Returns the change that the new state of a ledger entry makes to the balance of its account. `known` is the stored
/// state, so an entry counts once, and becomes available once.
pub(crate) fn movement(known: Option<&Object>, entry: &BalanceTransaction) -> Result<Funds, StoreError> {
    let known = known.and_then(Object::as_balance_transaction);
    entry.movement_since(known.map(|known| &**known)).map_err(|OutOfRange| balance_out_of_range(entry))
}

/// Returns the last states of the ledger entries among new objects, in their order.
pub(crate) fn entries(objects: &[Object]) -> Vec<&BalanceTransaction> {
    let is_last =
        |index: usize, id: ObjectId| objects.iter().skip(index.saturating_add(1)).all(|other| other.id() != id);
    let all = objects.iter().enumerate().filter(|(index, object)| is_last(*index, object.id()));
    all.filter_map(|(_, object)| object.as_balance_transaction()).map(|entry| &**entry).collect()
}
