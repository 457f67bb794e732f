//! Balance transactions, fees, transfers and their shares (P1, CON-6, B47, AMT).

use serde_json::Value;

use super::checker::{Checker, Looked, id_at};
use crate::finding::Class;
use crate::wire::{HttpReply, HttpRequest, TransportError};

/// The refunds of a payment of 1000 whose shares are compared.
const REFUNDS: [i64; 3] = [333, 334, 333];

/// Returns the payment's charge as the server shows it.
fn charge(checker: &mut Checker<'_>, id: &str) -> Result<Option<Value>, TransportError> {
    let read = HttpRequest::get(format!("/v1/payment_intents/{id}")).with("expand[]", "latest_charge");
    let Some(charge) = checker.send(&read)?.body.and_then(|body| body.get("latest_charge").cloned()) else {
        return Ok(None);
    };
    match charge.as_str() {
        None => Ok(Some(charge).filter(Value::is_object)),
        Some(id) => checker.get(&format!("/v1/charges/{id}")),
    }
}

/// A balance transaction in the currency of the payment has the amount that was captured or refunded. In each currency,
/// its net is the amount less the fee.
pub(super) fn balance(checker: &mut Checker<'_>) -> Result<Looked, TransportError> {
    if !checker.has_intents() {
        return Ok(Looked::NotThere("payments confirmed at their creation"));
    }
    let mut looked = Looked::NotThere("balance transactions");
    for (currency, amount, part) in [("usd", 1000_i64, 300_i64), ("jpy", 1100, 367)] {
        checker.restart();
        let text = amount.to_string();
        let more = [("amount", text.as_str()), ("currency", currency)];
        let Some(payment) = checker.hold(&more)? else { continue };
        let Some(id) = id_at(&payment, "/id") else { continue };
        checker.send(&HttpRequest::post(format!("/v1/payment_intents/{id}/capture")))?;
        let refund = match checker.refund(&id, part)? {
            Some(refund) => checker.send(&refund)?.body,
            None => None,
        };
        let Some(charge) = charge(checker, &id)? else { continue };
        for (object, expected) in [(Some(charge), amount), (refund, part.saturating_neg())] {
            let Some(transaction) = object.as_ref().and_then(|object| id_at(object, "/balance_transaction")) else {
                continue;
            };
            let Some(shown) = checker.get(&format!("/v1/balance_transactions/{transaction}"))? else { continue };
            looked = Looked::Done;
            // An account may have another currency than the payment; its amounts are then converted.
            let is_same =
                shown.get("currency").and_then(Value::as_str).is_some_and(|it| it.eq_ignore_ascii_case(currency));
            let what = if expected > 0 { "balance_transaction of a charge" } else { "balance_transaction of a refund" };
            if is_same {
                checker.number(what, &shown, "/amount", expected);
            }
            let number = |name: &str| shown.get(name).and_then(crate::fields::number);
            if expected < 0 {
                refund_transaction(checker, &shown);
            }
            let fee = number("fee").unwrap_or(0);
            let gross = if is_same { Some(expected) } else { number("amount") };
            if let Some(gross) = gross {
                checker.number(what, &shown, "/net", gross.saturating_sub(fee));
            }
            let source = id_at(&shown, "/source");
            let owner = object.as_ref().and_then(|object| id_at(object, "/id"));
            if source.is_some() && source != owner {
                let (is, must) = (source.unwrap_or_default(), owner.unwrap_or_default());
                checker.blame(Class::Protocol, "wrong source", &format!("{what} names another source"), &must, &is);
            }
        }
    }
    Ok(looked)
}

/// The balance transaction of a refund is a refund of a negative amount without a fee (REF-10).
fn refund_transaction(checker: &mut Checker<'_>, shown: &Value) {
    checker.about(&["REF-10"]);
    let what = "balance_transaction of a refund";
    let kind = shown.get("type").and_then(Value::as_str);
    if let Some(kind) = kind.filter(|kind| *kind != "refund") {
        let headline = format!("the {what} has the type `{kind}`");
        checker.blame(Class::Money, &format!("{what}: another type"), &headline, "refund", kind);
    }
    let amount = shown.get("amount").and_then(crate::fields::number);
    if let Some(amount) = amount.filter(|amount| *amount >= 0) {
        let headline = format!("the {what} has the amount {amount}, which is not negative");
        checker.blame(
            Class::Money,
            &format!("{what}: not negative"),
            &headline,
            "a negative amount",
            &amount.to_string(),
        );
    }
    let is_free = checker.number(what, shown, "/fee", 0);
    if is_free && kind == Some("refund") && amount.is_some_and(|amount| amount < 0) {
        checker.kept();
    }
    checker.about(&[]);
}

