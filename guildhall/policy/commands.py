"""Setting policies and throwing stop switches."""

from datetime import datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db import connection, transaction
from pydantic import ValidationError

from guildhall.eventlog.commands import publish
from guildhall.kernel.actors import Actor
from guildhall.kernel.ids import new_id
from guildhall.kernel.refusals import Invalid, NotAllowed, Refused
from guildhall.policy.cache import DOCUMENTS
from guildhall.policy.events import PolicyChanged, SwitchPaused, SwitchResumed
from guildhall.policy.models import Document, Pause
from guildhall.policy.queries import current_version, get
from guildhall.policy.types import AUTHORIZATION_HOURS, SETTLING_HOURS, BookingPolicy, MoneyPolicy, Policy, Switch


class OutOfBounds(Invalid):
    """A field lies outside its bounds."""

    code = "policy_out_of_bounds"


class AuthorizationTooLong(Invalid):
    """With these hours an authorization would end before the money may be taken."""

    code = "authorization_too_long"
    default_detail = (
        "Authorizing %(authorize_hours_before)g h before the start, a job of up to %(job_hours)g h, %(contest_hours)g h to contest and "
        "%(settling_hours)g h to settle make %(hours)g h; a card is held for %(hours_max)g h, so the sum must stay below that."
    )


class AlreadyPaused(Refused):
    """The switch is thrown already."""

    code = "already_paused"
    default_detail = "This is paused already."


class NotPaused(Refused):
    """The switch is not thrown."""

    code = "not_paused"
    default_detail = "This is not paused."


@transaction.atomic
def set_policy(value: Policy, *, by: Actor, at: datetime, reason: str) -> int:
    """
    Put a policy in force and give its version. Earlier versions stay as they were.

    :raises NotAllowed: unless an operator or the system asks.
    :raises OutOfBounds: when a field lies outside its bounds, also in a copy made with `model_copy`.
    :raises AuthorizationTooLong: when cards could not be held until the hours are settled.
    """
    _allow(by)
    checked = _validated(value)
    # One writer at a time: rules across documents are checked against what the others have committed.
    _execute("select pg_advisory_xact_lock(hashtext('policy.set_policy'))")
    DOCUMENTS.distrust()
    _check_authorization(checked)
    version = current_version(type(checked)) + 1
    Document.objects.create(
        name=checked.document,
        version=version,
        value=checked.model_dump(mode="json"),
        reason=reason,
        set_by=str(by),
        set_at=at,
    )
    publish(
        PolicyChanged(aggregate_id=_document_id(checked.document), version=version, document=checked.document),
        by=by,
        at=at,
    )
    return version


@transaction.atomic
def pause(*, what: Switch, city: str, reason: str, by: Actor, at: datetime) -> UUID:
    """
    Stop matching, sending or payouts in a city, or in every city (`*`).

    :raises NotAllowed: unless an operator or the system asks.
    :raises AlreadyPaused: when exactly this switch is thrown.
    """
    _allow(by)
    row = Pause(id=new_id(), what=what, city=city, reason=reason, paused_by=str(by), paused_at=at)
    Pause.objects.bulk_create([row], ignore_conflicts=True)
    if not Pause.objects.filter(id=row.id).exists():
        raise AlreadyPaused
    publish(SwitchPaused(aggregate_id=row.id, version=1, what=what, city=city), by=by, at=at)
    return row.id


@transaction.atomic
def resume(*, what: Switch, city: str, by: Actor, at: datetime) -> None:
    """
    Let what was paused run again. A pause of every city is lifted by resuming `*`.

    :raises NotAllowed: unless an operator or the system asks.
    :raises NotPaused: when exactly this switch is not thrown.
    """
    _allow(by)
    row = Pause.objects.select_for_update().filter(what=what, city=city, resumed_at=None).first()
    if row is None:
        raise NotPaused
    Pause.objects.filter(id=row.id).update(resumed_at=at, resumed_by=str(by))
    publish(SwitchResumed(aggregate_id=row.id, version=2, what=what, city=city), by=by, at=at)


def _allow(by: Actor) -> None:
    if by.kind not in {"operator", "system"}:
        raise NotAllowed


def _validated(value: Policy) -> Policy:
    try:
        return type(value).model_validate(value.model_dump())
    except ValidationError as error:
        problems = [f"{'.'.join(map(str, each['loc'])) or value.document}: {each['msg']}" for each in error.errors()]
        raise OutOfBounds("; ".join(problems)) from error


def _check_authorization(value: Policy) -> None:
    money = value if isinstance(value, MoneyPolicy) else get(MoneyPolicy)
    booking = value if isinstance(value, BookingPolicy) else get(BookingPolicy)
    job_hours = booking.minutes_max / 60
    total = money.authorize_hours_before + job_hours + booking.contest_hours + SETTLING_HOURS
    if total >= AUTHORIZATION_HOURS:
        raise AuthorizationTooLong(
            authorize_hours_before=money.authorize_hours_before,
            job_hours=job_hours,
            contest_hours=booking.contest_hours,
            settling_hours=SETTLING_HOURS,
            hours=total,
            hours_max=AUTHORIZATION_HOURS,
        )


def _document_id(document: str) -> UUID:
    """Documents have names; the log wants an id, always the same for a name."""
    return uuid5(NAMESPACE_URL, f"guildhall:policy:{document}")


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
