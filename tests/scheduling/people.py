"""Providers whose calendars the tests fill."""

from datetime import UTC, datetime
from itertools import count
from uuid import UUID

from guildhall.providers.commands import register_provider

MONDAY_9AM = datetime(2026, 11, 2, 17, 0, tzinfo=UTC)
"""A Monday, nine in the morning in Los Angeles (standard time since the day before)."""
_numbers = count(1)


def provider(first_name: str = "Priya", *, at: datetime = MONDAY_9AM, time_zone: str = "America/Los_Angeles") -> UUID:
    """Register a provider."""
    number = next(_numbers)
    made = register_provider(
        email=f"{first_name.lower()}{number}@example.com",
        password="correct horse battery",
        first_name=first_name,
        last_name="Tester",
        phone_number=f"+1619555{number:04d}",
        time_zone=time_zone,
        at=at,
    )
    assert made.account_id is not None
    return made.account_id
