//! Parameters that replace each other, and parameters that hold for one attempt only (P18, P23).

use crate::test_helpers::{TestEngine, fresh};
use holdfast_engine::TestMethod;
use holdfast_engine::command::{EnvironmentEvent, MethodRef};

const BILL: &str = "mode=payment success_url=https://x line_items[0][price_data][currency]=usd \
                    line_items[0][price_data][product_data][name]=x line_items[0][quantity]=2";
const UNIT: &str = "line_items[0][price_data][unit_amount";

/// Of two parameters that say the same thing, or of which one replaces the other, a request may have one.
#[test]
fn one_of_two_alternatives_is_accepted() {
    let w = fresh();
    let customer = w.post("customers", "").id();
    let card = "[type]=card payment_method_data[card][number]=4242424242424242";
    let bill = format!("{BILL} {UNIT}]=500");
    let setup = w.post("setup_intents", "payment_method_types[]=us_bank_account").id();
    let verify = format!("setup_intents/{setup}/verify_microdeposits");
    let rows = [
        ("checkout/sessions", bill.as_str(), format!("{UNIT}_decimal]=900"), format!("{UNIT}_decimal]")),
        ("checkout/sessions", &bill, format!("customer={customer} customer_email=a@b.c"), "customer_email".into()),
        ("checkout/sessions", &bill, "setup_intent_data[description]=x".into(), "setup_intent_data".into()),
        (
            "checkout/sessions",
            "mode=setup success_url=https://x",
            "payment_intent_data[description]=x".into(),
            "payment_intent_data".into(),
        ),
        (
            "payment_intents",
            "amount=1000 currency=usd",
            format!("payment_method=pm_card_visa payment_method_data{card}"),
            "payment_method_data".into(),
        ),
        (
            "setup_intents",
            "",
            format!("payment_method=pm_card_visa payment_method_data{card}"),
            "payment_method_data".into(),
        ),
        (
            "payment_methods",
            "type=card",
            "card[number]=4242424242424242 card[token]=tok_visa".into(),
            "card[number]".into(),
        ),
        ("payment_methods", "type=card", "payment_method=pm_00000000001".into(), "type".into()),
        (&verify, "amounts[]=32 amounts[]=45", "descriptor_code=SM11AA".into(), "descriptor_code".into()),
        (
            "payment_intents",
            "amount=1000 currency=usd payment_method_types[]=card",
            "automatic_payment_methods[enabled]=true".into(),
            "automatic_payment_methods".into(),
        ),
    ];
    for (path, base, more, param) in rows {
        let refused = w.post(path, &format!("{base} {more}"));
        let message = refused.text("error.message");
        assert!(
            message.contains("cannot be combined with") || message.contains("needs mode="),
            "{path} {more}: {message}"
        );
        refused.refused(400, "-", &param);
    }
}

/// An amount in decimal form is accepted if it is a whole number of the smallest unit.
#[test]
fn a_decimal_amount_may_be_whole() {
    let w = fresh();
    for (decimal, total) in [("500", "1000"), ("500.0", "1000"), ("500.000000000000", "1000"), ("0.0", "0")] {
        w.post("checkout/sessions", &format!("{BILL} {UNIT}_decimal]={decimal}")).is(&format!("amount_total={total}"));
    }
    for decimal in ["500.5", "500.", ".0", "x", "5e2", "-1.0"] {
        let refused = w.post("checkout/sessions", &format!("{BILL} {UNIT}_decimal]={decimal}"));
        let param = refused.text("error.param");
        assert!(refused.status == 400 && param.starts_with(UNIT), "{decimal}: {}", refused.body);
    }
}

/// VOC-10: the option of cards holds the card of a session beside every capture method of the payment itself.
#[test]
fn the_option_of_a_session_holds_cards_only() {
    let w = fresh();
    for whole in ["", "payment_intent_data[capture_method]=automatic", "payment_intent_data[capture_method]=manual"] {
        for (method, kind) in [(TestMethod::Visa, "card"), (TestMethod::SepaSuccess, "sepa_debit")] {
            let option = "payment_method_options[card][capture_method]=manual";
            let session =
                format!("{BILL} {UNIT}]=500 payment_method_types[]={kind} {whole} {option}").replace("=usd", "=eur");
            let session = w.post("checkout/sessions", &session).id();
            let event = EnvironmentEvent::CompleteSession {
                session: session.parse().unwrap(),
                method: MethodRef::Test(method),
                email: None,
            };
            let completed = w.inject(event);
            if kind == "sepa_debit" && whole.ends_with("manual") {
                completed.refused(400, "payment_intent_invalid_parameter", "capture_method");
                continue;
            }
            let intent = w.get(&format!("checkout/sessions/{session}"), "").text("payment_intent");
            let status = if kind == "card" { "requires_capture" } else { "processing" };
            w.intent(&intent).is(&format!("status={status} payment_method_options.card.capture_method=manual"));
        }
    }
}

/// Returns the status of an intent after a confirmation, `refused` for a decline.
fn confirmed(w: &TestEngine, path: &str, params: &str) -> String {
    let answer = w.post(&format!("{path}/confirm"), params);
    if answer.status == 402 { "refused".to_owned() } else { answer.text("status") }
}

/// P23: the data of an authentication that the client brings exempts the attempt that it was given for. Another method, or
/// an attempt after a failed one, is challenged again.
#[test]
fn a_brought_authentication_exempts_one_attempt() {
    let w = fresh();
    let data = "payment_method_options[card][three_d_secure][cryptogram]=1 \
                payment_method_options[card][three_d_secure][version]=2.2.0";
    let challenged = "payment_method=pm_card_authenticationRequired";
    let declined = "payment_method=pm_card_visa_chargeDeclined";
    for kind in ["payment_intents", "setup_intents"] {
        let base = if kind == "payment_intents" { "amount=1000 currency=usd" } else { "" };
        let made = |params: &str| {
            format!("{kind}/{}", w.post(kind, &format!("{base} payment_method_types[]=card {params}")).id())
        };
        // Given with the method, or before it.
        assert_eq!(confirmed(&w, &made(&format!("{challenged} {data}")), ""), "succeeded");
        assert_eq!(confirmed(&w, &made(data), challenged), "succeeded");
        assert_eq!(confirmed(&w, &made(""), &format!("{challenged} {data}")), "succeeded");
        // Another method is named: at the confirmation, or by an update.
        assert_eq!(confirmed(&w, &made(&format!("payment_method=pm_card_visa {data}")), challenged), "requires_action");
        let updated = made(&format!("payment_method=pm_card_visa {data}"));
        w.post(&updated, challenged).is("payment_method_options.card.three_d_secure=null");
        assert_eq!(confirmed(&w, &updated, ""), "requires_action");
        // The new method comes with data of its own.
        let both = made(&format!("payment_method=pm_card_visa {data}"));
        assert_eq!(confirmed(&w, &both, &format!("{challenged} {data}")), "succeeded");
        // The attempt fails, and the next one names any method.
        for first in [made(&format!("{declined} {data}")), made(data)] {
            let method = if w.get(&first, "").text("payment_method") == "null" { declined } else { "" };
            assert_eq!(confirmed(&w, &first, method), "refused");
            assert_eq!(confirmed(&w, &first, challenged), "requires_action");
        }
    }
}