/// Pays 10.00 to a connected account with further parameters, at once and not in the background.
fn destination(
    checker: &mut Checker<'_>,
    name: &'static str,
    amount: &str,
) -> Result<Option<(String, Value)>, TransportError> {
    let Some(account) = checker.server.profile.connected.clone() else { return Ok(None) };
    let more = [("capture_method", "automatic"), ("transfer_data[destination]", account.as_str()), (name, amount)];
    let Some(payment) = checker.pay(&more)? else { return Ok(None) };
    let Some(id) = id_at(&payment, "/id") else { return Ok(None) };
    Ok(charge(checker, &id)?.map(|charge| (id, charge)))
}

/// The share of a fee that goes back with a partial refund is to the nearest unit, the last refund returns the rest, and
/// no more than the fee can be returned.
pub(super) fn fees(checker: &mut Checker<'_>) -> Result<Looked, TransportError> {
    let Some((id, charge)) = destination(checker, "application_fee_amount", "100")? else {
        return Ok(Looked::NotThere("application fees"));
    };
    let Some(fee) = id_at(&charge, "/application_fee") else { return Ok(Looked::NotThere("application fees")) };
    let path = format!("/v1/application_fees/{fee}");
    let Some(shown) = checker.get(&path)? else { return Ok(Looked::NotThere("reads of application fees")) };
    checker.number("application_fee", &shown, "/amount", 100);
    let Some(are_right) = shares(checker, &id, &path, ("refund_application_fee", "amount_refunded"), 100)? else {
        return Ok(Looked::NotThere("refunds of application fees"));
    };
    checker.restart();
    let again = destination(checker, "application_fee_amount", "100")?;
    let Some(fee) = again.and_then(|(_, charge)| id_at(&charge, "/application_fee")) else {
        return Ok(Looked::NotDone("a second payment with a fee was refused"));
    };
    if !bounded(checker, &format!("/v1/application_fees/{fee}"), "refunds", "amount_refunded", 100)? {
        return Ok(Looked::NotThere("refunds of application fees by themselves"));
    }
    checker.restart();
    let more = destination(checker, "application_fee_amount", "100")?;
    let Some((id, fee)) = more.and_then(|(id, charge)| Some((id, id_at(&charge, "/application_fee")?))) else {
        return Ok(Looked::NotDone("a third payment with a fee was refused"));
    };
    let path = format!("/v1/application_fees/{fee}");
    if returned_whole(checker, &id, &path, ("refund_application_fee", "amount_refunded"), 100)? && are_right {
        checker.kept();
    }
    Ok(Looked::Done)
}

/// The same for transfers and their reversals.
pub(super) fn transfers(checker: &mut Checker<'_>) -> Result<Looked, TransportError> {
    let Some((id, charge)) = destination(checker, "transfer_data[amount]", "367")? else {
        return Ok(Looked::NotThere("transfers"));
    };
    let Some(transfer) = id_at(&charge, "/transfer") else { return Ok(Looked::NotThere("transfers")) };
    let path = format!("/v1/transfers/{transfer}");
    let Some(shown) = checker.get(&path)? else { return Ok(Looked::NotThere("reads of transfers")) };
    checker.number("transfer", &shown, "/amount", 367);
    let Some(are_right) = shares(checker, &id, &path, ("reverse_transfer", "amount_reversed"), 367)? else {
        return Ok(Looked::NotThere("reversals of transfers with a refund"));
    };
    if are_right {
        checker.about(&["P1"]);
        checker.kept();
    }
    checker.restart();
    let again = destination(checker, "transfer_data[amount]", "367")?;
    let Some(transfer) = again.and_then(|(_, charge)| id_at(&charge, "/transfer")) else {
        return Ok(Looked::NotDone("a second payment with a transfer was refused"));
    };
    if !bounded(checker, &format!("/v1/transfers/{transfer}"), "reversals", "amount_reversed", 367)? {
        return Ok(Looked::NotThere("reversals of transfers by themselves"));
    }
    checker.restart();
    let more = destination(checker, "transfer_data[amount]", "367")?;
    let Some((id, transfer)) = more.and_then(|(id, charge)| Some((id, id_at(&charge, "/transfer")?))) else {
        return Ok(Looked::NotDone("a third payment with a transfer was refused"));
    };
    let path = format!("/v1/transfers/{transfer}");
    if returned_whole(checker, &id, &path, ("reverse_transfer", "amount_reversed"), 367)? && are_right {
        checker.kept();
    }
    Ok(Looked::Done)
}

