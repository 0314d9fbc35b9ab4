"""Under load the worker does first what a booking waits for. Offers are not kept waiting by it: they have slots of their own."""

from uuid import UUID

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from guildhall.notifications import queueing
from guildhall.notifications.queueing import Waiting
from guildhall.payments import inbox, intents

pytestmark = pytest.mark.django_db


def test_calls_to_the_payment_vendor_and_its_events_go_before_mails() -> None:
    """The urgent mail came first and is done last."""
    queueing.defer([Waiting(UUID(int=1), is_time_critical=True)])
    inbox.defer_hearing(1)
    intents.defer(UUID(int=2))

    order = ProcrastinateJob.objects.order_by("-priority", "id").values_list("task_name", flat=True)

    assert list(order) == ["payments.hear", "payments.perform", "notifications.send"]
