"""Credentialing as a Django application."""

from django.apps import AppConfig


class CredentialingConfig(AppConfig):
    """Who holds the right to work, and until when."""

    name = "guildhall.credentialing"
    label = "credentialing"
