//! Laws about charges, refunds, fees and transfers: alone, and together.

use super::{Law, LawContext, Violations, name, number, object_kind};
use crate::logged_event::{LoggedEvent, Object};
use crate::seen::Seen;

const WITHIN: Law = ("I1 B1 B34", Some("captured-within-authorization"));
const REFUNDED: Law = ("I2 B42 R6", Some("refunded-within-captured"));
const ALL: Law = ("I6 B43 U16", Some("refunded-flag-means-all"));
const FLAG: Law = ("I5 B57", Some("captured-flag-means-no-more"));
const FAILED: Law = ("C13 PI-22", Some("failed-charge-moves-nothing"));
const STATUS: Law = ("VOC-15 I10", Some("nothing-is-notified-that-did-not-happen"));
const SHRINKS: Law = ("I17 R7 REF-4", Some("money-never-shrinks"));
const PREVIOUS: Law = ("I16 B55 B58", Some("previous-values-are-true"));
const LINKS: Law = ("A7 D4 I11", Some("nothing-is-shown-before-it-is-posted"));
const CONNECT: Law = ("I8 B46 CON-2 CON-8", Some("connect-money-is-bounded"));
const STANDING: Law = ("A9 A17 CON-9", Some("standing-amounts-are-collected"));
const PIECES: Law = ("I5 I7 B1 B33", Some("pieces-need-multicapture"));
const REFUND_MOVES: Law = ("R7 REF-4 REF-5", Some("documented-refund-moves"));

/// Records the contradictions in one charge.
pub(super) fn charge(note: &mut impl FnMut(Law, String), logged: &LoggedEvent, limits: LawContext<'_>) {
    let object = logged.object();
    let kind = logged.kind.as_str();
    charge_status(note, object, kind);
    let (amount, taken) = (number(&object.amount), number(&object.amount_captured));
    let captured = object.captured.value().copied();
    if let Some((amount, taken)) = amount.zip(taken).filter(|(amount, taken)| taken > amount) {
        note(WITHIN, format!("`amount_captured` is {taken}, and `amount` is {amount}"));
    }
    if captured == Some(true) && taken == Some(0) && object.status.text() == Some("succeeded") {
        note(FLAG, "`captured` is true, and `amount_captured` is 0".to_owned());
    }
    let is_piece = captured == Some(false) && taken.is_some_and(|taken| taken > 0);
    if is_piece && object.multicapture() == Some(false) {
        note(PIECES, "a part is captured, and multicapture is unavailable".to_owned());
    }
    if kind == "charge.succeeded"
        && let (Some(amount), Some(taken), Some(captured)) = (amount, taken, captured)
        && taken != if captured { amount } else { 0 }
    {
        note(FLAG, format!("`captured` is {captured} at once, and `amount_captured` is {taken} of {amount}"));
    }
    charge_refunded(note, logged, limits);
    let nothing_taken = captured == Some(false) && taken == Some(0);
    for (field, link) in [
        ("balance_transaction", &object.balance_transaction),
        ("transfer", &object.transfer),
        ("application_fee", &object.application_fee),
    ] {
        let is_early = nothing_taken || object.balance_transaction == Seen::Null;
        if link.is_set() == Some(true) && is_early {
            note(LINKS, format!("`{field}` is set, and the charge is not in the ledger yet"));
        }
    }
    if let Some((fee, amount)) = number(&object.application_fee_amount).zip(amount).filter(|(fee, all)| fee > all) {
        note(CONNECT, format!("`application_fee_amount` is {fee}, and `amount` is {amount}"));
    }
    if let Some(previous) = logged.previous() {
        charge_before(note, object, previous, kind);
    }
}

/// The status agrees with the type of the event and the fields of the charge.
fn charge_status(note: &mut impl FnMut(Law, String), object: &Object, kind: &str) {
    let Some(status) = object.status.text() else { return };
    let wanted: &[&str] = match kind {
        "charge.failed" => &["failed"],
        "charge.pending" => &["pending"],
        "charge.succeeded" | "charge.captured" | "charge.expired" | "charge.refunded" => &["succeeded"],
        _ => &["succeeded", "pending", "failed"],
    };
    if !wanted.contains(&status) {
        note(STATUS, format!("`status` is `{status}`, where it would be `{}`", wanted.join("` or `")));
    }
    let wanted = match kind {
        "charge.captured" => Some(true),
        "charge.expired" => Some(false),
        _ => None,
    };
    let captured = object.captured.value().copied();
    if let Some((captured, wanted)) = captured.zip(wanted).filter(|(captured, wanted)| captured != wanted) {
        note(FLAG, format!("`captured` is {captured}, where it would be {wanted}"));
    }
    if kind == "charge.expired" && number(&object.amount_captured).is_some_and(|taken| taken > 0) {
        note(FLAG, "it ran out uncaptured, and `amount_captured` is not 0".to_owned());
    }
    let moved = [&object.amount_captured, &object.amount_refunded].into_iter().filter_map(number).any(|it| it > 0);
    // A debit is captured from the start, and no requirement says what it shows after its failure.
    let moved = moved && object.may_be_of_card();
    if status == "failed" && (moved || object.paid.value() == Some(&true)) {
        note(FAILED, "it has failed, and money has moved".to_owned());
    }
    if status == "succeeded" && object.paid.value() == Some(&false) {
        note(STATUS, "it has succeeded, and `paid` is false".to_owned());
    }
}

