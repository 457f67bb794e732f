//! SetupIntents and Checkout Sessions (C2, C19, B9, B15 to B27, SI-1 to SI-13, CHK-1 to CHK-7, R15).

use crate::test_helpers::{CONNECTED, MULTI, START, TestEngine};
use holdfast_engine::command::{EnvironmentEvent, MethodRef};
use holdfast_engine::time::DAY;
use holdfast_engine::{Decline, TestMethod};

/// C2, C19, SI-4, SI-9, EVT-16: where a setup goes. Method, answer, status, events after creation.
#[test]
fn where_a_setup_goes() {
    let rows = [
        ("pm_card_visa", 200, "succeeded", "setup_intent.succeeded"),
        ("pm_card_threeDSecure2Required", 200, "requires_action", "setup_intent.requires_action"),
        ("pm_card_visa_chargeDeclined", 402, "requires_payment_method", "setup_intent.setup_failed"),
        ("pm_usBankAccount_success", 200, "succeeded", "setup_intent.succeeded"),
    ];
    for (token, code, status, told) in rows {
        let w = TestEngine::new();
        let id = w.post("setup_intents", "").is("status=requires_payment_method usage=off_session").id();
        w.notified();
        let answer = w.post(&format!("setup_intents/{id}/confirm"), &format!("payment_method={token}"));
        assert_eq!(answer.status, code, "{token}");
        assert_eq!(w.notified(), told);
        w.get(&format!("setup_intents/{id}"), "").is(&format!("status={status}"));
        w.get("charges", "").is("data=[]");
        w.get("balance_transactions", "").is("data=[]");
    }
}

/// C19, SI-1 to SI-7: every operation in every status of a setup; the method is checked before the status.
#[test]
fn every_setup_operation_in_every_status() {
    let make = |w: &TestEngine, status: &str| match status {
        "rpm" => w.post("setup_intents", "").id(),
        "rc" => w.post("setup_intents", "payment_method=pm_card_visa").is("status=requires_confirmation").id(),
        "ra" => w.post("setup_intents", "confirm=true payment_method=pm_card_threeDSecure2Required").id(),
        "succeeded" => w.post("setup_intents", "confirm=true payment_method=pm_card_visa").id(),
        _ => {
            let id = w.post("setup_intents", "payment_method=pm_card_visa").id();
            w.post(&format!("setup_intents/{id}/cancel"), "").is("status=canceled");
            id
        }
    };
    let statuses = ["rpm", "rc", "ra", "succeeded", "canceled"];
    let rows: [(&str, &str, [u16; 5], &str); 6] = [
        ("", "metadata[a]=b", [200, 200, 200, 200, 400], "setup_intent_unexpected_state"),
        ("", "payment_method=pm_card_visa", [200, 200, 200, 400, 400], "setup_intent_unexpected_state"),
        ("/confirm", "payment_method=pm_card_visa", [200, 200, 200, 400, 400], "setup_intent_unexpected_state"),
        ("/confirm", "", [400, 200, 200, 400, 400], "setup_intent_unexpected_state"),
        ("/cancel", "", [200, 200, 200, 400, 400], "setup_intent_unexpected_state"),
        ("/verify_microdeposits", "amounts[]=32 amounts[]=45", [400; 5], "intent_invalid_state"),
    ];
    for (path, params, expected, code) in rows {
        for (status, answer) in statuses.into_iter().zip(expected) {
            let w = TestEngine::new();
            let id = make(&w, status);
            let found = w.post(&format!("setup_intents/{id}{path}"), params);
            assert_eq!(found.status, answer, "{path} {params} in {status}: {}", found.body);
            if answer == 400 {
                found.refused(400, code, "-");
            }
        }
    }
    let w = TestEngine::new();
    w.post("setup_intents/seti_nope/confirm", "").refused(404, "resource_missing", "intent");
    let answer = w.get("setup_intents/seti_nope", "");
    assert_eq!(answer.text("error.message"), "No such setupintent: 'seti_nope'");
}

