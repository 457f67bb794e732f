"""What the flows share: the server under test, a webhook endpoint, and a way to say what went wrong."""

import http.server
import os
import threading
import time
import traceback

import stripe

BASE = os.environ["HOLDFAST_URL"]
KEY = os.environ["HOLDFAST_KEY"]
OTHER_KEY = os.environ["HOLDFAST_OTHER_KEY"]

stripe.api_key = KEY
stripe.api_base = BASE
# Retries of its own, as merchants use it: the server must be safe under them.
stripe.max_network_retries = 2

FLOWS = []


def flow(rules):
    """Marks a function as a flow that shows the named rules."""

    def mark(function):
        FLOWS.append((function.__name__, rules, function))
        return function

    return mark


def raises(kind, **wanted):
    """A context that must end with an exception of `kind` whose attributes are as wanted."""

    class Expect:
        error = None

        def __enter__(self):
            return self

        def __exit__(self, _, error, __):
            assert error is not None, f"no {kind.__name__} was raised"
            if type(error) is not kind:
                return False
            self.error = error
            for name, value in wanted.items():
                found = getattr(error, name)
                assert found == value, f"{name} is {found!r}, not {value!r}: {error}"
            return True

    return Expect()


def helper(path, account=None, **params):
    """One of the server's own test helpers."""
    client = stripe.StripeClient(KEY, base_addresses={"api": BASE}, stripe_account=account)
    return client.raw_request("post", f"/v1/test_helpers/{path}", **params).data


def advance(seconds):
    return helper("clock/advance", seconds=seconds)


DAY = 86_400


def held(amount=1000, card="pm_card_visa", **more):
    """A payment authorized and not captured, with multicapture asked for."""
    return stripe.PaymentIntent.create(
        amount=amount,
        currency="usd",
        payment_method=card,
        payment_method_types=["card"],
        payment_method_options={"card": {"request_multicapture": "if_available"}},
        capture_method="manual",
        confirm=True,
        expand=["latest_charge"],
        **more,
    )


def paid(amount=1000, **more):
    """A payment captured at once."""
    return stripe.PaymentIntent.create(
        **{
            "amount": amount,
            "currency": "usd",
            "payment_method": "pm_card_visa",
            "payment_method_types": ["card"],
            "capture_method": "automatic",
            "confirm": True,
            **more,
        }
    )


def events_about(id):
    """The types of all events about an object, oldest first. A balance has no id."""
    events = stripe.Event.list(limit=100).auto_paging_iter()
    return [event.type for event in events if getattr(event.data.object, "id", None) == id][::-1]


class Endpoint:
    """A webhook endpoint on this machine that keeps what it gets and answers as told."""

    def __init__(self, statuses=()):
        self.got = []
        self.statuses = list(statuses)
        endpoint = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                endpoint.got.append((body, self.headers["stripe-signature"]))
                self.send_response(endpoint.statuses.pop(0) if endpoint.statuses else 200)
                self.send_header("location", "/elsewhere")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"

    def wait(self, count, seconds=10):
        end = time.monotonic() + seconds
        while len(self.got) < count:
            assert time.monotonic() < end, f"{len(self.got)} of {count} webhooks came within {seconds} s"
            time.sleep(0.02)
        return self.got

    def close(self):
        self.server.shutdown()


def run():
    """Runs every flow, says how each went, and answers how many failed."""
    failed = 0
    for name, rules, function in FLOWS:
        try:
            function()
            print(f"ok    {name} ({rules})")
        except Exception:
            failed += 1
            print(f"FAIL  {name} ({rules})")
            traceback.print_exc(limit=-2, chain=False)
    print(f"python stripe {stripe.VERSION}: {len(FLOWS) - failed} of {len(FLOWS)} flows")
    return failed
