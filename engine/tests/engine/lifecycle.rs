//! The PaymentIntent's life: create, update, confirm, challenge, decline, cancel, expire (C1 to C18, §2.2, §2.7).

use crate::world::{MERCHANT, START, World};
use holdfast_engine::command::WorldEvent;
use holdfast_engine::objects::Account;
use holdfast_engine::time::{DAY, HOUR};
use holdfast_engine::{Decline, Dialect, PaymentIntentId};

const DEADLINE: u64 = 604_800;

fn pi(id: &str) -> PaymentIntentId {
    id.parse().unwrap()
}

/// C4, C5, C6: where a payment begins. Parameters, status.
#[test]
fn where_a_payment_begins() {
    let rows = [
        ("", "requires_payment_method"),
        ("payment_method=pm_card_visa", "requires_confirmation"),
        ("payment_method=pm_card_visa confirm=true", "succeeded"),
        (
            "payment_method=pm_card_visa confirm=true capture_method=manual",
            "requires_capture",
        ),
        (
            "payment_method=pm_card_threeDSecure2Required confirm=true",
            "requires_action",
        ),
        (
            "payment_method=pm_usBankAccount_success confirm=true",
            "processing",
        ),
        (
            "payment_method=pm_card_visa confirm=true payment_method_options[card][capture_method]=manual",
            "requires_capture",
        ),
    ];
    for (params, status) in rows {
        let w = World::new();
        w.post(
            "payment_intents",
            &format!("amount=1000 currency=usd {params}"),
        )
        .is(&format!("status={status}"));
        assert!(w.told().starts_with("payment_intent.created"), "C5");
    }
}

/// §2.1: what create refuses. Parameters, status, code, parameter.
#[test]
fn what_create_refuses() {
    let rows = [
        ("currency=usd", 400, "parameter_missing", "amount"),
        ("amount=1000", 400, "parameter_missing", "currency"),
        (
            "amount= currency=usd",
            400,
            "parameter_invalid_empty",
            "amount",
        ),
        (
            "amount=0 currency=usd",
            400,
            "parameter_invalid_integer",
            "amount",
        ),
        (
            "amount=-1 currency=usd",
            400,
            "parameter_invalid_integer",
            "amount",
        ),
        (
            "amount=abc currency=usd",
            400,
            "parameter_invalid_integer",
            "amount",
        ),
        (
            "amount[x]=1 currency=usd",
            400,
            "parameter_invalid_integer",
            "amount",
        ),
        ("amount=1 currency=usd", 400, "amount_too_small", "amount"),
        ("amount=49 currency=usd", 400, "amount_too_small", "amount"),
        (
            "amount=100000000 currency=usd",
            400,
            "amount_too_large",
            "amount",
        ),
        (
            "amount=99999999999999999999 currency=usd",
            400,
            "parameter_invalid_integer",
            "amount",
        ),
        (
            "amount=1000 currency=",
            400,
            "parameter_invalid_empty",
            "currency",
        ),
        ("amount=1000 currency=US", 400, "-", "currency"),
        ("amount=1000 currency=usdt", 400, "-", "currency"),
        (
            "amount=1000 currency=usd capture_method=later",
            400,
            "-",
            "capture_method",
        ),
        (
            "amount=1000 currency=usd colour=red",
            400,
            "parameter_unknown",
            "colour",
        ),
        (
            "amount=1000 currency=usd off_session=true",
            400,
            "-",
            "off_session",
        ),
        (
            "amount=1000 currency=usd return_url=https://x",
            400,
            "-",
            "return_url",
        ),
        (
            "amount=1000 currency=usd confirm=true",
            400,
            "payment_intent_unexpected_state",
            "-",
        ),
        (
            "amount=1000 currency=usd customer=cus_nope",
            404,
            "resource_missing",
            "customer",
        ),
        (
            "amount=1000 currency=usd payment_method=pm_nope",
            404,
            "resource_missing",
            "payment_method",
        ),
        (
            "amount=1000 currency=usd payment_method_types[]=cash",
            400,
            "-",
            "payment_method_types",
        ),
        (
            "amount=1000 currency=usd application_fee_amount=1",
            400,
            "application_fees_not_allowed",
            "application_fee_amount",
        ),
        (
            "amount=1000 currency=usd transfer_data[destination]=acct_nope",
            404,
            "resource_missing",
            "transfer_data[destination]",
        ),
        (
            "amount=1000 currency=usd payment_method=pm_card_visa confirm=true payment_method_types[]=us_bank_account",
            400,
            "payment_intent_incompatible_payment_method",
            "payment_method",
        ),
        (
            "amount=1000 currency=usd payment_method=pm_usBankAccount_success confirm=true capture_method=manual",
            400,
            "payment_intent_invalid_parameter",
            "capture_method",
        ),
    ];
    let w = World::new();
    for (params, status, code, param) in rows {
        w.post("payment_intents", params)
            .refused(status, code, param);
        assert_eq!(w.told(), "", "{params}");
    }
    w.get("payment_intents", "").is("data=[]");
}

