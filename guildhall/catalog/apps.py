"""The catalogue as a Django application."""

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    """Tiers, categories, kinds of job, rate cards, cities."""

    name = "guildhall.catalog"
    label = "catalog"
