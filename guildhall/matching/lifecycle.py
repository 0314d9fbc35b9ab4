"""How cascades and offers end: every arrow leaves from the one status in which something can still happen."""

from collections.abc import Collection

from guildhall.kernel.moves import Move
from guildhall.matching.types import CascadeStatus, OfferStatus

FILL = Move("fill", {CascadeStatus.LIVE}, CascadeStatus.FILLED)
EXHAUST = Move("exhaust", {CascadeStatus.LIVE}, CascadeStatus.EXHAUSTED)
CLOSE = Move("close", {CascadeStatus.LIVE}, CascadeStatus.CLOSED)

ACCEPT = Move("accept", {OfferStatus.OPEN}, OfferStatus.ACCEPTED)
DECLINE = Move("decline", {OfferStatus.OPEN}, OfferStatus.DECLINED)
WITHDRAW = Move("withdraw", {OfferStatus.OPEN}, OfferStatus.WITHDRAWN)
EXPIRE = Move("expire", {OfferStatus.OPEN}, OfferStatus.EXPIRED)

MACHINES: dict[str, Collection[Move]] = {
    "matching_cascade": [FILL, EXHAUST, CLOSE],
    "matching_offer": [ACCEPT, DECLINE, WITHDRAW, EXPIRE],
}
