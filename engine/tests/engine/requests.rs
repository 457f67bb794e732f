//! The contents of requests, as recordings decide them (P9 to P15, P23 to P31).

use crate::test_helpers::TestEngine;
use holdfast_engine::edge::read::Verb;

const BEFORE: &str = "2023-08-15";
const SINCE: &str = "2023-08-16";

/// P9: without settings, the types are cards before 2023-08-16. Later versions have automatic methods with redirects,
/// and every way to confirm needs a `return_url`. The same holds for SetupIntents.
#[test]
fn methods_are_automatic_by_default() {
    let w = TestEngine::new();
    for (path, own) in [("payment_intents", "amount=1000 currency=usd"), ("setup_intents", "usage=off_session")] {
        let send = |path: &str, params: &str, version: &str| w.send(Verb::Post, path, params, None, Some(version));
        let create = |more: &str, version: &str| send(path, &format!("plain=true {own} {more}"), version);
        create("", BEFORE).is("payment_method_types=[\"card\"] automatic_payment_methods=null");
        let automatic = create("", SINCE)
            .is("automatic_payment_methods.enabled=true automatic_payment_methods.allow_redirects=always")
            .id();
        let now = "payment_method=pm_card_visa confirm=true";
        create(now, BEFORE).is("status=succeeded");
        create(now, SINCE).refused(400, "-", "return_url");
        let ways_out = [
            "return_url=https://shop.test",
            "payment_method_types[]=card",
            "automatic_payment_methods[enabled]=false",
            "automatic_payment_methods[enabled]=true automatic_payment_methods[allow_redirects]=never",
        ];
        for way in ways_out {
            create(&format!("{now} {way}"), SINCE).is("status=succeeded");
        }
        for always in ["", "automatic_payment_methods[allow_redirects]=always"] {
            let asked = format!("{now} automatic_payment_methods[enabled]=true {always}");
            create(&asked, SINCE).refused(400, "-", "return_url");
            create(&asked, BEFORE).refused(400, "-", "return_url");
        }
        let both = "payment_method_types[]=card automatic_payment_methods[enabled]=true";
        create(both, SINCE).refused(400, "-", "automatic_payment_methods");
        create("automatic_payment_methods[allow_redirects]=never", SINCE).refused(
            400,
            "parameter_missing",
            "automatic_payment_methods[enabled]",
        );
        // The setting belongs to the intent: the version of the confirmation does not matter.
        for version in [BEFORE, SINCE] {
            let confirm = format!("{path}/{automatic}/confirm");
            send(&confirm, "payment_method=pm_card_visa", version).refused(400, "-", "return_url");
        }
        let back = "payment_method=pm_card_visa return_url=https://shop.test";
        send(&format!("{path}/{automatic}/confirm"), back, SINCE).is("status=succeeded");
        let listed = create("", SINCE).id();
        send(&format!("{path}/{listed}"), "payment_method_types[]=card", SINCE).is("automatic_payment_methods=null");
        send(&format!("{path}/{listed}/confirm"), "payment_method=pm_card_visa", SINCE).is("status=succeeded");
    }
}

/// P10: the customer of a payment is set once; the same customer again changes nothing.
#[test]
fn the_customer_of_a_payment_is_fixed() {
    let w = TestEngine::new();
    let (a, b) = (w.post("customers", "name=A").id(), w.post("customers", "name=B").id());
    let without = w.post("payment_intents", "amount=1000 currency=usd").is("customer=null").id();
    let with = w.post("payment_intents", &format!("amount=1000 currency=usd customer={a}")).id();
    for intent in [without, with] {
        let path = format!("payment_intents/{intent}");
        w.post(&path, &format!("customer={a}")).is(&format!("customer={a}"));
        w.post(&path, &format!("customer={b}")).refused(400, "payment_intent_unexpected_state", "-");
        w.intent(&intent).is(&format!("customer={a}"));
        w.post(&path, "customer=cus_00000000000").refused(400, "resource_missing", "customer");
    }
}

