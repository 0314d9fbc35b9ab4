"""What asking for work is, as a Django application: it has templates."""

from django.apps import AppConfig


class AskingConfig(AppConfig):
    """Parts of pages about a request, for the public pages and the customer's."""

    name = "guildhall.web.asking"
    label = "asking"
