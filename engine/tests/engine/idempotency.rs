//! Idempotency (IDEM-1 to IDEM-14, R2, R3, R22) and lost answers.

use crate::test_helpers::{CONNECTED, TestEngine};
use holdfast_engine::acquirer::Fault;
use holdfast_engine::edge::{read::Verb, render};
use holdfast_engine::time::DAY;

const CREATE: &str = "amount=1000 currency=usd confirm=true payment_method=pm_card_visa capture_method=manual";

/// IDEM-3, IDEM-10, IDEM-12, I13: one effect, one answer, byte for byte, even after the object moved on; events echo the key.
#[test]
fn one_effect_and_one_answer() {
    for (name, store) in TestEngine::stores() {
        let w = TestEngine::on(store, holdfast_engine::Dialect::default());
        let request = || w.request(Verb::Post, "payment_intents", CREATE, Some("key"), None);
        let first = w.engine.execute(request());
        let pi = render::response(&first)["id"].as_str().unwrap().to_owned();
        assert!(w.news().iter().all(|event| {
            event.origin.as_ref().is_some_and(|origin| origin.idempotency_key.as_deref() == Some("key"))
        }));
        w.post(&format!("payment_intents/{pi}/capture"), "").is("status=succeeded");
        w.notified();
        let again = w.engine.execute(request());
        assert!(again.replayed && !first.replayed);
        assert_eq!(again.request, first.request, "original-request");
        assert_eq!(render::response(&again).to_string(), render::response(&first).to_string(), "{name}");
        assert_eq!(w.notified(), "");
        w.intent(&pi).is("status=succeeded");
    }
}

/// IDEM-1, IDEM-6, IDEM-8, ERR-10, ERR-11: other parameters, another endpoint, a key that is too long, another account.
#[test]
fn a_key_stands_for_one_request() {
    let w = TestEngine::new();
    let pi = w.post_with_key("key", "payment_intents", "amount=1000 currency=usd").is("amount=1000").id();
    w.post_with_key("key", "payment_intents", "amount=1001 currency=usd")
        .refused(400, "-", "-")
        .has("error.type=idempotency_error");
    w.post_with_key("key", "customers", "").has("error.type=idempotency_error");
    w.post_with_key(&"k".repeat(256), "customers", "").refused(400, "-", "idempotency_key");
    w.post_with_key(&"k".repeat(255), "customers", "").is("object=customer");
    w.act_for(CONNECTED);
    let other = w.post_with_key("key", "payment_intents", "amount=1000 currency=usd").is("amount=1000").id();
    assert_ne!(pi, other);
}

/// IDEM-3, IDEM-5: what is stored and what is not. Parameters, stored.
#[test]
fn what_a_key_remembers() {
    let declined = "amount=1000 currency=usd confirm=true payment_method=pm_card_visa_chargeDeclined";
    let rows = [("payment_intents", declined, 402, true), ("payment_intents", "amount=1 currency=usd", 400, false)];
    for (path, params, status, stored) in rows {
        let w = TestEngine::new();
        assert_eq!(w.post_with_key("key", path, params).status, status);
        w.notified();
        let again = w.engine.execute(w.request(Verb::Post, path, params, Some("key"), None));
        assert_eq!((again.status(), again.replayed), (status, stored), "{params}");
        assert_eq!(w.notified(), "");
        if !stored {
            w.post_with_key("key", path, "amount=1000 currency=usd").is("amount=1000 status=requires_payment_method");
        }
    }
    let w = TestEngine::new();
    let pi = w.paid(1000, "");
    let path = format!("payment_intents/{pi}/cancel");
    w.post_with_key("key", &path, "").refused(400, "payment_intent_unexpected_state", "-");
    let again = w.engine.execute(w.request(Verb::Post, &path, "", Some("key"), None));
    assert!(again.replayed, "a refusal of the state is an answer like any other");
}

/// IDEM-2, IDEM-13, R22: a key is kept for 24 hours and acts again afterwards.
#[test]
fn a_pruned_key_acts_again() {
    for (name, store) in TestEngine::stores() {
        let w = TestEngine::on(store, holdfast_engine::Dialect::default());
        let send = || w.post_with_key("key", "payment_intents", CREATE).is("object=payment_intent").id();
        let first = send();
        w.advance(DAY - 1);
        assert_eq!(send(), first);
        w.clock.advance(1);
        assert_eq!(w.engine.run_due(w.engine.now()).unwrap().pruned, 1, "{name}");
        assert_ne!(send(), first);
    }
}

