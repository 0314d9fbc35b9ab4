"""Counting tries, atomically, in real time: a travelling clock must not open a lock."""

from dataclasses import dataclass

from django.db import connection

from guildhall.identity import keys
from guildhall.kernel.refusals import Refused


class TooManyTries(Refused):
    """Too many tries in a short time. `retry_after` says after how many seconds the next is looked at."""

    code = "too_many_tries"
    status = 429
    default_detail = "Too many tries. Wait a while, then try again."


@dataclass(frozen=True)
class Limit:
    """At most `tries` of a kind within `seconds`."""

    kind: str
    tries: int
    seconds: int


def count_try(limit: Limit, of: str) -> int:
    """
    Count one try of somebody; says how many seconds they must wait, 0 when this try is within the limit.

    The caller commits it whatever becomes of the try.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            insert into identity_throttle as t (kind, key, began_at, tries) values (%(kind)s, %(key)s, now(), 1)
            on conflict (kind, key) do update set
              tries = case when t.began_at <= now() - make_interval(secs => %(seconds)s) then 1 else t.tries + 1 end,
              began_at = case when t.began_at <= now() - make_interval(secs => %(seconds)s) then now() else t.began_at end
            returning tries, ceil(extract(epoch from began_at - now()) + %(seconds)s)::int
            """,
            {"kind": limit.kind, "key": _key(limit, of), "seconds": limit.seconds},
        )
        tries, wait = cursor.fetchone()
    return max(int(wait), 1) if tries > limit.tries else 0


def forgive_try(limit: Limit, of: str) -> None:
    """Take one counted try back: it was no attack."""
    with connection.cursor() as cursor:
        cursor.execute(
            "update identity_throttle set tries = tries - 1 where kind = %s and key = %s and tries > 0",
            [limit.kind, _key(limit, of)],
        )


def forget_tries(limit: Limit, of: str) -> None:
    """Begin again at none."""
    with connection.cursor() as cursor:
        cursor.execute("delete from identity_throttle where kind = %s and key = %s", [limit.kind, _key(limit, of)])


def _key(limit: Limit, of: str) -> str:
    return keys.digest(f"throttle:{limit.kind}", of).hex()
