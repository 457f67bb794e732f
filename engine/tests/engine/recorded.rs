//! Behavior recorded from the provider: texts of payments, ids, setups and refunds (P16 to P21, P29).

use crate::test_helpers::{Answer, CONNECTED, TestEngine};
use holdfast_engine::edge::render;
use holdfast_engine::objects::Event;
use std::sync::Arc;

/// Parameters that an intent shows and its charge takes over, each with the path of its value.
const TAKEN_OVER: [(&str, &str, &str); 9] = [
    ("description", "description", "Hat"),
    ("metadata[k]", "metadata.k", "v"),
    ("transfer_group", "transfer_group", "g"),
    ("receipt_email", "receipt_email", "a@b.c"),
    ("statement_descriptor", "statement_descriptor", "SHOP"),
    ("statement_descriptor_suffix", "statement_descriptor_suffix", "HAT"),
    ("on_behalf_of", "on_behalf_of", "acct_00000000002"),
    ("shipping[name]=A&shipping[phone]=1&shipping[address][line1]", "shipping.address.line1", "x"),
    ("shipping[address][city]=C&shipping[carrier]=D&shipping[address][line1]=y&shipping[name]", "shipping.name", "B"),
];

/// P17, P18: each text of an intent is shown on it and on its charge, however the charge is made.
#[test]
fn a_charge_takes_over_the_texts_of_its_intent() {
    for (name, path, value) in TAKEN_OVER {
        let text = format!("{name}={value}").replace('&', " ");
        let w = TestEngine::new();
        let shown = format!("{path}={value}");
        for method in ["pm_card_visa", "pm_usBankAccount_success"] {
            let base = format!("amount=1000 currency=usd payment_method={method}");
            let at_once = w.post("payment_intents", &format!("{base} confirm=true {text}")).is(&shown);
            charge_of(&w, &at_once).is(&shown);
            let later = w.post("payment_intents", &format!("{base} {text}")).is(&shown).id();
            charge_of(&w, &w.post(&format!("payment_intents/{later}/confirm"), "").is(&shown)).is(&shown);
            let updated = w.post("payment_intents", &base).id();
            let update = w.post(&format!("payment_intents/{updated}"), &text);
            if name == "on_behalf_of" {
                update.refused(400, "parameter_unknown", name);
                continue;
            }
            update.is(&shown);
            charge_of(&w, &w.post(&format!("payment_intents/{updated}/confirm"), "").is(&shown)).is(&shown);
        }
        let declined =
            format!("amount=1000 currency=usd confirm=true payment_method=pm_card_visa_chargeDeclined {text}");
        let refusal = w.post("payment_intents", &declined).has(&format!("error.payment_intent.{shown}"));
        w.get(&format!("charges/{}", refusal.text("error.charge")), "").is(&shown);
    }
}

/// P18: texts given with the confirmation are shown by the intent and its charge.
#[test]
fn texts_of_a_confirmation_are_shown() {
    let w = TestEngine::new();
    let pi = w.post("payment_intents", "amount=1000 currency=usd payment_method=pm_card_visa").id();
    let params = "receipt_email=a@b.c shipping[name]=A shipping[address][line1]=x";
    let shown = "receipt_email=a@b.c shipping.name=A shipping.address.line1=x shipping.address.city=null";
    charge_of(&w, &w.post(&format!("payment_intents/{pi}/confirm"), params).is(shown)).is(shown);
}

/// P18: shipping needs its name and its address, and the empty text removes it.
#[test]
fn shipping_is_whole_or_absent() {
    let w = TestEngine::new();
    let base = "amount=1000 currency=usd";
    w.post("payment_intents", &format!("{base} shipping[name]=A")).refused(
        400,
        "parameter_missing",
        "shipping[address]",
    );
    w.post("payment_intents", &format!("{base} shipping[address][line1]=x")).refused(
        400,
        "parameter_missing",
        "shipping[name]",
    );
    w.post("payment_intents", &format!("{base} shipping[x]=1")).refused(400, "parameter_unknown", "shipping[x]");
    let pi = w.post("payment_intents", &format!("{base} shipping[name]=A shipping[address][line1]=x")).id();
    w.post(&format!("payment_intents/{pi}"), "description=d").is("shipping.name=A");
    w.post(&format!("payment_intents/{pi}"), "shipping=").is("shipping=null description=d");
}

