"""The inbox of the vendor's events."""

from procrastinate.contrib.django import app as jobs

BEFORE_MAILS = 20
"""The priority of what a booking waits for: under load, mail about it would otherwise keep the booking itself waiting."""


def defer_hearing(heard_id: int, *, after_seconds: int = 0) -> None:
    """Have the worker read again what an event named."""
    job = jobs.configure_task(
        "payments.hear",
        lock=f"heard:{heard_id}",
        priority=BEFORE_MAILS,
        schedule_in={"seconds": after_seconds} if after_seconds else None,
    )
    job.defer(heard_id=heard_id)
