//! Methods of other types, and the description of a transfer: what is stored has its effect (P17, P18).

use crate::test_helpers::{CONNECTED, fresh};
use holdfast_engine::command::{EnvironmentEvent, MethodRef};
use holdfast_engine::edge::read::documented;
use holdfast_engine::{MethodType, OtherType, TestMethod};
use std::collections::BTreeSet;

/// A payment describes its transfer; the charge does not show the description.
#[test]
fn the_description_of_a_transfer_reaches_it() {
    let w = fresh();
    for capture in ["automatic", "automatic_async", "manual"] {
        let data = format!(
            "transfer_data[destination]={CONNECTED} transfer_data[description]=shoes transfer_data[metadata][order]=7"
        );
        let params = format!(
            "amount=1000 currency=usd payment_method_types[]=card payment_method=pm_card_visa capture_method={capture}"
        );
        let paid = w.post("payment_intents", &format!("{params} {data}"));
        let paid = paid.is("transfer_data.description=shoes transfer_data.metadata.order=7");
        w.post(&format!("payment_intents/{}/confirm", paid.id()), "").is(&format!("id={}", paid.id()));
        if capture == "manual" {
            w.post(&format!("payment_intents/{}/capture", paid.id()), "").is("status=succeeded");
        }
        w.advance(3600);
        let charge = w.charge(&paid.id());
        assert_eq!(charge.body["transfer_data"]["description"], serde_json::Value::Null);
        w.get(&format!("transfers/{}", charge.text("transfer")), "").is("description=shoes metadata.order=7");
    }
}

const BILL: &str = "mode=payment success_url=https://x line_items[0][price_data][currency]=usd \
                    line_items[0][price_data][unit_amount]=500 line_items[0][price_data][product_data][name]=x \
                    line_items[0][quantity]=1";

/// The options of payable types that describe a payment, or that the engine has. Every other one is refused.
const STORED: &[&str] = &[
    "capture_method",
    "company_details",
    "currency",
    "mandate_options",
    "on_demand",
    "preferred_language",
    "preferred_locale",
    "reference",
    "risk_correlation_id",
    "setup_future_usage",
    "subscriptions",
    "tos_shown_and_accepted",
];

/// P18: no option of a payable type is shown without its effect. Each documented value of each option is stored and shown
/// if it is one of [`STORED`] or asks for what the engine does, and refused by name otherwise.
#[test]
fn options_without_an_effect_are_refused() {
    let w = fresh();
    let mut refused = BTreeSet::new();
    let mut stored = BTreeSet::new();
    let creations =
        [("payment_intents", "amount=1000 currency=usd"), ("setup_intents", ""), ("checkout/sessions", BILL)];
    for (parameter, (path, base)) in documented().flat_map(|parameter| creations.map(|creation| (parameter, creation)))
    {
        if parameter.endpoint.strip_prefix("POST /v1/") != Some(path) {
            continue;
        }
        let Some(option) = parameter.name.strip_prefix("payment_method_options[") else { continue };
        let (kind, option) = option.split_once("][").unwrap();
        let payable = OtherType::ALL.iter().any(|other| other.name() == kind && other.is_payable());
        if !payable {
            continue;
        }
        let choices: Vec<&str> = match parameter.kind.split_once('=') {
            Some((_, choices)) => choices.split('|').collect(),
            None => vec![if parameter.kind == "text" { "x" } else { "1" }],
        };
        for choice in choices {
            let answer = w.post(path, &format!("{base} {}={choice}", parameter.name));
            let option = option.split([']', '[']).next().unwrap();
            let served = STORED.contains(&option) || option == "verification_method" && choice != "microdeposits";
            assert_eq!(answer.status == 200, served, "{} {choice}: {}", parameter.name, answer.body);
            if served {
                stored.insert(option);
                continue;
            }
            let message = answer.text("error.message");
            assert!(message.contains(parameter.name) && message.contains("does not implement"), "{message}");
            refused.insert(option);
        }
    }
    let expected = ["billing_agreement_id", "target_date", "verification_method"];
    assert_eq!(refused, BTreeSet::from(expected));
    let expected = STORED.iter().copied().chain(["verification_method"]).collect();
    assert_eq!(stored, expected);
}

/// HOLD-6, HOLD-7: `capture_method=manual`, of the payment or as the option of its type, holds a payment by a type with holds
/// for the type's time, and is refused for every other type.
#[test]
fn payments_of_other_types_are_held() {
    let w = fresh();
    for other in OtherType::ALL.iter().filter(|other| other.is_payable()) {
        let name = other.name();
        let pay = format!(
            "amount=1000 currency=usd payment_method_types[]={name} payment_method_data[type]={name} confirm=true \
             return_url=https://x"
        );
        let option = format!("payment_method_options[{name}][capture_method]=manual");
        for manual in ["capture_method=manual", option.as_str()] {
            let made = w.post("payment_intents", &format!("{pay} {manual}"));
            let Some(hold) = other.hold() else {
                assert_eq!((made.status, made.text("error.param").is_empty()), (400, false), "{name}: {}", made.body);
                continue;
            };
            let id = made.is("status=requires_action").id();
            w.inject(EnvironmentEvent::Authenticate { intent: id.parse().unwrap(), passes: true });
            w.intent(&id).is("status=requires_capture amount_capturable=1000 amount_received=0");
            w.charge(&id).is("captured=false amount_captured=0");
            if manual == option {
                w.post(&format!("payment_intents/{id}/capture"), "amount_to_capture=400")
                    .is("status=succeeded amount_received=400");
            } else {
                let day = 86_400;
                w.advance(hold - day);
                w.intent(&id).is("status=requires_capture");
                w.advance(2 * day);
                w.intent(&id).is("status=canceled amount_received=0 amount_capturable=0");
            }
        }
    }
    w.reconciled();
}

