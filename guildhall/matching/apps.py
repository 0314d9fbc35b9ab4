"""Matching as a Django application."""

from django.apps import AppConfig


class MatchingConfig(AppConfig):
    """Cascades, waves, offers, candidates."""

    name = "guildhall.matching"
    label = "matching"

    def ready(self) -> None:
        """Declare the sweeps and the handlers."""
        from guildhall.matching import handlers, sweeps  # noqa: F401 - importing registers them
