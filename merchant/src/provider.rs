//! The provider of one session: the engine and its server in this process, under chaos, with a clock that the run moves.

use crate::config::MerchantConfig;
use crate::http::WebClient;
use crate::postman::{FailedAttempts, Postman};
use crate::timeline::Timeline;
use holdfast_engine::edge::{read, render};
use holdfast_engine::objects::{CheckoutSession, Event, PaymentIntent, Refund, Settlement};
use holdfast_engine::store::{Batch, StoreError};
use holdfast_engine::{AccountId, Engine, Ids, Kind, NoEntropy, Object, ObjectId, PaymentIntentId, Request, Time};
use holdfast_server::chaos::{Chaos, ChaosChoice, ChaosProfile};
use holdfast_server::{App, Limits, StoreChoice, WEBHOOK_PATIENCE, origin, serve};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::runtime::Runtime;

/// The API key of the merchant.
pub const KEY: &str = "sk_test_merchant";

/// The ids of one session.
const IDS_OF_A_SESSION: u64 = 1 << 36;

/// Sequential ids. The setup of each session has the same, so that the secret of the webhook endpoint stays; after it each
/// session has its own, because an application that runs on knows those of earlier sessions.
#[derive(Debug, Default)]
struct SessionIds(AtomicU64);

impl SessionIds {
    fn skip_to(&self, session: u64) {
        let _ = self.0.fetch_add(session.saturating_mul(IDS_OF_A_SESSION), Ordering::SeqCst);
    }
}

impl Ids for SessionIds {
    fn next(&self) -> u64 {
        self.0.fetch_add(1, Ordering::SeqCst).saturating_add(1)
    }

    fn secret(&self) -> Result<u64, NoEntropy> {
        Ok(self.next().wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }
}

/// The provider of one session.
pub struct Provider {
    /// The server's state.
    pub app: Arc<App>,
    /// The source of chaos.
    pub chaos: Arc<Chaos>,
    /// The address: `http://127.0.0.1:4242`.
    pub origin: String,
    /// The merchant's account.
    pub account: AccountId,
    /// The secret of the webhook endpoint.
    pub secret: String,
    /// The story.
    pub timeline: Timeline,
    postman: Arc<Postman>,
    owners: Mutex<BTreeMap<ObjectId, u64>>,
    seen: Mutex<u64>,
    requests: Mutex<BTreeMap<u64, u64>>,
    _runtime: Runtime,
}

impl Provider {
    /// Starts the provider of the n-th session, counted from 0, on `listen`, whose webhooks go to `webhook`.
    ///
    /// # Errors
    /// A message for the user if it cannot listen or the endpoint is refused.
    pub fn start(listen: &str, webhook: &str, config: &MerchantConfig, session: u64) -> Result<Self, String> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.map_err(|error| format!("no runtime: {error}"))?;
        let listener = runtime.block_on(tokio::net::TcpListener::bind(listen));
        let listener = listener.map_err(|error| format!("provider: {listen}: {error}"))?;
        let origin = origin(&listener).map_err(|error| format!("provider: {error}"))?;
        let timeline = Timeline::default();
        let client = WebClient::patient(WEBHOOK_PATIENCE);
        let postman = Arc::new(Postman::new(client, WEBHOOK_PATIENCE, timeline.clone()));
        let chaos = Arc::new(Chaos::directed(ChaosChoice { seed: 0, profile: ChaosProfile::silent() }));
        let key = KEY.parse().map_err(|_| "the built-in key is malformed".to_owned())?;
        let ids = Arc::new(SessionIds::default());
        let (port, source) = (postman.clone(), Some(Arc::clone(&chaos)));
        let opened = App::assemble(&StoreChoice::Memory, &[key], &origin, ids.clone(), port, source);
        let opened = opened.map_err(|error| format!("provider: {error}"))?;
        let app = opened.app;
        let account = opened.accounts.first().copied().ok_or("provider: no account")?;
        let secret = endpoint(app.engine(), account, webhook, config)?;
        postman.serve(Arc::clone(app.clock()), secret.clone());
        ids.skip_to(session);
        runtime.spawn(serve(listener, Arc::clone(&app), Limits::default(), std::future::pending()));
        let (owners, seen, requests) = (Mutex::default(), Mutex::default(), Mutex::default());
        Ok(Self { app, chaos, origin, account, secret, timeline, postman, owners, seen, requests, _runtime: runtime })
    }

