//! Deliveries of events to an endpoint of the drive (HOOK-1 to HOOK-8): each event of a payment arrives, signed, with the
//! snapshot that the list of events shows, and arrives again after an answer outside of 200 to 299.

use std::time::{Duration, Instant};

use holdfast_harness::bounds::ModelState;
use holdfast_model::trace::Script;
use holdfast_model::{Config, transition};
use holdfast_properties::Snapshot;
use serde_json::Value;

use super::checker::{Checker, Looked, id_at};
use super::delivered::{self, Blame};
use crate::run::events::{Emitted, is_about, of_payment};
use crate::server::looking::{items, next_page};
use crate::webhooks::ReceivedEvent;
use crate::wire::{HttpRequest, TransportError};

/// The pause between two looks at the deliveries that arrived.
const PAUSE: Duration = Duration::from_millis(50);
/// The wait for events that the model emits and the server does not list.
const GRACE: Duration = Duration::from_secs(2);
/// The most pages of events that are read.
const PAGES: usize = 5;
/// The answers to the first two attempts of each event: a failure, and a redirection, which is one too (HOOK-5).
const REFUSALS: [u16; 2] = [500, 302];
/// The steps of a clock in which further attempts must come, in seconds: less than three days in all (HOOK-3).
const STEPS: [u32; 4] = [3_600, 6 * 3_600, 24 * 3_600, 36 * 3_600];
/// The requests of the check, as the model takes them.
const TRACE: &str = "create pi1 1000 usd manual method=card_visa confirm\ncapture pi1 700\nrefund pi1 300\n";

/// An endpoint that the server delivers to.
struct DeliveryEndpoint {
    /// The last segment of its path; `None` if it was registered by hand.
    segment: Option<String>,
    secret: Option<String>,
    /// The version of the API in which it receives events, if it has its own.
    version: Option<String>,
}

/// The deliveries of a payment's events, and the events that the server lists.
pub(super) struct Arrived {
    pub(super) deliveries: Vec<ReceivedEvent>,
    /// The listed events, the oldest first; `None` if the server lists none.
    pub(super) listed: Option<Vec<Value>>,
}

/// Each event of a payment is delivered as the list shows it.
pub(super) fn all_arrive(checker: &mut Checker<'_>) -> Result<Looked, TransportError> {
    with_endpoint(checker, |checker, endpoint| {
        let Some(emitted) = emitted() else { return Ok(Looked::NotDone("the trace of the check is no trace")) };
        let Some(id) = checker.hold(&[])?.and_then(|payment| id_at(&payment, "/id")) else {
            return Ok(Looked::NotThere("holds"));
        };
        // Between the requests the wait is short: a slow delivery may arrive later.
        let short = GRACE.min(checker.server.webhooks.patience);
        let mut groups = vec![settled(checker, endpoint, &id, emitted.get(..1).unwrap_or_default(), short)?.ids()];
        for step in 1..emitted.len() {
            let asked = if step == 1 {
                HttpRequest::post(format!("/v1/payment_intents/{id}/capture")).with("amount_to_capture", 700)
            } else {
                let Some(refund) = checker.refund(&id, 300)? else { break };
                refund
            };
            if !checker.send(&asked)?.is_done() {
                break;
            }
            groups.push(settled(checker, endpoint, &id, emitted.get(..=step).unwrap_or_default(), short)?.ids());
        }
        let emitted = emitted.get(..groups.len()).unwrap_or_default();
        let patience = checker.server.webhooks.patience;
        let arrived = settled(checker, endpoint, &id, emitted, patience)?;
        groups.push(arrived.ids());
        judge(checker, endpoint, &arrived, &groups, (&id, emitted));
        Ok(Looked::Done)
    })
}

/// Records the differences in the deliveries of one payment.
fn judge(
    checker: &mut Checker<'_>,
    endpoint: &DeliveryEndpoint,
    arrived: &Arrived,
    groups: &[Vec<String>],
    (id, emitted): (&str, &[Emitted]),
) {
    checker.about(&["HOOK-1"]);
    let mut lost = delivered::lost(arrived, checker.server.webhooks.patience);
    if arrived.listed.is_none() {
        let seen: Vec<&Value> = arrived.first_attempts().map(|it| &it.event).collect();
        if !seen.is_empty() {
            lost.extend(of_payment(emitted, 0, id, &seen, false).into_iter().map(Blame::of));
        }
    }
    let is_complete = lost.is_empty() && !arrived.deliveries.is_empty();
    blame_all(checker, lost);
    if is_complete && arrived.listed.is_some() {
        checker.kept();
    }
    blame_all(checker, delivered::order(arrived, groups));
    checker.about(&["HOOK-7"]);
    let other = delivered::contents(arrived, endpoint.version.as_deref());
    let is_same = other.is_empty();
    blame_all(checker, other);
    if is_same && is_complete && arrived.listed.is_some() {
        checker.kept();
    }
    checker.about(&["HOOK-8"]);
    if let Some(secret) = endpoint.secret.as_deref().filter(|_| !arrived.deliveries.is_empty()) {
        let wrong = delivered::signatures(&arrived.deliveries, secret, checker.server.has_moved());
        let are_right = wrong.is_empty();
        blame_all(checker, wrong);
        if are_right {
            checker.kept();
        }
    }
    checker.about(&[]);
}

