//! The events of a sequence, compared with what the model emits: kinds, order for each object, previous values and
//! snapshots (EVT-1, B52 to B60).

use holdfast_model::{CaptureMethod, IntentId, Notification, NotificationKind, Target};
use holdfast_properties::Snapshot;
use serde_json::Value;

use super::Run;
use crate::fields::{self, Mismatch, Weight, number};
use crate::finding::{Class, Sighting};
use crate::wire::{HttpRequest, TransportError};

/// Reads of the list of events before an absent one counts as missing.
const READS: u32 = 6;
/// The events that are read at once.
const PAGE: usize = 40;
/// The events that are read at once after time has passed.
const LONG_PAGE: usize = 100;
/// The newest events that are remembered, to see later that a page reaches back to them.
const REMEMBERED: usize = 20;
/// The pause between two reads.
const PAUSE: std::time::Duration = std::time::Duration::from_millis(40);

/// What one step of the model emitted, and what was visible afterwards.
#[derive(Clone, Debug)]
pub(super) struct Emitted {
    pub(super) notifications: Vec<Notification>,
    pub(super) after: Snapshot,
}

/// One expected event: its kind and its step.
type Expected<'a> = (Notification, &'a Emitted, usize);

impl Run<'_> {
    /// Compares the events of all payments of the sequence.
    ///
    /// # Errors
    /// [`TransportError`] if the server cannot be reached any more.
    pub(super) fn compare_events(&mut self) -> Result<Vec<Sighting>, TransportError> {
        if !self.server.profile.events || self.has_lost_events || !(1..=12).contains(&self.emitted.len()) {
            return Ok(Vec::new());
        }
        // Where time passes, everything that waited for it emits events too.
        let page = if self.has_waited { LONG_PAGE } else { PAGE };
        let before = std::mem::take(&mut self.server.events_before);
        let mut last = Vec::new();
        for _ in 0..READS {
            let reply = self.server.wire.send(&HttpRequest::get("/v1/events").with("limit", page));
            let reply = match reply {
                Err(broken) if broken.ends_drive() => return Err(broken),
                Err(_) => return Ok(Vec::new()),
                Ok(reply) => reply,
            };
            let Some(list) = reply.body.as_ref().and_then(|body| body.pointer("/data")).and_then(Value::as_array)
            else {
                return Ok(Vec::new());
            };
            let seen: Vec<&Value> = list.iter().rev().collect();
            let id = |event: &&Value| event.get("id").and_then(Value::as_str).map(str::to_owned);
            let is_whole =
                seen.len() < page || seen.iter().any(|event| id(event).is_some_and(|id| before.contains(&id)));
            self.server.events_before = seen.iter().rev().take(REMEMBERED).filter_map(id).collect();
            if !is_whole {
                return Ok(Vec::new());
            }
            let found = self.differences(&seen);
            if found.is_empty() {
                return Ok(Vec::new());
            }
            last = found;
            std::thread::sleep(PAUSE);
        }
        Ok(last)
    }

    /// Returns the differences between the emitted and the seen events.
    fn differences(&self, seen: &[&Value]) -> Vec<Sighting> {
        let mut found = Vec::new();
        for place in 0_u8..3 {
            let Some(names) = self.server.names().payment(IntentId(place)) else { continue };
            if names.account.is_some() {
                continue;
            }
            let is_async = self.emitted.iter().any(|it| {
                let view = it.after.payments.get(usize::from(place)).and_then(Option::as_ref);
                view.is_some_and(|view| view.capture_method == CaptureMethod::AutomaticAsync)
            });
            let ours: Vec<(NotificationKind, &Value)> = seen
                .iter()
                .filter(|event| is_about(event, &names.id))
                .filter_map(|event| Some((NotificationKind::from_name(event.get("type")?.as_str()?)?, *event)))
                .filter(|(kind, _)| is_compared(*kind, is_async, self.has_waited))
                .collect();
            let expected: Vec<Expected<'_>> = self
                .emitted
                .iter()
                .enumerate()
                .flat_map(|(step, it)| it.notifications.iter().map(move |notification| (*notification, it, step)))
                .filter(|(notification, ..)| {
                    is_of(notification.about, place) && is_compared(notification.kind, is_async, self.has_waited)
                })
                .collect();
            found.extend(kinds(&expected, &ours));
            if found.is_empty() {
                found.extend(order(&expected, &ours));
                found.extend(contents(&expected, &ours, place));
            }
        }
        found
    }
}

const fn is_of(about: Target, place: u8) -> bool {
    matches!(about, Target::Payment(IntentId(it)) | Target::Refund(IntentId(it), _) if it == place)
}

/// Returns whether an event's object is the payment or belongs to it.
fn is_about(event: &Value, id: &str) -> bool {
    let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str);
    text("/data/object/id") == Some(id) || text("/data/object/payment_intent") == Some(id)
}

/// Fees and transfers name the charge alone. A background capture and the details of a refund are told of at a moment of
/// the server's own (A12).
fn is_compared(kind: NotificationKind, is_async: bool, has_waited: bool) -> bool {
    let object = object(kind);
    let is_late = has_waited && matches!(kind, NotificationKind::RefundUpdated | NotificationKind::ChargeRefundUpdated);
    !(object.is_empty() || is_late || is_async && kind == NotificationKind::ChargeUpdated)
}