/// The types that a request excludes are neither listed nor accepted, by a payment, a setup or a session.
#[test]
fn excluded_types_are_not_accepted() {
    let w = fresh();
    let excluded = "excluded_payment_method_types[]=sepa_debit excluded_payment_method_types[]=klarna";
    let types = "payment_method_types[]=card payment_method_types[]=sepa_debit payment_method_types[]=klarna";
    for path in ["payment_intents", "setup_intents"] {
        let base = if path == "payment_intents" { "amount=1000 currency=eur" } else { "" };
        let made = w.post(path, &format!("{base} {types} {excluded}"));
        let made = made.is("payment_method_types.0=card payment_method_types.1=null");
        let made = made.is("excluded_payment_method_types.0=sepa_debit excluded_payment_method_types.1=klarna");
        let confirm = format!("{path}/{}/confirm", made.id());
        let page = "return_url=https://x";
        for method in ["payment_method=pm_sepaDebit_success", "payment_method_data[type]=klarna"] {
            let refused = w.post(&confirm, &format!("{method} {page}"));
            let message = refused.text("error.message");
            assert!(message.contains("not among the `payment_method_types`"), "{message}");
            refused.refused(400, "payment_intent_incompatible_payment_method", "payment_method");
        }
        w.post(&confirm, &format!("payment_method=pm_card_visa {page}")).is("status=succeeded");
        let cleared = w.post(path, &format!("{base} {types} {excluded}")).id();
        let cleared = w.post(&format!("{path}/{cleared}"), "excluded_payment_method_types=");
        cleared
            .is("payment_method_types.1=sepa_debit payment_method_types.2=klarna excluded_payment_method_types=null");
    }
    let bill = BILL.replace("=usd", "=eur");
    let types = "payment_method_types[]=card payment_method_types[]=sepa_debit";
    let session = w.post("checkout/sessions", &format!("{bill} {types} excluded_payment_method_types[]=sepa_debit"));
    let session = session.is("payment_method_types.0=card payment_method_types.1=null");
    let pays = |method| EnvironmentEvent::CompleteSession {
        session: session.id().parse().unwrap(),
        method: MethodRef::Test(method),
        email: None,
    };
    w.inject(pays(TestMethod::SepaSuccess)).refused(
        400,
        "payment_intent_incompatible_payment_method",
        "payment_method",
    );
    w.inject(pays(TestMethod::Visa)).is("status=complete");
    w.post("checkout/sessions", &format!("{bill} {types}")).is("payment_method_types.1=sepa_debit");
}

/// A method of another type pays by the flow of the type: on a page, as a bank debit, or not at all.
#[test]
fn methods_of_other_types_pay_by_their_flow() {
    let w = fresh();
    for other in OtherType::ALL {
        let name = other.name();
        let method = w.post("payment_methods", &format!("type={name}")).is(&format!("type={name}")).id();
        let customer = w.post("customers", "").id();
        w.post(&format!("payment_methods/{method}/attach"), &format!("customer={customer}"))
            .is(&format!("id={method}"));
        let listed = w.get(&format!("customers/{customer}/payment_methods"), &format!("type={name}"));
        listed.is(&format!("data.0.id={method} data.1=null"));
        let pay = format!("amount=1000 currency=usd customer={customer} payment_method={method} confirm=true");
        let wrong = w.post("payment_intents", &format!("{pay} payment_method_types[]=card"));
        wrong.refused(400, "payment_intent_incompatible_payment_method", "payment_method");
        let pay = format!("{pay} payment_method_types[]={name}");
        let page = "return_url=https://x";
        if !MethodType::Other(*other).is_payable() {
            let refused = w.post("payment_intents", &format!("{pay} {page}"));
            assert!(refused.text("error.message").contains(name), "{}", refused.body);
            refused.refused(400, "-", "payment_method");
            continue;
        }
        let held = w.post("payment_intents", &format!("{pay} {page} capture_method=manual"));
        assert_eq!(held.status == 200, other.hold().is_some(), "{name}: {}", held.body);
        if other.is_bank_debit() {
            let paid = w.post("payment_intents", &pay).is("status=processing").id();
            w.inject(EnvironmentEvent::BankAnswers { intent: paid.parse().unwrap(), answer: Ok(()) });
            w.intent(&paid).is("status=succeeded amount_received=1000");
            continue;
        }
        let homeless = w.post("payment_intents", &pay);
        assert!(homeless.text("error.message").contains("return_url"), "{}", homeless.body);
        let paid = w.post("payment_intents", &format!("{pay} {page}"));
        let paid = paid.is("status=requires_action next_action.type=redirect_to_url").id();
        w.inject(EnvironmentEvent::Authenticate { intent: paid.parse().unwrap(), passes: true });
        w.intent(&paid).is("status=succeeded amount_received=1000");
        w.charge(&paid).is(&format!("payment_method_details.type={name}"));
        w.post("refunds", &format!("payment_intent={paid} amount=400")).is("amount=400");
        let setup = format!("customer={customer} payment_method_types[]={name} payment_method={method} confirm=true");
        w.post("setup_intents", &format!("{setup} {page}")).is("status=requires_action");
    }
    w.post("checkout/sessions", &format!("{BILL} payment_method_types[]=klarna")).refused(
        400,
        "-",
        "payment_method_types",
    );
}
