//! Platforms: fees, transfers and what captures say about them (B7, B46 to B51, D1, U7, U8, U11, CON-1 to CON-10).

use crate::test_helpers::{CONNECTED, TestEngine};

pub fn destination() -> String {
    format!("transfer_data[destination]={CONNECTED}")
}

/// B49, D1, B51, U7, U8: each later capture must set what the first one set, with the same or another amount (B50).
#[test]
fn what_the_first_capture_sets_later_ones_must() {
    let fee = "application_fee_amount";
    let part = "transfer_data[amount]";
    let rows = [
        // First capture, second capture, status, parameter.
        (format!("{fee}=10"), String::new(), 400, fee),
        (format!("{fee}=10"), format!("{fee}=99"), 200, "-"),
        (format!("{part}=100"), String::new(), 400, part),
        (format!("{part}=100"), format!("{part}=7"), 200, "-"),
        (String::new(), format!("{fee}=10"), 200, "-"),
        (String::new(), String::new(), 200, "-"),
    ];
    for (first, second, status, param) in rows {
        let w = TestEngine::new();
        let pi = w.multi(1000, &destination());
        let capture = |params: &str| w.post(&format!("payment_intents/{pi}/capture"), params);
        capture(&format!("amount_to_capture=300 final_capture=false {first}")).is("status=requires_capture");
        let answer = capture(&format!("amount_to_capture=300 final_capture=false {second}"));
        match status {
            400 => drop(answer.refused(400, "parameter_missing", param)),
            _ => drop(answer.is("status=requires_capture")),
        }
        capture("amount_to_capture=0 final_capture=true").is("status=succeeded");
        w.reconciled();
    }
}

/// B50, B53, U11: each capture's own values; one fee and one transfer a capture, the charge points at the first.
#[test]
fn each_capture_has_its_own_shares() {
    let w = TestEngine::new();
    let pi = w.multi(1000, &format!("{} application_fee_amount=50", destination()));
    w.notified();
    let capture = |params: &str| w.post(&format!("payment_intents/{pi}/capture"), params);
    capture("amount_to_capture=600 final_capture=false application_fee_amount=60")
        .is("amount_received=600 status=requires_capture");
    let told = "charge.updated payment_intent.amount_capturable_updated transfer.created application_fee.created";
    assert_eq!(w.notified(), told);
    let first = w.charge(&pi);
    capture("amount_to_capture=400 application_fee_amount=10").is("status=succeeded");
    let last = w.charge(&pi);
    for field in ["balance_transaction", "transfer", "application_fee"] {
        assert_eq!(first.text(field), last.text(field), "the first stays: {field}");
    }
    w.get("application_fees", "").is("data.0.amount=10 data.1.amount=60");
    w.get("transfers", "").is("data.0.amount=400 data.1.amount=600");
    w.reconciled();
}

/// CAP-10, ERR-25, CON-1, CON-2, CON-6: what is refused at capture. Parameters, code, parameter.
#[test]
fn shares_within_the_capture() {
    let rows = [
        ("application_fee_amount=0", "parameter_invalid_integer", "application_fee_amount"),
        ("transfer_data[amount]=0", "parameter_invalid_integer", "transfer_data[amount]"),
    ];
    let w = TestEngine::new();
    let pi = w.multi(1000, &destination());
    for (params, code, param) in rows {
        w.post(&format!("payment_intents/{pi}/capture"), &format!("amount_to_capture=300 {params}"))
            .refused(400, code, param);
    }
    let rows = [
        ("application_fee_amount=1001".to_owned(), "application_fees_not_allowed", "application_fee_amount"),
        (format!("{} application_fee_amount=1001", destination()), "amount_too_large", "application_fee_amount"),
        (format!("{} transfer_data[amount]=1001", destination()), "amount_too_large", "transfer_data[amount]"),
        (format!("{} transfer_data[amount]=5 application_fee_amount=5", destination()), "-", "transfer_data[amount]"),
    ];
    for (params, code, param) in rows {
        w.post("payment_intents", &format!("amount=1000 currency=usd {params}")).refused(400, code, param);
    }
}

