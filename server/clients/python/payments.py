"""Payments, captures, refunds: the flows a merchant drives, and how each refusal reaches the SDK's error classes."""

import uuid

import stripe
from harness import BASE, DAY, OTHER_KEY, advance, events_about, flow, held, helper, paid, raises


@flow("B30 to B37, B52 to B57")
def captures_in_parts():
    intent = held()
    charge = intent.latest_charge
    assert charge.payment_method_details.card.multicapture.status == "available"
    assert (intent.status, intent.amount_capturable, intent.amount_received) == ("requires_capture", 1000, 0)
    intent = intent.capture(amount_to_capture=700, final_capture=False)
    assert (intent.status, intent.amount_capturable, intent.amount_received) == ("requires_capture", 300, 700)
    intent = stripe.PaymentIntent.capture(intent.id, amount_to_capture=200, final_capture=True, expand=["latest_charge"])
    assert (intent.status, intent.amount_capturable, intent.amount_received) == ("succeeded", 0, 900)
    charge = intent.latest_charge
    assert (charge.amount, charge.amount_captured, charge.amount_refunded, charge.captured) == (1000, 900, 0, True)
    of_charge = events_about(charge.id)
    assert of_charge.count("charge.updated") == 2 and of_charge.count("charge.captured") == 1
    assert events_about(intent.id).count("payment_intent.amount_capturable_updated") == 3


@flow("B39, B42, B43, B58")
def refund_while_open_then_release():
    intent = held()
    charge = intent.latest_charge.id
    intent.capture(amount_to_capture=700, final_capture=False)
    refund = stripe.Refund.create(payment_intent=intent.id)
    assert (refund.amount, refund.status) == (700, "succeeded")
    charge = stripe.Charge.retrieve(charge)
    assert (charge.amount_refunded, charge.refunded) == (700, False)
    intent = intent.capture(amount_to_capture=0, final_capture=True, expand=["latest_charge"])
    assert (intent.status, intent.latest_charge.captured, intent.latest_charge.refunded) == ("succeeded", True, True)


@flow("B41, U1, B31")
def a_card_without_multicapture():
    intent = held(card="pm_card_credit_disableEnterpriseCardFeatures")
    assert intent.latest_charge.payment_method_details.card.multicapture.status == "unavailable"
    with raises(stripe.InvalidRequestError, param="final_capture", http_status=400):
        intent.capture(amount_to_capture=100, final_capture=False)
    assert stripe.PaymentIntent.retrieve(intent.id).amount_capturable == 1000


@flow("A2 to A15, R21")
def ledger_follows_an_async_capture():
    # The default capture method of a current version is automatic_async (A4).
    intent = stripe.PaymentIntent.create(
        amount=2000,
        currency="usd",
        payment_method="pm_card_visa",
        payment_method_types=["card"],
        confirm=True,
        expand=["latest_charge"],
    )
    assert (intent.status, intent.capture_method) == ("succeeded", "automatic_async")
    charge = intent.latest_charge
    assert (charge.captured, charge.amount_captured, charge.balance_transaction) == (True, 2000, None)
    advance(3600)
    charge = stripe.Charge.retrieve(charge.id, expand=["balance_transaction"])
    entry = charge.balance_transaction
    assert (entry.fee, entry.net, entry.status) == (88, 1912, "pending")
    assert entry.fee_details[0].amount == 88 and entry.available_on > entry.created
    updated = next(e for e in stripe.Event.list(type="charge.updated") if e.data.object.id == charge.id)
    assert updated.data.previous_attributes.to_dict() == {"balance_transaction": None}


@flow("R23, PI-4, PI-22, ERR-2")
def a_decline_leaves_a_payment_to_retry():
    with raises(stripe.CardError, code="card_declined", http_status=402) as declined:
        paid(payment_method="pm_card_visa_chargeDeclinedInsufficientFunds")
    error = declined.error.error
    assert error.decline_code == "insufficient_funds"
    assert error.payment_intent.status == "requires_payment_method"
    failed = stripe.Charge.retrieve(error.charge)
    assert (failed.status, failed.paid, failed.captured) == ("failed", False, False)
    again = stripe.PaymentIntent.confirm(error.payment_intent.id, payment_method="pm_card_visa")
    assert again.status == "succeeded" and again.last_payment_error is None


