//! Delivery of webhooks: every event to every endpoint that subscribes to it, at least once, signed, for three days
//! (HOOK-5).

use super::Engine;
use crate::command::{JobKey, JobKind};
use crate::core::Changes;
use crate::edge::render;
use crate::objects::{Attempt, Delivery, DeliveryState, Event, WebhookEndpoint};
use crate::store::{Batch, StoreError};
use crate::time::{Seconds, Time};
use crate::{ApiVersion, DeliveryId, Kind, Object, ObjectId};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::sync::{Arc, PoisonError};

/// A POST to an endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    /// The URL.
    pub url: String,
    /// The value of the header `Stripe-Signature`.
    pub signature: String,
    /// The event as JSON.
    pub body: String,
}

/// A transport to webhook endpoints.
pub trait DeliveryPort: Send + Sync {
    /// Posts and returns the HTTP status, or `None` if no response came in time.
    fn post(&self, post: &Post) -> Option<u16>;
}

/// A transport that reaches no endpoint.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoDelivery;

impl DeliveryPort for NoDelivery {
    fn post(&self, _: &Post) -> Option<u16> {
        None
    }
}

/// Returns the header `Stripe-Signature` for `body` sent at `now`: `t=…,v1=…`, HMAC-SHA256 over `t.body`, with a `v1`
/// for each secret (HOOK-5).
///
/// ```
/// use holdfast_engine::{Time, sign};
///
/// let header = sign(&["whsec_test".to_owned()], Time::new(1_800_000_000), "{}");
/// assert_eq!(header, "t=1800000000,v1=482e6337ac5272392d375c6fdc4d52a7e615dc2facedab0ffe155ddfd6a56e66");
/// ```
#[must_use]
pub fn sign(secrets: &[String], now: Time, body: &str) -> String {
    let mut header = format!("t={}", now.seconds());
    let signed = format!("{}.{body}", now.seconds());
    // HMAC accepts a key of any length, so there is a signature for each.
    for mut mac in secrets.iter().filter_map(|secret| Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()) {
        mac.update(signed.as_bytes());
        header.push_str(",v1=");
        for byte in mac.finalize().into_bytes() {
            let _ = write!(header, "{byte:02x}");
        }
    }
    header
}

/// A delivery with its event and its endpoint.
type Errand = (Arc<Delivery>, Arc<Event>, Arc<WebhookEndpoint>);

impl Engine {
    /// Adds a delivery for each endpoint that subscribes to one of the events, in the same transaction.
    pub(super) fn fan_out(&self, changes: &mut Changes, now: Time) {
        let endpoints = self.endpoints.read().unwrap_or_else(PoisonError::into_inner);
        if endpoints.is_empty() {
            return;
        }
        let (events, mut deliveries) = (std::mem::take(&mut changes.events), Vec::new());
        for event in &events {
            for endpoint in endpoints.iter().filter(|endpoint| self.is_for(event, endpoint)) {
                let (id, account) = (DeliveryId(self.parts.ids.next()), endpoint.account);
                let (event, endpoint, state) = (event.id, endpoint.id, DeliveryState::Pending);
                deliveries.push(Delivery { id, account, event, endpoint, created: now, state, attempts: Vec::new() });
            }
        }
        changes.events = events;
        for delivery in deliveries {
            changes.schedule(JobKind::Deliver, delivery.id, now);
            changes.put(delivery);
        }
    }

    /// Returns the oldest version that renders the event: its own, or that of an endpoint that receives it.
    pub(super) fn oldest_version(&self, event: &Event) -> ApiVersion {
        let endpoints = self.endpoints.read().unwrap_or_else(PoisonError::into_inner);
        let receivers = endpoints.iter().filter(|endpoint| self.is_for(event, endpoint));
        receivers.filter_map(|endpoint| endpoint.version).fold(event.version, ApiVersion::min)
    }

    /// Returns whether the endpoint receives the event: of its own account, or of connected accounts if it says so.
    fn is_for(&self, event: &Event, endpoint: &WebhookEndpoint) -> bool {
        let platform = || self.account(event.account).and_then(|account| account.platform);
        let of_interest = match endpoint.connect {
            false => event.account == endpoint.account,
            true => platform() == Some(endpoint.account),
        };
        of_interest && endpoint.wants(event.event_type)
    }

