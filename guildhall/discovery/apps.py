"""Discovery as a Django application."""

from django.apps import AppConfig


class DiscoveryConfig(AppConfig):
    """The reach index, search, candidates."""

    name = "guildhall.discovery"
    label = "discovery"

    def ready(self) -> None:
        """Hear the facts that move providers in the index."""
        from guildhall.discovery import handlers  # noqa: F401
