"""A booking's past, read for its page: facts in words, waves with their candidates and reasons, money, messages."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from guildhall.bookings.types import BookingCard
from guildhall.eventlog.types import Fact
from guildhall.kernel.money import Money
from guildhall.matching.types import CandidateCard
from guildhall.notifications.types import MessageCard
from guildhall.payments.queries import ledger_of, list_tips, list_transactions
from guildhall.policy.types import NotificationPolicy
from guildhall.web.operator import words
from guildhall.web.operator.choosing import distance
from guildhall.web.operator.policy_words import CHANNELS, event_word
from guildhall.web.operator.reading import Person, actor_names, people_of, read_actor, tier_labels
from guildhall.web.operator.words import Word

_EVENTS = {rule.template: rule.event for rule in NotificationPolicy().rules}


@dataclass(frozen=True)
class Told:
    """A fact in words, and the raw one behind it."""

    at: datetime
    text: str
    actor: str
    name: str
    raw: str
    part: str


@dataclass(frozen=True)
class Considered:
    """Somebody who was considered for a wave."""

    person: Person | None
    tier: str
    distance: str
    score: int
    reasons: list[str]
    why_not: str
    was_asked: bool


@dataclass(frozen=True)
class Wave:
    """One wave: whom it asked."""

    title: str
    opened_at: datetime | None
    until: datetime | None
    considered: list[Considered]
    asked: int


@dataclass(frozen=True)
class Entry:
    """A line of the ledger."""

    at: datetime
    kind: str
    account: str
    amount: Money
    is_first: bool


@dataclass(frozen=True)
class Movement:
    """A movement as the vendor knows it."""

    at: datetime
    kind: str
    amount: Money
    status: str
    vendor_ref: str


@dataclass(frozen=True)
class Message:
    """A message that was, or was not, sent."""

    at: datetime
    person: Person | None
    channel: str
    template: str
    word: Word
    reason: str


People = dict[UUID, Person]


def people_in(
    card: BookingCard, facts: Sequence[Fact], found: Sequence[CandidateCard], sent: Sequence[MessageCard]
) -> People:
    """Look up everybody whom a booking's story names, in one question."""
    acted = (read_actor(fact.actor)[1] for fact in facts)
    others = (*(one.provider_id for one in found), *(one.recipient_id for one in sent))
    return people_of([card.customer_id, card.provider_id, *acted, *others])


def story_of(facts: Sequence[Fact], people: People) -> list[Told]:
    """Tell what happened (a booking's facts, the oldest first), the latest first."""
    names = actor_names((fact.actor for fact in facts), people)
    return [_told(fact, names) for fact in reversed(facts)]


def _told(fact: Fact, names: dict[str, str]) -> Told:
    payload = {"currency": "USD", **fact.payload}
    raw = _raw(fact.payload)
    part = fact.name.partition(".")[0]
    told = f"{fact.name} again" if payload.get("is_again") else fact.name
    return Told(fact.occurred_at, words.sentence(told, payload), names[fact.actor], fact.name, raw, part)


def _raw(payload: dict[str, Any]) -> str:
    """Write a payload member by member: laid out as a whole, JSON is written by Python, ten times as slowly."""
    return "\n".join(f"{name}: {json.dumps(value)}" for name, value in sorted(payload.items()))


def waves_of(found: Sequence[CandidateCard], told: Sequence[Fact], people: People) -> list[Wave]:
    """
    Tell, from a booking's facts, the waves of every search with everybody who was considered (`candidates`).

    Candidates come cascade by cascade, each counting its waves from 1, so a number that falls begins the next search.
    """
    tiers = tier_labels()
    opened = [fact for fact in told if fact.name == "wave.opened"]
    by_number: dict[int, list[Fact]] = defaultdict(list)
    for fact in opened:
        by_number[fact.payload["wave_number"]].append(fact)
    turns: dict[int, int] = defaultdict(int)
    waves = []
    for number, group in groupby(found, key=lambda one: one.wave_number):
        facts, turn = by_number[number], turns[number]
        turns[number] += 1
        when = facts[turn] if turn < len(facts) else None
        waves.append(_wave(number, when, list(group), people, tiers))
    return waves


def _wave(number: int, fact: Fact | None, group: list[CandidateCard], people: People, tiers: dict[int, str]) -> Wave:
    payload = fact.payload if fact else {}
    kinds = {
        "direct": _("one provider"),
        "favourites": _("favourites"),
        "tier": tiers.get(payload.get("tier_rank") or 0),
    }
    title = _("Wave %(number)s: %(who)s") % {
        "number": number,
        "who": kinds.get(payload.get("wave_kind", "")) or _("never opened"),
    }
    return Wave(
        title,
        fact.occurred_at if fact else None,
        datetime.fromisoformat(payload["expires_at"]) if payload else None,
        [_considered(one, people.get(one.provider_id), tiers) for one in group],
        sum(one.asked for one in group),
    )


def _considered(one: CandidateCard, person: Person | None, tiers: dict[int, str]) -> Considered:
    return Considered(
        person,
        tiers.get(one.tier_rank or 0, ""),
        "" if one.distance_metres is None else distance(one.distance_metres),
        round(one.score * 100),
        [
            f"{words.text(words.SIGNALS, name)} {round(float(value) * 100)}"
            for name, value in one.reasons.items()
            if isinstance(value, int | float) and not isinstance(value, bool)
        ],
        words.text(words.REFUSALS, one.refusal) if one.refusal else "",
        one.asked,
    )


def ledger_lines(card: BookingCard) -> list[Entry]:
    """Give the ledger's entries, journal by journal."""
    lines, last = [], None
    for posting in ledger_of(card.reference):
        amount = Money(posting.amount_minor, posting.currency)
        is_first = posting.journal_id != last
        lines.append(
            Entry(
                posting.posted_at,
                str(words.ENTRIES.get(posting.kind, posting.kind)),
                str(words.ACCOUNTS.get(posting.account, posting.account)),
                amount,
                is_first,
            )
        )
        last = posting.journal_id
    return lines


def movements_of(card: BookingCard) -> list[Movement]:
    """Give the movements that the vendor knows."""
    kinds: dict[str, str | Promise] = {
        "authorization": _("Held"),
        "charge": _("Charge"),
        "capture": _("Charged"),
        "transfer": _("Provider's share"),
        "payout": _("Payout"),
    }
    return [
        Movement(
            one.at,
            str(kinds.get(one.kind, one.kind)),
            Money(one.amount_minor, one.currency),
            words.text(words.MOVEMENTS, one.status),
            one.vendor_ref,
        )
        for one in list_transactions(card.reference)
    ]


def messages_of(sent: Sequence[MessageCard], people: People) -> list[Message]:
    """Give what was told to whom (`log_of`), the latest first."""
    return [
        Message(
            one.sent_at or one.queued_at,
            people.get(one.recipient_id),
            str(CHANNELS.get(one.channel, one.channel)),
            _told_of(one.template),
            words.word(words.MESSAGE_STATES, one.status),
            words.text(words.UNSENT, one.reason),
        )
        for one in reversed(sent)
    ]


def _told_of(template: str) -> str:
    """Name what a message is about: the event that the matrix sends it for, as it came with the system."""
    event = _EVENTS.get(template)
    return str(event_word(event)) if event else template.replace("-", " ").capitalize()


def tips_of(card: BookingCard) -> list[tuple[Money, str, datetime]]:
    """Give the tips."""
    return [
        (Money(tip.amount_minor, tip.currency), words.text(words.MOVEMENTS, tip.status), tip.given_at)
        for tip in list_tips(card.reference)
    ]