@flow("TST-1 TST-3")
def each_kind_of_decline():
    rows = {
        "pm_card_visa_chargeDeclined": ("card_declined", "generic_decline"),
        "pm_card_visa_chargeDeclinedLostCard": ("card_declined", "lost_card"),
        "pm_card_visa_chargeDeclinedStolenCard": ("card_declined", "stolen_card"),
        "pm_card_chargeDeclinedExpiredCard": ("expired_card", "expired_card"),
        "pm_card_chargeDeclinedIncorrectCvc": ("incorrect_cvc", "incorrect_cvc"),
        "pm_card_chargeDeclinedProcessingError": ("processing_error", "processing_error"),
    }
    for card, (code, decline_code) in rows.items():
        with raises(stripe.CardError, code=code) as declined:
            paid(payment_method=card)
        assert declined.error.error.decline_code == decline_code, card


@flow("ERR-5, CAP-1, CAP-2")
def refusals_reach_their_error_classes():
    intent = paid()
    with raises(stripe.InvalidRequestError, code="parameter_unknown", param="amunt", http_status=400):
        stripe.PaymentIntent.create(amunt=5, currency="usd")
    with raises(stripe.InvalidRequestError, code="resource_missing", http_status=404):
        stripe.PaymentIntent.retrieve("pi_00000000000")
    with raises(stripe.InvalidRequestError, code="payment_intent_unexpected_state") as refused:
        intent.cancel()
    assert refused.error.error.payment_intent.id == intent.id
    with raises(stripe.InvalidRequestError, code="parameter_invalid_integer", param="amount"):
        stripe.PaymentIntent.create(amount=0, currency="usd")
    with raises(stripe.InvalidRequestError, code="amount_too_small"):
        stripe.PaymentIntent.create(amount=49, currency="usd")
    with raises(stripe.AuthenticationError, http_status=401):
        stripe.PaymentIntent.list(api_key="sk_test_wrong")
    with raises(stripe.PermissionError, http_status=403):
        stripe.PaymentIntent.list(stripe_account="acct_00000000000")
    with raises(stripe.InvalidRequestError, code="resource_missing"):
        stripe.PaymentIntent.retrieve(intent.id, api_key=OTHER_KEY)
    assert refused.error.request_id.startswith("req_")


@flow("I13, IDEM-3, IDEM-6, R1, R5")
def a_key_acts_once():
    key = str(uuid.uuid4())
    params = {"amount": 1000, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True}
    params["payment_method_types"] = ["card"]
    first = stripe.PaymentIntent.create(**params, idempotency_key=key)
    again = stripe.PaymentIntent.create(**params, idempotency_key=key)
    assert first.id == again.id and first.last_response.body == again.last_response.body
    headers = again.last_response.headers
    assert headers["idempotent-replayed"] == "true"
    assert headers["original-request"] == first.last_response.request_id != again.last_response.request_id
    with raises(stripe.IdempotencyError, http_status=400):
        stripe.PaymentIntent.create(**{**params, "amount": 2000}, idempotency_key=key)
    other = stripe.PaymentIntent.create(**params, idempotency_key=key, api_key=OTHER_KEY)
    assert other.id != first.id, "keys of two accounts do not meet"
    created = [e for e in stripe.Event.list(type="payment_intent.created") if e.data.object.id == first.id]
    assert len(created) == 1 and created[0].request.idempotency_key == key
    assert created[0].request.id == first.last_response.request_id
    # R22: a key that was forgotten acts again.
    advance(DAY + 1)
    assert stripe.PaymentIntent.create(**params, idempotency_key=key).id != first.id


@flow("HOLD-18, R13, R14")
def a_hold_is_canceled_and_not_refunded():
    intent = held()
    with raises(stripe.InvalidRequestError, http_status=400):
        stripe.Refund.create(payment_intent=intent.id)
    canceled = intent.cancel(cancellation_reason="requested_by_customer", expand=["latest_charge"])
    assert (canceled.status, canceled.amount_capturable) == ("canceled", 0)
    assert canceled.latest_charge.refunded and not canceled.latest_charge.captured
    with raises(stripe.InvalidRequestError, code="payment_intent_unexpected_state"):
        intent.capture()


@flow("U6, B38")
def cancelling_a_partly_captured_payment_keeps_what_was_captured():
    intent = held()
    intent.capture(amount_to_capture=400, final_capture=False)
    done = intent.cancel()
    assert (done.status, done.amount_received, done.amount_capturable) == ("succeeded", 400, 0)


