//! Honest histories that are delivered late: no deadline counts before its payment has been quiet for the time of grace.

use holdfast_harness_engine::EngineSubject;
use holdfast_watch::{Alert, Assessment, DeadlineLimits, deadlines, logged};
use serde_json::Value;

use crate::honest::{Desk, by_payment, created, history, is_long};

fn alerts(assessed: Vec<(String, Assessment)>) -> Vec<Alert> {
    assessed.into_iter().flat_map(|(_, assessment)| assessment.alerts).collect()
}

/// Each payment by itself, hours, days, and 60 days late: longer than every deadline.
#[test]
fn an_honest_payment_raises_nothing_while_it_comes_late() {
    const DELAYS: [i64; 3] = [3 * 3_600, 3 * 86_400, 60 * 86_400];
    let limits = DeadlineLimits::default();
    let (mut subject, mut passed, mut open) = (EngineSubject::default(), 0, 0);
    for seed in 75_000..if is_long() { 76_000 } else { 75_060 } {
        let (config, log) = history(&mut subject, seed, None);
        for payment in by_payment(&config, &log) {
            for delay in DELAYS {
                let mut desk = Desk::new(&config);
                let mut now = payment.iter().map(created).max().unwrap() + delay;
                let mut so_far = Vec::new();
                for event in &payment {
                    now += limits.grace - 1;
                    so_far.push(logged(&event.to_string(), 0).unwrap());
                    passed += deadlines(&so_far, &limits).iter().filter(|deadline| deadline.alert_at <= now).count();
                    let raised = alerts(desk.receive(&[event], now));
                    assert_eq!(raised, [], "seed {seed}, {delay} s late, after {}", event["type"]);
                }
                // Once it is quiet, exactly the deadlines count that all events leave open.
                assert_eq!(alerts(desk.receive(&[], now + limits.grace - 1)), [], "seed {seed}, {delay} s late");
                now += limits.grace;
                let raised = alerts(desk.receive(&[], now)).into_iter();
                let mut found: Vec<String> = raised.map(|alert| alert.why).collect();
                let due = deadlines(&so_far, &limits).into_iter().filter(|deadline| deadline.alert_at <= now);
                let mut wanted: Vec<String> = due.map(|deadline| deadline.why).collect();
                found.sort();
                wanted.sort();
                assert_eq!(found, wanted, "seed {seed}, {delay} s late");
                open += wanted.len();
            }
        }
    }
    println!("{passed} deadlines had passed at a delivery, {open} were open at the end");
    assert!(passed >= 600 && open >= 8, "{passed} deadlines had passed at a delivery, {open} were open at the end");
}