    /// Decides when the account's money becomes available in this run: at once, unless chaos makes it late.
    ///
    /// # Errors
    /// A message for the user if the store fails.
    pub fn settle(&self) -> Result<(), String> {
        let delay = self.chaos.late_funds(self.account).unwrap_or(0);
        let settled = self.app.settle(self.account, |settlement| Settlement { delay, ..settlement });
        settled.map_err(|error| format!("provider: {error}"))
    }

    /// Returns the engine.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        self.app.engine()
    }

    /// Begins a step of a purchase: its decisions, its webhooks and the objects it creates belong to `slot`.
    pub fn begin_step(&self, slot: u64) {
        self.chaos.set_scope(slot);
        self.postman.set_slot(slot);
    }

    /// Reads the new events, gives their objects to the purchase of this step, and returns them.
    pub fn end_step(&self, slot: u64) -> Vec<Arc<Event>> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let mut owners = self.owners.lock().unwrap_or_else(PoisonError::into_inner);
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        let events = self.engine().events_after(*seen, 10_000).unwrap_or_default();
        let mut found = Vec::new();
        for (sequence, event) in events {
            *seen = sequence;
            let origin = event.origin.as_ref().map(|origin| origin.request);
            let parent = parent(&event.object).and_then(|id| owners.get(&id).copied());
            let owner = parent.or_else(|| requests.get(&origin?).copied()).unwrap_or(slot);
            owners.entry(event.object.id()).or_insert(owner);
            found.push(event);
        }
        found
    }

    /// Assigns a request to the API to a purchase: its effects, even later ones, belong to the purchase.
    pub fn own_request(&self, number: u64, slot: u64) {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).insert(number, slot);
    }

    /// Gives an object to a purchase.
    pub fn own(&self, id: ObjectId, slot: u64) {
        self.owners.lock().unwrap_or_else(PoisonError::into_inner).entry(id).or_insert(slot);
    }

    /// Returns the purchase of an object, of an event, of a delivery or of a ledger entry.
    #[must_use]
    pub fn owner(&self, id: ObjectId) -> Option<u64> {
        let known = |id: ObjectId| self.owners.lock().unwrap_or_else(PoisonError::into_inner).get(&id).copied();
        if let Some(slot) = known(id) {
            return Some(slot);
        }
        let object = |id: ObjectId| self.engine().observe(id).ok().flatten();
        let found = object(id)?;
        let subject = match found.as_delivery() {
            Some(delivery) => object(delivery.event.into())?.as_event()?.object.clone(),
            None => found,
        };
        known(subject.id()).or_else(|| known(entry_source(&subject)?))
    }

    /// Returns the objects of a purchase, as they are now.
    #[must_use]
    pub fn objects(&self, slot: u64) -> PurchaseObjects {
        let ids: Vec<ObjectId> = {
            let owners = self.owners.lock().unwrap_or_else(PoisonError::into_inner);
            owners.iter().filter(|(_, owner)| **owner == slot).map(|(id, _)| *id).collect()
        };
        let mut found = PurchaseObjects::default();
        for object in ids.into_iter().filter_map(|id| self.engine().observe(id).ok().flatten()) {
            if let Object::PaymentIntent(intent) = object {
                found.intents.push(intent);
            } else if let Object::CheckoutSession(session) = object {
                found.sessions.push(session);
            } else if let Object::Refund(refund) = object {
                found.refunds.push(refund);
            }
        }
        found
    }

    /// Executes a request as the customer's browser would: without chaos, and not in the merchant's name.
    #[must_use]
    pub fn call(&self, path: &str, form: &[(&str, &str)]) -> (u16, Value) {
        let command = read::command(read::Verb::Post, path, &read::form(form.iter().copied()));
        let response = self.engine().execute(Request::new(self.account, command));
        (response.status(), render::response(&response))
    }

    /// Returns the attempts to deliver an event that reached the application and failed, since its latest success.
    #[must_use]
    pub fn failed_attempts(&self, event: &str) -> FailedAttempts {
        self.postman.failed_attempts(event)
    }

    /// Returns the purchase and the number of attempts if the latest attempts, `most` or more, all ran out of time.
    #[must_use]
    pub fn hanging(&self, most: u64) -> Option<(u64, u64)> {
        self.postman.hanging(most)
    }

    /// Returns a webhook that a purchase has sent, and its signature.
    #[must_use]
    pub fn genuine(&self, slot: u64) -> Option<(String, String)> {
        self.postman.genuine(slot)
    }

    /// Forgets the purchases of earlier runs, with everything that was still to happen to them.
    ///
    /// # Errors
    /// Returns an error if the store fails.
    pub fn forget(&self) -> Result<(), StoreError> {
        self.owners.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.postman.forget();
        let store = self.engine().store();
        let unschedule = store.due(Time::new(u64::MAX), usize::MAX)?;
        store.commit(Batch { unschedule, ..Batch::default() })
    }
}

