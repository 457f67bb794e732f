//! The transport of webhooks to the merchant, which counts the attempts that fail there.

use crate::http::{WebClient, WebReply};
use crate::timeline::{Party, Timeline};
use holdfast_engine::{Clock, DeliveryPort, Post, SystemClock, sign};
use holdfast_server::{MovableClock, two_signatures};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

/// A signature that no secret makes.
const FOREIGN: u64 = 0x0123_4567_89ab_cdef;

/// The failed attempts to deliver one event that reached the application.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FailedAttempts {
    /// Attempts with a response outside 2xx.
    pub refused: u64,
    /// Attempts without a response: the connection was dropped, or the time ran out.
    pub unanswered: u64,
}

#[derive(Debug, Default)]
struct PostmanState {
    slot: u64,
    failed: BTreeMap<String, FailedAttempts>,
    /// A webhook of each purchase, with its signature: that of its success once there is one.
    genuine: BTreeMap<u64, (String, String)>,
    /// The latest attempts in a row, of any events, that ran out of time.
    hung: u64,
}

/// The transport of webhooks to the merchant. It signs with the time of this machine, because the merchant's clock is
/// that of this machine, not the virtual one.
pub(crate) struct Postman {
    client: WebClient,
    patience: Duration,
    timeline: Timeline,
    secret: OnceLock<String>,
    clock: OnceLock<Arc<MovableClock>>,
    state: Mutex<PostmanState>,
}

impl Postman {
    /// Returns a transport whose `client` waits for `patience`.
    pub(crate) fn new(client: WebClient, patience: Duration, timeline: Timeline) -> Self {
        let (secret, clock, state) = (OnceLock::new(), OnceLock::new(), Mutex::default());
        Self { client, patience, timeline, secret, clock, state }
    }

    /// Sets the virtual clock and the secret of the endpoint. Without them it posts nothing.
    pub(crate) fn serve(&self, clock: Arc<MovableClock>, secret: String) {
        let _ = self.clock.set(clock);
        let _ = self.secret.set(secret);
    }

    /// Gives the webhooks that follow to a purchase.
    pub(crate) fn set_slot(&self, slot: u64) {
        self.held().slot = slot;
    }

    /// Returns a webhook that a purchase has sent, and its signature.
    pub(crate) fn genuine(&self, slot: u64) -> Option<(String, String)> {
        self.held().genuine.get(&slot).cloned()
    }

    /// Remembers a webhook of the present purchase.
    fn keep(&self, event: &Value, signature: &str, body: &str) {
        let kind = event.get("type").and_then(Value::as_str).unwrap_or_default();
        let is_success = ["payment_intent.succeeded", "checkout.session.completed"].contains(&kind);
        let mut state = self.held();
        let slot = state.slot;
        if is_success || !state.genuine.contains_key(&slot) {
            state.genuine.insert(slot, (signature.to_owned(), body.to_owned()));
        }
    }

    /// Returns the failed attempts of an event since its latest success.
    pub(crate) fn failed_attempts(&self, event: &str) -> FailedAttempts {
        self.held().failed.get(event).copied().unwrap_or_default()
    }

    /// Returns the purchase and the number of consecutive attempts that ran out of time; `None` if they are fewer than
    /// `most`.
    pub(crate) fn hanging(&self, most: u64) -> Option<(u64, u64)> {
        let state = self.held();
        (state.hung >= most).then_some((state.slot, state.hung))
    }

    /// Forgets the attempts of earlier runs.
    pub(crate) fn forget(&self) {
        let mut state = self.held();
        state.failed.clear();
        state.genuine.clear();
        state.hung = 0;
    }

    /// Counts an attempt that took `time`.
    fn note(&self, event: &str, reply: &WebReply, time: Duration) {
        let mut state = self.held();
        let has_hung = reply.status == 0 && time >= self.patience;
        state.hung = if has_hung { state.hung.saturating_add(1) } else { 0 };
        if reply.is_success() {
            state.failed.remove(event);
            return;
        }
        let counts = state.failed.entry(event.to_owned()).or_default();
        let count = if reply.status == 0 { &mut counts.unanswered } else { &mut counts.refused };
        *count = count.saturating_add(1);
    }

    fn held(&self) -> MutexGuard<'_, PostmanState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl DeliveryPort for Postman {
    fn post(&self, post: &Post) -> Option<u16> {
        let secret = self.secret.get()?.clone();
        let signed = sign(&[secret], SystemClock.now(), &post.body);
        let signature = match post.signature.matches(",v1=").count() {
            0 | 1 => signed,
            _ => two_signatures(&signed, FOREIGN),
        };
        let begin = Instant::now();
        let reply = self.client.send("POST", &post.url, &[("stripe-signature", &signature)], &post.body);
        let event: Value = serde_json::from_str(&post.body).unwrap_or(Value::Null);
        self.keep(&event, &signature, &post.body);
        self.note(event.get("id").and_then(Value::as_str).unwrap_or_default(), &reply, begin.elapsed());
        let at = self.clock.get().map(|clock| clock.now()).unwrap_or_default();
        let text = format!("webhook {}: {}", webhook_name(&event), reply.shown());
        self.timeline.add(at, self.held().slot, Party::Provider, Party::Merchant, text);
        Some(reply.status).filter(|status| *status != 0)
    }
}

/// Returns type, object, status and id of an event, for a story.
#[must_use]
pub fn webhook_name(event: &Value) -> String {
    let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    format!("{} {} {} ({})", text("/type"), text("/data/object/id"), text("/data/object/status"), text("/id"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    /// A handler that takes the connection and never answers.
    #[test]
    fn attempts_that_hang_are_counted() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/webhook", listener.local_addr().unwrap());
        let patience = Duration::from_millis(50);
        let postman = Postman::new(WebClient::patient(patience), patience, Timeline::default());
        postman.serve(Arc::new(MovableClock::unsaved()), "whsec_a".to_owned());
        postman.set_slot(7);
        let post = Post { url, signature: "t=1,v1=a".to_owned(), body: "{\"id\":\"evt_1\"}".to_owned() };
        for _ in 0..3 {
            assert_eq!((postman.hanging(3), postman.post(&post)), (None, None));
        }
        assert_eq!(postman.hanging(3), Some((7, 3)));
        assert_eq!(postman.failed_attempts("evt_1"), FailedAttempts { refused: 0, unanswered: 3 });
        drop(listener);
        assert_eq!((postman.post(&post), postman.hanging(1)), (None, None));
    }
}
