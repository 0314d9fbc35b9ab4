"""Providers as a Django application."""

from django.apps import AppConfig


class ProvidersConfig(AppConfig):
    """Profile, tier, listings, where and when they work, and their record."""

    name = "guildhall.providers"
    label = "providers"

    def ready(self) -> None:
        """Hear what happens below."""
        from guildhall.providers import handlers  # noqa: F401 - registers them