/// The same in the running watch, whose clock jumps over a deadline between two events.
#[test]
fn the_watch_waits_for_the_rest_of_a_late_payment() {
    use crate::common::{NOW, Running, deliver};
    let refund = |id: &str, status: &str| {
        crate::common::event(
            id,
            "refund.updated",
            &format!(r#""object":"refund","id":"re_1","payment_intent":"pi_1","charge":"ch_1","status":"{status}""#),
        )
    };
    let late = NOW + 60 * 86_400;
    for (rest, wanted) in [(Some("succeeded"), 0), (None, 1)] {
        let watch = Running::start_at(late, tempfile::tempdir().unwrap(), |_| ());
        let send = |body: &str, now: i64| assert_eq!(deliver(watch.address(), body, now), Some(200));
        send(&refund("evt_1", "pending"), late);
        watch.settle();
        watch.clock.set(late + 59);
        if let Some(status) = rest {
            send(&refund("evt_2", status), late + 59);
            watch.settle();
        }
        std::thread::sleep(std::time::Duration::from_millis(600));
        assert_eq!(watch.print(), [""; 0], "{rest:?}");
        watch.clock.set(late + 60);
        std::thread::sleep(std::time::Duration::from_millis(600));
        assert_eq!(watch.print().len(), wanted, "{rest:?}");
    }
}

/// An event that comes after the alert, however late, takes it back if it happened in time, and only then.
#[test]
fn an_alert_is_withdrawn_when_its_deadline_was_kept() {
    use crate::common::{NOW, Running, event, until};
    let limits = DeadlineLimits::default();
    let refund = |id: &str, status: &str, created: i64| {
        let object =
            format!(r#""object":"refund","id":"re_1","payment_intent":"pi_1","charge":"ch_1","status":"{status}""#);
        event(id, "refund.updated", &object).replace(&format!("\"created\":{NOW}"), &format!("\"created\":{created}"))
    };
    for (after, is_kept) in [(limits.refund_pending, true), (limits.refund_pending + 1, false)] {
        let watch = Running::start();
        assert_eq!(watch.deliver(&refund("evt_1", "pending", NOW)), 200);
        watch.settle();
        watch.clock.set(NOW + 60 * 86_400);
        until("it is raised", || watch.metric("alerts_total{kind=\"refund_pending\"}") > 0);
        assert_eq!(watch.print().len(), 1);
        let now = NOW + 60 * 86_400;
        let late = refund("evt_2", "succeeded", NOW + after);
        for _ in 0..2 {
            assert_eq!(crate::common::deliver(watch.address(), &late, now), Some(200));
            watch.settle();
        }
        let ids: Vec<Value> =
            watch.print().iter().map(|line| serde_json::from_str::<Value>(line).unwrap()["id"].clone()).collect();
        let wanted: &[&str] = if is_kept { &["withdrawn:pi_1:refund_pending:re_1"] } else { &[] };
        assert_eq!(ids, wanted, "{after} s");
    }
}

/// Each pending refund of a payment has its alert.
#[test]
fn two_refunds_of_a_payment_are_two_deadlines() {
    use crate::common::{NOW, Running, event};
    let watch = Running::start();
    for number in 1..=2 {
        let object = format!(
            r#""object":"refund","id":"re_{number}","payment_intent":"pi_1","charge":"ch_1","status":"pending""#
        );
        assert_eq!(watch.deliver(&event(&format!("evt_{number}"), "refund.created", &object)), 200);
    }
    watch.settle();
    watch.clock.set(NOW + 15 * 86_400);
    crate::common::until("both are raised", || watch.metric("alerts_total{kind=\"refund_pending\"}") > 0);
    let ids: Vec<String> = watch
        .print()
        .iter()
        .map(|line| {
            let alert: Value = serde_json::from_str(line).unwrap();
            alert["id"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(ids, ["refund_pending:pi_1:re_1", "refund_pending:pi_1:re_2"]);
    // Neither is raised again.
    watch.clock.set(NOW + 16 * 86_400);
    let object =
        r#""object":"refund","id":"re_1","payment_intent":"pi_1","charge":"ch_1","status":"pending","amount":5"#;
    assert_eq!(
        crate::common::deliver(watch.address(), &event("evt_3", "refund.updated", object), NOW + 16 * 86_400),
        Some(200)
    );
    watch.settle();
    assert_eq!(watch.print(), [""; 0]);
}

/// A later start with other rules judges what is held again.
#[test]
fn other_rules_judge_the_stored_payments_again() {
    use crate::common::{NOW, Running, event, until};
    let refund = r#""object":"refund","id":"re_1","payment_intent":"pi_1","charge":"ch_1","status":"pending""#;
    let watch = Running::start();
    assert_eq!(watch.deliver(&event("evt_1", "refund.created", refund)), 200);
    watch.settle();
    let (_, _, folder) = watch.stop();
    let later = NOW + 2 * 86_400;
    let watch = Running::start_at(later, folder, |_| ());
    watch.settle();
    assert_eq!((watch.metric("judged_total"), watch.print()), (0, vec![]), "the same rules judge nothing again");
    let (_, _, folder) = watch.stop();
    let limits = DeadlineLimits { refund_pending: 86_400, ..DeadlineLimits::default() };
    let rules =
        holdfast_watch::WatchRules::new(holdfast_audit::lenient_config(), holdfast_audit::Bounds::default(), limits);
    let watch = Running::start_at(later, folder, |settings| settings.rules = rules);
    until("it is judged again", || watch.metric("judged_total") > 0);
    watch.settle();
    assert_eq!(watch.print().len(), 1);
}