/// The refunded amount and flag agree with the captured amount.
fn charge_refunded(note: &mut impl FnMut(Law, String), logged: &LoggedEvent, limits: LawContext<'_>) {
    let object = logged.object();
    let Some((amount, back)) = number(&object.amount).zip(number(&object.amount_refunded)) else { return };
    let (taken, flag) = (number(&object.amount_captured), object.refunded.value().copied());
    let is_old = logged.may_be_old();
    if back > amount {
        note(REFUNDED, format!("`amount_refunded` is {back}, and `amount` is {amount}"));
    }
    if flag == Some(true) && back == 0 {
        note(ALL, "`refunded` is true, and `amount_refunded` is 0".to_owned());
    }
    if logged.kind == "charge.refunded" && back == 0 {
        note(STATUS, "it tells of a refund, and `amount_refunded` is 0".to_owned());
    }
    let Some((taken, captured)) = taken.zip(object.captured.value().copied()) else { return };
    if captured {
        if back > taken && !is_old {
            note(REFUNDED, format!("`amount_refunded` is {back}, and `amount_captured` is {taken}"));
        }
        let is_all = back == taken || is_old && back == amount;
        if flag == Some(true) && !is_all {
            note(ALL, format!("`refunded` is true with {back} of {taken}"));
        }
        // An update of the charge may come before the hold has ended (U10, U16).
        let may_lag = logged.kind == "charge.updated" || !limits.config.dialect.refunded_at_final_capture;
        if flag == Some(false) && taken > 0 && back >= taken && !is_old && !may_lag {
            note(ALL, format!("`refunded` is false with {back} of {taken}"));
        }
        return;
    }
    let is_release = back == amount && taken == 0;
    // Old versions show the released rest in an update that comes before the hold has ended (U10, VER-2).
    let may_be_rest = is_old && logged.kind == "charge.updated";
    if back > taken && !is_release && !may_be_rest {
        note(REFUNDED, format!("`amount_refunded` is {back}, `amount_captured` is {taken} and `captured` is false"));
    }
    if flag == Some(true) && !is_release && !(is_old && back == amount) {
        note(ALL, "`refunded` is true, and `captured` is false".to_owned());
    }
    if flag == Some(false) && is_release && back > 0 {
        note(ALL, "all of a released hold is shown as refunded, and `refunded` is false".to_owned());
    }
}

/// The previous values lead to the values of the charge.
fn charge_before(note: &mut impl FnMut(Law, String), object: &Object, previous: &Object, kind: &str) {
    let (was, now) = (number(&previous.amount_captured), number(&object.amount_captured));
    if let Some((was, now)) = was.zip(now).filter(|(was, now)| was > now) {
        note(SHRINKS, format!("`amount_captured` was {was} and is {now}"));
    }
    let (was, now) = (number(&previous.amount_refunded), number(&object.amount_refunded));
    if let Some((was, now)) = was.zip(now).filter(|(was, now)| kind == "charge.refunded" && was >= now) {
        note(SHRINKS, format!("`amount_refunded` was {was} and is {now}, which no refund does"));
    }
    for (field, was, now) in
        [("captured", &previous.captured, &object.captured), ("refunded", &previous.refunded, &object.refunded)]
    {
        if let Some((was, now)) = was.value().zip(now.value())
            && (*was || !*now)
            && kind != "charge.updated"
        {
            note(PREVIOUS, format!("`{field}` was {was} and is {now}"));
        }
    }
    for (field, was, now) in [
        ("balance_transaction", &previous.balance_transaction, &object.balance_transaction),
        ("transfer", &previous.transfer, &object.transfer),
        ("application_fee", &previous.application_fee, &object.application_fee),
    ] {
        if was.is_set() == Some(true) || *was == Seen::Null && now.is_set() == Some(false) {
            let law = ("A7 A12 D4 I11", Some("books-only-move-forward"));
            note(law, format!("`{field}` was {was} and is {now}; it is set once and stays"));
        }
    }
}

