"""A shop on the public package django-payments and its Stripe provider, used as its manual says.

Nothing of the provider's handling is written here: sessions, webhooks, statuses and refunds are the package's. The shop
fulfills on the package's signal `status_changed`.
"""

import json
import os
import sys
import tempfile
from decimal import Decimal

try:
    import django
    import stripe
    import payments  # noqa: F401
except ImportError as error:
    print(f"a package is missing ({error}): pip install -r requirements.txt", file=sys.stderr)
    sys.exit(3)
from django.conf import settings

PORT = int(os.environ["PORT"])
folder = tempfile.mkdtemp()
settings.configure(
    ALLOWED_HOSTS=["*"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": f"{folder}/shop.db",
                           "OPTIONS": {"timeout": 20, "transaction_mode": "IMMEDIATE"}}},
    INSTALLED_APPS=["payments", "shop"],
    MIDDLEWARE=[],
    ROOT_URLCONF=__name__,
    SECRET_KEY="test",
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    PAYMENT_HOST=f"127.0.0.1:{PORT}",
    PAYMENT_USES_SSL=False,
    PAYMENT_MODEL="shop.Payment",
    PAYMENT_VARIANTS={"stripe": ("payments.stripe.StripeProviderV3", {
        "api_key": os.environ["STRIPE_SECRET_KEY"], "endpoint_secret": os.environ["STRIPE_WEBHOOK_SECRET"]})},
)
django.setup()
stripe.api_base = os.environ["STRIPE_API_BASE"]
if "RETRY_DELAY" in os.environ:
    from stripe._http_client import HTTPClient

    HTTPClient.INITIAL_DELAY = HTTPClient.MAX_DELAY = float(os.environ["RETRY_DELAY"])

from django.db import connection  # noqa: E402
from django.dispatch import receiver  # noqa: E402
from django.http import JsonResponse  # noqa: E402
from django.urls import include, path  # noqa: E402
from payments import PaymentError, PaymentStatus, RedirectNeeded  # noqa: E402
from payments.signals import status_changed  # noqa: E402
from shop.models import Payment  # noqa: E402

Payment.port = PORT


@receiver(status_changed)
def fulfill(sender, instance, **_):
    if instance.status == PaymentStatus.CONFIRMED:
        instance.fulfilled += 1
        instance.was_confirmed = True
        instance.save()


def checkout(request):
    body = json.loads(request.body)
    total = Decimal(body["amount"]) / 100
    payment, _ = Payment.objects.get_or_create(
        order=body["order"], defaults={"variant": "stripe", "total": total, "currency": body["currency"].upper()})
    try:
        payment.get_form()
    except RedirectNeeded as redirect:
        return JsonResponse({"url": str(redirect)})
    except PaymentError as error:
        return JsonResponse({"error": str(error)}, status=503)
    return JsonResponse({}, status=500)


def refund(request, order):
    payment = Payment.objects.get(order=order)
    try:
        payment.refund(Decimal(json.loads(request.body)["amount"]) / 100)
    except (PaymentError, ValueError) as error:
        return JsonResponse({"error": str(error)}, status=409)
    return JsonResponse({})


def books(request, order):
    payment = Payment.objects.filter(order=order).first()
    if payment is None:
        return JsonResponse({}, status=404)
    total, captured = int(payment.total * 100), int(payment.captured_amount * 100)
    paid = total if payment.was_confirmed else 0
    return JsonResponse({
        "paid": paid, "refunded": paid - captured if paid else 0, "fulfilled": payment.fulfilled,
        "canceled": int(payment.status == PaymentStatus.REJECTED),
    })


urlpatterns = [
    path("checkout", checkout),
    path("orders/<order>/refund", refund),
    path("books/<order>", books),
    path("return", lambda request: JsonResponse({})),
    path("payments/", include("payments.urls")),
]

if __name__ == "__main__":
    with connection.schema_editor() as editor:
        editor.create_model(Payment)
    from django.core.servers.basehttp import run
    from django.core.wsgi import get_wsgi_application

    sys.stderr = open(os.devnull, "w")
    run("127.0.0.1", PORT, get_wsgi_application(), threading=True)
