//! An engine with objects in every list.

use crate::test_helpers::{CONNECTED, TestEngine};

/// Fills every list of the merchant and returns the paths of all lists, each with its query.
pub fn filled(w: &TestEngine) -> Vec<(String, String)> {
    let connect = format!("transfer_data[destination]={CONNECTED} application_fee_amount=100");
    let mut lists = Vec::new();
    for _ in 0..3 {
        w.clock.advance(60);
        let customer = w.post("customers", "").id();
        for token in ["pm_card_visa", "pm_card_mastercard", "pm_card_visa"] {
            w.post(&format!("payment_methods/{token}/attach"), &format!("customer={customer}"))
                .is("object=payment_method");
        }
        w.post("setup_intents", &format!("customer={customer}")).is("object=setup_intent");
        let session = "mode=setup success_url=https://a.test";
        w.post("checkout/sessions", &format!("{session} customer={customer}")).is("object=checkout.session");
        w.post("webhook_endpoints", "url=https://a.test enabled_events[]=customer.deleted").is("status=enabled");
        let paid = w.paid(1000, &format!("{connect} customer={customer}"));
        let charge = w.charge(&paid);
        let (transfer, fee) = (charge.text("transfer"), charge.text("application_fee"));
        for _ in 0..3 {
            w.post("refunds", &format!("payment_intent={paid} amount=10")).is("status=succeeded");
            w.post(&format!("transfers/{transfer}/reversals"), "amount=10").is("amount=10");
            w.post(&format!("application_fees/{fee}/refunds"), "amount=10").is("amount=10");
        }
        lists.extend([
            (format!("customers/{customer}/payment_methods"), String::new()),
            (format!("charges/{}/refunds", charge.id()), String::new()),
            (format!("transfers/{transfer}/reversals"), String::new()),
            (format!("application_fees/{fee}/refunds"), String::new()),
            ("payment_methods".to_owned(), format!("customer={customer}")),
            ("refunds".to_owned(), format!("payment_intent={paid}")),
            ("refunds".to_owned(), format!("charge={}", charge.id())),
        ]);
    }
    lists.extend(filled_with_data(w));
    for path in [
        "payment_intents",
        "charges",
        "refunds",
        "setup_intents",
        "checkout/sessions",
        "customers",
        "transfers",
        "application_fees",
        "balance_transactions",
        "events",
        "webhook_endpoints",
        "products",
        "prices",
        "shipping_rates",
    ] {
        lists.push((path.to_owned(), String::new()));
    }
    lists.push(("events".to_owned(), "type=charge.refunded".to_owned()));
    lists.push(("payment_methods".to_owned(), String::new()));
    lists
}

/// Fills the lists of stored data, and returns their paths and queries.
fn filled_with_data(w: &TestEngine) -> Vec<(String, String)> {
    let customer = w.post("customers", "").id();
    let product = w.post("products", "name=Hat").id();
    let setup = w.post("setup_intents", "payment_method_types[]=card").id();
    let account = format!("accounts/{CONNECTED}");
    for number in 0..3 {
        w.clock.advance(60);
        w.post("products", "name=Cap");
        w.post("prices", &format!("currency=usd unit_amount={number} product={product}"));
        w.post("shipping_rates", "display_name=x fixed_amount[amount]=1 fixed_amount[currency]=usd");
        w.post(&format!("customers/{customer}/tax_ids"), "type=eu_vat value=DE123456789");
        w.post(&format!("{account}/persons"), "first_name=A");
        w.post(&format!("{account}/external_accounts"), "external_account=btok_us");
        w.post(&format!("setup_intents/{setup}/confirm"), "payment_method=pm_card_visa_chargeDeclined");
    }
    vec![
        ("prices".to_owned(), format!("product={product}")),
        (format!("customers/{customer}/tax_ids"), String::new()),
        (format!("{account}/persons"), String::new()),
        (format!("{account}/external_accounts"), String::new()),
        ("setup_attempts".to_owned(), format!("setup_intent={setup}")),
    ]
}
