"""Browser sign-in as a Django application: it has templates."""

from django.apps import AppConfig


class SignInConfig(AppConfig):
    """What the three applications share about their accounts."""

    name = "guildhall.web.signin"
    label = "signin"
