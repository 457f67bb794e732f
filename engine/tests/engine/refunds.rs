//! Refunds (B42 to B47, B59, B60, ERR-16 to ERR-24, REF-1 to REF-12, U15, U16, R5, R7).

use crate::test_helpers::{CONNECTED, MERCHANT, TestEngine};
use holdfast_engine::command::EnvironmentEvent;
use holdfast_engine::objects::{Account, RefundFailure};
use holdfast_engine::time::DAY;
use holdfast_engine::{Dialect, HalfUnit, Money};

/// ERR-16 to ERR-22, B42, B44, D7, R13: what is refused, in order. Payment, parameters, status, code, parameter.
#[test]
fn what_is_refused() {
    let w = TestEngine::new();
    let open = w.post("payment_intents", "amount=1000 currency=usd").id();
    let held = w.hold(1000, "pm_card_visa", "");
    let paid = w.paid(1000, "");
    let partly = w.paid(4000, "");
    w.post("refunds", &format!("payment_intent={partly} amount=1000")).is("status=succeeded");
    let done = w.paid(1000, "");
    w.post("refunds", &format!("payment_intent={done}")).is("status=succeeded amount=1000");
    let canceled = w.hold(1000, "pm_card_visa", "");
    w.post(&format!("payment_intents/{canceled}/cancel"), "").is("status=canceled");
    let rows = [
        (None, "", 400, "-", "-"),
        (Some("pi_nope"), "", 404, "resource_missing", "payment_intent"),
        (Some(paid.as_str()), "amount=0", 400, "parameter_invalid_integer", "amount"),
        (Some(&paid), "amount=-5", 400, "parameter_invalid_integer", "amount"),
        (Some(&paid), "reason=expired_uncaptured_charge", 400, "-", "reason"),
        (Some(&open), "", 400, "-", "-"),
        (Some(&canceled), "", 400, "-", "-"),
        (Some(&held), "", 400, "-", "-"),
        (Some(&done), "", 400, "charge_already_refunded", "-"),
        (Some(&done), "amount=1", 400, "charge_already_refunded", "-"),
        (Some(&partly), "amount=4000", 400, "-", "amount"),
        (Some(&paid), "refund_application_fee=true", 400, "charge_invalid_parameter", "refund_application_fee"),
        (Some(&paid), "reverse_transfer=true", 400, "charge_invalid_parameter", "reverse_transfer"),
    ];
    w.notified();
    for (payment, params, status, code, param) in rows {
        let payment = payment.map(|id| format!("payment_intent={id}")).unwrap_or_default();
        w.post("refunds", &format!("{payment} {params}")).refused(status, code, param);
        assert_eq!(w.notified(), "", "{params}");
    }
    let answer = w.post("refunds", &format!("payment_intent={partly} amount=4000"));
    let message = "Refund amount ($40.00) is greater than unrefunded amount on charge ($30.00)";
    assert_eq!(answer.text("error.message"), message);
    let answer = w.post("refunds", &format!("payment_intent={held}"));
    assert!(answer.text("error.message").contains("You must cancel the PaymentIntent"), "D7, R13");
    w.reconciled();
}

/// B42, B43, B44, U16: refunds while the hold is open, and when `refunded` turns true.
#[test]
fn refunds_while_the_hold_is_open() {
    let w = TestEngine::new();
    let pi = w.multi(1000, "");
    let capture = format!("payment_intents/{pi}/capture");
    w.post(&capture, "amount_to_capture=700 final_capture=false").is("status=requires_capture");
    for amount in [300, 400] {
        w.post("refunds", &format!("payment_intent={pi} amount={amount}")).is("status=succeeded");
    }
    w.charge(&pi).is("amount_refunded=700 amount_captured=700 refunded=false captured=false");
    w.post("refunds", &format!("payment_intent={pi} amount=1")).refused(400, "charge_already_refunded", "-");
    w.notified();
    w.post(&capture, "amount_to_capture=0 final_capture=true").is("status=succeeded");
    w.charge(&pi).is("refunded=true captured=true");
    assert!(!w.notified().contains("charge.refunded"), "U16");
    let pi = w.multi(1000, "");
    w.post(&format!("payment_intents/{pi}/capture"), "amount_to_capture=700 final_capture=false")
        .is("amount_received=700 amount_capturable=300");
    w.post("refunds", &format!("payment_intent={pi}")).is("amount=700");
    w.post(&format!("payment_intents/{pi}/capture"), "").is("status=succeeded amount_received=1000");
    w.charge(&pi).is("refunded=false amount_refunded=700");
    w.reconciled();
}

