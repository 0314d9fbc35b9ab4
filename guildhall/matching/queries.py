"""Reading offers, cascades and reasons."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from guildhall.discovery.queries import rank_candidates
from guildhall.discovery.types import CandidateJob
from guildhall.eventlog.queries import timeline
from guildhall.eventlog.types import Fact
from guildhall.kernel.money import Money
from guildhall.kernel.refusals import NotFound
from guildhall.kernel.rows import cards, read
from guildhall.matching.events import WaveOpened
from guildhall.matching.models import Cascade, Offer
from guildhall.matching.rules import area_around
from guildhall.matching.types import (
    CandidateCard,
    CascadeCard,
    CascadeStatus,
    Mode,
    OfferCard,
    OfferStatus,
    WaveCard,
    WaveKind,
)

_OFFER = """
select o.id, c.reference, o.cascade_id, o.provider_id, o.status, c.mode, c.category_id, c.kind, o.wave_number, o.tier_rank,
  o.net_minor, o.currency, o.distance_metres, c.latitude, c.longitude, c.planned_minutes, c.minutes_from, o.work_ends_at, o.offered_at,
  o.expires_at, o.answered_at, o.reason
from matching_offer o join matching_cascade c on c.id = o.cascade_id
"""


_CANDIDATES = """
select k.wave_number, k.position, k.provider_id, k.tier_rank, k.distance_metres, k.score, k.reasons::text, k.eligible, k.refusal,
  exists (
    select from matching_offer o
    where o.cascade_id = k.cascade_id and o.provider_id = k.provider_id and o.wave_number = k.wave_number
  ) as asked
