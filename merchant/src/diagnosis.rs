//! One line on a shortest story: the classic mistake, if it is one.

use crate::attack::Attack;
use crate::fault::MerchantFault;
use crate::judge::fault_text;
use crate::run::RunResult;
use crate::timeline::{Party, TimelineEntry};
use holdfast_server::chaos::Behavior;
use std::collections::BTreeSet;

/// The line for a fault that an attack caused.
const STRANGER: &str = "believes what a stranger can send: verify, then retrieve the object (HOOK-8, HOOK-9)";

/// The money of a purchase at the end of a run, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct PurchaseMoney {
    /// The amount of the order.
    pub(crate) amount: u64,
    /// The money that the provider received.
    pub(crate) received: u64,
    /// The refunds in the ledger, without those that failed.
    pub(crate) refunded: u64,
    /// The refunds that failed or were canceled.
    pub(crate) undone: u64,
    /// The refunds in the merchant's books.
    pub(crate) booked: u64,
}

/// Returns the line for a fault of a shrunk run.
#[must_use]
pub fn diagnosis(result: &RunResult, fault: MerchantFault) -> String {
    let Some(finding) = result.finding(fault) else { return String::new() };
    let slot = finding.slot;
    let had = |behavior: Behavior| {
        result.occurred.iter().any(|one| one.occasion.behavior == behavior && one.occasion.scope == slot)
    };
    let event = |name: &str| result.transitions.get(&slot).is_some_and(|names| names.iter().any(|known| known == name));
    let careless = careless(&result.timeline, slot);
    let lost = had(Behavior::ClosedAfterEffect) || had(Behavior::SlowAnswer) || had(Behavior::StoredFailure);
    let (last, has_asked) = last_step(&result.timeline, slot, &finding.what);
    // Neither the customer nor the staff of this order caused it.
    let is_passive = !last.starts_with("returns to") && !last.starts_with("staff");
    let money = result.money.get(&slot).copied().unwrap_or_default();
    let line = match fault {
        // Shrinking leaves the attacker out unless the fault needs one.
        _ if fault != MerchantFault::HostileAccepted && is_of_attack(result, slot, &finding.what) => STRANGER,
        MerchantFault::FulfilledEarly | MerchantFault::PaidTooMuch
            if is_passive && is_of_another(result, slot, &finding.what) =>
        {
            "mixes up orders: the payment of another one changed this one"
        }
        MerchantFault::FulfilledEarly | MerchantFault::PaidTooMuch => early(last, has_asked, &event),
        MerchantFault::FulfilledTwice if had(Behavior::WebhookTwinEvent) => {
            "removes duplicates by event id alone: one change can come under two event ids (R10, HOOK-2)"
        }
        MerchantFault::FulfilledTwice if had(Behavior::CustomerReturnsTwice) => {
            "fulfills on each visit of the return page (R10)"
        }
        MerchantFault::FulfilledTwice if had(Behavior::WebhookDoubled) || had(Behavior::WebhookRetried) => {
            "does not remove duplicates: a webhook comes more than once (R10, HOOK-2)"
        }
        MerchantFault::FulfilledTwice => "fulfills from several sources without one guard for the order (R10)",
        MerchantFault::ChargedTwice if had(Behavior::CustomerClicksTwice) => {
            "creates a payment for each click: the order needs one payment, or a key derived from the order (R5, IDEM-11)"
        }
        MerchantFault::ChargedTwice if event("payment_intent.payment_failed") => {
            "makes a new payment after a decline while the first can still be paid (R23)"
        }
        MerchantFault::ChargedTwice => "repeats a request under a fresh key (R1, R5, IDEM-11)",
        MerchantFault::RefundedTwice if refunds_made(result, slot) == 1 => {
            "refunds another amount than the staff asked for"
        }
        MerchantFault::RefundedTwice => "repeats a refund without the same idempotency key (R5, IDEM-11)",
        MerchantFault::NeverFulfilled | MerchantFault::PaidTooLittle => missed(&had, &event, lost, careless),
        MerchantFault::RefundsDiffer => refunds(&had, &event, lost, careless, money),
        MerchantFault::CapturedTooMuch => {
            "captures another amount than the staff asked for: without `amount_to_capture` the whole hold is taken (CAP-8)"
        }
        MerchantFault::NotCarriedOut => "confirms to its staff what the provider did not do (R2)",
        MerchantFault::CanceledDiffers => "cancels by its own clock, or takes a failure as final (R8, R15)",
        MerchantFault::PaidUnknown => "does not know an order that the provider was paid for",
        MerchantFault::BooksMalformed => "sends its books in another form: minor units and counts as JSON numbers",
        MerchantFault::NeverAcknowledged if event("charge.updated") => {
            "fails on an event, for example on a `balance_transaction` that is null for up to an hour (R21, A7)"
        }
        MerchantFault::NeverAcknowledged => "fails on events that it does not expect (HOOK-3, HOOK-5)",
        MerchantFault::MalformedRequest => "sends parameters that the pinned version does not have",
        MerchantFault::HostileAccepted => "does not verify `Stripe-Signature` with its timestamp (HOOK-8, HOOK-9)",
        MerchantFault::HostileMoved => STRANGER,
        MerchantFault::NoBooks => "the application does not answer",
    };
    line.to_owned()
}

