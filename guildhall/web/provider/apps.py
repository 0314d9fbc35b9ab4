"""The provider's application as a Django application: it has templates."""

from django.apps import AppConfig


class ProviderPagesConfig(AppConfig):
    """The provider's application, under /pro/."""

    name = "guildhall.web.provider"
    label = "provider_pages"
