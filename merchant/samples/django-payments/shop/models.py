"""The payment model of a shop on django-payments, as its manual shows it."""

from decimal import Decimal

from django.db import models
from payments import PurchasedItem
from payments.models import BasePayment


class Payment(BasePayment):
    order = models.CharField(max_length=100, unique=True)
    fulfilled = models.IntegerField(default=0)
    was_confirmed = models.BooleanField(default=False)

    def get_failure_url(self):
        return f"http://127.0.0.1:{self.port}/return?order={self.order}"

    def get_success_url(self):
        return f"http://127.0.0.1:{self.port}/return?order={self.order}"

    def get_purchased_items(self):
        yield PurchasedItem(name="T-shirt", sku="1", quantity=1, price=Decimal(self.total), currency=self.currency)
