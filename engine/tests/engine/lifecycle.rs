//! The PaymentIntent's life from create to the end, and every operation in every status (C1 to C17, VOC-1, PI-1 to PI-37).

use crate::test_helpers::{CONNECTED, TestEngine, fresh};
use holdfast_engine::time::{DAY, HOUR};
use holdfast_engine::{Dialect, PaymentIntentId};

pub fn pi(id: &str) -> PaymentIntentId {
    id.parse().unwrap()
}

/// C1, C4, C5, C6: where a payment begins. Parameters, status.
#[test]
fn where_a_payment_begins() {
    let rows = [
        ("", "requires_payment_method"),
        ("payment_method=pm_card_visa", "requires_confirmation"),
        ("payment_method=pm_card_visa confirm=true", "succeeded"),
        ("payment_method=pm_card_visa confirm=true capture_method=manual", "requires_capture"),
        ("payment_method=pm_card_threeDSecure2Required confirm=true", "requires_action"),
        ("payment_method=pm_usBankAccount_success confirm=true", "processing"),
        (
            "payment_method=pm_card_visa confirm=true payment_method_options[card][capture_method]=manual",
            "requires_capture",
        ),
    ];
    for (params, status) in rows {
        let w = fresh();
        w.post("payment_intents", &format!("amount=1000 currency=usd {params}")).is(&format!("status={status}"));
        assert!(w.notified().starts_with("payment_intent.created"), "C5");
    }
}

/// AMT-2, AMT-6: an amount of any currency has at most eight digits, an amount in rupiah twelve. So have fees and transfers.
#[test]
fn the_largest_amount_of_each_currency() {
    for (name, store) in TestEngine::stores() {
        largest_amounts(&TestEngine::on(store, Dialect::default()), name);
    }
}

fn largest_amounts(w: &TestEngine, store: &str) {
    use holdfast_engine::Currency;
    for currency in Currency::ALL {
        let (code, most) = (currency.code(), currency.largest().minor());
        assert_eq!(most, if *currency == Currency::Idr { 999_999_999_999 } else { 99_999_999 }, "{store}: {code}");
        let more = most + 1;
        w.post("payment_intents", &format!("amount={most} currency={code}")).is(&format!("amount={most}"));
        let refused = w.post("payment_intents", &format!("amount={more} currency={code}"));
        assert!(refused.text("error.message").contains(&most.to_string()), "{}", refused.body);
        refused.refused(400, "amount_too_large", "amount");
        let to = format!("amount={most} currency={code} transfer_data[destination]={CONNECTED}");
        for name in ["application_fee_amount", "transfer_data[amount]"] {
            let refused = w.post("payment_intents", &format!("{to} {name}={more}"));
            refused.refused(400, "parameter_invalid_integer", name);
        }
    }
    let (most, more) = (999_999_999_999_u64, 1_000_000_000_000_u64);
    let to = format!("currency=idr payment_method_types[]=card transfer_data[destination]={CONNECTED}");
    let id = w.post("payment_intents", &format!("amount=1000000 {to}")).id();
    let path = format!("payment_intents/{id}");
    w.post(&path, &format!("amount={more}")).refused(400, "amount_too_large", "amount");
    w.post(&path, "amount=100000000 currency=usd").refused(400, "amount_too_large", "amount");
    w.post(&path, &format!("amount={most} application_fee_amount={most}")).is(&format!("amount={most}"));
    let confirm = format!("payment_method=pm_card_visa application_fee_amount={most}");
    w.post(&format!("{path}/confirm"), &confirm).is(&format!("status=succeeded amount_received={most}"));
    let held = w.post(
        "payment_intents",
        &format!("amount={most} capture_method=manual confirm=true payment_method=pm_card_visa {to}"),
    );
    let capture = format!("payment_intents/{}/capture", held.id());
    w.post(&capture, &format!("application_fee_amount={more}")).refused(
        400,
        "parameter_invalid_integer",
        "application_fee_amount",
    );
    w.post(&capture, &format!("application_fee_amount={most}")).is("status=succeeded");
}

