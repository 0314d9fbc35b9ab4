"""What others may learn about customers."""

from collections.abc import Collection
from uuid import UUID

from guildhall.customers import gateway
from guildhall.customers.models import Address as AddressRow
from guildhall.customers.models import BlockedPair, Customer, Favourite, SavedCard
from guildhall.customers.types import Address, BlockedBy, Card, CustomerCard, Place, Precision
from guildhall.kernel.refusals import NotFound
from guildhall.kernel.rows import fetch, read

_PRECISION_NOTES = {
    Precision.ZIP_CENTROID: "Placed at the middle of its ZIP code; set a pin for the exact spot.",
    Precision.PIN: "Placed at the pin you set.",
}


def get_customer(customer_id: UUID) -> CustomerCard:
    """
    Give a customer.

    :raises NotFound: no such customer.
    """
    row = fetch(Customer, "account", customer_id)
    if row is None:
        raise NotFound
    return CustomerCard(row.pk, row.kind, row.company_name, row.payment_customer_ref)


def find_customers(
    *,
    kind: str = "",
    among: Collection[UUID] | None = None,
    before: UUID | None = None,
    limit: int = 50,
) -> list[CustomerCard]:
    """Give customers for operators, the newest first; `before` is the last id seen, `among` leaves all others out."""
    rows = Customer.objects.order_by("-pk")
    if kind:
        rows = rows.filter(kind=kind)
    if among is not None:
        rows = rows.filter(pk__in=among)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return [CustomerCard(row.pk, row.kind, row.company_name, row.payment_customer_ref) for row in rows[:limit]]


def find_by_payment_customer(customer_ref: str) -> UUID | None:
    """Give the customer whom the vendor knows by this id, or None."""
    if not customer_ref:
        return None
    return Customer.objects.filter(payment_customer_ref=customer_ref).values_list("pk", flat=True).first()


def find_place(zip_code: str) -> Place:
    """
    Find the middle of a ZIP code, for those who are nobody yet.

    :raises UnknownZip: it does not exist, or is no place.
    """
    return gateway.geocode(zip_code)


def places_near(latitude: float, longitude: float, *, most: int = 12) -> list[Place]:
    """Give the middles of the ZIP codes around a point, the nearest first: what a map without tiles is read by."""
    return gateway.near(latitude, longitude, most=most)


def get_address(customer_id: UUID, address_id: UUID) -> Address:
    """
    Give a place of a customer.

    :raises NotFound: no such place of this customer.
    """
    row = fetch(AddressRow, "id", address_id)
    if row is None or row.customer_id != customer_id:
        raise NotFound
    return _address(row)


def list_addresses(customer_id: UUID) -> list[Address]:
    """Give the places of a customer, oldest first."""
    return [_address(row) for row in read(AddressRow, "where customer_id = %s order by added_at, id", [customer_id])]


def favourite_ids(customer_id: UUID) -> list[UUID]:
    """Give the providers whom a customer wants asked first, in order."""
    return [row.provider_id for row in read(Favourite, "where customer_id = %s order by position", [customer_id])]


def blocked_ids(customer_id: UUID) -> set[UUID]:
    """Give the providers whom a customer is never brought together with, whichever side asked for it."""
    return {row.provider_id for row in read(BlockedPair, "where customer_id = %s", [customer_id])}


def blocked_by_customer(customer_id: UUID) -> list[UUID]:
    """Give the providers whom the customer does not want again, the latest first; what others asked for is not told."""
    rows = BlockedPair.objects.filter(customer_id=customer_id, blocked_by=BlockedBy.CUSTOMER)
    return list(rows.order_by("-blocked_at", "provider_id").values_list("provider_id", flat=True))


def saved_card(customer_id: UUID) -> Card | None:
    """Give the card on file that is used, or None."""
    found = read(SavedCard, "where customer_id = %s and is_default", [customer_id])
    return _card(found[0]) if found else None


def list_cards(customer_id: UUID) -> list[Card]:
    """Give the cards on file, the default first, then the latest."""
    rows = SavedCard.objects.filter(customer_id=customer_id).order_by("-is_default", "-recorded_at", "id")
    return [_card(row) for row in rows]


def _card(row: SavedCard) -> Card:
    return Card(
        row.payment_method_ref, row.brand, row.last4, row.exp_month, row.exp_year, row.id, is_default=row.is_default
    )


def _address(row: AddressRow) -> Address:
    return Address(
        id=row.id,
        customer_id=row.customer_id,
        label=row.label,
        street=row.street,
        city=row.city,
        state=row.state,
        zip_code=row.zip_code,
        latitude=row.latitude,
        longitude=row.longitude,
        precision=row.precision,
        precision_note=_PRECISION_NOTES[Precision(row.precision)],
        time_zone=row.time_zone,
        access_notes=row.access_notes,
        contact_on_site=row.contact_on_site,
    )
