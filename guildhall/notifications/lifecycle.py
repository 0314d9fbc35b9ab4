"""The life of a message. A vendor's report that comes late or twice finds no arrow and has no effect."""

from collections.abc import Collection

from guildhall.kernel.moves import Move
from guildhall.notifications.types import MessageStatus as S

UNSENT = frozenset({S.QUEUED, S.SENDING, S.POSTPONED})

TAKE = Move("send", {S.QUEUED, S.POSTPONED}, S.SENDING)
POSTPONE = Move("postpone", {S.QUEUED, S.SENDING}, S.POSTPONED)
DROP = Move("drop", UNSENT, S.DROPPED)
HAND_OVER = Move("hand_over", {S.SENDING}, S.SENT)
DELIVER = Move("deliver", {S.SENT}, S.DELIVERED)
FAIL = Move("fail", {*UNSENT, S.SENT}, S.FAILED)

MACHINES: dict[str, Collection[Move]] = {
    "notifications_outgoing_message": [TAKE, POSTPONE, DROP, HAND_OVER, DELIVER, FAIL]
}
