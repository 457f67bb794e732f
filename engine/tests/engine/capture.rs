//! Captures, one and several (B1 to B58, CAP-1 to CAP-15, U1 to U9).

use crate::test_helpers::{FLAT, MULTI, TestEngine};
use holdfast_engine::Dialect;
use holdfast_engine::objects::Account;

/// B1, B28, B30 to B32, B33, B34, B36, B37, B40, B57: the specification's own example, with its numbers.
#[test]
fn the_example_of_the_specification() {
    let w = TestEngine::new();
    let pi = w.hold(1000, "pm_card_visa", &format!("{MULTI} expand[]=latest_charge"));
    w.intent(&pi).is("amount=1000 amount_capturable=1000 amount_received=0");
    w.charge(&pi)
        .is("amount=1000 amount_captured=0 amount_refunded=0 captured=false status=succeeded paid=true")
        .is("payment_method_details.card.multicapture.status=available");
    w.post(&format!("payment_intents/{pi}/capture"), "amount_to_capture=700 final_capture=false")
        .is("status=requires_capture amount=1000 amount_capturable=300 amount_received=700");
    w.charge(&pi).is("amount=1000 amount_captured=700 amount_refunded=0 captured=false");
    w.post(&format!("payment_intents/{pi}/capture"), "amount_to_capture=200 final_capture=true")
        .is("status=succeeded amount=1000 amount_capturable=0 amount_received=900");
    w.charge(&pi).is("amount=1000 amount_captured=900 amount_refunded=0 captured=true refunded=false");
    w.reconciled();
}

/// B52 to B56, B58, U10, EVT-8, EVT-9, EVT-18, EVT-19: the events of a capture, with their fields.
#[test]
fn what_captures_tell() {
    let w = TestEngine::new();
    let pi = w.multi(1000, "");
    let capture = format!("payment_intents/{pi}/capture");
    assert_eq!(w.notified(), "payment_intent.created charge.succeeded payment_intent.amount_capturable_updated");
    w.post(&capture, "amount_to_capture=100 final_capture=false").is("amount_capturable=900");
    let news = w.news();
    let names: Vec<_> = news.iter().map(|event| event.event_type.name()).collect();
    assert_eq!(names, ["charge.updated", "payment_intent.amount_capturable_updated"]);
    let rendered = holdfast_engine::edge::render::event(&news[1], holdfast_engine::ApiVersion::CURRENT);
    assert_eq!(rendered["data"]["previous_attributes"]["amount_capturable"], 1000);
    assert_eq!(rendered["data"]["object"]["amount_capturable"], 900);
    let rendered = holdfast_engine::edge::render::event(&news[0], holdfast_engine::ApiVersion::CURRENT);
    assert!(rendered["data"]["previous_attributes"]["balance_transaction"].is_null());
    assert_eq!(rendered["data"]["previous_attributes"]["amount_captured"], 0);
    w.post(&capture, "amount_to_capture=0 final_capture=true").is("status=succeeded amount_received=100");
    let news = w.news();
    let names: Vec<_> = news.iter().map(|event| event.event_type.name()).collect();
    let all = "charge.updated payment_intent.amount_capturable_updated charge.captured payment_intent.succeeded";
    assert_eq!(names.join(" "), all);
    let rendered = holdfast_engine::edge::render::event(&news[2], holdfast_engine::ApiVersion::CURRENT);
    assert_eq!(rendered["data"]["previous_attributes"], serde_json::json!({ "captured": false }));
    assert_eq!(rendered["data"]["object"]["captured"], true);
}

/// EVT-7: a single capture has other events.
#[test]
fn what_a_single_capture_tells() {
    let w = TestEngine::new();
    let pi = w.hold(1000, "pm_card_visa", "");
    w.notified();
    w.post(&format!("payment_intents/{pi}/capture"), "").is("status=succeeded amount_received=1000");
    assert_eq!(w.notified(), "charge.captured payment_intent.succeeded");
    w.charge(&pi).is("captured=true amount_captured=1000");
    assert_ne!(w.charge(&pi).text("balance_transaction"), "null");
}