/// Several captures of one hold, each with a fee: the amounts add up after each, and the hold ends at the last.
pub(super) fn captures(checker: &mut Checker<'_>) -> Result<Looked, TransportError> {
    let several = "payment_method_options[card][request_multicapture]";
    let account = checker.server.profile.connected.clone();
    for with_fee in [false, true] {
        checker.restart();
        let mut more = vec![(several, "if_available")];
        match account.as_deref() {
            Some(account) if with_fee => more.push(("transfer_data[destination]", account)),
            None if with_fee => return Ok(Looked::Done),
            _ => {}
        }
        let Some(payment) = checker.hold(&more)? else { return Ok(Looked::NotThere("several captures")) };
        let Some(id) = id_at(&payment, "/id") else { return Ok(Looked::NotThere("ids")) };
        let mut received = 0_i64;
        // Once until the captures add up to the amount, once with a rest that is released.
        let last = if with_fee { 100 } else { 249 };
        for (amount, is_last) in [(300_i64, false), (250, false), (201, false), (last, true)] {
            let asked = HttpRequest::post(format!("/v1/payment_intents/{id}/capture"));
            let asked = asked.with("amount_to_capture", amount).with("final_capture", is_last);
            let asked = asked.with_some("application_fee_amount", with_fee.then_some(30));
            let reply = checker.send(&asked)?;
            let is_open = reply.text_at("/status").is_none_or(|status| status == "requires_capture");
            if received == 0 && (!reply.is_done() || !is_open) {
                return Ok(Looked::NotThere("several captures"));
            }
            checker.about(&["B1"]);
            let is_done = checker.must_be_done(&reply, "a further capture");
            checker.about(&[]);
            if !is_done {
                return Ok(Looked::Done);
            }
            received = received.saturating_add(amount);
            let left = if is_last { 0 } else { 1000_i64.saturating_sub(received) };
            let read = HttpRequest::get(format!("/v1/payment_intents/{id}")).with("expand[]", "latest_charge");
            let Some(shown) = checker.send(&read)?.body else { continue };
            let what = if is_last { "after the last capture" } else { "after a capture" };
            checker.status(what, &shown, if is_last { "succeeded" } else { "requires_capture" });
            let is_received = checker.number(what, &shown, "/amount_received", received);
            checker.number(what, &shown, "/amount_capturable", left);
            checker.number(what, &shown, "/latest_charge/amount_captured", received);
            if is_received && received == 1000 {
                checker.about(&["B1"]);
                checker.kept();
                checker.about(&[]);
            }
        }
    }
    Ok(Looked::Done)
}

/// Refunds everything with a flag, which returns the whole fee or transfer. Returns whether the server shows that.
fn returned_whole(
    checker: &mut Checker<'_>,
    id: &str,
    path: &str,
    (flag, field): (&str, &str),
    whole: i64,
) -> Result<bool, TransportError> {
    checker.about(&["REF-8"]);
    let Some(asked) = checker.refund(id, 1000)? else { return Ok(false) };
    let reply = checker.send(&asked.with(flag, true))?;
    if !checker.must_be_done(&reply, "a refund of everything") {
        return Ok(false);
    }
    let shown = checker.get(path)?;
    Ok(shown.is_some_and(|shown| checker.number("after a full refund", &shown, &format!("/{field}"), whole)))
}

/// Refunds 333, 334 and 333 of 1000 with a flag, and compares the part that went back after each. Returns whether the
/// server shows the right part each time; `None` if it does not accept the flag.
fn shares(
    checker: &mut Checker<'_>,
    id: &str,
    path: &str,
    (flag, field): (&str, &str),
    whole: i64,
) -> Result<Option<bool>, TransportError> {
    let is_fee = flag == "refund_application_fee";
    let mut are_right = true;
    for (place, amount) in REFUNDS.into_iter().enumerate() {
        checker.about(&[]);
        let Some(asked) = checker.refund(id, amount)? else { return Ok((place > 0).then_some(false)) };
        let reply = checker.send(&asked.with(flag, true))?;
        if place == 0 && !reply.is_done() {
            return Ok(None);
        }
        if !checker.must_be_done(&reply, "a further partial refund") {
            return Ok(Some(false));
        }
        let Some(shown) = checker.get(path)? else { return Ok(Some(false)) };
        let what = if place == 2 { "after the last refund" } else { "after a partial refund" };
        let pointer = format!("/{field}");
        let permitted = permitted(whole, place, is_fee);
        let number = shown.pointer(&pointer).and_then(crate::fields::number);
        if !number.is_some_and(|number| permitted.contains(&number)) {
            are_right = false;
            // Each share is rounded, but for the last one, which is the rest.
            checker.about(if is_fee || place == 2 { &["REF-8"] } else { &["REF-8", "P1"] });
            checker.number(what, &shown, &pointer, permitted.first().copied().unwrap_or(whole));
        }
    }
    checker.about(&[]);
    Ok(Some(are_right))
}

