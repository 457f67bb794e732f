//! Checks of the isolation between payments, paths, keys and accounts (I12, IDEM-3, IDEM-8).

use serde_json::Value;

use super::checker::{Checker, Looked, id_at};
use super::lists::difference;
use crate::finding::Class;
use crate::wire::{HttpReply, HttpRequest, TransportError};

fn path(id: &str) -> String {
    format!("/v1/payment_intents/{id}")
}

/// Holds 10.00 twice and returns the two ids.
fn two(checker: &mut Checker<'_>) -> Result<Option<[String; 2]>, TransportError> {
    if !checker.has_intents() {
        return Ok(None);
    }
    let mut made = || Ok(checker.hold(&[])?.and_then(|payment| id_at(&payment, "/id")));
    let (first, second): (Option<String>, Option<String>) = (made()?, made()?);
    Ok(first.zip(second).map(|(first, second)| [first, second]))
}

/// A payment that no request named is still a hold of 10.00.
fn untouched(checker: &mut Checker<'_>, id: &str, headline: &str) -> Result<(), TransportError> {
    let Some(shown) = checker.get(&path(id))? else { return Ok(()) };
    let status = shown.get("status").and_then(Value::as_str).unwrap_or_default().to_owned();
    let capturable = shown.get("amount_capturable").and_then(crate::fields::number);
    if status != "requires_capture" || capturable.is_some_and(|amount| amount != 1000) {
        let server = format!("{status}, capturable {}", capturable.unwrap_or_default());
        checker.blame(Class::Money, "another payment changes", headline, "requires_capture, capturable 1000", &server);
    }
    Ok(())
}

/// A second request under a key must be refused with 400, as one under a used key. Returns whether it was. `request`
/// names it, such as "cancel under the key of an update".
fn refused(checker: &mut Checker<'_>, reply: &HttpReply, request: &str) -> bool {
    let kind = reply.text_at("/error/type").unwrap_or_default();
    let is_right = reply.status == 400 && matches!(kind, "" | "idempotency_error");
    // Server errors are recorded where they are received.
    if !is_right && !reply.is_failure() {
        let what = if reply.is_done() { "accepted" } else { "refused for another reason" };
        let shown = if kind.is_empty() { reply.text_at("/status").unwrap_or_default() } else { kind };
        let server = format!("{} {shown}", reply.status);
        let headline = format!("{request} is {what}");
        checker.blame(Class::Protocol, what, &headline, "400 idempotency_error", server.trim());
    }
    is_right
}

/// The same key and body on two payments: the second is refused, and not captured.
pub(super) fn key_on_two_payments(checker: &mut Checker<'_>) -> Result<Looked, TransportError> {
    if checker.server.profile.ignores_keys {
        return Ok(Looked::NotThere("idempotency keys"));
    }
    let Some([first, second]) = two(checker)? else { return Ok(Looked::NotThere("holds")) };
    let asked = |id: &str, key: &str| HttpRequest {
        key: Some(key.to_owned()),
        ..HttpRequest::post(format!("{}/capture", path(id))).with("amount_to_capture", 400)
    };
    let key = checker.key(1);
    if !checker.send(&asked(&first, &key))?.is_done() {
        return Ok(Looked::NotThere("captures under a key"));
    }
    checker.about(&["IDEM-6"]);
    let reply = checker.send(&asked(&second, &key))?;
    let is_refused = refused(checker, &reply, "capture 400 of another payment under a used key");
    let other = HttpRequest { form: Vec::new(), ..asked(&first, &key) };
    let reply = checker.send(&other.with("amount_to_capture", 300))?;
    if refused(checker, &reply, "capture with another amount under a used key") && is_refused {
        checker.kept();
    }
    checker.about(&[]);
    untouched(checker, &second, "capture under another payment's key captures")?;
    Ok(Looked::Done)
}

/// The same key on two paths of one payment: the second is refused.
pub(super) fn key_on_two_paths(checker: &mut Checker<'_>) -> Result<Looked, TransportError> {
    if checker.server.profile.ignores_keys {
        return Ok(Looked::NotThere("idempotency keys"));
    }
    let Some([first, _]) = two(checker)? else { return Ok(Looked::NotThere("holds")) };
    let key = checker.key(1);
    let under_key = |asked: HttpRequest| HttpRequest { key: Some(key.clone()), ..asked };
    let change = under_key(HttpRequest::post(path(&first)).with("metadata[order]", 1));
    if !checker.send(&change)?.is_done() {
        return Ok(Looked::NotThere("updates under a key"));
    }
    checker.about(&["IDEM-6"]);
    let cancel = HttpRequest::post(format!("{}/cancel", path(&first)));
    let reply = checker.send(&under_key(cancel.clone().with("metadata[order]", 1)))?;
    let is_refused = refused(checker, &reply, "cancel under the key of an update");
    let reply = checker.send(&under_key(cancel))?;
    if refused(checker, &reply, "cancel under the key of an update") && is_refused {
        checker.kept();
    }
    checker.about(&[]);
    untouched(checker, &first, "cancel under the key of an update cancels")?;
    Ok(Looked::Done)
}

