"""One booking from the request to its end, walked by a client thread as a seeded plan says."""

from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from threading import Event
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from tests.chaos.acks import Acks
from tests.chaos.crowd import Crowd
from tests.chaos.stubborn import Silent, Stubborn
from tests.clients import Refusal, Sandbox

PACIFIC = ZoneInfo("America/Los_Angeles")
# How a road ends, and how often of a hundred.
ENDINGS = {
    "confirmed": 30,
    "silence": 12,
    "decided": 14,
    "contested": 4,
    "not_fixed": 4,
    "cancelled_early": 7,
    "cancelled_confirmed": 8,
    "cancelled_on_the_way": 6,
    "withdrawn": 6,
    "ignored": 3,
    "no_card": 2,
    "no_show": 4,
}
_FAR = frozenset({"cancelled_confirmed", "no_show", "withdrawn"})
_LOST_RACES = frozenset({"already_taken", "expired", "offer_expired", "slot_taken"})


class Over(Exception):
    """The road ends here, for a reason that belongs to the game."""


@dataclass
class Load:
    """What all roads share. `closing` is set when no new step may begin."""

    crowd: Crowd
    sandbox: Sandbox
    acks: Acks
    seed: int
    think_seconds: tuple[float, float]
    endings: dict[str, int] = field(default_factory=lambda: dict(ENDINGS))
    closing: Event = field(default_factory=Event)


