"""The operator's application as a Django application: it has templates."""

from django.apps import AppConfig


class OperatorPagesConfig(AppConfig):
    """The operator's application, under /ops/."""

    name = "guildhall.web.operator"
    label = "operator_pages"
