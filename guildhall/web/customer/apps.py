"""The customer's application as a Django application: it has templates."""

from django.apps import AppConfig


class CustomerPagesConfig(AppConfig):
    """The customer's application, under /my/."""

    name = "guildhall.web.customer"
    label = "customer_pages"