/// B59, B60, U15, EVT-13: what refunds tell, partial and full alike.
#[test]
fn what_refunds_tell() {
    let w = TestEngine::immediate();
    let pi = w.paid(1000, "");
    w.notified();
    for (amount, refunded) in [(400, false), (600, true)] {
        w.post("refunds", &format!("payment_intent={pi} amount={amount}")).is("status=succeeded");
        assert_eq!(w.notified(), "refund.created charge.refunded");
        w.charge(&pi).is(&format!("refunded={refunded}"));
    }
    w.advance(DAY);
    assert_eq!(w.notified(), ["refund.updated charge.refund.updated"; 2].join(" "));
    w.advance(DAY);
    assert_eq!(w.notified(), "");
    w.get("refunds", "limit=1").is("data.0.amount=600 data.0.destination_details.card.reference_status=available");
    w.get("refunds", "limit=1").is("has_more=true");
}

/// REF-2, REF-4, EVT-14, TST-6, R7: pending refunds settle, successful ones may fail later and give the money back.
#[test]
fn refunds_settle_and_fail() {
    let rows = [
        ("pm_card_pendingRefund", "pending", "succeeded", 1000, "refund.updated charge.refund.updated"),
        ("pm_card_refundFail", "succeeded", "failed", 0, "refund.failed refund.updated charge.refund.updated"),
        ("pm_card_visa", "succeeded", "succeeded", 1000, "refund.updated charge.refund.updated"),
    ];
    for (token, at_first, in_the_end, refunded, told) in rows {
        let w = TestEngine::new();
        let pi = w.paid(1000, &format!("payment_method={token}"));
        let refund = w.post("refunds", &format!("payment_intent={pi}")).is(&format!("status={at_first}")).id();
        w.charge(&pi).is("amount_refunded=1000 refunded=true");
        w.notified();
        w.advance(DAY);
        let answer = w.get(&format!("refunds/{refund}"), "").is(&format!("status={in_the_end}"));
        assert_eq!(w.notified(), told, "{token}");
        w.charge(&pi).is(&format!("amount_refunded={refunded}"));
        let back = answer.text("failure_balance_transaction");
        assert_eq!(back != "null", in_the_end == "failed");
        if in_the_end == "failed" {
            w.get(&format!("balance_transactions/{back}"), "").is("type=refund_failure amount=1000");
            w.post("refunds", &format!("payment_intent={pi}")).is("status=succeeded");
        }
        w.reconciled();
    }
}

