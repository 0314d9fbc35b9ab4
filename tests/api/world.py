"""
The world of the API's tests: six people, and one booking of Ana's in every stage that an address needs.

Ana asks, Priya is offered the work and does it; Carl and Diego are the other customer and the other provider; Olga operates.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from guildhall.bookings import commands
from guildhall.bookings.types import BookingRequest
from guildhall.customers.commands import add_favourite, record_card, record_payment_customer
from guildhall.customers.queries import list_cards
from guildhall.eventlog.commands import ensure_subscriptions
from guildhall.identity.commands import create_account, issue_tokens
from guildhall.identity.types import Role
from guildhall.kernel.ids import public_id
from guildhall.kernel.money import Money
from guildhall.payments.commands import start_onboarding
from guildhall.policy.commands import pause
from guildhall.providers.commands import add_service
from guildhall.providers.types import PriceModel
from guildhall.reviews.commands import submit_review
from guildhall.scheduling.commands import add_time_off
from guildhall.timers.queries import clock_now
from tests import given_bookings as given
from tests import given_people as people
from tests.api import vendor
from tests.api.client import Api
from tests.given_people import Person

ROLES = ("anonymous", "owner", "other_customer", "assigned", "other_provider", "operator")
_HOURS_AHEAD = {
    "confirmed": 4.0,
    "en_route": 5.5,
    "arrived": 7.0,
    "in_progress": 8.5,
    "paused": 10.0,
    "completed": 11.5,
    "contested": 21.0,
    "settled": 22.5,
}


@dataclass
class World:
    """Who there is, and the outside names of what there is: `{confirmed}` in an example is `names["confirmed"]`."""

    people: dict[str, Person]
    names: dict[str, str] = field(default_factory=dict)
    bookings: dict[str, UUID] = field(default_factory=dict)
    apis: dict[str, Api] = field(default_factory=dict)

    def api(self, role: str) -> Api:
        """A client of a role, signed in."""
        return self.apis[role]

    def filled(self, value: Any) -> Any:
        """Put the names into an example."""
        if isinstance(value, str):
            return value.format_map(self.names) if "{" in value else value
        if isinstance(value, dict):
            return {key: self.filled(member) for key, member in value.items()}
        if isinstance(value, list):
            return [self.filled(member) for member in value]
        return value


def build() -> World:
    """Build it, on a Monday at 9 in Los Angeles."""
    ensure_subscriptions()
    priya, diego = given.given_providers(1, 1)
    ana = people.customer(at=people.DOWNTOWN)
    carl = people.customer("Carl", card=True)
    world = World(
        {
            "owner": ana,
            "other_customer": carl,
            "assigned": priya,
            "other_provider": diego,
            "operator": people.operator(),
        }
    )
    _name_things(world)
    world.bookings["awaiting_card"] = _asap(ana)
    _save_card(ana)
    world.names["card"] = str(list_cards(ana.id)[0].id)
    world.bookings["proposed"] = _proposal(ana, world.people["operator"])
    _ask(world)
    _take(world)
    for stage, steps in _STEPS.items():
        for step in steps:
            step(world.bookings[stage], ana, priya)
    _review(world)
    _name_secrets(world)
    world.names["start_code"] = given.booking(world.bookings["arrived"]).start_code
    world.names |= {stage: public_id("bk", booking_id) for stage, booking_id in world.bookings.items()}
    world.apis = {role: Api(world.people.get(role)) for role in ROLES}
    return world


def _name_things(world: World) -> None:
    ana, carl, priya, diego = (world.people[role] for role in ("owner", "other_customer", "assigned", "other_provider"))
    assert ana.address_id is not None
    assert carl.address_id is not None
    at = clock_now()
    service_id = add_service(
        provider_id=priya.id,
        category="audio",
        title="Tune a room",
        description="With a microphone.",
        price_model=PriceModel.HOURLY,
        price=Money(9_000, "USD"),
        duration_minutes=60,
        by=priya.actor,
        at=at,
    )
    time_off_id = add_time_off(
        provider_id=priya.id,
        starts_at=at + timedelta(days=60),
        ends_at=at + timedelta(days=61),
        by=priya.actor,
        at=at,
    )
    add_favourite(customer_id=ana.id, provider_id=priya.id, by=ana.actor, at=at)
    pause_id = pause(
        what="payouts", city="los-angeles", reason="Bank holiday.", by=world.people["operator"].actor, at=at
    )
    start_onboarding(provider_id=priya.id, return_url="https://guildhall.example/pro", at=at)
    world.names |= {
        "customer": public_id("cu", ana.id),
        "provider": public_id("pr", priya.id),
        "other_provider": public_id("pr", diego.id),
        "address": public_id("ad", ana.address_id),
        "foreign_address": public_id("ad", carl.address_id),
        "service": public_id("sv", service_id),
        "time_off": public_id("to", time_off_id),
        "pause": public_id("pz", pause_id),
    }


def _asap(ana: Person) -> UUID:
    """An ASAP request by somebody without a card: it waits for one on the vendor's page."""
    assert ana.address_id is not None
    request = BookingRequest(mode="asap", category="audio", address_id=ana.address_id, minutes_from=60, minutes_to=60)
    return commands.request_booking(customer_id=ana.id, request=request, by=ana.actor, at=clock_now())