fn blame_all(checker: &mut Checker<'_>, all: Vec<Blame>) {
    for blame in all {
        checker.blame(blame.class, &blame.what, &blame.headline, &blame.model, &blame.server);
    }
}

/// An event that was answered 500, and then with a redirection, is delivered again, with the same snapshot.
pub(super) fn again_after_failure(checker: &mut Checker<'_>) -> Result<Looked, TransportError> {
    with_endpoint(checker, |checker, endpoint| {
        refuse(checker, &REFUSALS);
        let Some(id) = checker.hold(&[])?.and_then(|payment| id_at(&payment, "/id")) else {
            return Ok(Looked::NotThere("holds"));
        };
        let arrived = wait(checker, endpoint, &id, |arrived| !arrived.deliveries.is_empty())?;
        if arrived.deliveries.is_empty() {
            return Ok(Looked::NotThere("deliveries"));
        }
        // The snapshots of the hold are frozen: the capture does not change them (HOOK-7).
        let capture = HttpRequest::post(format!("/v1/payment_intents/{id}/capture")).with("amount_to_capture", 700);
        checker.send(&capture)?;
        let is_over = |arrived: &Arrived| arrived.least_attempts() > REFUSALS.len();
        let has_clock = checker.server.profile.clock;
        let mut arrived = arrived;
        for seconds in STEPS.into_iter().filter(|_| has_clock) {
            let advance = HttpRequest::post("/v1/test_helpers/clock/advance").with("seconds", seconds);
            // A clock that waits for slow deliveries may answer late.
            let is_moved = checker.server.has_time(seconds) && matches!(checker.help(&advance)?.status, 0 | 200..=299);
            if !is_moved {
                return Ok(Looked::NotThere("a clock that can be moved by three days"));
            }
            checker.server.pass(seconds);
            arrived = soon(checker, endpoint, &id, is_over)?;
            if is_over(&arrived) {
                break;
            }
        }
        if !is_over(&arrived) {
            arrived = wait(checker, endpoint, &id, is_over)?;
        }
        if !is_over(&arrived) && !has_clock {
            // A server may wait for hours.
            return Ok(Looked::NotThere("a clock that brings further attempts of a delivery"));
        }
        let mut are_kept = true;
        for (attempts, rule) in [(1, &["HOOK-3"]), (2, &["HOOK-5"])] {
            checker.about(rule);
            let missing = delivered::not_again(&arrived, attempts, REFUSALS);
            are_kept &= missing.is_empty();
            if are_kept {
                checker.kept();
            }
            blame_all(checker, missing);
        }
        checker.about(&["HOOK-7"]);
        blame_all(checker, delivered::frozen(&arrived));
        checker.about(&["HOOK-8"]);
        if let Some(secret) = endpoint.secret.as_deref() {
            blame_all(checker, delivered::signatures(&arrived.deliveries, secret, checker.server.has_moved()));
        }
        checker.about(&[]);
        Ok(Looked::Done)
    })
}

