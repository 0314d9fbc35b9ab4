"""The clock's edge for the sandbox: it exists in sandbox settings only, and answers this machine only."""

from datetime import timedelta

from django.db.models import Q
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods
from procrastinate.contrib.django.models import ProcrastinateJob

from guildhall.eventlog import queries as eventlog
from guildhall.kernel.refusals import Invalid, NotFound
from guildhall.timers import commands, queries
from guildhall.web.api.parsing import read_object
from guildhall.web.clients import client_address, is_loopback

_TRAVEL_SECONDS_MAX = 20 * 366 * 86_400


class BadOffset(Invalid):
    """The offset is not a number of seconds, or leads further ahead than twenty years."""

    code = "bad_offset"
    status = 400
    default_detail = 'Send {"offset_seconds": number}.'


@csrf_exempt
@require_http_methods(["GET", "POST"])
def clock(request: HttpRequest) -> HttpResponse:
    """Tell the clock's now, its next deadline and whether everything that was due is done; POST sets it ahead."""
    if not is_loopback(client_address(request)):
        raise NotFound
    if request.method == "POST":
        commands.travel_to(travelled=_offset(request.body))
    waiting = _waiting()
    due = queries.next_deadline()
    return JsonResponse(
        {
            "now": queries.clock_now().isoformat(),
            "offset_seconds": queries.travelled_seconds(),
            "next_deadline": due.isoformat() if due else None,
            "idle": not any(waiting.values()),
            "waiting": waiting,
        }
    )


def _offset(raw: bytes) -> timedelta:
    seconds = read_object(raw).get("offset_seconds")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= _TRAVEL_SECONDS_MAX:
        raise BadOffset
    return timedelta(seconds=seconds)


def _waiting() -> dict[str, int]:
    """What is due and not done: deadlines passed, facts not delivered, jobs to do or being done."""
    is_due = Q(scheduled_at__isnull=True) | Q(scheduled_at__lte=Now())  # what is tried again has a time of its own
    jobs = ProcrastinateJob.objects.filter(is_due, status__in=["todo", "doing"])
    return {"deadlines": queries.overdue(), "facts": eventlog.waiting(), "jobs": jobs.count()}