/// B2, B3, B4, B5, B6, B29, B31, B41: where several captures are available. Country, pricing, request, card.
#[test]
fn where_several_captures_are_available() {
    let rows = [
        ("US", true, MULTI, "pm_card_visa", "available"),
        ("US", true, MULTI, "pm_card_mastercard", "available"),
        ("US", true, MULTI, "pm_card_amex", "available"),
        ("US", true, MULTI, "pm_card_discover", "available"),
        ("US", true, MULTI, "pm_card_diners", "available"),
        ("US", true, MULTI, "pm_card_visa_cartesBancaires", "available"),
        ("US", true, MULTI, "pm_card_unionpay", "available"),
        ("JP", true, MULTI, "pm_card_unionpay", "unavailable"),
        ("NZ", true, MULTI, "pm_card_jcb", "available"),
        ("JP", true, MULTI, "pm_card_jcb", "unavailable"),
        ("US", true, MULTI, "pm_card_credit_disableEnterpriseCardFeatures", "unavailable"),
        ("US", false, MULTI, "pm_card_visa", "unavailable"),
        ("US", true, "", "pm_card_visa", "unavailable"),
        ("US", true, "payment_method_options[card][request_multicapture]=never", "pm_card_visa", "unavailable"),
    ];
    for (country, interchange_plus, request, card, expected) in rows {
        let w = TestEngine::new();
        let account = Account { country: country.to_owned(), interchange_plus, ..Account::standard(FLAT) };
        w.engine.add_account(account).unwrap();
        w.act_for(FLAT);
        let pi = w.hold(1000, card, request);
        let charge = w.charge(&pi);
        let found = charge.text("payment_method_details.card.multicapture.status");
        assert_eq!(found, expected, "{country} {interchange_plus} {request} {card}");
        let code = if expected == "available" { 200 } else { 400 };
        let answer = w.post(&format!("payment_intents/{pi}/capture"), "amount_to_capture=10 final_capture=false");
        assert_eq!(answer.status, code, "B4, U1: {}", answer.body);
    }
}

/// B10, B11, B12, B23: asking for several captures without `manual` is accepted and captures in full at once.
#[test]
fn without_manual_everything_is_captured_at_once() {
    for method in ["automatic", "automatic_async"] {
        let w = TestEngine::new();
        let params = format!("amount=1000 currency=usd confirm=true payment_method=pm_card_visa {MULTI}");
        let answer = w.post("payment_intents", &format!("{params} capture_method={method}"));
        let pi = answer.is("status=succeeded amount_received=1000 amount_capturable=0").id();
        w.charge(&pi).is("captured=true payment_method_details.card.multicapture.status=available");
        w.post(&format!("payment_intents/{pi}/capture"), "amount_to_capture=1 final_capture=false").refused(
            400,
            "payment_intent_unexpected_state",
            "-",
        );
    }
}

