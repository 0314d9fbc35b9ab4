"""Oneself: account, consents, addresses, favourites."""

from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field

from guildhall.customers import commands, queries
from guildhall.customers.types import Address
from guildhall.identity.commands import record_consent, withdraw_consent
from guildhall.identity.queries import get_contact, has_consent
from guildhall.identity.types import ConsentKind
from guildhall.kernel.actors import Actor
from guildhall.kernel.ids import public_id
from guildhall.web.api.auth import CUSTOMER, OWN_ACCOUNT, who
from guildhall.web.api.fields import AddressId, CustomerId, Latitude, Longitude, ProviderId
from guildhall.web.api.idempotency import changes
from guildhall.web.api.reading import reads
from guildhall.web.api.schemas import Body, Page
from guildhall.web.middleware import received_at

router = Router(tags=["users"])
PREFIXES = {"customer": "cu", "provider": "pr", "operator": "op"}
Consent = Literal["terms", "sms_offers", "email_news"]


class UserOut(Schema):
    """An account (R80). `address_id` is a customer's first address; `consents` what the account agrees to now."""

    id: str
    email: str
    role: str
    first_name: str
    last_name: str
    phone_number: str
    language: str
    address_id: AddressId | None
    consents: list[str]


class ConsentIn(Body):
    """What is agreed to, and the version of the words that were shown."""

    kind: Consent
    text_version: Annotated[str, Field(min_length=1, max_length=60)]


class ConsentOut(Schema):
    """What the account agrees to now."""

    kind: Consent
    is_given: bool


class AddressIn(Body):
    """A place. Without a pin (`latitude`, `longitude`) it is put in the middle of its ZIP code, and says so."""

    street: str
    zip_code: str
    city: str = ""
    state: str = ""
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    label: str = ""
    access_notes: str = ""
    contact_on_site: str = ""


class AddressOut(Schema):
    """A place (R81). `precision` is `zip_centroid` or `pin`; `precision_note` says it in a sentence."""

    id: AddressId
    user_id: CustomerId
    label: str
    street: str
    city: str
    state: str
    zip_code: str
    latitude: float
    longitude: float
    precision: str
    precision_note: str
    time_zone: str
    access_notes: str
    contact_on_site: str

    @classmethod
    def of(cls, place: Address) -> "AddressOut":
        """Show a place to whom it belongs."""
        return cls(
            id=place.id,
            user_id=place.customer_id,
            label=place.label,
            street=place.street,
            city=place.city,
            state=place.state,
            zip_code=place.zip_code,
            latitude=place.latitude,
            longitude=place.longitude,
            precision=place.precision,
            precision_note=place.precision_note,
            time_zone=place.time_zone,
            access_notes=place.access_notes,
            contact_on_site=place.contact_on_site,
        )


class FavouriteOut(Schema):
    """A provider whom the customer wants asked first; `position` counts from 1."""

    provider_id: ProviderId
    position: int


@router.get("/me", response=UserOut, auth=OWN_ACCOUNT)
@reads
def me(request: HttpRequest) -> UserOut:
    """Show the account that asks."""
    actor = who(request)
    contact = get_contact(actor.account_id)
    places = queries.list_addresses(actor.account_id) if actor.kind == "customer" else []
    return UserOut(
        id=public_id(PREFIXES[contact.role], contact.id),
        email=contact.email,
        role=contact.role,
        first_name=contact.first_name,
        last_name=contact.last_name,
        phone_number=contact.phone_number,
        language=contact.language,
        address_id=places[0].id if places else None,
        consents=[kind.value for kind in ConsentKind if has_consent(contact.id, kind)],
    )


@router.post("/me/consents", response={201: ConsentOut}, auth=OWN_ACCOUNT)
@changes
def give_consent(request: HttpRequest, body: ConsentIn) -> Status[ConsentOut]:
    """Agree to something, in words of a version."""
    actor = who(request)
    record_consent(
        account_id=actor.account_id,
        kind=ConsentKind(body.kind),
        text_version=body.text_version,
        channel="api",
        by=actor,
        at=received_at(request),
    )
    return Status(201, ConsentOut(kind=body.kind, is_given=True))


@router.delete("/me/consents/{kind}", response=ConsentOut, auth=OWN_ACCOUNT)
@changes
def take_consent_back(request: HttpRequest, kind: Consent) -> Status[ConsentOut]:
    """Agree no longer, from now on."""
    actor = who(request)
    withdraw_consent(
        account_id=actor.account_id, kind=ConsentKind(kind), channel="api", by=actor, at=received_at(request)
    )
    return Status(200, ConsentOut(kind=kind, is_given=False))


@router.get("/me/addresses", response=Page[AddressOut], auth=CUSTOMER)
@reads
def addresses(request: HttpRequest) -> Page[AddressOut]:
    """List the customer's places, oldest first; a hundred at most, on one page."""
    places = queries.list_addresses(who(request).account_id)
    return Page[AddressOut](items=[AddressOut.of(place) for place in places], next_cursor=None)


@router.post("/me/addresses", response={201: AddressOut}, auth=CUSTOMER)
@changes
def add_address(request: HttpRequest, body: AddressIn) -> Status[AddressOut]:
    """Add a place; it is put on the map, and says how exactly."""
    actor = who(request)
    address_id = commands.add_address(
        customer_id=actor.account_id, **body.model_dump(), by=actor, at=received_at(request)
    )
    return Status(201, AddressOut.of(queries.get_address(actor.account_id, address_id)))


@router.get("/me/favourites", response=Page[FavouriteOut], auth=CUSTOMER)
@reads
def favourites(request: HttpRequest) -> Page[FavouriteOut]:
    """List the providers who are asked first, in order; fifty at most, on one page."""
    return _favourites(who(request))


@router.put("/me/favourites/{provider_id}", response=Page[FavouriteOut], auth=CUSTOMER)
@changes
def add_favourite(request: HttpRequest, provider_id: ProviderId) -> Status[Page[FavouriteOut]]:
    """Have a provider asked first, after the favourites there are."""
    actor = who(request)
    commands.add_favourite(customer_id=actor.account_id, provider_id=provider_id, by=actor, at=received_at(request))
    return Status(200, _favourites(actor))


@router.delete("/me/favourites/{provider_id}", response=Page[FavouriteOut], auth=CUSTOMER)
@changes
def remove_favourite(request: HttpRequest, provider_id: ProviderId) -> Status[Page[FavouriteOut]]:
    """Have a provider asked like everybody else."""
    actor = who(request)
    commands.remove_favourite(customer_id=actor.account_id, provider_id=provider_id, by=actor, at=received_at(request))
    return Status(200, _favourites(actor))


def _favourites(actor: Actor) -> Page[FavouriteOut]:
    ids = queries.favourite_ids(actor.account_id)
    items = [FavouriteOut(provider_id=one, position=position) for position, one in enumerate(ids, 1)]
    return Page[FavouriteOut](items=items, next_cursor=None)
