"""A draft put into words: what, where, when and for how much, as it stands now."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from guildhall.bookings.commands import estimate_booking, terms_now
from guildhall.bookings.types import Quote, Terms
from guildhall.catalog.queries import get_category, get_job_kind, name_job
from guildhall.catalog.types import JobName
from guildhall.customers.queries import find_place
from guildhall.customers.types import Place
from guildhall.kernel.money import Money
from guildhall.providers.queries import get_profiles
from guildhall.providers.types import Profile
from guildhall.web.asking.draft import Draft
from guildhall.web.asking.words import cancellation_terms, is_held_on_acceptance, minimum_terms


@dataclass(frozen=True)
class Summary:
    """
    What somebody is about to ask for.

    `starts_at`, and `notice` from now to it, are None for as soon as possible; `provider` when nobody was chosen.
    """

    job: JobName
    place: Place
    street: str
    mode: str
    starts_at: datetime | None
    notice: timedelta | None
    quote: Quote
    terms: Terms
    provider: Profile | None

    @property
    def least(self) -> Money:
        """The lower end of the estimate."""
        return Money(self.quote.from_minor, self.quote.currency)

    @property
    def most(self) -> Money:
        """The upper end of the estimate."""
        return Money(self.quote.to_minor, self.quote.currency)

    @property
    def up_to(self) -> Money:
        """What is held on the card at most; more is never charged without being asked for."""
        return Money(self.quote.authorize_minor, self.quote.currency)

    @property
    def rate(self) -> Money | None:
        """What an hour of the one who was chosen costs; None when nobody was, or their tier has no price here."""
        rank = self.provider.tier_rank if self.provider else None
        found = (price.hourly_minor for price in self.terms.prices if price.tier_rank == rank)
        return next((Money(minor, self.terms.currency) for minor in found), None)

    @property
    def cancelling(self) -> str:
        """What cancelling costs, in one sentence."""
        return cancellation_terms(self.terms, mode=self.mode, notice=self.notice)

    @property
    def is_held_on_acceptance(self) -> bool:
        """Whether the start is so near that the amount is held as soon as somebody accepts."""
        return self.notice is not None and is_held_on_acceptance(self.terms, notice=self.notice)

    @property
    def minimum(self) -> str:
        """What is charged at least, in one sentence."""
        return minimum_terms(self.terms)


def summarise(draft: Draft, *, at: datetime) -> Summary:
    """
    Put a complete draft into words, as they are true `at` this moment.

    :raises Refused: when something in it cannot be had any more.
    """
    category = get_category(draft.category)
    kind = get_job_kind(draft.kind).key if draft.kind else ""
    place = find_place(draft.zip_code)
    starts_at = None
    if draft.mode == "scheduled" and draft.starts_at is not None:
        starts_at = draft.starts_at.replace(tzinfo=ZoneInfo(place.time_zone), fold=draft.fold or 0)
    chosen = [draft.provider_id] if draft.provider_id else []
    return Summary(
        job=name_job(category.id, kind),
        place=place,
        street=draft.street,
        mode=draft.mode,
        starts_at=starts_at,
        notice=None if starts_at is None else starts_at - at,
        quote=estimate_booking(category=draft.category, **draft.length),
        terms=terms_now(draft.category),
        provider=get_profiles(chosen).get(chosen[0]) if chosen else None,
    )
