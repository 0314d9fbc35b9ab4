"""The machine of a booking, on one screen. The database's transition trigger is made from it."""

from guildhall.bookings.types import BookingStatus as S
from guildhall.kernel.moves import Move

AWAIT_MATCHING = Move("await_matching", {S.AWAITING_CARD}, S.WAITING)
START_MATCHING = Move("start_matching", {S.AWAITING_CARD, S.WAITING}, S.MATCHING)
WIDEN = Move("widen", {S.UNFILLED}, S.MATCHING)
WIDEN_WITH_CARD = Move("widen", {S.UNFILLED}, S.AWAITING_CARD)
_RESCHEDULABLE = frozenset({S.WAITING, S.MATCHING, S.UNFILLED, S.CONFIRMED})
RESCHEDULE_LATER = Move("reschedule", _RESCHEDULABLE, S.WAITING)
RESCHEDULE_NOW = Move("reschedule", _RESCHEDULABLE, S.MATCHING)
EXHAUST = Move("exhaust", {S.MATCHING}, S.UNFILLED)
CONFIRM = Move("confirm", {S.MATCHING, S.UNFILLED}, S.CONFIRMED)
WITHDRAW = Move("withdraw", {S.CONFIRMED, S.EN_ROUTE, S.ARRIVED}, S.MATCHING)
LEAVE = Move("leave", {S.CONFIRMED}, S.EN_ROUTE)
ARRIVE = Move("arrive", {S.EN_ROUTE}, S.ARRIVED)
START = Move("start", {S.ARRIVED}, S.IN_PROGRESS)
FINISH = Move("finish", {S.IN_PROGRESS}, S.COMPLETED)
MISS = Move("miss", {S.CONFIRMED, S.EN_ROUTE, S.ARRIVED}, S.UNRESOLVED)
FLAG = Move("flag", {S.COMPLETED}, S.UNRESOLVED)
CONTEST = Move("contest", {S.COMPLETED}, S.CONTESTED)
SETTLE = Move("settle", {S.COMPLETED}, S.SETTLED)
SETTLE_BY_DECISION = Move("settle", {S.CONTESTED, S.UNRESOLVED}, S.SETTLED)
CANCEL = Move(
    "cancel",
    {S.AWAITING_CARD, S.WAITING, S.MATCHING, S.UNFILLED, S.CONFIRMED, S.EN_ROUTE, S.ARRIVED},
    S.CANCELLED,
)
CANCEL_BY_DECISION = Move("cancel", {S.CONTESTED, S.UNRESOLVED}, S.CANCELLED)
CLOSE = Move("close", {S.SETTLED, S.CANCELLED}, S.CLOSED)

MOVES = [value for value in list(vars().values()) if isinstance(value, Move)]
MACHINES = {"bookings_booking": MOVES}

WITH_PROVIDER = frozenset({S.CONFIRMED, S.EN_ROUTE, S.ARRIVED, S.IN_PROGRESS})
BEFORE_CONFIRMATION = frozenset({S.AWAITING_CARD, S.WAITING, S.MATCHING, S.UNFILLED})
WITHOUT_DEADLINE = frozenset({S.MATCHING, S.CLOSED})