fn charge_of(w: &TestEngine, intent: &Answer) -> Answer {
    w.get(&format!("charges/{}", intent.text("latest_charge")), "")
}

/// P19: a destination charge has a group, and its transfer names it and the payment on the other side.
#[test]
fn a_destination_charge_and_its_transfer_share_a_group() {
    for (more, group) in [("", None), ("transfer_group=mine", Some("mine"))] {
        let w = TestEngine::new();
        let pi = w.paid(1000, &format!("transfer_data[destination]={CONNECTED} {more}"));
        let group = group.map_or_else(|| format!("group_{pi}"), str::to_owned);
        let shown = format!("transfer_group={group}");
        w.intent(&pi).is(&shown);
        let charge = w.charge(&pi).is(&shown);
        let transfer = w.get(&format!("transfers/{}", charge.text("transfer")), "").is(&shown);
        assert!(transfer.text("destination_payment").starts_with("py_"), "{}", transfer.body);
    }
    let w = TestEngine::new();
    let pi = w.paid(1000, "");
    w.intent(&pi).is("transfer_group=null");
}

/// P19: a reversal that belongs to a refund is named by it and names it; one by hand names none.
#[test]
fn a_refund_and_its_reversal_name_each_other() {
    let w = TestEngine::new();
    let pi = w.paid(1000, &format!("transfer_data[destination]={CONNECTED}"));
    let transfer = w.charge(&pi).text("transfer");
    let refund = w.post("refunds", &format!("payment_intent={pi} amount=100 reverse_transfer=true"));
    let reversal = refund.text("transfer_reversal");
    w.get(&format!("transfers/{transfer}/reversals/{reversal}"), "").is(&format!("source_refund={}", refund.id()));
    w.post(&format!("transfers/{transfer}/reversals"), "amount=10").is("source_refund=null");
}

/// P19: the charges of methods that settle later are written `py_…`, those of cards `ch_…`; every path accepts both.
#[test]
fn charges_of_bank_debits_have_their_own_prefix() {
    let methods = [("pm_card_visa", "ch_"), ("pm_usBankAccount_success", "py_"), ("pm_sepaDebit_success", "py_")];
    for (name, store) in TestEngine::stores() {
        let w = TestEngine::on(store, holdfast_engine::Dialect::default());
        for (method, prefix) in methods {
            let currency = if method.contains("sepa") { "eur" } else { "usd" };
            let params = format!("amount=1000 currency={currency} confirm=true payment_method={method}");
            let pi = w.post("payment_intents", &params);
            let charge = charge_of(&w, &pi).is("amount=1000");
            assert!(charge.id().starts_with(prefix), "{name} {method}: {}", charge.id());
            w.get("charges", &format!("payment_intent={}", pi.id())).is(&format!("data.0.id={}", charge.id()));
            w.post(&format!("charges/{}", charge.id()), "description=d").is("description=d");
            let swapped = if prefix == "py_" { "ch_" } else { "py_" };
            let other = charge.id().replace(prefix, swapped);
            w.get(&format!("charges/{other}"), "").refused(404, "resource_missing", "id");
            w.advance(holdfast_engine::time::DAY * 10);
            w.post("refunds", &format!("charge={} amount=100", charge.id())).is(&format!("charge={}", charge.id()));
        }
        w.reconciled();
    }
}

/// P20: a SetupIntent names its latest attempt once it was confirmed, and another one after the next confirmation.
#[test]
fn a_confirmed_setup_names_its_latest_attempt() {
    let w = TestEngine::new();
    let setup = w.post("setup_intents", "payment_method=pm_card_visa_chargeDeclined").is("latest_attempt=null").id();
    let confirm = format!("setup_intents/{setup}/confirm");
    let first = w.post(&confirm, "").has("error.setup_intent.status=requires_payment_method");
    let first = first.text("error.setup_intent.latest_attempt");
    let second = w.post(&confirm, "payment_method=pm_card_visa").is("status=succeeded").text("latest_attempt");
    assert!(first.starts_with("setatt_") && second.starts_with("setatt_") && first != second, "{first} {second}");
    for method in ["pm_card_visa", "pm_card_threeDSecure2Required", "pm_usBankAccount_success"] {
        let setup = w.post("setup_intents", &format!("confirm=true payment_method={method}"));
        assert!(setup.text("latest_attempt").starts_with("setatt_"), "{method}: {}", setup.body);
    }
}

