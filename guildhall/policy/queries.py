"""Reading policies and stop switches."""

from django.db import connection

from guildhall.kernel.refusals import NotFound
from guildhall.policy.cache import current
from guildhall.policy.models import Document, Pause
from guildhall.policy.types import POLICIES, P, PauseCard, VersionCard


class NoSuchVersion(NotFound):
    """The policy never had this version."""

    default_detail = "This policy never had that version."


def get(kind: type[P]) -> P:
    """Give the policy in force (at most a second old, and always with what this transaction has set), or its defaults."""
    return current(kind)[1]


def current_version(kind: type[P]) -> int:
    """Give the version in force; 0 means that the defaults hold."""
    return current(kind)[0]


def get_version(kind: type[P], version: int) -> P:
    """
    Give a version as it was set; version 0 is the defaults.

    :raises NoSuchVersion: when there is none.
    """
    if version == 0:
        return kind()
    value = Document.objects.filter(name=kind.document, version=version).values_list("value", flat=True).first()
    if value is None:
        raise NoSuchVersion
    return kind.model_validate(value)


def history(kind: type[P], limit: int = 100) -> list[VersionCard]:
    """Give the versions that were set, newest first."""
    return [
        VersionCard(
            document=row.name,
            version=row.version,
            value=POLICIES[row.name].model_validate(row.value),
            reason=row.reason,
            set_by=row.set_by,
            set_at=row.set_at,
        )
        for row in Document.objects.filter(name=kind.document).order_by("-version")[:limit]
    ]


def is_paused(what: str, city: str) -> bool:
    """Say whether `what` is stopped in a city, by its own switch or the one for every city."""
    with connection.cursor() as cursor:
        cursor.execute("select policy.is_paused(%s, %s)", [what, city])
        return bool(cursor.fetchone()[0])


def pauses() -> list[PauseCard]:
    """Give the switches that are thrown now, the oldest first."""
    return [
        PauseCard(
            id=row.id,
            what=row.what,
            city=row.city,
            reason=row.reason,
            paused_by=row.paused_by,
            paused_at=row.paused_at,
        )
        for row in Pause.objects.filter(resumed_at=None).order_by("paused_at", "id")
    ]
