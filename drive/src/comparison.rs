//! The comparison of the server's payment with the model's view, and that view overlaid with the server's values.

use holdfast_model::{Amount, ChargeStatus, Config, IntentStatus, LedgerView, PaymentView, RefundStatus, RefundView};
use serde_json::Value;

use crate::fields::{self, FieldDifference, Mismatch, Version, Weight, number};
use crate::server::FetchedObjects;

/// Returns the differences between a payment and the model's `view`.
#[must_use]
pub fn missed(
    config: &Config,
    view: &PaymentView,
    look: &FetchedObjects,
    refunds: &[String],
    version: Version,
) -> Vec<FieldDifference> {
    let mut found = Vec::new();
    if let Some(shown) = &look.payment {
        found.extend(fields::missed("payment_intent", shown, &fields::payment(view, version)));
        // Versions before `latest_charge` list the charges in the payment (VER-2).
        if shown.pointer("/charges/data").is_some_and(Value::is_array) {
            found.retain(|it| it.place != "payment_intent.latest_charge" || it.mismatch != Mismatch::Missing);
        }
    }
    if let (Some(charge), Some(shown)) = (&view.charge, &look.charge) {
        found.extend(fields::missed("charge", shown, &fields::charge(config, view, charge, version)));
    }
    if let Some(list) = &look.refunds {
        found.extend(of_refunds(view, list, refunds));
    }
    found
}

/// Compares refunds by their ids; a refund that no request made is lost money.
fn of_refunds(view: &PaymentView, list: &[Value], ids: &[String]) -> Vec<FieldDifference> {
    let id = |shown: &Value| shown.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
    let money = |place: &str, model: String, server: String| FieldDifference {
        place: place.to_owned(),
        mismatch: Mismatch::Value,
        weight: Weight::Money,
        model,
        server,
    };
    let mut found = Vec::new();
    for (place, refund) in view.refunds.iter().flatten().enumerate() {
        let Some(name) = ids.get(place) else {
            found.push(money("refund", "is there".to_owned(), "is not".to_owned()));
            continue;
        };
        match list.iter().find(|shown| id(shown) == *name) {
            Some(shown) => found.extend(fields::missed("refund", shown, &fields::refund(refund))),
            None => found.push(money("refund", "is listed".to_owned(), "is not".to_owned())),
        }
    }
    let known = view.refunds.iter().flatten().count();
    let released = view.charge.map_or(0, |charge| charge.released.get());
    // Some versions show a released amount as a refund (VER-2, HOLD-13).
    let is_asked = |shown: &Value| ids.iter().take(known).any(|name| *name == id(shown));
    let is_remainder = |shown: &Value| shown.get("amount").and_then(number) == Some(i64::from(released));
    let mut others = list.iter().filter(|shown| !is_asked(shown)).peekable();
    if others.peek().is_some_and(|shown| released > 0 && is_remainder(shown)) {
        others.next();
    }
    let others = others.count();
    if others > 0 {
        found.push(money("refunds", format!("{known} refunds"), format!("{others} more")));
    }
    found
}

/// Returns the versions of the API that explain the visible fields, if another version does. A payment with refunds
/// decides nothing: its numbers may be wrong for many reasons.
#[must_use]
pub fn other_versions(version: Version, view: &PaymentView) -> Vec<(&'static str, &'static str, Version)> {
    let mut others = Vec::new();
    if !version.automatic_by_default {
        let other = Version { automatic_by_default: true, ..version };
        others.push(("capture at once is the default, as before API 2024-04-10", "A4 VER-6", other));
    }
    if !version.remainder_is_refund && view.refunds.iter().all(Option::is_none) {
        let other = Version { remainder_is_refund: true, ..version };
        others.push(("what a partial capture releases is shown as a refund, as about 2020", "CAP-13 VER-2", other));
    }
    others
}

/// The model's view, with everything that was seen of the server in its place.
#[must_use]
pub fn overlaid(view: &PaymentView, look: &FetchedObjects, refunds: &[String], version: Version) -> PaymentView {
    let mut view = *view;
    let amount = |shown: Option<&Value>, pointer: &str, into: &mut Amount| {
        let read = shown.and_then(|shown| shown.pointer(pointer)).and_then(number);
        if let Some(read) = read.and_then(|read| u32::try_from(read).ok()).filter(|read| *read <= Amount::MAX.get()) {
            *into = Amount::new(read);
        }
    };
    let text = |shown: Option<&Value>, pointer: &str| -> Option<String> {
        shown?.pointer(pointer)?.as_str().map(str::to_owned)
    };
    let payment = look.payment.as_ref();
    if let Some(status) = text(payment, "/status").and_then(|name| IntentStatus::from_name(&name)) {
        view.status = status;
    }
    amount(payment, "/amount", &mut view.amount);
    amount(payment, "/amount_capturable", &mut view.capturable);
    amount(payment, "/amount_received", &mut view.received);
    let shown = look.charge.as_ref();
    if let Some(charge) = &mut view.charge {
        if let Some(status) = text(shown, "/status").and_then(|name| ChargeStatus::from_name(&name)) {
            charge.status = status;
        }
        amount(shown, "/amount", &mut charge.authorized);
        amount(shown, "/amount_captured", &mut charge.captured_amount);
        if let Some(captured) = shown.and_then(|shown| shown.pointer("/captured")).and_then(Value::as_bool) {
            charge.captured = captured;
        }
        let mut refunded = charge.refunded_amount;
        amount(shown, "/amount_refunded", &mut refunded);
        let let_go = charge.authorized.minus(charge.captured_amount).unwrap_or_default();
        // A released hold, and in older versions a released rest, is shown there too.
        let is_shown = charge.captured_amount.is_zero() || version.remainder_is_refund;
        charge.refunded_amount = if is_shown && charge.captured | charge.captured_amount.is_zero() {
            refunded.minus(let_go).unwrap_or_default()
        } else {
            refunded
        };
        if charge.captured {
            charge.released = let_go;
            view.capturable = if payment.is_some() { view.capturable } else { Amount::ZERO };
        }
        if payment.is_none() && look.fetch_errors.is_empty() {
            // On a server with charges only, a payment has the state of its charge.
            view.received = charge.captured_amount;
            if charge.captured && view.status == IntentStatus::RequiresCapture {
                view.status = IntentStatus::Succeeded;
            }
        }
        view.ledger = LedgerView { charged: charge.captured_amount, refunded: charge.refunded_amount, ..view.ledger };
    }
    let by_id = |name: &String| {
        look.refunds.as_ref()?.iter().find(|shown| shown.get("id").and_then(Value::as_str) == Some(name))
    };
    for (slot, name) in view.refunds.iter_mut().zip(refunds) {
        let Some(shown) = by_id(name) else { continue };
        // An object that the model would not have created exists nevertheless.
        let refund = slot.get_or_insert(RefundView { status: RefundStatus::Succeeded, amount: Amount::ZERO });
        amount(Some(shown), "/amount", &mut refund.amount);
        if let Some(status) = text(Some(shown), "/status").and_then(|name| RefundStatus::from_name(&name)) {
            refund.status = status;
        }
    }
    view
}
