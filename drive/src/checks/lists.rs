//! Ids that stay, pages of lists (P3), and answers with expanded objects.

use serde_json::Value;

use super::checker::{Checker, Looked, id_at};
use crate::finding::Class;
use crate::profile::RefundList;
use crate::server::looking::next_page;
use crate::wire::{HttpRequest, TransportError};

/// The part of the API that a server lacks if it refuses `expand` in a request that it accepts without.
const EXPANDED_REQUESTS: &str = "expand in requests that create or change";
/// Pages of one list that a check reads at most.
const PAGES: usize = 40;

/// A step of a payment: the path behind the payment's own, and one parameter.
type Operation = (&'static str, Option<(&'static str, &'static str)>);

/// The ids of a payment's charge, method and balance transaction stay the same through capture and refund.
pub(super) fn ids_stay(checker: &mut Checker<'_>) -> Result<Looked, TransportError> {
    if !checker.has_intents() {
        return Ok(Looked::NotThere("payments confirmed at their creation"));
    }
    let Some(payment) = checker.hold(&[])? else { return Ok(Looked::NotThere("holds")) };
    let Some(id) = id_at(&payment, "/id") else { return Ok(Looked::NotThere("ids")) };
    let path = format!("/v1/payment_intents/{id}");
    let mut known: Vec<(&str, String)> = Vec::new();
    let mut seen = vec![payment];
    for step in 0_u8..4 {
        match step {
            1 => {
                let asked = HttpRequest::post(format!("{path}/capture")).with("amount_to_capture", 700);
                seen.extend(checker.send(&asked)?.body);
            }
            2 => {
                if let Some(refund) = checker.refund(&id, 300)? {
                    checker.send(&refund)?;
                }
            }
            _ => {}
        }
        seen.extend(checker.get(&path)?);
        for shown in seen.drain(..) {
            for place in ["/id", "/latest_charge", "/payment_method", "/client_secret"] {
                let Some(now) = id_at(&shown, place) else { continue };
                match known.iter().find(|(known, _)| *known == place) {
                    Some((_, before)) if *before != now => {
                        let headline =
                            format!("`payment_intent{}` changes from one read to the next", place.replace('/', "."));
                        checker.blame(Class::Protocol, &format!("{place} changes"), &headline, before, &now);
                    }
                    Some(_) => {}
                    None => known.push((place, now)),
                }
            }
        }
    }
    Ok(Looked::Done)
}

/// A walk through the list of payments by pages of two gives each payment once, in the order of the whole list.
pub(super) fn pages_of_payments(checker: &mut Checker<'_>) -> Result<Looked, TransportError> {
    if !checker.has_intents() {
        return Ok(Looked::NotThere("payments confirmed at their creation"));
    }
    let mut made = Vec::new();
    for _ in 0_u8..5 {
        let Some(payment) = checker.hold(&[])? else { return Ok(Looked::NotThere("holds")) };
        made.extend(id_at(&payment, "/id"));
    }
    let list = HttpRequest::get("/v1/payment_intents");
    pages(checker, &list, &made, "payments")
}

/// The same for the refunds of one payment.
pub(super) fn pages_of_refunds(checker: &mut Checker<'_>) -> Result<Looked, TransportError> {
    if !checker.has_intents() || checker.server.profile.refunds != RefundList::ByIntent {
        return Ok(Looked::NotThere("a list of a payment's refunds"));
    }
    let Some(payment) = checker.pay(&[])? else { return Ok(Looked::NotThere("payments")) };
    let Some(id) = id_at(&payment, "/id") else { return Ok(Looked::NotThere("ids")) };
    let mut made = Vec::new();
    for _ in 0_u8..5 {
        let Some(asked) = checker.refund(&id, 100)? else { return Ok(Looked::NotThere("refunds")) };
        let Some(refund) = checker.send(&asked)?.body.and_then(|body| id_at(&body, "/id")) else {
            return Ok(Looked::NotThere("partial refunds"));
        };
        made.push(refund);
    }
    let list = HttpRequest::get("/v1/refunds").with("payment_intent", &id);
    pages(checker, &list, &made, "refunds")
}

fn pages(checker: &mut Checker<'_>, list: &HttpRequest, made: &[String], what: &str) -> Result<Looked, TransportError> {
    checker.about(&["P3"]);
    let ours = |ids: &[String]| -> Vec<String> { ids.iter().filter(|id| made.contains(id)).cloned().collect() };
    let asked = list.clone().with("limit", 100);
    let (mut whole, mut next) = (Vec::new(), Some(asked.clone()));
    for _ in 0..PAGES {
        // A server may give fewer items than requested.
        let Some(page) = next.take().filter(|_| whole.len() < made.len()) else { break };
        let page = checker.send(&page)?;
        let Some(found) = ids(page.body.as_ref()).filter(|_| page.is_done()) else {
            return Ok(Looked::NotThere("the list"));
        };
        whole.extend(ours(&found));
        next = page.body.as_ref().and_then(|body| next_page(&asked, body));
    }
    if next.is_some() && whole.len() < made.len() {
        return Ok(Looked::NotDone("the list has more pages than a check reads"));
    }
    if whole.len() != made.len() {
        let headline = format!("the list of {what} holds {} of {} that were just made", whole.len(), made.len());
        let (model, server) = (format!("{} of them", made.len()), format!("{} of them", whole.len()));
        checker.blame(Class::Protocol, "items are missing", &headline, &model, &server);
        return Ok(Looked::Done);
    }
    let mut walked: Vec<String> = Vec::new();
    let mut after: Option<String> = None;
    let mut is_walked = false;
    for _ in 0..PAGES {
        let asked = list.clone().with("limit", 2).with_some("starting_after", after.as_ref());
        let page = checker.send(&asked)?;
        let Some(found) = ids(page.body.as_ref()).filter(|_| page.is_done()) else {
            return Ok(Looked::NotThere("pages"));
        };
        if found.len() > 2 && after.is_none() {
            // A server that gives everything at once has no pages.
            return Ok(Looked::NotThere("pages"));
        }
        // The page after the last item is read too, and has none of them.
        let is_behind = walked.len() >= made.len();
        walked.extend(ours(&found));
        after = found.last().cloned();
        is_walked = is_behind || after.is_none();
        if is_walked {
            break;
        }
    }
    if !is_walked && walked.is_empty() {
        // What was just made is behind many older items.
        return Ok(Looked::NotThere("a list that begins with the newest"));
    }
    if walked == whole {
        checker.kept();
    } else {
        let headline =
            format!("a walk through the {what} by pages of 2 is not the list: {} of {}", walked.len(), whole.len());
        let (model, server) = (format!("{} in one order", whole.len()), format!("{} in another order", walked.len()));
        checker.blame(Class::Protocol, "pages are not the list", &headline, &model, &server);
    }
    Ok(Looked::Done)
}

fn ids(list: Option<&Value>) -> Option<Vec<String>> {
    let data = list?.pointer("/data")?.as_array()?;
    Some(data.iter().filter_map(|item| id_at(item, "/id")).collect())
}

/// An answer with an expanded object shows what a read with the same expansion shows.
pub(super) fn expansion(checker: &mut Checker<'_>) -> Result<Looked, TransportError> {
    if !checker.has_intents() || !checker.server.profile.expands {
        return Ok(Looked::NotThere("expand"));
    }
    let steps: [Operation; 3] = [("", None), ("/capture", Some(("amount_to_capture", "700"))), ("/cancel", None)];
    for (step, more) in steps {
        checker.restart();
        let expand = ("expand[]", "latest_charge");
        let made = if step.is_empty() { checker.hold(&[expand])? } else { checker.hold(&[])? };
        let lacks = if step.is_empty() { EXPANDED_REQUESTS } else { "holds" };
        let Some(payment) = made else { return Ok(Looked::NotThere(lacks)) };
        let Some(id) = id_at(&payment, "/id") else { return Ok(Looked::NotThere("ids")) };
        let path = format!("/v1/payment_intents/{id}");
        let answer = if step.is_empty() {
            payment
        } else {
            let asked = HttpRequest::post(format!("{path}{step}"));
            let asked = more.iter().fold(asked, |asked, (name, value)| asked.with(name, value));
            let reply = checker.send(&asked.with(expand.0, expand.1))?;
            let Some(body) = reply.body.clone().filter(|_| reply.is_done()) else { continue };
            body
        };
        let read = checker.send(&HttpRequest::get(&*path).with(expand.0, expand.1))?;
        let Some(read) = read.body else { continue };
        if let Some((place, is, must)) = difference(&answer, &read, "") {
            let operation = if step.is_empty() { "create" } else { step.trim_start_matches('/') };
            let headline = format!("the answer of {operation} with expand shows another `{place}` than a read");
            checker.blame(Class::Protocol, &format!("{operation}{place}"), &headline, &must, &is);
        }
    }
    Ok(Looked::Done)
}

/// A request is answered with the same status and code, with and without expansion.
pub(super) fn expansion_of_refusals(checker: &mut Checker<'_>) -> Result<Looked, TransportError> {
    if !checker.has_intents() || !checker.server.profile.expands {
        return Ok(Looked::NotThere("expand"));
    }
    let steps: [Operation; 4] =
        [("/capture", Some(("amount_to_capture", "1001"))), ("/capture", None), ("/capture", None), ("/cancel", None)];
    // A server that does not know the parameter there refuses every request with it.
    if checker.hold(&[("expand[]", "latest_charge")])?.is_none() {
        return Ok(Looked::NotThere(EXPANDED_REQUESTS));
    }
    checker.restart();
    let Some(payment) = checker.hold(&[])? else { return Ok(Looked::NotThere("holds")) };
    let Some(other) = checker.hold(&[])? else { return Ok(Looked::NotThere("holds")) };
    let (Some(id), Some(other)) = (id_at(&payment, "/id"), id_at(&other, "/id")) else {
        return Ok(Looked::NotThere("ids"));
    };
    for (step, more) in steps {
        let asked = |id: &str| {
            let asked = HttpRequest::post(format!("/v1/payment_intents/{id}{step}"));
            more.iter().fold(asked, |asked, (name, value)| asked.with(name, value))
        };
        let mut status =
            |id: &str| Ok(checker.get(&format!("/v1/payment_intents/{id}"))?.and_then(|it| it.get("status").cloned()));
        let (one, two): (Option<Value>, Option<Value>) = (status(&id)?, status(&other)?);
        if one != two {
            return Ok(Looked::NotDone("of two payments, the one that no request named has changed"));
        }
        let plain = checker.send(&asked(&id))?;
        let expanded = checker.send(&asked(&other).with("expand[]", "latest_charge"))?;
        if expanded.text_at("/error/code") == Some("parameter_unknown") {
            return Ok(Looked::NotThere(EXPANDED_REQUESTS));
        }
        let said = |reply: &crate::wire::HttpReply| {
            format!("{} {}", reply.status, reply.text_at("/error/code").unwrap_or_default()).trim().to_owned()
        };
        if said(&plain) != said(&expanded) {
            let headline = format!(
                "`expand` changes the answer of {}: {} and {}",
                step.trim_start_matches('/'),
                said(&plain),
                said(&expanded)
            );
            let what = format!("{step} is answered otherwise");
            checker.blame(Class::Protocol, &what, &headline, &said(&plain), &said(&expanded));
        }
    }
    Ok(Looked::Done)
}

/// Returns the first place at which two objects differ, among the fields that both have.
pub(super) fn difference(is: &Value, must: &Value, place: &str) -> Option<(String, String, String)> {
    match (is, must) {
        (Value::Object(one), Value::Object(other)) => one.iter().find_map(|(name, value)| {
            let other = other.get(name)?;
            difference(value, other, &format!("{place}.{name}"))
        }),
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            one.iter().zip(other).find_map(|(one, other)| difference(one, other, place))
        }
        (one, other) if one == other => None,
        (one, other) => Some((place.to_owned(), crate::fields::short(one), crate::fields::short(other))),
    }
}