/// C19, TST-3: a setup attaches the method to the customer; what was set up needs no customer later.
#[test]
fn a_setup_prepares_for_later() {
    let w = TestEngine::new();
    let customer = w.post("customers", "").id();
    let token = "pm_card_authenticationRequiredOnSetup";
    let params = format!("confirm=true payment_method={token} customer={customer}");
    let setup = w.post("setup_intents", &params).is("status=requires_action");
    w.notified();
    let intent = setup.id().parse().unwrap();
    w.inject(EnvironmentEvent::AuthenticateSetup { intent, passes: true }).is("status=succeeded");
    assert_eq!(w.notified(), "payment_method.attached setup_intent.succeeded");
    let method = setup.text("payment_method");
    w.paid(1000, &format!("off_session=true payment_method={method} customer={customer}"));
    let fresh = format!("amount=1000 currency=usd confirm=true off_session=true payment_method={token}");
    w.post("payment_intents", &fresh).refused(402, "authentication_required", "-");
    let failed = w.post("setup_intents", &params).id();
    w.inject(EnvironmentEvent::AuthenticateSetup { intent: failed.parse().unwrap(), passes: false });
    w.get(&format!("setup_intents/{failed}"), "").is("status=requires_payment_method payment_method=null");
    w.get(&format!("setup_intents/{failed}"), "").is("last_setup_error.code=setup_intent_authentication_failure");
}

/// SI-8, SI-13: small deposits prove a bank account.
#[test]
fn microdeposits() {
    let option = "payment_method_options[us_bank_account][verification_method]=microdeposits";
    for (proof, code) in [
        ("amounts[]=32 amounts[]=45", 200),
        ("descriptor_code=SM11AA", 200),
        ("amounts[]=10 amounts[]=11", 400),
        ("descriptor_code=SM33CC", 400),
    ] {
        let w = TestEngine::new();
        let id = w
            .post("setup_intents", &format!("confirm=true payment_method=pm_usBankAccount_success {option}"))
            .is("status=requires_action next_action.type=verify_with_microdeposits")
            .id();
        let answer = w.post(&format!("setup_intents/{id}/verify_microdeposits"), proof);
        assert_eq!(answer.status, code, "{proof}: {}", answer.body);
    }
}

/// C16, C19: too many confirmations cancel a setup as well.
#[test]
fn too_many_setup_confirmations() {
    let w = TestEngine::new();
    let id = w.post("setup_intents", "").id();
    for _ in 0..10 {
        w.post(&format!("setup_intents/{id}/confirm"), "payment_method=pm_card_visa_chargeDeclined");
    }
    w.post(&format!("setup_intents/{id}/confirm"), "payment_method=pm_card_visa").refused(
        400,
        "setup_intent_unexpected_state",
        "-",
    );
    w.get(&format!("setup_intents/{id}"), "").is("status=canceled");
}

const ITEM: &str = "line_items[0][price_data][currency]=usd line_items[0][price_data][unit_amount]=2000 \
                    line_items[0][price_data][product_data][name]=T-shirt line_items[0][quantity]=1";

fn session(w: &TestEngine, more: &str) -> String {
    let params = format!("mode=payment success_url=https://shop.test/done {ITEM} {more}");
    w.post("checkout/sessions", &params).is("status=open payment_status=unpaid amount_total=2000").id()
}

fn pays(w: &TestEngine, session: &str, method: TestMethod) -> crate::test_helpers::Answer {
    let (session, method) = (session.parse().unwrap(), MethodRef::Test(method));
    w.inject(EnvironmentEvent::CompleteSession { session, method, email: Some("a@shop.test".to_owned()) })
}

/// B9, B15, B17 to B19, B22, CHK-2, CHK-3, CHK-6: what a session takes. Parameters, status, code, parameter.
#[test]
fn what_a_session_takes() {
    let rows = [
        ("mode=payment success_url=https://x", true, 200, "-", "-"),
        ("mode=payment", true, 400, "parameter_missing", "success_url"),
        ("success_url=https://x", true, 400, "parameter_missing", "mode"),
        ("mode=subscription success_url=https://x", true, 400, "-", "mode"),
        ("mode=payment success_url=https://x", false, 400, "parameter_missing", "line_items"),
        ("mode=payment ui_mode=embedded_page return_url=https://x", true, 200, "-", "-"),
        ("mode=payment ui_mode=embedded_page", true, 400, "parameter_missing", "return_url"),
        (
            "mode=payment ui_mode=embedded_page return_url=https://x success_url=https://x",
            true,
            400,
            "-",
            "success_url",
        ),
        ("mode=payment ui_mode=elements return_url=https://x cancel_url=https://x", true, 400, "-", "cancel_url"),
        ("mode=payment success_url=https://x expires_at=1800001799", true, 400, "-", "expires_at"),
        ("mode=payment success_url=https://x expires_at=1800001800", true, 200, "-", "-"),
        ("mode=payment success_url=https://x expires_at=1800086400", true, 200, "-", "-"),
        ("mode=payment success_url=https://x expires_at=1800086401", true, 400, "-", "expires_at"),
        ("mode=setup success_url=https://x", false, 200, "-", "-"),
        ("mode=setup success_url=https://x", true, 400, "-", "line_items"),
    ];
    let w = TestEngine::new();
    for (params, item, status, code, param) in rows {
        let answer = w.post("checkout/sessions", &format!("{params} {}", if item { ITEM } else { "" }));
        match status {
            200 => drop(answer.is("object=checkout.session status=open")),
            _ => drop(answer.refused(status, code, param)),
        }
    }
    let answer = w.post("checkout/sessions", &format!("mode=payment success_url=https://x {ITEM}"));
    assert!(answer.text("url").contains(&answer.id()), "B17");
    assert_eq!(answer.text("client_secret"), "null");
    let embedded = format!("mode=payment ui_mode=embedded_page return_url=https://x/{{CHECKOUT_SESSION_ID}} {ITEM}");
    let answer = w.post("checkout/sessions", &embedded).is("url=null");
    assert!(answer.text("client_secret").starts_with(&answer.id()), "B22");
}

