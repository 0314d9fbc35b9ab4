"""Everything that the live page of a booking says, read once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from guildhall.bookings.queries import get_work, on_the_way, proposal_of, receipt_of, would_cost
from guildhall.bookings.types import BookingCard, OnTheWay, Receipt, Work
from guildhall.catalog.queries import name_job
from guildhall.customers.queries import blocked_ids, favourite_ids, get_address, saved_card
from guildhall.customers.types import Address
from guildhall.eventlog.queries import timeline
from guildhall.eventlog.types import Fact
from guildhall.kernel.ids import public_id
from guildhall.kernel.money import Money
from guildhall.kernel.refusals import NotFound
from guildhall.matching.queries import get_cascade
from guildhall.matching.types import CascadeCard, WaveCard, WaveKind
from guildhall.payments.queries import get_checkout, get_payment, list_tips
from guildhall.payments.types import Checkout, PaymentCard, TipCard
from guildhall.policy.queries import get
from guildhall.policy.types import TipPolicy
from guildhall.providers.queries import get_profile
from guildhall.providers.types import Profile
from guildhall.reviews.queries import reviews_beside
from guildhall.reviews.types import BookingReviews
from guildhall.web.asking.words import cancellation_terms, is_held_on_acceptance
from guildhall.web.customer.reading import address_of, tier_names
from guildhall.web.customer.timeline import steps_of, was_held
from guildhall.web.evidence import pictures_of
from guildhall.web.signin.access import PageRequest

_QUICK = frozenset({"awaiting_card", "matching", "confirmed", "en_route", "arrived", "in_progress"})
_CANCELLABLE = frozenset({"awaiting_card", "waiting", "matching", "unfilled", "confirmed", "en_route", "arrived"})
_MOVABLE = frozenset({"waiting", "matching", "unfilled", "confirmed"})
_AFTERWARDS = frozenset({"completed", "contested", "unresolved", "settled", "cancelled", "closed"})
_EXPECTED = frozenset({"confirmed", "en_route", "arrived"})


@dataclass(frozen=True)
class LiveBooking:
    """A booking, its money and its search, as its customer sees them at `at`."""

    card: BookingCard
    request: PageRequest
    at: datetime

    @cached_property
    def money(self) -> PaymentCard:
        """Where the money stands."""
        return get_payment(self.card.reference)

    @cached_property
    def checkout(self) -> Checkout | None:
        """The vendor's page that was opened last."""
        try:
            return get_checkout(self.card.reference)
        except NotFound:
            return None

    @cached_property
    def cascade(self) -> CascadeCard | None:
        """The search for somebody."""
        return get_cascade(self.card.reference, self.facts)

    @property
    def wave(self) -> WaveCard | None:
        """Who is being asked now."""
        return self.cascade.wave if self.cascade and self.card.status == "matching" else None

    @property
    def was_direct(self) -> bool:
        """Whether nobody was asked but the one who had been chosen."""
        waves = self.cascade.waves if self.cascade else []
        return bool(waves) and all(wave.kind == WaveKind.DIRECT for wave in waves)

    @property
    def wave_seconds(self) -> int:
        """How long the present wave lasts in all."""
        return int((self.wave.until - self.wave.opened_at).total_seconds()) if self.wave else 1

    @cached_property
    def provider(self) -> Profile | None:
        """Who comes, or came."""
        return get_profile(self.card.provider_id) if self.card.provider_id else None

    @cached_property
    def way(self) -> OnTheWay | None:
        """Where the provider is on the way, when they let it be seen."""
        return on_the_way(self.card, by=self.request.actor, at=self.at)

    @cached_property
    def facts(self) -> list[Fact]:
        """What happened, oldest first."""
        return timeline(self.card.reference)

    @property
    def expected_at(self) -> datetime | None:
        """When the provider says that they come, after saying that it gets later."""
        told = [fact for fact in self.facts if fact.name in {"booking.provider_delayed", "booking.confirmed"}]
        if not told or self.card.status not in _EXPECTED or told[-1].name != "booking.provider_delayed":
            return None
        return datetime.fromisoformat(told[-1].payload["expected_at"])

    @property
    def is_on_a_break(self) -> bool:
        """Whether the work pauses, and its paid time with it."""
        told = [fact.name for fact in self.facts if fact.name in {"booking.break_started", "booking.break_ended"}]
        return self.card.status == "in_progress" and told[-1:] == ["booking.break_started"]

    @property
    def was_given_back(self) -> bool:
        """Whether somebody had accepted and gave the job back, and the others are asked."""
        told = [fact.name for fact in self.facts if fact.name in {"booking.provider_withdrew", "booking.confirmed"}]
        return told[-1:] == ["booking.provider_withdrew"]

    @cached_property
    def reviews(self) -> BookingReviews | None:
        """What both sides said, once the work is done."""
        if self.card.finished_at is None:
            return None
        return reviews_beside(self.card, by=self.request.actor, at=self.at)

    @cached_property
    def work(self) -> Work | None:
        """What the provider says and shows of the work, once it is done."""
        if self.card.finished_at is None:
            return None
        return get_work(booking_id=self.card.id, by=self.request.actor, at=self.at)

    @cached_property
    def tips(self) -> list[TipCard]:
        """Thanks in money."""
        return list_tips(self.card.reference) if self.card.finished_at else []

    @property
    def fingerprint(self) -> str:
        """What would look different when it changes: the live part is sent again only then."""
        cascade, wave, reviews = self.cascade, self.wave, self.reviews
        parts: list[Any] = [
            self.card.version,
            self.money.payment_state,
            self.money.captured_minor,
            self.money.authorized_minor,
            self.checkout.status if self.checkout else "",
            wave.number if wave else "",
            (cascade.asked, cascade.declined, cascade.status.value) if cascade else "",
            self.is_late,
            self.is_on_a_break,
            self.is_held_on_acceptance,
            self.other_time,
            self.is_card_being_checked,
            self.way is not None,
            [tip.status for tip in self.tips],
            (reviews.may_review, len(reviews.reviews), reviews.is_other_in) if reviews else "",
        ]
        return "-".join(str(part) for part in parts).replace(" ", "")

    @property
    def is_cancelled(self) -> bool:
        """Whether it will not happen, its money settled or not."""
        return bool(self.card.cancelled_by)

    @property
    def was_held(self) -> bool:
        """Whether something was held on the card when it was cancelled."""
        return was_held(self.facts)

    @property
    def is_done(self) -> bool:
        """Whether the hours are final."""
        return self.card.status in {"settled", "closed"} and not self.is_cancelled

    @property
    def is_live(self) -> bool:
        """Whether something may still happen by itself."""
        return self.card.status != "closed" or any(tip.status == "requested" for tip in self.tips)

    @property
    def look_again(self) -> str:
        """How often the page asks by itself when the feed does not say that something happened."""
        if self.is_card_being_checked:
            return "2s"
        return "5s" if self.card.status in _QUICK else "30s"

    @property
    def is_late(self) -> bool:
        """Whether somebody should have come by now, also by their own word."""
        return self.card.status in _EXPECTED and self.at > (self.expected_at or self.card.starts_at)

    @property
    def window_end(self) -> datetime:
        """Until when an arrival is on time."""
        return self.card.starts_at + timedelta(minutes=self.card.terms.start_grace_minutes)

    @property
    def is_held_on_acceptance(self) -> bool:
        """Whether a scheduled start is so near that the amount is held as soon as somebody accepts."""
        return self.card.mode == "scheduled" and is_held_on_acceptance(self.card.terms, notice=self.notice)

    @property
    def notice(self) -> timedelta:
        """How far away the start is."""
        return self.card.starts_at - self.at

    @property
    def card_refused(self) -> bool:
        """Whether the bank wants the customer, or another card."""
        return self.money.payment_state in {"action_needed", "failed"}

    @property
    def needs_card(self) -> bool:
        """Whether the vendor's page has to be visited."""
        is_missing = self.card.status == "awaiting_card" and not self.card.is_proposal
        return is_missing or (self.card.status == "confirmed" and self.card_refused)

    @property
    def is_proposed(self) -> bool:
        """Whether it waits for a yes to what was said on the telephone."""
        return self.card.is_proposal and self.card.status == "awaiting_card"

    @property
    def other_time(self) -> datetime | None:
        """The time that was agreed on the telephone, as long as it waits for a yes."""
        found = proposal_of(self.card, at=self.at)
        return found.starts_at if found and found.what == "time" else None

    @property
    def is_card_being_checked(self) -> bool:
        """Whether the bank is being asked: the vendor's page was finished (we heard of it, or the browser came back first), or needs no visit."""
        if not self.needs_card:
            return False
        if self.checkout is None:
            return not self.card_refused  # The card on file is being authorized.
        if self.checkout.status == "open":
            return str(self.checkout.id) == self.visit
        return self.checkout.status == "completed" and not self.card_refused

    @property
    def visit(self) -> str:
        """The visit of the vendor's page from which the browser comes, as the vendor told it; empty otherwise."""
        return self.request.GET.get("card", "")

    @property
    def may_tip(self) -> bool:
        """Whether thanks in money can be given now."""
        finished = self.card.finished_at
        if not self.is_done or finished is None or self.card.settled_minutes is None:
            return False
        is_under_way = any(tip.status == "requested" for tip in self.tips)
        return not is_under_way and self.at <= finished + timedelta(days=get(TipPolicy).window_days)

    @cached_property
    def receipt(self) -> Receipt | None:
        """The lines of the final price, or of what the logged hours would cost."""
        if self.card.status in {"completed", "contested"} and self.card.logged_minutes is not None:
            return would_cost(self.card, self.card.logged_minutes)
        return receipt_of(self.card)

    @property
    def estimate(self) -> tuple[Receipt, Receipt] | None:
        """What the shortest and the longest expected work cost by the rate of who comes; None before somebody accepted."""
        least, most = (would_cost(self.card, minutes) for minutes in (self.card.minutes_from, self.card.minutes_to))
        return (least, most) if least and most else None

    def amount(self, minor: int) -> Money:
        """Give an amount in the booking's currency."""
        return Money(minor, self.card.currency)

    @cached_property
    def address(self) -> Address | None:
        """Where."""
        return get_address(self.card.customer_id, self.card.address_id) if self.card.address_id else None