/// P12: a `false` that only makes sense with a confirmation is accepted without one, a `true` is not.
#[test]
fn flags_that_are_off_need_no_confirmation() {
    let w = TestEngine::new();
    for name in ["off_session", "error_on_requires_action"] {
        for confirm in ["", "confirm=false"] {
            let create =
                |value: &str| w.post("payment_intents", &format!("amount=1000 currency=usd {name}={value} {confirm}"));
            create("false").is("status=requires_payment_method");
            create("true").refused(400, "-", name);
        }
    }
}

/// P14: a card error names the invalid field and carries the codes and the page of its decline, in the answer and
/// on the intent.
#[test]
fn card_errors_carry_their_details() {
    let rows = [
        ("pm_card_visa_chargeDeclined", "null", "try_again_later", "01", "card-declined"),
        ("pm_card_visa_chargeDeclinedLostCard", "null", "do_not_try_again", "null", "card-declined"),
        ("pm_card_chargeDeclinedExpiredCard", "exp_month", "confirm_card_data", "null", "expired-card"),
        ("pm_card_chargeDeclinedIncorrectCvc", "cvc", "confirm_card_data", "null", "incorrect-cvc"),
    ];
    let w = TestEngine::new();
    let customer = w.post("customers", "name=A").id();
    for (method, param, advice, network, page) in rows {
        let pay = w.post("payment_intents", &format!("amount=1000 currency=usd confirm=true payment_method={method}"));
        let details = |at: &str| {
            format!(
                "{at}.param={param} {at}.advice_code={advice} {at}.network_decline_code={network} \
                 {at}.doc_url=https://stripe.com/docs/error-codes/{page}"
            )
        };
        assert_eq!(pay.status, 402);
        pay.has(&details("error")).has(&details("error.payment_intent.last_payment_error"));
        let setup = w.post("setup_intents", &format!("confirm=true payment_method={method}"));
        setup.has(&details("error")).has(&details("error.setup_intent.last_setup_error"));
        w.post(&format!("payment_methods/{method}/attach"), &format!("customer={customer}")).has(&details("error"));
    }
}

/// P15: an unknown charge in the path is a 404 with the param `id`, an unknown destination a 400 with its own param.
#[test]
fn unknown_charges_destinations_and_accounts() {
    let w = TestEngine::new();
    for charge in ["nope", "ch_00000000000"] {
        w.get(&format!("charges/{charge}"), "").refused(404, "resource_missing", "id");
        for path in [format!("charges/{charge}"), format!("charges/{charge}/capture")] {
            w.post(&path, "").refused(404, "resource_missing", "id");
        }
        w.post("refunds", &format!("charge={charge}")).refused(404, "resource_missing", "charge");
    }
    for account in ["acct_none", "acct_00000000000"] {
        let to = format!("amount=1000 currency=usd transfer_data[destination]={account}");
        w.post("payment_intents", &to).refused(400, "resource_missing", "transfer_data[destination]");
        w.get(&format!("accounts/{account}"), "").refused(403, "account_invalid", "-");
    }
    let unconnected = format!("amount=1000 currency=usd destination={}", crate::test_helpers::FLAT);
    w.post("transfers", &unconnected).refused(400, "resource_missing", "destination");
}

/// P24: card data that cannot be is refused, wherever a card is given by number.
#[test]
fn invalid_card_data_is_refused() {
    let w = TestEngine::new();
    let rows = [
        ("exp_month=13", "invalid_expiry_month", "exp_month"),
        ("exp_month=0", "invalid_expiry_month", "exp_month"),
        ("exp_year=2026", "invalid_expiry_year", "exp_year"),
        ("exp_year=2026 exp_month=12", "invalid_expiry_year", "exp_year"),
        ("exp_year=20", "invalid_expiry_year", "exp_year"),
        ("exp_year=2078", "invalid_expiry_year", "exp_year"),
        ("cvc=12", "invalid_cvc", "cvc"),
        ("cvc=12345", "invalid_cvc", "cvc"),
        ("cvc=abc", "invalid_cvc", "cvc"),
        ("exp_month=1 exp_year=2027", "", ""),
        ("exp_month=12 exp_year=34", "", ""),
        ("cvc=1234", "", ""),
    ];
    for (given, code, param) in rows {
        let send = |path: &str, prefix: &str, more: &str| {
            let data = format!("number=4242424242424242 exp_month=6 exp_year=2030 {given}");
            let data: Vec<String> = data
                .split_whitespace()
                .filter_map(|pair| pair.split_once('='))
                .map(|(name, value)| format!("{prefix}[card][{name}]={value}"))
                .collect();
            let typed = if prefix.is_empty() { "type=card".to_owned() } else { format!("{prefix}[type]=card") };
            let params = format!("{typed} {} {more}", data.join(" ")).replace(" [card]", " card");
            w.post(path, &params)
        };
        let method = send("payment_methods", "", "");
        let payment = send("payment_intents", "payment_method_data", "amount=1000 currency=usd");
        for answer in [method, payment] {
            if code.is_empty() {
                answer.is("livemode=false");
            } else {
                answer.refused(402, code, param).has("error.type=card_error");
            }
        }
    }
}

