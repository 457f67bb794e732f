//! The clean-up after a drive: payments that are still open are canceled, sessions expired, customers, endpoints and accounts
//! deleted. Each of these requests may be repeated: what has ended stays as it is.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::wire::pace::Pace;
use crate::wire::{HttpReply, HttpRequest, TransportError, Verb, Wire};

/// The longest time of a clean-up.
const LONGEST: Duration = Duration::from_secs(600);
/// The attempts at one object: a server may be busy with it.
const ATTEMPTS: u32 = 3;
/// The pause between two attempts.
const PAUSE: Duration = Duration::from_millis(500);

/// The kind of an object that a drive creates, in the order of the clean-up: endpoints first, so that they receive no
/// event about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum ObjectKind {
    Endpoint,
    Payment,
    Charge,
    Setup,
    Session,
    Customer,
    Account,
}

impl ObjectKind {
    const ALL: [Self; 7] =
        [Self::Endpoint, Self::Payment, Self::Charge, Self::Setup, Self::Session, Self::Customer, Self::Account];

    /// Returns the path of its objects below `/v1/`.
    const fn path(self) -> &'static str {
        match self {
            Self::Endpoint => "webhook_endpoints",
            Self::Payment => "payment_intents",
            Self::Charge => "charges",
            Self::Setup => "setup_intents",
            Self::Session => "checkout/sessions",
            Self::Customer => "customers",
            Self::Account => "accounts",
        }
    }

    /// Returns the name of such an object in answers.
    const fn object(self) -> &'static str {
        match self {
            Self::Endpoint => "webhook_endpoint",
            Self::Payment => "payment_intent",
            Self::Charge => "charge",
            Self::Setup => "setup_intent",
            Self::Session => "checkout.session",
            Self::Customer => "customer",
            Self::Account => "account",
        }
    }

    /// Returns whether nothing of the object is left to end.
    fn has_ended(self, shown: &Value) -> bool {
        let status = shown.get("status").and_then(Value::as_str).unwrap_or_default();
        match self {
            Self::Payment | Self::Setup => matches!(status, "canceled" | "succeeded"),
            Self::Session => !matches!(status, "" | "open"),
            Self::Charge => shown.get("captured") != Some(&Value::Bool(false)) || status == "failed",
            Self::Endpoint | Self::Customer | Self::Account => shown.get("deleted") == Some(&Value::Bool(true)),
        }
    }

    /// Returns the request that ends an object.
    fn end(self, id: &str) -> HttpRequest {
        let path = format!("/v1/{}/{id}", self.path());
        match self {
            Self::Payment | Self::Setup => HttpRequest::post(format!("{path}/cancel")),
            Self::Session => HttpRequest::post(format!("{path}/expire")),
            // A charge that is not captured is released by its refund.
            Self::Charge => HttpRequest::post("/v1/refunds").with("charge", id),
            Self::Endpoint | Self::Customer | Self::Account => HttpRequest::delete(path),
        }
    }
}

/// The objects that a drive made and has not seen to end, each with its account.
#[derive(Debug, Default)]
pub struct OpenObjects(BTreeMap<(ObjectKind, String), Option<String>>);

impl OpenObjects {
    /// Notes what an answer shows: a new object, or the end of a known one.
    pub(crate) fn note(&mut self, asked: &HttpRequest, reply: &HttpReply) {
        let Some(body) = &reply.body else { return };
        // A declined creation has nevertheless created its payment (PI-4).
        for shown in ["", "/error/payment_intent", "/error/setup_intent"].into_iter().filter_map(|at| body.pointer(at))
        {
            let text = |name: &str| shown.get(name).and_then(Value::as_str);
            let Some(id) = text("id").filter(|id| !id.is_empty()) else { continue };
            // An answer without the name of its object is of the kind that was asked for.
            let of_path = |kind: &&ObjectKind| asked.path == format!("/v1/{}", kind.path());
            let kind = match text("object") {
                Some(object) => ObjectKind::ALL.iter().find(|kind| kind.object() == object),
                None => ObjectKind::ALL.iter().find(of_path),
            };
            let Some(kind) = kind.copied() else { continue };
            let key = (kind, id.to_owned());
            if kind.has_ended(shown) {
                self.0.remove(&key);
            } else if asked.verb == Verb::Post && (reply.is_done() || shown != body) {
                self.0.entry(key).or_insert_with(|| asked.account.clone());
            }
        }
    }
}

/// The result of a clean-up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CleanUp {
    /// The number of objects that were ended.
    pub ended: usize,
    /// The objects that may still be open, each with the reason.
    pub left: Vec<String>,
}

