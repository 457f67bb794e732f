//! Charges without a PaymentIntent, tokens and sources, attempts of setups, deposits of payments, and increments.

use crate::test_helpers::{CONNECTED, TestEngine, fresh};
use serde_json::Value;

/// A charge without a PaymentIntent is created, captured, declined, refunded and released; no PaymentIntent shows.
#[test]
fn charges_without_an_intent() {
    let w = TestEngine::immediate();
    let pay = "amount=1000 currency=usd description=d metadata[k]=v";
    let charge = w.post("charges", &format!("{pay} source=tok_visa"));
    let charge =
        charge.is("object=charge captured=true amount_captured=1000 payment_intent=null description=d metadata.k=v");
    w.post("refunds", &format!("charge={} amount=400", charge.id())).is("status=succeeded payment_intent=null");
    w.get(&format!("charges/{}", charge.id()), "").is("amount_refunded=400 refunded=false");
    w.post("charges", &format!("{pay} source=tok_chargeDeclined")).refused(402, "card_declined", "-");
    w.post("charges", &format!("{pay} source=tok_authenticationRequired")).refused(402, "authentication_required", "-");
    let held =
        w.post("charges", &format!("{pay} source=tok_visa capture=false")).is("captured=false amount_captured=0").id();
    w.post("refunds", &format!("charge={held} amount=1")).refused(400, "-", "-");
    w.post(&format!("charges/{held}/capture"), "amount=700").is("captured=true amount_captured=700");
    w.post(&format!("charges/{held}/capture"), "").refused(400, "charge_already_captured", "-");
    let void = w.post("charges", &format!("{pay} source=tok_visa capture=false")).id();
    let refund =
        w.post("refunds", &format!("charge={void}")).is("status=succeeded balance_transaction=null amount=1000").id();
    w.get(&format!("refunds/{refund}"), "").is("status=succeeded");
    w.get(&format!("charges/{void}"), "").is("refunded=true amount_refunded=1000 captured=false");
    let of_intent = w.charge(&w.hold(1000, "pm_card_visa", "")).id();
    w.post(&format!("charges/{of_intent}/capture"), "").refused(400, "-", "-");
    let shown = w.get("payment_intents", "limit=100");
    assert_eq!(shown.body["data"].as_array().unwrap().len(), 1, "{}", shown.body);
    let events = w.get("events", "limit=100");
    let events = events.body["data"].as_array().unwrap();
    let of_intents = events.iter().filter(|event| event["data"]["object"]["object"] == "payment_intent");
    let shown = shown.body["data"][0]["id"].clone();
    assert!(
        of_intents.clone().count() > 0 && of_intents.into_iter().all(|event| event["data"]["object"]["id"] == shown)
    );
}

/// A request with a token uses it up: the same request again, and a charge with it, are refused.
#[test]
fn a_token_is_used_once() {
    let w = TestEngine::immediate();
    let intent = || w.post("payment_intents", "amount=500 currency=usd payment_method_types[]=card").id();
    let setup = || w.post("setup_intents", "payment_method_types[]=card").id();
    let data = "payment_method_data[type]=card payment_method_data[card][token]";
    let (first, second, third, fourth, fifth) = (intent(), intent(), intent(), setup(), setup());
    let account = w.post("accounts", "country=US type=custom").id();
    let rows = [
        ("charges".to_owned(), "amount=500 currency=usd source".to_owned()),
        ("charges".to_owned(), "amount=500 currency=usd capture=false source".to_owned()),
        ("payment_intents".to_owned(), format!("amount=500 currency=usd payment_method_types[]=card {data}")),
        (
            "payment_intents".to_owned(),
            format!("amount=500 currency=usd confirm=true payment_method_types[]=card {data}"),
        ),
        (format!("payment_intents/{first}"), data.to_owned()),
        (format!("payment_intents/{second}/confirm"), data.to_owned()),
        (format!("payment_intents/{third}"), format!("amount=600 {data}")),
        ("setup_intents".to_owned(), format!("payment_method_types[]=card {data}")),
        (format!("setup_intents/{fourth}"), data.to_owned()),
        (format!("setup_intents/{fifth}/confirm"), data.to_owned()),
        ("payment_methods".to_owned(), "type=card card[token]".to_owned()),
        ("customers".to_owned(), "source".to_owned()),
        (format!("accounts/{account}/external_accounts"), "external_account".to_owned()),
    ];
    let card = "card[number]=4242424242424242 card[exp_month]=5 card[exp_year]=2031";
    for (path, form) in rows {
        let token = w.post("tokens", card).is("used=false").id();
        w.post(&path, &format!("{form}={token}"));
        w.get(&format!("tokens/{token}"), "").is("used=true");
        w.post("charges", &format!("amount=500 currency=usd source={token}")).refused(400, "token_already_used", "-");
    }
    // A declined charge has used its token, too.
    let declines = w.post("tokens", "card[number]=4000000000000002 card[exp_month]=5 card[exp_year]=2031").id();
    w.post("charges", &format!("amount=500 currency=usd source={declines}")).refused(402, "card_declined", "-");
    w.get(&format!("tokens/{declines}"), "").is("used=true");
}

