//! The table of deadlines.

use super::*;
use crate::incoming::logged;

const NOW: i64 = 1_800_000_000;

fn event(number: usize, (kind, at, object): &(&str, i64, &str)) -> LoggedEvent {
    let created = NOW.saturating_add(*at);
    let object = object.replace("WEEK", &(NOW + 604_800).to_string());
    let text =
        format!(r#"{{"id":"evt_{number}","type":"{kind}","created":{created},"data":{{"object":{{{object}}}}}}}"#);
    logged(&text, u64::try_from(number).unwrap()).unwrap_or_else(|error| panic!("{error}: {text}"))
}

const HELD: &str = r#""object":"charge","id":"ch_1","status":"succeeded","paid":true,"captured":false,"refunded":false,"payment_method_details":{"card":{"capture_before":WEEK}}"#;
const PART: &str = r#""object":"charge","id":"ch_1","status":"succeeded","paid":true,"captured":false,"amount_captured":5,"payment_method_details":{"card":{"capture_before":WEEK}}"#;
const CAPTURED: &str = r#""object":"charge","id":"ch_1","status":"succeeded","captured":true,"balance_transaction":"txn_1","payment_method_details":{"card":{"capture_before":WEEK}}"#;
const RELEASED: &str = r#""object":"charge","id":"ch_1","status":"succeeded","captured":false,"refunded":true,"payment_method_details":{"card":{"capture_before":WEEK}}"#;
const BARE_HOLD: &str = r#""object":"charge","id":"ch_1","status":"succeeded","captured":false"#;
const REFUSED: &str = r#""object":"charge","id":"ch_1","status":"failed","paid":false,"captured":false,"payment_method_details":{"card":{"capture_before":WEEK}}"#;
const CANCELED: &str = r#""object":"payment_intent","id":"pi_1","status":"canceled","latest_charge":"ch_1""#;
const OTHER_CHARGE: &str = r#""object":"payment_intent","id":"pi_1","status":"succeeded","latest_charge":"ch_2""#;
const BACKGROUND: &str =
    r#""object":"charge","id":"ch_1","status":"succeeded","paid":true,"captured":true,"balance_transaction":null"#;
const UPDATED: &str =
    r#""object":"charge","id":"ch_1","status":"succeeded","paid":true,"captured":true,"balance_transaction":"txn_1""#;
const UNSEEN: &str = r#""object":"charge","id":"ch_1","status":"succeeded","paid":true,"captured":true"#;
const PENDING_DEBIT: &str =
    r#""object":"charge","id":"ch_1","status":"pending","captured":true,"balance_transaction":null"#;
const MANUAL: &str =
    r#""object":"payment_intent","id":"pi_1","status":"succeeded","capture_method":"manual","latest_charge":"ch_1""#;
const PENDING: &str = r#""object":"refund","id":"re_1","status":"pending""#;
const SETTLED: &str = r#""object":"refund","id":"re_1","status":"succeeded""#;
const FAILED: &str = r#""object":"refund","id":"re_1","status":"failed""#;
const OTHER_REFUND: &str = r#""object":"refund","id":"re_2","status":"succeeded""#;
const WAITS: &str = r#""object":"refund","id":"re_1","status":"requires_action""#;
const PROCESSING: &str = r#""object":"payment_intent","id":"pi_1","status":"processing""#;
const UNPAID: &str = r#""object":"payment_intent","id":"pi_1","status":"requires_payment_method""#;
const HOLDING: &str = r#""object":"payment_intent","id":"pi_1","status":"requires_capture""#;

type Case = (&'static str, Vec<(&'static str, i64, &'static str)>, Vec<(DeadlineKind, i64)>, bool);

const LAPSE: i64 = 604_800 - 86_400 + 60;
const UPDATE: i64 = 3_600 + 60;
const REFUND: i64 = 14 * 86_400 + 60;

fn holds() -> Vec<Case> {
    use DeadlineKind::HoldLapses;
    vec![
        ("no event", vec![], vec![], false),
        ("a hold", vec![("charge.succeeded", 0, HELD)], vec![(HoldLapses, LAPSE)], true),
        (
            "a hold, twice",
            vec![("charge.succeeded", 0, HELD), ("charge.succeeded", 0, HELD)],
            vec![(HoldLapses, LAPSE)],
            true,
        ),
        ("a hold of no known end", vec![("charge.succeeded", 0, BARE_HOLD)], vec![], false),
        ("a captured hold", vec![("charge.succeeded", 0, HELD), ("charge.captured", 9, CAPTURED)], vec![], false),
        (
            "a hold after its capture",
            vec![("charge.captured", 9, CAPTURED), ("charge.succeeded", 0, HELD)],
            vec![],
            false,
        ),
        ("a partly captured hold", vec![("charge.updated", 5, PART)], vec![(HoldLapses, LAPSE)], true),
        ("a released hold", vec![("charge.succeeded", 0, HELD), ("charge.refunded", 9, RELEASED)], vec![], false),
        ("an expired hold", vec![("charge.succeeded", 0, HELD), ("charge.expired", 9, HELD)], vec![], false),
        (
            "a canceled payment",
            vec![("charge.succeeded", 0, HELD), ("payment_intent.canceled", 9, CANCELED)],
            vec![],
            false,
        ),
        (
            "the end of another charge",
            vec![("charge.succeeded", 0, HELD), ("payment_intent.succeeded", 9, OTHER_CHARGE)],
            vec![(HoldLapses, LAPSE)],
            true,
        ),
        ("a refused charge", vec![("charge.failed", 0, REFUSED)], vec![], false),
    ]
}

fn captures_and_refunds() -> Vec<Case> {
    use DeadlineKind::{HoldLapses, RefundPending, UpdateMissing};
    vec![
        ("a background capture", vec![("charge.succeeded", 7, BACKGROUND)], vec![(UpdateMissing, 7 + UPDATE)], true),
        ("its update", vec![("charge.succeeded", 7, BACKGROUND), ("charge.updated", 90, UPDATED)], vec![], false),
        ("its update first", vec![("charge.updated", 90, UPDATED), ("charge.succeeded", 7, BACKGROUND)], vec![], false),
        ("a version that shows no ledger", vec![("charge.succeeded", 7, UNSEEN)], vec![], false),
        ("a pending bank debit", vec![("charge.pending", 7, PENDING_DEBIT)], vec![], false),
        (
            "a capture by a request",
            vec![("charge.captured", 9, BACKGROUND), ("payment_intent.succeeded", 9, MANUAL)],
            vec![],
            false,
        ),
        (
            "a capture of a hold",
            vec![("charge.succeeded", 0, BARE_HOLD), ("charge.captured", 9, BACKGROUND)],
            vec![],
            false,
        ),
        ("a pending refund", vec![("refund.created", 3, PENDING)], vec![(RefundPending, 3 + REFUND)], true),
        (
            "since its first event",
            vec![("refund.updated", 50, PENDING), ("refund.created", 3, PENDING)],
            vec![(RefundPending, 3 + REFUND)],
            true,
        ),
        ("a refund that came", vec![("refund.created", 3, PENDING), ("refund.updated", 9, SETTLED)], vec![], false),
        (
            "a refund that came, first",
            vec![("refund.updated", 9, SETTLED), ("refund.created", 3, PENDING)],
            vec![],
            false,
        ),
        ("a refund that failed", vec![("refund.created", 3, PENDING), ("refund.failed", 9, FAILED)], vec![], false),
        (
            "another refund",
            vec![("refund.created", 3, PENDING), ("refund.created", 9, OTHER_REFUND)],
            vec![(RefundPending, 3 + REFUND)],
            true,
        ),
        ("a refund that waits for the customer", vec![("refund.created", 3, WAITS)], vec![], false),
        ("a bank debit", vec![("payment_intent.processing", 3, PROCESSING)], vec![], true),
        (
            "a bank debit that ended",
            vec![("payment_intent.processing", 3, PROCESSING), ("payment_intent.canceled", 4, CANCELED)],
            vec![],
            false,
        ),
        ("a hold without its charge", vec![("payment_intent.amount_capturable_updated", 3, HOLDING)], vec![], true),
        ("an unpaid payment", vec![("payment_intent.created", 3, UNPAID)], vec![], false),
        (
            "two deadlines",
            vec![("refund.created", 3, PENDING), ("charge.succeeded", 0, HELD)],
            vec![(HoldLapses, LAPSE), (RefundPending, 3 + REFUND)],
            true,
        ),
    ]
}

#[test]
fn the_events_decide_the_deadlines() {
    for (name, events, wanted, open) in holds().into_iter().chain(captures_and_refunds()) {
        let mut events: Vec<LoggedEvent> = events.iter().enumerate().map(|(number, it)| event(number, it)).collect();
        for _ in 0..events.len().max(1) {
            let limits = DeadlineLimits::default();
            let found: Vec<_> = deadlines(&events, &limits).iter().map(|it| (it.kind, it.alert_at - NOW)).collect();
            assert_eq!(found, wanted, "{name}");
            assert_eq!(is_open(&events, &limits), open, "{name}");
            // In every rotation: the order of arrival does not matter.
            let step = usize::from(!events.is_empty());
            events.rotate_left(step);
        }
    }
}

#[test]
fn the_limits_move_the_alerts() {
    let limits = DeadlineLimits { before_lapse: 10, update_within: 20, refund_pending: 30, grace: 1 };
    let due = |case: (&str, i64, &str)| {
        let events = [event(0, &case)];
        let [found] = deadlines(&events, &limits).try_into().unwrap_or_else(|all| panic!("{all:?}"));
        (found.alert_at - NOW, found.kind.name())
    };
    assert_eq!(due(("charge.succeeded", 0, HELD)), (604_800 - 10 + 1, "hold_lapses"));
    assert_eq!(due(("charge.succeeded", 0, BACKGROUND)), (20 + 1, "update_missing"));
    assert_eq!(due(("refund.created", 0, PENDING)), (30 + 1, "refund_pending"));
}