/// B18, B19, B25, B27: the customer pays. Parameters, method, session, payment status, status of the payment.
#[test]
fn the_customer_pays() {
    let manual = format!("payment_intent_data[capture_method]=manual {MULTI}");
    let rows = [
        ("", TestMethod::Visa, "complete", "paid", "succeeded"),
        (manual.as_str(), TestMethod::Visa, "complete", "unpaid", "requires_capture"),
        ("", TestMethod::BankSuccess, "complete", "unpaid", "processing"),
        ("", TestMethod::Declined, "open", "unpaid", "requires_payment_method"),
        ("", TestMethod::ThreeDSecureRequired, "open", "unpaid", "requires_action"),
    ];
    for (params, method, status, payment_status, intent_status) in rows {
        let w = TestEngine::new();
        let id = session(&w, params);
        pays(&w, &id, method);
        let answer = w.get(&format!("checkout/sessions/{id}"), "");
        let answer = answer.is(&format!("status={status} payment_status={payment_status}"));
        let intent = answer.text("payment_intent");
        w.intent(&intent).is(&format!("status={intent_status}"));
        assert_eq!(w.notified().contains("checkout.session.completed"), status == "complete");
        if intent_status == "requires_action" {
            let intent = intent.parse().unwrap();
            w.inject(EnvironmentEvent::Authenticate { intent, passes: true }).is("status=succeeded");
            w.get(&format!("checkout/sessions/{id}"), "").is("status=complete payment_status=paid");
        }
        if status == "open" && intent_status == "requires_payment_method" {
            pays(&w, &id, TestMethod::Visa).is("status=complete payment_status=paid");
        }
        w.reconciled();
    }
}

/// B1, B9, B23, D6: only `manual` keeps the money open for several captures; the sample without it does not.
#[test]
fn a_session_with_several_captures() {
    let w = TestEngine::new();
    let id = session(&w, &format!("payment_intent_data[capture_method]=manual {MULTI}"));
    let intent = pays(&w, &id, TestMethod::Visa).is("status=complete").text("payment_intent");
    w.post(&format!("payment_intents/{intent}/capture"), "amount_to_capture=700 final_capture=false")
        .is("status=requires_capture amount_capturable=1300");
    let id = session(&w, MULTI);
    let intent = pays(&w, &id, TestMethod::Visa).text("payment_intent");
    w.intent(&intent).is("status=succeeded amount_received=2000");
}

/// C8, EVT-17: a bank debit on a page settles or fails later.
#[test]
fn a_debit_on_a_page() {
    let rows = [
        (Ok(()), "paid", "checkout.session.async_payment_succeeded"),
        (Err(Decline::NoAccount), "unpaid", "checkout.session.async_payment_failed"),
    ];
    for (answer, payment_status, told) in rows {
        let w = TestEngine::new();
        let id = session(&w, "");
        let intent = pays(&w, &id, TestMethod::BankSuccess).text("payment_intent").parse().unwrap();
        w.inject(EnvironmentEvent::BankAnswers { intent, answer });
        assert!(w.notified().ends_with(told));
        w.get(&format!("checkout/sessions/{id}"), "").is(&format!("status=complete payment_status={payment_status}"));
    }
}