/// A token stands for its card once, as a source, as the data of a method, and as the source of a customer.
#[test]
fn tokens_and_sources() {
    let w = TestEngine::immediate();
    let card = "card[number]=4000056655665556 card[exp_month]=5 card[exp_year]=2031 card[cvc]=123";
    let token =
        || w.post("tokens", card).is("type=card used=false card.last4=5556 card.funding=debit card.exp_month=5");
    let shown = token().body.to_string();
    assert!(!shown.contains("4000056655665556") && !shown.contains("\"cvc\""), "{shown}");
    let first = token().id();
    w.post("charges", &format!("amount=500 currency=usd source={first}")).is("payment_method_details.card.last4=5556");
    let second = token().id();
    let customer = w.post("customers", &format!("source={second}"));
    let source = customer.text("default_source");
    assert!(source.starts_with("card_"), "{}", customer.body);
    w.get(&format!("tokens/{second}"), "").is("used=true");
    w.post("customers", &format!("source={second}")).refused(400, "token_already_used", "-");
    w.get(&format!("payment_methods/{source}"), "").is("card.last4=5556 card.exp_year=2031");
    let charge = w.post("charges", &format!("amount=500 currency=usd customer={}", customer.id()));
    let charge = charge.is("paid=true");
    assert_eq!(charge.text("payment_method"), source);
    let bare = w.post("customers", "name=A").id();
    w.post("charges", &format!("amount=500 currency=usd customer={bare}")).refused(402, "missing", "card");
    let method = w.post("payment_methods", &format!("type=card card[token]={}", token().id()));
    method.is("card.last4=5556");
    let bank = "bank_account[country]=US bank_account[currency]=usd bank_account[account_number]=000123456789";
    let bank = w.post("tokens", bank).is("type=bank_account bank_account.last4=6789").id();
    let path = format!("accounts/{CONNECTED}/external_accounts");
    w.post(&path, &format!("external_account={bank}")).is("object=bank_account last4=6789");
}

/// P20: each confirmation of a setup leaves an attempt with its outcome.
#[test]
fn setups_list_their_attempts() {
    let w = fresh();
    let setup = w.post("setup_intents", "payment_method_types[]=card").id();
    let confirm = |method: &str| w.post(&format!("setup_intents/{setup}/confirm"), &format!("payment_method={method}"));
    confirm("pm_card_visa_chargeDeclined").refused(402, "card_declined", "-");
    confirm("pm_card_authenticationRequired").is("status=requires_action");
    confirm("pm_card_visa").is("status=succeeded");
    let attempts = w.get("setup_attempts", &format!("setup_intent={setup}"));
    let statuses: Vec<&Value> = attempts.body["data"].as_array().unwrap().iter().map(|one| &one["status"]).collect();
    assert_eq!(statuses, ["succeeded", "requires_action", "failed"]);
    attempts.is("data.2.setup_error.code=card_declined data.0.payment_method_details.type=card");
    w.get(&format!("setup_intents/{setup}"), "expand[]=latest_attempt").is("latest_attempt.status=succeeded");
    w.get("setup_attempts", "").refused(400, "parameter_missing", "setup_intent");
}

/// A payment by bank debit waits for its deposits, and the right proof lets the debit begin.
#[test]
fn payments_wait_for_their_deposits() {
    let w = fresh();
    let pay = "amount=1000 currency=usd confirm=true payment_method_types[]=us_bank_account \
               payment_method=pm_usBankAccount_success \
               payment_method_options[us_bank_account][verification_method]=microdeposits";
    for proof in ["amounts[]=32 amounts[]=45", "descriptor_code=SM11AA"] {
        let intent = w.post("payment_intents", pay);
        let intent =
            intent.is("status=requires_action next_action.type=verify_with_microdeposits latest_charge=null").id();
        let verify = format!("payment_intents/{intent}/verify_microdeposits");
        w.post(&verify, "amounts[]=1 amounts[]=2").refused(
            400,
            "payment_method_microdeposit_verification_amounts_mismatch",
            "-",
        );
        w.post(&verify, proof).is("status=processing next_action=null");
        w.post(&verify, proof).refused(400, "intent_invalid_state", "-");
    }
}

/// No authorization can be incremented: a held payment says so, any other names its status.
#[test]
fn increments_are_unavailable() {
    let w = fresh();
    let held = w.hold(1000, "pm_card_visa", "");
    let increment = |intent: &str| w.post(&format!("payment_intents/{intent}/increment_authorization"), "amount=2000");
    let refused = increment(&held);
    assert!(refused.text("error.message").contains("incremental authorization"), "{}", refused.body);
    refused.refused(400, "-", "-");
    increment(&w.paid(1000, "")).refused(400, "payment_intent_unexpected_state", "-");
    w.get(&format!("payment_intents/{held}"), "").is("amount=1000 status=requires_capture");
}
