//! Laws about several events at once, in any order: fields that never change, and events that occur once.

use super::{Law, LawContext, Violations, name, object_kind};
use crate::logged_event::{LoggedEvent, Object};
use crate::seen::{Id, Seen, Text};

const FIXED: Law = ("HOOK-7 R16", Some("deadline-comes-with-time-only"));
const ONE_CHARGE: Law = ("I15 C1 R23", Some("money-means-one-approved-charge"));
const FOR_THE_AMOUNT: Law = ("B32 B34 R16", Some("charge-is-for-the-amount"));
const RECEIVED: Law = ("I17 B32 B34", Some("received-is-what-was-captured"));
const ENDS: Law = ("C11 C15 R14", Some("final-stays-final"));

/// A value that an event shows of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SaidValue<'a> {
    /// A number.
    Number(i64),
    /// A word or an id.
    Text(&'a str),
    /// Yes or no.
    Flag(bool),
}

impl std::fmt::Display for SaidValue<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(number) => number.fmt(formatter),
            Self::Text(text) => formatter.write_str(text),
            Self::Flag(flag) => flag.fmt(formatter),
        }
    }
}

impl SaidValue<'_> {
    /// The number that a field shows.
    pub(super) fn number(seen: &Seen<i64>) -> Option<Self> {
        seen.value().copied().map(Self::Number)
    }
}

impl<'a> SaidValue<'a> {
    /// The id that a field shows.
    fn id(seen: &'a Seen<Id>) -> Option<Self> {
        seen.id().map(Self::Text)
    }

    /// The word that a field shows.
    fn word(seen: &'a Seen<Text>) -> Option<Self> {
        seen.text().map(Self::Text)
    }
}

/// A place in the log and a value.
pub(super) type Said<'a> = (usize, SaidValue<'a>);

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
pub(super) fn agree(found: &mut Violations, said: &[Said<'_>], law: Law, what: &str) {
    let Some((_, first)) = said.first() else { return };
    if said.iter().all(|(_, value)| value == first) {
        return;
    }
    let count = |value: &SaidValue<'_>| said.iter().filter(|(_, other)| other == value).count();
    let most = said.iter().map(|(_, value)| count(value)).max().unwrap_or(0);
    let winners: Vec<SaidValue<'_>> =
        said.iter().map(|(_, value)| *value).filter(|value| count(value) == most).collect();
    let Some(winner) = winners.first().copied() else { return };
    let majority: Vec<usize> =
        said.iter().filter(|(_, value)| *value == winner).map(|(place, _)| *place).take(4).collect();
    for (place, value) in said.iter().filter(|(_, value)| *value != winner) {
        let why = format!("`{what}` is {value}, where other events of the payment show {winner}");
        if winners.iter().any(|other| other != &winner) && winners.contains(value) {
            // As many say the one as the other.
            found.pair(majority.first().copied().unwrap_or(*place), *place, law, why);
        } else {
            found.against(*place, &majority, law, why);
        }
    }
}

/// A field by name, and the reader of its value.
struct KeptField {
    name: &'static str,
    read: for<'a> fn(&'a Object) -> Option<SaidValue<'a>>,
}

/// Returns a table of fields.
macro_rules! kept {
    ($($name:literal $read:expr),+ $(,)?) => { &[$(KeptField { name: $name, read: $read }),+] };
}