/// B16, CHK-1, CHK-4, CHK-5, EVT-17, R15: a session expires by time or by request, with its payment; never when complete, never twice.
#[test]
fn sessions_expire() {
    let w = TestEngine::new();
    let (by_time, by_request, paid) = (session(&w, ""), session(&w, ""), session(&w, ""));
    for declined in [&by_time, &by_request] {
        w.get(&format!("checkout/sessions/{declined}"), "").is("payment_intent=null");
        assert_eq!(pays(&w, declined, TestMethod::Declined).status, 402);
    }
    let intent = w.get(&format!("checkout/sessions/{by_time}"), "").text("payment_intent");
    pays(&w, &paid, TestMethod::Visa).is("status=complete");
    w.notified();
    w.post(&format!("checkout/sessions/{by_request}/expire"), "").is("status=expired");
    assert_eq!(w.notified(), "payment_intent.canceled checkout.session.expired");
    w.post(&format!("checkout/sessions/{by_request}/expire"), "").refused(400, "-", "-");
    w.post(&format!("checkout/sessions/{paid}/expire"), "").refused(400, "-", "-");
    assert_eq!(pays(&w, &by_request, TestMethod::Visa).status, 400);
    w.clock.advance(DAY);
    assert_eq!(pays(&w, &by_time, TestMethod::Visa).status, 400, "no longer open even before the worker ran");
    w.engine.run_due(w.engine.now()).unwrap();
    w.get(&format!("checkout/sessions/{by_time}"), "").is("status=expired");
    let at = (START.seconds() + DAY).to_string();
    w.intent(&intent).is(&format!("status=canceled cancellation_reason=automatic canceled_at={at}"));
    w.get(&format!("checkout/sessions/{paid}"), "").is("status=complete");
    w.reconciled();
}

/// PI-32, PI-38, SI-10, CHK-7: what a session owns is confirmed and canceled through the session, until money is held.
#[test]
fn what_a_session_owns() {
    let w = TestEngine::new();
    let id = session(&w, "payment_intent_data[capture_method]=manual");
    assert_eq!(pays(&w, &id, TestMethod::Declined).status, 402);
    let intent = w.get(&format!("checkout/sessions/{id}"), "").text("payment_intent");
    w.post(&format!("payment_intents/{intent}/cancel"), "").refused(400, "payment_intent_unexpected_state", "-");
    w.post(&format!("payment_intents/{intent}/confirm"), "payment_method=pm_card_visa").refused(
        400,
        "payment_intent_unexpected_state",
        "-",
    );
    pays(&w, &id, TestMethod::Visa);
    w.post(&format!("payment_intents/{intent}/cancel"), "").is("status=canceled");
    let setup = w.post("checkout/sessions", "mode=setup success_url=https://x");
    assert_eq!(pays(&w, &setup.id(), TestMethod::Declined).status, 402);
    let owned = w.get(&format!("checkout/sessions/{}", setup.id()), "").text("setup_intent");
    for path in ["confirm", ""] {
        let path = format!("setup_intents/{owned}/{path}");
        w.post(path.trim_end_matches('/'), "payment_method=pm_card_visa").refused(
            400,
            "setup_intent_unexpected_state",
            "-",
        );
    }
    w.post(&format!("setup_intents/{owned}/cancel"), "").refused(400, "setup_intent_unexpected_state", "-");
    pays(&w, &setup.id(), TestMethod::Visa).is("status=complete payment_status=no_payment_required");
    w.get(&format!("setup_intents/{owned}"), "").is("status=succeeded");
    w.get("charges", &format!("customer={}", "cus_00000000000")).is("data=[]");
}

/// The options that a session gives for its intent stand on the intent.
#[test]
fn an_intent_has_the_texts_of_its_session() {
    let w = TestEngine::new();
    let id =
        session(&w, "payment_intent_data[metadata][order]=6735 payment_intent_data[description]=Hats metadata[a]=b");
    pays(&w, &id, TestMethod::Visa);
    let intent =
        w.get(&format!("checkout/sessions/{id}"), "").is("metadata.a=b metadata.order=null").text("payment_intent");
    w.intent(&intent).is("metadata.order=6735 metadata.a=null description=Hats");
    let id = w.post("checkout/sessions", "mode=setup success_url=https://x setup_intent_data[metadata][order]=1").id();
    pays(&w, &id, TestMethod::Visa);
    let setup = w.get(&format!("checkout/sessions/{id}"), "").text("setup_intent");
    w.get(&format!("setup_intents/{setup}"), "").is("metadata.order=1");
}

/// VER-8: the names of pages before 2026.
#[test]
fn names_of_pages() {
    let w = TestEngine::new();
    let verb = holdfast_engine::edge::read::Verb::Post;
    let params = format!("mode=payment ui_mode=embedded return_url=https://x {ITEM}");
    for (version, name) in [("2025-12-31", "embedded"), ("2026-01-01", "embedded_page")] {
        w.send(verb, "checkout/sessions", &params, None, Some(version)).is(&format!("ui_mode={name}"));
    }
    w.act_for(CONNECTED);
    w.get("checkout/sessions", "").is("data=[]");
}
