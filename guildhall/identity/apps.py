"""Identity as a Django application."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    """Accounts, sign-in, one-time codes, roles, scopes, consent."""

    name = "guildhall.identity"
    label = "identity"
