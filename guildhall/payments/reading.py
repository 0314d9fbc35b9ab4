"""What Stripe shows, in our words. Its objects are read here and in `gateway.py`, and nowhere else."""

from datetime import UTC, datetime
from typing import Any

from guildhall.payments.seen import (
    Rejected,
    Seen,
    SeenAccount,
    SeenCard,
    SeenCheckout,
    SeenPayment,
    SeenPayout,
    SeenTransfer,
)


def payment_of(intent: Any) -> SeenPayment:
    """A payment intent, with its charge when that was asked for."""
    charge = intent.latest_charge if intent.latest_charge and not isinstance(intent.latest_charge, str) else None
    card = getattr(getattr(charge, "payment_method_details", None), "card", None)
    error = intent.last_payment_error
    return SeenPayment(
        ref=intent.id,
        status=intent.status,
        amount_minor=intent.amount,
        captured_minor=intent.amount_received or 0,
        currency=intent.currency.upper(),
        charge_ref=charge.id if charge else intent.latest_charge or "",
        capture_before=instant_or_none(getattr(card, "capture_before", None)),
        refusal_code=refusal_code(error) if error else "",
        authorization=metadata_of(intent).get("authorization", ""),
        checkout=metadata_of(intent).get("checkout", ""),
    )


def refusal_of(error: Any) -> Seen | Rejected:
    """The bank said no: that is an answer. The intent is in the error, and its own words are good for a person."""
    intent = error.error.payment_intent if error.error else None
    return payment_of(intent) if intent else Rejected(code=refusal_code(error.error) if error.error else "card_error")


def refusal_code(error: Any) -> str:
    """Why: the bank's own code, or that it wants the customer."""
    if error.code == "authentication_required":
        return "authentication_required"
    return str(getattr(error, "decline_code", None) or error.code or "card_declined")


def checkout_of(session: Any) -> SeenCheckout:
    """A session of the hosted page."""
    setup, payment = session.setup_intent, session.payment_intent
    method = setup.payment_method if setup else payment.payment_method if payment else None
    return SeenCheckout(
        ref=session.id,
        status=session.status,
        url=session.url or "",
        expires_at=instant(session.expires_at),
        checkout=metadata_of(session).get("checkout", ""),
        card=card_of(method) if session.status == "complete" and method else None,
        payment=payment_of(payment) if payment else None,
    )


def card_of(method: Any) -> SeenCard | None:
    """What may be shown of a card."""
    card = getattr(method, "card", None)
    if card is None:
        return None
    shown = {"brand": card.brand, "last4": card.last4, "exp_month": card.exp_month, "exp_year": card.exp_year}
    return SeenCard(payment_method_ref=method.id, **shown)


def transfer_of(transfer: Any) -> SeenTransfer:
    """A transfer."""
    return SeenTransfer(ref=transfer.id, transfer=metadata_of(transfer).get("transfer", ""))


def payout_of(payout: Any, account_ref: str) -> SeenPayout:
    """A payout of a connected account."""
    return SeenPayout(
        ref=payout.id,
        account_ref=account_ref,
        status="failed" if payout.status == "canceled" else payout.status,
        amount_minor=payout.amount,
        currency=payout.currency.upper(),
        arrives_at=instant_or_none(payout.arrival_date),
        failure_code=payout.failure_code or "",
        payout=metadata_of(payout).get("payout", ""),
    )


def account_of(account: Any) -> SeenAccount:
    """A connected account, read with its recipient configuration."""
    found = account.configuration
    for step in ("recipient", "capabilities", "stripe_balance", "stripe_transfers", "status"):
        found = getattr(found, step, None)
    return SeenAccount(ref=account.id, capability=found or "none", provider=metadata_of(account).get("provider", ""))


def metadata_of(shown: Any) -> dict[str, str]:
    """What we wrote onto an object."""
    return shown.metadata.to_dict() if shown.metadata else {}


def instant(value: Any) -> datetime:
    """Version 1 of the API tells seconds since 1970, version 2 tells ISO 8601."""
    return (
        datetime.fromisoformat(value).astimezone(UTC) if isinstance(value, str) else datetime.fromtimestamp(value, UTC)
    )


def instant_or_none(value: int | None) -> datetime | None:
    """Seconds since 1970, when there are any."""
    return None if value is None else datetime.fromtimestamp(value, UTC)
