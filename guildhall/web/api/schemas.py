"""What the API reads and writes, common to all addresses."""

from typing import Generic, TypeVar

from ninja import Schema
from pydantic import ConfigDict

from guildhall.kernel.money import Money
from guildhall.web.api.fields import Latitude, Longitude

T = TypeVar("T")


class Body(Schema):
    """A request body: unknown members are refused, and types are not guessed ("5" is no number, 5.0 no whole one)."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Problem(Schema):
    """A refusal (RFC 9457). `code` is stable; `detail` is a sentence for people; `errors` names the fields, where there are any."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    request_id: str
    errors: list[dict[str, str]] | None = None


class Page(Schema, Generic[T]):
    """A page of a list; `next_cursor` asks for the one after, and is null on the last."""

    items: list[T]
    next_cursor: str | None


class MoneyOut(Schema):
    """An amount in minor units of an ISO 4217 currency."""

    amount_minor: int
    currency: str

    @classmethod
    def of(cls, money: Money) -> "MoneyOut":
        """Show an amount."""
        return cls(amount_minor=money.minor, currency=money.currency)


class PositionOut(Schema):
    """Where somebody is: degrees, WGS 84."""

    latitude: float
    longitude: float


class PositionIn(Body):
    """Where somebody is: degrees, WGS 84."""

    latitude: Latitude
    longitude: Longitude
