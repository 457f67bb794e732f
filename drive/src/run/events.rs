//! The events of a sequence, compared with what the model emits: kinds, order for each object, previous values and
//! snapshots (EVT-1, B52 to B60).

use holdfast_model::{CaptureMethod, IntentId, Notification, NotificationKind, Target};
use holdfast_properties::Snapshot;
use serde_json::Value;

use super::Run;
use crate::fields::{self, Mismatch, Weight, number};
use crate::finding::{Class, Sighting};
use crate::server::looking;
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

/// The notifications of one step of the model, and the state afterwards.
#[derive(Clone, Debug)]
pub(crate) struct Emitted {
    pub(crate) notifications: Vec<Notification>,
    pub(crate) after: Snapshot,
}

/// One expected event: its kind and its step.
type ExpectedEvents<'a> = (Notification, &'a Emitted, usize);

impl Run<'_> {
    /// Compares the events of all payments of the sequence.
    ///
    /// # Errors
    /// [`TransportError`] if the server can no longer be reached.
    pub(super) fn compare_events(&mut self) -> Result<Vec<Sighting>, TransportError> {
        if !self.server.profile.events || self.has_lost_events || !(1..=12).contains(&self.emitted.len()) {
            return Ok(Vec::new());
        }
        // Where time passes, everything that waited for it emits events too.
        let page = if self.has_waited { LONG_PAGE } else { PAGE };
        let before = std::mem::take(&mut self.server.events_before);
        let mut last = Vec::new();
        for _ in 0..READS {
            let Some(seen) = self.newest_events(page, &before)? else { return Ok(Vec::new()) };
            let found = self.differences(&seen.iter().collect::<Vec<_>>());
            self.note_kinds(&seen);
            let found = self.never_emitted(found);
            let is_known = |it: &Sighting| self.server.never_emitted.contains(&it.variant);
            if found.iter().all(is_known) {
                return Ok(found);
            }
            last = found;
            std::thread::sleep(PAUSE);
        }
        if self.server.kinds_seen.is_empty() {
            self.server.miss_events();
            return Ok(Vec::new());
        }
        let never = last.iter().map(|it| it.variant.clone()).filter(|kind| !kind.is_empty());
        self.server.never_emitted.extend(never);
        Ok(last)
    }

    /// Reads the events since the last comparison, the oldest first; `None` if they are more than `page`, or are not shown.
    fn newest_events(&mut self, page: usize, before: &[String]) -> Result<Option<Vec<Value>>, TransportError> {
        let asked = HttpRequest::get("/v1/events").with("limit", page);
        let (mut seen, mut next, mut errors) = (Vec::new(), Some(asked.clone()), Vec::new());
        let mut reaches_back = false;
        while let Some(request) = next.filter(|_| seen.len() < page && !reaches_back) {
            let list = self.server.see(&request, "events", looking::is_list, &mut errors)?;
            for error in errors.drain(..) {
                self.tell_unseen(&error);
            }
            let Some(list) = list else { return Ok(None) };
            seen.extend(looking::items(&list).iter().cloned());
            next = looking::next_page(&asked, &list);
            reaches_back = is_whole(&seen, next.is_some(), page, before);
        }
        self.server.events_before = seen.iter().take(REMEMBERED).filter_map(|event| text(event, "/id")).collect();
        seen.reverse();
        Ok(reaches_back.then_some(seen))
    }

    /// Returns the differences between the emitted and the seen events.
    fn differences(&self, seen: &[&Value]) -> Vec<Sighting> {
        let mut found = Vec::new();
        for place in 0_u8..3 {
            if let Some(names) = self.server.names().payment(IntentId(place)).filter(|names| names.account.is_none()) {
                found.extend(of_payment(&self.emitted, place, &names.id, seen, self.has_waited));
            }
        }
        found
    }
}

/// Returns whether the events reach back to the end of the last comparison: they hold an event that was there `before`, or
/// they are the whole list.
fn is_whole(seen: &[Value], has_more: bool, page: usize, before: &[String]) -> bool {
    let is_known = |event: &Value| text(event, "/id").is_some_and(|id| before.contains(&id));
    seen.len() < page && !has_more || seen.iter().any(is_known)
}

