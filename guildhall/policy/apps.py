"""Policy as a Django application."""

from django.apps import AppConfig


class PolicyConfig(AppConfig):
    """Versioned settings of the business, and stop switches."""

    name = "guildhall.policy"
    label = "policy"