@flow("CAP-4 to CAP-8, R16, R18")
def captures_that_are_refused():
    intent = held()
    with raises(stripe.InvalidRequestError, code="amount_too_large", param="amount_to_capture"):
        intent.capture(amount_to_capture=1001)
    with raises(stripe.InvalidRequestError, param="amount_to_capture"):
        intent.capture(amount_to_capture=-1)
    with raises(stripe.InvalidRequestError, code="parameter_invalid_integer"):
        intent.capture(amount_to_capture=0)
    intent.capture(amount_to_capture=600)
    with raises(stripe.InvalidRequestError, code="payment_intent_unexpected_state"):
        intent.capture(amount_to_capture=400)


@flow("REF-1, I2")
def refunds_in_parts():
    intent = paid()
    parts = [stripe.Refund.create(payment_intent=intent.id, amount=amount).amount for amount in (300, 200)]
    assert parts == [300, 200]
    with raises(stripe.InvalidRequestError, param="amount", code=None):
        stripe.Refund.create(payment_intent=intent.id, amount=501)
    rest = stripe.Refund.create(payment_intent=intent.id, reason="requested_by_customer", metadata={"a": "b"})
    assert (rest.amount, rest.reason, rest.metadata["a"]) == (500, "requested_by_customer", "b")
    with raises(stripe.InvalidRequestError, code="charge_already_refunded"):
        stripe.Refund.create(charge=intent.latest_charge)
    listed = list(stripe.Refund.list(charge=intent.latest_charge, limit=2).auto_paging_iter())
    assert [refund.amount for refund in listed] == [500, 200, 300]
    assert stripe.Refund.modify(rest.id, metadata={"a": "", "c": "d"}).metadata.to_dict() == {"c": "d"}
    with raises(stripe.InvalidRequestError):
        stripe.Refund.cancel(rest.id)


@flow("REF-4, R7")
def a_refund_fails_days_later():
    intent = paid(payment_method="pm_card_refundFail")
    refund = stripe.Refund.create(payment_intent=intent.id)
    assert refund.status == "succeeded"
    advance(2 * DAY)
    refund = stripe.Refund.retrieve(refund.id)
    assert refund.status == "failed" and refund.failure_balance_transaction
    assert stripe.Charge.retrieve(intent.latest_charge).amount_refunded == 0
    assert "refund.failed" in events_about(refund.id)
    pending = stripe.Refund.create(payment_intent=paid(payment_method="pm_card_pendingRefund").id)
    assert pending.status == "pending"
    assert helper(f"refunds/{pending.id}/report", outcome="succeeded")["status"] == "succeeded"


@flow("HOLD-11, B38, R11, U9")
def a_hold_expires():
    whole, part = held(), held()
    made = whole.latest_charge.created
    part.capture(amount_to_capture=100, final_capture=False)
    deadline = whole.latest_charge.payment_method_details.card.capture_before
    assert deadline == made + 7 * DAY
    advance(7 * DAY + 5)
    whole, part = (stripe.PaymentIntent.retrieve(intent.id) for intent in (whole, part))
    assert (whole.status, whole.cancellation_reason) == ("canceled", "automatic")
    assert whole.canceled_at == deadline + 1, "the job runs at its own time, however far the clock is moved"
    assert (part.status, part.amount_received) == ("succeeded", 100)
    with raises(stripe.InvalidRequestError, code="payment_intent_unexpected_state"):
        whole.capture()


@flow("C7, C13, PI-16, PI-18")
def a_challenge_is_passed_or_failed():
    def challenged(**more):
        return paid(payment_method="pm_card_threeDSecure2Required", **more)

    intent = challenged()
    assert (intent.status, intent.next_action.type) == ("requires_action", "use_stripe_sdk")
    assert helper(f"payment_intents/{intent.id}/authenticate", outcome="pass")["status"] == "succeeded"
    intent = challenged(return_url="https://example.com/back")
    assert intent.next_action.redirect_to_url.url.startswith(BASE)
    assert helper(f"payment_intents/{intent.id}/authenticate", outcome="fail")["status"] == "requires_payment_method"
    intent = stripe.PaymentIntent.retrieve(intent.id)
    assert intent.last_payment_error.code == "payment_intent_authentication_failure"
    with raises(stripe.CardError, code="authentication_required"):
        paid(payment_method="pm_card_authenticationRequired", off_session=True)