fn text(value: &Value, pointer: &str) -> Option<String> {
    value.pointer(pointer).and_then(Value::as_str).map(str::to_owned)
}

/// Returns the differences between the notifications about one payment and the events that name its id.
pub(crate) fn of_payment(emitted: &[Emitted], place: u8, id: &str, seen: &[&Value], has_waited: bool) -> Vec<Sighting> {
    let is_async = emitted.iter().any(|it| {
        let view = it.after.payments.get(usize::from(place)).and_then(Option::as_ref);
        view.is_some_and(|view| view.capture_method == CaptureMethod::AutomaticAsync)
    });
    let ours: Vec<(NotificationKind, &Value)> = seen
        .iter()
        .filter(|event| is_about(event, id))
        .filter_map(|event| Some((NotificationKind::from_name(event.get("type")?.as_str()?)?, *event)))
        .filter(|(kind, _)| is_compared(*kind, is_async, has_waited))
        .collect();
    let expected: Vec<ExpectedEvents<'_>> = emitted
        .iter()
        .enumerate()
        .flat_map(|(step, it)| it.notifications.iter().map(move |notification| (*notification, it, step)))
        .filter(|(notification, ..)| {
            is_of(notification.about, place) && is_compared(notification.kind, is_async, has_waited)
        })
        .collect();
    let mut found = kinds(&expected, &ours);
    if found.is_empty() {
        found.extend(order(&expected, &ours));
        found.extend(contents(&expected, &ours, place));
    }
    found
}

const fn is_of(about: Target, place: u8) -> bool {
    matches!(about, Target::Payment(IntentId(it)) | Target::Refund(IntentId(it), _) if it == place)
}

/// Returns whether an event's object is the payment or belongs to it.
pub(crate) fn is_about(event: &Value, id: &str) -> bool {
    let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str);
    text("/data/object/id") == Some(id) || text("/data/object/payment_intent") == Some(id)
}

