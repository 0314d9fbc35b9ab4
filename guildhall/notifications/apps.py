"""Notifications as a Django application."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """Messages to people: who is told of what, when, and by which channel."""

    name = "guildhall.notifications"
    label = "notifications"

    def ready(self) -> None:
        """Declare the handlers and the timer."""
        from guildhall.notifications import deadlines, handlers  # noqa: F401 - importing registers them
        from guildhall.notifications.feed import handlers as feed  # noqa: F401 - likewise
