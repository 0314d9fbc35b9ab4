"""What is sent to bookings."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from guildhall.web.api.fields import (
    AddressId,
    CustomerId,
    Key,
    Line,
    Minutes,
    OfferId,
    ProviderId,
    ServiceId,
    Text,
    WallTime,
)
from guildhall.web.api.schemas import Body, PositionIn


class BookingIn(Body):
    """
    A request: what, where, when. `scheduled_start_time` is local time at the address; an offset is needed only when clocks show
    that time twice. ASAP has none. `provider_user_id` books one provider's listing directly. Operators name the customer.
    """

    mode: Literal["asap", "scheduled"]
    category: Key
    address_id: AddressId
    kind: Key | None = None
    scheduled_start_time: WallTime | None = None
    minutes_from: Minutes | None = None
    minutes_to: Minutes | None = None
    provider_user_id: ProviderId | None = None
    service_id: ServiceId | None = None
    seeker_user_id: CustomerId | None = None
    instructions: Text = ""
    purchase_order: Line = ""

    @model_validator(mode="after")
    def _start_fits_mode(self) -> "BookingIn":
        if (self.mode == "scheduled") != (self.scheduled_start_time is not None):
            raise ValueError("A scheduled booking has a scheduled_start_time, an ASAP one has none.")
        return self


class StatusIn(Body):
    """
    The status that is wanted, and what it needs: `accepted` an `offer_id`; `in_progress` the `start_code` or a `position`;
    `completed` may name `minutes` and `notes`; `cancelled` a `reason`. Any other word is refused with 409.
    """

    status: Annotated[str, Field(max_length=40)]
    offer_id: OfferId | None = None
    start_code: Annotated[str, Field(max_length=10)] | None = None
    position: PositionIn | None = None
    minutes: Minutes | None = None
    notes: Text = ""
    reason: Text = ""


class ReschedulingIn(Body):
    """The new local time at the job's place."""

    scheduled_start_time: WallTime


class HoursIn(Body):
    """Time worked without breaks; without `minutes` it is what the clock says."""

    minutes: Minutes | None = None
    notes: Text = ""


class ContestIn(Body):
    """The minutes that were really worked, and why they differ."""

    minutes: Minutes
    reason: Text


class ReasonIn(Body):
    """Why. Kept with the booking; the other side and operators may read it."""

    reason: Text = ""


class WhereaboutsIn(PositionIn):
    """Where the provider is, and the radius in metres that their device vouches for."""

    accuracy_metres: Annotated[float, Field(ge=0, le=100_000_000, allow_inf_nan=False)]


class TipIn(Body):
    """A tip, in minor units of the booking's currency."""

    amount_minor: Minutes
