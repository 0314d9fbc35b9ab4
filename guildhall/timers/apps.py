"""Timers as a Django application."""

from django.apps import AppConfig


class TimersConfig(AppConfig):
    """The clock and durable deadlines."""

    name = "guildhall.timers"
    label = "timers"