/// A request whose connection is cut is repeated under its key: it acts once.
pub(super) fn retry_after_cut(checker: &mut Checker<'_>) -> Result<Looked, TransportError> {
    if checker.server.profile.ignores_keys {
        return Ok(Looked::NotThere("idempotency keys"));
    }
    if !checker.has_intents() {
        return Ok(Looked::NotThere("payments confirmed at their creation"));
    }
    let Some(id) = checker.pay(&[])?.and_then(|payment| id_at(&payment, "/id")) else {
        return Ok(Looked::NotThere("payments"));
    };
    let key = checker.key(1);
    // The control: the server must accept a partial refund without a key on an intact connection.
    let Some(plain) = checker.refund(&id, 100)? else { return Ok(Looked::NotThere("refunds")) };
    if !checker.send(&plain)?.is_done() {
        return Ok(Looked::NotThere("partial refunds"));
    }
    let Some(refund) = checker.refund(&id, 300)? else { return Ok(Looked::NotThere("refunds")) };
    let refund = HttpRequest { key: Some(key), ..refund };
    checker.send_and_cut(&refund)?;
    let mut reply = checker.send(&refund)?;
    for _ in 0_u8..20 {
        if reply.status != 409 {
            break;
        }
        // The first one is still under way.
        std::thread::sleep(std::time::Duration::from_millis(20));
        reply = checker.send(&refund)?;
    }
    if !reply.is_done() {
        let server = format!("{} {}", reply.status, reply.text_at("/error/code").unwrap_or_default());
        let headline = "refund 300, repeated under its key after a cut connection, is refused";
        checker.blame(Class::Protocol, "refused", headline, "the refund", server.trim());
        return Ok(Looked::Done);
    }
    let is_same = repeated(checker, &refund, &reply, "a refund")?;
    // A server may carry out the request of the cut connection later than the repetition.
    for _ in 0_u8..5 {
        std::thread::sleep(std::time::Duration::from_millis(20));
        let read = HttpRequest::get(path(&id)).with("expand[]", "latest_charge");
        let Some(shown) = checker.send(&read)?.body else { break };
        if !checker.number("payment_intent", &shown, "/latest_charge/amount_refunded", 400) {
            break;
        }
    }
    // A refusal is an answer too.
    let Some(refund) = checker.refund(&id, 5_000)? else { return Ok(Looked::Done) };
    let refund = HttpRequest { key: Some(checker.key(2)), ..refund };
    let refusal = checker.send(&refund)?;
    if !refusal.is_done() && repeated(checker, &refund, &refusal, "a refusal")? && is_same {
        checker.about(&["IDEM-3"]);
        checker.kept();
    }
    Ok(Looked::Done)
}

/// Repeats a request under its key, and compares the whole answer with the first one (IDEM-3). Returns whether
/// they are the same.
fn repeated(
    checker: &mut Checker<'_>,
    asked: &HttpRequest,
    first: &HttpReply,
    what: &str,
) -> Result<bool, TransportError> {
    let again = checker.send(asked)?;
    let is_same = again.status == first.status && again.body == first.body;
    if !is_same && !again.is_failure() {
        let bodies = again.body.as_ref().zip(first.body.as_ref());
        let (place, is, must) = bodies.and_then(|(is, must)| difference(is, must, "")).unwrap_or_default();
        let said = |reply: &HttpReply, value: &str| format!("{} {place} {value}", reply.status).trim().to_owned();
        let (model, server) = (said(first, &must), said(&again, &is));
        checker.about(&["IDEM-3"]);
        let headline = format!("the answer of {what} is another one when it is repeated under its key");
        checker.blame(Class::Protocol, &format!("another answer of {what}"), &headline, &model, &server);
        checker.about(&[]);
    }
    Ok(is_same)
}

/// Of two holds of one amount, a capture and a refund reach the named one only.
pub(super) fn two_holds(checker: &mut Checker<'_>) -> Result<Looked, TransportError> {
    let Some([first, second]) = two(checker)? else { return Ok(Looked::NotThere("holds")) };
    if !checker.send(&HttpRequest::post(format!("{}/capture", path(&second))))?.is_done() {
        return Ok(Looked::NotThere("captures"));
    }
    untouched(checker, &first, "capture of the second of two holds changes the first")?;
    let mut looked = Looked::Done;
    match checker.refund(&second, 300)? {
        Some(refund) if checker.send(&refund)?.is_done() => {}
        _ => looked = Looked::NotThere("partial refunds"),
    }
    untouched(checker, &first, "refund of the second of two payments changes the first")?;
    // A payment that is captured is not canceled: the refusal must leave the first one alone too.
    checker.send(&HttpRequest::post(format!("{}/cancel", path(&second))))?;
    untouched(checker, &first, "cancel of the second of two payments changes the first")?;
    Ok(looked)
}