def _proposal(ana: Person, olga: Person) -> UUID:
    """A request that Olga wrote down on the telephone two minutes ago; Ana has not said yes."""
    assert ana.address_id is not None
    request = BookingRequest(mode="asap", category="audio", address_id=ana.address_id, minutes_from=60, minutes_to=60)
    at = clock_now() - timedelta(minutes=2)
    return commands.propose_booking(customer_id=ana.id, request=request, by=olga.actor, at=at)


def _save_card(ana: Person) -> None:
    record_payment_customer(customer_id=ana.id, customer_ref=f"cus_{ana.id.hex}", at=clock_now())
    record_card(
        customer_id=ana.id,
        payment_method_ref=f"pm_{ana.id.hex}",
        brand="visa",
        last4="4242",
        exp_month=12,
        exp_year=2030,
        at=clock_now(),
    )


def _ask(world: World) -> None:
    """Requests for one time after the other; one of Carl's, and one in a category that nobody offers."""
    ana, carl = world.people["owner"], world.people["other_customer"]
    world.bookings["unfilled"] = given.scheduled(ana, category="video", hours_ahead=96)
    world.bookings["matching"] = given.scheduled(carl, hours_ahead=72)
    for stage, hours in _HOURS_AHEAD.items():
        starts_at = given.local_start(clock_now() + timedelta(hours=hours))
        world.bookings[stage] = given.scheduled(ana, starts_at=starts_at, minutes_from=60, minutes_to=60)
    given.let_it_happen()


def _take(world: World) -> None:
    """Priya takes Ana's; the bank holds the money."""
    priya = world.people["assigned"]
    for stage in _HOURS_AHEAD:
        offer_id = given.offers(world.bookings[stage])[priya.id]
        commands.accept_offer(offer_id=offer_id, by=priya.actor, at=clock_now())
    world.names["offer"] = public_id("of", given.offers(world.bookings["matching"])[priya.id])
    given.let_it_happen()
    vendor.says_yes()
    given.let_it_happen()


def _review(world: World) -> None:
    """Both sides have said how the contested job was."""
    job = {"booking_id": world.bookings["contested"], "at": clock_now()}
    ana, priya = world.people["owner"], world.people["assigned"]
    review_id = submit_review(**job, rating=2, comment="It took too long.", by=ana.actor)
    submit_review(**job, rating=4, by=priya.actor)
    world.names["review"] = public_id("rv", review_id)


def _name_secrets(world: World) -> None:
    """What signs in."""
    ana = world.people["owner"]
    email = "unverified@example.com"
    made = create_account(
        email=email,
        password=people.PASSWORD,
        role=Role.CUSTOMER,
        first_name="Vera",
        last_name="Vidal",
        phone_number="",
        at=clock_now(),
    )
    assert made.account_id is not None
    world.names |= {
        "email": ana.email,
        "unverified_email": email,
        "code": people.code_for(made.account_id),
        "refresh_token": issue_tokens(account_id=ana.id, at=clock_now()).refresh,
    }


def _leave(booking_id: UUID, _ana: Person, priya: Person) -> None:
    commands.leave(booking_id=booking_id, by=priya.actor, at=clock_now())


def _arrive(booking_id: UUID, _ana: Person, priya: Person) -> None:
    commands.arrive(booking_id=booking_id, by=priya.actor, at=clock_now())


def _start(booking_id: UUID, _ana: Person, priya: Person) -> None:
    code = given.booking(booking_id).start_code
    commands.start_work(booking_id=booking_id, start_code=code, by=priya.actor, at=clock_now())


def _pause(booking_id: UUID, _ana: Person, priya: Person) -> None:
    commands.start_break(booking_id=booking_id, by=priya.actor, at=clock_now())


def _finish(booking_id: UUID, _ana: Person, priya: Person) -> None:
    commands.finish_work(booking_id=booking_id, minutes=1, by=priya.actor, at=clock_now())


def _contest(booking_id: UUID, ana: Person, _priya: Person) -> None:
    commands.contest_hours(booking_id=booking_id, minutes=0, reason="Nobody came.", by=ana.actor, at=clock_now())


def _confirm(booking_id: UUID, ana: Person, _priya: Person) -> None:
    commands.confirm_hours(booking_id=booking_id, by=ana.actor, at=clock_now())


_STEPS = {
    "confirmed": (),
    "en_route": (_leave,),
    "arrived": (_leave, _arrive),
    "in_progress": (_leave, _arrive, _start),
    "paused": (_leave, _arrive, _start, _pause),
    "completed": (_leave, _arrive, _start, _finish),
    "contested": (_leave, _arrive, _start, _finish, _contest),
    "settled": (_leave, _arrive, _start, _finish, _confirm),
}
