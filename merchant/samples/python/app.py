"""A small shop on the official `stripe` package, correct unless MISTAKE names one of MISTAKES.

It keeps one rule: what the provider says now decides, not what an event or an answer once said. Every event, every
return of a customer and every request of the staff ends in `refresh`, which reads the payment and its refunds.
"""

import json
import os
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlparse

try:
    import stripe
except ImportError:
    print("the package `stripe` is missing: pip install -r requirements.txt", file=sys.stderr)
    sys.exit(3)

MISTAKES = {
    "fulfill_on_return": "fulfills when the customer returns, without asking the provider (B25, C8)",
    "fulfill_only_on_return": "ignores webhooks and waits for the customer to return (B25)",
    "no_dedupe": "fulfills on each event of a success (R10)",
    "dedupe_by_event_id_only": "removes duplicates by event id alone (R10)",
    "complete_is_paid": "takes a complete session for money (B27, C8)",
    "hold_is_paid": "takes a hold for money (B27, C10)",
    "failed_is_final": "treats payment_failed as final (R8)",
    "last_event_wins": "stores the amount of whichever event came last (R8)",
    "acknowledge_unknown": "acknowledges events of payments that it has not stored yet (R9)",
    "acknowledge_failures": "answers 200 although handling failed (HOOK-5)",
    "remember_first": "remembers an event id before the event is handled (R9)",
    "refund_without_key": "repeats a refund under a fresh key (R5)",
    "refund_is_final": "never looks at a refund again (R7)",
    "void_is_refund": "takes charge.refunded of a canceled hold for money out (R12)",
    "remainder_is_refund": "takes the rest of a partial capture for a refund (R19)",
    "add_up_refunds": "adds up refund events (R10)",
    "needs_ledger_entry": "reads the amount from balance_transaction, which is null at first (R21)",
    "payment_for_each_click": "creates a payment for each click (IDEM-11)",
    "payment_for_each_try": "creates a payment for each try instead of reusing the first (R23, R3)",
    "capture_is_money": "books the capture that it asked for, not the one that happened (R2, R11)",
    "no_signature": "does not verify signatures (HOOK-8)",
    "no_tolerance": "accepts signatures of any age (HOOK-9)",
    "believe_event": "believes the ids in an event of another account (HOOK-7)",
    "believe_return": "believes the session id in the return address (HOOK-8)",
}
if sys.argv[1:] == ["--mistakes"]:
    print("\n".join(MISTAKES))
    sys.exit(0)
MISTAKE = os.environ.get("MISTAKE", "")
if MISTAKE and MISTAKE not in MISTAKES:
    sys.exit(f"MISTAKE={MISTAKE} is unknown; expected one of: {', '.join(MISTAKES)}")

stripe.api_key = os.environ["STRIPE_SECRET_KEY"]
stripe.api_base = os.environ["STRIPE_API_BASE"]
# These act on one event alone, as most shops do, so that no later event mends what they lost.
ONE_EVENT = MISTAKE in ("acknowledge_unknown", "acknowledge_failures", "remember_first", "needs_ledger_entry")
IMPATIENT = MISTAKE in ("refund_without_key", "payment_for_each_try", "acknowledge_failures", "remember_first")
stripe.max_network_retries = 0 if IMPATIENT else 5
SECRET = os.environ["STRIPE_WEBHOOK_SECRET"]
PORT = int(os.environ["PORT"])
if "RETRY_DELAY" in os.environ:  # tests do not wait half a second for each retry
    from stripe._http_client import HTTPClient

    HTTPClient.INITIAL_DELAY = HTTPClient.MAX_DELAY = float(os.environ["RETRY_DELAY"])

ORDERS = {}
EVENTS = set()
LOCK = threading.RLock()


def order_of(name, amount=0, currency="usd"):
    with LOCK:
        return ORDERS.setdefault(name, {
            "id": name, "amount": amount, "currency": currency, "payments": set(), "tries": 0, "url": None,
            "paid": 0, "refunded": 0, "fulfilled": 0, "canceled": 0, "taken_for_refund": 0, "first_seen": {},
        })


def ask(call, *args, **kwargs):
    """Calls the provider and waits while it asks for patience: the SDK does not repeat 429 `rate_limit` by itself."""
    for _ in range(0 if IMPATIENT else 9):
        try:
            return call(*args, **kwargs)
        except stripe.RateLimitError as error:
            time.sleep(float((error.headers or {}).get("retry-after", 1)))
    return call(*args, **kwargs)


