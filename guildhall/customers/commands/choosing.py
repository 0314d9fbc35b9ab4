"""Whom a customer wants, and whom they never want again."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.transaction import atomic

from guildhall.customers import permissions
from guildhall.customers.events import CustomerFavouritesChanged, ProviderBlocked, ProviderUnblocked
from guildhall.customers.models import BlockedPair, Customer, Favourite
from guildhall.customers.types import BlockedBy
from guildhall.eventlog.commands import publish
from guildhall.kernel.actors import Actor
from guildhall.kernel.refusals import Invalid, NotAllowed, NotFound, Refused
from guildhall.providers.queries import require_provider

_FAVOURITES_MAX = 50


class TooManyFavourites(Invalid):
    """Fifty are favourites already."""

    code = "too_many_favourites"
    default_detail = f"You have {_FAVOURITES_MAX} favourites already."


class BlockedProvider(Refused):
    """The two are not to meet again."""

    code = "blocked_provider"
    default_detail = "This provider cannot be a favourite: you and they are kept apart."


@atomic
def add_favourite(*, customer_id: UUID, provider_id: UUID, by: Actor, at: datetime) -> None:
    """
    Put a provider at the end of a customer's favourites. Adding one again changes nothing.

    :raises TooManyFavourites: the customer has fifty.
    :raises BlockedProvider: the pair is blocked.
    :raises NotFound: no such provider; no such customer, or another's.
    """
    permissions.require_own(customer_id, by)
    require_provider(provider_id)
    Customer.locked(customer_id)
    ids = _favourite_ids(customer_id)
    if provider_id in ids:
        return
    if len(ids) >= _FAVOURITES_MAX:
        raise TooManyFavourites
    if BlockedPair.objects.filter(customer_id=customer_id, provider_id=provider_id).exists():
        raise BlockedProvider
    _put_favourites(customer_id, [*ids, provider_id], by, at)


@atomic
def remove_favourite(*, customer_id: UUID, provider_id: UUID, by: Actor, at: datetime) -> None:
    """
    Take a provider from a customer's favourites; the others move up. Removing one again changes nothing.

    :raises NotFound: no such customer, or another's.
    """
    permissions.require_own(customer_id, by)
    Customer.locked(customer_id)
    ids = _favourite_ids(customer_id)
    if provider_id in ids:
        _put_favourites(customer_id, [other for other in ids if other != provider_id], by, at)


@atomic
def order_favourites(*, customer_id: UUID, provider_ids: Sequence[UUID], by: Actor, at: datetime) -> None:
    """
    Put a customer's favourites in another order.

    :raises Invalid: they are not the same providers.
    :raises NotFound: no such customer, or another's.
    """
    permissions.require_own(customer_id, by)
    Customer.locked(customer_id)
    if sorted(provider_ids) != sorted(_favourite_ids(customer_id)):
        raise Invalid("Name each of your favourites once.")
    _put_favourites(customer_id, provider_ids, by, at)


@atomic
def block_provider(*, customer_id: UUID, provider_id: UUID, by: Actor, at: datetime) -> None:
    """
    Keep a customer and a provider apart from now on; either of them or an operator may ask. Asking again changes nothing.

    :raises NotAllowed: by anybody else.
    :raises NotFound: no such customer or provider, or not the asker's.
    """
    blocked_by = _side(customer_id, provider_id, by)
    require_provider(provider_id)
    Customer.locked(customer_id)
    _, is_new = BlockedPair.objects.get_or_create(
        customer_id=customer_id, provider_id=provider_id, defaults={"blocked_by": blocked_by, "blocked_at": at}
    )
    if not is_new:
        return
    ids = _favourite_ids(customer_id)
    if provider_id in ids:
        _put_favourites(customer_id, [other for other in ids if other != provider_id], by, at)
    event = ProviderBlocked(
        aggregate_id=customer_id,
        version=Customer.advance(customer_id),
        provider_id=provider_id,
        blocked_by=blocked_by,
    )
    publish(event, by=by, at=at)


@atomic
def unblock_provider(*, customer_id: UUID, provider_id: UUID, by: Actor, at: datetime) -> None:
    """
    Let a customer and a provider meet again. Each side lifts what it asked for itself; doing so again changes nothing.

    :raises NotAllowed: by anybody but the two and operators.
    :raises NotFound: no such customer, or not the asker's.
    """
    blocked_by = _side(customer_id, provider_id, by)
    Customer.locked(customer_id)
    lifted, _ = BlockedPair.objects.filter(
        customer_id=customer_id, provider_id=provider_id, blocked_by=blocked_by
    ).delete()
    if lifted:
        event = ProviderUnblocked(
            aggregate_id=customer_id, version=Customer.advance(customer_id), provider_id=provider_id
        )
        publish(event, by=by, at=at)


def _side(customer_id: UUID, provider_id: UUID, by: Actor) -> BlockedBy:
    if by.kind == "operator":
        return BlockedBy.OPERATOR
    if by.kind not in {"customer", "provider"}:
        raise NotAllowed
    if by.id != {"customer": customer_id, "provider": provider_id}[by.kind]:
        raise NotFound
    return BlockedBy(by.kind)


def _favourite_ids(customer_id: UUID) -> list[UUID]:
    rows = Favourite.objects.filter(customer_id=customer_id).order_by("position")
    return list(rows.values_list("provider_id", flat=True))


def _put_favourites(customer_id: UUID, provider_ids: Sequence[UUID], by: Actor, at: datetime) -> None:
    """Write the whole list anew, numbered from 1, under the customer's lock."""
    Favourite.objects.filter(customer_id=customer_id).delete()
    Favourite.objects.bulk_create(
        Favourite(customer_id=customer_id, provider_id=provider_id, position=position)
        for position, provider_id in enumerate(provider_ids, 1)
    )
    event = CustomerFavouritesChanged(
        aggregate_id=customer_id, version=Customer.advance(customer_id), provider_ids=list(provider_ids)
    )
    publish(event, by=by, at=at)