/// P26: a parameter that can be cleared takes the empty string.
#[test]
fn parameters_are_cleared_by_the_empty_string() {
    let w = TestEngine::new();
    let customer = w.post("customers", "name= email=a@b.c metadata[k]=v").is("name=null email=a@b.c metadata.k=v").id();
    let path = format!("customers/{customer}");
    w.post(&path, "metadata= email= name=A").is("metadata={} email=null name=A");
    w.post(&path, "name=").is("name=null");
    let terms = format!("amount=1000 currency=usd transfer_data[destination]={}", crate::test_helpers::CONNECTED);
    w.post("payment_intents", &format!("{terms} application_fee_amount= setup_future_usage= metadata="))
        .is("application_fee_amount=null setup_future_usage=null");
    let set = "application_fee_amount=10 setup_future_usage=off_session metadata[k]=v description=d";
    let multi = crate::test_helpers::MULTI;
    let intent = w.post("payment_intents", &format!("{terms} {set} {multi}")).is("application_fee_amount=10").id();
    let path = format!("payment_intents/{intent}");
    w.post(&path, "metadata=").is("metadata={} application_fee_amount=10 description=d");
    w.post(&path, "application_fee_amount=").is("application_fee_amount=null setup_future_usage=off_session");
    w.post(&path, "setup_future_usage= description=").is("setup_future_usage=null description=null");
    w.post(&path, "payment_method_options[card]=").is("payment_method_options.card.request_multicapture=null");
}

/// P28: a test token is shown as a method, which the account then has.
#[test]
fn a_test_token_is_shown_as_a_method() {
    let w = TestEngine::new();
    for method in holdfast_engine::TestMethod::ALL {
        let row = method.row();
        let shown = w.get(&format!("payment_methods/{}", row.token), "");
        if matches!(row.behaviour, holdfast_engine::Behaviour::Malformed(_)) {
            shown.refused(402, "incorrect_number", "number");
            continue;
        }
        let id = shown.is(&format!("object=payment_method type={}", row.method_type.name())).id();
        w.get(&format!("payment_methods/{id}"), "").is(&format!("id={id}"));
    }
}

/// P30: a key on another endpoint, and an action that the request does not accept, have messages of their own.
#[test]
fn messages_name_the_cause() {
    let w = TestEngine::new();
    let intents: Vec<String> =
        ["a", "b"].map(|key| w.post_with_key(key, "payment_intents", "amount=1000 currency=usd").id()).into();
    let message = |path: &str, params: &str| {
        let answer = w.post_with_key("a", path, params).refused(400, "-", "-").has("error.type=idempotency_error");
        answer.text("error.message")
    };
    assert!(message("payment_intents", "amount=2000 currency=usd").contains("the same parameters"));
    for path in ["setup_intents".to_owned(), format!("payment_intents/{}/cancel", intents[0])] {
        assert!(message(&path, "").contains("the same endpoint they were first used for"), "{path}");
    }
    w.post_with_key("c", &format!("payment_intents/{}/cancel", intents[0]), "").is("status=canceled");
    let other = w.post_with_key("c", &format!("payment_intents/{}/cancel", intents[1]), "").text("error.message");
    assert!(other.contains("the same endpoint"), "{other}");
    let failing = "amount=1000 currency=usd confirm=true payment_method=pm_card_authenticationRequired";
    let absent = w.post("payment_intents", &format!("{failing} off_session=true")).text("error.message");
    let refused = w.post("payment_intents", &format!("{failing} error_on_requires_action=true"));
    let refused = refused.refused(402, "authentication_required", "-").text("error.message");
    assert!(absent.contains("requires authentication") && refused.contains("additional user action"));
}

