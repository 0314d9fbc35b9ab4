"""Bookings as a Django application."""

from django.apps import AppConfig


class BookingsConfig(AppConfig):
    """From request to closed."""

    name = "guildhall.bookings"
    label = "bookings"

    def ready(self) -> None:
        """Let deadlines and facts from below find their handlers."""
        from guildhall.bookings import deadlines, handlers  # noqa: F401
