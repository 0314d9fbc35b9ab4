"""The API as a Django application: it keeps idempotency keys."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """REST for the three applications and for others' programs."""

    name = "guildhall.web.api"
    label = "api"
