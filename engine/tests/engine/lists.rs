//! Lists narrowed by what their objects are and when they were made.

use crate::test_helpers::{START, TestEngine};
use holdfast_engine::Dialect;

/// Queries show the right ones of three customers created a minute apart.
#[test]
fn lists_are_narrowed_by_time() {
    let w = TestEngine::new();
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(w.post("customers", "").id());
        w.advance(60);
    }
    let at = |minutes: u64| START.after(minutes * 60).seconds();
    let rows = [
        (format!("created={}", at(1)), "1"),
        (format!("created[gte]={}", at(1)), "21"),
        (format!("created[gt]={}", at(1)), "2"),
        (format!("created[lte]={}", at(1)), "10"),
        (format!("created[lt]={}", at(1)), "0"),
        (format!("created[gt]={} created[lt]={}", at(0), at(2)), "1"),
        (format!("created[gt]={} created[gte]={}", at(0), at(2)), "2"),
        (format!("created[gte]={} limit=1", at(1)), "2"),
    ];
    for (query, wanted) in rows {
        let shown = w.get("customers", &query).body;
        let shown = shown["data"].as_array().unwrap().iter().map(|customer| customer["id"].as_str().unwrap());
        let shown: String = shown.map(|id| ids.iter().position(|known| known == id).unwrap().to_string()).collect();
        assert_eq!(shown, wanted, "{query}");
    }
    w.get("customers", "created[around]=5").refused(400, "parameter_unknown", "created[around]");
    w.get("customers", "created=soon").refused(400, "parameter_invalid_integer", "created");
    w.get("customers", "created=-1").refused(400, "-", "created");
}

/// P27: lists are narrowed by the values of their objects, on both stores.
#[test]
fn lists_are_narrowed_by_values() {
    for (_, store) in TestEngine::stores() {
        let w = TestEngine::on(store, Dialect::default());
        let customers = ["a@b.c", "d@e.f"].map(|email| w.post("customers", &format!("email={email}")).id());
        w.get("customers", "email=a@b.c").is(&format!("data.0.id={} data.1=null", customers[0]));
        w.get("customers", "email=a@b").is("data.0=null");
        let pi =
            w.paid(1000, &format!("transfer_group=g transfer_data[destination]={}", crate::test_helpers::CONNECTED));
        w.paid(500, "");
        let charge = w.charge(&pi).id();
        w.get("charges", "transfer_group=g").is(&format!("data.0.id={charge} data.1=null"));
        w.get("transfers", "transfer_group=g").is("data.0.amount=1000 data.1=null");
        w.get("transfers", &format!("destination={}", crate::test_helpers::CONNECTED))
            .is("data.0.amount=1000 data.1=null");
        w.get("transfers", &format!("destination={}", crate::test_helpers::FLAT)).is("data.0=null");
        w.get("balance_transactions", "type=transfer").is("data.0.amount=-1000 data.1=null");
        w.get("balance_transactions", "currency=eur").is("data.0=null");
        w.get("balance_transactions", "payout=po_1").is("data.0=null");
        w.get("events", "type=transfer.*").is("data.0.type=transfer.created data.1=null");
        w.get("events", "types[]=transfer.created types[]=customer.created limit=3")
            .is("data.0.type=transfer.created data.1.type=customer.created data.2.type=customer.created");
        w.get("events", "type=nothing.*").is("data.0=null");
        w.get("events", "type=transfer.* types[]=transfer.created").refused(400, "-", "types");
        let bill = "line_items[0][price_data][currency]=usd line_items[0][price_data][unit_amount]=500 \
                    line_items[0][price_data][product_data][name]=x line_items[0][quantity]=1";
        let session = w.post("checkout/sessions", &format!("mode=payment success_url=https://x {bill}")).id();
        w.get("checkout/sessions", "status=open").is(&format!("data.0.id={session}"));
        w.get("checkout/sessions", "status=expired").is("data.0=null");
        w.get("checkout/sessions", "customer_details[email]=a@b.c").is("data.0=null");
    }
}

/// With two parents, a list has the objects that belong to both.
#[test]
fn lists_are_narrowed_by_several_parents() {
    for (_, store) in TestEngine::stores() {
        let w = TestEngine::on(store, Dialect::default());
        let (one, other) = (w.paid(1000, ""), w.paid(1000, ""));
        let refund = w.post("refunds", &format!("payment_intent={one} amount=100")).id();
        w.post("refunds", &format!("payment_intent={other} amount=100")).is("object=refund amount=100");
        let charge = w.charge(&one).id();
        for params in ["charge={charge} payment_intent={one}", "payment_intent={one} charge={charge}"] {
            let params = params.replace("{charge}", &charge).replace("{one}", &one);
            w.get("refunds", &params).is(&format!("data.0.id={refund} data.1=null"));
        }
        let none = format!("charge={charge} payment_intent={other}");
        w.get("refunds", &none).is("data.0=null has_more=false");
        let customer = w.post("customers", "").id();
        w.get("charges", &format!("customer={customer} payment_intent={one}")).is("data.0=null");
    }
}

/// An unknown parameter is refused, also by requests that take none.
#[test]
fn unknown_parameters_are_refused_everywhere() {
    let w = TestEngine::new();
    let pi = w.paid(1000, "");
    let refund = w.post("refunds", &format!("payment_intent={pi}")).id();
    w.get(&format!("payment_intents/{pi}"), "x=1").refused(400, "parameter_unknown", "x");
    w.get(&format!("payment_intents/{pi}"), "client_secret=y").is(&format!("id={pi} status=succeeded"));
    w.post(&format!("refunds/{refund}/cancel"), "x=1").refused(400, "parameter_unknown", "x");
    w.post("checkout/sessions/cs_test_00000000001/expire", "x=1").refused(404, "resource_missing", "session");
}

/// A type narrows methods and events; other lists do not have it.
#[test]
fn lists_are_narrowed_by_type() {
    let w = TestEngine::new();
    let customer = w.post("customers", "").id();
    for token in ["pm_card_visa", "pm_usBankAccount_success"] {
        w.post(&format!("payment_methods/{token}/attach"), &format!("customer={customer}"));
    }
    let of_customer = (format!("customers/{customer}/payment_methods"), String::new());
    let lists = [("payment_methods".to_owned(), format!("customer={customer}")), of_customer];
    for (kind, count) in [("card", 1), ("us_bank_account", 1), ("sepa_debit", 0)] {
        for (path, more) in &lists {
            let shown = w.get(path, &format!("{more} type={kind}")).body;
            assert_eq!(shown["data"].as_array().unwrap().len(), count, "{path} {kind}");
        }
    }
    w.get("payment_methods", "type=cash").refused(400, "-", "type");
    w.get("charges", "type=card").refused(400, "parameter_unknown", "type");
}
