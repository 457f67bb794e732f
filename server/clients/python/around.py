"""What stands around a payment: customers, setups, sessions, connected accounts, webhooks, endpoints."""

import json
import time

import stripe
from harness import DAY, Endpoint, advance, events_about, flow, held, helper, paid, raises


@flow("C2, C19, SI-4, I15")
def a_setup_prepares_a_card():
    customer = stripe.Customer.create(email="b@example.com")
    setup = stripe.SetupIntent.create(
        customer=customer.id, payment_method_types=["card"], payment_method="pm_card_visa", confirm=True
    )
    assert (setup.status, setup.usage) == ("succeeded", "off_session")
    methods = stripe.PaymentMethod.list(customer=customer.id, type="card").data
    assert [method.id for method in methods] == [setup.payment_method]
    later = paid(customer=customer.id, payment_method=setup.payment_method, off_session=True)
    assert later.status == "succeeded"
    assert stripe.Charge.list(customer=customer.id).data[0].payment_intent == later.id
    with raises(stripe.InvalidRequestError, code="setup_intent_unexpected_state"):
        setup.cancel()
    card = {"payment_method_types": ["card"]}
    with raises(stripe.CardError, code="card_declined") as declined:
        stripe.SetupIntent.create(**card, payment_method="pm_card_visa_chargeDeclined", confirm=True)
    assert declined.error.error.setup_intent.status == "requires_payment_method"
    challenged = stripe.SetupIntent.create(**card, payment_method="pm_card_threeDSecure2Required", confirm=True)
    assert challenged.status == "requires_action"
    assert helper(f"setup_intents/{challenged.id}/authenticate", outcome="pass")["status"] == "succeeded"
    assert stripe.SetupIntent.create().cancel(cancellation_reason="abandoned").status == "canceled"


@flow("PI-20, ERR-13, TST-2")
def methods_belong_to_customers():
    one, two = stripe.Customer.create(), stripe.Customer.create()
    method = stripe.PaymentMethod.attach("pm_card_mastercard", customer=one.id)
    assert (method.card.brand, method.card.last4) == ("mastercard", "4444")
    with raises(stripe.InvalidRequestError, param="payment_method"):
        paid(customer=two.id, payment_method=method.id)
    assert paid(customer=one.id, payment_method=method.id).status == "succeeded"
    assert stripe.PaymentMethod.detach(method.id).customer is None
    with raises(stripe.InvalidRequestError):
        paid(customer=one.id, payment_method=method.id)
    made = stripe.PaymentMethod.create(type="card", card={"number": "4242424242424242", "exp_month": 12, "exp_year": 2034, "cvc": "123"})
    assert made.card.last4 == "4242"
    with raises(stripe.CardError, code="card_declined"):
        stripe.PaymentMethod.attach("pm_card_visa_chargeDeclined", customer=one.id)
    changed = stripe.Customer.modify(one.id, name="One", metadata={"k": "v"})
    assert (changed.name, stripe.Customer.retrieve(one.id).metadata["k"]) == ("One", "v")


@flow("ERR-2, C13")
def what_an_error_and_an_expansion_show():
    with raises(stripe.CardError, code="card_declined") as declined:
        paid(payment_method="pm_card_visa_chargeDeclinedInsufficientFunds")
    error = declined.error.error
    assert (error.payment_method.card.last4, error.payment_intent.payment_method) == ("9995", None)
    assert error.payment_intent.last_payment_error.payment_method.id == error.payment_method.id
    with raises(stripe.InvalidRequestError, code=None, param=None) as wrong:
        stripe.Charge.list(expand=["customer"])
    assert "data.customer" in wrong.error.user_message
    intent = paid()
    for amount in (100, 200):
        stripe.Refund.create(payment_intent=intent.id, amount=amount)
    shown = stripe.PaymentIntent.retrieve(intent.id, expand=["latest_charge.refunds"])
    assert [refund.amount for refund in shown.latest_charge.refunds] == [200, 100]
    assert [each.amount for each in stripe.Refund.list(payment_intent=intent.id, charge=intent.latest_charge)] == [200, 100]


@flow("IDEM-8")
def a_customer_is_deleted():
    customer = stripe.Customer.create(name="Gone")
    method = stripe.PaymentMethod.attach("pm_card_visa", customer=customer.id)
    assert stripe.Customer.delete(customer.id).deleted
    assert stripe.Customer.retrieve(customer.id).deleted
    with raises(stripe.InvalidRequestError, code="resource_missing"):
        paid(customer=customer.id, payment_method=method.id)
    event = stripe.Event.list(type="customer.deleted", limit=1).data[0]
    assert (event.data.object.id, event.data.object.name) == (customer.id, "Gone")


