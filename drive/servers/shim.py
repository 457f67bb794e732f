"""A starter shim: a payment engine of any kind behind the driving contract, with Python's standard library alone.

    python shim.py PORT          serves the small engine below, on the loopback interface
Copy this file, replace `Engine` by calls of your engine, and drive it. The contract is docs/src/driving-contract.md.
"""

import json
import sys
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

DECLINES = {"pm_card_visa_chargeDeclined": "generic_decline"}
METHODS = {"pm_card_visa", *DECLINES}

class Refused(Exception):
    """The engine refuses: HTTP status, type, code and parameter of the answer."""
    def __init__(self, code=None, param=None, status=400, kind="invalid_request_error", **more):
        self.status, self.body = status, {"type": kind, "code": code, "param": param, "message": str(code), **more}


class Engine:
    """A small engine. Amounts are integers in the smallest unit; each method returns nothing or raises `Refused`."""
    def __init__(self):
        self.payments = {}
    def create(self, id, amount, currency, manual):
        self.payments[id] = dict(status="requires_payment_method", amount=amount, manual=manual, held=0, received=0, refunded=0)
    def need(self, it, *statuses):
        if it["status"] not in statuses:
            raise Refused("payment_intent_unexpected_state")
    def confirm(self, id, declines):
        it = self.payments[id]
        self.need(it, "requires_payment_method")
        if declines:
            raise Refused("card_declined", status=402, kind="card_error", decline_code=declines)
        it.update(**{"status": "requires_capture", "held": it["amount"]} if it["manual"] else {"status": "succeeded", "received": it["amount"]})
    def capture(self, id, amount):
        it = self.payments[id]
        self.need(it, "requires_capture")
        amount = it["held"] if amount is None else amount
        if not 1 <= amount <= it["held"]:
            raise Refused(*(("parameter_invalid_integer", "amount") if amount < 1 else ("amount_too_large", "amount_to_capture")))
        it.update(status="succeeded", received=amount, held=0)
    def cancel(self, id):
        self.need(self.payments[id], "requires_payment_method", "requires_capture")
        self.payments[id].update(status="canceled", held=0)
    def refund(self, id, amount):
        it = self.payments[id]
        left = it["received"] - it["refunded"]
        if amount is not None and amount < 1:
            raise Refused("parameter_invalid_integer", "amount")
        if it["status"] != "succeeded" or left == 0:
            raise Refused("charge_already_refunded" if it["status"] == "succeeded" else None)
        if (amount or 0) > left:
            raise Refused(None, "amount")
        it["refunded"] += amount or left
        return amount or left
    def show(self, id):
        """Returns status, amount held, amount received and amount refunded."""
        return tuple(self.payments[id][name] for name in ("status", "held", "received", "refunded"))