class Road:
    """One booking and its people."""

    def __init__(self, load: Load, number: int) -> None:
        """Draw the plan: everything random comes from the seed and the number."""
        self._load = load
        self._number = number
        self._rng = Random(f"{load.seed}:{number}")
        self._customer = self._rng.choice(load.crowd.customers)
        self._ending = self._rng.choices(list(load.endings), list(load.endings.values()))[0]
        self._mode = "scheduled" if self._rng.random() < 0.4 else "asap"
        self._id = ""
        self._answered: tuple[int, str] | None = None
        self._seen_waves: set[int] = set()
        self._has_paid = False
        self._has_widened = False

    def walk(self) -> None:
        """Go from the request to the plan's end; what no client should ever see is written down."""
        try:
            self._walk()
        except Over:
            return
        except (Refusal, Silent) as surprise:
            self._load.acks.note_surprise(f"road {self._number} ({self._ending}, {self._id}): {surprise}")

    def _walk(self) -> None:
        self._request()
        if self._ending == "no_card":
            return
        self._give_card()
        if self._ending == "cancelled_early":
            self._cancel()
            return
        if self._ending == "ignored":
            return
        provider = self._find_provider()
        if self._ending == "withdrawn":
            self._think()
            self._change(provider, "POST", "withdrawal", {"reason": "ill"}, step="withdraw")
            provider = self._find_provider()
        if self._ending == "no_show":
            return
        if self._ending == "cancelled_confirmed":
            self._cancel()
            return
        if self._is_far:
            return
        self._work(provider)
        self._settle(provider)

    # The request and the card

    @property
    def _is_far(self) -> bool:
        """Days ahead: nobody sets out during the load."""
        return self._mode == "scheduled" and self._ending in _FAR

    def _request(self) -> None:
        key = self._new_key()
        body: dict[str, Any] = {
            "mode": self._mode,
            "category": "audio",
            "address_id": self._customer.person.address_id,
            "minutes_from": 60,
            "minutes_to": 90,
            "purchase_order": key,
        }
        if self._mode == "scheduled":
            body["scheduled_start_time"] = self._start()
        self._id = self._customer.change(
            "POST", "bookings", body, step="request", road=self._number, key=key, rng=self._rng
        )["id"]

    def _start(self) -> str:
        """Wall time at the place; few different instants, so that time travel has few stops."""
        now = self._load.sandbox.now().astimezone(PACIFIC)
        hours = self._rng.choice((40, 64)) if self._is_far else self._rng.choice((5, 11, 20))
        start = (now + timedelta(hours=hours)).replace(minute=0, second=0, microsecond=0, tzinfo=None)
        return start.isoformat()

    def _give_card(self) -> None:
        """Visit the vendor's page, unless a card of an earlier road does; wait until the money or the card is there."""
        while self._look()["status"] == "awaiting_card":
            self._check_open()
            if not self._has_paid:
                self._pay()
            self._pause(0.8, 2.0)

    def _pay(self) -> None:
        try:
            page = self._customer.read(f"bookings/{self._id}/card")["url"]
        except Refusal as refused:
            if refused.status == 404:  # A saved card is being asked, and there is no page.
                return
            raise
        if page:
            answer = self._load.sandbox.pay(page)
            self._has_paid = answer.status_code in {303, 410}

    # Offers

    def _find_provider(self) -> Stubborn:
        """Answer the offers of each wave until somebody has the job."""
        while True:
            card = self._look()
            match card["status"]:
                case "confirmed":
                    return self._load.crowd.providers[card["provider_user_id"]]
                case "unfilled":
                    self._ask_wider()
                case "matching" | "waiting" | "awaiting_card":
                    if card["cascade"] and card["cascade"]["wave_number"]:
                        self._answer_wave(card["cascade"])
                case _:
                    raise Over
            self._check_open()
            self._pause(1.0, 2.5)

    def _ask_wider(self) -> None:
        if self._has_widened:
            self._cancel()
            raise Over
        self._has_widened = True
        self._change(self._customer, "POST", "widening", step="widen")

    def _answer_wave(self, cascade: dict[str, Any]) -> None:
        """Answer the offers of a wave, unless that was done when it was last looked at."""
        wave = cascade["wave_number"], cascade["until"]
        if wave == self._answered:
            return
        self._answered = wave
        facts = self._load.crowd.operator.items(f"operator/bookings/{self._id}/timeline")
        for index, fact in enumerate(facts):
            if fact["name"] == "wave.opened" and index not in self._seen_waves:
                self._seen_waves.add(index)
                details = fact["details"]
                for offer_id, provider_id in zip(details["offer_ids"], details["provider_ids"], strict=True):
                    if self._answer(offer_id, self._load.crowd.providers[provider_id]):
                        return

    def _answer(self, offer_id: str, provider: Stubborn) -> bool:
        """Accept (then True), decline, or say nothing."""
        drawn = self._rng.random()
        if drawn < 0.1:
            return False
        self._pause(0.05, 0.3)
        try:
            if drawn < 0.6:
                self._ask(provider, "POST", f"offers/{offer_id}/acceptance", step="accept")
                return True
        except Refusal as refused:
            self._expect(refused, _LOST_RACES)
        try:
            self._ask(provider, "POST", f"offers/{offer_id}/decline", {"reason": "busy"}, step="decline")
        except Refusal as refused:
            self._expect(refused, _LOST_RACES)
        return False

    # The job and its hours

    def _work(self, provider: Stubborn) -> None:
        self._set_out(provider)
        if self._ending == "cancelled_on_the_way":
            self._cancel()
            raise Over
        self._status(provider, "arrived")
        self._status(provider, "in_progress", start_code=self._look()["start_code"])
        if self._rng.random() < 0.3:
            self._change(provider, "POST", "breaks", step="break")
            self._change(provider, "DELETE", "breaks", step="break_end")
        self._pause(1.0, 2.0)
        if self._rng.random() < 0.5:
            self._status(provider, "completed", minutes=1)
        else:
            self._change(provider, "POST", "hours", {"minutes": 1}, step="completed")

    def _set_out(self, provider: Stubborn) -> None:
        """Leave as soon as the money is held."""
        while True:
            try:
                self._status(provider, "en_route")
            except Refusal as refused:
                self._expect(refused, {"payment_not_ready"})
                self._pause(0.5, 1.0)
                continue
            return

    def _settle(self, provider: Stubborn) -> None:
        self._think()
        match self._ending:
            case "confirmed" | "withdrawn":
                self._change(self._customer, "POST", "confirmation", step="confirm")
            case "decided" | "contested":
                self._change(self._customer, "POST", "contest", {"minutes": 30, "reason": "shorter"}, step="contest")
                if self._ending == "decided":
                    self._decide()
            case "not_fixed":
                self._change(provider, "POST", "unresolved", {"reason": "a part is missing"}, step="unresolved")
                if self._rng.random() < 0.5:
                    self._decide()

    def _decide(self) -> None:
        self._think()
        minutes = self._rng.choice((1, 30, 75, None))
        decision = {"cancel": True} if minutes is None else {"settled_minutes": minutes}
        self._ask(
            self._load.crowd.operator,
            "POST",
            f"operator/bookings/{self._id}/decision",
            {**decision, "reason": "heard both"},
            step="decide",
        )

    def _cancel(self) -> None:
        self._think()
        if self._rng.random() < 0.5:
            self._status(self._customer, "cancelled", reason="changed plans")
        else:
            self._change(self._customer, "POST", "cancellation", {"reason": "changed plans"}, step="cancelled")

    # Asking

    def _status(self, who: Stubborn, status: str, **more: Any) -> None:
        self._think()
        self._change(who, "PUT", "status", {"status": status, **more}, step=status)

    def _change(self, who: Stubborn, method: str, what: str, body: Any = None, *, step: str) -> Any:
        return self._ask(who, method, f"bookings/{self._id}/{what}", body, step=step)

    def _ask(self, who: Stubborn, method: str, path: str, body: Any = None, *, step: str) -> Any:
        self._check_open()
        return who.change(
            method,
            path,
            body,
            step=step,
            road=self._number,
            key=self._new_key(),
            rng=self._rng,
            booking_id=self._id,
        )

    def _look(self) -> dict[str, Any]:
        return dict(self._customer.read(f"bookings/{self._id}"))

    def _expect(self, refused: Refusal, codes: set[str] | frozenset[str]) -> None:
        if refused.code not in codes:
            raise refused
        self._load.acks.note_refusal(refused.code)

    def _check_open(self) -> None:
        if self._load.closing.is_set():
            raise Over

    def _think(self) -> None:
        self._pause(*self._load.think_seconds)

    def _pause(self, shortest: float, longest: float) -> None:
        self._load.closing.wait(self._rng.uniform(shortest, longest))

    def _new_key(self) -> str:
        return str(UUID(int=self._rng.getrandbits(128)))
