"""Reading a pack: strict, with errors that name the file and the field."""

import json
from collections.abc import Hashable
from pathlib import Path
from typing import Any, Self

import yaml
from django.utils.translation import pgettext
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from guildhall.catalog.types import Catalogue
from guildhall.policy.types import (
    BookingPolicy,
    CancellationPolicy,
    MatchingPolicy,
    MoneyPolicy,
    NotificationPolicy,
    Policy,
)

FOLDER = Path(__file__).resolve().parent
PAPER = "#ffffff"
NIGHT = "#14171a"
_CONTRAST_MIN = 4.5


class PackError(ValueError):
    """A pack cannot be used; each line of the text names the file, the field and what is wrong."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Words(_Part):
    """What this vertical calls things: each given in the active language, where `locale/` beside the pack knows it in that."""

    own_provider: str = Field(alias="provider", min_length=1, max_length=40)
    own_providers: str = Field(alias="providers", min_length=1, max_length=40)
    own_activation_code: str = Field(alias="activation_code", min_length=1, max_length=40)

    @property
    def provider(self) -> str:
        """Somebody who does the work."""
        return pgettext("vertical", self.own_provider)

    @property
    def providers(self) -> str:
        """Several of them."""
        return pgettext("vertical", self.own_providers)

    @property
    def activation_code(self) -> str:
        """What lets them begin."""
        return pgettext("vertical", self.own_activation_code)


class Branding(_Part):
    """One accent colour for light pages and one for dark pages, each readable there as text (WCAG AA)."""

    own_tagline: str = Field(alias="tagline", min_length=1, max_length=120)
    accent: str = Field(pattern=r"^#[0-9a-f]{6}$")
    accent_dark: str = Field(pattern=r"^#[0-9a-f]{6}$")

    @property
    def tagline(self) -> str:
        """The marketplace in a line, in the active language."""
        return pgettext("vertical", self.own_tagline)

    @field_validator("accent")
    @classmethod
    def _readable_by_day(cls, colour: str) -> str:
        return _readable(colour, PAPER)

    @field_validator("accent_dark")
    @classmethod
    def _readable_by_night(cls, colour: str) -> str:
        return _readable(colour, NIGHT)


class Policies(_Part):
    """The policies a new database of this vertical starts with; what is left out keeps its default."""

    matching: MatchingPolicy = Field(default_factory=MatchingPolicy)
    booking: BookingPolicy = Field(default_factory=BookingPolicy)
    money: MoneyPolicy = Field(default_factory=MoneyPolicy)
    cancellation: CancellationPolicy = Field(default_factory=CancellationPolicy)
    notification: NotificationPolicy = Field(default_factory=NotificationPolicy)

    def named(self) -> list[Policy]:
        """Give the policies that the pack sets itself."""
        return [getattr(self, name) for name in sorted(self.model_fields_set)]


class Pack(Catalogue):
    """A vertical: its catalogue, words, looks and policies."""

    name: str = Field(min_length=1, max_length=60)
    words: Words
    branding: Branding
    policies: Policies = Field(default_factory=Policies)

    @model_validator(mode="after")
    def _one_currency(self) -> Self:
        if self.policies.money.currency != self.currency:
            raise ValueError(f"policies.money.currency must be {self.currency}, as the rates are")
        return self

    @model_validator(mode="after")
    def _jobs_can_be_booked(self) -> Self:
        booking = self.policies.booking
        for job in (job for category in self.categories for job in category.jobs):
            if not booking.minutes_min <= job.minutes_from <= job.minutes_to <= booking.minutes_max:
                raise ValueError(
                    f"jobs.{job.key} must last between {booking.minutes_min} and {booking.minutes_max} minutes"
                )
        return self


def pack_names() -> list[str]:
    """Name the packs that ship."""
    return sorted(path.parent.name for path in FOLDER.glob("*/pack.yaml"))


def read_pack(name: str) -> Pack:
    """
    Read and check a pack that ships.

    :raises PackError: when there is none by that name or it does not fit the schema.
    """
    if name not in pack_names():
        raise PackError(f"There is no vertical {name!r}; there are: {', '.join(pack_names())}.")
    pack = read_file(FOLDER / name / "pack.yaml")
    if pack.key != name:
        raise PackError(f"{FOLDER.name}/{name}/pack.yaml: key: must be {name}, the folder's name")
    return pack


def read_file(path: Path) -> Pack:
    """
    Read and check a pack file.

    :raises PackError: when it is not YAML or does not fit the schema.
    """
    shown = f"{path.parent.parent.name}/{path.parent.name}/{path.name}"
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=_Strict)  # noqa: S506 - a SafeLoader
        # Strict values as JSON has them: a number in quotes is a text, and yes is a truth value.
        return Pack.model_validate_json(json.dumps(data), strict=True)
    except ValidationError as error:
        raise PackError("\n".join(f"{shown}: {_problem(each)}" for each in error.errors())) from error
    except (yaml.YAMLError, TypeError) as error:
        raise PackError(f"{shown}: {error}") from error


class _Strict(yaml.SafeLoader):
    """YAML without twins: the second of two equal keys would silently win."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002 - PyYAML's signature
        keys = [key.value for key, _ in node.value]
        twins = sorted({key for key in keys if keys.count(key) > 1})
        if twins:
            raise yaml.constructor.ConstructorError(None, None, f"key used twice: {', '.join(twins)}", node.start_mark)
        return super().construct_mapping(node, deep=deep)


def _problem(error: Any) -> str:
    place = ".".join(map(str, error["loc"]))
    message = str(error["msg"]).removeprefix("Value error, ")
    return f"{place}: {message}" if place else message


def contrast(colour: str, other: str) -> float:
    """Give the contrast ratio of two `#rrggbb` colours as WCAG 2 defines it, 1 to 21."""
    lighter, darker = sorted((_luminance(colour), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)  # noqa: PLR2004 - of the sRGB curve
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _readable(colour: str, ground: str) -> str:
    ratio = contrast(colour, ground)
    if ratio < _CONTRAST_MIN:
        raise ValueError(f"{colour} on {ground} has a contrast of {ratio:.2f}, AA asks for {_CONTRAST_MIN}")
    return colour