@flow("B15 to B19, B25, CHK-3")
def a_hosted_session():
    session = stripe.checkout.Session.create(
        mode="payment",
        success_url="https://example.com/done?session={CHECKOUT_SESSION_ID}",
        line_items=[{"price_data": {"currency": "usd", "unit_amount": 2000, "product_data": {"name": "T-shirt"}}, "quantity": 1}],
        payment_intent_data={"capture_method": "manual"},
        payment_method_options={"card": {"request_multicapture": "if_available"}},
    )
    assert (session.status, session.amount_total, session.ui_mode) == ("open", 2000, "hosted_page")
    assert session.url.startswith(stripe.api_base) and session.expires_at == session.created + DAY
    items = stripe.checkout.Session.list_line_items(session.id)
    assert items.data[0].description == "T-shirt"
    helper(f"checkout/sessions/{session.id}/complete", payment_method="pm_card_visa", email="c@example.com")
    session = stripe.checkout.Session.retrieve(session.id, expand=["payment_intent.latest_charge", "line_items"])
    assert session.line_items.data[0].amount_total == 2000
    assert (session.status, session.payment_status, session.url) == ("complete", "unpaid", None)
    assert session.customer_details.email == "c@example.com"
    intent = session.payment_intent
    assert (intent.status, intent.latest_charge.amount) == ("requires_capture", 2000)
    assert stripe.PaymentIntent.capture(intent.id, amount_to_capture=500, final_capture=False).amount_capturable == 1500
    with raises(stripe.InvalidRequestError):
        session.expire()


@flow("B16, R15, CHK-1")
def a_session_ends_without_payment():
    def opened():
        return stripe.checkout.Session.create(
            mode="payment",
            ui_mode="embedded_page",
            return_url="https://example.com/{CHECKOUT_SESSION_ID}",
            line_items=[{"price_data": {"currency": "usd", "unit_amount": 2000, "product_data": {"name": "T"}}, "quantity": 2}],
        )

    asked, left = opened(), opened()
    assert asked.client_secret.startswith(asked.id) and asked.url is None
    assert asked.expire().status == "expired"
    advance(DAY + 1)
    left = stripe.checkout.Session.retrieve(left.id)
    assert (left.status, left.payment_intent) == ("expired", None), "its payment is made when the customer pays"
    assert events_about(left.id) == ["checkout.session.expired"]


@flow("P22, TST-5")
def money_becomes_available():
    def part(name):
        return next(part.amount for part in stripe.Balance.retrieve()[name] if part.currency == "usd")

    pending, available = part("pending"), part("available")
    intent = paid(expand=["latest_charge.balance_transaction"])
    entry = intent.latest_charge.balance_transaction
    assert (entry.amount, entry.fee, entry.net, entry.status) == (1000, 59, 941, "pending")
    assert (part("pending"), part("available")) == (pending + 941, available)
    at_once = paid(payment_method="pm_card_bypassPending", expand=["latest_charge.balance_transaction"])
    assert at_once.latest_charge.balance_transaction.status == "available"
    assert (part("pending"), part("available")) == (pending + 941, available + 941)
    advance(2 * DAY)
    assert stripe.BalanceTransaction.retrieve(entry.id).status == "available"
    told = stripe.Event.list(type="balance.available", limit=1).data[0]
    assert told.data.object.object == "balance" and part("pending") == 0


@flow("CON-1, B45 to B53, I8, I9, A8")
def money_between_accounts():
    platform = stripe.Account.retrieve()
    shop = stripe.Account.create(type="standard", country="US")
    assert shop.id in [account.id for account in stripe.Account.list(limit=100)]
    # A destination charge with a fee.
    intent = paid(application_fee_amount=100, transfer_data={"destination": shop.id}, expand=["latest_charge"])
    charge = intent.latest_charge
    assert charge.application_fee and charge.transfer and charge.transfer_data.destination == shop.id
    transfer = stripe.Transfer.retrieve(charge.transfer)
    assert (transfer.amount, transfer.destination) == (1000, shop.id)
    reversal = stripe.Transfer.create_reversal(transfer.id, amount=300)
    assert stripe.Transfer.retrieve(transfer.id).amount_reversed == reversal.amount == 300
    with raises(stripe.InvalidRequestError, param="amount"):
        stripe.Transfer.create_reversal(transfer.id, amount=701)
    fee_refund = stripe.ApplicationFee.create_refund(charge.application_fee, amount=40)
    assert stripe.ApplicationFee.retrieve(charge.application_fee).amount_refunded == fee_refund.amount == 40
    with raises(stripe.InvalidRequestError, param="reverse_transfer"):
        stripe.Refund.create(payment_intent=intent.id, reverse_transfer=True)
    # A direct charge, on the connected account.
    direct = paid(application_fee_amount=50, stripe_account=shop.id)
    with raises(stripe.InvalidRequestError, code="resource_missing"):
        stripe.PaymentIntent.retrieve(direct.id)
    assert stripe.PaymentIntent.retrieve(direct.id, stripe_account=shop.id).status == "succeeded"
    with raises(stripe.InvalidRequestError, code="application_fees_not_allowed"):
        paid(application_fee_amount=50)
    # A transfer without a source takes available money only.
    paid(payment_method="pm_card_bypassPending")
    assert stripe.Transfer.create(amount=100, currency="usd", destination=shop.id).amount == 100
    with raises(stripe.InvalidRequestError, code="balance_insufficient"):
        stripe.Transfer.create(amount=90_000_000, currency="usd", destination=shop.id)
    assert platform.id != shop.id


