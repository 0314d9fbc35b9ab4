"""Words of customers."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class CustomerKind(StrEnum):
    """A household or a firm."""

    RESIDENTIAL = "residential"
    BUSINESS = "business"


class Precision(StrEnum):
    """How well an address is known on the map: the middle of its ZIP code, or a pin somebody set."""

    ZIP_CENTROID = "zip_centroid"
    PIN = "pin"


class BlockedBy(StrEnum):
    """Who wants a pair never to meet again."""

    CUSTOMER = "customer"
    PROVIDER = "provider"
    OPERATOR = "operator"


@dataclass(frozen=True)
class CustomerCard:
    """A customer as contexts above see them; `payment_customer_ref` is the vendor's id, empty before the first card."""

    id: UUID
    kind: str
    company_name: str
    payment_customer_ref: str


@dataclass(frozen=True)
class Place:
    """The middle of a ZIP code: WGS 84 degrees, its post office's city and state, its IANA zone."""

    zip_code: str
    city: str
    state: str
    latitude: float
    longitude: float
    time_zone: str


@dataclass(frozen=True)
class Address:
    """
    A place of a customer. `latitude` and `longitude` are WGS 84 degrees; `time_zone` is the IANA zone there.

    `precision_note` is the sentence that tells people how exactly the place is known.
    """

    id: UUID
    customer_id: UUID
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


@dataclass(frozen=True)
class Card:
    """A card on file: the vendor's reference and what a person recognises it by. A number never reaches us. The default is used."""

    payment_method_ref: str
    brand: str
    last4: str
    exp_month: int
    exp_year: int
    id: UUID
    is_default: bool
