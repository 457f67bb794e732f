//! Laws about several events at once, in any order: fields that never change, and events that occur once.

use super::{Law, LawContext, Violations, name, object_kind};
use crate::logged_event::{LoggedEvent, Object};

const FIXED: Law = ("HOOK-7 R16", Some("deadline-comes-with-time-only"));
const ONE_CHARGE: Law = ("I15 C1 R23", Some("money-means-one-approved-charge"));
const FOR_THE_AMOUNT: Law = ("B32 B34 R16", Some("charge-is-for-the-amount"));
const RECEIVED: Law = ("I17 B32 B34", Some("received-is-what-was-captured"));
const ENDS: Law = ("C11 C15 R14", Some("final-stays-final"));

/// A place in the log and a value, in words.
type Said = (usize, String);

/// Notes the contradictions between events, in any order.
pub(super) fn judge(found: &mut Violations, events: &[LoggedEvent], limits: LawContext<'_>) {
    objects(found, events);
    group(found, events);
    once(found, events);
    if !limits.config.dialect.cancel_keeps_captured {
        return;
    }
    canceled(found, events);
}

/// A payment that is canceled has captured nothing.
fn canceled(found: &mut Violations, events: &[LoggedEvent]) {
    let all = || events.iter().enumerate();
    let is_canceled =
        |it: &LoggedEvent| object_kind(it) == "payment_intent" && it.object().status.text() == Some("canceled");
    let has_captured = |it: &LoggedEvent| {
        let object = it.object();
        object_kind(it) == "charge"
            && object.status.text() == Some("succeeded")
            && (object.captured.value() == Some(&true)
                || object.amount_captured.value().is_some_and(|taken| *taken > 0))
    };
    for (end, canceled) in all().filter(|(_, it)| is_canceled(it)).take(2) {
        for (place, _) in all().filter(|(_, it)| has_captured(it)).take(4) {
            let why = format!("money is captured of a payment that is canceled in {}", name(canceled));
            found.pair(end, place, ("I4 B38 R14", Some("canceled-has-received-nothing")), why);
        }
    }
}

/// Notes which events say something else than most others. `what` names the field.
pub(super) fn agree(found: &mut Violations, said: &[Said], law: Law, what: &str) {
    let Some((_, first)) = said.first() else { return };
    if said.iter().all(|(_, value)| value == first) {
        return;
    }
    let count = |value: &str| said.iter().filter(|(_, other)| other == value).count();
    let most = said.iter().map(|(_, value)| count(value)).max().unwrap_or(0);
    let winners: Vec<&str> =
        said.iter().map(|(_, value)| value.as_str()).filter(|value| count(value) == most).collect();
    let Some(winner) = winners.first().copied() else { return };
    let majority: Vec<usize> =
        said.iter().filter(|(_, value)| value == winner).map(|(place, _)| *place).take(4).collect();
    for (place, value) in said.iter().filter(|(_, value)| value != winner) {
        let why = format!("`{what}` is {value}, where other events of the payment show {winner}");
        if winners.iter().any(|other| other != &winner) && winners.contains(&value.as_str()) {
            // As many say the one as the other.
            found.pair(majority.first().copied().unwrap_or(*place), *place, law, why);
        } else {
            found.against(*place, &majority, law, why);
        }
    }
}

