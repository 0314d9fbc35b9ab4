"""The event log as a Django application."""

from django.apps import AppConfig


class EventLogConfig(AppConfig):
    """Facts, the sequencer, subscriptions, seals."""

    name = "guildhall.eventlog"
    label = "eventlog"
