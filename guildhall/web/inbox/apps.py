"""The inbox as a Django application: it has templates."""

from django.apps import AppConfig


class InboxConfig(AppConfig):
    """Pages of messages for the customer's and the provider's application."""

    name = "guildhall.web.inbox"
    label = "inbox"
