"""Places of a customer."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.gis.geos import Point
from django.db.transaction import atomic
from geographiclib.geodesic import Geodesic

from guildhall.customers import permissions
from guildhall.customers.events import CustomerAddressAdded, CustomerAddressChanged
from guildhall.customers.gateway import geocode
from guildhall.customers.models import Address, Customer
from guildhall.customers.types import Place, Precision
from guildhall.eventlog.commands import publish
from guildhall.kernel.actors import Actor
from guildhall.kernel.refusals import Invalid, NotFound, Refused
from guildhall.kernel.texts import clean_line, clean_text

_ADDRESSES_MAX = 100
_PIN_METRES_MAX = 300_000
_LINE_LENGTH_MAX = 120
_NOTES_LENGTH_MAX = 1000


class BadPin(Refused):
    """The pin is half given, off the globe, or hundreds of kilometres from the ZIP code, whose time zone would be wrong there."""

    code = "bad_pin"
    status = 400
    default_detail = "The pin on the map does not fit the ZIP code."


class TooManyAddresses(Invalid):
    """A customer has a hundred places already."""

    code = "too_many_addresses"
    default_detail = f"You have {_ADDRESSES_MAX} addresses already."


@dataclass(frozen=True)
class _Spot:
    latitude: float
    longitude: float
    precision: Precision


@atomic
def add_address(
    *,
    customer_id: UUID,
    street: str,
    zip_code: str,
    by: Actor,
    at: datetime,
    city: str = "",
    state: str = "",
    latitude: float | None = None,
    longitude: float | None = None,
    label: str = "",
    access_notes: str = "",
    contact_on_site: str = "",
) -> UUID:
    """
    Add a place; gives its id. Without a pin (`latitude` and `longitude`, WGS 84 degrees) it lies in the middle of its ZIP code.

    City and state default to the ZIP code's; the time zone is always the ZIP code's.

    :raises UnknownZip: no such ZIP code on the map.
    :raises BadPin: half a pin, one off the globe, or one more than 300 km from the ZIP code.
    :raises BadText: a text is too long or cannot be shown, or the street is empty.
    :raises TooManyAddresses: the customer has a hundred.
    :raises NotFound: no such customer, or another's.
    """
    permissions.require_own(customer_id, by)
    place = geocode(zip_code)
    spot = _spot(place, latitude, longitude)
    customer = Customer.locked(customer_id)
    if Address.objects.filter(customer=customer).count() >= _ADDRESSES_MAX:
        raise TooManyAddresses
    address = Address.objects.create(
        customer=customer,
        label=_line(label, "label"),
        street=clean_line(street, field="street", length_max=_LINE_LENGTH_MAX),
        city=_line(city, "city") or place.city,
        state=_line(state, "state") or place.state,
        zip_code=place.zip_code,
        latitude=spot.latitude,
        longitude=spot.longitude,
        point=Point(spot.longitude, spot.latitude, srid=4326),
        precision=spot.precision,
        time_zone=place.time_zone,
        access_notes=clean_text(access_notes, field="access_notes", length_max=_NOTES_LENGTH_MAX),
        contact_on_site=_line(contact_on_site, "contact_on_site"),
        added_at=at,
    )
    event = CustomerAddressAdded(
        aggregate_id=customer_id,
        version=Customer.advance(customer_id),
        address_id=address.id,
        precision=spot.precision,
    )
    publish(event, by=by, at=at)
    return address.id


@atomic
def change_address(
    *,
    customer_id: UUID,
    address_id: UUID,
    label: str,
    access_notes: str,
    contact_on_site: str,
    by: Actor,
    at: datetime,
    latitude: float | None = None,
    longitude: float | None = None,
) -> None:
    """
    Change what is said about a place, and its pin when one is given. Bookings that exist keep the spot they were made with.

    :raises BadPin: half a pin, one off the globe, or one more than 300 km from the ZIP code.
    :raises BadText: a text is too long or cannot be shown.
    :raises NotFound: no such place of this customer.
    """
    permissions.require_own(customer_id, by)
    Customer.locked(customer_id)
    address = Address.objects.filter(id=address_id, customer_id=customer_id).first()
    if address is None:
        raise NotFound
    if latitude is not None or longitude is not None:
        spot = _spot(geocode(address.zip_code), latitude, longitude)
        address.latitude, address.longitude, address.precision = spot.latitude, spot.longitude, spot.precision
        address.point = Point(spot.longitude, spot.latitude, srid=4326)
    address.label = _line(label, "label")
    address.access_notes = clean_text(access_notes, field="access_notes", length_max=_NOTES_LENGTH_MAX)
    address.contact_on_site = _line(contact_on_site, "contact_on_site")
    address.save()
    event = CustomerAddressChanged(
        aggregate_id=customer_id,
        version=Customer.advance(customer_id),
        address_id=address.id,
        precision=Precision(address.precision),
    )
    publish(event, by=by, at=at)


def _line(text: str, field: str) -> str:
    return clean_line(text, field=field, length_max=_LINE_LENGTH_MAX, required=False)


def _spot(place: Place, latitude: float | None, longitude: float | None) -> _Spot:
    if latitude is None and longitude is None:
        return _Spot(place.latitude, place.longitude, Precision.ZIP_CENTROID)
    if latitude is None or longitude is None:
        raise BadPin("A pin has a latitude and a longitude.")
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):  # noqa: PLR2004 - degrees of the globe; NaN fails too
        raise BadPin("Latitude is from -90 to 90 degrees, longitude from -180 to 180.")
    away = Geodesic.WGS84.Inverse(place.latitude, place.longitude, latitude, longitude)["s12"]
    if away > _PIN_METRES_MAX:
        raise BadPin
    return _Spot(latitude, longitude, Precision.PIN)
