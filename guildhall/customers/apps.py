"""Customers as a Django application."""

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    """Kind, addresses, the card on file, favourites, blocked pairs."""

    name = "guildhall.customers"
    label = "customers"
