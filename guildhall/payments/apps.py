"""Payments as a Django application."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """The ledger, authorizations, transfers, payouts, and the calls to the vendor."""

    name = "guildhall.payments"
    label = "payments"

    def ready(self) -> None:
        """Declare the kinds of timers."""
        from guildhall.payments import deadlines  # noqa: F401 - declares by being imported
