//! The table of scenarios.

use super::{Capacity, Scenario, cards, connect, flows, several};

/// Every scenario, in the order of the reports.
pub const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "single",
        about: "one card payment: create, update, confirm, decline, authenticate, capture, cancel, refund, expire",
        bounds: "amount 2; 2 confirmations before the limit; 2 refunds; every capture and confirmation method",
        capacity: Capacity::One,
        deep: false,
        variants: cards::single,
    },
    Scenario {
        name: "multicapture",
        about: "several captures of one hold, open and final, released, refunded meanwhile, expired, canceled",
        bounds: "amount 4, every split of it; 2 refunds; seven cards, five accounts",
        capacity: Capacity::One,
        deep: false,
        variants: cards::multicapture,
    },
    Scenario {
        name: "fifty_captures",
        about: "the limit of 50 captures: the 50th open and final, the 51st refused, the rest released",
        bounds: "amount 52, captured in pieces of 1; 2 refunds",
        capacity: Capacity::One,
        deep: false,
        variants: cards::fifty_captures,
    },
    Scenario {
        name: "async_capture",
        about: "background capture: success first, the ledger within the hour, Connect objects, refunds meanwhile",
        bounds: "amount 3; 2 refunds; all flows; to each deadline, and to one second before it",
        capacity: Capacity::One,
        deep: false,
        variants: connect::async_capture,
    },
    Scenario {
        name: "refunds",
        about: "refunds that are pending, fail after success, wait for the customer, are returned or canceled",
        bounds: "amount 4; 4 refunds that are done at once, 3 refunds that move on",
        capacity: Capacity::One,
        deep: false,
        variants: cards::refunds,
    },
    Scenario {
        name: "connect",
        about: "fees and transfers named at create, update, confirm and capture; fee refunds, reversals, latches",
        bounds: "amount 3; pieces of 1 to 3; 2 refunds; direct and destination charges, separate transfers",
        capacity: Capacity::One,
        deep: false,
        variants: connect::connect,
    },
    Scenario {
        name: "debits",
        about: "bank debits and transfers: processing, settled, failed, stuck, canceled inside the window",
        bounds: "amount 2; 2 confirmations before the limit; 2 refunds",
        capacity: Capacity::One,
        deep: false,
        variants: flows::debits,
    },
    Scenario {
        name: "setup",
        about: "a SetupIntent: cards, challenges, deposits, mandates, cancel, confirm limit",
        bounds: "2 confirmations before the limit; every payment method",
        capacity: Capacity::One,
        deep: false,
        variants: flows::setup,
    },
    Scenario {
        name: "checkout",
        about: "a Checkout Session in every form, completed, expired by the merchant or by time, with what it owns",
        bounds: "amount 2; 2 confirmations before the limit; 1 refund",
        capacity: Capacity::One,
        deep: false,
        variants: flows::checkout,
    },
    Scenario {
        name: "retries",
        about: "requests under two keys: replayed, mismatched, in use, failed, lost, pruned; races between two requests",
        bounds: "amount 3; a create, captures, a refund, a cancel; 2 keys; 2 refunds",
        capacity: Capacity::OneWithKeys,
        deep: false,
        variants: flows::retries,
    },
    Scenario {
        name: "two_payments",
        about: "two interchangeable payments side by side: an operation touches only the one it names",
        bounds: "pieces of 1; cards of 8, 4 refunds; connected accounts of 2, 2 refunds; banks of 4, 3 refunds",
        capacity: Capacity::Two,
        deep: false,
        variants: several::two_payments,
    },
    Scenario {
        name: "three_payments",
        about: "three interchangeable payments side by side",
        bounds: "pieces of 1; cards of 5, 4 refunds; connected accounts of 1, 2 refunds; banks of 3, 3 refunds; every kind of 1, 1 refund",
        capacity: Capacity::Three,
        deep: true,
        variants: several::three_payments,
    },
    Scenario {
        name: "deep_two_payments",
        about: "two_payments, with more money, in three dialects, and payments of different kinds side by side",
        bounds: "pieces of 1; cards of 12, 4 refunds; connected accounts of 3, every kind of 2, 2 refunds each",
        capacity: Capacity::Two,
        deep: true,
        variants: several::deep_two_payments,
    },
    Scenario {
        name: "deep_connect",
        about: "connect, with more money and more refunds",
        bounds: "amount 6; 4 refunds; pieces of 1 to 6",
        capacity: Capacity::One,
        deep: true,
        variants: connect::deep_connect,
    },
];

/// Returns the scenario called `name`; `None` if there is none.
#[must_use]
pub fn find(name: &str) -> Option<&'static Scenario> {
    SCENARIOS.iter().find(|scenario| scenario.name == name)
}
