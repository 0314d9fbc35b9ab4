"""Reviews as a Django application."""

from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    """Reviews both ways, hidden until both are in or the window ends."""

    name = "guildhall.reviews"
    label = "reviews"

    def ready(self) -> None:
        """Let the window's end and the facts of bookings find their handlers."""
        from guildhall.reviews import deadlines, handlers  # noqa: F401 - importing registers them