/// §2.2: every operation in every status. Operation, then whether it works in each of the seven statuses.
#[test]
fn every_operation_in_every_status() {
    let statuses = [
        "rpm",
        "rc",
        "ra",
        "processing",
        "rcap",
        "succeeded",
        "canceled",
    ];
    let rows: [(&str, &str, [u16; 7]); 6] = [
        ("", "amount=2000", [200, 200, 200, 400, 400, 400, 400]),
        (
            "",
            "payment_method=pm_card_visa",
            [200, 200, 200, 400, 400, 400, 400],
        ),
        ("", "metadata[a]=b", [200, 200, 200, 200, 200, 200, 400]),
        ("/confirm", "", [400, 200, 200, 400, 400, 400, 400]),
        ("/capture", "", [400, 400, 400, 400, 200, 400, 400]),
        ("/cancel", "", [200, 200, 200, 200, 200, 400, 400]),
    ];
    for (path, params, expected) in rows {
        for (status, code) in statuses.into_iter().zip(expected) {
            let w = World::new();
            let id = in_status(&w, status);
            let before = w.intent(&id).body;
            w.told();
            let answer = w.post(&format!("payment_intents/{id}{path}"), params);
            assert_eq!(
                answer.status, code,
                "{path} {params} in {status}: {}",
                answer.body
            );
            if code == 400 {
                answer
                    .has("error.code=payment_intent_unexpected_state")
                    .has(&format!("error.payment_intent.id={id}"));
                assert_eq!(w.intent(&id).body, before, "I12");
                assert_eq!(w.told(), "");
            }
            w.reconciled();
        }
    }
}

fn in_status(w: &World, status: &str) -> String {
    let create = |params: &str| {
        w.post(
            "payment_intents",
            &format!("amount=1000 currency=usd {params}"),
        )
        .id()
    };
    match status {
        "rpm" => create(""),
        "rc" => create("payment_method=pm_card_visa"),
        "ra" => create("payment_method=pm_card_threeDSecure2Required confirm=true"),
        "processing" => create("payment_method=pm_usBankAccount_processing confirm=true"),
        "rcap" => w.hold(1000, "pm_card_visa", ""),
        "succeeded" => w.paid(1000, ""),
        _ => {
            let id = create("");
            w.post(&format!("payment_intents/{id}/cancel"), "")
                .is("status=canceled");
            id
        }
    }
}

