//! Crashes: every operation, with a crash before and after every commit, every call of the acquirer and every webhook;
//! then a restart, the client's retry, and the same end as without any crash.

use crate::machine::{Machine, Point, Step};
use crate::test_helpers::{CONNECTED, MULTI};
use holdfast_engine::command::{EnvironmentEvent, MethodRef};
use holdfast_engine::store::{MemoryStore, SqliteStore, Store};
use holdfast_engine::{Decline, TestMethod};
use std::sync::Arc;
use std::sync::atomic::Ordering;

fn post(path: &'static str, params: impl Into<String>) -> Step {
    Step::Post(path, params.into())
}

const PAY: &str = "amount=1000 currency=usd confirm=true payment_method=";

/// Every operation at least once.
fn stories() -> Vec<(&'static str, Vec<Step>)> {
    let hold = format!("{PAY}pm_card_visa capture_method=manual {MULTI}");
    let to_connected = format!("transfer_data[destination]={CONNECTED} application_fee_amount=50");
    let item = "line_items[0][price_data][currency]=usd line_items[0][price_data][unit_amount]=2000 \
                line_items[0][price_data][product_data][name]=T";
    vec![
        (
            "several captures with shares and refunds",
            vec![
                post("payment_intents", format!("{hold} {to_connected}")),
                post(
                    "payment_intents/$0./capture",
                    "amount_to_capture=400 final_capture=false application_fee_amount=20",
                ),
                post("refunds", "payment_intent=$0. amount=100 metadata[a]=b"),
                post(
                    "payment_intents/$0./capture",
                    "amount_to_capture=300 final_capture=false application_fee_amount=7",
                ),
                post("payment_intents/$0./capture", "amount_to_capture=0 final_capture=true"),
                post("refunds", "payment_intent=$0. reverse_transfer=true refund_application_fee=true"),
                Step::Wait(90_000),
            ],
        ),
        (
            "confirm, update, cancel, decline, challenge",
            vec![
                post("payment_intents", "amount=900 currency=usd"),
                post("payment_intents/$0.", "amount=1000 metadata[a]=b"),
                post("payment_intents/$0./confirm", "payment_method=pm_card_visa_chargeDeclined"),
                post("payment_intents/$0./confirm", "payment_method=pm_card_threeDSecure2Required"),
                Step::Environment(|ids| EnvironmentEvent::Authenticate {
                    intent: ids[0].parse().unwrap(),
                    passes: true,
                }),
                post("payment_intents", format!("{PAY}pm_card_visa_chargeDeclined")),
                post("payment_intents", hold.clone()),
                post("payment_intents/$6./cancel", "cancellation_reason=duplicate"),
                post("payment_intents", hold.clone()),
                post("payment_intents/$8./capture", "amount_to_capture=600 final_capture=false"),
                post("payment_intents/$8./cancel", ""),
            ],
        ),
        (
            "async capture, expiry, failing and pending refunds",
            vec![
                post("payment_intents", format!("{PAY}pm_card_visa capture_method=automatic_async {to_connected}")),
                post("refunds", "payment_intent=$0. amount=300"),
                Step::Wait(60),
                post("payment_intents", hold.clone()),
                post("payment_intents/$3./capture", "amount_to_capture=600 final_capture=false"),
                post("payment_intents", hold.clone()),
                Step::Wait(604_801),
                post("payment_intents", format!("{PAY}pm_card_refundFail")),
                post("refunds", "payment_intent=$7."),
                post("payment_intents", format!("{PAY}pm_card_pendingRefund")),
                post("refunds", "payment_intent=$9."),
                Step::Wait(86_400),
            ],
        ),
        (
            "bank debits",
            vec![
                post("payment_intents", format!("{PAY}pm_usBankAccount_success")),
                post("payment_intents", format!("{PAY}pm_usBankAccount_accountClosed")),
                post("payment_intents", format!("{PAY}pm_usBankAccount_processing")),
                post("payment_intents/$2./cancel", ""),
                post("payment_intents", format!("{PAY}pm_usBankAccount_processing")),
                Step::Environment(|ids| EnvironmentEvent::BankAnswers {
                    intent: ids[4].parse().unwrap(),
                    answer: Err(Decline::NoAccount),
                }),
                Step::Wait(259_200),
                post("refunds", "payment_intent=$0. amount=10"),
            ],
        ),
        (
            "setups, customers, methods, sessions",
            vec![
                post("customers", "name=a"),
                post("payment_methods/pm_card_visa/attach", "customer=$0."),
                post("setup_intents", "confirm=true payment_method=$1. customer=$0."),
                post("setup_intents", "confirm=true payment_method=pm_card_visa_chargeDeclined"),
                post("payment_intents", format!("{PAY}$1. customer=$0.")),
                post("payment_methods/$1./detach", ""),
                post("checkout/sessions", format!("mode=payment success_url=https://x {item}")),
                Step::Environment(|ids| EnvironmentEvent::CompleteSession {
                    session: ids[6].parse().unwrap(),
                    method: MethodRef::Test(TestMethod::Visa),
                    email: None,
                }),
                post("checkout/sessions", format!("mode=payment success_url=https://x {item}")),
                post("checkout/sessions/$8./expire", ""),
                post("checkout/sessions", format!("mode=payment success_url=https://x {item}")),
                Step::Wait(86_400),
            ],
        ),
        (
            "money between accounts, webhooks",
            vec![
                post("webhook_endpoints", "url=https://a.test enabled_events[]=*"),
                post("payment_intents", format!("{PAY}pm_card_bypassPending capture_method=automatic")),
                post("transfers", format!("amount=500 currency=usd destination={CONNECTED}")),
                post("transfers/$2./reversals", "amount=200"),
                post("payment_intents", format!("{PAY}pm_card_visa capture_method=automatic {to_connected}")),
                post("webhook_endpoints/$0.", "disabled=true"),
                Step::Delete("webhook_endpoints/$0."),
            ],
        ),
        (
            "webhooks that need a second try",
            vec![
                post("webhook_endpoints", "url=https://a.test enabled_events[]=*"),
                post("webhook_endpoints", "url=https://b.test enabled_events[]=payment_intent.succeeded"),
                post("payment_intents", hold.clone()),
                Step::Wait(0),
                post("payment_intents/$2./capture", "amount_to_capture=600 final_capture=false"),
                Step::Wait(60),
                post("payment_intents/$2./capture", "amount_to_capture=0 final_capture=true"),
                Step::Wait(60),
            ],
        ),
    ]
}