/// REF-5, REF-6, REF-12: details, returns and cancellation of refunds to banks.
#[test]
fn refunds_that_wait_for_the_customer() {
    let dialect = Dialect { bank_refunds_need_details: true, ..Dialect::default() };
    let paid = |w: &TestEngine| {
        let params = "amount=1000 currency=usd confirm=true payment_method=pm_usBankAccount_success";
        let pi = w.post("payment_intents", params).id();
        w.advance(DAY * 3);
        pi
    };
    let w = TestEngine::with(dialect.clone());
    let pi = paid(&w);
    let id = w.post("refunds", &format!("payment_intent={pi}")).is("status=requires_action").id();
    let refund = id.parse().unwrap();
    w.inject(EnvironmentEvent::RefundDetailsGiven { refund }).is("status=pending");
    w.inject(EnvironmentEvent::RefundReported { refund, outcome: Ok(()) }).is("status=succeeded");
    w.post(&format!("refunds/{id}/cancel"), "").refused(400, "-", "-");
    w.inject(EnvironmentEvent::RefundReturned { refund }).is("status=requires_action");
    w.post(&format!("refunds/{id}/cancel"), "").is("status=canceled");
    w.charge(&pi).is("amount_refunded=0 refunded=false");
    w.reconciled();

    let w = TestEngine::with(dialect);
    let pi = paid(&w);
    let refund = w.post("refunds", &format!("payment_intent={pi}")).is("status=requires_action").id();
    w.advance(DAY * 45);
    w.get(&format!("refunds/{refund}"), "").is("status=failed failure_reason=unknown");
    w.reconciled();

    let w = TestEngine::new();
    let pi = paid(&w);
    let id = w.post("refunds", &format!("payment_intent={pi}")).is("status=pending pending_reason=processing").id();
    let failure = Err(RefundFailure::LostOrStolenCard);
    w.inject(EnvironmentEvent::RefundReported { refund: id.parse().unwrap(), outcome: failure }).is("status=failed");
    w.post(&format!("refunds/{id}/cancel"), "").refused(400, "-", "-");
    w.reconciled();
}

/// Returns a merchant without credit who received 1000 by card and 1000 by debit, and has `left` available.
fn poor_merchant(left: u64) -> (TestEngine, String, String) {
    let w = TestEngine::immediate();
    let merchant = (*w.engine.account(MERCHANT).unwrap()).clone();
    w.engine.add_account(Account { overdraft: Some(Money::ZERO), ..merchant }).unwrap();
    let card = w.paid(1000, "");
    let params = "amount=1000 currency=usd confirm=true payment_method=pm_usBankAccount_success";
    let debit = w.post("payment_intents", &format!("{params} capture_method=automatic")).id();
    w.advance(DAY * 3);
    w.post("transfers", &format!("amount={} currency=usd destination={CONNECTED}", 2000 - left))
        .is(&format!("amount={} destination={CONNECTED} reversed=false", 2000 - left));
    (w, card, debit)
}

/// VOC-6, REF-3: a refund the balance cannot pay waits until it can (by card), or is refused (by bank).
#[test]
fn refunds_beyond_the_balance() {
    let insufficient = "status=pending pending_reason=insufficient_funds";
    // What the balance still has, what the refunds of 600 say.
    let rows = [(600, "status=succeeded pending_reason=null", 200), (599, insufficient, 400)];
    for (left, card_says, debit_says) in rows {
        let (w, _, debit) = poor_merchant(left);
        let answer = w.post("refunds", &format!("payment_intent={debit} amount=600"));
        match debit_says {
            200 => drop(answer.is("status=pending pending_reason=processing")),
            _ => drop(answer.refused(400, "balance_insufficient", "-")),
        }
        w.reconciled();

        let (w, card, _) = poor_merchant(left);
        let refund = w.post("refunds", &format!("payment_intent={card} amount=600")).is(card_says).id();
        w.charge(&card).is("amount_refunded=600");
        w.reconciled();
        w.advance(DAY * 2);
        w.get(&format!("refunds/{refund}"), "").is(card_says);
        w.paid(1000, "");
        w.notified();
        w.advance(DAY * 2);
        w.get(&format!("refunds/{refund}"), "").is("status=succeeded pending_reason=null");
        assert_eq!(w.notified().contains("refund.updated"), left < 600);
        w.reconciled();
    }
}

/// REF-3, REF-4: a refund that waits for the balance can still fail; the charge is then less refunded again.
#[test]
fn a_refund_waiting_for_the_balance_may_fail() {
    let (w, card, _) = poor_merchant(0);
    let refund = w.post("refunds", &format!("payment_intent={card}")).is("status=pending").id();
    let outcome = Err(RefundFailure::Declined);
    w.inject(EnvironmentEvent::RefundReported { refund: refund.parse().unwrap(), outcome }).is("status=failed");
    w.charge(&card).is("amount_refunded=0 refunded=false");
    w.reconciled();
}