class Shim:
    """The contract's requests, in terms of an engine. Fields that it does not show are declared as absent."""
    absent = ["payment_intent.last_payment_error", "payment_intent.last_payment_error.code", "Idempotency-Key",
              "charge.balance_transaction"]

    def __init__(self, engine, absent):
        self.engine, self.known, self.refunds, self.count = engine, {}, {}, 0
        self.absent, self.lock = self.absent + list(absent), threading.Lock()

    def name(self, kind):
        self.count += 1
        return f"{kind}_{self.count:08d}ShimA1"
    def amount(self, form, name):
        return int(form[name]) if name in form else None
    def only(self, form, *names):
        for name in form:
            if name.split("[")[0] not in {"expand", *names}:
                raise Refused("parameter_unknown", name)

    def shown(self, id):
        it = self.known[id]
        status, held, received, refunded = self.engine.show(id)
        if status == "requires_payment_method" and it["method"] and not it["failed"]:
            status = "requires_confirmation"
        charge = None
        if it["charge"]:
            released = status == "canceled" and not it["failed"]
            captured = not (it["failed"] or released or status == "requires_capture")
            charge = {"id": it["charge"], "object": "charge", "amount": it["amount"], "currency": it["currency"], "amount_captured": received,
                      "amount_refunded": it["amount"] if released else refunded, "captured": captured,
                      "refunded": released or received > 0 and refunded == received, "status": "failed" if it["failed"] else "succeeded"}
        return {"id": id, "object": "payment_intent", "status": status, "amount": it["amount"], "currency": it["currency"],
                "amount_capturable": held, "amount_received": received, "capture_method": it["capture"], "confirmation_method": "automatic",
                "cancellation_reason": it["reason"], "payment_method": it["method"], "latest_charge": charge, "next_action": None}

    def create(self, form):
        amount = self.amount(form, "amount")
        if amount is None or not 50 <= amount <= 99999999:
            raise Refused("parameter_invalid_integer" if (amount or 0) < 1 else "amount_too_small" if amount < 50 else "amount_too_large", "amount")
        if form.get("currency") not in ("usd", "eur"):
            raise Refused(None, "currency")
        self.only(form, "amount", "currency", "confirm", "payment_method", "capture_method", "payment_method_types")
        id, method, capture = self.name("pi"), self.method(form), form.get("capture_method", "automatic_async")
        self.engine.create(id, amount, form["currency"], capture == "manual")
        self.known[id] = dict(amount=amount, currency=form["currency"], capture=capture, method=method, charge=None, failed=False, reason=None)
        return self.confirm(id, {}) if form.get("confirm") == "true" else self.shown(id)
    def method(self, form):
        if form.get("payment_method", "pm_card_visa") not in METHODS:
            raise Refused("resource_missing", "payment_method", 404)
        return form.get("payment_method")
    def confirm(self, id, form):
        self.only(form, "payment_method")
        it = self.known[id]
        method = self.method(form) or it["method"]
        if method is None and self.engine.show(id)[0] == "requires_payment_method":
            raise Refused("payment_intent_unexpected_state")
        try:
            self.engine.confirm(id, DECLINES.get(method))
        except Refused as refused:
            if refused.status == 402:
                it.update(failed=True, method=None, charge=self.name("ch"))
                refused.body["payment_intent"] = self.shown(id)
            raise
        it.update(failed=False, method=method, charge=self.name("ch"))
        return self.shown(id)
    def act(self, id, verb, form):
        if id not in self.known:
            raise Refused("resource_missing", "intent", 404)
        if verb == "confirm":
            return self.confirm(id, form)
        self.only(form, "amount_to_capture" if verb == "capture" else "cancellation_reason")
        if form.get("amount_to_capture", "").startswith("-"):
            raise Refused(None, "amount_to_capture")
        if verb == "capture":
            self.engine.capture(id, self.amount(form, "amount_to_capture"))
        else:
            if form.get("cancellation_reason", "duplicate") not in ("duplicate", "fraudulent", "requested_by_customer", "abandoned"):
                raise Refused(None, "cancellation_reason")
            self.engine.cancel(id)
            self.known[id]["reason"] = form.get("cancellation_reason")
        return self.shown(id)
    def refund(self, form):
        id = form.get("payment_intent")
        if id not in self.known:
            raise Refused("resource_missing", "payment_intent", 404)
        self.only(form, "payment_intent", "amount")
        name, amount = self.name("re"), self.engine.refund(id, self.amount(form, "amount"))
        self.refunds[name] = {"id": name, "object": "refund", "amount": amount, "status": "succeeded", "payment_intent": id}
        return self.refunds[name]
    def answer(self, verb, path, form):
        match (verb, path.strip("/").split("/")[1:]):
            case ("GET", ["holdfast"]):
                return {"absent": self.absent}
            case ("POST", ["payment_intents"]):
                return self.create(form)
            case ("GET", ["payment_intents", id]) if id in self.known:
                return self.shown(id)
            case ("POST", ["payment_intents", id, verb]) if verb in ("confirm", "capture", "cancel"):
                return self.act(id, verb, form)
            case ("POST", ["refunds"]):
                return self.refund(form)
            case ("GET", ["refunds"]):
                return {"object": "list", "data": [it for it in self.refunds.values() if it["payment_intent"] == form["payment_intent"]]}
        raise Refused(status=404)


def serve(engine, port, absent=()):
    shim = Shim(engine, absent)
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        def handle_any(self):
            target = urlsplit(self.path)
            text = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode() or target.query
            try:
                with shim.lock:
                    status, body = 200, shim.answer(self.command, target.path, dict(parse_qsl(text, keep_blank_values=True)))
            except Refused as refused:
                status, body = refused.status, {"error": refused.body}
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            with suppress(OSError):
                self.wfile.write(data)
        do_GET = do_POST = handle_any
        log_message = lambda self, *_: None  # noqa: E731

    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()


if __name__ == "__main__":
    serve(Engine(), int(sys.argv[1]))
