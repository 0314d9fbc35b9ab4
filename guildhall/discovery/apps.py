"""Discovery as a Django application."""

from django.apps import AppConfig


class DiscoveryConfig(AppConfig):
    """The reach index, search, candidates."""

    name = "guildhall.discovery"
    label = "discovery"