/// AMT-1 to AMT-5: what create refuses. Parameters, status, code, parameter.
#[test]
fn what_create_refuses() {
    let rows = [
        ("currency=usd", 400, "parameter_missing", "amount"),
        ("amount=1000", 400, "parameter_missing", "currency"),
        ("amount= currency=usd", 400, "parameter_invalid_empty", "amount"),
        ("amount=0 currency=usd", 400, "parameter_invalid_integer", "amount"),
        ("amount=-1 currency=usd", 400, "parameter_invalid_integer", "amount"),
        ("amount=abc currency=usd", 400, "parameter_invalid_integer", "amount"),
        ("amount[x]=1 currency=usd", 400, "parameter_invalid_integer", "amount"),
        ("amount=1 currency=usd", 400, "amount_too_small", "amount"),
        ("amount=49 currency=usd", 400, "amount_too_small", "amount"),
        ("amount=100000000 currency=usd", 400, "amount_too_large", "amount"),
        ("amount=99999999999999999999 currency=usd", 400, "parameter_invalid_integer", "amount"),
        ("amount=1000 currency=", 400, "parameter_invalid_empty", "currency"),
        ("amount=1000 currency=US", 400, "-", "currency"),
        ("amount=1000 currency=usdt", 400, "-", "currency"),
        ("amount=1000 currency=usd capture_method=later", 400, "-", "capture_method"),
        ("amount=1000 currency=usd colour=red", 400, "parameter_unknown", "colour"),
        ("amount=1000 currency=usd off_session=true", 400, "-", "off_session"),
        ("amount=1000 currency=usd return_url=https://x", 400, "-", "return_url"),
        ("amount=1000 currency=usd confirm=true", 400, "payment_intent_unexpected_state", "-"),
        ("amount=1000 currency=usd customer=cus_nope", 400, "resource_missing", "customer"),
        ("amount=1000 currency=usd payment_method=pm_nope", 400, "resource_missing", "payment_method"),
        ("amount=1000 currency=usd payment_method_types[]=cash", 400, "-", "payment_method_types"),
        (
            "amount=1000 currency=usd application_fee_amount=1",
            400,
            "application_fees_not_allowed",
            "application_fee_amount",
        ),
        (
            "amount=1000 currency=usd transfer_data[destination]=acct_nope",
            400,
            "resource_missing",
            "transfer_data[destination]",
        ),
        (
            "amount=1000 currency=usd payment_method=pm_card_visa confirm=true payment_method_types[]=us_bank_account",
            400,
            "payment_intent_incompatible_payment_method",
            "payment_method",
        ),
        (
            "amount=1000 currency=usd payment_method=pm_usBankAccount_success confirm=true capture_method=manual",
            400,
            "payment_intent_invalid_parameter",
            "capture_method",
        ),
    ];
    let w = fresh();
    for (params, status, code, param) in rows {
        w.post("payment_intents", params).refused(status, code, param);
        assert_eq!(w.notified(), "", "{params}");
    }
    w.get("payment_intents", "").is("data=[]");
}

/// PI-5 to PI-14, PI-27 to PI-31, PI-34 to PI-37: every operation in every status. Operation, then whether it works in each of the seven statuses.
#[test]
fn every_operation_in_every_status() {
    let statuses = ["rpm", "rc", "ra", "processing", "rcap", "succeeded", "canceled"];
    let rows: [(&str, &str, [u16; 7]); 6] = [
        ("", "amount=2000", [200, 200, 200, 400, 400, 400, 400]),
        ("", "payment_method=pm_card_visa", [200, 200, 200, 400, 400, 400, 400]),
        ("", "metadata[a]=b", [200, 200, 200, 200, 200, 200, 400]),
        ("/confirm", "", [400, 200, 200, 400, 400, 400, 400]),
        ("/capture", "", [400, 400, 400, 400, 200, 400, 400]),
        ("/cancel", "", [200, 200, 200, 200, 200, 400, 400]),
    ];
    for (path, params, expected) in rows {
        for (status, code) in statuses.into_iter().zip(expected) {
            let w = fresh();
            let id = in_status(&w, status);
            let before = w.intent(&id).body;
            w.notified();
            let answer = w.post(&format!("payment_intents/{id}{path}"), params);
            assert_eq!(answer.status, code, "{path} {params} in {status}: {}", answer.body);
            if code == 400 {
                answer.has("error.code=payment_intent_unexpected_state").has(&format!("error.payment_intent.id={id}"));
                assert_eq!(w.intent(&id).body, before, "I12");
                assert_eq!(w.notified(), "");
            }
            w.reconciled();
        }
    }
}