from matching_cascade c join matching_candidate k on k.cascade_id = c.id
where c.reference = %s order by c.opened_at, c.id, k.wave_number, k.position
"""

# How many live cascades have a wave that is over, or none yet, and wait for the candidates of the next: then offers follow at once.
AWAITING_RANKING = """
select count(*) from matching_cascade
where status = 'live' and candidates_ready_wave <= wave_number and expires_at <= timers.clock_now()
"""


def get_offer(offer_id: UUID) -> OfferCard:
    """
    Give an offer in any status.

    :raises NotFound: when there is none.
    """
    offers = get_offers([offer_id])
    if offer_id not in offers:
        raise NotFound
    return offers[offer_id]


def get_offers(offer_ids: Collection[UUID]) -> dict[UUID, OfferCard]:
    """Give offers by id, in any status, in one query; unknown ids are left out."""
    return {offer.id: offer for offer in cards(_offer_card, f"{_OFFER} where o.id = any(%s)", [list(offer_ids)])}


def list_offers(
    provider_id: UUID, *, at: datetime, limit: int = 50, after: tuple[datetime, UUID] | None = None
) -> list[OfferCard]:
    """Give the offers a provider can still accept, those that end first at the top; `after` is (expires_at, id) of the last one seen."""
    seen_until, seen_id = after or (at, UUID(int=0))
    return cards(
        _offer_card,
        f"""{_OFFER}
        where o.provider_id = %s and o.expires_at > %s and (o.expires_at, o.id) > (%s, %s)
          and o.status = 'open' and c.status = 'live'
        order by o.expires_at, o.id limit %s
        """,
        [provider_id, at, seen_until, seen_id, limit],
    )


def _offer_card(**row: Any) -> OfferCard:
    starts_at = row["work_ends_at"] - timedelta(minutes=row["planned_minutes"])
    return OfferCard(
        id=row["id"],
        reference=row["reference"],
        cascade_id=row["cascade_id"],
        provider_id=row["provider_id"],
        status=OfferStatus(row["status"]),
        mode=Mode(row["mode"]),
        category_id=row["category_id"],
        kind=row["kind"],
        wave_number=row["wave_number"],
        tier_rank=row["tier_rank"],
        net=Money(row["net_minor"], row["currency"]),
        distance_metres=row["distance_metres"],
        area=area_around(row["latitude"], row["longitude"]),
        starts_at=starts_at,
        ends_at=row["work_ends_at"],
        earliest_end_at=starts_at + timedelta(minutes=row["minutes_from"]),
        offered_at=row["offered_at"],
        expires_at=row["expires_at"],
        answered_at=row["answered_at"],
        reason=row["reason"],
    )


def get_cascade(reference: str, told: Sequence[Fact] | None = None) -> CascadeCard | None:
    """
    Give the newest cascade of a reference: who is asked now, until when, and the waves before; None when there never was one.

    :param told: the facts of the reference (`timeline`), from whoever has read them already.
    """
    cascade = _newest(reference)
    if cascade is None:
        return None
    waves = _waves(cascade, timeline(reference) if told is None else told)
    is_live = cascade.status == CascadeStatus.LIVE
    statuses = [offer.status for offer in read(Offer, "where cascade_id = %s", [cascade.id])]
    return CascadeCard(
        id=cascade.id,
        reference=reference,
        mode=Mode(cascade.mode),
        status=CascadeStatus(cascade.status),
        opened_at=cascade.opened_at,
        wave=waves[-1] if waves and is_live else None,
        waves=waves,
        asked=len(statuses),
        declined=statuses.count(OfferStatus.DECLINED.value),
    )


def _newest(reference: str) -> Cascade | None:
    found = read(Cascade, "where reference = %s order by opened_at desc, id desc limit 1", [reference])
    return found[0] if found else None


def _waves(cascade: Cascade, told: Sequence[Fact]) -> list[WaveCard]:
    """Read the waves from the log, where those that found nobody to ask are remembered too."""
    facts = [fact for fact in told if fact.name == WaveOpened.name and fact.aggregate == f"cascade:{cascade.id}"]
    return [
        WaveCard(
            number=fact.payload["wave_number"],
            kind=WaveKind(fact.payload["wave_kind"]),
            tier_rank=fact.payload["tier_rank"],
            asked=len(fact.payload["offer_ids"]),
            opened_at=fact.occurred_at,
            until=datetime.fromisoformat(fact.payload["expires_at"]),
        )
        for fact in facts
    ]


def candidates(reference: str) -> list[CandidateCard]:
    """Give everybody who was considered for a reference, in all its cascades, wave by wave in order, with the reasons."""
    return cards(_candidate_card, _CANDIDATES, [reference])


def _candidate_card(reasons: str, **values: Any) -> CandidateCard:
    return CandidateCard(reasons=json.loads(reasons), **values)


def assignable(reference: str, *, at: datetime, limit: int = 20) -> list[CandidateCard]:
    """
    Give those to whom an operator could give the job of a reference by hand now, in the order of the ranking.

    Everybody who may do it and is free counts, whoever was asked before; nothing is stored. Empty when there never was a cascade.
    """
    last = _newest(reference)
    if last is None:
        return []
    starts_at, ends_at = last.planned.lower, last.planned.upper
    if last.mode == Mode.ASAP:
        starts_at = at + timedelta(minutes=last.travel_minutes)
        ends_at = starts_at + timedelta(minutes=last.planned_minutes)
    assert starts_at is not None
    assert ends_at is not None
    job = CandidateJob(
        key=last.id,
        latitude=last.latitude,
        longitude=last.longitude,
        category_id=last.category_id,
        window_start=starts_at,
        window_end=ends_at,
        excluded=last.excluded,
        limit=limit,
        asap=last.mode == Mode.ASAP,
        seed=last.id.int % 2**31,
    )
    return [
        CandidateCard(
            wave_number=0,
            position=one.position,
            provider_id=one.provider_id,
            tier_rank=one.tier_rank,
            distance_metres=one.distance_metres,
            score=one.score,
            reasons=dict(one.reasons),
            eligible=one.eligible,
            refusal=one.refusal,
            asked=False,
        )
        for one in rank_candidates([job], at)
        if one.eligible and str(one.tier_rank) in last.net_minor_by_tier
    ]