/// Two connected accounts do not see each other's payments, and do not share keys (IDEM-8).
pub(super) fn accounts(checker: &mut Checker<'_>) -> Result<Looked, TransportError> {
    let has_accounts = checker.server.profile.connected.is_some() && !checker.server.profile.ignores_keys;
    if !has_accounts || !checker.has_intents() {
        return Ok(Looked::NotThere("connected accounts"));
    }
    let account = || HttpRequest::post("/v1/accounts").with("type", "custom").with("country", "US");
    let mut made = || Ok(checker.send(&account())?.text_at("/id").map(str::to_owned));
    let (first, second): (Option<String>, Option<String>) = (made()?, made()?);
    let (Some(first), Some(second)) = (first, second) else { return Ok(Looked::NotThere("connected accounts")) };
    let key = checker.key(1);
    let more = [("capture_method", "manual")];
    let Some(payment) = checker.pay_as(Some(&first), Some(key.clone()), &more)? else {
        return Ok(Looked::NotThere("direct charges"));
    };
    let Some(id) = id_at(&payment, "/id") else { return Ok(Looked::NotThere("ids")) };
    for (account, who) in [(None, "the platform"), (Some(second.clone()), "another account")] {
        let read = HttpRequest { account: account.clone(), ..HttpRequest::get(path(&id)) };
        if checker.send(&read)?.is_done() {
            let headline = format!("a payment of one account is shown to {who}");
            checker.blame(Class::Protocol, &format!("shown to {who}"), &headline, "404", "200");
        }
        let capture = HttpRequest { account, ..HttpRequest::post(format!("{}/capture", path(&id))) };
        if checker.send(&capture)?.is_done() {
            let headline = format!("a hold of one account is captured by {who}");
            checker.blame(Class::Money, &format!("captured by {who}"), &headline, "404", "200");
        }
    }
    let list =
        HttpRequest { account: Some(second.clone()), ..HttpRequest::get("/v1/payment_intents").with("limit", 100) };
    if checker.send(&list)?.body.is_some_and(|body| body.to_string().contains(&id)) {
        checker.blame(
            Class::Protocol,
            "listed for another account",
            "a payment of one account is listed for another",
            "not listed",
            "listed",
        );
    }
    checker.about(&["IDEM-8"]);
    let again = checker.pay_as(Some(&second), Some(key), &more)?;
    match again.as_ref().and_then(|payment| id_at(payment, "/id")) {
        Some(other) if other == id => {
            let headline = "a key of one account answers with its payment in another account";
            checker.blame(Class::Money, "a key reaches across", headline, "another payment", "the same payment");
        }
        Some(_) => checker.kept(),
        None => {
            let headline = "a key that one account used is refused to another account";
            checker.blame(Class::Protocol, "a key is refused", headline, "another payment", "a refusal");
        }
    }
    Ok(Looked::Done)
}

/// A session is open, expires once, and stays expired.
pub(super) fn sessions(checker: &mut Checker<'_>) -> Result<Looked, TransportError> {
    let asked = HttpRequest::post("/v1/checkout/sessions")
        .with("mode", "payment")
        .with("success_url", "https://example.com/done")
        .with("line_items[0][quantity]", 1)
        .with("line_items[0][price_data][currency]", "usd")
        .with("line_items[0][price_data][unit_amount]", 2000)
        .with("line_items[0][price_data][product_data][name]", "T-shirt");
    let made = checker.send(&asked)?;
    let Some(id) = made.text_at("/id").filter(|_| made.is_done()).map(str::to_owned) else {
        return Ok(Looked::NotThere("sessions"));
    };
    let path = format!("/v1/checkout/sessions/{id}");
    for (word, expire) in [("open", false), ("expired", true), ("expired", true)] {
        if expire {
            let reply = checker.send(&HttpRequest::post(format!("{path}/expire")))?;
            if matches!(reply.status, 404 | 405) {
                return Ok(Looked::NotThere("expiry of sessions"));
            }
        }
        let Some(shown) = checker.get(&path)? else { return Ok(Looked::NotThere("reads of sessions")) };
        let text = |name: &str| shown.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (status, paid) = (text("status"), text("payment_status"));
        if status != word {
            let headline = format!("a session is `{status}` instead of `{word}`");
            checker.about(if STATUSES.contains(&status.as_str()) { &[] } else { &["VOC-12"] });
            checker.blame(Class::Money, &format!("{word} → {status}"), &headline, word, &status);
        }
        checker.about(&["VOC-12"]);
        if paid != "unpaid" && !paid.is_empty() {
            let headline = format!("a session that no payment paid is `{paid}`");
            checker.about(if PAYMENT_STATUSES.contains(&paid.as_str()) { &[] } else { &["VOC-12"] });
            checker.blame(Class::Money, &format!("unpaid → {paid}"), &headline, "unpaid", &paid);
        } else if status == word && paid == "unpaid" {
            checker.kept();
        }
    }
    Ok(Looked::Done)
}

/// The statuses of a session, and those of its payment (VOC-12).
const STATUSES: [&str; 3] = ["open", "complete", "expired"];
const PAYMENT_STATUSES: [&str; 3] = ["paid", "unpaid", "no_payment_required"];