/// Returns whether an attack on the purchase stands before the fault.
fn is_of_attack(result: &RunResult, slot: u64, what: &str) -> bool {
    let fault = fault_text(what);
    let mut before = result.timeline.iter().take_while(|entry| entry.text != fault).filter(|entry| entry.slot == slot);
    before.any(|entry| Attack::ALL.iter().any(|attack| entry.text.starts_with(attack.name())))
}

/// Returns whether shrinking kept another purchase: it tries first whether a fault needs one.
fn is_of_another(result: &RunResult, slot: u64, what: &str) -> bool {
    let fault = fault_text(what);
    let mut before = result.timeline.iter().take_while(|entry| entry.text != fault);
    before.any(|entry| entry.to == Party::Merchant && entry.slot != 0 && entry.slot != slot)
}

/// Returns the number of refunds of a purchase.
fn refunds_made(result: &RunResult, slot: u64) -> usize {
    let names = result.transitions.get(&slot);
    names.map_or(0, |names| names.iter().filter(|name| *name == "refund.created").count())
}

/// Returns the last message to the merchant before the fault, and whether the merchant then asked the provider.
fn last_step<'a>(entries: &'a [TimelineEntry], slot: u64, what: &str) -> (&'a str, bool) {
    let mut last = ("", false);
    let fault = fault_text(what);
    for entry in entries.iter().take_while(|entry| entry.text != fault).filter(|entry| entry.slot == slot) {
        if entry.to == Party::Merchant {
            last = (entry.text.as_str(), false);
        } else if entry.from == Party::Merchant && entry.to == Party::Provider {
            last.1 = true;
        }
    }
    last
}

fn early(last: &str, has_asked: bool, event: &dyn Fn(&str) -> bool) -> &'static str {
    if last.starts_with("returns to") && !has_asked {
        "fulfills on the return page without asking the provider (B25)"
    } else if last.starts_with("staff") {
        "books what it asked for instead of what the provider did (R2, R11)"
    } else if event("payment_intent.processing") {
        "takes a submitted debit for money: `processing` and a complete session are no success (C8, B27)"
    } else if event("payment_intent.amount_capturable_updated") {
        "takes a hold for money: under manual capture a complete session is only authorized (B27, C10)"
    } else if event("charge.failed") || event("payment_intent.payment_failed") {
        "takes a failed attempt for money (C13)"
    } else {
        "books money when it asks for it, not when the provider confirms it (C11)"
    }
}

/// A careless acknowledgment of a webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Careless {
    /// A request that the handler made had failed.
    AfterFailure,
    /// The handler did nothing, and had refused the same event before.
    AfterRefusal,
    /// The handler did nothing on any success.
    WithoutWork,
}

/// The events that tell of a success.
const SUCCESSES: [&str; 3] =
    ["payment_intent.succeeded", "checkout.session.completed", "checkout.session.async_payment_succeeded"];
/// The behaviors that make a request of a handler fail.
const FAILURES: [Behavior; 5] = [
    Behavior::ClosedBeforeEffect,
    Behavior::ClosedAfterEffect,
    Behavior::KeepAliveDropped,
    Behavior::RateLimited,
    Behavior::LockTimeout,
];

/// Returns the worst acknowledgment of a success in a story. The requests of a handler, and the chaos in them, stand
/// behind its webhook.
fn careless(entries: &[TimelineEntry], slot: u64) -> Option<Careless> {
    let own: Vec<&TimelineEntry> = entries.iter().filter(|entry| entry.slot == slot).collect();
    let is_request = |entry: &TimelineEntry| entry.from == Party::Merchant && entry.to == Party::Provider;
    let is_failure = |entry: &TimelineEntry| {
        FAILURES.iter().any(|behavior| entry.text.starts_with(&format!("chaos {}:", behavior.name())))
    };
    let (mut refused, mut has_worked, mut found) = (BTreeSet::new(), false, None);
    for (place, entry) in own.iter().enumerate() {
        if !SUCCESSES.iter().any(|name| entry.text.starts_with(&format!("webhook {name} "))) {
            continue;
        }
        let Some((event, reply)) = entry.text.rsplit_once(": ") else { continue };
        if reply != "200" {
            refused.insert(event);
            continue;
        }
        let rest: Vec<&&TimelineEntry> =
            own.iter().skip(place).skip(1).take_while(|one| is_request(one) || one.from == one.to).collect();
        let last = rest.iter().rfind(|one| is_request(one));
        let is_well = |last: &&&&TimelineEntry| last.text.ends_with(": 200") || last.text.ends_with(": 404");
        if rest.iter().any(|one| is_failure(one)) || last.as_ref().is_some_and(|last| !is_well(last)) {
            return Some(Careless::AfterFailure);
        }
        has_worked |= last.is_some();
        if last.is_none() && found != Some(Careless::AfterRefusal) {
            let again = refused.contains(event);
            found = Some(if again { Careless::AfterRefusal } else { Careless::WithoutWork });
        }
    }
    found.filter(|found| *found == Careless::AfterRefusal || !has_worked)
}

