"""The one arrow of a reservation."""

from collections.abc import Collection

from guildhall.kernel.moves import Move
from guildhall.scheduling.types import ReservationStatus as S

RELEASE = Move("release", {S.ACTIVE}, S.RELEASED)

MACHINES: dict[str, Collection[Move]] = {"scheduling_reservation": [RELEASE]}
