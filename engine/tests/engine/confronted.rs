//! Defects that conformance tests found, each with its shortest case.

use crate::connect::destination;
use crate::lifecycle::pi;
use crate::test_helpers::{CONNECTED, MERCHANT, MULTI, TestEngine};
use holdfast_engine::command::{Command, JobKey, JobKind};
use holdfast_engine::time::DAY;
use holdfast_engine::{Request, TestMethod};

const HOLD: &str = "amount=1000 currency=usd confirm=true payment_method=pm_card_visa capture_method=manual";

/// CAP-10, CON-9, CON-10, B50: a standing fee is a total, capped at what is captured in all; one named at a capture is for it alone.
#[test]
fn standing_amounts_are_totals() {
    let w = TestEngine::new();
    let id = w.post("payment_intents", &format!("{HOLD} {MULTI} {} application_fee_amount=100", destination())).id();
    for (amount, fees) in [(30, "data.0.amount=30"), (80, "data.0.amount=70 data.1.amount=30")] {
        w.post(&format!("payment_intents/{id}/capture"), &format!("amount_to_capture={amount} final_capture=false"))
            .is("application_fee_amount=100");
        w.get("application_fees", "").is(fees);
    }
    let id = w.post("payment_intents", &format!("{HOLD} {MULTI} {}", destination())).id();
    w.post(&format!("payment_intents/{id}/capture"), "amount_to_capture=300 application_fee_amount=301")
        .is("amount_received=300");
    w.get("application_fees", "").is("data.0.amount=300");
    w.reconciled();
}

/// A16: `transfer` points at what the charge itself sent on, not at a separate transfer.
#[test]
fn a_separate_transfer_is_not_the_charges_own() {
    let w = TestEngine::new();
    let id = w.paid(1000, "");
    let charge = w.charge(&id).id();
    w.post("transfers", &format!("amount=5 currency=usd destination={CONNECTED} source_transaction={charge}"))
        .is(&format!("amount=5 source_transaction={charge}"));
    w.charge(&id).is("transfer=null");
    w.post("refunds", &format!("payment_intent={id} reverse_transfer=true")).refused(
        400,
        "charge_invalid_parameter",
        "reverse_transfer",
    );
}

/// U9: a job that comes too early comes again.
#[test]
fn an_early_job_is_not_the_last() {
    let w = TestEngine::new();
    let id = w.post("payment_intents", HOLD).id();
    let job = Command::Job(JobKey::new(JobKind::ExpireHold, pi(&id)));
    assert_eq!(w.engine.execute(Request::new(MERCHANT, job)).status(), 200);
    w.advance(DAY * 8);
    w.intent(&id).is("status=canceled");
}

/// A7, A12: a debit that settles under background capture is posted in the background too.
#[test]
fn a_debit_is_booked_in_the_background() {
    let w = TestEngine::new();
    let params = "amount=1000 currency=usd confirm=true payment_method=pm_usBankAccount_success";
    let id = w.post("payment_intents", params).id();
    w.clock.advance(259_200);
    w.engine.run_due(w.engine.now()).unwrap();
    w.charge(&id).is("captured=true balance_transaction=null");
    w.advance(60);
    assert!(w.charge(&id).text("balance_transaction").starts_with("txn_"));
}

/// TST-2: a card that only declines charges, or has no funds, can be kept.
#[test]
fn a_card_without_money_is_saved() {
    let w = TestEngine::new();
    w.post("setup_intents", "confirm=true payment_method=pm_card_chargeCustomerFail").is("status=succeeded");
}

/// VOC-9: no setup is canceled as fraudulent.
#[test]
fn a_setup_has_three_reasons_to_end() {
    let w = TestEngine::new();
    let id = w.post("setup_intents", "").id();
    w.post(&format!("setup_intents/{id}/cancel"), "cancellation_reason=fraudulent").refused(
        400,
        "-",
        "cancellation_reason",
    );
}

/// HOLD-7: only a card can be held, and that is said as soon as it can be seen.
#[test]
fn no_debit_is_held() {
    let w = TestEngine::new();
    let manual = "amount=1000 currency=usd capture_method=manual";
    let code = "payment_intent_invalid_parameter";
    w.post("payment_intents", &format!("{manual} payment_method=pm_sepaDebit_success")).refused(
        400,
        code,
        "capture_method",
    );
    let id = w.post("payment_intents", manual).id();
    w.post(&format!("payment_intents/{id}"), "payment_method=pm_sepaDebit_success").refused(
        400,
        code,
        "capture_method",
    );
}

/// CAP-5, IDEM-3: whether there is nothing to capture depends on the payment, so the answer is kept under the key.
#[test]
fn a_capture_of_nothing_is_remembered() {
    let w = TestEngine::new();
    let id = w.post("payment_intents", HOLD).id();
    let verb = holdfast_engine::edge::read::Verb::Post;
    let capture = |params: &str| w.send(verb, &format!("payment_intents/{id}/capture"), params, Some("k"), None);
    capture("amount_to_capture=0").refused(400, "parameter_invalid_integer", "amount");
    capture("amount_to_capture=700").refused(400, "-", "-");
}

/// B27: a session whose payment was held is paid after the first capture.
#[test]
fn a_captured_session_is_paid() {
    let w = TestEngine::new();
    let item = "line_items[0][price_data][currency]=usd line_items[0][price_data][unit_amount]=2000 \
                line_items[0][price_data][product_data][name]=T";
    let params = format!("mode=payment success_url=https://x payment_intent_data[capture_method]=manual {item}");
    let session = w.post("checkout/sessions", &params).is("payment_intent=null").id();
    w.inject(holdfast_engine::command::EnvironmentEvent::CompleteSession {
        session: session.parse().unwrap(),
        method: holdfast_engine::command::MethodRef::Test(TestMethod::Visa),
        email: None,
    })
    .is("status=complete payment_status=unpaid");
    let id = w.get(&format!("checkout/sessions/{session}"), "").text("payment_intent");
    w.post(&format!("payment_intents/{id}/capture"), "").is("status=succeeded");
    w.get(&format!("checkout/sessions/{session}"), "").is("payment_status=paid");
}

/// B50: a fee can be named when confirming.
#[test]
fn a_fee_named_at_confirmation() {
    let w = TestEngine::new();
    let id = w.post("payment_intents", &format!("amount=1000 currency=usd {}", destination())).id();
    w.post(&format!("payment_intents/{id}/confirm"), "payment_method=pm_card_visa application_fee_amount=7")
        .is("status=succeeded application_fee_amount=7");
}

/// PI-9: the texts of a captured payment may change after every capture with a fee.
#[test]
fn a_fee_of_nothing_bars_no_update() {
    let w = TestEngine::new();
    let id = w.post("payment_intents", &format!("{HOLD} {MULTI} {}", destination())).id();
    w.post(&format!("payment_intents/{id}/capture"), "final_capture=false").is("amount_capturable=0");
    w.post(&format!("payment_intents/{id}/capture"), "amount_to_capture=0 application_fee_amount=1")
        .is("status=succeeded");
    w.post(&format!("payment_intents/{id}"), "description=late").is("description=late");
}

/// C9, I17: money that comes by bank transfer is in the ledger as a payment, also for reconciliation.
#[test]
fn a_bank_transfer_is_a_payment_in_the_ledger() {
    let w = TestEngine::new();
    let transfer = "amount=700 currency=usd confirm=true payment_method=pm_bankTransfer";
    w.post("payment_intents", transfer).is("status=processing");
    w.advance(300_000);
    w.reconciled();
}