def refresh(order, money=True):
    """Reads what the provider knows of an order's payments and puts it into the books."""
    with LOCK:
        payments = [ask(stripe.PaymentIntent.retrieve, id, expand=["latest_charge.balance_transaction"])
                    for id in sorted(order["payments"])]
        refunds = [refund for id in sorted(order["payments"]) for refund in ask(stripe.Refund.list, payment_intent=id, limit=100)]
        paid = sum(payment.amount_received for payment in payments)
        if MISTAKE == "hold_is_paid":
            paid = sum(payment.amount_received or payment.amount_capturable for payment in payments)
        if MISTAKE == "needs_ledger_entry" and not order["paid"]:
            entries = [payment.latest_charge and payment.latest_charge.balance_transaction for payment in payments]
            paid = sum(entry.amount for entry in entries if entry)
        if money:
            order["paid"] = max(order["paid"], paid) if MISTAKE == "needs_ledger_entry" else paid
        made = {r.id: r.amount for r in refunds if r.status not in ("failed", "canceled")}
        order["first_seen"] = {**made, **order["first_seen"]}
        if MISTAKE == "refund_is_final":
            order["refunded"] = sum(order["first_seen"].values())
        elif MISTAKE != "add_up_refunds":
            order["refunded"] = sum(made.values()) + order["taken_for_refund"]
        by_event = MISTAKE in ("no_dedupe", "dedupe_by_event_id_only")
        if order["paid"] > 0 and not order["fulfilled"] and not by_event:
            order["fulfilled"] = 1  # ship it
        order["canceled"] = int(bool(payments) and all(payment.status == "canceled" for payment in payments))


# --- the customer ---

def start_checkout(body):
    order = order_of(body["order"], body["amount"], body["currency"])
    order["tries"] += 1
    if order["url"] and MISTAKE != "payment_for_each_click":
        return 200, {"url": order["url"]}
    each = f"-{order['tries']}" if MISTAKE == "payment_for_each_click" else ""
    session = ask(stripe.checkout.Session.create,
        mode="payment",
        client_reference_id=order["id"],
        payment_method_types=["card", "us_bank_account"],
        payment_intent_data={"metadata": {"order": order["id"]}},
        line_items=[{"quantity": 1, "price_data": {"currency": order["currency"], "unit_amount": order["amount"],
                                                   "product_data": {"name": "T-shirt"}}}],
        success_url=f"http://127.0.0.1:{PORT}/return?order={order['id']}&session={{CHECKOUT_SESSION_ID}}",
        idempotency_key=f"session-{order['id']}{each}",
    )
    order["url"] = session.url
    return 200, {"url": session.url}


def start_hold(body):
    order = order_of(body["order"], body["amount"], body["currency"])
    order["tries"] += 1
    each = f"-{order['tries']}" if MISTAKE == "payment_for_each_click" else ""
    payment = ask(stripe.PaymentIntent.create,
        amount=order["amount"], currency=order["currency"], capture_method="manual", payment_method_types=["card"],
        metadata={"order": order["id"]}, idempotency_key=f"hold-{order['id']}{each}",
    )
    order["payments"].add(payment.id)
    return 200, {"payment": payment.client_secret}


def start_direct(body):
    """Confirms on the server. One payment for an order: a further try confirms the same payment."""
    order = order_of(body["order"], body["amount"], body["currency"])
    order["tries"] += 1
    if MISTAKE == "acknowledge_unknown":
        return start_and_wait(order, body["payment_method"])
    each = f"-{order['tries']}" if MISTAKE == "payment_for_each_try" else ""
    payment = ask(stripe.PaymentIntent.create,
        amount=order["amount"], currency=order["currency"], payment_method_types=["card"],
        metadata={"order": order["id"]}, idempotency_key=f"direct-{order['id']}{each}",
    )
    order["payments"].add(payment.id)
    payment = ask(stripe.PaymentIntent.retrieve, payment.id)
    if payment.status in ("requires_payment_method", "requires_confirmation"):
        try:
            payment = ask(stripe.PaymentIntent.confirm,
                payment.id, payment_method=body["payment_method"],
                idempotency_key=f"confirm-{order['id']}-{order['tries']}",
            )
        except stripe.CardError as error:
            return 402, {"error": error.user_message}
        except stripe.InvalidRequestError:
            pass  # an earlier try has succeeded meanwhile; refresh shows it
    refresh(order)
    return 200, {"payment": payment.id}