/// Payments whose money becomes available while others come and go (P22).
fn settling() -> (&'static str, Vec<Step>) {
    let to_connected = format!("transfer_data[destination]={CONNECTED} application_fee_amount=50");
    (
        "money that becomes available",
        vec![
            post("webhook_endpoints", "url=https://a.test enabled_events[]=balance.available"),
            post("payment_intents", format!("{PAY}pm_card_visa capture_method=automatic {to_connected}")),
            post("refunds", "payment_intent=$1. amount=100 reverse_transfer=true refund_application_fee=true"),
            Step::Wait(172_799),
            post("payment_intents", format!("{PAY}pm_card_visa capture_method=automatic")),
            Step::Wait(1),
            post("refunds", "payment_intent=$1. amount=100"),
            Step::Wait(172_800),
            post("transfers", format!("amount=500 currency=usd destination={CONNECTED}")),
            Step::Wait(60),
        ],
    )
}

type MakeDisk = fn() -> Arc<dyn Store>;

/// Plays a story with one crash at each point, and with a second crash shortly after it. Returns the number of runs.
fn crash_everywhere(name: &str, steps: &[Step], disk: MakeDisk, second: &[u64]) -> u64 {
    let mut calm = Machine::new(disk(), Vec::new());
    calm.play(steps);
    let expected = calm.end();
    let points = calm.luck.count.load(Ordering::SeqCst);
    let mut runs = 0;
    for at in 1..=points {
        for before in [true, false] {
            let once = vec![Point { at, before }];
            let twice = second.iter().map(|more| vec![Point { at, before }, Point { at: at + more, before }]);
            for plan in std::iter::once(once).chain(twice) {
                let mut machine = Machine::new(disk(), plan.clone());
                machine.play(steps);
                assert!(machine.restarts > 0, "{name} {plan:?}");
                let end = machine.end();
                assert_eq!(end, expected, "{name} {plan:?}");
                runs += 1;
            }
        }
    }
    runs
}

/// After a crash at any point no acknowledged change is lost, no effect happens twice, and reconciliation succeeds.
/// `HOLDFAST_CRASHES=long` adds second crashes at many distances.
#[test]
fn a_crash_anywhere_changes_nothing_in_the_end() {
    let long = std::env::var("HOLDFAST_CRASHES").is_ok_and(|value| value == "long");
    let seconds: Vec<u64> = if long { (1..=40).collect() } else { vec![1, 2, 3] };
    let mut runs = 0;
    for (name, steps) in stories().into_iter().chain([settling()]) {
        runs += crash_everywhere(name, &steps, || Arc::new(MemoryStore::default()), &seconds);
        runs += crash_everywhere(
            name,
            &steps,
            || Arc::new(SqliteStore::in_memory().unwrap()),
            if long { &seconds } else { &[] },
        );
    }
    println!("{runs} runs with crashes");
    // A little below the number of runs, so that a story or a kind of crash point that is lost is noticed.
    let floor = if long { 38_000 } else { 2_300 };
    assert!(runs >= floor, "{runs} runs, at least {floor} expected");
}
