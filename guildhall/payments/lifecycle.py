"""Every status of payments and its arrows. Vendor objects move forward only: a late or doubled webhook finds no arrow and has no effect."""

from collections.abc import Collection
from enum import StrEnum

from guildhall.kernel.moves import Move
from guildhall.payments.types import PaymentState as P
from guildhall.payments.types import PayoutState as O


class AuthorizationStatus(StrEnum):
    """One attempt to have the bank hold (or, for a charge, pay) an amount."""

    REQUESTED = "requested"
    AUTHORIZED = "authorized"
    ACTION_NEEDED = "action_needed"
    DECLINED = "declined"
    CAPTURED = "captured"
    RELEASED = "released"


class CheckoutStatus(StrEnum):
    """One visit to the vendor's hosted page."""

    REQUESTED = "requested"
    OPEN = "open"
    COMPLETED = "completed"
    EXPIRED = "expired"


class TransferStatus(StrEnum):
    """A provider's share on its way to their balance: it waits for a payout account, and while a block is in force."""

    WAITING = "waiting"
    REQUESTED = "requested"
    MADE = "made"


class PayoutStatus(StrEnum):
    """Money from a provider's balance to their bank."""

    REQUESTED = "requested"
    PENDING = "pending"
    IN_TRANSIT = "in_transit"
    PAID = "paid"
    FAILED = "failed"


class TipStatus(StrEnum):
    """Thanks in money: asked of the bank, and what came of it."""

    REQUESTED = "requested"
    PAID = "paid"
    REFUSED = "refused"


class IntentStatus(StrEnum):
    """A call to the vendor: planned, under way (or its answer lost), and how it ended. `unknown` waits for a person."""

    REQUESTED = "requested"
    SENT = "sent"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    UNKNOWN = "unknown"


class VisitStatus(StrEnum):
    """One visit of a provider to the vendor's onboarding."""

    REQUESTED = "requested"
    READY = "ready"
    FAILED = "failed"


A, C, T, Y, I, V = AuthorizationStatus, CheckoutStatus, TransferStatus, PayoutStatus, IntentStatus, VisitStatus  # noqa: E741 - a column of arrows

HOLD = Move("authorize", {A.REQUESTED, A.ACTION_NEEDED, A.DECLINED}, A.AUTHORIZED)
ASK_CUSTOMER = Move("ask_the_customer", {A.REQUESTED}, A.ACTION_NEEDED)
DECLINE = Move("decline", {A.REQUESTED}, A.DECLINED)
CAPTURE = Move("capture", {A.REQUESTED, A.ACTION_NEEDED, A.DECLINED, A.AUTHORIZED}, A.CAPTURED)
RELEASE = Move("release", {A.REQUESTED, A.ACTION_NEEDED, A.DECLINED, A.AUTHORIZED}, A.RELEASED)

OPEN_PAGE = Move("open", {C.REQUESTED}, C.OPEN)
COMPLETE = Move("complete", {C.REQUESTED, C.OPEN}, C.COMPLETED)
EXPIRE = Move("expire", {C.REQUESTED, C.OPEN}, C.EXPIRED)

SEND_SHARE = Move("send", {T.WAITING}, T.REQUESTED)
KEEP_SHARE = Move("keep", {T.REQUESTED}, T.WAITING)
MAKE_SHARE = Move("make", {T.REQUESTED, T.WAITING}, T.MADE)

ACCEPT_PAYOUT = Move("accept", {Y.REQUESTED}, Y.PENDING)
SHIP_PAYOUT = Move("ship", {Y.REQUESTED, Y.PENDING}, Y.IN_TRANSIT)
PAY_PAYOUT = Move("pay", {Y.REQUESTED, Y.PENDING, Y.IN_TRANSIT}, Y.PAID)
FAIL_PAYOUT = Move("fail", {Y.REQUESTED, Y.PENDING, Y.IN_TRANSIT, Y.PAID}, Y.FAILED)

SEND = Move("send", {I.REQUESTED}, I.SENT)
SUCCEED = Move("succeed", {I.REQUESTED, I.SENT, I.UNKNOWN}, I.SUCCEEDED)
FAIL = Move("fail", {I.REQUESTED, I.SENT, I.UNKNOWN}, I.FAILED)
LOSE_SIGHT = Move("lose_sight", {I.SENT}, I.UNKNOWN)

PAY_TIP = Move("pay", {TipStatus.REQUESTED, TipStatus.REFUSED}, TipStatus.PAID)
REFUSE_TIP = Move("refuse", {TipStatus.REQUESTED}, TipStatus.REFUSED)

GIVE_LINK = Move("give_link", {V.REQUESTED}, V.READY)
GIVE_UP = Move("give_up", {V.REQUESTED}, V.FAILED)

MACHINES: dict[str, Collection[Move]] = {
    "payments_authorization": [HOLD, ASK_CUSTOMER, DECLINE, CAPTURE, RELEASE],
    "payments_checkout": [OPEN_PAGE, COMPLETE, EXPIRE],
    "payments_transfer": [SEND_SHARE, KEEP_SHARE, MAKE_SHARE],
    "payments_payout": [ACCEPT_PAYOUT, SHIP_PAYOUT, PAY_PAYOUT, FAIL_PAYOUT],
    "payments_intent": [SEND, SUCCEED, FAIL, LOSE_SIGHT],
    "payments_tip": [PAY_TIP, REFUSE_TIP],
    "payments_onboarding_visit": [GIVE_LINK, GIVE_UP],
}

# The two states of a payment itself; `sql/triggers.sql` holds the same pairs for the database, and a test compares them.
_UNCOLLECTED = {P.NONE, P.ACTION_NEEDED, P.FAILED}
AUTHORIZE_PAYMENT = Move("authorize", _UNCOLLECTED, P.AUTHORIZED)
ASK_FOR_PAYMENT = Move("ask_the_customer", {P.NONE, P.FAILED}, P.ACTION_NEEDED)
DECLINE_PAYMENT = Move("decline", {P.NONE, P.ACTION_NEEDED}, P.FAILED)
RELEASE_PAYMENT = Move("release", {P.AUTHORIZED, P.ACTION_NEEDED, P.FAILED}, P.NONE)
CAPTURE_PAYMENT = Move("capture", {*_UNCOLLECTED, P.AUTHORIZED}, P.CAPTURED)
PAYMENT_MOVES = [AUTHORIZE_PAYMENT, ASK_FOR_PAYMENT, DECLINE_PAYMENT, RELEASE_PAYMENT, CAPTURE_PAYMENT]

HOLD_SHARE = Move("hold", {O.NONE}, O.HELD)
TRANSFER_SHARE = Move("transfer", {O.HELD}, O.TRANSFERRED)
PAY_OUT_SHARE = Move("pay_out", {O.TRANSFERRED, O.FAILED}, O.PAID_OUT)
BOUNCE_SHARE = Move("bounce", {O.TRANSFERRED, O.PAID_OUT}, O.FAILED)
PAYOUT_MOVES = [HOLD_SHARE, TRANSFER_SHARE, PAY_OUT_SHARE, BOUNCE_SHARE]
