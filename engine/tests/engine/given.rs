//! Documented parameters that no reader knows: what they show, what they do and what is refused (P17, P18, P23, P26, P27).

use crate::test_helpers::{TestEngine, fresh};
use holdfast_engine::command::{EnvironmentEvent, MethodRef};
use holdfast_engine::edge::read::Verb;
use holdfast_engine::{Dialect, TestMethod};

const CARD: &str = "payment_method_types[]=card payment_method=pm_card_visa";
const BILL: &str = "mode=payment success_url=https://x line_items[0][price_data][currency]=usd \
                    line_items[0][price_data][unit_amount]=500 line_items[0][price_data][product_data][name]=x \
                    line_items[0][quantity]=1";

/// Returns the event that the customer pays a session with a test method.
fn completion(session: &str, method: TestMethod) -> EnvironmentEvent {
    EnvironmentEvent::CompleteSession {
        session: session.parse().unwrap(),
        method: MethodRef::Test(method),
        email: None,
    }
}

/// P18: a given value never replaces a value that the engine computes, and no secret is shown.
#[test]
fn given_values_replace_nothing_and_show_no_secret() {
    let w = fresh();
    let given = "capabilities[card_payments][requested]=true capabilities[transfers][requested]=false \
                 individual[id_number]=123456789 individual[ssn_last_4]=6789 individual[first_name]=Ann \
                 company[tax_id]=987654321 company[name]=Shop settings[payouts][statement_descriptor]=PAY";
    let account = w.post("accounts", given);
    let account = account.is("capabilities.card_payments=active capabilities.transfers=inactive charges_enabled=true");
    let account = account.is("individual.id_number_provided=true individual.ssn_last_4_provided=true");
    let account = account.is("individual.first_name=Ann company.tax_id_provided=true company.name=Shop");
    let shown = account.body.to_string();
    for secret in ["6789", "987654321", "\"id_number\"", "\"ssn_last_4\"", "\"tax_id\"", "requested"] {
        assert!(!shown.contains(secret), "{secret}: {shown}");
    }
    let bank = "external_account[object]=bank_account external_account[country]=US external_account[currency]=usd";
    let account = w.post("accounts", &format!("{bank} external_account[account_number]=000123456789"));
    let account = account.is("external_accounts.data.0.last4=6789");
    assert!(!account.body.to_string().contains("000123456789"), "{}", account.body);
    w.post("accounts", "default_currency=eur").is("default_currency=eur");
    let path = format!("customers/{}", w.post("customers", "invoice_settings[footer]=x tax_exempt=exempt").id());
    w.get(&path, "").is("invoice_settings.footer=x invoice_settings.default_payment_method=null tax_exempt=exempt");
}

/// A parameter whose effect the engine lacks is refused by name; the value that it does have is accepted.
#[test]
fn promises_that_the_engine_cannot_keep_are_refused() {
    let w = fresh();
    let intents = [
        "hooks[inputs][tax][calculation]=x",
        "payment_method_options[card][cvc_token]=cvctok_1",
        "payment_method_options[card][installments][plan][count]=3",
        "payment_method_options[sepa_debit][target_date]=2030-01-01",
        "payment_method_configuration=pmc_1",
        "allowed_payment_method_types[0]=card",
    ];
    let sessions = [
        "automatic_tax[enabled]=true",
        "line_items[0][tax_rates][0]=txr_1",
        "invoice_creation[enabled]=true",
        "discounts[0][coupon]=c",
        "payment_method_options[card][restrictions][brands_blocked][0]=mastercard",
    ];
    let pay = format!("amount=1000 currency=usd {CARD}");
    let rows = intents.iter().map(|row| ("payment_intents", pay.as_str(), *row));
    for (path, base, row) in rows.chain(sessions.iter().map(|row| ("checkout/sessions", BILL, *row))) {
        let refused = w.post(path, &format!("{base} {row}"));
        let name = row.split_once('=').unwrap().0;
        let message = refused.text("error.message");
        assert!(message.contains(name) && message.contains("does not implement"), "{row}: {message}");
        refused.refused(400, "-", name);
    }
    w.post("checkout/sessions", &format!("{BILL} automatic_tax[enabled]=false")).is("automatic_tax.enabled=false");
    let held = "capture_method=manual confirm=true payment_method_options[card][request_overcapture]=if_available \
                payment_method_options[card][request_incremental_authorization]=if_available";
    let shown = w.post("payment_intents", &format!("{pay} {held}"));
    let shown = shown.is("status=requires_capture payment_method_options.card.request_overcapture=if_available");
    w.charge(&shown.id()).is("payment_method_details.card.overcapture.status=unavailable \
                              payment_method_details.card.incremental_authorization.status=unavailable");
}