def start_and_wait(order, method):
    """Stores the payment only when the answer is there, and leaves the rest to the webhook."""
    try:
        payment = ask(stripe.PaymentIntent.create,
            amount=order["amount"], currency=order["currency"], payment_method_types=["card"], confirm=True,
            payment_method=method, metadata={"order": order["id"]}, idempotency_key=f"direct-{order['id']}-{method}",
        )
    except stripe.CardError as error:
        return 402, {"error": error.user_message}
    order["payments"].add(payment.id)
    return 200, {"payment": payment.id}


def come_back(query):
    order = ORDERS.get(query.get("order", [""])[0])
    if order is None:
        return 404, {}
    session = query.get("session", [""])[0]
    if ONE_EVENT:
        return 200, {}
    if MISTAKE == "fulfill_on_return":
        order["fulfilled"] = 1
        order["paid"] = order["amount"]
        return 200, {}
    if session:
        try:
            found = ask(stripe.checkout.Session.retrieve, session)
        except stripe.InvalidRequestError:
            return 404, {}
        if found.client_reference_id != order["id"] and MISTAKE != "believe_return":
            return 404, {}
        learn(order, found.payment_intent)
    refresh(order)
    return 200, {"paid": order["paid"]}


def learn(order, payment):
    if payment:
        order["payments"].add(payment)


# --- the staff ---

def capture(order, body):
    for id in sorted(order["payments"]):
        payment = ask(stripe.PaymentIntent.retrieve, id)
        if MISTAKE == "capture_is_money":
            order["paid"], order["fulfilled"] = body["amount"], 1
        if payment.status == "requires_capture":
            try:
                ask(stripe.PaymentIntent.capture,
                    id, amount_to_capture=min(body["amount"], payment.amount_capturable),
                    idempotency_key=f"capture-{order['id']}",
                )
            except stripe.InvalidRequestError:
                if MISTAKE != "capture_is_money":
                    refresh(order)
                return 409, {"error": "the hold is gone"}
    if MISTAKE != "capture_is_money":
        refresh(order)
    return 200, {"paid": order["paid"]}


def cancel(order, body):
    for id in sorted(order["payments"]):
        try:
            ask(stripe.PaymentIntent.cancel, id, idempotency_key=f"cancel-{order['id']}")
        except stripe.InvalidRequestError:
            refresh(order)
            return 409, {"error": "it cannot be canceled any more"}
    refresh(order)
    return 200, {}


def refund(order, body):
    if body["amount"] > order["paid"] - order["refunded"]:
        return 409, {"error": "that much was not paid"}
    payment = next(iter(sorted(order["payments"])))
    if MISTAKE == "refund_without_key":
        for _ in range(3):
            try:
                stripe.Refund.create(payment_intent=payment, amount=body["amount"])
                break
            except (stripe.APIConnectionError, stripe.APIError):
                continue
    else:
        try:
            ask(stripe.Refund.create, payment_intent=payment, amount=body["amount"], idempotency_key=body["request"])
        except stripe.InvalidRequestError:
            refresh(order)
            return 409, {"error": "it cannot be refunded"}
    refresh(order)
    return 200, {"refunded": order["refunded"]}


# --- webhooks ---

def find_order(thing):
    """Returns the order of an event's object, by the payment's metadata; None if it is not ours."""
    kind = thing["object"]
    if kind == "checkout.session":
        # The event of a connected account may name our order; only our own session counts.
        found = thing if MISTAKE == "believe_event" else ask(stripe.checkout.Session.retrieve, thing["id"]).to_dict()
        order = ORDERS.get(found.get("client_reference_id"))
        if order:
            learn(order, found.get("payment_intent"))
        return order
    payment = thing["id"] if kind == "payment_intent" else thing.get("payment_intent")
    if not payment:
        return None
    known = next((order for order in ORDERS.values() if payment in order["payments"]), None)
    if known or MISTAKE == "acknowledge_unknown":
        return known
    order = ORDERS.get(ask(stripe.PaymentIntent.retrieve, payment).metadata["order"])
    if order:
        learn(order, payment)
    return order