    /// Updates the lists of endpoints and accounts after a transaction.
    pub(super) fn note(&self, changed: &[Object]) {
        for object in changed {
            if let Object::WebhookEndpoint(endpoint) = object {
                let mut endpoints = self.endpoints.write().unwrap_or_else(PoisonError::into_inner);
                endpoints.retain(|known| known.id != endpoint.id);
                endpoints.push(Arc::clone(endpoint));
            } else if let Object::Account(account) = object {
                let mut accounts = self.accounts.write().unwrap_or_else(PoisonError::into_inner);
                accounts.retain(|known| known.id != account.id);
                accounts.push(Arc::clone(account));
            }
        }
    }

    /// Adds the events that an endpoint has not received: their delivery is pending or was abandoned.
    pub(super) fn unfinished(&self, events: &mut BTreeSet<ObjectId>) -> Result<(), StoreError> {
        self.parts.store.each(Kind::Delivery, &mut |object| {
            let delivery = object.as_delivery().filter(|delivery| delivery.state != DeliveryState::Delivered);
            events.extend(delivery.map(|delivery| ObjectId::from(delivery.event)));
        })
    }

    /// Attempts one delivery and stores the result.
    pub(super) fn deliver(&self, job: JobKey, now: Time) -> Result<(), StoreError> {
        let Some(_held) = self.locks.hold(&[job.object]) else {
            return Ok(());
        };
        let mut batch = Batch { unschedule: vec![job], ..Batch::default() };
        if let Some((delivery, event, endpoint)) = self.pending(job.object)? {
            let sent = if endpoint.wants(event.event_type) { Some(self.post(&event, &endpoint, now)) } else { None };
            let (delivery, again) = self.after_attempt(&delivery, sent, now);
            batch.schedule.extend(again.map(|due| (job, due)));
            batch.objects.push(delivery.into());
        }
        self.commit_batch(batch)
    }

    fn pending(&self, id: ObjectId) -> Result<Option<Errand>, StoreError> {
        let Some(Object::Delivery(delivery)) = self.parts.store.object(id)? else {
            return Ok(None);
        };
        let event = self.parts.store.object(delivery.event.into())?;
        let endpoint = self.parts.store.object(delivery.endpoint.into())?;
        Ok(match (event, endpoint) {
            (Some(Object::Event(event)), Some(Object::WebhookEndpoint(endpoint))) => Some((delivery, event, endpoint)),
            _ => None,
        })
    }

    fn post(&self, event: &Event, endpoint: &WebhookEndpoint, now: Time) -> Option<u16> {
        let shown = render::event(event, endpoint.version.unwrap_or(event.version));
        let body = render::with_origin(shown, &self.parts.origin).to_string();
        let signature = sign(&endpoint.signing_secrets(now), now, &body);
        self.parts.delivery.post(&Post { url: endpoint.url.clone(), signature, body })
    }

    /// Returns the delivery after an attempt, and the time of the next one. `sent` is `None` if the endpoint is gone.
    /// Every response but 2xx is a failure, redirections included.
    fn after_attempt(&self, before: &Delivery, sent: Option<Option<u16>>, now: Time) -> (Delivery, Option<Time>) {
        let mut delivery = before.clone();
        let Some(status) = sent else {
            delivery.state = DeliveryState::Abandoned;
            return (delivery, None);
        };
        delivery.attempts.push(Attempt { at: now, status });
        if status.is_some_and(|status| (200..300).contains(&status)) {
            delivery.state = DeliveryState::Delivered;
            return (delivery, None);
        }
        let due = now.after(self.back_off(delivery.attempts.len()));
        if due.since(delivery.created) > self.parts.dialect.timing.webhook_retry {
            delivery.state = DeliveryState::Abandoned;
            return (delivery, None);
        }
        (delivery, Some(due))
    }

    /// Returns the wait after the n-th failure: twice as long each time.
    fn back_off(&self, failures: usize) -> Seconds {
        let doublings = u32::try_from(failures).unwrap_or(u32::MAX).saturating_sub(1);
        let factor = 1_u64.checked_shl(doublings).unwrap_or(u64::MAX);
        self.parts.dialect.timing.webhook_first_retry.saturating_mul(factor)
    }
}