/// CAP-1 to CAP-7, CAP-9, CAP-15, U1, U2, U3: refusals in the order of the rules; nothing changes, no event is emitted (I12).
#[test]
fn refusals_in_order() {
    let fresh = "status=requires_capture amount_capturable=1000 amount_received=0";
    let rows = [
        // Unknown before unreadable, unreadable before forbidden.
        ("pi_00000000zzz", "bad=1", 404, "resource_missing", "intent"),
        ("pi_nope", "amount_to_capture=-1", 404, "resource_missing", "intent"),
        ("multi", "bad=1 amount_to_capture=-1", 400, "parameter_unknown", "bad"),
        ("multi", "amount_to_capture=-1", 400, "-", "amount_to_capture"),
        ("multi", "amount_to_capture=abc", 400, "parameter_invalid_integer", "amount_to_capture"),
        ("multi", "amount_to_capture=99999999999999999999999", 400, "parameter_invalid_integer", "amount_to_capture"),
        ("multi", "amount_to_capture=1.5", 400, "parameter_invalid_integer", "amount_to_capture"),
        ("multi", "amount_to_capture=", 400, "parameter_invalid_empty", "amount_to_capture"),
        ("multi", "final_capture=maybe", 400, "-", "final_capture"),
        ("paid", "amount_to_capture=1001", 400, "payment_intent_unexpected_state", "-"),
        ("open", "amount_to_capture=0", 400, "payment_intent_unexpected_state", "-"),
        ("multi", "amount_to_capture=0", 400, "parameter_invalid_integer", "amount"),
        ("multi", "amount_to_capture=0 final_capture=true", 400, "parameter_invalid_integer", "amount"),
        ("multi", "amount_to_capture=0 final_capture=false", 400, "parameter_invalid_integer", "amount"),
        ("single", "amount_to_capture=0", 400, "parameter_invalid_integer", "amount"),
        ("multi", "amount_to_capture=1001", 400, "amount_too_large", "amount_to_capture"),
        ("single", "amount_to_capture=1001 final_capture=false", 400, "amount_too_large", "amount_to_capture"),
        (
            "single",
            "amount_to_capture=10 final_capture=false",
            400,
            "payment_intent_invalid_parameter",
            "final_capture",
        ),
        ("multi", "application_fee_amount=5", 400, "application_fees_not_allowed", "application_fee_amount"),
        ("multi", "transfer_data[amount]=5", 400, "payment_intent_invalid_parameter", "transfer_data[amount]"),
    ];
    let w = TestEngine::new();
    let ids = [
        ("multi", w.multi(1000, "")),
        ("single", w.hold(1000, "pm_card_visa", "")),
        ("paid", w.paid(1000, "")),
        ("open", w.post("payment_intents", "amount=1000 currency=usd").id()),
    ];
    for (who, params, status, code, param) in rows {
        let id = ids.iter().find(|(name, _)| *name == who).map_or(who, |(_, id)| id);
        w.notified();
        w.post(&format!("payment_intents/{id}/capture"), params).refused(status, code, param);
        assert_eq!(w.notified(), "", "{params}");
    }
    w.intent(&ids[0].1).is(fresh);
    w.intent(&ids[1].1).is(fresh);
    w.reconciled();
}

/// B33, B35, B39, B54, U2: the remainder is released by 0 with final_capture, once something was captured.
#[test]
fn the_remainder_is_released() {
    let w = TestEngine::new();
    let pi = w.multi(1000, "");
    let capture = format!("payment_intents/{pi}/capture");
    w.post(&capture, "amount_to_capture=700 final_capture=false").is("status=requires_capture");
    w.post(&capture, "amount_to_capture=0 final_capture=false").refused(400, "parameter_invalid_integer", "amount");
    w.post(&capture, "amount_to_capture=0 final_capture=true").is("status=succeeded amount_received=700");
    w.charge(&pi).is("captured=true amount_captured=700 amount_refunded=0 refunded=false");
    w.post(&capture, "").refused(400, "payment_intent_unexpected_state", "-");
    w.reconciled();
}

/// CAP-8, B35: without an amount everything left is taken, and without the parameter it is final (R18).
#[test]
fn the_defaults_take_everything_finally() {
    let w = TestEngine::new();
    let pi = w.multi(1000, "");
    let capture = format!("payment_intents/{pi}/capture");
    w.post(&capture, "amount_to_capture=700 final_capture=false").is("amount_capturable=300");
    w.post(&capture, "").is("status=succeeded amount_received=1000");
    let pi = w.multi(1000, "");
    w.post(&format!("payment_intents/{pi}/capture"), "amount_to_capture=700")
        .is("status=succeeded amount_received=700");
}

/// CAP-13: after a single partial capture the amount stays, and nothing counts as refunded (U14, R19).
#[test]
fn a_single_partial_capture() {
    let w = TestEngine::new();
    let pi = w.hold(6500, "pm_card_visa", "");
    w.post(&format!("payment_intents/{pi}/capture"), "amount_to_capture=5000")
        .is("status=succeeded amount=6500 amount_capturable=0 amount_received=5000");
    w.charge(&pi).is("captured=true amount_captured=5000 amount_refunded=0 refunded=false");
    w.get("refunds", &format!("payment_intent={pi}")).is("data=[]");
    let charge = w.charge(&pi);
    assert_ne!(charge.text("payment_method_details.card.capture_before"), "null");
    w.reconciled();
}