pub fn in_status(w: &TestEngine, status: &str) -> String {
    let create = |params: &str| w.post("payment_intents", &format!("amount=1000 currency=usd {params}")).id();
    match status {
        "rpm" => create(""),
        "rc" => create("payment_method=pm_card_visa"),
        "ra" => create("payment_method=pm_card_threeDSecure2Required confirm=true"),
        "processing" => create("payment_method=pm_usBankAccount_processing confirm=true"),
        "rcap" => w.hold(1000, "pm_card_visa", ""),
        "succeeded" => w.paid(1000, ""),
        _ => {
            let id = create("");
            w.post(&format!("payment_intents/{id}/cancel"), "").is("status=canceled");
            id
        }
    }
}

/// C9, C11, C12, PI-9, PI-31: paid is final; texts may still change, money may not.
#[test]
fn paid_is_final() {
    let w = fresh();
    let id = w.paid(1000, "");
    w.advance(DAY * 60 + HOUR);
    w.intent(&id).is("status=succeeded amount_received=1000");
    w.post(&format!("payment_intents/{id}"), "description=late").is("description=late status=succeeded");
    w.post(&format!("payment_intents/{id}"), "amount=500").refused(400, "payment_intent_unexpected_state", "amount");
    w.post("refunds", &format!("payment_intent={id}")).is("status=succeeded");
    w.intent(&id).is("status=succeeded amount_received=1000");
}

/// PI-5, PI-7, VOC-16: updating before payment; a new method asks for confirmation.
#[test]
fn updating_before_payment() {
    let w = fresh();
    let id = w.post("payment_intents", "amount=1000 currency=usd").id();
    w.post(&format!("payment_intents/{id}"), "amount=2000 currency=eur").is("amount=2000 currency=eur");
    w.post(&format!("payment_intents/{id}"), "amount=0").refused(400, "parameter_invalid_integer", "amount");
    w.post(&format!("payment_intents/{id}"), "payment_method=pm_card_visa").is("status=requires_confirmation");
    w.notified();
    w.post(&format!("payment_intents/{id}"), "description=x").is("description=x");
    assert_eq!(w.notified(), "", "there is no payment_intent.updated");
}

/// C17, VER-1, VER-3: the names of two statuses before 2019-02-11, and the charges on the payment before 2022-11-15.
#[test]
fn older_versions() {
    let w = fresh();
    let verb = holdfast_engine::edge::read::Verb::Post;
    let create = |version: &str, more: &str| {
        w.send(verb, "payment_intents", &format!("amount=1000 currency=usd {more}"), None, Some(version))
    };
    create("2019-02-10", "").is("status=requires_source");
    create("2019-02-11", "").is("status=requires_payment_method");
    create("2019-02-10", "confirm=true payment_method=pm_card_threeDSecure2Required")
        .is("status=requires_source_action");
    let paid = "confirm=true payment_method=pm_card_visa";
    let old = create("2022-11-14", paid).is("charges.data.0.status=succeeded");
    assert_eq!(old.text("latest_charge"), old.text("charges.data.0.id"), "P8");
    let answer = create("2022-11-15", paid).is("charges=null");
    assert!(answer.text("latest_charge").starts_with("ch_"), "A11");
}