/// B45, B46, B47, D2, I9: with several captures, shares come back whole or by hand; two independent latches.
#[test]
fn shares_of_several_captures() {
    let connect = format!("transfer_data[destination]={CONNECTED} application_fee_amount=100");
    let captured = |w: &TestEngine| {
        let pi = w.multi(1000, &connect);
        w.post(&format!("payment_intents/{pi}/capture"), "amount_to_capture=700 final_capture=false")
            .is("amount_received=700 amount_capturable=300");
        pi
    };
    let w = TestEngine::new();
    let pi = captured(&w);
    for param in ["refund_application_fee", "reverse_transfer"] {
        w.post("refunds", &format!("payment_intent={pi} amount=100 {param}=true")).refused(
            400,
            "charge_invalid_parameter",
            param,
        );
    }
    w.post("refunds", &format!("payment_intent={pi} amount=100")).is("status=succeeded");
    w.notified();
    w.post("refunds", &format!("payment_intent={pi} refund_application_fee=true reverse_transfer=true"))
        .is("status=succeeded amount=600");
    assert_eq!(w.notified(), "refund.created charge.refunded application_fee.refunded transfer.reversed", "B60");
    w.reconciled();

    let by_hand = [
        ("application_fees/{fee}/refunds", "refund_application_fee", "reverse_transfer"),
        ("transfers/{transfer}/reversals", "reverse_transfer", "refund_application_fee"),
    ];
    for (path, latched, free) in by_hand {
        let w = TestEngine::new();
        let pi = captured(&w);
        let charge = w.charge(&pi);
        let path = path.replace("{fee}", &charge.text("application_fee"));
        w.post(&path.replace("{transfer}", &charge.text("transfer")), "amount=10").is("amount=10");
        w.post("refunds", &format!("payment_intent={pi} {latched}=true")).refused(
            400,
            "charge_invalid_parameter",
            latched,
        );
        w.post("refunds", &format!("payment_intent={pi} {free}=true")).is("status=succeeded");
        w.reconciled();
    }
}

/// REF-8: without several captures the shares come back in proportion, all of them with all of the charge.
#[test]
fn shares_come_back_in_proportion() {
    let w = TestEngine::new();
    let pi = w.paid(1000, &format!("application_fee_amount=100 transfer_data[destination]={CONNECTED}"));
    let refund = |params: &str| {
        w.post("refunds", &format!("payment_intent={pi} refund_application_fee=true reverse_transfer=true {params}"))
    };
    refund("amount=333").is("status=succeeded");
    let charge = w.charge(&pi);
    let fee = format!("application_fees/{}", charge.text("application_fee"));
    let transfer = format!("transfers/{}", charge.text("transfer"));
    w.get(&fee, "").is("amount_refunded=33 refunded=false");
    w.get(&transfer, "").is("amount_reversed=333 reversed=false");
    refund("").is("amount=667");
    w.get(&fee, "").is("amount_refunded=100 refunded=true");
    w.get(&transfer, "").is("amount_reversed=1000 reversed=true");
    w.reconciled();
}

/// P1: the share of a transfer and of a fee as recorded, to the nearest unit; the last refund returns the rest.
#[test]
fn shares_round_to_the_nearest_unit() {
    let rows = [
        (1200, 880, 500, 367),
        (1000, 285, 125, 36),
        (1000, 678, 200, 136),
        (1500, 1100, 1000, 733),
        (1000, 671, 200, 134),
    ];
    for (amount, whole, refunded, share) in rows {
        let w = TestEngine::new();
        for (terms, flag, pointer, path, back) in [
            ("transfer_data[amount]", "reverse_transfer", "transfer", "transfers", "amount_reversed"),
            (
                "application_fee_amount",
                "refund_application_fee",
                "application_fee",
                "application_fees",
                "amount_refunded",
            ),
        ] {
            let pi = w.paid(amount, &format!("transfer_data[destination]={CONNECTED} {terms}={whole}"));
            let object = format!("{path}/{}", w.charge(&pi).text(pointer));
            w.post("refunds", &format!("payment_intent={pi} amount={refunded} {flag}=true")).is("status=succeeded");
            w.get(&object, "").is(&format!("{back}={share}"));
            w.post("refunds", &format!("payment_intent={pi} {flag}=true")).is("status=succeeded");
            w.get(&object, "").is(&format!("{back}={whole}"));
        }
        w.reconciled();
    }
}