/// The object whose events keep their order; empty for those that are not compared.
fn object(kind: NotificationKind) -> &'static str {
    let name = kind.name();
    if name.starts_with("payment_intent.") {
        "payment_intent"
    } else if name == "charge.refund.updated" || name.starts_with("refund.") {
        "refund"
    } else if name.starts_with("charge.") {
        "charge"
    } else {
        ""
    }
}

fn sighting(what: &str, headline: String, model: String, server: String) -> Sighting {
    Sighting::new(Class::Protocol, format!("events: {what}"), headline).saying(model, server)
}

/// Kinds that were emitted more or less often than they must be.
fn kinds(expected: &[Expected<'_>], seen: &[(NotificationKind, &Value)]) -> Vec<Sighting> {
    let mut found = Vec::new();
    for kind in NotificationKind::ALL.iter().copied() {
        let must = expected.iter().filter(|(notification, ..)| notification.kind == kind).count();
        let is = seen.iter().filter(|(seen, _)| *seen == kind).count();
        if is != must {
            let word = if is < must { "missing" } else { "too often" };
            let name = kind.name();
            let headline = format!("`{name}` is emitted {is} times instead of {must}");
            found.push(sighting(&format!("{name} {word}"), headline, must.to_string(), is.to_string()));
        }
    }
    found
}

/// Events of one object in another order; those of one step may come in any order (U10).
fn order(expected: &[Expected<'_>], seen: &[(NotificationKind, &Value)]) -> Vec<Sighting> {
    let mut found = Vec::new();
    for name in ["payment_intent", "charge"] {
        let must: Vec<(usize, NotificationKind)> = expected
            .iter()
            .filter(|(notification, ..)| object(notification.kind) == name)
            .map(|(notification, _, step)| (*step, notification.kind))
            .collect();
        let is: Vec<NotificationKind> =
            seen.iter().map(|(kind, _)| *kind).filter(|kind| object(*kind) == name).collect();
        let mut left = is.as_slice();
        for group in must.chunk_by(|(one, _), (other, _)| one == other) {
            let (here, rest) = left.split_at_checked(group.len()).unwrap_or((left, &[]));
            left = rest;
            let mut one: Vec<&str> = here.iter().map(|kind| kind.name()).collect();
            let mut other: Vec<&str> = group.iter().map(|(_, kind)| kind.name()).collect();
            one.sort_unstable();
            other.sort_unstable();
            if one != other {
                let headline = format!("events of the {name} come in another order");
                found.push(sighting(&format!("order of {name}"), headline, other.join(", "), one.join(", ")));
                break;
            }
        }
    }
    found
}

/// Previous values and snapshots that are not the model's.
fn contents(expected: &[Expected<'_>], seen: &[(NotificationKind, &Value)], place: u8) -> Vec<Sighting> {
    let mut found = Vec::new();
    for kind in NotificationKind::ALL.iter().copied() {
        let must = expected.iter().filter(|(notification, ..)| notification.kind == kind);
        let is = seen.iter().filter(|(seen, _)| *seen == kind);
        for ((notification, emitted, _), (_, event)) in must.zip(is) {
            found.extend(previous(notification, event));
            found.extend(snapshot(kind, emitted, event, place));
        }
    }
    found
}

fn previous(notification: &Notification, event: &Value) -> Option<Sighting> {
    const FIELDS: [(NotificationKind, &str); 2] = [
        (NotificationKind::IntentCapturableUpdated, "amount_capturable"),
        (NotificationKind::ChargeRefunded, "amount_refunded"),
    ];
    let (_, field) = FIELDS.iter().find(|(kind, _)| *kind == notification.kind)?;
    let must = i64::from(notification.previous.amount?.get());
    let shown = event.pointer(&format!("/data/previous_attributes/{field}"))?;
    if number(shown) == Some(must) {
        return None;
    }
    let name = notification.kind.name();
    let headline = format!("`{name}` says that `{field}` was {shown} before, instead of {must}");
    Some(sighting(&format!("{name} previous {field}"), headline, must.to_string(), shown.to_string()))
}

/// The first amount or status in a snapshot that is not what was visible after its step. The creation may show the payment
/// before its first attempt (P21).
fn snapshot(kind: NotificationKind, emitted: &Emitted, event: &Value, place: u8) -> Option<Sighting> {
    if kind == NotificationKind::IntentCreated {
        return None;
    }
    let view = emitted.after.payments.get(usize::from(place))?.as_ref()?;
    let name = object(kind);
    let checks: Vec<(&str, u32)> = match (name, &view.charge) {
        ("payment_intent", _) => {
            vec![("/amount_capturable", view.capturable.get()), ("/amount_received", view.received.get())]
        }
        ("charge", Some(charge)) => vec![("/amount_captured", charge.captured_amount.get())],
        _ => return None,
    };
    let object = event.pointer("/data/object")?;
    checks.into_iter().find_map(|(pointer, must)| {
        let check = fields::FieldCheck { pointer, expected: fields::Expected::Number(must), weight: Weight::Money };
        let wrong = fields::missed(name, object, &[check]);
        let wrong = wrong.iter().find(|it| it.mismatch == Mismatch::Value)?;
        let word = kind.name();
        let headline = format!("the snapshot in `{word}` shows `{}` {} instead of {must}", wrong.place, wrong.server);
        Some(sighting(&format!("{word} snapshot {}", wrong.place), headline, must.to_string(), wrong.server.clone()))
    })
}
