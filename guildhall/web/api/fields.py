"""Types of what requests and answers are made of: ids with their prefixes, instants, texts that are safe to store."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field, GetJsonSchemaHandler, PlainSerializer, ValidationInfo
from pydantic.json_schema import JsonSchemaValue, WithJsonSchema
from pydantic_core import PydanticCustomError, core_schema

from guildhall.kernel.ids import BadPublicId, public_id, read_public_id
from guildhall.kernel.texts import clean_line, clean_text
from guildhall.web.api.refusals import MISSING_OBJECT

LINE_LENGTH_MAX = 200
TEXT_LENGTH_MAX = 4_000
_DATE_AND_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})?", re.ASCII)
_YEAR_MIN, _YEAR_MAX = 2000, 2200


@dataclass(frozen=True)
class PublicId:
    """An id that goes in and out under its prefix: `Annotated[UUID, PublicId("bk")]`. The first prefix is the one shown."""

    prefixes: tuple[str, ...]

    def read(self, value: object) -> UUID:
        """Read an id; what cannot be one is told like what does not exist."""
        if isinstance(value, UUID):
            return value
        if isinstance(value, str):
            head = value.partition("_")[0]
            try:
                return read_public_id(head if head in self.prefixes else self.prefixes[0], value)
            except BadPublicId:
                pass
        raise PydanticCustomError(MISSING_OBJECT, "There is no such object.")

    def show(self, value: UUID) -> str:
        """Give the outside name."""
        return public_id(self.prefixes[0], value)

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        """Tell pydantic how to read and write."""
        written = core_schema.plain_serializer_function_ser_schema(self.show, return_schema=core_schema.str_schema())
        return core_schema.no_info_plain_validator_function(self.read, serialization=written)

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Describe it for OpenAPI."""
        return {"type": "string", "pattern": f"^({'|'.join(self.prefixes)})_[a-z2-7]{{26}}$"}


CustomerId = Annotated[UUID, PublicId(("cu",))]
ProviderId = Annotated[UUID, PublicId(("pr",))]
UserId = Annotated[UUID, PublicId(("cu", "pr"))]
BookingId = Annotated[UUID, PublicId(("bk",))]
OfferId = Annotated[UUID, PublicId(("of",))]
CascadeId = Annotated[UUID, PublicId(("ca",))]
AddressId = Annotated[UUID, PublicId(("ad",))]
ServiceId = Annotated[UUID, PublicId(("sv",))]
TimeOffId = Annotated[UUID, PublicId(("to",))]
TipId = Annotated[UUID, PublicId(("tp",))]
ReviewId = Annotated[UUID, PublicId(("rv",))]
PauseId = Annotated[UUID, PublicId(("pz",))]
TransactionId = Annotated[UUID, PublicId(("tx",))]
PayoutId = Annotated[UUID, PublicId(("po",))]


def _read_time(value: object) -> datetime:
    """Read a date and time of ISO 8601 that exists, with or without an offset."""
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not _DATE_AND_TIME.fullmatch(value):
        raise PydanticCustomError("date_and_time", "Write a date and time like 2027-03-01T09:00:00.")
    try:
        read = datetime.fromisoformat(value)
    except ValueError:
        raise PydanticCustomError("date_and_time", "There is no such date or time.") from None
    if not _YEAR_MIN <= read.year < _YEAR_MAX:
        raise PydanticCustomError("date_and_time", "That is too long ago or too far ahead.")
    return read


def _instant(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise PydanticCustomError("instant", "Write the offset from UTC too, for example 2027-03-01T17:00:00Z.")
    return value.astimezone(UTC)


def shown(value: datetime) -> str:
    """Write an instant: UTC, to the millisecond."""
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


_DATE_TIME = WithJsonSchema({"type": "string", "format": "date-time"})

Instant = Annotated[
    datetime, BeforeValidator(_read_time), AfterValidator(_instant), PlainSerializer(shown, return_type=str), _DATE_TIME
]
"""An instant: with an offset in a request, in UTC in an answer."""

WallTime = Annotated[
    datetime,
    BeforeValidator(_read_time),
    WithJsonSchema({"type": "string", "examples": ["2027-03-01T09:00:00", "2027-03-01T09:00:00-08:00"]}),
]
"""Local time at the job's place; an offset may be added, and must be when clocks show the time twice."""


def _line(value: str, info: ValidationInfo) -> str:
    return clean_line(value, field=info.field_name or "", length_max=LINE_LENGTH_MAX, required=False)


def _text(value: str, info: ValidationInfo) -> str:
    return clean_text(value, field=info.field_name or "", length_max=TEXT_LENGTH_MAX)


Line = Annotated[str, AfterValidator(_line), WithJsonSchema({"type": "string", "maxLength": LINE_LENGTH_MAX})]
Text = Annotated[str, AfterValidator(_text), WithJsonSchema({"type": "string", "maxLength": TEXT_LENGTH_MAX})]
Key = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Minutes = Annotated[int, Field(ge=-2_147_483_648, le=2_147_483_647)]
"""A length that the database can count; which lengths make sense is for the command to say (422)."""
PageSize = Annotated[int, Field(ge=1, le=100)]
