"""The shared part of the pages as Django knows it."""

from django.apps import AppConfig


class PagesConfig(AppConfig):
    """No models."""

    name = "guildhall.web.pages"
    label = "pages"

    def ready(self) -> None:
        """Keep the templates as they are now; whatever is forked from this process has them too."""
        from guildhall.web.pages.loading import keep_templates

        keep_templates()