/// CON-1, CON-5, CON-7, A16: a direct charge pays a fee to its platform; a destination charge is the platform's own.
#[test]
fn who_pays_whom() {
    let w = TestEngine::immediate();
    w.act_for(CONNECTED);
    let pi = w.paid(1000, "application_fee_amount=100");
    let charge = w.charge(&pi);
    assert_eq!(charge.text("transfer"), "null", "A16: no transfer on a direct charge");
    let fee = charge.text("application_fee");
    w.get(&format!("application_fees/{fee}"), "").refused(404, "resource_missing", "id");
    w.act_for(crate::test_helpers::MERCHANT);
    w.get(&format!("application_fees/{fee}"), "").is(&format!("amount=100 account={CONNECTED}"));
    let usd = holdfast_engine::Currency::Usd;
    let balance = |account| w.engine.store().balance(account, usd).unwrap().total();
    assert_eq!((balance(crate::test_helpers::MERCHANT), balance(CONNECTED)), (100, 900));
    w.paid(1000, &format!("{} application_fee_amount=100", destination()));
    assert_eq!((balance(crate::test_helpers::MERCHANT), balance(CONNECTED)), (200, 1800));
    w.paid(1000, &format!("{} transfer_data[amount]=700", destination()));
    assert_eq!((balance(crate::test_helpers::MERCHANT), balance(CONNECTED)), (500, 2500));
    w.reconciled();
}

/// B7, B48, ERR-27: transfers from a charge, but not from one with several captures.
#[test]
fn transfers_by_request() {
    let w = TestEngine::immediate();
    let transfer = |params: &str| w.post("transfers", &format!("currency=usd destination={CONNECTED} {params}"));
    let single = w.paid(1000, "");
    let single = w.charge(&single).id();
    transfer(&format!("amount=600 source_transaction={single}")).is(&format!("amount=600 source_transaction={single}"));
    transfer(&format!("amount=500 source_transaction={single}")).refused(400, "balance_insufficient", "amount");
    let multi = w.multi(1000, "");
    w.post(&format!("payment_intents/{multi}/capture"), "amount_to_capture=700 final_capture=false")
        .is("amount_received=700 amount_capturable=300");
    let multi = w.charge(&multi).id();
    transfer(&format!("amount=100 source_transaction={multi}")).refused(400, "-", "source_transaction");
    let other = format!("currency=eur destination={CONNECTED} amount=100 source_transaction={single}");
    w.post("transfers", &other).refused(400, "-", "currency");
    transfer("amount=0").refused(400, "parameter_invalid_integer", "amount");
    w.post("transfers", "currency=usd amount=5 destination=acct_x").refused(400, "resource_missing", "destination");
    let stranger = crate::test_helpers::FLAT;
    let answer = w.post("transfers", &format!("currency=usd amount=5 destination={stranger}"));
    answer.refused(400, "resource_missing", "destination");
    w.reconciled();
}

/// ERR-26, CON-8, B46: by hand, up to what is left; flags turn true only in full.
#[test]
fn returns_by_hand() {
    let w = TestEngine::immediate();
    let pi = w.paid(1000, &format!("{} application_fee_amount=100", destination()));
    let charge = w.charge(&pi);
    let fee = format!("application_fees/{}", charge.text("application_fee"));
    let transfer = format!("transfers/{}", charge.text("transfer"));
    w.notified();
    w.post(&format!("{fee}/refunds"), "amount=40").is("object=fee_refund amount=40");
    w.get(&fee, "").is("amount_refunded=40 refunded=false");
    w.post(&format!("{fee}/refunds"), "amount=61").refused(400, "-", "amount");
    w.post(&format!("{fee}/refunds"), "").is("amount=60");
    w.get(&fee, "").is("amount_refunded=100 refunded=true");
    w.post(&format!("{fee}/refunds"), "").refused(400, "-", "amount");
    w.post(&format!("{transfer}/reversals"), "amount=999").is("object=transfer_reversal amount=999");
    w.post(&format!("{transfer}/reversals"), "amount=2").refused(400, "-", "amount");
    w.get(&transfer, "").is("amount_reversed=999 reversed=false");
    assert_eq!(w.notified(), "application_fee.refunded application_fee.refunded transfer.reversed");
    w.get(&format!("{fee}/refunds"), "").is("data.0.amount=60 data.1.amount=40");
    w.reconciled();
}

/// ERR-27: a transfer beyond the balance.
#[test]
fn a_transfer_beyond_the_balance() {
    use holdfast_engine::Money;
    use holdfast_engine::objects::Account;
    let w = TestEngine::immediate();
    let merchant = (*w.engine.account(crate::test_helpers::MERCHANT).unwrap()).clone();
    w.engine.add_account(Account { overdraft: Some(Money::ZERO), ..merchant }).unwrap();
    let params = format!("currency=usd destination={CONNECTED} amount=100");
    w.post("transfers", &params).refused(400, "balance_insufficient", "-");
    w.paid(1000, "");
    w.post("transfers", &params).is("amount=100");
}