/// C13, §2.2, §2.5, §2.14, R23: declines. Token, code, decline code. The intent exists and can be paid again.
#[test]
fn declines() {
    let rows = [
        (
            "pm_card_visa_chargeDeclined",
            "card_declined",
            "generic_decline",
        ),
        (
            "pm_card_visa_chargeDeclinedInsufficientFunds",
            "card_declined",
            "insufficient_funds",
        ),
        (
            "pm_card_visa_chargeDeclinedLostCard",
            "card_declined",
            "lost_card",
        ),
        (
            "pm_card_visa_chargeDeclinedStolenCard",
            "card_declined",
            "stolen_card",
        ),
        (
            "pm_card_chargeDeclinedExpiredCard",
            "expired_card",
            "expired_card",
        ),
        (
            "pm_card_chargeDeclinedIncorrectCvc",
            "incorrect_cvc",
            "incorrect_cvc",
        ),
        (
            "pm_card_chargeDeclinedProcessingError",
            "processing_error",
            "processing_error",
        ),
        (
            "pm_card_visa_chargeDeclinedVelocityLimitExceeded",
            "card_declined",
            "card_velocity_exceeded",
        ),
        (
            "pm_card_chargeCustomerFail",
            "card_declined",
            "generic_decline",
        ),
    ];
    for (token, code, decline_code) in rows {
        let w = World::new();
        let answer = w
            .post(
                "payment_intents",
                &format!("amount=1000 currency=usd confirm=true payment_method={token}"),
            )
            .refused(402, code, "-")
            .has(&format!(
                "error.type=card_error error.decline_code={decline_code}"
            ));
        assert_eq!(
            w.told(),
            "payment_intent.created charge.failed payment_intent.payment_failed"
        );
        let id = answer.text("error.payment_intent.id");
        let charge = answer.text("error.charge");
        w.intent(&id).is(&format!(
            "status=requires_payment_method payment_method=null latest_charge={charge}"
        ));
        w.charge(&id)
            .is("status=failed paid=false captured=false")
            .is(&format!("failure_code={code}"));
        w.post(
            &format!("payment_intents/{id}/confirm"),
            "payment_method=pm_card_visa",
        )
        .is("status=succeeded last_payment_error=null");
        w.reconciled();
    }
    let w = World::new();
    w.post(
        "payment_intents",
        "amount=1000 currency=usd payment_method=pm_card_incorrectNumber",
    )
    .refused(402, "incorrect_number", "number");
}