/// Records the contradictions in one refund.
pub(super) fn refund(note: &mut impl FnMut(Law, String), logged: &LoggedEvent) {
    let object = logged.object();
    if number(&object.amount) == Some(0) {
        note(("B42 REF-1", None), "`amount` is 0".to_owned());
    }
    let Some(status) = object.status.text() else { return };
    let wanted: &[&str] = match logged.kind.as_str() {
        "refund.failed" => &["failed"],
        "refund.created" => &["succeeded", "pending", "requires_action", "failed"],
        _ => &["succeeded", "pending", "requires_action", "failed", "canceled"],
    };
    if !wanted.contains(&status) {
        note(STATUS, format!("`status` is `{status}`, where it would be `{}`", wanted.join("` or `")));
    }
    let Some(was) = logged.previous().and_then(|previous| previous.status.text()) else { return };
    if !refund_may_move(was, status) {
        note(REFUND_MOVES, format!("`status` was `{was}` and is `{status}`"));
    }
}

/// Returns whether a refund can move so in any number of steps (REF-2, REF-4, REF-5).
pub(crate) fn refund_may_move(was: &str, now: &str) -> bool {
    match was {
        "failed" | "canceled" => was == now,
        "succeeded" => matches!(now, "succeeded" | "failed" | "requires_action"),
        "pending" | "requires_action" => true,
        _ => false,
    }
}

/// A field of an object.
type Getter<T> = fn(&Object) -> &Seen<T>;

/// Records the contradictions in one fee or transfer.
pub(super) fn connected(
    note: &mut impl FnMut(Law, String),
    logged: &LoggedEvent,
    (field, returned): (&str, Getter<i64>),
    flag: Getter<bool>,
) {
    let object = logged.object();
    let Some((amount, back)) = number(&object.amount).zip(number(returned(object))) else { return };
    if amount == 0 {
        note(CONNECT, "`amount` is 0".to_owned());
    }
    if back > amount {
        note(CONNECT, format!("`{field}` is {back}, and `amount` is {amount}"));
    }
    if let Some(all) = flag(object).value().filter(|all| **all != (back == amount)) {
        note(CONNECT, format!("the flag of a full return is {all}, with {back} of {amount}"));
    }
    if logged.kind.ends_with(".created") && back > 0 {
        note(STATUS, format!("it is new, and `{field}` is {back}"));
    }
    let was = logged.previous().and_then(|previous| number(returned(previous)));
    if let Some(was) = was.filter(|was| *was >= back) {
        note(SHRINKS, format!("`{field}` was {was} and is {back}"));
    }
}

/// Notes which fees and transfers do not fit their charge.
pub(super) fn judge(found: &mut Violations, events: &[LoggedEvent], _: LawContext<'_>) {
    let charges = || events.iter().enumerate().filter(|(_, it)| object_kind(it) == "charge");
    let Some((of_charge, charge)) = charges().find(|(_, it)| it.object().status.text() == Some("succeeded")) else {
        return;
    };
    let is_card = charge.object().payment_method_details.get().is_some_and(|it| it.r#type.text() == Some("card"));
    // Later it may: a bank may return any refund (REF-5).
    let waits = |it: &LoggedEvent| it.kind == "refund.created" && it.object().status.text() == Some("requires_action");
    for (place, _) in events.iter().enumerate().filter(|(_, it)| is_card && waits(it)) {
        let law = ("REF-2 REF-12", Some("refund-starts-as-its-method-says"));
        found.late(of_charge, place, law, "a refund to a card does not begin with its customer".to_owned());
    }
    let Some(amount) = number(&charge.object().amount) else { return };
    // Amounts of different currencies are not comparable.
    let Some(currency) = charges().find_map(|(_, it)| it.object().currency.text()) else { return };
    let at_once = charges()
        .find(|(_, it)| it.kind == "charge.succeeded" && it.object().captured.value() == Some(&true))
        .map(|(place, it)| (place, it.object()));
    for kind in ["application_fee.created", "transfer.created"] {
        let mut sum = 0_i64;
        let mut seen: Vec<&str> = Vec::new();
        for (place, logged) in
            events.iter().enumerate().filter(|(_, it)| it.kind == kind && it.is_comparable(Some(currency)))
        {
            let object = logged.object();
            let (Some(id), Some(part)) = (object.id.id(), number(&object.amount)) else { continue };
            if seen.contains(&id) {
                continue;
            }
            seen.push(id);
            sum = sum.saturating_add(part);
            if part > amount || sum > amount {
                let law = CONNECT;
                found.pair(of_charge, place, law, format!("{sum} is sent on of a charge of {amount}"));
            }
            let Some((from, shown)) = at_once else { continue };
            let standing = if kind == "transfer.created" {
                let share = shown.transfer_data.get().and_then(|data| number(&data.amount));
                shown.transfer_data.get().and_then(|data| data.destination.id()).map(|_| share.unwrap_or(amount))
            } else {
                number(&shown.application_fee_amount)
            };
            if let Some(standing) = standing.filter(|standing| *standing != part) {
                let why = format!("`amount` is {part}, and {} says {standing}", name(charge));
                found.pair(from, place, STANDING, why);
            }
        }
    }
}