/// B8, U4: 50 captures; the 50th may stay open; the release does not count.
#[test]
fn fifty_captures() {
    let w = TestEngine::new();
    let pi = w.multi(10_000, "");
    let capture = format!("payment_intents/{pi}/capture");
    for n in 1..=50 {
        w.post(&capture, "amount_to_capture=10 final_capture=false")
            .is(&format!("status=requires_capture amount_received={}", n * 10));
    }
    let rows = ["amount_to_capture=10 final_capture=false", "amount_to_capture=10", ""];
    for params in rows {
        w.post(&capture, params).refused(400, "payment_intent_invalid_parameter", "amount_to_capture");
    }
    w.post(&capture, "amount_to_capture=0 final_capture=true").is("status=succeeded amount_received=500");
    w.reconciled();
}

/// U5, B35: capturing everything without finality leaves the payment open until it is ended.
#[test]
fn everything_captured_and_still_open() {
    let w = TestEngine::new();
    let pi = w.multi(1000, "");
    let capture = format!("payment_intents/{pi}/capture");
    w.post(&capture, "final_capture=false").is("status=requires_capture amount_capturable=0 amount_received=1000");
    w.charge(&pi).is("captured=false amount_captured=1000");
    w.post(&capture, "amount_to_capture=1").refused(400, "amount_too_large", "amount_to_capture");
    w.post(&capture, "").is("status=succeeded");
    w.charge(&pi).is("captured=true");

    let w = TestEngine::with(Dialect { exhausting_capture_is_final: true, ..Dialect::default() });
    let pi = w.multi(1000, "");
    w.post(&format!("payment_intents/{pi}/capture"), "final_capture=false").is("status=succeeded");
    w.charge(&pi).is("captured=true");
}

/// C10, D3: a card's capture answers `succeeded`; `processing` is neither answered nor emitted.
#[test]
fn a_card_capture_never_processes() {
    let w = TestEngine::new();
    let pi = w.hold(1000, "pm_card_visa", "");
    w.post(&format!("payment_intents/{pi}/capture"), "").is("status=succeeded");
    assert!(!w.notified().contains("processing"));
}

/// CAP-11: metadata is merged at capture.
#[test]
fn metadata_is_merged_at_capture() {
    let w = TestEngine::new();
    let pi = w.hold(1000, "pm_card_visa", "metadata[a]=1 metadata[b]=2");
    w.post(&format!("payment_intents/{pi}/capture"), "metadata[b]=3 metadata[c]=4 metadata[a]=")
        .is("metadata.a=null metadata.b=3 metadata.c=4");
}

/// CAP-12: charges are not captured directly.
#[test]
fn charges_are_not_captured_directly() {
    let w = TestEngine::new();
    let pi = w.hold(1000, "pm_card_visa", "");
    let charge = w.charge(&pi).id();
    w.post(&format!("charges/{charge}/capture"), "").refused(400, "-", "-");
    w.post(&format!("payment_intents/{pi}/capture"), "").is("status=succeeded");
    w.post(&format!("charges/{charge}/capture"), "").refused(400, "charge_already_captured", "-");
}

/// R1: a lost answer and a fresh key: the single capture is refused, the multicapture captures again.
#[test]
fn a_retry_with_a_fresh_key() {
    let w = TestEngine::new();
    let single = w.hold(1000, "pm_card_visa", "");
    let multi = w.multi(1000, "");
    w.post_with_key("k1", &format!("payment_intents/{single}/capture"), "amount_to_capture=300").is("status=succeeded");
    w.post_with_key("k2", &format!("payment_intents/{single}/capture"), "amount_to_capture=300").refused(
        400,
        "payment_intent_unexpected_state",
        "-",
    );
    for (key, received) in [("k3", 300), ("k4", 600), ("k3", 300)] {
        w.post_with_key(key, &format!("payment_intents/{multi}/capture"), "amount_to_capture=300 final_capture=false")
            .is(&format!("amount_received={received}"));
    }
    w.intent(&multi).is("amount_received=600");
}
