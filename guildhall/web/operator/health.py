"""How the system is: who is connected, what waits in queues and at deadlines, what failed and can be tried again."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe
from procrastinate.contrib.django import app as jobs
from procrastinate.contrib.django.models import ProcrastinateJob

from guildhall.eventlog import queries as eventlog
from guildhall.identity.types import Scope
from guildhall.kernel.refusals import NotFound
from guildhall.notifications.queries import counts as message_counts
from guildhall.timers import commands as timer_commands
from guildhall.timers import queries as timers
from guildhall.web.operator.returning import done, done_words
from guildhall.web.signin.access import PageRequest, needs_scope

_SHOWN = 50
_ROLES = ("web", "worker", "dispatcher", "sequencer", "subscriber", "listener", "realtime")


@dataclass(frozen=True)
class Seen:
    """A role of the system with its connections to the database, or none."""

    name: str
    connections: int
    since: datetime | None


@dataclass(frozen=True)
class Lane:
    """A queue of jobs, counted by state."""

    name: str
    todo: int
    doing: int
    failed: int


@require_safe
@needs_scope(Scope.SUPPORT, Scope.FINANCE)
def page(request: PageRequest) -> HttpResponse:
    """Take the pulse."""
    at = request.received_at
    context = {
        "section": "health",
        "back": "/ops/health",
        "roles": _roles(),
        "lanes": _lanes(),
        "failed_jobs": ProcrastinateJob.objects.filter(status="failed").order_by("-id")[:_SHOWN],
        "waiting_jobs": ProcrastinateJob.objects.filter(status="todo", scheduled_at__isnull=False).order_by(
            "scheduled_at"
        )[:_SHOWN],
        "next_deadline": timers.next_deadline(),
        "overdue": timers.overdue(),
        "due_soon": timers.due_before(at + timedelta(hours=1)),
        "parked_timers": timers.list_parked(limit=_SHOWN),
        "lag": eventlog.lag(),
        "facts_waiting": eventlog.waiting(),
        "parked_facts": eventlog.list_parked(limit=_SHOWN),
        "seal": eventlog.last_seal(),
        "messages": message_counts(),
        "done": done_words(request),
    }
    return render(request, "operator/health.html", context)


def _roles() -> list[Seen]:
    """Say who is connected, by the names that roles give their connections."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select split_part(application_name, ' ', 1), count(*), min(backend_start) from pg_stat_activity
            where datname = current_database() and application_name <> '' group by 1
            """
        )
        found = {name: Seen(name, count, since) for name, count, since in cursor.fetchall()}
    known = [found.pop(name, Seen(name, 0, None)) for name in _ROLES]
    return known + sorted(found.values(), key=lambda seen: seen.name)


def _lanes() -> list[Lane]:
    rows = (
        ProcrastinateJob.objects.filter(status__in=["todo", "doing", "failed"])
        .values_list("queue_name", "status")
        .annotate(jobs=Count("id"))
    )
    found: dict[str, dict[str, int]] = {}
    for name, status, count in rows:
        found.setdefault(name, {})[status] = count
    return [
        Lane(name, states.get("todo", 0), states.get("doing", 0), states.get("failed", 0))
        for name, states in sorted(found.items())
    ]


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
