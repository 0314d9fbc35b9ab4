"""The words of the journeys: people of a running system, what they do over HTTP, and what they and the vendors can see of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from guildhall.kernel.ids import read_public_id
from tests.clients import VISA, Refusal, Sandbox, eventually
from tests.journeys.places import Place
from tests.peopling import ProviderToMake
from tests.stack import Person, Stack

PACIFIC = ZoneInfo("America/Los_Angeles")
EXPERT, INTERMEDIATE, BEGINNER = 1, 2, 3
_ABOUT_ACCOUNTS = ("Welcome to ", "You can accept jobs now")


@dataclass
class Booking:
    """A booking as somebody who knows its id may ask for it; the requester's client is used."""

    id: str
    customer: Person

    @property
    def path(self) -> str:
        """Where it is in the API."""
        return f"bookings/{self.id}"

    def read(self, by: Person | None = None) -> dict[str, Any]:
        """Read it as its customer, or as somebody else."""
        return dict((by or self.customer).api.get(self.path))

    @property
    def status(self) -> str:
        """Its status."""
        return str(self.read()["status"])

    @property
    def money(self) -> tuple[str, str]:
        """Its payment state and its payout state."""
        card = self.read()
        return card["payment_state"], card["payout_state"]


@dataclass
class Town:
    """A running system with an operator (Olga) who sees everything."""

    stack: Stack
    sandbox: Sandbox = field(init=False)
    olga: Person = field(init=False)
    _made: int = 0

    def __post_init__(self) -> None:
        """Appoint Olga."""
        self.sandbox = self.stack.sandbox()
        self.stack.make_people([], operators=[("Olga", "olga@journeys.example")])
        self.olga = self.stack.log_in("olga@journeys.example", "operator", "Olga")

    # People

    def customer(self, first_name: str, place: Place, **more: Any) -> Person:
        """Sign a customer up, with an address in the middle of a place."""
        address = {
            "street": "1 Main Street",
            "zip_code": place.zip_code,
            "latitude": place.latitude,
            "longitude": place.longitude,
        }
        return self.stack.sign_up_customer(first_name, place=address, more=more, sandbox=self.sandbox)

    def provider(self, first_name: str, place: Place, tier_rank: int = EXPERT, **more: Any) -> Person:
        """Make a provider who works around a place, at any hour unless told otherwise, with a payout account."""
        return self.providers([(first_name, tier_rank)], place, **more)[0]

    def providers(
        self, people: Sequence[tuple[str, int]], place: Place, *, paid: bool = True, **more: Any
    ) -> list[Person]:
        """Make several providers (first name, tier) of a place, who can be found by now; `paid` says whether they have payout accounts."""
        wanted = []
        for first_name, tier_rank in people:
            self._made += 1
            wanted.append(
                ProviderToMake(
                    first_name=first_name,
                    email=f"{first_name.lower()}.{self._made}@journeys.example",
                    phone_number=self.stack.next_number(),
                    latitude=place.latitude,
                    longitude=place.longitude,
                    tier_rank=tier_rank,
                    **more,
                )
            )
        made = self.stack.make_people(wanted)
        for person in made if paid else ():
            self.stack.open_payout_account(person, self.sandbox)
        self.quiet()  # Who is asked is looked up in an index, which follows what happens.
        return made

    def go_home(self) -> None:
        """Let nobody work any more, and lift what an operator stopped: others come to the same places."""
        for pause in self.olga.api.items("operator/pauses"):
            self.olga.api.delete(f"operator/pauses/{pause['id']}")
        self.stack.send_home()
        self.quiet()

    # Time

    def now(self) -> datetime:
        """Tell the clock's time, at the Pacific."""
        return self.sandbox.now().astimezone(PACIFIC)

    def wait(self, by: str | timedelta) -> None:
        """Let time pass."""
        self.sandbox.travel(by=by if isinstance(by, str) else by.total_seconds())

    def until(self, instant: datetime) -> None:
        """Let time pass until an instant."""
        self.sandbox.travel(to=instant)

    def quiet(self) -> None:
        """Let everything happen that is due."""
        self.sandbox.quiet()

    def morning(self) -> datetime:
        """Begin the day: wait for nine o'clock at the Pacific, unless it is between nine and noon. Gives the time."""
        now = self.now()
        if not 9 <= now.hour < 12:
            nine = now.replace(hour=9, minute=0, second=0, microsecond=0, fold=0)
            self.until(nine if nine > now else nine + timedelta(days=1))
        return self.now()

    def local(self, *, days: int = 0, hour: int = 10, minute: int = 0) -> datetime:
        """Wall time at the Pacific so many days from today, without a zone, as the API takes it."""
        day = self.now().date() + timedelta(days=days)
        return datetime(day.year, day.month, day.day, hour, minute)  # noqa: DTZ001 - wall time

    # Asking

    def request(self, customer: Person, **more: Any) -> Booking:
        """Ask for one to two hours of audio work, now unless `at` (wall time) is given."""
        wall: datetime | None = more.pop("at", None)
        body: dict[str, Any] = {
            "mode": "scheduled" if wall else "asap",
            "category": "audio",
            "address_id": customer.address_id,
            "minutes_from": 60,
            "minutes_to": 120,
            **more,
        }
        if wall:
            body["scheduled_start_time"] = wall.isoformat()
        return Booking(customer.api.post("bookings", body)["id"], customer)

    def card_page(self, booking: Booking) -> str:
        """Wait for the address of the vendor's page."""
        return str(eventually(lambda: booking.customer.api.get(f"{booking.path}/card")["url"]))

    def pay(self, booking: Booking, card: str = VISA, *, authentication: str = "complete") -> int:
        """Visit the vendor's page with a card and let it happen; gives the page's last answer (303: back at our door)."""
        answer = self.sandbox.pay(self.card_page(booking), card, authentication=authentication)
        self.quiet()
        return answer.status_code

    def asked_and_paid(self, customer: Person, card: str = VISA, **more: Any) -> Booking:
        """Ask, and give a card on the vendor's page."""
        booking = self.request(customer, **more)
        assert self.pay(booking, card) == 303
        return booking

    # Working

    def offers(self, provider: Person) -> list[dict[str, Any]]:
        """List a provider's open offers."""
        return provider.api.items("offers")

    def offered(self, provider: Person, booking: Booking) -> bool:
        """Whether a provider has an open offer of a booking."""
        return booking.id in {offer["booking_id"] for offer in self.offers(provider)}

    def _offer(self, provider: Person, booking: Booking) -> str:
        found = [str(one["id"]) for one in self.offers(provider) if one["booking_id"] == booking.id]
        assert found, f"nothing is offered: {booking.read()}\n{self.stack.log_tail()}"
        return found[0]

    def accept(self, provider: Person, booking: Booking) -> None:
        """Accept one's offer of a booking."""
        provider.api.post(f"offers/{self._offer(provider, booking)}/acceptance")
        self.quiet()

    def decline(self, provider: Person, booking: Booking, reason: str = "") -> None:
        """Decline one's offer of a booking."""
        provider.api.post(f"offers/{self._offer(provider, booking)}/decline", {"reason": reason})
        self.quiet()

    def put(self, who: Person, booking: Booking, status: str, **more: Any) -> None:
        """Bring a booking into a status, as a client that thinks in statuses does."""
        who.api.put(f"{booking.path}/status", {"status": status, **more})

    def start(self, provider: Person, booking: Booking) -> None:
        """Drive, arrive, and start with the customer's code."""
        self.put(provider, booking, "en_route")
        self.put(provider, booking, "arrived")
        self.put(provider, booking, "in_progress", start_code=booking.read()["start_code"])

    def work(self, provider: Person, booking: Booking, *, minutes: int) -> None:
        """Do the job from the way there to the logged hours."""
        self.start(provider, booking)
        self.wait(timedelta(minutes=minutes))
        self.put(provider, booking, "completed", minutes=minutes)

    def confirm(self, booking: Booking) -> None:
        """Accept the hours as the customer."""
        booking.customer.api.post(f"{booking.path}/confirmation")
        self.quiet()

    def decide(self, booking: Booking, **decision: Any) -> None:
        """Decide as Olga."""
        self.olga.api.post(f"operator/bookings/{booking.id}/decision", {"reason": "Heard both.", **decision})
        self.quiet()

    # Looking

    def books(self, booking: Booking) -> Mapping[str, int]:
        """Give what the payment vendor did for a booking: minor units authorized, captured, released, transferred ..."""
        uuid = read_public_id("bk", booking.id)
        return dict(self.sandbox.books()["groups"].get(f"job_booking:{uuid}", {}))

    def story(self, booking: Booking) -> list[str]:
        """Name a booking's facts, oldest first."""
        return [fact["name"] for fact in self.facts(booking)]

    def facts(self, booking: Booking) -> list[dict[str, Any]]:
        """Give a booking's facts, oldest first."""
        return self.olga.api.items(f"operator/bookings/{booking.id}/timeline")

    def subjects(self, person: Person) -> list[str]:
        """Give the subjects of the mails somebody got, those about the account left out."""
        return [
            mail["subject"]
            for mail in self.sandbox.mails(person.email)
            if not mail["subject"].startswith(_ABOUT_ACCOUNTS) and not mail["subject"].endswith(" code")
        ]

    def assert_mails(self, person: Person, *beginnings: str) -> None:
        """Somebody got exactly these mails: a subject for each beginning, in any order."""
        left = self.subjects(person)
        for beginning in beginnings:
            fitting = [subject for subject in left if subject.startswith(beginning)]
            assert fitting, f"{person.first_name} got no {beginning!r}; left: {left}"
            left.remove(fitting[0])
        assert left == [], f"{person.first_name} got more than expected"

    def texts(self, person: Person) -> list[str]:
        """Give the text messages somebody got."""
        messages = self.sandbox.texts(person.phone_number)
        return [message["body"] for message in messages if message["direction"].startswith("outbound")]

    def refusal(self, who: Person, method: str, path: str, body: Any = None) -> tuple[int, str]:
        """Ask for what must be refused; gives the status and the code."""
        try:
            answer = who.api.ask(method, path, body)
        except Refusal as refused:
            return refused.status, refused.code
        raise AssertionError(f"not refused: {answer}")
