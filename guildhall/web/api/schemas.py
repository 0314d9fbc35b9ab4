"""What the API reads and writes, common to all addresses."""

from typing import Annotated, Generic, TypeVar

from ninja import Schema
from pydantic import ConfigDict, Field

T = TypeVar("T")


class Body(Schema):
    """A request body: unknown members are refused, and types are not guessed."""

    model_config = ConfigDict(extra="forbid", strict=False)


class Problem(Schema):
    """A refusal (RFC 9457). `code` is stable; `detail` is a sentence for people."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    request_id: str


class Page(Schema, Generic[T]):
    """A page of a list; `next_cursor` asks for the one after, and is null on the last."""

    items: list[T]
    next_cursor: str | None


class MoneyOut(Schema):
    """An amount in minor units of an ISO 4217 currency."""

    amount_minor: int
    currency: str


Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