/// Fields that an object keeps, by the kind of the object.
const fn fixed(kind: &str) -> &'static [KeptField] {
    use SaidValue as V;
    match kind.as_bytes() {
        b"charge" => kept!(
            "created" | it | V::number(&it.created),
            "amount" | it | V::number(&it.amount),
            "currency" | it | V::word(&it.currency),
            "payment_intent" | it | V::id(&it.payment_intent),
            "payment_method" | it | V::id(&it.payment_method),
            "balance_transaction" | it | V::id(&it.balance_transaction),
            "transfer" | it | V::id(&it.transfer),
            "application_fee" | it | V::id(&it.application_fee),
            "capture_before" | it | it.capture_before().map(V::Number),
            "multicapture" | it | it.multicapture().filter(|_| it.status.text() == Some("succeeded")).map(V::Flag),
        ),
        b"refund" => kept!(
            "created" | it | V::number(&it.created),
            "amount" | it | V::number(&it.amount),
            "currency" | it | V::word(&it.currency),
            "balance_transaction" | it | V::id(&it.balance_transaction),
            "charge" | it | V::id(&it.charge),
            "payment_intent" | it | V::id(&it.payment_intent),
        ),
        b"application_fee" | b"transfer" => kept!(
            "created" | it | V::number(&it.created),
            "amount" | it | V::number(&it.amount),
            "currency" | it | V::word(&it.currency),
            "balance_transaction" | it | V::id(&it.balance_transaction),
            "charge" | it | V::id(&it.charge),
            "source_transaction" | it | V::id(&it.source_transaction),
        ),
        b"checkout.session" => kept!(
            "created" | it | V::number(&it.created),
            "amount_total" | it | V::number(&it.amount_total),
            "payment_intent" | it | V::id(&it.payment_intent),
        ),
        _ => kept!("created" | it | V::number(&it.created)),
    }
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
        for KeptField { name, read } in fixed(kind) {
            let said: Vec<Said<'_>> =
                of_it.iter().filter_map(|(place, it)| Some((*place, read(it.object())?))).collect();
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
    let currency: Vec<Said<'_>> = all()
        .filter(|(_, it)| is_money(it))
        .filter_map(|(place, it)| Some((place, SaidValue::word(&it.object().currency)?)))
        .collect();
    agree(found, &currency, ("AMT-1 R16", None), "currency");
    let (mut amounts, mut charges, mut received, mut ends): (
        Vec<Said<'_>>,
        Vec<Said<'_>>,
        Vec<Said<'_>>,
        Vec<Said<'_>>,
    ) = Default::default();
    for (place, logged) in all() {
        let object = logged.object();
        let status = object.status.text();
        let number = SaidValue::number;
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
        charges.extend(charge.map(|it| (place, SaidValue::Text(it))));
        received.extend(taken.map(|it| (place, it)));
        let end =
            status.filter(|it| object_kind(logged) == "payment_intent" && matches!(*it, "succeeded" | "canceled"));
        ends.extend(end.map(|it| (place, SaidValue::Text(it))));
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

/// Returns whether the intent shows a payment whose money is or was held, so that amount, currency and method are fixed.
fn is_held(intent: &LoggedEvent, has_charge: bool) -> bool {
    match intent.object().status.text() {
        Some("canceled") => has_charge,
        status => matches!(status, Some("requires_capture" | "succeeded")),
    }
}

/// The intent names the method that was charged, and the charge keeps its amount.
fn methods(found: &mut Violations, events: &[LoggedEvent]) {
    let is_held = |it: &LoggedEvent| match object_kind(it) {
        "payment_intent" => is_held(it, has_charge(events)),
        "charge" => it.object().status.text() == Some("succeeded"),
        _ => false,
    };
    let held = || events.iter().enumerate().filter(|(_, it)| is_held(it));
    let method = held().filter_map(|(place, it)| Some((place, SaidValue::id(&it.object().payment_method)?)));
    agree(found, &method.collect::<Vec<_>>(), ("C6 PI-7", Some("method-fits-the-status")), "payment_method");
    let ended = held().filter(|(_, it)| it.object().captured.value() == Some(&true));
    let fee = ended.filter_map(|(place, it)| Some((place, SaidValue::number(&it.object().application_fee_amount)?)));
    agree(
        found,
        &fee.collect::<Vec<_>>(),
        ("B50 CON-9", Some("standing-amounts-are-collected")),
        "application_fee_amount",
    );
}

/// Events that occur once in the life of a payment, or of the object that they are about.
fn once(found: &mut Violations, events: &[LoggedEvent]) {
    fn key(logged: &LoggedEvent) -> Option<(&str, &str)> {
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
            (true, _) => Some((kind, "")),
            (_, true) => Some((kind, object)),
            (false, false) => None,
        }
    }
    let mut first: Vec<((&str, &str), usize)> = Vec::new();
    for (place, logged) in events.iter().enumerate() {
        let Some(key) = key(logged) else { continue };
        if let Some((_, known)) = first.iter().find(|(known, _)| *known == key) {
            let other = events.get(*known).map(name).unwrap_or_default();
            let why = format!("it occurs once, and there is {other}");
            found.pair(*known, place, ("I10 R10", Some("the-end-is-notified")), why);
        } else {
            first.push((key, place));
        }
    }
}
