//! Async capture (A1 to A19, B49's ledger, R21).

use crate::test_helpers::{CONNECTED, TestEngine};
use holdfast_engine::{ASYNC_CAPTURE_LIMIT, ApiVersion, Dialect};

const ASYNC: &str = "amount=1000 currency=usd confirm=true payment_method=pm_card_visa capture_method=automatic_async";

/// A1, A2, A5, A7, A9, A11, A12, A13, A15, D4: the answer first, the ledger within the hour.
#[test]
fn the_answer_comes_before_the_ledger() {
    let w = TestEngine::new();
    let pi = w.post("payment_intents", ASYNC).is("status=succeeded amount_received=1000").id();
    let unfilled = "captured=true amount_captured=1000 balance_transaction=null";
    w.charge(&pi).is(unfilled);
    for event in w.news() {
        if let Some(charge) = event.object.as_charge() {
            assert_eq!(charge.balance_transaction, None, "A7: also in {}", event.event_type.name());
        }
    }
    w.advance(ASYNC_CAPTURE_LIMIT);
    let news = w.news();
    assert_eq!(news.len(), 1);
    let event = holdfast_engine::edge::render::event(&news[0], ApiVersion::CURRENT);
    assert_eq!(event["type"], "charge.updated");
    assert_eq!(event["data"]["previous_attributes"], serde_json::json!({ "balance_transaction": null }));
    assert!(event["data"]["object"]["balance_transaction"].is_string());
    let filled = w.charge(&pi).text("balance_transaction");
    w.advance(ASYNC_CAPTURE_LIMIT);
    assert_eq!(w.charge(&pi).text("balance_transaction"), filled, "never back, never twice (I11)");
    w.reconciled();
}

/// A8, A9, A14, A16, A17: transfer and fee come later too, with events of their own.
#[test]
fn transfer_and_fee_come_later() {
    let w = TestEngine::new();
    let more = format!("application_fee_amount=100 transfer_data[destination]={CONNECTED}");
    let pi = w.post("payment_intents", &format!("{ASYNC} {more}")).is("status=succeeded").id();
    w.charge(&pi).is("transfer=null application_fee=null application_fee_amount=100 balance_transaction=null");
    w.notified();
    w.advance(60);
    assert_eq!(w.notified(), "charge.updated transfer.created application_fee.created");
    let charge = w.charge(&pi);
    w.get(&format!("transfers/{}", charge.text("transfer")), "").is("object=transfer amount=1000");
    w.get(&format!("application_fees/{}", charge.text("application_fee")), "").is("amount=100");
    w.reconciled();
}

/// A3, A4, VER-6: the parameter at create, update and confirm; the default of each version.
#[test]
fn how_async_capture_is_asked_for() {
    let w = TestEngine::new();
    for (version, expected) in [("2024-04-10", "automatic_async"), ("2024-04-09", "automatic")] {
        let params = "amount=1000 currency=usd";
        let verb = holdfast_engine::edge::read::Verb::Post;
        w.send(verb, "payment_intents", params, None, Some(version)).is(&format!("capture_method={expected}"));
    }
    let pi =
        w.post("payment_intents", "amount=1000 currency=usd capture_method=manual payment_method=pm_card_visa").id();
    w.post(&format!("payment_intents/{pi}"), "capture_method=automatic").is("capture_method=automatic");
    w.post(&format!("payment_intents/{pi}/confirm"), "capture_method=automatic_async")
        .is("status=succeeded capture_method=automatic_async");
    w.charge(&pi).is("balance_transaction=null");
}

/// A6, A10, A18, R21: with `automatic` the ledger is there at once, in one real Event shape.
#[test]
fn other_capture_methods_fill_the_ledger_at_once() {
    let w = TestEngine::new();
    let pi = w.paid(1000, "");
    assert_ne!(w.charge(&pi).text("balance_transaction"), "null");
    w.notified();
    w.advance(ASYNC_CAPTURE_LIMIT);
    assert_eq!(w.notified(), "");
}

/// A19: the payment stays succeeded while the acquirer does not answer the background capture.
#[test]
fn the_background_capture_tries_until_it_succeeds() {
    use holdfast_engine::acquirer::Fault;
    let w = TestEngine::new();
    let pi = w.post("payment_intents", ASYNC).is("status=succeeded").id();
    w.faults.plan([Fault::TimeoutBefore; 3]);
    w.advance(60);
    w.intent(&pi).is("status=succeeded");
    w.charge(&pi).is("balance_transaction=null captured=true");
    w.advance(60);
    assert_ne!(w.charge(&pi).text("balance_transaction"), "null");
    w.reconciled();
}

/// A12: the background capture runs within the hour for every delay of the dialect up to an hour.
#[test]
fn a_refund_may_come_before_the_ledger() {
    let w = TestEngine::with(Dialect::default());
    let pi = w.post("payment_intents", ASYNC).id();
    w.post("refunds", &format!("payment_intent={pi} amount=400")).is("status=succeeded");
    w.charge(&pi).is("amount_refunded=400 balance_transaction=null");
    w.advance(60);
    w.charge(&pi).is("amount_refunded=400 amount_captured=1000");
    w.reconciled();
}
