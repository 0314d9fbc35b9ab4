"""What contexts above learn about a provider and write down here."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, connection
from django.db.models import F
from django.db.transaction import atomic

from guildhall.eventlog.commands import publish
from guildhall.kernel.actors import Actor
from guildhall.kernel.refusals import NotFound, Refused
from guildhall.kernel.rows import change
from guildhall.providers.events import ProviderPayoutAccountRecorded
from guildhall.providers.models import Provider
from guildhall.providers.types import OfferAnswer

_STARS_MAX = 5


class PayoutAccountTaken(Refused):
    """Another provider is paid to this account."""

    code = "payout_account_taken"
    default_detail = "This account belongs to somebody else here."


@atomic
def record_payout_account(*, provider_id: UUID, account_ref: str, enabled: bool, at: datetime) -> None:
    """
    Write down the vendor's account of a provider and whether it can be paid to. Running again changes nothing.

    :raises PayoutAccountTaken: another provider has this account.
    :raises NotFound: no such provider.
    """
    provider = Provider.locked(provider_id)
    if (provider.payout_account, provider.payouts_enabled) == (account_ref, enabled):
        return
    try:
        with atomic():
            change(provider, {"payout_account": account_ref, "payouts_enabled": enabled})
    except IntegrityError:
        raise PayoutAccountTaken from None
    event = ProviderPayoutAccountRecorded(
        aggregate_id=provider_id, version=Provider.advance(provider_id), enabled=enabled
    )
    publish(event, by=Actor.system("payments"), at=at)


def record_offer_answer(*, provider_id: UUID, answer: OfferAnswer, response_seconds: int) -> None:
    """
    Count what a provider did with an offer and how long it took them; an ignored one took no time.

    :raises NotFound: no such provider.
    """
    answered = 0 if answer == OfferAnswer.IGNORED else response_seconds
    column = f"offers_{OfferAnswer(answer).value}"
    with connection.cursor() as cursor:
        cursor.execute(
            f"update providers_provider set {column} = {column} + 1, response_seconds_sum = response_seconds_sum + %s where id = %s",  # noqa: S608 - a column of our own
            [answered, provider_id],
        )
        if not cursor.rowcount:
            raise NotFound


def record_rating(*, provider_id: UUID, rating: int) -> None:
    """
    Add a published rating of 1 to 5 to a provider's mean.

    :raises NotFound: no such provider.
    """
    if not 1 <= rating <= _STARS_MAX:
        raise ValueError(f"A rating is 1 to {_STARS_MAX}, not {rating}.")
    changed = Provider.objects.filter(pk=provider_id).update(
        rating_sum=F("rating_sum") + rating, rating_count=F("rating_count") + 1
    )
    if not changed:
        raise NotFound