/// P1: exactly one half is rounded as the dialect says, and a share never exceeds what is left.
#[test]
fn one_half_of_a_unit_is_a_choice() {
    for (half_of_a_share, after) in [(HalfUnit::AwayFromZero, [1, 2, 3, 3]), (HalfUnit::TowardZero, [0, 0, 0, 3])] {
        let w = TestEngine::with(Dialect { half_of_a_share, ..Dialect::default() });
        let pi = w.paid(600, &format!("transfer_data[destination]={CONNECTED} transfer_data[amount]=3"));
        let transfer = format!("transfers/{}", w.charge(&pi).text("transfer"));
        for (amount, back) in [100, 100, 100, 300].into_iter().zip(after) {
            w.post("refunds", &format!("payment_intent={pi} amount={amount} reverse_transfer=true"))
                .is("status=succeeded");
            w.get(&transfer, "").is(&format!("amount_reversed={back}"));
        }
        w.reconciled();
    }
}

/// P2: on a charge with a transfer and no fee, `refund_application_fee=true` is accepted and returns no fee.
#[test]
fn the_fee_flag_needs_no_fee_beside_a_transfer() {
    let w = TestEngine::new();
    let pi = w.paid(1200, &format!("transfer_data[destination]={CONNECTED} transfer_data[amount]=880"));
    let refund = format!("payment_intent={pi} amount=500 refund_application_fee=true");
    w.notified();
    w.post("refunds", &format!("{refund} reverse_transfer=true")).is("status=succeeded amount=500");
    assert_eq!(w.notified(), "refund.created charge.refunded transfer.reversed");
    w.post("refunds", &refund).is("status=succeeded amount=500 transfer_reversal=null");
    assert_eq!(w.notified(), "refund.created charge.refunded");
    w.reconciled();
}

/// REF-9: a reversal the connected account cannot pay stops the whole refund.
#[test]
fn a_reversal_beyond_the_balance_stops_the_refund() {
    let w = TestEngine::new();
    let poor = Account { overdraft: Some(Money::ZERO), ..Account::connected(CONNECTED, MERCHANT) };
    w.engine.add_account(poor).unwrap();
    let pi = w.paid(1000, &format!("application_fee_amount=100 transfer_data[destination]={CONNECTED}"));
    w.notified();
    w.post("refunds", &format!("payment_intent={pi} reverse_transfer=true")).refused(400, "balance_insufficient", "-");
    assert_eq!(w.notified(), "");
    w.post("refunds", &format!("payment_intent={pi} reverse_transfer=true amount=900")).is("status=succeeded");
    w.reconciled();
}

/// EVT-13: metadata of a refund; ERR-5: another account's refund is unknown.
#[test]
fn refunds_are_described_and_private() {
    let w = TestEngine::new();
    let pi = w.paid(1000, "");
    let refund = w.post("refunds", &format!("payment_intent={pi} amount=10 metadata[a]=b")).is("metadata.a=b").id();
    w.post(&format!("refunds/{refund}"), "metadata[c]=d").is("metadata.a=b metadata.c=d");
    w.act_for(CONNECTED);
    w.get(&format!("refunds/{refund}"), "").refused(404, "resource_missing", "refund");
    w.post("refunds", &format!("payment_intent={pi}")).refused(404, "resource_missing", "payment_intent");
}
