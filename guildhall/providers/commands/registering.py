"""Becoming a provider, and saying who one is."""

from datetime import datetime
from uuid import UUID

from django.db.transaction import atomic

from guildhall.eventlog.commands import publish
from guildhall.identity.commands import BadPhoneNumber, create_account
from guildhall.identity.types import NewAccount, Role
from guildhall.kernel.actors import Actor
from guildhall.kernel.money import Money
from guildhall.kernel.texts import clean_text
from guildhall.providers import permissions, rules
from guildhall.providers.events import ProviderRegistered
from guildhall.providers.models import Provider

_BIO_LENGTH_MAX = 2000


@atomic
def register_provider(
    *,
    email: str,
    password: str,
    first_name: str,
    last_name: str,
    phone_number: str,
    at: datetime,
    time_zone: str = "America/Los_Angeles",
    language: str = "en",
) -> NewAccount:
    """
    Make a provider's account; the answer does not tell whether the address was known (see `identity.create_account`).

    A provider must have a telephone number: offers are sent there. No tier, area, hours or right to work come with it.

    :raises BadText: e-mail or name cannot be used.
    :raises BadPhoneNumber: the number cannot exist, or none is given.
    :raises WeakPassword: with every reason.
    :raises UnknownTimeZone: no such zone.
    """
    rules.require_time_zone(time_zone)
    if not phone_number.strip():
        raise BadPhoneNumber
    made = create_account(
        email=email,
        password=password,
        role=Role.PROVIDER,
        first_name=first_name,
        last_name=last_name,
        phone_number=phone_number,
        language=language,
        at=at,
    )
    if made.account_id is not None:
        Provider.objects.create(account_id=made.account_id, time_zone=time_zone, registered_at=at)
        event = ProviderRegistered(aggregate_id=made.account_id, version=Provider.advance(made.account_id))
        publish(event, by=Actor.provider(made.account_id), at=at)
    return made


@atomic
def describe_provider(*, provider_id: UUID, bio: str, hourly_rate: Money | None, by: Actor) -> None:
    """
    Set what customers read of a provider, and the rate of hourly work booked from listings.

    :raises BadText: the text is over 2,000 characters or cannot be shown.
    :raises NotFound: no such provider, or another's.
    """
    permissions.require_own(provider_id, by)
    provider = Provider.locked(provider_id)
    provider.bio = clean_text(bio, field="bio", length_max=_BIO_LENGTH_MAX)
    provider.set_hourly_rate(hourly_rate)
    provider.save(update_fields=["bio", "hourly_rate_minor", "currency"])