fn missed(
    had: &dyn Fn(Behavior) -> bool,
    event: &dyn Fn(&str) -> bool,
    lost: bool,
    careless: Option<Careless>,
) -> &'static str {
    if careless == Some(Careless::AfterFailure) {
        "acknowledges a webhook although its handling failed (HOOK-5)"
    } else if careless == Some(Careless::AfterRefusal) {
        "remembers an event before it is handled, and does nothing when it comes again (HOOK-5, R9)"
    } else if had(Behavior::WebhookBeforeAnswer) {
        "acknowledges an event whose order it does not know yet, and so loses it (R9)"
    } else if had(Behavior::WebhookReordered) || had(Behavior::WebhookLate) {
        "lets an older event overwrite a newer state (R8)"
    } else if event("payment_intent.payment_failed") {
        "treats `payment_failed` as final although a later attempt succeeds (R8)"
    } else if had(Behavior::WebhookTwoSignatures) {
        "compares the first `v1` only while the secret is rolled (HOOK-10)"
    } else if had(Behavior::WebhookOlderVersion) {
        "reads fields of one API version from an event of another (HOOK-7)"
    } else if had(Behavior::EndpointDown) || had(Behavior::WebhookRetried) {
        "acknowledges before the event is stored, or remembers it before it is handled (HOOK-5, R9)"
    } else if had(Behavior::CustomerClosesPage) {
        "fulfills on the return page alone: the customer may never come back (B25)"
    } else if careless == Some(Careless::WithoutWork) {
        "acknowledges a webhook without acting on it, for example of a payment that it does not know yet (R9)"
    } else if event("payment_intent.processing") {
        "misses the success of a debit days later (C8)"
    } else if event("charge.updated") {
        "reads the amount from a `balance_transaction`, which is null for up to an hour (R21, A7)"
    } else if lost {
        "reports a failure although the lost response was a success (R2, R3)"
    } else {
        "does not act on the event of the success (C11)"
    }
}

fn refunds(
    had: &dyn Fn(Behavior) -> bool,
    event: &dyn Fn(&str) -> bool,
    lost: bool,
    careless: Option<Careless>,
    money: PurchaseMoney,
) -> &'static str {
    let PurchaseMoney { amount, received, refunded, undone, booked } = money;
    let more = booked.saturating_sub(refunded);
    let is_released = event("charge.expired") || event("payment_intent.canceled");
    let has_failed = had(Behavior::RefundFailsLater) && event("refund.failed");
    // The amounts decide: each line explains all of the money that is wrong, or another line is the likelier one.
    if careless == Some(Careless::AfterFailure) {
        "acknowledges a webhook although its handling failed (HOOK-5)"
    } else if received == 0 && more > 0 && is_released {
        "takes `charge.refunded` of a released hold for money out (R12, HOLD-19)"
    } else if more > 0 && received > 0 && more == amount.saturating_sub(received) && event("charge.captured") {
        "takes the released remainder of a partial capture for a refund (R19)"
    } else if more > 0 && more == undone && has_failed {
        "does not follow a refund that fails after it succeeded (R7)"
    } else if more > 0 && more == undone && had(Behavior::RefundNeedsDetails) {
        "counts a returned refund as money out (REF-2)"
    } else if had(Behavior::WebhookDoubled) || had(Behavior::WebhookTwinEvent) || had(Behavior::WebhookRetried) {
        "adds up refund events instead of reading the amount (R10)"
    } else if more == 0 && lost {
        "does not learn the outcome of a refund whose response was lost (R2, R5)"
    } else if careless.is_some() {
        "acknowledges a webhook without acting on it, for example of a payment that it does not know yet (R9)"
    } else {
        "books refunds other than the provider's (R7)"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A refund that failed is the cause only if it explains all of the money that is wrong.
    #[test]
    fn the_amounts_decide_on_refunds() {
        let money =
            |received, refunded, undone, booked| PurchaseMoney { amount: 1_000, received, refunded, undone, booked };
        let rows = [
            (money(1_000, 0, 300, 300), "R7)"),
            (money(1_000, 300, 300, 600), "R7)"),
            (money(1_000, 0, 300, 600), "R10"),
            (money(1_000, 300, 300, 900), "R10"),
            (money(600, 0, 300, 400), "R19"),
            (money(0, 0, 0, 1_000), "R12"),
        ];
        for (money, named) in rows {
            let had = |behavior| [Behavior::RefundFailsLater, Behavior::WebhookDoubled].contains(&behavior);
            let event = |name: &str| ["refund.failed", "charge.captured", "charge.expired"].contains(&name);
            let line = refunds(&had, &event, false, None, money);
            assert!(line.contains(named) && (named != "R7)" || line.contains("does not follow")), "{money:?}: {line}");
        }
        // The network has not reported the failure yet.
        let had = |behavior| behavior == Behavior::RefundFailsLater;
        let line = refunds(&had, &|_| false, false, None, money(1_000, 0, 300, 300));
        assert!(!line.contains("does not follow"), "{line}");
    }
}
