"""Timers as a Django application."""

from django.apps import AppConfig
from django.db.backends.signals import connection_created

from guildhall.kernel.moments import read_quickly


class TimersConfig(AppConfig):
    """The clock and durable deadlines."""

    name = "guildhall.timers"
    label = "timers"

    def ready(self) -> None:
        """Read moments quickly on every connection."""
        connection_created.connect(read_quickly, dispatch_uid="moments")
