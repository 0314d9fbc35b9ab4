"""The payment vendor as far as these tests need it: it says yes to whatever was asked, through the command that hears answers."""

from datetime import timedelta

from guildhall.payments.commands import record_outcome
from guildhall.payments.models import Authorization, Checkout, Intent
from guildhall.payments.seen import Rejected, Seen, SeenCheckout, SeenCustomer, SeenLink, SeenPayment
from guildhall.timers.queries import clock_now


def says_yes() -> int:
    """Answer every open call, and those that follow from the answers; says how many."""
    answered = 0
    while waiting := list(Intent.objects.filter(status="requested").order_by("planned_at")):
        for intent in waiting:
            record_outcome(intent_id=intent.id, outcome=_answer(intent), at=clock_now())
        answered += len(waiting)
    return answered


def _answer(intent: Intent) -> Seen | Rejected:
    if intent.kind == "customer":
        return SeenCustomer(ref=f"cus_{intent.subject.hex}")
    if intent.kind in {"checkout", "expire"}:
        page = Checkout.objects.get(id=intent.subject)
        status = "open" if intent.kind == "checkout" else "expired"
        url = f"https://vendor.example/c/pay/{page.id}" if status == "open" else None
        return SeenCheckout(
            ref=f"cs_{page.id.hex}", status=status, url=url, expires_at=page.expires_at, checkout=str(page.id)
        )
    if intent.kind in {"authorize", "charge", "capture", "cancel"}:
        return _payment(Authorization.objects.get(id=intent.subject), intent.kind)
    if intent.kind == "link":
        return SeenLink(
            url=f"https://vendor.example/onboard/{intent.subject}", expires_at=clock_now() + timedelta(hours=1)
        )
    return Rejected(code="not_in_these_tests")


def _payment(attempt: Authorization, kind: str) -> SeenPayment:
    status = {"authorize": "requires_capture", "cancel": "canceled"}.get(kind, "succeeded")
    return SeenPayment(
        ref=f"pi_{attempt.id.hex}",
        status=status,
        amount_minor=attempt.amount_minor,
        captured_minor=attempt.amount_minor if status == "succeeded" else 0,
        currency=attempt.currency,
        charge_ref=f"ch_{attempt.id.hex}",
        capture_before=clock_now() + timedelta(hours=114),
        authorization=str(attempt.id),
    )