def verified(endpoint, secret, count=1):
    """The events an endpoint got, each verified by the SDK."""
    # The engine's clock may be ahead of this machine's; a signature from the future is not too old.
    return [stripe.Webhook.construct_event(body, signature, secret) for body, signature in endpoint.wait(count)]


@flow("HOOK-7, I16, B55")
def webhooks_are_signed_and_retried():
    endpoint = Endpoint(statuses=[500, 302])
    hook = stripe.WebhookEndpoint.create(url=endpoint.url, enabled_events=["payment_intent.succeeded"])
    intent = paid()
    endpoint.wait(1)
    advance(60)
    endpoint.wait(2)
    advance(120)
    events = verified(endpoint, hook.secret, 3)
    assert {event.id for event in events} == {events[0].id}
    assert (events[0].type, events[0].data.object.id) == ("payment_intent.succeeded", intent.id)
    advance(DAY)
    assert len(endpoint.got) == 3, "what was delivered is not sent again"
    body, signature = endpoint.got[-1]
    for bad in ((body.replace(b"1000", b"9999"), signature, hook.secret), (body, signature, "whsec_other"), (body, "t=1,v1=00", hook.secret)):
        with raises(stripe.SignatureVerificationError):
            stripe.Webhook.construct_event(*bad)
    # Its own list, changed and emptied.
    assert "secret" not in stripe.WebhookEndpoint.retrieve(hook.id)
    assert stripe.WebhookEndpoint.modify(hook.id, disabled=True).status == "disabled"
    assert stripe.WebhookEndpoint.delete(hook.id).deleted
    with raises(stripe.InvalidRequestError, code="resource_missing"):
        stripe.WebhookEndpoint.retrieve(hook.id)
    endpoint.close()


@flow("HOOK-8")
def a_replaced_secret_signs_for_a_while():
    endpoint = Endpoint()
    hook = stripe.WebhookEndpoint.create(url=endpoint.url, enabled_events=["customer.created"])
    fresh = helper(f"webhook_endpoints/{hook.id}/roll_secret", expires_in=3600)["secret"]
    stripe.Customer.create()
    body, signature = endpoint.wait(1)[0]
    for secret in (hook.secret, fresh):
        assert stripe.Webhook.construct_event(body, signature, secret).type == "customer.created"
    # Signed within the tolerance of the SDK's clock, which does not move with the server's.
    helper(f"webhook_endpoints/{hook.id}/roll_secret", expires_in=0)
    stripe.Customer.create()
    body, signature = endpoint.wait(2)[1]
    with raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(body, signature, fresh)
    assert stripe.Webhook.construct_event(body, signature, hook.secret), "its hour is not over"
    stripe.WebhookEndpoint.delete(hook.id)
    endpoint.close()


@flow("HOOK-1, B52 to B58")
def webhooks_tell_the_whole_story():
    endpoint = Endpoint()
    hook = stripe.WebhookEndpoint.create(url=endpoint.url, enabled_events=["*"], api_version="2020-08-27")
    intent = held()
    charge = intent.latest_charge.id
    intent.capture(amount_to_capture=100, final_capture=False)
    intent.capture()
    wanted = events_about(intent.id) + events_about(charge)
    events = verified(endpoint, hook.secret, len(wanted))
    assert sorted(event.type for event in events) == sorted(wanted)
    first = next(e for e in events if e.to_dict()["data"].get("previous_attributes", {}).get("amount_capturable") == 1000)
    assert first.data.object.amount_capturable == 900
    assert "charges" in first.data.object, "an endpoint's version renders its events"
    stripe.WebhookEndpoint.delete(hook.id)
    endpoint.close()


@flow("HOOK-1, R8, R10")
def a_hanging_endpoint_holds_up_nobody():
    import socket

    deaf = socket.create_server(("127.0.0.1", 0))
    hung = stripe.WebhookEndpoint.create(url=f"http://127.0.0.1:{deaf.getsockname()[1]}/", enabled_events=["*"])
    endpoint = Endpoint()
    hook = stripe.WebhookEndpoint.create(url=endpoint.url, enabled_events=["payment_intent.succeeded"])
    begun = time.monotonic()
    for _ in range(10):
        paid()
    verified(endpoint, hook.secret, 10)
    assert time.monotonic() - begun < 8
    for each in (hung, hook):
        stripe.WebhookEndpoint.delete(each.id)
    deaf.close()
    endpoint.close()


@flow("EVT-1 EVT-2 EVT-3 EVT-4 EVT-5 EVT-6 EVT-7 EVT-8 EVT-9 EVT-10 EVT-11 EVT-12 EVT-13 EVT-14 EVT-15 EVT-16 EVT-17")
def events_can_be_read():
    intent = paid()
    assert events_about(intent.id) == ["payment_intent.created", "payment_intent.succeeded"]
    event = stripe.Event.list(type="payment_intent.succeeded", limit=1).data[0]
    assert stripe.Event.retrieve(event.id).to_dict() == event.to_dict()
    assert json.loads(str(event))["data"]["object"]["id"] == intent.id
