//! Behaviors of deliveries: repeated, announced twice, signed twice, in another version, unreachable.

use super::Chaos;
use super::table::Behavior;
use crate::webhooks::two_signatures;
use holdfast_engine::edge::render;
use holdfast_engine::objects::WebhookEndpoint;
use holdfast_engine::time::{HOUR, MINUTE, Seconds};
use holdfast_engine::{ApiVersion, DeliveryPort, Engine, EventId, Kind, Object, Post, Time, sign};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

/// The number of failed deliveries remembered.
const MOST_FAILED: usize = 100_000;
/// The age of an event up to which its attempts may be lost. At least five later ones of the schedule (HOOK-3) arrive.
const LOST_UNTIL: Seconds = 4 * HOUR;
/// The longest time for which an endpoint is down.
const LONGEST_DOWN: Seconds = 4 * HOUR;
/// The failed attempts of a delivery after which the requests of its handler are answered without chaos. An endpoint that
/// then still refuses it does so by itself.
const ATTEMPTS_UNDER_CHAOS: u32 = 3;
/// The version that an endpoint of an older account shows.
const OLDER: &str = "2022-08-01";

/// A transport under chaos.
pub(crate) struct ChaosDelivery {
    inner: Arc<dyn DeliveryPort>,
    chaos: Arc<Chaos>,
    engine: OnceLock<Weak<Engine>>,
    origin: String,
    /// The events, with their endpoints, whose latest attempt failed, and the failed attempts that arrived.
    failed: Mutex<HashMap<(String, String), u32>>,
}

impl ChaosDelivery {
    /// Returns `inner` under chaos.
    pub(crate) fn new(inner: Arc<dyn DeliveryPort>, chaos: Arc<Chaos>, origin: &str) -> Self {
        Self { inner, chaos, engine: OnceLock::new(), origin: origin.to_owned(), failed: Mutex::default() }
    }

    /// Sets the engine whose events it delivers.
    pub(crate) fn serve(&self, engine: &Arc<Engine>) {
        let _ = self.engine.set(Arc::downgrade(engine));
    }

    fn engine(&self) -> Option<Arc<Engine>> {
        self.engine.get().and_then(Weak::upgrade)
    }

    /// Returns the time in a signature, and the endpoint of this engine that it is for.
    fn endpoint(&self, post: &Post) -> Option<(Arc<WebhookEndpoint>, Time)> {
        let seconds = post.signature.strip_prefix("t=")?.split(',').next()?.parse().ok()?;
        let (engine, at) = (self.engine()?, Time::new(seconds));
        let mut found = None;
        let mut visit = |object| {
            if let Object::WebhookEndpoint(endpoint) = object
                && endpoint.url == post.url
                && sign(&endpoint.signing_secrets(at), at, &post.body) == post.signature
            {
                found = Some(endpoint);
            }
        };
        engine.store().each(Kind::WebhookEndpoint, &mut visit).ok()?;
        found.map(|endpoint| (endpoint, at))
    }

    /// Returns the post with another body.
    fn resigned(&self, post: &Post, body: String) -> Option<Post> {
        let (endpoint, at) = self.endpoint(post)?;
        let signature = sign(&endpoint.signing_secrets(at), at, &body);
        Some(Post { url: post.url.clone(), signature, body })
    }

    /// Returns the post of another event about the same change.
    fn twin(&self, post: &Post) -> Option<Post> {
        let mut event: Value = serde_json::from_str(&post.body).ok()?;
        let id = format!("evt_twin{}", event.get("id")?.as_str()?.trim_start_matches("evt_"));
        *event.get_mut("id")? = json!(id);
        self.resigned(post, event.to_string())
    }

    /// Returns the failed attempts of a delivery that arrived; `None` if its latest attempt did not fail.
    fn failures(&self, name: &(String, String)) -> Option<u32> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner).get(name).copied()
    }

    /// Remembers the outcome of an attempt. A failed one counts only if it `arrived`.
    fn note(&self, name: (String, String), is_success: bool, arrived: bool) {
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        if failed.len() >= MOST_FAILED {
            failed.clear();
        }
        if is_success {
            failed.remove(&name);
        } else {
            let count = failed.entry(name).or_insert(0);
            *count = count.saturating_add(u32::from(arrived));
        }
    }

    /// Returns the event in an older version, if the endpoint has none of its own.
    fn older(&self, post: &Post, event: &Value) -> Option<Post> {
        let (endpoint, at) = self.endpoint(post)?;
        if endpoint.version.is_some() {
            return None;
        }
        let id: EventId = event.get("id")?.as_str()?.parse().ok()?;
        let found = self.engine()?.observe(id).ok()??;
        let Object::Event(stored) = found else { return None };
        let version: ApiVersion = OLDER.parse().ok()?;
        let mut shown = render::with_origin(render::event(&stored, version), &self.origin);
        // The version of an event is the version of its data (P6).
        *shown.get_mut("api_version")? = json!(OLDER);
        let body = shown.to_string();
        let signature = sign(&endpoint.signing_secrets(at), at, &body);
        Some(Post { url: post.url.clone(), signature, body })
    }

    /// Posts without chaos in the responses of the API.
    fn calmly(&self, post: &Post) -> Option<u16> {
        self.chaos.begin_calm();
        let status = self.inner.post(post);
        self.chaos.end_calm();
        status
    }

    fn is_down(&self, now: u64, subject: &str) -> bool {
        if now < self.chaos.down_until() {
            return true;
        }
        let draw = self.chaos.decide(Behavior::EndpointDown, subject);
        draw.is_some_and(|draw| {
            self.chaos.set_down(now.saturating_add(draw.between(MINUTE, LONGEST_DOWN)));
            true
        })
    }
}