/// A value that is none of the documented choices is refused, and the message names them.
#[test]
fn choices_are_checked() {
    let w = fresh();
    let three_d_secure = "payment_method_options[card][request_three_d_secure]";
    let refused = w.post("payment_intents", &format!("amount=1000 currency=usd {three_d_secure}=nonsense"));
    assert!(refused.text("error.message").contains("automatic, any, challenge"), "{}", refused.body);
    refused.refused(400, "-", three_d_secure);
    w.post("customers", "tax_exempt=perhaps").refused(400, "-", "tax_exempt");
    w.post("checkout/sessions", &format!("{BILL} locale=tlh")).refused(400, "-", "locale");
}

/// P31: the refusal of an item of a list names the item.
#[test]
fn an_item_of_a_list_is_named() {
    let w = fresh();
    let items = "custom_fields[0][type]=text custom_fields[1][type]=shout";
    w.post("checkout/sessions", &format!("{BILL} {items}")).refused(400, "-", "custom_fields[1][type]");
}

/// The refusal of an unknown parameter names it, also beside documented parameters.
#[test]
fn the_unknown_parameter_is_named() {
    let w = fresh();
    for documented in ["phone=5", "address[city]=x", "name=A", "tax_exempt=none", "zzzz="] {
        w.post("customers", &format!("{documented} zz=1")).refused(400, "parameter_unknown", "zz");
    }
}

/// A list keeps the order of its indices: item 10 comes behind item 2.
#[test]
fn a_long_list_keeps_its_order() {
    let w = fresh();
    let locales: Vec<String> = (0..12).map(|number| format!("l{number}")).collect();
    let listed = |locales: &[String]| {
        let numbered = locales.iter().enumerate();
        numbered.map(|(at, locale)| format!("preferred_locales[{at}]={locale}")).collect::<Vec<_>>().join(" ")
    };
    let customer = w.post("customers", &listed(&locales));
    assert_eq!(customer.body["preferred_locales"], serde_json::json!(locales));
    let fields: Vec<String> = (0..12).map(|at| format!("invoice_settings[custom_fields][{at}][name]=n{at}")).collect();
    let customer = w.post("customers", &fields.join(" "));
    for at in 0..12 {
        assert_eq!(customer.text(&format!("invoice_settings.custom_fields.{at}.name")), format!("n{at}"));
    }
    let wrong: String =
        (0..11).map(|at| format!("custom_fields[{at}][type]={} ", if at == 10 { "shout" } else { "text" })).collect();
    w.post("checkout/sessions", &format!("{BILL} {wrong}")).refused(400, "-", "custom_fields[10][type]");
}

/// P23: `any` and `challenge` ask for authentication on a card that supports it, of a payment, a setup and a session.
#[test]
fn authentication_is_requested() {
    let w = fresh();
    let optional = "payment_method_types[]=card payment_method=pm_card_threeDSecureOptional confirm=true";
    let ask = |how: &str| format!("payment_method_options[card][request_three_d_secure]={how}");
    for (how, status) in [("automatic", "succeeded"), ("any", "requires_action"), ("challenge", "requires_action")] {
        let pi = w.post("payment_intents", &format!("amount=1000 currency=usd {optional} {}", ask(how)));
        let pi = pi.is(&format!("status={status} payment_method_options.card.request_three_d_secure={how}"));
        let setup = w.post("setup_intents", &format!("{optional} {}", ask(how))).is(&format!("status={status}"));
        if how != "automatic" {
            w.inject(EnvironmentEvent::Authenticate { intent: pi.id().parse().unwrap(), passes: true });
            w.intent(&pi.id()).is("status=succeeded amount_received=1000");
            w.inject(EnvironmentEvent::AuthenticateSetup { intent: setup.id().parse().unwrap(), passes: true });
            w.get(&format!("setup_intents/{}", setup.id()), "").is("status=succeeded");
        }
    }
    // Visa's plain test card supports it, but is not enrolled.
    w.post("payment_intents", &format!("amount=1000 currency=usd confirm=true {CARD} {}", ask("any")))
        .is("status=succeeded");
    let absent = format!("amount=1000 currency=usd off_session=true {optional} {}", ask("any"));
    w.post("payment_intents", &absent).refused(402, "authentication_required", "-");
    let session = w.post("checkout/sessions", &format!("{BILL} {}", ask("any")));
    w.inject(completion(&session.id(), TestMethod::ThreeDSecureOptional));
    let intent = w.get(&format!("checkout/sessions/{}", session.id()), "").text("payment_intent");
    w.intent(&intent).is("status=requires_action");
}