/// Fields that an object keeps, by the kind of the object.
fn fixed(kind: &str, object: &Object) -> Vec<(&'static str, Option<String>)> {
    let number = |seen: &crate::seen::Seen<i64>| seen.value().map(i64::to_string);
    let id = |seen: &crate::seen::Seen<crate::seen::Id>| seen.id().map(str::to_owned);
    let word = |seen: &crate::seen::Seen<String>| seen.text().map(str::to_owned);
    let mut fields = vec![("created", number(&object.created))];
    match kind {
        "charge" => fields.extend([
            ("amount", number(&object.amount)),
            ("currency", word(&object.currency)),
            ("payment_intent", id(&object.payment_intent)),
            ("payment_method", id(&object.payment_method)),
            ("balance_transaction", id(&object.balance_transaction)),
            ("transfer", id(&object.transfer)),
            ("application_fee", id(&object.application_fee)),
            ("capture_before", object.capture_before().map(|it| it.to_string())),
            (
                "multicapture",
                object.multicapture().filter(|_| object.status.text() == Some("succeeded")).map(|it| it.to_string()),
            ),
        ]),
        "refund" => fields.extend([
            ("amount", number(&object.amount)),
            ("currency", word(&object.currency)),
            ("balance_transaction", id(&object.balance_transaction)),
            ("charge", id(&object.charge)),
            ("payment_intent", id(&object.payment_intent)),
        ]),
        "application_fee" | "transfer" => fields.extend([
            ("amount", number(&object.amount)),
            ("currency", word(&object.currency)),
            ("balance_transaction", id(&object.balance_transaction)),
            ("charge", id(&object.charge)),
            ("source_transaction", id(&object.source_transaction)),
        ]),
        "checkout.session" => fields
            .extend([("amount_total", number(&object.amount_total)), ("payment_intent", id(&object.payment_intent))]),
        _ => {}
    }
    fields
}

/// A field of an object that never changes is the same in each of its events.
fn objects(found: &mut Violations, events: &[LoggedEvent]) {
    let mut known: Vec<(&str, &str)> = Vec::new();
    for logged in events {
        let (kind, Some(id)) = (object_kind(logged), logged.object().id.id()) else { continue };
        if known.contains(&(kind, id)) || known.len() > 256 {
            continue;
        }
        known.push((kind, id));
        let of_it: Vec<(usize, &LoggedEvent)> = events
            .iter()
            .enumerate()
            .filter(|(_, it)| object_kind(it) == kind && it.object().id.id() == Some(id))
            .collect();
        if of_it.len() < 2 {
            continue;
        }
        let shown: Vec<_> = of_it.iter().map(|(place, it)| (*place, fixed(kind, it.object()))).collect();
        let fields = shown.first().map_or(0, |(_, fields)| fields.len());
        for field in 0..fields {
            let mut name = "";
            let said: Vec<Said> = shown
                .iter()
                .filter_map(|(place, fields)| {
                    let (field, value) = fields.get(field)?;
                    name = field;
                    Some((*place, value.clone()?))
                })
                .collect();
            agree(found, &said, FIXED, name);
        }
    }
}

/// The fields that all objects of a payment share.
fn group(found: &mut Violations, events: &[LoggedEvent]) {
    let all = || events.iter().enumerate();
    // Before payment the currency may be changed (PI-5).
    let is_money = |it: &LoggedEvent| match object_kind(it) {
        "payment_intent" => is_held(it, has_charge(events)),
        "charge" => it.object().status.text() == Some("succeeded"),
        kind => kind == "refund",
    };
    let currency: Vec<Said> = all()
        .filter(|(_, it)| is_money(it))
        .filter_map(|(place, it)| Some((place, it.object().currency.text()?.to_owned())))
        .collect();
    agree(found, &currency, ("AMT-1 R16", None), "currency");
    let (mut amounts, mut charges, mut received, mut ends): (Vec<Said>, Vec<Said>, Vec<Said>, Vec<Said>) =
        Default::default();
    for (place, logged) in all() {
        let object = logged.object();
        let status = object.status.text();
        let number = |seen: &crate::seen::Seen<i64>| seen.value().map(i64::to_string);
        let (amount, charge, taken) = match (object_kind(logged), status) {
            ("payment_intent", Some("requires_capture")) => (number(&object.amount), object.latest_charge(), None),
            ("payment_intent", Some("succeeded")) => {
                let is_over = logged.kind == "payment_intent.succeeded";
                let received = number(&object.amount_received).filter(|_| is_over);
                (number(&object.amount), object.latest_charge(), received)
            }
            ("charge", Some("succeeded")) => {
                let is_over = object.captured.value() == Some(&true);
                let taken = number(&object.amount_captured).filter(|_| is_over);
                (number(&object.amount), object.id.id(), taken)
            }
            ("refund", _) => (None, object.charge.id(), None),
            ("application_fee", _) => (None, object.charge.id(), None),
            ("transfer", _) => (None, object.source_transaction.id(), None),
            _ => (None, None, None),
        };
        amounts.extend(amount.map(|it| (place, it)));
        charges.extend(charge.map(|it| (place, it.to_owned())));
        received.extend(taken.map(|it| (place, it)));
        let end =
            status.filter(|it| object_kind(logged) == "payment_intent" && matches!(*it, "succeeded" | "canceled"));
        ends.extend(end.map(|it| (place, it.to_owned())));
    }
    agree(found, &amounts, FOR_THE_AMOUNT, "amount");
    agree(found, &charges, ONE_CHARGE, "charge");
    agree(found, &received, RECEIVED, "amount_received");
    agree(found, &ends, ENDS, "status");
    methods(found, events);
}