/// Returns whether events of `kind` are compared. Fees and transfers name the charge alone. The server chooses when it
/// announces a background capture and the details of a refund (A12).
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
fn kinds(expected: &[ExpectedEvents<'_>], seen: &[(NotificationKind, &Value)]) -> Vec<Sighting> {
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
fn order(expected: &[ExpectedEvents<'_>], seen: &[(NotificationKind, &Value)]) -> Vec<Sighting> {
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
fn contents(expected: &[ExpectedEvents<'_>], seen: &[(NotificationKind, &Value)], place: u8) -> Vec<Sighting> {
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

#[cfg(test)]
mod tests {
    use holdfast_harness::bounds::ModelState;
    use holdfast_model::trace::Script;
    use holdfast_model::{Config, transition};
    use serde_json::json;

    use super::*;

    /// Returns the notifications of the model for a hold that is captured in two parts and partly refunded, and the events of
    /// an honest server.
    fn honest() -> (Vec<Emitted>, Vec<Value>) {
        let trace = "create pi1 1000 usd manual multicapture method=card_visa confirm\ncapture pi1 300 final=false\n\
                     capture pi1 200\nrefund pi1 100\n";
        let config = Config::default();
        let mut state = ModelState::default();
        let mut emitted = Vec::new();
        let mut events = Vec::new();
        for input in Script::parse(trace).unwrap().inputs() {
            let next = transition(&config, &state, input);
            assert!(next.outcome.is_ok(), "{input}: {:?}", next.outcome);
            state = next.after;
            let sight = state.observe(&config);
            let after = Snapshot::from(sight.observation(&config));
            let view = after.payments.first().copied().flatten().unwrap();
            for notification in next.notifications.as_slice() {
                let name = notification.kind.name();
                let amount = notification.previous.amount.map(|amount| amount.get());
                let mut previous = json!({});
                if name == "payment_intent.amount_capturable_updated" {
                    previous = json!({ "amount_capturable": amount });
                } else if name == "charge.refunded" {
                    previous = json!({ "amount_refunded": amount });
                }
                let object = if object(notification.kind) == "payment_intent" {
                    let (capturable, received) = (view.capturable.get(), view.received.get());
                    json!({ "id": "pi_1", "amount_capturable": capturable, "amount_received": received })
                } else {
                    let captured = view.charge.map(|charge| charge.captured_amount.get());
                    json!({ "id": "x_1", "payment_intent": "pi_1", "amount_captured": captured })
                };
                let data = json!({ "object": object, "previous_attributes": previous });
                events.push(json!({ "id": format!("evt_{}", events.len()), "type": name, "data": data }));
            }
            emitted.push(Emitted { notifications: next.notifications.as_slice().to_vec(), after });
        }
        (emitted, events)
    }

    fn found(emitted: &[Emitted], events: &[Value]) -> Vec<String> {
        let seen: Vec<&Value> = events.iter().collect();
        of_payment(emitted, 0, "pi_1", &seen, false).into_iter().map(|it| it.signature.what).collect()
    }

    #[test]
    fn an_honest_list_of_events_is_clean() {
        let (emitted, mut events) = honest();
        assert!(events.len() > 8, "{events:#?}");
        assert!(found(&emitted, &events).is_empty(), "{:?}", found(&emitted, &events));
        // Kinds that move no payment, and events of others, say nothing (P33).
        events.push(json!({ "type": "review.opened", "data": { "object": { "payment_intent": "pi_1" } } }));
        events.push(json!({ "type": "charge.captured", "data": { "object": { "payment_intent": "pi_2" } } }));
        assert!(found(&emitted, &events).is_empty());
    }

    #[test]
    fn a_page_that_is_not_the_last_is_not_the_whole_list() {
        let seen = [json!({ "id": "evt_1" }), json!({ "id": "evt_2" })];
        let known = ["evt_1".to_owned()];
        assert!(is_whole(&seen, false, 40, &[]));
        assert!(!is_whole(&seen, true, 40, &[]), "a server may cap its pages");
        assert!(!is_whole(&seen, false, 2, &[]));
        assert!(is_whole(&seen, true, 40, &known) && is_whole(&seen, true, 2, &known));
    }

    #[test]
    fn each_fault_of_events_is_found() {
        let (emitted, events) = honest();
        let place = |name: &str| events.iter().position(|event| event.get("type") == Some(&json!(name))).unwrap();
        let changed = |name: &str, pointer: &str| {
            let mut events = events.clone();
            *events.get_mut(place(name)).unwrap().pointer_mut(pointer).unwrap() = json!(7);
            events
        };
        let without = |name: &str| {
            let mut events = events.clone();
            events.remove(place(name));
            events
        };
        let mut twice = events.clone();
        twice.push(events.get(place("charge.captured")).unwrap().clone());
        let mut late = without("charge.succeeded");
        late.push(events.get(place("charge.succeeded")).unwrap().clone());
        let table = [
            (without("charge.captured"), "events: charge.captured missing"),
            (without("payment_intent.succeeded"), "events: payment_intent.succeeded missing"),
            (without("refund.created"), "events: refund.created missing"),
            (twice, "events: charge.captured too often"),
            (late, "events: order of charge"),
            (
                changed("payment_intent.amount_capturable_updated", "/data/previous_attributes/amount_capturable"),
                "events: payment_intent.amount_capturable_updated previous amount_capturable",
            ),
            (
                changed("payment_intent.succeeded", "/data/object/amount_received"),
                "events: payment_intent.succeeded snapshot payment_intent.amount_received",
            ),
            (
                changed("charge.captured", "/data/object/amount_captured"),
                "events: charge.captured snapshot charge.amount_captured",
            ),
        ];
        for (events, expected) in table {
            assert!(
                found(&emitted, &events).iter().any(|it| it == expected),
                "{expected}: {:?}",
                found(&emitted, &events)
            );
        }
    }
}
