"""Serves django-payments behind the driving contract: its own payment model and its own dummy provider, with SQLite in
memory. Nothing of the package is changed; preauthorization is what the package's form does, `change_status`.

    python django_payments.py PORT          needs the package django-payments
"""

import sys
from decimal import Decimal

import django
from django.conf import settings

settings.configure(
    INSTALLED_APPS=["payments"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "file:shim?mode=memory&cache=shared"}},
    PAYMENT_HOST="localhost",
    PAYMENT_VARIANTS={"dummy": ("payments.dummy.DummyProvider", {})},
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
)
django.setup()

from django.db import connection  # noqa: E402
from payments import PaymentStatus  # noqa: E402
from payments.models import BasePayment  # noqa: E402
from shim import Refused, serve  # noqa: E402


class Payment(BasePayment):
    class Meta:
        app_label = "shim"


STATUSES = {
    PaymentStatus.WAITING: "requires_payment_method",
    PaymentStatus.PREAUTH: "requires_capture",
    PaymentStatus.CONFIRMED: "succeeded",
    PaymentStatus.REJECTED: "requires_payment_method",
    PaymentStatus.CANCELLED: "canceled",
}


class Engine:
    """django-payments; what it raises is a refusal."""

    def __init__(self):
        with connection.schema_editor() as editor:
            editor.create_model(Payment)
        self.keys, self.manual, self.received, self.released = {}, {}, {}, set()

    def payment(self, id):
        return Payment.objects.get(pk=self.keys[id])

    def create(self, id, amount, currency, manual):
        payment = Payment.objects.create(variant="dummy", total=Decimal(amount) / 100, currency=currency.upper())
        self.keys[id], self.manual[id], self.received[id] = payment.pk, manual, 0

    def confirm(self, id, declines):
        payment = self.payment(id)
        if payment.status not in (PaymentStatus.WAITING, PaymentStatus.REJECTED):
            raise Refused("payment_intent_unexpected_state")
        if declines:
            payment.change_status(PaymentStatus.REJECTED)
            raise Refused("card_declined", status=402, kind="card_error", decline_code=declines)
        payment.change_status(PaymentStatus.PREAUTH)
        if not self.manual[id]:
            self.capture(id, None)

    def call(self, function, *arguments):
        try:
            return function(*arguments)
        except ValueError as error:
            raise Refused("payment_intent_unexpected_state", message=str(error)) from error

    def capture(self, id, amount):
        payment = self.payment(id)
        self.call(payment.capture, None if amount is None else Decimal(amount) / 100)
        payment.save()
        self.received[id] = round(self.payment(id).captured_amount * 100)

    def cancel(self, id):
        payment = self.payment(id)
        if payment.status == PaymentStatus.PREAUTH:
            self.call(payment.release)
            self.released.add(id)
        else:
            self.call(payment.cancel)

    def refund(self, id, amount):
        payment = self.payment(id)
        before = payment.captured_amount
        self.call(payment.refund, before if amount is None else Decimal(amount) / 100)
        return round((before - self.payment(id).captured_amount) * 100)

    def show(self, id):
        payment = self.payment(id)
        status = STATUSES.get(payment.status, "succeeded")
        if id in self.released:
            status = "canceled"
        left, received = round(payment.captured_amount * 100), self.received[id]
        held = round(payment.total * 100) if status == "requires_capture" else 0
        return status, held, received, received - left


if __name__ == "__main__":
    # The package raises ValueError for every refusal.
    serve(Engine(), int(sys.argv[1]), ["error.code", "error.param"])