def webhook(payload, signature):
    if MISTAKE == "no_signature":
        event = json.loads(payload)
    else:
        tolerance = None if MISTAKE == "no_tolerance" else 300
        try:
            stripe.Webhook.construct_event(payload, signature, SECRET, tolerance)
        except (ValueError, stripe.SignatureVerificationError):
            return 400, {"error": "signature"}
        event = json.loads(payload)
    is_refund = "refund" in event["type"]
    if MISTAKE == "fulfill_only_on_return" and not is_refund:
        return 200, {}
    if ONE_EVENT and event["type"] not in ("payment_intent.succeeded", "payment_intent.canceled") and not is_refund:
        return 200, {}
    if MISTAKE in ("remember_first", "dedupe_by_event_id_only"):
        if event["id"] in EVENTS:
            return 200, {}
        EVENTS.add(event["id"])
    try:
        order = find_order(event["data"]["object"])
        if order:
            mistaken(event, order) or refresh(order, money=not (ONE_EVENT and is_refund))
    except stripe.InvalidRequestError as error:
        if error.http_status != 404:
            raise
        return 200, {}  # it is about nothing that this shop has
    except stripe.StripeError:
        if MISTAKE == "acknowledge_failures":
            return 200, {}
        raise
    return 200, {}


def mistaken(event, order):
    """Does what the mistake does instead of `refresh`; returns whether it did."""
    kind, thing = event["type"], event["data"]["object"]
    if MISTAKE in ("no_dedupe", "dedupe_by_event_id_only") and kind == "payment_intent.succeeded":
        order["paid"] = thing["amount_received"]
        order["fulfilled"] += 1
        return True
    if MISTAKE == "complete_is_paid" and kind == "checkout.session.completed":
        order["paid"], order["fulfilled"] = thing["amount_total"], 1
        return True
    if MISTAKE == "failed_is_final" and (order.get("failed") or kind == "payment_intent.payment_failed"):
        order["failed"] = order["canceled"] = 1
        return True
    if MISTAKE == "last_event_wins" and thing["object"] == "payment_intent":
        order["paid"] = thing["amount_received"]
        order["fulfilled"] = max(order["fulfilled"], int(order["paid"] > 0))
        return True
    if MISTAKE == "no_signature" and kind in ("payment_intent.succeeded", "checkout.session.completed"):
        order["paid"] = thing.get("amount_received") or thing.get("amount_total") or 0
        return True
    if MISTAKE == "void_is_refund" and kind == "charge.refunded" and not thing["captured"]:
        order["taken_for_refund"] = thing["amount_refunded"]
    if MISTAKE == "remainder_is_refund" and kind == "charge.captured":
        order["taken_for_refund"] = thing["amount"] - thing["amount_captured"]
    if MISTAKE == "add_up_refunds":
        is_back = kind == "refund.failed" or kind == "refund.updated" and thing["status"] == "canceled"
        order["refunded"] += thing["amount"] if kind == "refund.created" else -thing["amount"] if is_back else 0
    return False


# --- HTTP ---

STARTS = {"/checkout": start_checkout, "/hold": start_hold, "/direct": start_direct}
STAFF = {"capture": capture, "cancel": cancel, "refund": refund}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body leave in one packet

    def answer(self, work):
        try:
            status, body = work()
        except stripe.StripeError as error:
            status, body = 503, {"error": str(error)}
        except Exception as error:  # a mistake of this program: the delivery is retried
            status, body = 500, {"error": repr(error)}
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def do_GET(self):
        url = urlparse(self.path)
        if url.path.startswith("/books/"):
            order = ORDERS.get(url.path.removeprefix("/books/"))
            fields = ("paid", "refunded", "fulfilled", "canceled")
            self.answer(lambda: (200, {field: order[field] for field in fields}) if order else (404, {}))
        elif url.path == "/return":
            self.answer(lambda: come_back(parse_qs(url.query)))
        else:
            self.answer(lambda: (404, {}))

    def do_POST(self):
        payload = self.rfile.read(int(self.headers.get("content-length", 0)))
        if self.path == "/webhook":
            self.answer(lambda: webhook(payload.decode(), self.headers.get("stripe-signature", "")))
            return
        body = json.loads(payload or b"{}")
        parts = self.path.strip("/").split("/")
        if self.path in STARTS:
            self.answer(lambda: STARTS[self.path](body))
        elif len(parts) == 3 and parts[0] == "orders" and parts[1] in ORDERS and parts[2] in STAFF:
            self.answer(lambda: STAFF[parts[2]](ORDERS[parts[1]], body))
        else:
            self.answer(lambda: (404, {}))

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    ThreadingHTTPServer.request_queue_size = 64
    ThreadingHTTPServer(("127.0.0.1", PORT), Handler).serve_forever()
