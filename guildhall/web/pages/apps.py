"""The shared part of the pages as Django knows it."""

from django.apps import AppConfig


class PagesConfig(AppConfig):
    """No models."""

    name = "guildhall.web.pages"
    label = "pages"
