"""How the system is: who is connected, what waits in queues and at deadlines, what failed and can be tried again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

from django.db import connection
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe
from procrastinate.contrib.django import app as jobs
from procrastinate.contrib.django.models import ProcrastinateJob

from guildhall.eventlog import queries as eventlog
from guildhall.eventlog.types import Lag
from guildhall.identity.types import Scope
from guildhall.kernel.refusals import NotFound
from guildhall.notifications.queries import count_queued
from guildhall.notifications.queries import counts as count_messages
from guildhall.timers import commands as timer_commands
from guildhall.timers import queries as timers
from guildhall.web.operator.health_words import OTHER, QUEUES, ROLES, SUBSCRIPTIONS, TASKS, TIMERS, Thing
from guildhall.web.operator.returning import done, done_words
from guildhall.web.signin.access import PageRequest, asks_by_itself, needs_scope

_SHOWN = 50
_BEHIND_MANY = 1_000
_MARK_BYTES = 8


@dataclass(frozen=True)
class Pulse:
    """A part of the system as it is now: what that means for people, and its technical name with `figures` for whoever reads the log."""

    key: str
    name: str | Promise
    says: str | Promise
    label: str
    look: str
    figures: str
    since: datetime | None = None
    href: str = ""


@require_safe
@needs_scope(Scope.SUPPORT, Scope.FINANCE)
def page(request: PageRequest) -> HttpResponse:
    """Take the pulse."""
    messages = count_messages()
    context = {
        **_pulse(request),
        "section": "health",
        "messages": messages,
        "queued": messages.queued,
        "done": done_words(request),
    }
    return render(request, "operator/health.html", context)


@require_safe
@needs_scope(Scope.SUPPORT, Scope.FINANCE)
@asks_by_itself
def live(request: PageRequest) -> HttpResponse:
    """Take the pulse of what changes all the time; what needs somebody comes with it when it is another than what is shown (`mark`)."""
    found = _pulse(request)
    is_anew = found["needs_mark"] != request.GET.get("mark")
    context = {**found, "queued": count_queued(), "is_anew": is_anew}
    return render(request, "operator/parts/health_live.html", context)


def _pulse(request: PageRequest) -> dict[str, Any]:
    at, roles = request.received_at, _roles()
    failed = _jobs("-id", status="failed")
    waiting = _jobs("scheduled_at", status="todo", scheduled_at__isnull=False)
    facts, deadlines = eventlog.list_parked(limit=_SHOWN), timers.list_parked(limit=_SHOWN)
    needs = _needs(roles, facts=len(facts), deadlines=len(deadlines), jobs=len(failed))
    return {
        "back": "/ops/health",
        "needs_mark": _mark(needs, facts, deadlines, failed, waiting),
        "needs": needs,
        "parts": [
            (_("What runs"), roles),
            (_("Next steps"), _subscriptions()),
            (_("What waits in line"), _queues()),
        ],
        "failed_jobs": [(job, TASKS.get(job.task_name, "")) for job in failed],
        "waiting_jobs": [(job, TASKS.get(job.task_name, "")) for job in waiting],
        "next_deadline": timers.next_deadline(),
        "overdue": timers.overdue(),
        "due_soon": timers.due_before(at + timedelta(hours=1)),
        "parked_timers": [(timer, TIMERS.get(timer.kind)) for timer in deadlines],
        "facts_waiting": eventlog.waiting(),
        "parked_facts": facts,
        "seal": eventlog.last_seal(),
    }


def _mark(needs: Sequence[str], *lists: Sequence[Any]) -> str:
    """Say what is another when somebody has to look at something else: each thing by its id and how often it was tried."""
    shown = "; ".join([*needs, *(" ".join(f"{one.id}:{one.attempts}" for one in things) for things in lists)])
    return blake2b(shown.encode(), digest_size=_MARK_BYTES).hexdigest()


def _jobs(order: str, **wanted: object) -> list[ProcrastinateJob]:
    return list(ProcrastinateJob.objects.filter(**wanted).order_by(order)[:_SHOWN])


def _needs(roles: Sequence[Pulse], *, facts: int, deadlines: int, jobs: int) -> list[str]:
    """Say what somebody has to look at, a sentence each."""
    away = [str(role.name) for role in roles if role.look == "danger"]
    found = [_("Does not run: %(names)s.") % {"names": ", ".join(away)}] if away else []
    if facts:
        found.append(
            ngettext("%(number)d next step is stuck.", "%(number)d next steps are stuck.", facts) % {"number": facts}
        )
    if deadlines:
        words = ngettext("%(number)d deadline had no effect.", "%(number)d deadlines had no effect.", deadlines)
        found.append(words % {"number": deadlines})
    if jobs:
        found.append(ngettext("%(number)d job has failed.", "%(number)d jobs have failed.", jobs) % {"number": jobs})
    return found


def _roles() -> list[Pulse]:
    """Say who is connected, by the names that roles give their connections."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select split_part(application_name, ' ', 1), count(*), min(backend_start) from pg_stat_activity
            where datname = current_database() and application_name <> '' group by 1
            """
        )
        found = {name: (count, since) for name, count, since in cursor.fetchall()}
    # One process may be all roles at once; what it does not name apart is done by it too.
    everything = found.pop("all", None)
    known = [_role(name, thing, found.pop(name, everything)) for name, thing in ROLES.items()]
    return known + [_role(name, OTHER, seen) for name, seen in sorted(found.items())]


def _role(name: str, thing: Thing, seen: tuple[int, datetime] | None) -> Pulse:
    if seen is None:
        return Pulse(name, thing.name, thing.without, _("Not seen"), "danger", "")
    figures = ngettext("%(number)d connection", "%(number)d connections", seen[0]) % {"number": seen[0]}
    return Pulse(name, thing.name, thing.does, _("Runs"), "success", figures, since=seen[1])


def _subscriptions() -> list[Pulse]:
    return [_subscription(one, SUBSCRIPTIONS.get(one.subscription, Thing(one.subscription))) for one in eventlog.lag()]


def _subscription(one: Lag, thing: Thing) -> Pulse:
    figures = _("position %(number)d") % {"number": one.position}
    if one.parked:
        label = _("%(number)d stuck") % {"number": one.parked}
        return Pulse(one.subscription, thing.name, thing.without, label, "danger", figures, href="#parked")
    if one.behind:
        label = _("%(number)d to do") % {"number": one.behind}
        is_late = one.behind >= _BEHIND_MANY
        return Pulse(
            one.subscription,
            thing.name,
            thing.without if is_late else thing.does,
            label,
            "warning" if is_late else "",
            figures,
        )
    return Pulse(one.subscription, thing.name, thing.does, _("Up to date"), "success", figures)


def _queues() -> list[Pulse]:
    """Count the jobs that wait, run and have failed."""
    rows = (
        ProcrastinateJob.objects.filter(status__in=["todo", "doing", "failed"])
        .values_list("queue_name", "status")
        .annotate(jobs=Count("id"))
    )
    found: dict[str, dict[str, int]] = {name: {} for name in QUEUES}
    for name, status, count in rows:
        found.setdefault(name, {})[status] = count
    return [_queue(name, states) for name, states in found.items()]


def _queue(name: str, states: Mapping[str, int]) -> Pulse:
    thing = QUEUES.get(name, Thing(name))
    figures = _("%(number)d running") % {"number": states.get("doing", 0)}
    if failed := states.get("failed", 0):
        label = _("%(number)d failed") % {"number": failed}
        return Pulse(name, thing.name, thing.does, label, "danger", figures, href="#jobs")
    waiting = states.get("todo", 0)
    label = _("%(number)d waiting") % {"number": waiting} if waiting else _("Empty")
    return Pulse(name, thing.name, thing.does, label, "", figures)


@require_POST
@needs_scope(Scope.SUPPORT)
def retry_job(request: PageRequest, job_id: int) -> HttpResponse:
    """Run a failed job again."""
    _require_job(job_id, "failed")
    jobs.job_manager.retry_job_by_id(job_id, retry_at=timezone.now())
    return done(request, "job-retried", home="/ops/health")


@require_POST
@needs_scope(Scope.SUPPORT)
def cancel_job(request: PageRequest, job_id: int) -> HttpResponse:
    """Take a job that waits out of its queue."""
    _require_job(job_id, "todo")
    jobs.job_manager.cancel_job_by_id(job_id)
    return done(request, "job-cancelled", home="/ops/health")


@require_POST
@needs_scope(Scope.SUPPORT)
def retry_timer(request: PageRequest, timer_id: int) -> HttpResponse:
    """Let a deadline that failed for good fire again."""
    if timer_id not in {timer.id for timer in timers.list_parked(limit=_SHOWN)}:
        raise NotFound
    timer_commands.retry_parked(timer_id=timer_id, at=request.received_at)
    return done(request, "retry", home="/ops/health")


def _require_job(job_id: int, status: str) -> None:
    if not ProcrastinateJob.objects.filter(id=job_id, status=status).exists():
        raise NotFound