/// C3, C7, §2.2, §2.14: challenges. Token, the customer passes, answer, status afterwards.
#[test]
fn challenges() {
    let rows = [
        ("pm_card_threeDSecure2Required", true, 200, "succeeded"),
        ("pm_card_authenticationRequired", true, 200, "succeeded"),
        (
            "pm_card_authenticationRequired",
            false,
            402,
            "requires_payment_method",
        ),
        (
            "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds",
            true,
            402,
            "requires_payment_method",
        ),
        (
            "pm_card_threeDSecureRequiredChargeDeclined",
            true,
            402,
            "requires_payment_method",
        ),
        (
            "pm_card_authenticationRequiredOnSetup",
            true,
            200,
            "succeeded",
        ),
        (
            "pm_card_authenticationRequiredSetupForOffSession",
            true,
            200,
            "succeeded",
        ),
    ];
    for (token, passes, code, status) in rows {
        let w = World::new();
        let id = w
            .post(
                "payment_intents",
                &format!("amount=1000 currency=usd confirm=true payment_method={token}"),
            )
            .is("status=requires_action latest_charge=null next_action.type=use_stripe_sdk")
            .id();
        assert_eq!(
            w.told(),
            "payment_intent.created payment_intent.requires_action"
        );
        let answer = w.happen(WorldEvent::Authenticate {
            intent: pi(&id),
            passes,
        });
        assert_eq!(answer.status, code, "{token}");
        w.intent(&id)
            .is(&format!("status={status} next_action=null"));
        if !passes {
            w.intent(&id)
                .is("last_payment_error.code=payment_intent_authentication_failure");
            assert_eq!(w.told(), "payment_intent.payment_failed");
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
        World::new().paid(1000, &format!("payment_method={token}"));
    }
    let w = World::new();
    w.post("payment_intents", "amount=1000 currency=usd confirm=true payment_method=pm_card_threeDSecureRequiredProcessingError")
        .refused(402, "card_declined", "-");
}

/// §2.2: with manual confirmation the server confirms again after the challenge.
#[test]
fn manual_confirmation_needs_a_second_leg() {
    let w = World::new();
    let params = "amount=1000 currency=usd confirm=true confirmation_method=manual return_url=https://shop.test";
    let id = w
        .post(
            "payment_intents",
            &format!("{params} payment_method=pm_card_threeDSecure2Required"),
        )
        .is("status=requires_action next_action.type=redirect_to_url")
        .id();
    w.happen(WorldEvent::Authenticate {
        intent: pi(&id),
        passes: true,
    })
    .is("status=requires_confirmation");
    w.post(&format!("payment_intents/{id}/confirm"), "")
        .is("status=succeeded");
}

/// §2.2: the customer is away: no charge, authentication_required; or an error instead of an action.
#[test]
fn nobody_there_to_authenticate() {
    for flag in ["off_session=true", "error_on_requires_action=true"] {
        let w = World::new();
        let params = format!(
            "amount=1000 currency=usd confirm=true payment_method=pm_card_authenticationRequired {flag}"
        );
        let answer =
            w.post("payment_intents", &params)
                .refused(402, "authentication_required", "-");
        let id = answer.text("error.payment_intent.id");
        w.intent(&id)
            .is("status=requires_payment_method latest_charge=null payment_method=null");
        assert_eq!(
            w.told(),
            "payment_intent.created payment_intent.payment_failed"
        );
    }
    let w = World::new();
    w.paid(
        1000,
        "off_session=true payment_method=pm_card_authenticationRequiredSetupForOffSession",
    );
}

/// C8, C18, §2.14: bank debits take days. Token, status after the bank's answer, events from then on.
#[test]
fn bank_debits_take_days() {
    let settled = "charge.succeeded payment_intent.succeeded";
    let failed = "charge.failed payment_intent.payment_failed";
    let rows = [
        ("pm_usBankAccount_success", 259_200, "succeeded", settled),
        (
            "pm_usBankAccount_accountClosed",
            259_200,
            "requires_payment_method",
            failed,
        ),
        (
            "pm_usBankAccount_noAccount",
            259_200,
            "requires_payment_method",
            failed,
        ),
        (
            "pm_usBankAccount_insufficientFunds",
            259_200,
            "requires_payment_method",
            failed,
        ),
        (
            "pm_usBankAccount_debitNotAuthorized",
            259_200,
            "requires_payment_method",
            failed,
        ),
        ("pm_usBankAccount_processing", 2_592_000, "processing", ""),
        ("pm_sepaDebit_success", 259_200, "succeeded", settled),
        ("pm_sepaDebit_successDelayed", 259_379, "processing", ""),
        ("pm_sepaDebit_successDelayed", 259_380, "succeeded", settled),
        (
            "pm_sepaDebit_failed",
            259_200,
            "requires_payment_method",
            failed,
        ),
        (
            "pm_sepaDebit_failedDelayed",
            259_380,
            "requires_payment_method",
            failed,
        ),
    ];
    for (token, wait, status, told) in rows {
        let w = World::new();
        let id = w
            .post(
                "payment_intents",
                &format!("amount=1000 currency=usd confirm=true payment_method={token}"),
            )
            .is("status=processing")
            .id();
        assert_eq!(
            w.told(),
            "payment_intent.created payment_intent.processing charge.pending",
            "{token}"
        );
        w.charge(&id).is("status=pending captured=false paid=false");
        w.advance(wait);
        w.intent(&id).is(&format!("status={status}"));
        assert_eq!(w.told(), told, "{token}");
        w.reconciled();
    }
}

/// C8, C18: the bank answers when a test says so, and only once.
#[test]
fn the_bank_answers_on_command() {
    let w = World::new();
    let bank = |answer| WorldEvent::BankAnswers {
        intent: pi(&in_status(&w, "processing")),
        answer,
    };
    w.happen(bank(Ok(())))
        .is("status=succeeded amount_received=1000");
    let event = bank(Err(Decline::AccountClosed));
    w.happen(event.clone()).is("status=requires_payment_method");
    w.happen(event)
        .refused(400, "payment_intent_unexpected_state", "-");
    w.advance(DAY * 30);
    w.reconciled();
}

/// C18, U18: a debit can be canceled while the window is open, and not afterwards.
#[test]
fn a_debit_is_canceled_in_its_window() {
    let w = World::new();
    let id = in_status(&w, "processing");
    w.told();
    w.post(&format!("payment_intents/{id}/cancel"), "")
        .is("status=canceled");
    assert_eq!(w.told(), "payment_intent.canceled charge.failed");
    let id = in_status(&w, "processing");
    w.happen(WorldEvent::CancelWindowCloses { intent: pi(&id) })
        .is("status=processing");
    w.post(&format!("payment_intents/{id}/cancel"), "").refused(
        400,
        "payment_intent_unexpected_state",
        "-",
    );
    let id = in_status(&w, "processing");
    w.advance(DAY);
    w.post(&format!("payment_intents/{id}/cancel"), "").refused(
        400,
        "payment_intent_unexpected_state",
        "-",
    );
    w.reconciled();
}

/// C16, U13, R17: the confirmation after the last one cancels the payment and is refused.
#[test]
fn too_many_confirmations() {
    let w = World::new();
    let id = w.post("payment_intents", "amount=1000 currency=usd").id();
    let confirm = |method: &str| {
        w.post(
            &format!("payment_intents/{id}/confirm"),
            &format!("payment_method={method}"),
        )
    };
    for _ in 0..10 {
        confirm("pm_card_visa_chargeDeclined").refused(402, "card_declined", "-");
    }
    w.told();
    confirm("pm_card_visa")
        .refused(400, "payment_intent_unexpected_state", "-")
        .has("error.payment_intent.status=canceled");
    assert_eq!(w.told(), "payment_intent.canceled");
    w.intent(&id)
        .is("status=canceled cancellation_reason=automatic");
}

/// C14, C15, §2.8, R12: cancelling a hold gives it back, and shows it as a refund that moved no money.
#[test]
fn cancelling_a_hold() {
    for reason in [
        "duplicate",
        "fraudulent",
        "requested_by_customer",
        "abandoned",
        "",
    ] {
        let w = World::new();
        let id = w.hold(1000, "pm_card_visa", "");
        w.told();
        let params = if reason.is_empty() {
            String::new()
        } else {
            format!("cancellation_reason={reason}")
        };
        let reason = if reason.is_empty() { "null" } else { reason };
        w.post(&format!("payment_intents/{id}/cancel"), &params)
            .is("status=canceled amount_capturable=0 amount_received=0")
            .is(&format!(
                "cancellation_reason={reason} canceled_at={}",
                START.seconds()
            ));
        assert_eq!(w.told(), "payment_intent.canceled charge.refunded");
        w.charge(&id).is("captured=false refunded=true amount_refunded=1000 amount_captured=0 balance_transaction=null");
        w.get("balance_transactions", "").is("data=[]");
        w.reconciled();
    }
    World::new()
        .post("payment_intents/pi_x/cancel", "cancellation_reason=mood")
        .refused(404, "resource_missing", "intent");
    let w = World::new();
    let id = w.hold(1000, "pm_card_visa", "");
    w.post(
        &format!("payment_intents/{id}/cancel"),
        "cancellation_reason=mood",
    )
    .refused(400, "-", "cancellation_reason");
}

/// B38, D8, U6: cancelling a partly captured payment ends it as succeeded, or as the dialect says.
#[test]
fn cancelling_a_partly_captured_payment() {
    for (succeeds, status) in [(true, "succeeded"), (false, "canceled")] {
        let w = World::with(Dialect {
            partly_captured_cancel_succeeds: succeeds,
            ..Dialect::default()
        });
        let id = w.multi(1000, "");
        w.post(
            &format!("payment_intents/{id}/capture"),
            "amount_to_capture=700 final_capture=false",
        )
        .is("");
        w.told();
        w.post(&format!("payment_intents/{id}/cancel"), "")
            .is(&format!(
                "status={status} amount_received=700 amount_capturable=0"
            ));
        w.charge(&id)
            .is("captured=true amount_captured=700 amount_refunded=0 refunded=false");
        if succeeds {
            assert_eq!(w.told(), "charge.captured payment_intent.succeeded");
        }
        w.reconciled();
    }
}

/// §2.7, U9, R11: the deadline. Seconds, capture answers, status once the worker ran.
#[test]
fn the_deadline_of_a_hold() {
    let rows = [
        (DEADLINE - 1, 200, "succeeded"),
        (DEADLINE, 400, "requires_capture"),
        (DEADLINE + 1, 400, "canceled"),
    ];
    for (wait, code, status) in rows {
        let w = World::new();
        let id = w.hold(1000, "pm_card_visa", "");
        let deadline = w
            .charge(&id)
            .text("payment_method_details.card.capture_before");
        assert_eq!(deadline, (START.seconds() + DEADLINE).to_string());
        w.clock.advance(wait);
        let answer = w.post(&format!("payment_intents/{id}/capture"), "");
        assert_eq!(answer.status, code, "{wait}: {}", answer.body);
        w.engine.run_due(w.engine.now()).unwrap();
        w.intent(&id).is(&format!("status={status}"));
        w.reconciled();
    }
}

/// B35, B38, B56, D11, §2.7, U12, U14: what expiry leaves. Captured before, status, events, charge.
#[test]
fn what_expiry_leaves() {
    let rows = [
        (
            0,
            "canceled",
            "charge.expired payment_intent.canceled",
            "captured=false amount_refunded=1000 refunded=true",
        ),
        (
            700,
            "succeeded",
            "charge.captured payment_intent.succeeded",
            "captured=true amount_refunded=0 refunded=false",
        ),
        (
            1000,
            "succeeded",
            "charge.captured payment_intent.succeeded",
            "captured=true amount_refunded=0 refunded=false",
        ),
    ];
    for (captured, status, told, charge) in rows {
        let w = World::new();
        let id = w.multi(1000, "");
        if captured > 0 {
            w.post(
                &format!("payment_intents/{id}/capture"),
                &format!("amount_to_capture={captured} final_capture=false"),
            )
            .is("status=requires_capture");
        }
        w.told();
        w.advance(DEADLINE + 1);
        assert_eq!(w.told(), told);
        let reason = if status == "canceled" {
            "automatic"
        } else {
            "null"
        };
        w.intent(&id).is(&format!(
            "status={status} amount_capturable=0 amount_received={captured}"
        ));
        w.intent(&id).is(&format!("cancellation_reason={reason}"));
        w.charge(&id).is(charge);
        w.get("refunds", &format!("payment_intent={id}"))
            .is("data=[]");
        w.post(&format!("payment_intents/{id}/capture"), "")
            .refused(400, "payment_intent_unexpected_state", "-");
        w.advance(DEADLINE);
        assert_eq!(w.told(), "", "once");
        w.reconciled();
    }
    let w = World::with(Dialect {
        expired_hold_makes_refund: true,
        ..Dialect::default()
    });
    let id = w.hold(1000, "pm_card_visa", "");
    w.advance(DEADLINE + 1);
    w.get("refunds", &format!("payment_intent={id}"))
        .is("data.0.reason=expired_uncaptured_charge data.0.status=succeeded data.0.balance_transaction=null");
    w.reconciled();
}

/// §2.7: how long holds last. Country, currency, card, more, seconds.
#[test]
fn how_long_holds_last() {
    let rows = [
        ("US", "usd", "pm_card_visa", "", 604_800),
        ("US", "usd", "pm_card_visa", "off_session=true", 410_400),
        (
            "US",
            "usd",
            "pm_card_mastercard",
            "off_session=true",
            604_800,
        ),
        ("US", "usd", "pm_card_unionpay", "", 604_800),
        ("JP", "jpy", "pm_card_visa", "", 2_592_000),
        ("JP", "jpy", "pm_card_amex", "", 604_800),
        ("JP", "usd", "pm_card_visa", "", 604_800),
    ];
    for (country, currency, card, more, seconds) in rows {
        let w = World::new();
        w.engine
            .add_account(Account {
                country: country.to_owned(),
                ..Account::standard(MERCHANT)
            })
            .unwrap();
        let params = format!(
            "amount=1000 currency={currency} confirm=true capture_method=manual payment_method={card}"
        );
        let id = w
            .post("payment_intents", &format!("{params} {more}"))
            .is("status=requires_capture")
            .id();
        let deadline = w
            .charge(&id)
            .text("payment_method_details.card.capture_before");
        assert_eq!(
            deadline,
            (START.seconds() + seconds).to_string(),
            "{country} {currency} {card} {more}"
        );
    }
}

/// §2.2, §2.5: whose method may be used, and how often.
#[test]
fn whose_method_may_be_used() {
    let w = World::new();
    let customer = |name: &str| w.post("customers", &format!("name={name}")).id();
    let (a, b) = (customer("a"), customer("b"));
    let method = w
        .post(
            "payment_methods/pm_card_visa/attach",
            &format!("customer={a}"),
        )
        .id();
    let create = |more: &str| {
        w.post(
            "payment_intents",
            &format!("amount=1000 currency=usd confirm=true payment_method={method} {more}"),
        )
    };
    create(&format!("customer={b}")).refused(400, "-", "payment_method");
    create("").refused(400, "parameter_missing", "source");
    create(&format!("customer={a}")).is("status=succeeded");
    create(&format!("customer={a}")).is("status=succeeded");
    let single = w
        .post("payment_methods", "type=card card[number]=4242424242424242")
        .id();
    w.paid(1000, &format!("payment_method={single}"));
    w.post(
        "payment_intents",
        &format!("amount=1000 currency=usd confirm=true payment_method={single}"),
    )
    .refused(400, "-", "payment_method");
    w.post(
        "payment_methods/pm_card_visa_chargeDeclined/attach",
        &format!("customer={a}"),
    )
    .refused(402, "card_declined", "-");
    w.post(
        "payment_methods/pm_card_chargeCustomerFail/attach",
        &format!("customer={a}"),
    )
    .is("");
    w.post(&format!("payment_methods/{method}/detach"), "")
        .is("customer=null");
    create(&format!("customer={a}")).refused(400, "-", "payment_method");
    let kept = w
        .post(
            "payment_intents",
            &format!("amount=1000 currency=usd confirm=true payment_method=pm_card_visa customer={b} setup_future_usage=off_session"),
        )
        .is("status=succeeded")
        .text("payment_method");
    w.get(&format!("payment_methods/{kept}"), "")
        .is(&format!("customer={b}"));
}

/// C9, C11, C12, §2.2: paid is final; texts may still change, money may not.
#[test]
fn paid_is_final() {
    let w = World::new();
    let id = w.paid(1000, "");
    w.advance(DAY * 60 + HOUR);
    w.intent(&id).is("status=succeeded amount_received=1000");
    w.post(&format!("payment_intents/{id}"), "description=late")
        .is("description=late status=succeeded");
    w.post(&format!("payment_intents/{id}"), "amount=5")
        .refused(400, "payment_intent_unexpected_state", "amount");
    w.post("refunds", &format!("payment_intent={id}"))
        .is("status=succeeded");
    w.intent(&id).is("status=succeeded amount_received=1000");
}

/// §2.2: updating before payment; a new method asks for confirmation.
#[test]
fn updating_before_payment() {
    let w = World::new();
    let id = w.post("payment_intents", "amount=1000 currency=usd").id();
    w.post(&format!("payment_intents/{id}"), "amount=2000 currency=eur")
        .is("amount=2000 currency=eur");
    w.post(&format!("payment_intents/{id}"), "amount=0")
        .refused(400, "parameter_invalid_integer", "amount");
    w.post(
        &format!("payment_intents/{id}"),
        "payment_method=pm_card_visa",
    )
    .is("status=requires_confirmation");
    w.told();
    w.post(&format!("payment_intents/{id}"), "description=x")
        .is("description=x");
    assert_eq!(w.told(), "", "there is no payment_intent.updated");
}

/// C17, §2.15: the names of two statuses before 2019-02-11, and the charges on the payment before 2022-11-15.
#[test]
fn older_versions() {
    let w = World::new();
    let verb = holdfast_engine::edge::read::Verb::Post;
    let create = |version: &str, more: &str| {
        w.send(
            verb,
            "payment_intents",
            &format!("amount=1000 currency=usd {more}"),
            None,
            Some(version),
        )
    };
    create("2019-02-10", "").is("status=requires_source");
    create("2019-02-11", "").is("status=requires_payment_method");
    create(
        "2019-02-10",
        "confirm=true payment_method=pm_card_threeDSecure2Required",
    )
    .is("status=requires_source_action");
    let paid = "confirm=true payment_method=pm_card_visa";
    create("2022-11-14", paid).is("charges.data.0.status=succeeded latest_charge=null");
    let answer = create("2022-11-15", paid).is("charges=null");
    assert!(answer.text("latest_charge").starts_with("ch_"), "A11");
}
