"""The calendar as a Django application."""

from django.apps import AppConfig


class SchedulingConfig(AppConfig):
    """Reservations, time off, working hours."""

    name = "guildhall.scheduling"
    label = "scheduling"