/// Opens an endpoint, carries out a check with it, and deletes it.
fn with_endpoint(
    checker: &mut Checker<'_>,
    check: impl FnOnce(&mut Checker<'_>, &DeliveryEndpoint) -> Result<Looked, TransportError>,
) -> Result<Looked, TransportError> {
    if !checker.has_intents() {
        return Ok(Looked::NotThere("payments confirmed at their creation"));
    }
    if checker.server.webhooks.skip {
        return Ok(Looked::NotThere("deliveries, which --no-webhooks leaves out"));
    }
    let segment = checker.key(0);
    let Some(url) = checker.server.receiver.as_ref().map(|receiver| receiver.url(&segment)) else {
        return Ok(Looked::NotThere("a way to deliver to this machine (--webhook-url)"));
    };
    if let Some(secret) = checker.server.webhooks.secret.clone() {
        let endpoint = DeliveryEndpoint { segment: None, secret: Some(secret), version: None };
        let looked = check(checker, &endpoint);
        refuse(checker, &[]);
        return looked;
    }
    checker.call(&url, "webhook");
    let asked = HttpRequest::post("/v1/webhook_endpoints").with("url", &url).with("enabled_events[]", "*");
    let made = checker.send(&asked)?;
    let text = |pointer: &str| made.text_at(pointer).map(str::to_owned);
    let Some(id) = text("/id").filter(|_| made.is_done()) else {
        return Ok(Looked::NotThere("webhook endpoints for an address such as http://127.0.0.1:9000"));
    };
    let (secret, version) = (text("/secret"), text("/api_version"));
    let endpoint = DeliveryEndpoint { segment: Some(segment), secret, version };
    let looked = check(checker, &endpoint);
    refuse(checker, &[]);
    if looked.as_ref().err().is_none_or(|broken| !broken.ends_drive()) {
        checker.quietly(&HttpRequest::delete(format!("/v1/webhook_endpoints/{id}")))?;
    }
    looked
}

fn refuse(checker: &Checker<'_>, statuses: &[u16]) {
    if let Some(receiver) = &checker.server.receiver {
        receiver.refuse(statuses);
    }
}

/// Waits until every event that the model emits is listed, and every listed event is delivered.
fn settled(
    checker: &mut Checker<'_>,
    endpoint: &DeliveryEndpoint,
    id: &str,
    emitted: &[Emitted],
    patience: Duration,
) -> Result<Arrived, TransportError> {
    let start = Instant::now();
    let is_over = |arrived: &Arrived| {
        let seen: Vec<&Value> = match &arrived.listed {
            Some(listed) => listed.iter().collect(),
            None => arrived.first_attempts().map(|it| &it.event).collect(),
        };
        let is_known = of_payment(emitted, 0, id, &seen, false).is_empty();
        arrived.is_whole() && (is_known || arrived.listed.is_some() && start.elapsed() > GRACE)
    };
    look_for(checker, endpoint, id, is_over, patience)
}

/// Looks until that is so, or the time of a delivery is over.
fn wait(
    checker: &mut Checker<'_>,
    endpoint: &DeliveryEndpoint,
    id: &str,
    is_over: impl Fn(&Arrived) -> bool,
) -> Result<Arrived, TransportError> {
    let patience = checker.server.webhooks.patience;
    look_for(checker, endpoint, id, is_over, patience)
}

/// Waits for a short time: a clock was moved, and the events that became due are delivered now.
fn soon(
    checker: &mut Checker<'_>,
    endpoint: &DeliveryEndpoint,
    id: &str,
    is_over: impl Fn(&Arrived) -> bool,
) -> Result<Arrived, TransportError> {
    let patience = GRACE.min(checker.server.webhooks.patience);
    look_for(checker, endpoint, id, is_over, patience)
}

fn look_for(
    checker: &mut Checker<'_>,
    endpoint: &DeliveryEndpoint,
    id: &str,
    is_over: impl Fn(&Arrived) -> bool,
    patience: Duration,
) -> Result<Arrived, TransportError> {
    let start = Instant::now();
    let mut pause = PAUSE;
    loop {
        // The list is read after the deliveries: what was delivered before must be in it.
        let all = checker.server.receiver.as_ref().map(|it| it.deliveries(endpoint.segment.as_deref()));
        let deliveries = all.into_iter().flatten().filter(|it| is_about(&it.event, id)).collect();
        let arrived = Arrived { deliveries, listed: listed(checker, id)? };
        if is_over(&arrived) || start.elapsed() >= patience {
            return Ok(arrived);
        }
        if checker.server.wire.pace().is_over() {
            return Err(TransportError::OutOfBudget);
        }
        std::thread::sleep(pause);
        pause = pause.saturating_mul(2).min(Duration::from_millis(500));
    }
}

/// Returns the listed events of a payment, the oldest first; `None` if the server does not list events.
fn listed(checker: &mut Checker<'_>, id: &str) -> Result<Option<Vec<Value>>, TransportError> {
    if !checker.server.profile.events {
        return Ok(None);
    }
    let asked = HttpRequest::get("/v1/events").with("limit", 100);
    let (mut found, mut next) = (Vec::new(), Some(asked.clone()));
    for _ in 0..PAGES {
        let Some(page) = next.take() else { break };
        let Some(list) = checker.quietly(&page)?.body else { break };
        let of_page = items(&list).iter().filter(|event| is_about(event, id)).cloned().collect::<Vec<_>>();
        // The newest events come first: behind those of this payment there are only older ones.
        let is_behind = of_page.is_empty() && !found.is_empty();
        found.extend(of_page);
        next = next_page(&asked, &list).filter(|_| !is_behind);
    }
    found.reverse();
    Ok(Some(found))
}

/// Returns the notifications of the model for the requests of the check; `None` if their text is wrong.
fn emitted() -> Option<Vec<Emitted>> {
    let config = Config::default();
    let mut state = ModelState::default();
    let step = |input| {
        let next = transition(&config, &state, input);
        state = next.after;
        let sight = state.observe(&config);
        let after = Snapshot::from(sight.observation(&config));
        Emitted { notifications: next.notifications.as_slice().to_vec(), after }
    };
    Some(Script::parse(TRACE).ok()?.inputs().map(step).collect())
}