@flow("C8, C14, C18, U18")
def a_bank_debit_takes_days():
    def debit():
        return stripe.PaymentIntent.create(
            amount=1000,
            currency="usd",
            payment_method_types=["us_bank_account"],
            payment_method="pm_usBankAccount_success",
            confirm=True,
            mandate_data={"customer_acceptance": {"type": "offline"}},
        )

    settled, canceled = debit(), debit()
    assert settled.status == "processing"
    assert canceled.cancel().status == "canceled"
    advance(7 * DAY)
    assert stripe.PaymentIntent.retrieve(settled.id).status == "succeeded"
    rejected = debit()
    assert helper(f"payment_intents/{rejected.id}/settle", outcome="no_account")["status"] == "requires_payment_method"


@flow("C4 to C6, PI-1, PI-5")
def a_payment_step_by_step():
    intent = stripe.PaymentIntent.create(amount=1000, currency="eur", automatic_payment_methods={"enabled": True})
    assert intent.status == "requires_payment_method"
    with raises(stripe.InvalidRequestError, code="payment_intent_unexpected_state"):
        intent.confirm(return_url="https://example.com/back")
    intent = stripe.PaymentIntent.modify(intent.id, payment_method="pm_card_visa", metadata={"order": "7"})
    assert (intent.status, intent.metadata["order"]) == ("requires_confirmation", "7")
    intent = stripe.PaymentIntent.modify(intent.id, amount=1200, metadata={"gift": "yes"})
    assert (intent.amount, intent.metadata.to_dict()) == (1200, {"order": "7", "gift": "yes"})
    with raises(stripe.InvalidRequestError) as refused:
        intent.confirm()
    assert refused.error.param == "return_url"
    intent = intent.confirm(return_url="https://example.com/back")
    assert (intent.status, intent.amount_received) == ("succeeded", 1200)


@flow("C16, R17")
def too_many_confirmations():
    intent = stripe.PaymentIntent.create(amount=1000, currency="usd", payment_method_types=["card"])
    for _ in range(11):
        try:
            intent.confirm(payment_method="pm_card_visa_chargeDeclined")
        except (stripe.CardError, stripe.InvalidRequestError):
            pass
    assert stripe.PaymentIntent.retrieve(intent.id).status == "canceled"


@flow("VER-1, C17, A11")
def old_versions_see_old_shapes():
    intent = held()
    old = stripe.PaymentIntent.retrieve(intent.id, stripe_version="2020-08-27")
    assert old.latest_charge == old.charges.data[0].id == intent.latest_charge.id
    fresh = stripe.PaymentIntent.create(amount=1000, currency="usd", stripe_version="2018-11-08")
    assert fresh.status == "requires_source"
    assert stripe.PaymentIntent.create(amount=1000, currency="usd", stripe_version="2024-04-09").capture_method == "automatic"
    with raises(stripe.InvalidRequestError, http_status=400):
        stripe.PaymentIntent.list(stripe_version="yesterday")


@flow("lists")
def lists_are_paged():
    customer = stripe.Customer.create(email="a@example.com", name="A")
    made = [paid(customer=customer.id).id for _ in range(5)]
    listed = [intent.id for intent in stripe.PaymentIntent.list(customer=customer.id, limit=2).auto_paging_iter()]
    assert listed == made[::-1]
    page = stripe.PaymentIntent.list(customer=customer.id, ending_before=made[0], limit=2)
    assert [intent.id for intent in page] == [made[2], made[1]] and page.has_more
    back = stripe.PaymentIntent.list(customer=customer.id, ending_before=made[0], limit=2).auto_paging_iter()
    assert [intent.id for intent in back] == made[1:]
    expanded = stripe.PaymentIntent.list(customer=customer.id, limit=1, expand=["data.latest_charge", "data.customer"])
    assert expanded.data[0].latest_charge.amount == 1000 and expanded.data[0].customer.name == "A"
    with raises(stripe.InvalidRequestError, param="limit"):
        stripe.PaymentIntent.list(limit=101)
    search = stripe.Charge.list(payment_intent=made[0])
    assert len(search.data) == 1


@flow("the client object")
def the_newer_client():
    client = stripe.StripeClient(stripe.api_key, base_addresses={"api": BASE})
    intent = client.v1.payment_intents.create(
        {"amount": 500, "currency": "jpy", "payment_method": "pm_card_jcb", "payment_method_types": ["card"]}
    )
    done = client.v1.payment_intents.confirm(intent.id, {"expand": ["latest_charge.balance_transaction"]})
    assert done.status == "succeeded" and done.latest_charge.payment_method_details.card.brand == "jcb"
    assert client.v1.balance.retrieve().available[0].currency
