"""Media as a Django application."""

from django.apps import AppConfig


class MediaConfig(AppConfig):
    """Pictures and their renditions."""

    name = "guildhall.media"
    label = "media"
