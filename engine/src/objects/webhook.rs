//! Webhook endpoints and the deliveries of events to them.

use super::{EventType, SharedTexts};
use crate::time::Time;
use crate::{AccountId, ApiVersion, DeliveryId, EventId, WebhookEndpointId};
use serde::{Deserialize, Serialize};

/// Where an account wants its events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookEndpoint {
    /// Its id.
    pub id: WebhookEndpointId,
    /// The account whose events it gets.
    pub account: AccountId,
    /// When it was created.
    pub created: Time,
    /// Where events are posted.
    pub url: String,
    /// Which events are posted; `None` is all of them (`*`).
    pub events: Option<Vec<EventType>>,
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
    /// Keys that were replaced and still sign for a while, newest first (§2.12).
    pub old_secrets: Vec<OldSecret>,
    /// The merchant's texts.
    pub texts: SharedTexts,
}

/// What a signing secret is made of.
pub type Secret = [u64; 3];

/// A key that was replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OldSecret {
    /// The key.
    pub secret: Secret,
    /// From this instant on it signs no more.
    pub until: Time,
}

fn shown([a, b, c]: Secret) -> String {
    format!("whsec_{a:016x}{b:016x}{c:016x}")
}

impl WebhookEndpoint {
    /// The signing secret as the merchant sees it.
    #[must_use]
    pub fn signing_secret(&self) -> String {
        shown(self.secret)
    }

    /// Every secret that signs at `now`, the present one first.
    #[must_use]
    pub fn signing_secrets(&self, now: Time) -> Vec<String> {
        let old = self.old_secrets.iter().filter(|old| now < old.until).map(|old| old.secret);
        std::iter::once(self.secret).chain(old).map(shown).collect()
    }

    /// Whether an event of `event_type` is to be posted.
    #[must_use]
    pub fn wants(&self, event_type: EventType) -> bool {
        self.enabled && !self.deleted && self.events.as_ref().is_none_or(|events| events.contains(&event_type))
    }
}

/// Where a delivery is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum DeliveryState {
    /// To be tried, again or for the first time.
    Pending,
    /// The endpoint answered 2xx.
    Delivered,
    /// Given up after three days (§2.12), or the endpoint is gone.
    Abandoned,
}

/// One try.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Attempt {
    /// When.
    pub at: Time,
    /// The HTTP status, `None` when there was no answer.
    pub status: Option<u16>,
}

/// One event on its way to one endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// Its id.
    pub id: DeliveryId,
    /// The account of the endpoint.
    pub account: AccountId,
    /// What is delivered.
    pub event: EventId,
    /// Where to.
    pub endpoint: WebhookEndpointId,
    /// When the event was made.
    pub created: Time,
    /// Where it is in its life.
    pub state: DeliveryState,
    /// The tries so far.
    pub attempts: Vec<Attempt>,
}
