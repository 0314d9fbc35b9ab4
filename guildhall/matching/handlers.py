"""Reactions to facts from below, and to our own that belong in a provider's record."""

from guildhall.credentialing.events import WorkRightRevoked
from guildhall.eventlog.commands import on
from guildhall.eventlog.types import Fact
from guildhall.matching import statements
from guildhall.matching.events import OfferAccepted, OfferDeclined
from guildhall.providers.commands import record_offer_answer
from guildhall.providers.types import OfferAnswer


@on(WorkRightRevoked)
def withdraw_the_open_offers_of_a_provider_without_right(event: WorkRightRevoked, _fact: Fact) -> None:
    """Nobody without the right to work holds an open offer."""
    statements.withdraw_offers_of(event.provider_id, "right_revoked", "system:matching")


@on(OfferAccepted)
def record_an_acceptance(event: OfferAccepted, fact: Fact) -> None:
    """Count it in the provider's record, with the time it took; not while accepting, where everybody waits."""
    taken = int((fact.occurred_at - event.offered_at).total_seconds())
    record_offer_answer(provider_id=event.provider_id, answer=OfferAnswer.ACCEPTED, response_seconds=taken)


@on(OfferDeclined)
def record_a_refusal(event: OfferDeclined, fact: Fact) -> None:
    """Count it in the provider's record, with the time it took."""
    taken = int((fact.occurred_at - event.offered_at).total_seconds())
    record_offer_answer(provider_id=event.provider_id, answer=OfferAnswer.DECLINED, response_seconds=taken)