/// Returns whether a charge of the payment has succeeded.
fn has_charge(events: &[LoggedEvent]) -> bool {
    events.iter().any(|it| object_kind(it) == "charge" && it.object().status.text() == Some("succeeded"))
}

/// Returns whether the intent shows a payment whose money is held or was, of which amount, currency and method stay.
fn is_held(intent: &LoggedEvent, has_charge: bool) -> bool {
    match intent.object().status.text() {
        Some("canceled") => has_charge,
        status => matches!(status, Some("requires_capture" | "succeeded")),
    }
}

/// The intent names the method that was charged, and the charge keeps what it was charged for.
fn methods(found: &mut Violations, events: &[LoggedEvent]) {
    let is_held = |it: &LoggedEvent| match object_kind(it) {
        "payment_intent" => is_held(it, has_charge(events)),
        "charge" => it.object().status.text() == Some("succeeded"),
        _ => false,
    };
    let held = || events.iter().enumerate().filter(|(_, it)| is_held(it));
    let method = held().filter_map(|(place, it)| Some((place, it.object().payment_method.id()?.to_owned())));
    agree(found, &method.collect::<Vec<_>>(), ("C6 PI-7", Some("method-fits-the-status")), "payment_method");
    let ended = held().filter(|(_, it)| it.object().captured.value() == Some(&true));
    let fee = ended.filter_map(|(place, it)| Some((place, it.object().application_fee_amount.value()?.to_string())));
    agree(
        found,
        &fee.collect::<Vec<_>>(),
        ("B50 CON-9", Some("standing-amounts-are-collected")),
        "application_fee_amount",
    );
}

/// Events that occur once in the life of a payment, or of the object that they are about.
fn once(found: &mut Violations, events: &[LoggedEvent]) {
    let key = |logged: &LoggedEvent| -> Option<(String, String)> {
        let kind = logged.kind.as_str();
        let of_payment = matches!(
            kind,
            "payment_intent.created"
                | "payment_intent.succeeded"
                | "payment_intent.canceled"
                | "charge.succeeded"
                | "charge.captured"
                | "charge.expired"
                | "setup_intent.created"
                | "setup_intent.succeeded"
                | "setup_intent.canceled"
        );
        let of_object = matches!(
            kind,
            "charge.failed"
                | "charge.pending"
                | "refund.created"
                | "refund.failed"
                | "application_fee.created"
                | "transfer.created"
                | "checkout.session.completed"
                | "checkout.session.expired"
        );
        let object = logged.object().id.id().unwrap_or_default();
        match (of_payment, of_object) {
            (true, _) => Some((kind.to_owned(), String::new())),
            (_, true) => Some((kind.to_owned(), object.to_owned())),
            (false, false) => None,
        }
    };
    let mut first: std::collections::BTreeMap<(String, String), usize> = std::collections::BTreeMap::new();
    for (place, logged) in events.iter().enumerate() {
        let Some(key) = key(logged) else { continue };
        if let Some(known) = first.get(&key) {
            let other = events.get(*known).map(name).unwrap_or_default();
            let why = format!("it occurs once, and there is {other}");
            found.pair(*known, place, ("I10 R10", Some("the-end-is-told")), why);
        } else {
            first.insert(key, place);
        }
    }
}