/// P26: an empty group clears what was given in it.
#[test]
fn an_empty_group_clears_given_values() {
    let w = fresh();
    let given = "payment_method_options[card][request_three_d_secure]=any \
                 payment_method_options[customer_balance][funding_type]=bank_transfer";
    let path =
        format!("payment_intents/{}", w.post("payment_intents", &format!("amount=1000 currency=usd {given}")).id());
    w.get(&path, "").is("payment_method_options.card.request_three_d_secure=any");
    let cleared = w.post(&path, "payment_method_options[card]=");
    cleared.is("payment_method_options.card.request_three_d_secure=automatic \
                payment_method_options.customer_balance.funding_type=bank_transfer");
}

/// P17: the data of a session's payment is read and checked like a payment's own.
#[test]
fn the_data_of_a_sessions_payment_is_a_payments() {
    let w = fresh();
    let data = "payment_intent_data[statement_descriptor_suffix]=SUFFIX payment_intent_data[shipping][name]=Ann \
                payment_intent_data[shipping][address][line1]=Street";
    let session = w.post("checkout/sessions", &format!("{BILL} {data}")).id();
    w.inject(completion(&session, TestMethod::Visa));
    let intent = w.get(&format!("checkout/sessions/{session}"), "").text("payment_intent");
    w.intent(&intent).is("statement_descriptor_suffix=SUFFIX shipping.name=Ann shipping.address.line1=Street");
    let long = format!("{BILL} payment_intent_data[statement_descriptor_suffix]={}", "x".repeat(23));
    w.post("checkout/sessions", &long).refused(400, "-", "payment_intent_data[statement_descriptor_suffix]");
    let unnamed = format!("{BILL} payment_intent_data[shipping][address][line1]=x");
    w.post("checkout/sessions", &unnamed).refused(400, "parameter_missing", "payment_intent_data[shipping][name]");
}

/// The method that a customer is created with is attached to it; an update takes none.
#[test]
fn the_method_of_a_customer_is_attached() {
    let w = fresh();
    let customer = w.post("customers", "payment_method=pm_card_visa").id();
    let listed = w.get(&format!("customers/{customer}/payment_methods"), "");
    listed.is(&format!("data.0.customer={customer} data.1=null"));
    let method = w.post("payment_methods/pm_card_mastercard/attach", &format!("customer={customer}")).id();
    w.post("customers", &format!("payment_method={method}")).refused(400, "-", "payment_method");
    let update = format!("customers/{customer}");
    w.post(&update, "payment_method=pm_card_amex").refused(400, "parameter_unknown", "payment_method");
    w.get(&format!("customers/{customer}/payment_methods"), "").is("data.2=null");
    w.post("customers", "payment_method=pm_card_visa_chargeDeclined").refused(402, "card_declined", "-");
    let fresh = w.post("payment_methods", "type=card card[number]=4242424242424242").id();
    let default = format!("payment_method={fresh} invoice_settings[default_payment_method]={fresh}");
    w.post("customers", &default).is(&format!("invoice_settings.default_payment_method={fresh}"));
}

/// Parameters without an effect at this operation are refused as the provider refuses them.
#[test]
fn parameters_of_other_operations_are_unknown() {
    let w = fresh();
    let intent = w.post("payment_intents", &format!("amount=1000 currency=usd {CARD}")).id();
    let setup = w.post("setup_intents", CARD).id();
    let automatic = ("automatic_payment_methods[enabled]=true", "automatic_payment_methods");
    let types = ("payment_method_types[]=sepa_debit", "payment_method_types");
    for (path, (params, name)) in [
        (format!("payment_intents/{intent}/confirm"), automatic),
        (format!("payment_intents/{intent}/confirm"), types),
        (format!("payment_intents/{intent}"), automatic),
        (format!("setup_intents/{setup}"), automatic),
    ] {
        w.send(Verb::Post, &path, params, None, None).refused(400, "parameter_unknown", name);
    }
}

