//! Behaviors of deliveries: repeated, announced twice, signed twice, in another version, unreachable.

use super::Chaos;
use super::table::Behavior;
use holdfast_engine::edge::render;
use holdfast_engine::objects::WebhookEndpoint;
use holdfast_engine::time::{DAY, HOUR, MINUTE};
use holdfast_engine::{ApiVersion, DeliveryPort, Engine, EventId, Kind, Object, Post, Time, sign};
use serde_json::{Value, json};
use std::sync::{Arc, OnceLock, Weak};

/// The version that an endpoint of an older account shows.
const OLDER: &str = "2022-08-01";

/// A transport under chaos.
pub(crate) struct ChaosDelivery {
    inner: Arc<dyn DeliveryPort>,
    chaos: Arc<Chaos>,
    engine: OnceLock<Weak<Engine>>,
    origin: String,
}

impl ChaosDelivery {
    /// Returns `inner` under chaos.
    pub(crate) fn new(inner: Arc<dyn DeliveryPort>, chaos: Arc<Chaos>, origin: &str) -> Self {
        Self { inner, chaos, engine: OnceLock::new(), origin: origin.to_owned() }
    }

    /// Gives it the engine whose events it delivers.
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

    fn is_down(&self, now: u64, subject: &str) -> bool {
        if now < self.chaos.down_until() {
            return true;
        }
        let draw = self.chaos.decide(Behavior::EndpointDown, subject);
        draw.is_some_and(|draw| {
            self.chaos.set_down(now.saturating_add(draw.between(MINUTE, HOUR.saturating_mul(12))));
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
}

impl DeliveryPort for ChaosDelivery {
    fn post(&self, post: &Post) -> Option<u16> {
        let event: Value = serde_json::from_str(&post.body).unwrap_or(Value::Null);
        let text = |name: &str| event.get(name).and_then(Value::as_str).unwrap_or_default();
        let subject =
            format!("{} {}", text("type"), event.pointer("/data/object/id").and_then(Value::as_str).unwrap_or(""));
        let now = self.engine().map_or(0, |engine| engine.now().seconds());
        let created = event.get("created").and_then(Value::as_u64).unwrap_or(now);
        // Within a day of the event, so that enough retries are left.
        if now.saturating_sub(created) < DAY && self.is_down(now, &subject) {
            return None;
        }
        let mut post = post.clone();
        if self.chaos.decide(Behavior::WebhookOlderVersion, &subject).is_some() {
            post = self.older(&post, &event).unwrap_or(post);
        }
        let twin = self.chaos.decide(Behavior::WebhookTwinEvent, &subject).and_then(|_| {
            let mut other = event.clone();
            let id = format!("evt_twin{}", event.get("id")?.as_str()?.trim_start_matches("evt_"));
            *other.get_mut("id")? = json!(id);
            self.resigned(&post, other.to_string())
        });
        if let Some(draw) = self.chaos.decide(Behavior::WebhookTwoSignatures, &subject) {
            // The new secret signs first, and the merchant still has the old one.
            let other = format!("{:016x}", draw.between(0, u64::MAX.saturating_sub(1))).repeat(4);
            post.signature = post.signature.replacen(",v1=", &format!(",v1={other},v1="), 1);
        }
        let status = self.inner.post(&post);
        if status.is_some_and(|status| (200..300).contains(&status)) {
            if self.chaos.decide(Behavior::WebhookDoubled, &subject).is_some() {
                let _ = self.inner.post(&post);
            }
        } else {
            let _ = self.chaos.decide(Behavior::WebhookRetried, &subject);
        }
        if let Some(twin) = twin {
            let _ = self.inner.post(&twin);
        }
        status
    }
}