/// IDEM-14, IDEM-3, R2: the network does not answer and the 500 is stored, but the money moves; a fetch shows it.
#[test]
fn a_stored_500_and_money_that_moved() {
    let w = TestEngine::new();
    let pi = w.hold(1000, "pm_card_visa", "");
    let path = format!("payment_intents/{pi}/capture");
    w.faults.plan([Fault::AnswerLost, Fault::AnswerLost, Fault::AnswerLost]);
    w.post_with_key("key", &path, "").refused(500, "-", "-").has("error.type=api_error");
    w.engine.run_due(w.engine.now()).unwrap();
    w.post_with_key("key", &path, "").refused(500, "-", "-");
    w.intent(&pi).is("status=succeeded amount_received=1000");
    w.post_with_key("other", &path, "").refused(400, "payment_intent_unexpected_state", "-");
    w.reconciled();
}

/// IDEM-7: an open question keeps its objects from others until it is answered.
#[test]
fn an_open_question_keeps_its_objects() {
    let w = TestEngine::new();
    let pi = w.hold(1000, "pm_card_visa", "");
    w.faults.plan([Fault::TimeoutBefore; 6]);
    w.post(&format!("payment_intents/{pi}/capture"), "").refused(500, "-", "-");
    w.post(&format!("payment_intents/{pi}/cancel"), "").refused(429, "lock_timeout", "-");
    w.post(&format!("payment_intents/{pi}/cancel"), "").refused(400, "payment_intent_unexpected_state", "-");
    w.intent(&pi).is("status=succeeded");
    w.reconciled();
}

/// Each fault at each call: the answer, and one effect at the acquirer.
#[test]
fn faults_on_the_way_to_the_acquirer() {
    for fault in [Fault::TimeoutBefore, Fault::AnswerLost, Fault::ArrivesTwice, Fault::ArrivesLate] {
        for times in 1..=2 {
            let w = TestEngine::new();
            w.faults.plan(vec![fault; times]);
            let pi = w.multi(1000, "");
            w.faults.plan(vec![fault; times]);
            w.post(&format!("payment_intents/{pi}/capture"), "amount_to_capture=300 final_capture=false")
                .is("amount_received=300");
            w.faults.plan(vec![fault; times]);
            w.post("refunds", &format!("payment_intent={pi} amount=100")).is("status=succeeded");
            w.faults.plan(vec![fault; times]);
            w.post(&format!("payment_intents/{pi}/capture"), "").is("amount_received=1000");
            w.reconciled();
        }
    }
}

/// IDEM-14, R2: a call that arrives after every caller gave it up has its one effect, and the engine finds its answer.
#[test]
fn a_call_that_arrives_late() {
    let w = TestEngine::new();
    let pi = w.multi(1000, "");
    let path = format!("payment_intents/{pi}/capture");
    w.faults.plan([Fault::ArrivesLate; 3]);
    w.post_with_key("key", &path, "amount_to_capture=300 final_capture=false").refused(500, "-", "-");
    // Another payment's call lets the last of them through.
    w.paid(500, "");
    let (_, position) = w.acquirer.positions()[0];
    assert_eq!(position.captured.minor(), 300, "the money has moved, once");
    w.intent(&pi).is("amount_received=0");
    w.engine.run_due(w.engine.now()).unwrap();
    w.intent(&pi).is("amount_received=300 amount_capturable=700");
    w.post_with_key("key", &path, "amount_to_capture=300 final_capture=false").refused(500, "-", "-");
    w.reconciled();
}

/// R3: a confirmation whose answer is lost: the retry under its key gets the first answer, not that it is too late.
#[test]
fn a_confirmation_whose_answer_is_lost() {
    let w = TestEngine::new();
    let pi = w.post("payment_intents", "amount=1000 currency=usd").id();
    let path = format!("payment_intents/{pi}/confirm");
    let confirm = |key: &str| w.post_with_key(key, &path, "payment_method=pm_card_visa");
    confirm("key").is("status=succeeded");
    confirm("key").is("status=succeeded");
    confirm("other").refused(400, "payment_intent_unexpected_state", "-");
}

/// R5: a partial refund sent again without a key is another refund, within what is left.
#[test]
fn a_partial_refund_without_a_key() {
    let w = TestEngine::new();
    let pi = w.paid(100, "");
    let refund = |amount: u64| w.post("refunds", &format!("payment_intent={pi} amount={amount}"));
    refund(60).is("status=succeeded");
    refund(40).is("status=succeeded");
    refund(40).refused(400, "charge_already_refunded", "-");
}