/// P27: `delivery_success` tells events apart by their deliveries.
#[test]
fn events_are_narrowed_by_delivery() {
    for (_, store) in TestEngine::stores() {
        let w = TestEngine::on(store, Dialect::default());
        w.post("customers", "name=before");
        w.get("events", "delivery_success=false").is("data.0=null");
        w.post("webhook_endpoints", "url=https://x enabled_events[]=customer.created");
        w.post("customers", "name=after");
        w.advance(1);
        w.get("events", "delivery_success=false").is("data.0.data.object.name=after data.1=null");
        w.get("events", "delivery_success=true").is("data.0.data.object.name=before data.1=null");
        w.get("events", "delivery_success=perhaps").refused(400, "-", "delivery_success");
    }
}

/// The option `setup_future_usage` of a type of method decides whether a payment keeps the method.
#[test]
fn an_option_decides_whether_a_method_is_kept() {
    let w = fresh();
    for (method, kind) in [
        ("pm_card_visa", "card"),
        ("pm_usBankAccount_success", "us_bank_account"),
        ("pm_sepaDebit_success", "sepa_debit"),
    ] {
        for (whole, option, kept) in [
            ("", "off_session", true),
            ("setup_future_usage=off_session", "none", false),
            ("setup_future_usage=off_session", "off_session", true),
        ] {
            let customer = w.post("customers", "").id();
            let option = format!("payment_method_options[{kind}][setup_future_usage]={option}");
            let params = format!("amount=1000 currency=usd customer={customer} payment_method_types[]={kind}");
            let paid =
                w.post("payment_intents", &format!("{params} payment_method={method} confirm=true {whole} {option}"));
            paid.is(&format!("customer={customer}"));
            let methods = w.get(&format!("customers/{customer}/payment_methods"), "");
            assert_eq!(methods.body["data"][0].is_object(), kept, "{kind} {whole} {option}");
        }
    }
}

/// An order by telephone and data of an authentication elsewhere need no challenge; the cryptogram is not shown.
#[test]
fn an_exempt_payment_is_not_challenged() {
    let w = fresh();
    let card = "payment_method_types[]=card payment_method=pm_card_authenticationRequired confirm=true";
    let option = |name: &str| format!("payment_method_options[card]{name}");
    let own = format!(
        "{}=secretsecret {}=2.2.0",
        option("[three_d_secure][cryptogram]"),
        option("[three_d_secure][version]")
    );
    for (options, exempt) in
        [(String::new(), false), (option("[moto]=true"), true), (option("[moto]=false"), false), (own, true)]
    {
        let status = if exempt { "succeeded" } else { "requires_action" };
        let paid = w.post("payment_intents", &format!("amount=1000 currency=usd {card} {options}"));
        assert!(!paid.body.to_string().contains("secretsecret"), "{}", paid.body);
        paid.is(&format!("status={status}"));
        w.post("setup_intents", &format!("{card} {options}")).is(&format!("status={status}"));
    }
}

/// P18: a charge shows the expiry of its card and the data of its bank account.
#[test]
fn a_charge_shows_the_data_of_its_method() {
    let w = fresh();
    let data = "payment_method_types[]=card payment_method_data[type]=card confirm=true \
                payment_method_data[card][number]=4242424242424242 payment_method_data[card][exp_month]=7 \
                payment_method_data[card][exp_year]=2041";
    let paid = w.post("payment_intents", &format!("amount=1000 currency=usd {data}"));
    w.charge(&paid.id()).is("payment_method_details.card.exp_month=7 payment_method_details.card.exp_year=2041");
    let data = "payment_method_types[]=us_bank_account payment_method_data[type]=us_bank_account confirm=true \
                payment_method_data[us_bank_account][account_number]=000123456789 \
                payment_method_data[us_bank_account][routing_number]=110000001 \
                payment_method_data[us_bank_account][account_holder_type]=company";
    let paid = w.post("payment_intents", &format!("amount=1000 currency=usd {data}"));
    w.charge(&paid.id()).is("payment_method_details.us_bank_account.account_holder_type=company \
                             payment_method_details.us_bank_account.routing_number=110000001 \
                             payment_method_details.us_bank_account.account_type=checking");
}