/// P21: every event of a setup shows the setup at the end of its request, and names that request.
#[test]
fn events_of_a_setup_are_frozen_at_the_end_of_their_request() {
    let methods = ["pm_card_visa", "pm_card_visa_chargeDeclined", "pm_card_threeDSecure2Required"];
    for method in methods {
        let w = TestEngine::new();
        let answer = w.post("setup_intents", &format!("confirm=true payment_method={method}"));
        let body = answer.body.pointer("/error/setup_intent").unwrap_or(&answer.body);
        let events: Vec<Arc<Event>> =
            w.news().into_iter().filter(|event| event.object.as_setup_intent().is_some()).collect();
        assert_eq!(events.len(), 2, "{method}");
        for event in &events {
            let shown = render::event(event, event.version);
            assert_eq!(shown["data"]["object"], *body, "{method} {}", event.event_type.name());
            assert_eq!(shown["request"], render::event(&events[0], event.version)["request"], "{method}");
        }
    }
}

/// P21: the first event of a payment shows its status before the attempt.
#[test]
fn the_first_event_of_a_payment_shows_it_before_the_attempt() {
    let w = TestEngine::new();
    w.paid(1000, "");
    let first = w.news().first().map(|event| render::event(event, event.version)).unwrap();
    assert_eq!(first["type"], "payment_intent.created");
    assert_ne!(first["data"]["object"]["status"], "succeeded");
}

/// P29: a change of a refund's metadata is announced by both events, with the values of the changed keys before it.
#[test]
fn a_change_of_metadata_tells_the_values_before() {
    let w = TestEngine::new();
    let pi = w.paid(1000, "");
    let refund = w.post("refunds", &format!("payment_intent={pi} amount=100 metadata[a]=1 metadata[b]=2")).id();
    let customer = w.post("customers", "metadata[a]=1 metadata[b]=2").id();
    let charge = w.charge(&pi).id();
    w.post(&format!("charges/{charge}"), "metadata[a]=1 metadata[b]=2").is("metadata.a=1");
    w.notified();
    let expected = serde_json::json!({ "metadata": { "a": "1", "b": "2", "c": null } });
    for (path, types) in [
        (format!("refunds/{refund}"), "refund.updated charge.refund.updated"),
        (format!("customers/{customer}"), "customer.updated"),
        (format!("charges/{charge}"), "charge.updated"),
    ] {
        w.post(&path, "metadata[a]=3 metadata[b]= metadata[c]=4").is("metadata.a=3 metadata.b=null metadata.c=4");
        let events = w.news();
        let named: Vec<&str> = events.iter().map(|event| event.event_type.name()).collect();
        assert_eq!(named.join(" "), types);
        for event in events {
            let shown = render::event(&event, event.version);
            assert_eq!(shown["data"]["previous_attributes"], expected, "{path}");
            assert_eq!(shown["data"]["object"]["metadata"], serde_json::json!({ "a": "3", "c": "4" }));
        }
    }
}

/// P16: a refund by the older path is the refund of the charge that the path names.
#[test]
fn a_charge_is_refunded_by_its_own_path() {
    let w = TestEngine::new();
    let pi = w.paid(1000, "");
    let charge = w.charge(&pi).id();
    let path = format!("charges/{charge}/refunds");
    w.post(&path, "amount=100 reason=duplicate metadata[k]=v")
        .is(&format!("object=refund amount=100 charge={charge} reason=duplicate metadata.k=v payment_intent={pi}"));
    w.post(&path, &format!("charge={charge}")).refused(400, "parameter_unknown", "charge");
    w.post(&path, "amount=1000").refused(400, "-", "amount");
    w.get(&path, "").is("data.0.amount=100 data.1=null");
}