/// Returns the parts of `whole` that may have gone back after the refund at `place`. The share of each refund is rounded to
/// the nearest unit, and the last refund returns the rest (P1). This is recorded of transfers. Of fees it is not recorded
/// whether each share is rounded or their sum, so both are permitted.
fn permitted(whole: i64, place: usize, is_fee: bool) -> Vec<i64> {
    if place.saturating_add(1) >= REFUNDS.len() {
        return vec![whole];
    }
    let refunds = || REFUNDS.iter().take(place.saturating_add(1)).copied();
    let each = refunds().map(|amount| share(whole, amount)).sum();
    let sum = share(whole, refunds().sum());
    if is_fee && sum != each { vec![each, sum] } else { vec![each] }
}

/// Returns `whole * amount / 1000`, rounded to the nearest unit.
fn share(whole: i64, amount: i64) -> i64 {
    let twice = whole.saturating_mul(amount).saturating_mul(2).saturating_add(1000);
    twice.checked_div(2000).unwrap_or_default()
}

/// Gives a part back, then one unit more than is left, then the rest. Returns whether the server gives a part back.
fn bounded(checker: &mut Checker<'_>, path: &str, verb: &str, field: &str, whole: i64) -> Result<bool, TransportError> {
    let part = 60_i64;
    let left = whole.saturating_sub(part);
    let asked = |amount: i64| HttpRequest::post(format!("{path}/{verb}")).with("amount", amount);
    if !checker.send(&asked(part))?.is_done() {
        return Ok(false);
    }
    let more = checker.send(&asked(left.saturating_add(1)))?;
    let is_bounded = beyond(checker, &more, verb, &format!("{verb} of {} of {whole}", whole.saturating_add(1)));
    if more.is_done() {
        return Ok(true);
    }
    let rest = checker.send(&asked(left))?;
    if !checker.must_be_done(&rest, &format!("{verb} of the rest")) {
        return Ok(true);
    }
    if let Some(shown) = checker.get(path)? {
        checker.number("at the end", &shown, &format!("/{field}"), whole);
    }
    let more = checker.send(&asked(1))?;
    if beyond(checker, &more, verb, &format!("{verb} of 1 more than everything")) && is_bounded {
        checker.about(&["ERR-26"]);
        checker.kept();
        checker.about(&[]);
    }
    Ok(true)
}

/// More than the rest must be answered 400 (ERR-26). Returns whether it was. `request` names the request.
fn beyond(checker: &mut Checker<'_>, reply: &HttpReply, verb: &str, request: &str) -> bool {
    checker.about(&["ERR-26"]);
    if reply.is_done() {
        let headline = format!("{request} are accepted");
        let status = reply.status.to_string();
        checker.blame(Class::Money, &format!("{verb} beyond the whole"), &headline, "400", &status);
    } else if reply.status != 400 && !reply.is_failure() {
        let headline = format!("{request} are answered {} instead of 400", reply.status);
        let status = reply.status.to_string();
        checker.blame(Class::Protocol, &format!("{verb} beyond the whole: status"), &headline, "400", &status);
    }
    checker.about(&[]);
    reply.status == 400
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_fees_each_share_or_their_sum_may_be_rounded() {
        let table = [(0, 33, 34), (1, 67, 68), (2, 100, 99)];
        for (place, sum, wrong) in table {
            let permitted = permitted(100, place, true);
            assert!(permitted.contains(&sum) && !permitted.contains(&wrong), "{place}: {permitted:?}");
        }
        assert!(permitted(100, 1, true).contains(&66) && !permitted(100, 1, false).contains(&67));
        assert_eq!(permitted(367, 1, false), [245]);
    }
}