impl Chaos {
    fn down_until(&self) -> u64 {
        self.held().down_until
    }

    fn set_down(&self, until: u64) {
        self.held().down_until = until;
    }

    /// Begins a period without chaos in responses.
    fn begin_calm(&self) {
        let mut state = self.held();
        state.calm = state.calm.saturating_add(1);
    }

    /// Ends a period without chaos in responses.
    fn end_calm(&self) {
        let mut state = self.held();
        state.calm = state.calm.saturating_sub(1);
    }
}

impl DeliveryPort for ChaosDelivery {
    fn post(&self, post: &Post) -> Option<u16> {
        let event: Value = serde_json::from_str(&post.body).unwrap_or(Value::Null);
        let text = |name: &str| event.get(name).and_then(Value::as_str).unwrap_or_default();
        let subject =
            format!("{} {}", text("type"), event.pointer("/data/object/id").and_then(Value::as_str).unwrap_or(""));
        let now = self.engine().map_or(0, |engine| engine.now().seconds());
        let created = event.get("created").and_then(Value::as_u64).unwrap_or(now);
        let name = (text("id").to_owned(), post.url.clone());
        let failures = self.failures(&name);
        if failures.is_some() {
            let _ = self.chaos.decide(Behavior::WebhookRetried, &subject);
        }
        if now.saturating_sub(created) < LOST_UNTIL && self.is_down(now, &subject) {
            self.note(name, false, false);
            return None;
        }
        let mut post = post.clone();
        if let Some(older) = self.older(&post, &event)
            && self.chaos.decide(Behavior::WebhookOlderVersion, &subject).is_some()
        {
            post = older;
        }
        let twin = self.twin(&post).filter(|_| self.chaos.decide(Behavior::WebhookTwinEvent, &subject).is_some());
        if post.signature.matches(",v1=").count() == 1
            && let Some(draw) = self.chaos.decide(Behavior::WebhookTwoSignatures, &subject)
        {
            // The new secret signs first, and the merchant still has the old one.
            post.signature = two_signatures(&post.signature, draw.between(0, u64::MAX.saturating_sub(1)));
        }
        let is_last_chance = failures.is_some_and(|count| count >= ATTEMPTS_UNDER_CHAOS);
        let status = if is_last_chance { self.calmly(&post) } else { self.inner.post(&post) };
        let is_success = status.is_some_and(|status| (200..300).contains(&status));
        self.note(name, is_success, true);
        if is_success && self.chaos.decide(Behavior::WebhookDoubled, &subject).is_some() {
            let _ = self.inner.post(&post);
        }
        if let Some(twin) = twin {
            let _ = self.inner.post(&twin);
        }
        status
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chaos::{ChaosChoice, ChaosProfile};

    /// A handler that refuses the delivery after a request to the API, with or without chaos.
    struct Asking(Arc<Chaos>, Mutex<Vec<bool>>);

    impl DeliveryPort for Asking {
        fn post(&self, _: &Post) -> Option<u16> {
            self.1.lock().unwrap().push(self.0.decide(Behavior::RateLimited, "GET /v1/refunds").is_some());
            Some(503)
        }
    }

    #[test]
    fn the_last_attempts_meet_no_chaos() {
        let mut profile = ChaosProfile::silent();
        profile.set(Behavior::RateLimited, 1000);
        let chaos = Arc::new(Chaos::directed(ChaosChoice { seed: 1, profile }));
        let asking = Arc::new(Asking(Arc::clone(&chaos), Mutex::default()));
        let delivery = ChaosDelivery::new(asking.clone(), Arc::clone(&chaos), "http://127.0.0.1");
        let body = "{\"id\":\"evt_1\"}".to_owned();
        let post = Post { url: "http://127.0.0.1:9/hook".to_owned(), signature: "t=1,v1=a".to_owned(), body };
        for _ in 0..5 {
            assert_eq!(delivery.post(&post), Some(503));
        }
        assert_eq!(*asking.1.lock().unwrap(), [true, true, true, false, false]);
        assert!(chaos.decide(Behavior::RateLimited, "GET /v1/refunds").is_some());
    }
}