def context_of(live: LiveBooking) -> dict[str, Any]:
    """Give what the templates show."""
    card, money, amount = live.card, live.money, live.amount
    provider = live.provider
    receipt, wave, estimate = live.receipt, live.wave, live.estimate
    tiers = tier_names()
    is_blocked = bool(provider and provider.id in blocked_ids(card.customer_id))
    let_go = money.authorized_minor - money.captured_minor if money.captured_minor else 0
    return {
        "live": live,
        "booking": card,
        "address": address_of(card),
        "booking_id": public_id("bk", card.id),
        "job": name_job(card.category_id, card.kind),
        "place": live.address,
        "provider": provider,
        "provider_name": f"{provider.first_name} {provider.last_initial}" if provider else "",
        "provider_id": public_id("pr", provider.id) if provider else "",
        "provider_tier": tiers.get(card.tier_rank or 0, ""),
        "is_blocked": is_blocked,
        "may_block": bool(provider) and not is_blocked and card.status in _AFTERWARDS,
        "is_favourite": bool(provider and provider.id in favourite_ids(card.customer_id)),
        "wave": wave,
        "wave_tier": tiers.get(wave.tier_rank or 0, "") if wave else "",
        "steps": steps_of(card, live.facts, provider.first_name if provider else "", live.cascade),
        "least": amount(estimate[0].total_minor if estimate else card.estimate_from_minor),
        "most": amount(estimate[1].total_minor if estimate else card.estimate_to_minor),
        "rate": amount(estimate[0].hourly_minor) if estimate else None,
        "up_to": amount(card.authorize_minor),
        "held": amount(money.authorized_minor),
        "captured": amount(money.captured_minor),
        "let_go": amount(let_go) if let_go > 0 else None,
        "fee": amount(card.cancellation_fee_minor) if card.cancellation_fee_minor else None,
        "receipt": receipt,
        "receipt_lines": {
            name: amount(getattr(receipt, f"{name}_minor")) for name in ("hourly", "labour", "tax", "over", "total")
        }
        if receipt
        else {},
        "tips": [(tip, amount(tip.amount_minor)) for tip in live.tips],
        "work": live.work,
        "pictures": pictures_of(live.work.photographs) if live.work else [],
        "terms": cancellation_terms(card.terms, mode=card.mode, tier_rank=card.tier_rank, notice=live.notice),
        "saved_card": saved_card(card.customer_id) if live.is_proposed else None,
        "may_cancel": card.status in _CANCELLABLE and not live.is_proposed,
        "may_move": card.status in _MOVABLE,
        "section": "bookings",
    }
