//! The table of chaos behaviors: the description of each, its requirements, its probabilities, its effect on the wire and
//! the reaction of correct code.

/// The part that shows a behavior.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// Responses of the API.
    Answer,
    /// Deliveries of events.
    Webhook,
    /// The provider's ledger.
    Ledger,
    /// Banks and card networks.
    Bank,
    /// The customer. Only `check merchant` plays customers.
    Customer,
}

impl Side {
    /// Every part.
    pub const ALL: &'static [Self] = &[Self::Answer, Self::Webhook, Self::Ledger, Self::Bank, Self::Customer];

    /// Returns the part's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Answer => "answers",
            Self::Webhook => "webhooks",
            Self::Ledger => "ledger",
            Self::Bank => "banks",
            Self::Customer => "customers",
        }
    }
}

/// One row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BehaviorRow {
    /// The name in profiles, logs and reports.
    pub name: &'static str,
    /// The part that shows it.
    pub side: Side,
    /// The requirements that permit it.
    pub requirements: &'static str,
    /// The probabilities under `calm`, `ordinary` and `stormy`, in thousandths.
    pub chances: [u16; 3],
    /// The behavior.
    pub what: &'static str,
    /// The effect that a merchant sees.
    pub wire: &'static str,
    /// The reaction of correct code.
    pub correct: &'static str,
}

macro_rules! behaviors {
    ($($variant:ident $name:literal $side:ident $ids:literal $chances:tt $what:literal $wire:literal $correct:literal;)*) => {
        /// One thing that the specification permits and a careful sandbox never does.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Behavior { $(#[doc = $what] $variant),* }

        impl Behavior {
            /// Every behavior, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Returns the behavior's row.
            #[must_use]
            pub const fn row(self) -> BehaviorRow {
                match self {
                    $(Self::$variant => BehaviorRow {
                        name: $name, side: Side::$side, requirements: $ids, chances: $chances,
                        what: $what, wire: $wire, correct: $correct,
                    }),*
                }
            }
        }
    };
}

