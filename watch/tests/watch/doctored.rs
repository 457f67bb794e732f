//! Doctored events raise alerts: an honest history with one event changed so that it contradicts itself or another.

use holdfast_audit::Finding;
use holdfast_harness_engine::EngineSubject;
use serde_json::{Value, json};

use crate::honest::{Desk, history};

/// A change of an event's object; `false` if it does not apply.
type Doctor = fn(&mut Value) -> bool;

/// Adds to an amount of the object.
fn add(object: &mut Value, field: &str, number: i64) -> bool {
    let amount = object[field].as_i64();
    object[field] = json!(amount.unwrap_or(0) + number);
    amount.is_some()
}

const DOCTORS: &[(&str, &str, Doctor)] = &[
    ("more received than asked", "payment_intent.succeeded", |it| {
        let amount = it["amount"].as_i64().unwrap_or(0);
        it["amount_received"] = json!(amount + 1);
        true
    }),
    ("succeeded and canceled", "payment_intent.succeeded", |it| {
        it["status"] = json!("canceled");
        true
    }),
    ("canceled and still capturable", "payment_intent.canceled", |it| add(it, "amount_capturable", 7)),
    ("negative", "charge.succeeded", |it| {
        it["amount"] = json!(-5);
        true
    }),
    ("captured and not captured", "charge.captured", |it| {
        it["captured"] = json!(false);
        it["amount_captured"] = json!(0);
        true
    }),
    ("more refunded than captured", "charge.refunded", |it| {
        let captured = it["amount_captured"].as_i64().unwrap_or(0);
        it["amount_refunded"] = json!(captured + it["amount"].as_i64().unwrap_or(0) + 1);
        true
    }),
];

#[test]
fn a_doctored_event_raises_an_alert() {
    let mut subject = EngineSubject::default();
    let (mut tried, mut caught) = (vec![0_u32; DOCTORS.len()], vec![0_u32; DOCTORS.len()]);
    let mut random = fastrand::Rng::with_seed(9);
    for seed in 90_000..90_030 {
        let (config, log) = history(&mut subject, seed, None);
        for (place, (_, kind, doctor)) in DOCTORS.iter().enumerate() {
            let mut doctored = log.clone();
            let Some(event) = doctored.iter_mut().find(|it| it["type"] == *kind) else { continue };
            if !doctor(&mut event["data"]["object"]) {
                continue;
            }
            let id = event["id"].as_str().unwrap().to_owned();
            random.shuffle(&mut doctored);
            let mut desk = Desk::new(&config);
            let mut alerts = Vec::new();
            let doctored: Vec<&Value> = doctored.iter().collect();
            for together in doctored.chunks(6) {
                for (_, assessment) in desk.receive(together, 2_000_000_000) {
                    let is_impossible = matches!(assessment.finding, Some(Finding::Impossible(_)));
                    let raised = assessment.alerts.into_iter().filter(|alert| alert.kind == "impossible");
                    let raised: Vec<_> = raised.collect();
                    assert_eq!(raised.len(), usize::from(is_impossible));
                    alerts.extend(raised);
                }
            }
            tried[place] += 1;
            caught[place] += u32::from(alerts.iter().any(|alert| alert.event.id == id));
        }
    }
    for (place, (name, ..)) in DOCTORS.iter().enumerate() {
        assert!(tried[place] >= 3, "{name}: tried {} times", tried[place]);
        assert_eq!(caught[place], tried[place], "{name}");
    }
}
