//! The end of holds without a capture: cancellation and expiry (B35, B38, B56, C14, C15, HOLD-11 to HOLD-16, HOLD-18, HOLD-19).

use crate::test_helpers::{MERCHANT, START, TestEngine};
use holdfast_engine::Dialect;
use holdfast_engine::objects::Account;

const DEADLINE: u64 = 604_800;

/// C14, C15, HOLD-18, HOLD-19, EVT-10, R12: cancelling a hold gives it back, and shows it as a refund that moved no money.
#[test]
fn cancelling_a_hold() {
    for reason in ["duplicate", "fraudulent", "requested_by_customer", "abandoned", ""] {
        let w = TestEngine::new();
        let id = w.hold(1000, "pm_card_visa", "");
        w.notified();
        let params = if reason.is_empty() { String::new() } else { format!("cancellation_reason={reason}") };
        let reason = if reason.is_empty() { "null" } else { reason };
        w.post(&format!("payment_intents/{id}/cancel"), &params)
            .is("status=canceled amount_capturable=0 amount_received=0")
            .is(&format!("cancellation_reason={reason} canceled_at={}", START.seconds()));
        assert_eq!(w.notified(), "payment_intent.canceled charge.refunded");
        w.charge(&id)
            .is("captured=false refunded=true amount_refunded=1000 amount_captured=0 balance_transaction=null");
        w.get("balance_transactions", "").is("data=[]");
        w.reconciled();
    }
    TestEngine::new().post("payment_intents/pi_x/cancel", "cancellation_reason=mood").refused(
        404,
        "resource_missing",
        "intent",
    );
    let w = TestEngine::new();
    let id = w.hold(1000, "pm_card_visa", "");
    w.post(&format!("payment_intents/{id}/cancel"), "cancellation_reason=mood").refused(
        400,
        "-",
        "cancellation_reason",
    );
}

/// B38, D8, U6: cancelling a partly captured payment ends it as succeeded, or as the dialect says.
#[test]
fn cancelling_a_partly_captured_payment() {
    for (succeeds, status) in [(true, "succeeded"), (false, "canceled")] {
        let w = TestEngine::with(Dialect { partly_captured_cancel_succeeds: succeeds, ..Dialect::default() });
        let id = w.multi(1000, "");
        w.post(&format!("payment_intents/{id}/capture"), "amount_to_capture=700 final_capture=false")
            .is("amount_received=700 amount_capturable=300");
        w.notified();
        w.post(&format!("payment_intents/{id}/cancel"), "")
            .is(&format!("status={status} amount_received=700 amount_capturable=0"));
        w.charge(&id).is("captured=true amount_captured=700 amount_refunded=0 refunded=false");
        if succeeds {
            assert_eq!(w.notified(), "charge.captured payment_intent.succeeded");
        }
        w.reconciled();
    }
}

/// HOLD-11, HOLD-15, HOLD-17, U9, R11: the deadline. Seconds, capture answers, status once the worker ran.
#[test]
fn the_deadline_of_a_hold() {
    let rows = [(DEADLINE - 1, 200, "succeeded"), (DEADLINE, 400, "requires_capture"), (DEADLINE + 1, 400, "canceled")];
    for (wait, code, status) in rows {
        let w = TestEngine::new();
        let id = w.hold(1000, "pm_card_visa", "");
        let deadline = w.charge(&id).text("payment_method_details.card.capture_before");
        assert_eq!(deadline, (START.seconds() + DEADLINE).to_string());
        w.clock.advance(wait);
        let answer = w.post(&format!("payment_intents/{id}/capture"), "");
        assert_eq!(answer.status, code, "{wait}: {}", answer.body);
        w.engine.run_due(w.engine.now()).unwrap();
        w.intent(&id).is(&format!("status={status}"));
        w.reconciled();
    }
}

/// B35, B38, B56, D11, HOLD-12, HOLD-13, HOLD-14, HOLD-16, EVT-11, EVT-12, U12, U14: what expiry leaves. Captured before, status, events, charge.
#[test]
fn what_expiry_leaves() {
    let rows = [
        (0, "canceled", "charge.expired payment_intent.canceled", "captured=false amount_refunded=1000 refunded=true"),
        (
            700,
            "succeeded",
            "charge.captured payment_intent.succeeded",
            "captured=true amount_refunded=0 refunded=false",
        ),
        (
            1000,
            "succeeded",
            "charge.captured payment_intent.succeeded",
            "captured=true amount_refunded=0 refunded=false",
        ),
    ];
    for (captured, status, told, charge) in rows {
        let w = TestEngine::immediate();
        let id = w.multi(1000, "");
        if captured > 0 {
            w.post(
                &format!("payment_intents/{id}/capture"),
                &format!("amount_to_capture={captured} final_capture=false"),
            )
            .is("status=requires_capture");
        }
        w.notified();
        w.advance(DEADLINE + 1);
        assert_eq!(w.notified(), told);
        let reason = if status == "canceled" { "automatic" } else { "null" };
        w.intent(&id).is(&format!("status={status} amount_capturable=0 amount_received={captured}"));
        w.intent(&id).is(&format!("cancellation_reason={reason}"));
        w.charge(&id).is(charge);
        w.get("refunds", &format!("payment_intent={id}")).is("data=[]");
        w.post(&format!("payment_intents/{id}/capture"), "").refused(400, "payment_intent_unexpected_state", "-");
        w.advance(DEADLINE);
        assert_eq!(w.notified(), "", "once");
        w.reconciled();
    }
    let w = TestEngine::with(Dialect { expired_hold_makes_refund: true, ..Dialect::default() });
    let id = w.hold(1000, "pm_card_visa", "");
    w.advance(DEADLINE + 1);
    w.get("refunds", &format!("payment_intent={id}"))
        .is("data.0.reason=expired_uncaptured_charge data.0.status=succeeded data.0.balance_transaction=null");
    w.reconciled();
}

/// HOLD-1, HOLD-2, HOLD-3, HOLD-4, HOLD-10: how long holds last. Country, currency, card, more, seconds.
#[test]
fn how_long_holds_last() {
    let rows = [
        ("US", "usd", "pm_card_visa", "", 604_800),
        ("US", "usd", "pm_card_visa", "off_session=true", 410_400),
        ("US", "usd", "pm_card_mastercard", "off_session=true", 604_800),
        ("US", "usd", "pm_card_unionpay", "", 604_800),
        ("JP", "jpy", "pm_card_visa", "", 2_592_000),
        ("JP", "jpy", "pm_card_amex", "", 604_800),
        ("JP", "usd", "pm_card_visa", "", 604_800),
    ];
    for (country, currency, card, more, seconds) in rows {
        let w = TestEngine::new();
        w.engine.add_account(Account { country: country.to_owned(), ..Account::standard(MERCHANT) }).unwrap();
        let params =
            format!("amount=1000 currency={currency} confirm=true capture_method=manual payment_method={card}");
        let id = w.post("payment_intents", &format!("{params} {more}")).is("status=requires_capture").id();
        let deadline = w.charge(&id).text("payment_method_details.card.capture_before");
        assert_eq!(deadline, (START.seconds() + seconds).to_string(), "{country} {currency} {card} {more}");
    }
}
