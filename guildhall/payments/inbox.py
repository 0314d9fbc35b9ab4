"""The inbox of the vendor's events."""

from procrastinate.contrib.django import app as jobs


def defer_hearing(heard_id: int, *, after_seconds: int = 0) -> None:
    """Have the worker read again what an event named."""
    job = jobs.configure_task(
        "payments.hear",
        lock=f"heard:{heard_id}",
        schedule_in={"seconds": after_seconds} if after_seconds else None,
    )
    job.defer(heard_id=heard_id)