/// Returns the object that caused a ledger entry.
fn entry_source(object: &Object) -> Option<ObjectId> {
    object.as_balance_transaction().map(|entry| entry.source)
}

/// Returns the object that an object belongs to.
fn parent(object: &Object) -> Option<ObjectId> {
    if let Some(intent) = object.as_payment_intent() {
        return intent.session.map(ObjectId::from);
    }
    let of_charge = object.as_charge().map(|charge| charge.intent);
    let of_refund = object.as_refund().map(|refund| refund.intent);
    of_charge.or(of_refund).map(ObjectId::from).or_else(|| entry_source(object))
}

/// The objects of a purchase.
#[derive(Clone, Debug, Default)]
pub struct PurchaseObjects {
    /// Its payments.
    pub intents: Vec<Arc<PaymentIntent>>,
    /// Its sessions.
    pub sessions: Vec<Arc<CheckoutSession>>,
    /// Its refunds.
    pub refunds: Vec<Arc<Refund>>,
}

impl PurchaseObjects {
    /// Returns a payment.
    #[must_use]
    pub fn intent(&self, id: PaymentIntentId) -> Option<&Arc<PaymentIntent>> {
        self.intents.iter().find(|intent| intent.id == id)
    }

    /// Returns the newest payment.
    #[must_use]
    pub fn newest(&self) -> Option<&Arc<PaymentIntent>> {
        self.intents.iter().max_by_key(|intent| (intent.created, ObjectId::from(intent.id)))
    }
}

/// Creates the merchant's webhook endpoint and returns its secret.
fn endpoint(engine: &Engine, account: AccountId, url: &str, config: &MerchantConfig) -> Result<String, String> {
    let mut form = vec![("url", url)];
    match &config.webhook_events {
        None => form.push(("enabled_events[]", "*")),
        Some(events) => form.extend(events.iter().map(|event| ("enabled_events[]", event.as_str()))),
    }
    form.extend(config.webhook_version.as_deref().map(|version| ("api_version", version)));
    let command = read::command(read::Verb::Post, "/v1/webhook_endpoints", &read::form(form));
    let response = engine.execute(Request::new(account, command));
    let mut secret = None;
    let mut visit = |object| {
        if let Object::WebhookEndpoint(endpoint) = object {
            secret = Some(endpoint.signing_secret());
        }
    };
    engine.store().each(Kind::WebhookEndpoint, &mut visit).map_err(|error| format!("provider: {error}"))?;
    secret.ok_or_else(|| format!("webhook: the endpoint is refused: {}", render::response(&response)))
}