/// P31: the param of an item names the whole path.
#[test]
fn params_of_items_name_the_whole_path() {
    let w = TestEngine::new();
    let fields = ["[price_data][currency]", "[price_data][unit_amount]", "[price_data][product_data][name]"];
    let item = |index: usize, left_out: &str| -> String {
        let values = ["usd", "1000", "T"];
        let given = fields.iter().zip(values).filter(|(field, _)| **field != left_out);
        given.map(|(field, value)| format!("line_items[{index}]{field}={value} ")).collect()
    };
    for index in [0, 1] {
        for field in fields {
            let before = if index == 1 { item(0, "") } else { String::new() };
            let asked = format!("mode=payment success_url=https://x {before}{}", item(index, field));
            let missing = match field.strip_suffix("[name]") {
                Some(product) => product,
                None => field,
            };
            w.post("checkout/sessions", &asked).refused(
                400,
                "parameter_missing",
                &format!("line_items[{index}]{missing}"),
            );
        }
        let before = if index == 1 { item(0, "") } else { String::new() };
        let whole = format!("mode=payment success_url=https://x {before}{}", item(index, ""));
        let bad = |more: String| w.post("checkout/sessions", &format!("{whole} {more}"));
        let at = format!("line_items[{index}]");
        bad(format!("{at}[price_data][unit_amount]=-1")).refused(400, "-", &format!("{at}[price_data][unit_amount]"));
        bad(format!("{at}[quantity]=0")).refused(400, "parameter_invalid_integer", &format!("{at}[quantity]"));
        let unnamed = format!("{at}[price_data][product_data][name]");
        bad(format!("{unnamed}=")).refused(400, "parameter_invalid_empty", &unnamed);
    }
}

/// CON-1: a connected account copies a method of its platform, for the customer whom it belongs to.
#[test]
fn a_method_is_cloned_to_a_connected_account() {
    let w = TestEngine::new();
    let customer = w.post("customers", "name=A").id();
    let method = w.post("payment_methods/pm_card_visa/attach", &format!("customer={customer}")).id();
    let default = format!("invoice_settings[default_payment_method]={method}");
    w.post(&format!("customers/{customer}"), &default).is(&format!("invoice_settings.default_payment_method={method}"));
    w.post("customers", &default).refused(400, "-", "invoice_settings[default_payment_method]");
    w.act_for(crate::test_helpers::CONNECTED);
    w.post("payment_methods", &format!("payment_method={method}")).refused(400, "parameter_missing", "customer");
    let clone =
        w.post("payment_methods", &format!("payment_method={method} customer={customer}")).is("customer=null").id();
    w.paid(1000, &format!("payment_method={clone}"));
    w.act_for(crate::test_helpers::FLAT);
    w.post("payment_methods", &format!("payment_method={method} customer={customer}")).refused(
        400,
        "resource_missing",
        "payment_method",
    );
    w.reconciled();
}

/// P25: every currency of the provider is accepted from its minimum, in its own unit.
#[test]
fn every_currency_is_accepted() {
    let w = TestEngine::new();
    for currency in holdfast_engine::Currency::ALL {
        let (code, minimum) = (currency.code(), currency.minimum().minor());
        let path = format!("amount={minimum} currency={code}");
        w.post("payment_intents", &path).is(&format!("amount={minimum} currency={code}"));
        let below = format!("amount={} currency={code}", minimum - 1);
        let code = if minimum == 1 { "parameter_invalid_integer" } else { "amount_too_small" };
        w.post("payment_intents", &below).refused(400, code, "amount");
    }
    w.post("payment_intents", "amount=1000 currency=xyz").refused(400, "-", "currency");
}