/// Ends every object that is still open. `rate` is the most requests a second.
pub(crate) fn clean_up(wire: &Wire, rate: Option<u32>, progress: &mut dyn FnMut(u64)) -> CleanUp {
    let OpenObjects(open) = wire.take_open();
    let mut wire = wire.another().paced(Pace::new(rate, Instant::now().checked_add(LONGEST)));
    let mut done = CleanUp::default();
    let mut is_over = None;
    for ((kind, id), account) in open {
        if wire.pace().is_over() {
            is_over.get_or_insert_with(|| format!("the time of the clean-up, {} s, was over", LONGEST.as_secs()));
        }
        let result = match &is_over {
            Some(why) => Err(why.clone()),
            None => end(&mut wire, kind, &id, account).unwrap_or_else(|broken| {
                is_over = broken.ends_drive().then(|| broken.to_string());
                Err(broken.to_string())
            }),
        };
        match result {
            Ok(()) => done.ended = done.ended.saturating_add(1),
            Err(why) => done.left.push(format!("{} {id}: {why}", kind.object())),
        }
        progress(wire.requests);
    }
    done
}

/// Ends one object. The inner error is the reason for which it may still be open.
fn end(
    wire: &mut Wire,
    kind: ObjectKind,
    id: &str,
    account: Option<String>,
) -> Result<Result<(), String>, TransportError> {
    let asked = HttpRequest { account: account.clone(), ..kind.end(id) };
    let mut said = String::new();
    for attempt in 0..ATTEMPTS {
        if attempt > 0 {
            std::thread::sleep(PAUSE);
        }
        let reply = wire.send(&asked)?;
        if reply.is_done() {
            return Ok(Ok(()));
        }
        said = format!("{} {}", reply.status, reply.text_at("/error/code").unwrap_or_default()).trim().to_owned();
        if reply.status != 409 && !reply.is_failure() {
            break;
        }
    }
    // What cannot be ended may have ended: by itself, or by a request whose answer was lost.
    let path = format!("/v1/{}/{id}", kind.path());
    let shown = wire.send(&HttpRequest { account, ..HttpRequest::get(path) })?;
    let is_gone = shown.status == 404 && matches!(kind, ObjectKind::Endpoint | ObjectKind::Customer);
    let has_ended = is_gone || shown.is_done() && shown.body.is_some_and(|body| kind.has_ended(&body));
    Ok(if has_ended { Ok(()) } else { Err(format!("{} is answered {said}", asked.verb.name())) })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn reply(status: u16, body: Value) -> HttpReply {
        HttpReply { status, body: Some(body), text: String::new(), retry_after: None }
    }

    #[test]
    fn an_object_is_open_until_it_is_seen_to_end() {
        let create = HttpRequest::post("/v1/payment_intents");
        let table: [(HttpRequest, u16, Value, usize); 11] = [
            (create.clone(), 200, json!({"id": "pi_1", "object": "payment_intent", "status": "requires_capture"}), 1),
            (HttpRequest::get("/v1/payment_intents/pi_9"), 200, json!({"id": "pi_9", "object": "payment_intent"}), 1),
            (create.clone(), 200, json!({"id": "pi_2", "status": "requires_confirmation"}), 2),
            (create.clone(), 402, json!({"error": {"payment_intent": {"id": "pi_3", "object": "payment_intent"}}}), 3),
            (create.clone(), 400, json!({"error": {"code": "parameter_missing"}}), 3),
            (create.clone(), 200, json!({"id": "pi_4", "object": "payment_intent", "status": "succeeded"}), 3),
            (HttpRequest::post("/v1/payment_intents/pi_1/cancel"), 200, canceled("pi_1"), 2),
            (HttpRequest::get("/v1/payment_intents/pi_2"), 200, canceled("pi_2"), 1),
            (HttpRequest::post("/v1/customers"), 200, json!({"id": "cus_1", "object": "customer"}), 2),
            (HttpRequest::delete("/v1/customers/cus_1"), 200, deleted(), 1),
            (HttpRequest::post("/v1/refunds"), 200, json!({"id": "re_1", "object": "refund"}), 1),
        ];
        let mut open = OpenObjects::default();
        for (asked, status, body, expected) in table {
            open.note(&asked, &reply(status, body));
            assert_eq!(open.0.len(), expected, "{asked:?}");
        }
    }

    fn canceled(id: &str) -> Value {
        json!({"id": id, "object": "payment_intent", "status": "canceled"})
    }

    fn deleted() -> Value {
        json!({"id": "cus_1", "object": "customer", "deleted": true})
    }
}
