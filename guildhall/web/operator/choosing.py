"""Providers to choose from, each with what speaks for them."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from guildhall.kernel.ids import public_id
from guildhall.matching.types import CandidateCard
from guildhall.providers.queries import find_providers
from guildhall.providers.types import ProviderRow
from guildhall.web.operator.reading import people_of, tier_labels
from guildhall.web.pages import moments
from guildhall.web.pages.forms import Detail


@dataclass(frozen=True)
class Choices:
    """What a field of choice cards needs."""

    choices: list[tuple[str, str]]
    details: dict[str, Detail]


def provider_choices(candidates: Sequence[CandidateCard]) -> Choices:
    """Name candidates in their order; beside each tier, distance, rating and how fast they answer."""
    ids = [card.provider_id for card in candidates]
    if not ids:
        return Choices([], {})
    people, tiers = people_of(ids), tier_labels()
    rows = {row.id: row for row in find_providers(among=ids, limit=len(ids))}
    choices = [(public_id("pr", one), people[one].name) for one in ids]
    details = {
        public_id("pr", card.provider_id): Detail(
            hint=_about(card, rows[card.provider_id], tiers), value=f"{round(card.score * 100)}"
        )
        for card in candidates
    }
    return Choices(choices, details)


def _about(card: CandidateCard, row: ProviderRow, tiers: dict[int, str]) -> str:
    pieces = [tiers.get(card.tier_rank or 0, "")]
    if card.distance_metres is not None:
        pieces.append(distance(card.distance_metres))
    pieces.append(
        f"\N{BLACK STAR} {moments.decimal(row.rating)} ({row.rating_count})" if row.rating else _("no rating yet")
    )
    if row.response_seconds is not None:
        pieces.append(_("answers in %(time)s") % {"time": answer_time(row.response_seconds)})
    return " · ".join(piece for piece in pieces if piece)


def distance(metres: int) -> str:
    """Write a distance as people of the place measure it."""
    return moments.miles(metres)


def answer_time(seconds: float) -> str:
    """Write how long an answer takes."""
    return f"{round(seconds)} s" if seconds < 90 else moments.length(round(seconds / 60))  # noqa: PLR2004 - a minute and a half
