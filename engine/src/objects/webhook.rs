//! Webhook endpoints and the deliveries of events to them.

use super::{EventType, SharedTexts};
use crate::time::Time;
use crate::{AccountId, ApiVersion, DeliveryId, EventId, WebhookEndpointId};
use serde::{Deserialize, Serialize};

/// A webhook endpoint of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookEndpoint {
    /// Its id.
    pub id: WebhookEndpointId,
    /// The account whose events it gets.
    pub account: AccountId,
    /// The time of creation.
    pub created: Time,
    /// The URL that receives the events.
    pub url: String,
    /// The types of the events that are posted; `None` is all types (`*`).
    pub events: Option<Vec<String>>,
    /// Whether it gets the events of connected accounts instead of the account's own.
    pub connect: bool,
    /// Whether deliveries are made (`enabled`) or not (`disabled`).
    pub enabled: bool,
    /// Whether it was deleted.
    pub deleted: bool,
    /// The version that renders its events; the account's when `None`.
    pub version: Option<ApiVersion>,
    /// The key of the signature.
    pub secret: Secret,
    /// Keys that were replaced and still sign for a while, newest first (HOOK-10).
    pub old_secrets: Vec<OldSecret>,
    /// The merchant's texts.
    pub texts: SharedTexts,
}

/// The random part of a signing secret.
pub type Secret = [u64; 3];

/// A key that was replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OldSecret {
    /// The key.
    pub secret: Secret,
    /// The end of its use.
    pub until: Time,
}

fn shown([a, b, c]: Secret) -> String {
    format!("whsec_{a:016x}{b:016x}{c:016x}")
}

impl WebhookEndpoint {
    /// Returns the signing secret as the merchant sees it.
    #[must_use]
    pub fn signing_secret(&self) -> String {
        shown(self.secret)
    }

    /// Returns every secret that signs at `now`, the current one first.
    #[must_use]
    pub fn signing_secrets(&self, now: Time) -> Vec<String> {
        let old = self.old_secrets.iter().filter(|old| now < old.until).map(|old| old.secret);
        std::iter::once(self.secret).chain(old).map(shown).collect()
    }

    /// Returns whether an event of `event_type` is to be posted.
    #[must_use]
    pub fn wants(&self, event_type: EventType) -> bool {
        self.enabled
            && !self.deleted
            && self.events.as_ref().is_none_or(|events| events.iter().any(|name| name == event_type.name()))
    }
}

/// The state of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum DeliveryState {
    /// Waiting for an attempt.
    Pending,
    /// The endpoint answered 2xx.
    Delivered,
    /// Abandoned after three days (HOOK-3) or after the endpoint was deleted.
    Abandoned,
}

/// One attempt of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Attempt {
    /// The time of the attempt.
    pub at: Time,
    /// The HTTP status, `None` when there was no answer.
    pub status: Option<u16>,
}

/// The delivery of one event to one endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// Its id.
    pub id: DeliveryId,
    /// The account of the endpoint.
    pub account: AccountId,
    /// The event.
    pub event: EventId,
    /// The endpoint.
    pub endpoint: WebhookEndpointId,
    /// The time at which the event was made.
    pub created: Time,
    /// Its state.
    pub state: DeliveryState,
    /// The attempts so far.
    pub attempts: Vec<Attempt>,
}
