"""When a provider works."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.transaction import atomic

from guildhall.kernel.actors import Actor
from guildhall.kernel.refusals import Invalid
from guildhall.providers import permissions, rules
from guildhall.providers.commands.reaching import tell_reach_changed
from guildhall.providers.models import Provider, WeeklyHours
from guildhall.providers.types import Hours

_NOTICE_MINUTES_MAX = 14 * 24 * 60
_JOBS_A_DAY_MAX = 48


class BadLimits(Invalid):
    """A notice of weeks, or a day of no jobs."""

    code = "bad_limits"
    default_detail = "Notice is up to 14 days, and a day has 1 to 48 jobs."


@atomic
def set_weekly_hours(*, provider_id: UUID, weekly: Sequence[Hours], by: Actor, at: datetime) -> None:
    """
    Say in which hours of a week a provider works, in the wall time of their zone, in place of those before.

    :raises BadHours: with a sentence that says what is wrong.
    :raises NotFound: no such provider, or another's.
    """
    permissions.require_own(provider_id, by)
    rules.check_week(weekly)
    Provider.locked(provider_id)
    WeeklyHours.objects.filter(provider_id=provider_id).delete()
    WeeklyHours.objects.bulk_create(
        WeeklyHours(provider_id=provider_id, weekday=hours.weekday, starts=hours.starts, ends=hours.ends)
        for hours in weekly
    )
    tell_reach_changed(provider_id, "hours", by=by, at=at)


@atomic
def set_limits(
    *, provider_id: UUID, minimum_notice_minutes: int, jobs_a_day_max: int | None, by: Actor, at: datetime
) -> None:
    """
    Say how long before its start a provider wants to know of a job, and how many they take a day (None: any number).

    :raises BadLimits: over 14 days, or not 1 to 48 jobs.
    :raises NotFound: no such provider, or another's.
    """
    permissions.require_own(provider_id, by)
    if not 0 <= minimum_notice_minutes <= _NOTICE_MINUTES_MAX:
        raise BadLimits
    if jobs_a_day_max is not None and not 1 <= jobs_a_day_max <= _JOBS_A_DAY_MAX:
        raise BadLimits
    Provider.locked(provider_id)
    Provider.objects.filter(pk=provider_id).update(
        minimum_notice_minutes=minimum_notice_minutes, jobs_a_day_max=jobs_a_day_max
    )
    tell_reach_changed(provider_id, "limits", by=by, at=at)