behaviors! {
    ClosedAfterEffect "closed_after_effect" Answer "IDEM-11, R1, R5" [2, 20, 80]
        "The connection closes after the request took effect."
        "No response; the client sees a reset connection."
        "Repeats the request under the same idempotency key.";
    ClosedBeforeEffect "closed_before_effect" Answer "IDEM-11, R1" [2, 20, 60]
        "The connection closes before the request takes effect."
        "No response; the client sees a reset connection."
        "Repeats the request under the same idempotency key.";
    StoredFailure "stored_failure" Answer "IDEM-3, IDEM-14, R2" [0, 5, 25]
        "The acquirer's answer is lost, and the failure is stored under the key."
        "500 `api_error`, repeated under the same key for 24 hours; events show the outcome."
        "Retrieves the object, or waits for its events, before it tries with another key.";
    KeyInUse "key_in_use" Answer "IDEM-7, R3" [0, 50, 200]
        "A repeated request arrives while the first one is still in work."
        "409 with code `idempotency_key_in_use` and `Stripe-Should-Retry: true`."
        "Waits and repeats under the same key; reports no decline.";
    LockTimeout "lock_timeout" Answer "IDEM-5, IDEM-7, R4" [1, 15, 50]
        "Another request holds the object."
        "429 with code `lock_timeout`; nothing has changed and nothing is stored."
        "Waits and repeats under the same key.";
    RateLimited "rate_limited" Answer "IDEM-9, P32" [1, 15, 50]
        "The account sends too many requests."
        "429 with code `rate_limit` and the header `Retry-After`."
        "Waits as the header says and repeats under the same key.";
    SlowAnswer "slow_answer" Answer "IDEM-11, R3" [0, 5, 20]
        "The response takes longer than the client waits."
        "The client's own time-out, after the effect."
        "Repeats the request under the same idempotency key.";
    KeepAliveDropped "keep_alive_dropped" Answer "IDEM-11" [2, 20, 60]
        "A kept connection closes between two requests."
        "The next request on the connection gets no response."
        "Opens another connection and repeats under the same key.";
    WebhookLate "webhook_late" Webhook "HOOK-1, HOOK-3, R8" [5, 60, 200]
        "A delivery is late by minutes, hours or almost three days."
        "Other events, and the customer, arrive long before it."
        "Shows the order as pending, and retrieves the object if it must know.";
    WebhookReordered "webhook_reordered" Webhook "HOOK-1, R8" [20, 150, 400]
        "Deliveries that are due together arrive in another order."
        "`payment_intent.succeeded` before `payment_intent.created`, a failure after the success."
        "Decides by the object's current state, not by the last event.";
    WebhookDoubled "webhook_doubled" Webhook "HOOK-1, HOOK-2, R10" [10, 80, 250]
        "A delivery is repeated although it was acknowledged."
        "The same event id twice."
        "Remembers event ids; acts once.";
    WebhookTwinEvent "webhook_twin_event" Webhook "HOOK-1, HOOK-2, R10" [2, 30, 120]
        "One change is announced by two events."
        "Two event ids with the same type and the same object."
        "Makes the action itself idempotent: one fulfillment for an order.";
    WebhookBeforeAnswer "webhook_before_answer" Webhook "HOOK-1, R9" [5, 60, 200]
        "The event arrives before the response of the request that caused it."
        "A webhook about an object whose id the merchant has not stored yet."
        "Refuses it with a status outside 200 to 299 so that it comes again, or finds the order by metadata.";
    WebhookTwoSignatures "webhook_two_signatures" Webhook "HOOK-8, HOOK-10" [5, 50, 150]
        "The endpoint's secret was rolled less than 24 hours ago."
        "`Stripe-Signature` has two `v1`; the merchant's secret matches the second."
        "Accepts the event if any `v1` matches.";
    WebhookOlderVersion "webhook_older_version" Webhook "HOOK-7, P6" [0, 20, 80]
        "The endpoint without a version of its own renders events in the account's older version."
        "`api_version` is older than the client's, and the payment shows `charges`."
        "Reads ids from the event and retrieves the object in its own version.";
    WebhookRetried "webhook_retried" Webhook "HOOK-3, HOOK-5" [1000, 1000, 1000]
        "A refused or unanswered delivery is retried with growing waits."
        "The same event after 1, 2, 4, 8 minutes and so on, for three days."
        "Answers 2xx only if the event is stored or handled.";
    EndpointDown "endpoint_down" Webhook "HOOK-3" [0, 10, 50]
        "Deliveries do not reach the endpoint for a while."
        "Nothing; retries arrive later, in another order."
        "Needs nothing but retries, and misses no event.";
    LedgerLate "ledger_late" Ledger "A7, A12, R21" [100, 400, 700]
        "The background capture is posted at any moment within the hour."
        "`balance_transaction`, `transfer` and `application_fee` are null until `charge.updated`."
        "Waits for `charge.updated`; treats null as not yet known.";
    DebitFails "debit_fails" Bank "C8, EVT-6" [10, 100, 300]
        "The bank rejects a debit days after the confirmation."
        "`payment_intent.processing`, and days later `payment_intent.payment_failed`."
        "Fulfills on success only, not on `processing` or on a complete session.";
    DebitLate "debit_late" Bank "C8" [50, 200, 500]
        "A debit settles up to six days later than usual."
        "A payment stays `processing` for days."
        "Waits; does not ask the customer to pay again.";
    RefundLate "refund_late" Bank "REF-1, REF-4" [20, 150, 400]
        "The network reports the outcome of a refund up to twenty days later."
        "A refund stays `pending`."
        "Shows the refund as on its way.";
    RefundFailsLater "refund_fails_later" Bank "REF-4, EVT-14, R7" [5, 60, 250]
        "A refund fails days after it succeeded."
        "`refund.failed`; `amount_refunded` of the charge decreases."
        "Follows `refund.failed`, corrects the books and pays the customer in another way.";
    RefundNeedsDetails "refund_needs_details" Bank "REF-2, REF-5" [2, 20, 80]
        "The bank returns a refund, which then needs the customer's details."
        "`refund.updated` with status `requires_action`."
        "Does not count the refund as received by the customer.";
    HoldExpiresFirst "hold_expires_first" Bank "HOLD-11, R11" [0, 5, 60]
        "A hold expires an instant before its capture."
        "The capture is refused with `payment_intent_unexpected_state`; the payment is canceled."
        "Records no payment, and reads the payment's state after a refused capture.";
    CustomerAbandons "customer_abandons" Customer "B16, CHK-4" [50, 100, 100]
        "The customer never pays."
        "`checkout.session.expired` after a day, or nothing."
        "Keeps the order unpaid and releases its stock.";
    CustomerDeclinedFirst "customer_declined_first" Customer "C13, EVT-5, R8, R23" [50, 150, 300]
        "The issuer declines once and approves the next attempt."
        "`payment_intent.payment_failed`, then `payment_intent.succeeded` of the same payment."
        "Lets the customer retry the same payment; does not take the failure as final.";
    CustomerExhausts "customer_exhausts" Customer "C16, R17" [0, 5, 30]
        "The customer tries declined cards until the payment is canceled."
        "Many `payment_intent.payment_failed`, then `payment_intent.canceled`."
        "Treats the payment as canceled; a further purchase is another payment.";
    CustomerFailsChallenge "customer_fails_challenge" Customer "C7, C13" [20, 80, 200]
        "The customer fails authentication once and then passes it."
        "`requires_action`, `payment_failed`, and later success."
        "Waits for the outcome of the last attempt.";
    CustomerChallenged "customer_challenged" Customer "C7, EVT-4" [50, 150, 300]
        "The issuer asks for authentication."
        "`requires_action` with a `next_action`."
        "Sends the customer to the bank and fulfills nothing yet.";
    CustomerClosesPage "customer_closes_page" Customer "B25, HOOK-1" [50, 200, 400]
        "The customer pays and never returns to the shop."
        "No request to the return URL; only webhooks tell of the payment."
        "Fulfills by webhook.";
    CustomerClicksTwice "customer_clicks_twice" Customer "IDEM-11, R5" [20, 80, 200]
        "The customer starts the purchase twice."
        "Two requests of one order reach the shop."
        "Creates one payment for an order: reuses it, or derives the key from the order.";
    CustomerReturnsTwice "customer_returns_twice" Customer "B25, R10" [20, 100, 250]
        "The customer reloads the return page."
        "Two requests to the return URL."
        "Fulfills once.";
    CustomerPaysLast "customer_pays_last" Customer "B16, CHK-5, R15" [0, 20, 100]
        "The customer pays in the last second of the session."
        "Success a day after the order."
        "Does not cancel the order by its own clock before the session has expired.";
    LedgerReordered "ledger_reordered" Ledger "A7, HOOK-1, R21" [20, 150, 400]
        "The news of one posting arrive in any order: the charge, its transfer and the fee of the application."
        "`application_fee.created` or `transfer.created` before or after `charge.updated`."
        "Takes each id from the event that names it, and expects no order.";
    FundsLate "funds_late" Ledger "P22, TST-5" [0, 200, 500]
        "The account's money becomes available three to seven days after the payment."
        "Balance transactions are `pending` until `available_on`; `balance.available` names no payment."
        "Reads the available balance before it transfers money of its own; pays nothing out on a payment's success.";
}

impl Behavior {
    /// Returns the name in profiles, logs and reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.row().name
    }

    /// Returns the behavior with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|behavior| behavior.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_row_is_complete_and_named_once() {
        let mut names = BTreeSet::new();
        for behavior in Behavior::ALL {
            let row = behavior.row();
            assert!(names.insert(row.name), "{} is there twice", row.name);
            assert_eq!(Behavior::from_name(row.name), Some(*behavior));
            assert!(row.chances.is_sorted() && row.chances.iter().all(|chance| *chance <= 1000), "{}", row.name);
            for text in [row.what, row.wire, row.correct, row.requirements] {
                assert!(!text.is_empty(), "{} lacks a text", row.name);
            }
        }
        assert!(Side::ALL.iter().all(|side| Behavior::ALL.iter().any(|one| one.row().side == *side)));
    }
}
