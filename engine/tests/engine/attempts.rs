//! Attempts to pay: declines, challenges, bank debits, methods (C3, C7, C8, C13, C16, C18, PI-11 to PI-25, TST-1 to TST-10).

use crate::lifecycle::{in_status, pi};
use crate::test_helpers::{TestEngine, fresh};
use holdfast_engine::command::EnvironmentEvent;
use holdfast_engine::time::DAY;
use holdfast_engine::{Decline, Dialect};

/// Returns the parameter that a card error with this code names (P14).
fn param_of(code: &str) -> &'static str {
    match code {
        "expired_card" => "exp_month",
        "incorrect_cvc" => "cvc",
        _ => "-",
    }
}

/// C13, PI-2, PI-4, PI-22, ERR-2, ERR-3, TST-1, R23: declines. Token, code, decline code. The intent exists and can be paid again.
#[test]
fn declines() {
    let rows = [
        ("pm_card_visa_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_visa_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_visa_chargeDeclinedLostCard", "card_declined", "lost_card"),
        ("pm_card_visa_chargeDeclinedStolenCard", "card_declined", "stolen_card"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card"),
        ("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", "incorrect_cvc"),
        ("pm_card_chargeDeclinedProcessingError", "processing_error", "processing_error"),
        ("pm_card_visa_chargeDeclinedVelocityLimitExceeded", "card_declined", "card_velocity_exceeded"),
        ("pm_card_chargeCustomerFail", "card_declined", "generic_decline"),
    ];
    for (token, code, decline_code) in rows {
        let w = fresh();
        let answer = w
            .post("payment_intents", &format!("amount=1000 currency=usd confirm=true payment_method={token}"))
            .refused(402, code, param_of(code))
            .has(&format!("error.type=card_error error.decline_code={decline_code}"));
        assert_eq!(w.notified(), "payment_intent.created charge.failed payment_intent.payment_failed");
        let id = answer.text("error.payment_intent.id");
        let charge = answer.text("error.charge");
        w.intent(&id).is(&format!("status=requires_payment_method payment_method=null latest_charge={charge}"));
        w.charge(&id).is("status=failed paid=false captured=false").is(&format!("failure_code={code}"));
        w.post(&format!("payment_intents/{id}/confirm"), "payment_method=pm_card_visa")
            .is("status=succeeded last_payment_error=null");
        w.reconciled();
    }
    let w = fresh();
    w.post("payment_intents", "amount=1000 currency=usd payment_method=pm_card_incorrectNumber").refused(
        402,
        "incorrect_number",
        "number",
    );
}

/// C3, C7, PI-16, PI-18, PI-20, TST-3: challenges. Token, the customer passes, answer, status afterwards.
#[test]
fn challenges() {
    let rows = [
        ("pm_card_threeDSecure2Required", true, 200, "succeeded"),
        ("pm_card_authenticationRequired", true, 200, "succeeded"),
        ("pm_card_authenticationRequired", false, 402, "requires_payment_method"),
        ("pm_card_authenticationRequiredChargeDeclinedInsufficientFunds", true, 402, "requires_payment_method"),
        ("pm_card_threeDSecureRequiredChargeDeclined", true, 402, "requires_payment_method"),
        ("pm_card_authenticationRequiredOnSetup", true, 200, "succeeded"),
        ("pm_card_authenticationRequiredSetupForOffSession", true, 200, "succeeded"),
    ];
    for (token, passes, code, status) in rows {
        let w = fresh();
        let id = w
            .post("payment_intents", &format!("amount=1000 currency=usd confirm=true payment_method={token}"))
            .is("status=requires_action latest_charge=null next_action.type=use_stripe_sdk")
            .id();
        assert_eq!(w.notified(), "payment_intent.created payment_intent.requires_action");
        let answer = w.inject(EnvironmentEvent::Authenticate { intent: pi(&id), passes });
        assert_eq!(answer.status, code, "{token}");
        w.intent(&id).is(&format!("status={status} next_action=null"));
        if !passes {
            w.intent(&id).is("last_payment_error.code=payment_intent_authentication_failure");
            assert_eq!(w.notified(), "payment_intent.payment_failed");
        }
        w.reconciled();
    }
    let unchallenged = [
        "pm_card_threeDSecureOptional",
        "pm_card_threeDSecureOptionalProcessingError",
        "pm_card_threeDSecureFrictionless",
        "pm_card_amex",
        "pm_card_bypassPending",
        "pm_card_createDispute",
    ];
    for token in unchallenged {
        fresh().paid(1000, &format!("payment_method={token}"));
    }
    let w = fresh();
    w.post(
        "payment_intents",
        "amount=1000 currency=usd confirm=true payment_method=pm_card_threeDSecureRequiredProcessingError",
    )
    .refused(402, "card_declined", "-");
}

/// PI-17: with manual confirmation the server confirms again after the challenge.
#[test]
fn manual_confirmation_needs_a_second_leg() {
    let w = fresh();
    let params = "amount=1000 currency=usd confirm=true confirmation_method=manual return_url=https://shop.test";
    let id = w
        .post("payment_intents", &format!("{params} payment_method=pm_card_threeDSecure2Required"))
        .is("status=requires_action next_action.type=redirect_to_url")
        .id();
    w.inject(EnvironmentEvent::Authenticate { intent: pi(&id), passes: true }).is("status=requires_confirmation");
    w.post(&format!("payment_intents/{id}/confirm"), "").is("status=succeeded");
}

/// ERR-2: an answer that says no for a card carries the card as it was, and so does the payment it is kept on.
#[test]
fn a_refusal_carries_the_declined_method() {
    let wanted = "payment_method.object=payment_method payment_method.type=card payment_method.card.last4";
    let w = fresh();
    let rows = [
        ("payment_intents", "amount=1000 currency=usd", "pm_card_visa_chargeDeclined", "0002", "last_payment_error"),
        ("payment_intents", "amount=1000 currency=usd off_session=true", AWAY, "3184", "last_payment_error"),
        ("setup_intents", "", "pm_card_visa_chargeDeclined", "0002", "last_setup_error"),
    ];
    for (path, params, token, last4, kept) in rows {
        let answer = w.post(path, &format!("{params} confirm=true payment_method={token}"));
        let answer = answer.has(&format!("error.{}={last4}", wanted.replace(' ', " error.")));
        let intent = if path == "setup_intents" { "setup_intent" } else { "payment_intent" };
        let answer = answer.has(&format!("error.{intent}.payment_method=null"));
        let found = w.get(&format!("{path}/{}", answer.text(&format!("error.{intent}.id"))), "");
        found.is(&format!("{kept}.{}={last4}", wanted.replace(' ', &format!(" {kept}."))));
    }
    // Failed by the customer, and by the bank.
    let id =
        w.post("payment_intents", "amount=1000 currency=usd confirm=true payment_method=pm_card_threeDSecure2Required");
    let failed = w.inject(EnvironmentEvent::Authenticate { intent: pi(&id.id()), passes: false });
    failed.has("error.payment_method.card.last4=3220");
    let debit = "amount=1000 currency=usd confirm=true payment_method=pm_usBankAccount_success";
    let id = w.post("payment_intents", debit).is("status=processing").id();
    w.inject(EnvironmentEvent::BankAnswers { intent: pi(&id), answer: Err(Decline::InsufficientFunds) });
    w.intent(&id).is("last_payment_error.payment_method.type=us_bank_account");
}

const AWAY: &str = "pm_card_authenticationRequired";

/// PI-20: a payment keeps where the customer is to come back to, on the action and nowhere else.
#[test]
fn a_return_url_is_kept() {
    let w = fresh();
    let back = "return_url=https://shop.test/back";
    let params = format!("amount=1000 currency=usd confirm=true payment_method=pm_card_threeDSecure2Required {back}");
    let kept = "next_action.type=redirect_to_url next_action.redirect_to_url.return_url=https://shop.test/back";
    let id = w.post("payment_intents", &params).is(kept).id();
    w.intent(&id).is(kept);
    w.inject(EnvironmentEvent::Authenticate { intent: pi(&id), passes: true }).is("status=succeeded next_action=null");
    let setup = format!("confirm=true payment_method=pm_card_threeDSecure2Required {back}");
    w.post("setup_intents", &setup).is(kept);
    w.post("payment_intents", "amount=1000 currency=usd return_url=https://shop.test").refused(400, "-", "return_url");
}

/// P34: a field decides whether an off-session payment that needs authentication leaves a failed charge.
#[test]
fn an_absent_customer_may_leave_a_failed_charge() {
    let params = "amount=1000 currency=usd confirm=true off_session=true payment_method=pm_card_authenticationRequired";
    for leaves in [false, true] {
        let w = TestEngine::with(Dialect { absent_customer_leaves_charge: leaves, ..Dialect::default() });
        let refused = w.post("payment_intents", params);
        let charge = refused.body["error"]["charge"].as_str().map(str::to_owned);
        assert_eq!(charge.is_some(), leaves, "{}", refused.body);
        refused.refused(402, "authentication_required", "-");
        let pi = w.get("payment_intents", "limit=1");
        pi.is("data.0.status=requires_payment_method data.0.last_payment_error.code=authentication_required");
        let charges = w.get("charges", "");
        match charge {
            Some(charge) => {
                charges.is(&format!(
                    "data.0.id={charge} data.0.status=failed data.0.failure_code=authentication_required data.1=null"
                ));
                assert!(w.notified().contains("charge.failed"), "{}", w.notified());
            }
            None => {
                charges.is("data.0=null");
            }
        }
    }
}

/// PI-19, P34: the customer is away: no charge, authentication_required; or an error instead of an action.
#[test]
fn nobody_there_to_authenticate() {
    for flag in ["off_session=true", "error_on_requires_action=true"] {
        let w = fresh();
        let params =
            format!("amount=1000 currency=usd confirm=true payment_method=pm_card_authenticationRequired {flag}");
        let answer = w.post("payment_intents", &params).refused(402, "authentication_required", "-");
        let id = answer.text("error.payment_intent.id");
        w.intent(&id).is("status=requires_payment_method latest_charge=null payment_method=null");
        assert_eq!(w.notified(), "payment_intent.created payment_intent.payment_failed");
    }
    let w = fresh();
    w.paid(1000, "off_session=true payment_method=pm_card_authenticationRequiredSetupForOffSession");
}

/// C8, C18, PI-21, TST-8, TST-9, TST-10: bank debits take days. Token, status after the bank's answer, events from then on.
#[test]
fn bank_debits_take_days() {
    let settled = "charge.succeeded payment_intent.succeeded";
    let failed = "charge.failed payment_intent.payment_failed";
    let rows = [
        ("pm_usBankAccount_success", 259_200, "succeeded", settled),
        ("pm_usBankAccount_accountClosed", 259_200, "requires_payment_method", failed),
        ("pm_usBankAccount_noAccount", 259_200, "requires_payment_method", failed),
        ("pm_usBankAccount_insufficientFunds", 259_200, "requires_payment_method", failed),
        ("pm_usBankAccount_debitNotAuthorized", 259_200, "requires_payment_method", failed),
        ("pm_usBankAccount_processing", 2_592_000, "processing", ""),
        ("pm_sepaDebit_success", 259_200, "succeeded", settled),
        ("pm_sepaDebit_successDelayed", 259_379, "processing", ""),
        ("pm_sepaDebit_successDelayed", 259_380, "succeeded", settled),
        ("pm_sepaDebit_failed", 259_200, "requires_payment_method", failed),
        ("pm_sepaDebit_failedDelayed", 259_380, "requires_payment_method", failed),
    ];
    for (token, wait, status, told) in rows {
        let w = fresh();
        let id = w
            .post("payment_intents", &format!("amount=1000 currency=usd confirm=true payment_method={token}"))
            .is("status=processing")
            .id();
        assert_eq!(w.notified(), "payment_intent.created payment_intent.processing charge.pending", "{token}");
        w.charge(&id).is("status=pending captured=false paid=false");
        w.advance(wait);
        w.intent(&id).is(&format!("status={status}"));
        assert_eq!(w.notified(), told, "{token}");
        w.reconciled();
    }
}

/// C8, C18: the bank answers when a test says so, and only once.
#[test]
fn the_bank_answers_on_command() {
    let w = fresh();
    let bank = |answer| EnvironmentEvent::BankAnswers { intent: pi(&in_status(&w, "processing")), answer };
    w.inject(bank(Ok(()))).is("status=succeeded amount_received=1000");
    let event = bank(Err(Decline::AccountClosed));
    w.inject(event.clone()).is("status=requires_payment_method");
    w.inject(event).refused(400, "payment_intent_unexpected_state", "-");
    w.advance(DAY * 30);
    w.reconciled();
}

/// C18, U18: a debit can be canceled while the window is open, and not afterwards.
#[test]
fn a_debit_is_canceled_in_its_window() {
    let w = fresh();
    let id = in_status(&w, "processing");
    w.notified();
    w.post(&format!("payment_intents/{id}/cancel"), "").is("status=canceled");
    assert_eq!(w.notified(), "payment_intent.canceled");
    let id = in_status(&w, "processing");
    w.inject(EnvironmentEvent::CancelWindowCloses { intent: pi(&id) }).is("status=processing");
    w.post(&format!("payment_intents/{id}/cancel"), "").refused(400, "payment_intent_unexpected_state", "-");
    let id = in_status(&w, "processing");
    w.advance(DAY);
    w.post(&format!("payment_intents/{id}/cancel"), "").refused(400, "payment_intent_unexpected_state", "-");
    w.reconciled();
}

/// C16, U13, R17: the confirmation after the last one cancels the payment and is refused.
#[test]
fn too_many_confirmations() {
    let w = fresh();
    let id = w.post("payment_intents", "amount=1000 currency=usd").id();
    let confirm = |method: &str| w.post(&format!("payment_intents/{id}/confirm"), &format!("payment_method={method}"));
    for _ in 0..10 {
        confirm("pm_card_visa_chargeDeclined").refused(402, "card_declined", "-");
    }
    w.notified();
    confirm("pm_card_visa")
        .refused(400, "payment_intent_unexpected_state", "-")
        .has("error.payment_intent.status=canceled");
    assert_eq!(w.notified(), "payment_intent.canceled");
    w.intent(&id).is("status=canceled cancellation_reason=automatic");

    // Creating and confirming in one request is the first of them.
    let w = fresh();
    let declines = "payment_method=pm_card_visa_chargeDeclined";
    let made = w.post("payment_intents", &format!("amount=1000 currency=usd confirm=true {declines}"));
    let id = made.refused(402, "card_declined", "-").text("error.payment_intent.id");
    for _ in 0..9 {
        w.post(&format!("payment_intents/{id}/confirm"), declines).refused(402, "card_declined", "-");
    }
    w.post(&format!("payment_intents/{id}/confirm"), "payment_method=pm_card_visa").refused(
        400,
        "payment_intent_unexpected_state",
        "-",
    );
    w.intent(&id).is("status=canceled");
}

/// PI-24: `last_payment_error` stays until an update of any field or the next confirmation.
#[test]
fn an_update_clears_the_last_error() {
    for update in ["metadata[a]=b", "amount=900", "payment_method=pm_card_visa"] {
        let w = fresh();
        let params = "amount=1000 currency=usd confirm=true payment_method=pm_card_visa_chargeDeclined";
        let id = w.post("payment_intents", params).text("error.payment_intent.id");
        w.intent(&id).is("last_payment_error.code=card_declined");
        w.post(&format!("payment_intents/{id}"), update).is("last_payment_error=null");
    }
    let w = fresh();
    let id = w
        .post("setup_intents", "confirm=true payment_method=pm_card_visa_chargeDeclined")
        .text("error.setup_intent.id");
    w.get(&format!("setup_intents/{id}"), "").is("last_setup_error.code=card_declined");
    w.post(&format!("setup_intents/{id}"), "metadata[a]=b").is("last_setup_error=null");
}

/// PI-23, ERR-13, ERR-14: whose method may be used, and how often.
#[test]
fn whose_method_may_be_used() {
    let w = fresh();
    let customer = |name: &str| w.post("customers", &format!("name={name}")).id();
    let (a, b) = (customer("a"), customer("b"));
    let method = w.post("payment_methods/pm_card_visa/attach", &format!("customer={a}")).id();
    let create = |more: &str| {
        w.post("payment_intents", &format!("amount=1000 currency=usd confirm=true payment_method={method} {more}"))
    };
    create(&format!("customer={b}")).refused(400, "-", "payment_method");
    create("").refused(400, "parameter_missing", "source");
    create(&format!("customer={a}")).is("status=succeeded");
    create(&format!("customer={a}")).is("status=succeeded");
    let single = w.post("payment_methods", "type=card card[number]=4242424242424242").id();
    w.paid(1000, &format!("payment_method={single}"));
    w.post("payment_intents", &format!("amount=1000 currency=usd confirm=true payment_method={single}")).refused(
        400,
        "-",
        "payment_method",
    );
    w.post("payment_methods/pm_card_visa_chargeDeclined/attach", &format!("customer={a}")).refused(
        402,
        "card_declined",
        "-",
    );
    w.post("payment_methods/pm_card_chargeCustomerFail/attach", &format!("customer={a}")).is(&format!("customer={a}"));
    w.post(&format!("payment_methods/{method}/detach"), "").is("customer=null");
    create(&format!("customer={a}")).refused(400, "-", "payment_method");
    let kept = w
        .post(
            "payment_intents",
            &format!("amount=1000 currency=usd confirm=true payment_method=pm_card_visa customer={b} setup_future_usage=off_session"),
        )
        .is("status=succeeded")
        .text("payment_method");
    w.get(&format!("payment_methods/{kept}"), "").is(&format!("customer={b}"));
}
