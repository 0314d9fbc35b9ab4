"""A request that nobody has made yet: kept in a signed cookie of this browser, adopted by whoever signs in and confirms it."""

from datetime import datetime
from typing import Any, Literal, Self
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from guildhall.catalog.queries import get_category, get_job_kind
from guildhall.kernel.ids import new_id
from guildhall.kernel.refusals import DoesNotExist

COOKIE = "guildhall_request"
_LIFE_SECONDS = 86_400
_SALT = "guildhall.asking.draft"


class Draft(BaseModel):
    """
    What has been said so far; empty where nothing was.

    `key` is the one-time key of the form that asks for it, `starts_at` wall time (naive) at the place, `minutes` the length of a
    job that is of no usual kind. `address_id` is a known place of a customer's; street and ZIP code stand beside it.
    """

    model_config = ConfigDict(frozen=True)

    key: UUID = Field(default_factory=new_id)
    category: str = ""
    kind: str = ""
    minutes: int | None = None
    street: str = ""
    zip_code: str = ""
    latitude: float | None = None
    longitude: float | None = None
    address_id: UUID | None = None
    mode: Literal["", "asap", "scheduled"] = ""
    starts_at: datetime | None = None
    fold: int | None = None
    provider_id: UUID | None = None
    service_id: UUID | None = None

    @classmethod
    def read(cls, request: HttpRequest) -> Self:
        """Give what this browser has said within the day; an empty draft when nothing, or something nobody signed."""
        try:
            said = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=_LIFE_SECONDS)
            return cls.model_validate(said)
        except (signing.BadSignature, ValidationError):
            return cls()

    def but(self, **changes: Any) -> Self:
        """Give it with something said otherwise."""
        return self.model_copy(update=changes)

    def keep(self, response: HttpResponse) -> None:
        """Keep it for a day, in this browser only."""
        said = self.model_dump(mode="json", exclude_defaults=True) | {"key": str(self.key)}
        response.set_cookie(
            COOKIE,
            signing.dumps(said, salt=_SALT, compress=True),
            max_age=_LIFE_SECONDS,
            secure=urlsplit(settings.PUBLIC_URL).scheme == "https",
            httponly=True,
            samesite="Lax",
        )

    @property
    def length(self) -> dict[str, Any]:
        """How long the job takes, as commands take it: by its kind, or the same minutes from and to."""
        if self.kind:
            return {"kind": self.kind}
        return {"minutes_from": self.minutes, "minutes_to": self.minutes}

    @property
    def missing(self) -> str:
        """The first step that still has to be taken (`what`, `where`, `when`), or an empty text."""
        if not self.is_offered:
            return "what"
        if not self.street:
            return "where"
        return "" if self.mode == "asap" or self.starts_at else "when"

    @property
    def is_offered(self) -> bool:
        """Whether the work that was named can (still) be asked for."""
        if not self.category or not (self.kind or self.minutes):
            return False
        try:
            category = get_category(self.category)
            return not self.kind or get_job_kind(self.kind).category_id == category.id
        except DoesNotExist:
            return False


def forget_draft(response: HttpResponse) -> None:
    """Remember nothing any more: it was adopted."""
    response.delete_cookie(COOKIE, samesite="Lax")
