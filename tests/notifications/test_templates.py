"""Every cell of the default matrix has words, and they are whole: no gap, no markup, the same in both parts of the mail."""

import re
from dataclasses import fields
from datetime import datetime, timedelta
from html import unescape
from itertools import count, product
from typing import Any

import pytest

from guildhall.bookings import events as bookings
from guildhall.bookings.events import BookingEvent
from guildhall.credentialing.events import WorkRightGranted, WorkRightRevoked
from guildhall.eventlog.types import Event, Fact, event_class, event_classes
from guildhall.identity import codes
from guildhall.identity.events import AccountRegisteredAgain, AccountVerified, CodeRequested
from guildhall.identity.models import Account, OneTimeCode
from guildhall.identity.types import CodePurpose
from guildhall.kernel.ids import new_id
from guildhall.notifications import checking, rendering
from guildhall.notifications.gateway import Rejected
from guildhall.notifications.handlers import HEARD
from guildhall.notifications.models import OutgoingMessage
from guildhall.notifications.rendering import subject_line
from guildhall.notifications.routing import tell
from guildhall.notifications.wording import lasting, shown
from guildhall.payments import events as payments
from guildhall.policy.matrix import DEFAULT_RULES
from guildhall.reviews.events import ReviewFact
from guildhall.reviews.types import Side
from guildhall.timers.queries import clock_now
from guildhall.verticals.reading import read_pack
from sandbox.sms.wire import segments
from tests import given_bookings as given
from tests import given_people as people
from tests.given_matching import offer_to
from tests.given_notifications import past_and_sent

pytestmark = pytest.mark.django_db
_seq = count(10_000_000)
MISSING = "MISSING-VARIABLE"
CAUSES = ["not_fixed", "not_started", "provider_withdrew_late", "no_show_reported_by_customer", "something_new"]


@pytest.fixture(autouse=True)
def _gaps_show(settings: Any) -> None:
    """A variable that nobody gave is seen."""
    backend = settings.TEMPLATES[0]
    settings.TEMPLATES = [{**backend, "OPTIONS": {**backend["OPTIONS"], "string_if_invalid": MISSING}}]
    settings.PUBLIC_URL = "https://heroes.example"


class World:
    """A booking that Priya has accepted, one that is still offered to her, and an operator."""

    def __init__(self) -> None:
        (self.priya,) = given.given_providers(1)
        self.ana = people.customer("Ana", card=True)
        self.olga = people.operator("Olga")
        self.booking_id = given.taken(self.ana, self.priya)
        self.offered_id = given.scheduled(self.ana, hours_ahead=120)
        given.let_it_happen()
        self.now = clock_now()
        past_and_sent()

    def events(self, name: str) -> list[Event]:
        """The fact, in every variety that has words of its own."""
        kind = event_class(name)
        return [self._make(kind, values) for values in self._varieties(kind)]

    def _make(self, kind: type[Event], values: dict[str, Any]) -> Event:
        known = {field.name for field in fields(kind)}
        common = {
            "aggregate_id": self.booking_id,
            "version": 1,
            "reference": f"booking:{self.booking_id}",
            "customer_id": self.ana.id,
            "provider_id": self.priya.id,
            "mode": "scheduled",
            "starts_at": self.now + timedelta(days=3),
            "deadline_at": self.now + timedelta(hours=5),
            "expected_at": self.now + timedelta(hours=73),
            "contest_until": self.now + timedelta(hours=48),
            "currency": "USD",
            "amount_minor": 12_345,
            "captured_minor": 20_000,
            "transferred_minor": 16_000,
            "tip_minor": 1_500,
            "code": "account_closed",
            "category_id": 1,
            "tier_rank": 1,
            "logged_minutes": 150,
            "break_minutes": 15,
            "contested_minutes": 90,
            "settled_minutes": 120,
            "is_flagged": False,
            "cause": "asked",
            "cancelled_by": "customer",
            "fee_minor": 0,
            "side": Side.CUSTOMER,
            "is_first": True,
            "closes_at": self.now + timedelta(days=14),
            "rating": 4,
        }
        return kind(**{key: value for key, value in {**common, **values}.items() if key in known})

    def _varieties(self, kind: type[Event]) -> list[dict[str, Any]]:
        if kind is CodeRequested:
            account = Account.objects.get(id=self.ana.id)
            codes.request_code(account, CodePurpose.VERIFY_EMAIL, by=self.ana.actor, at=self.now)
            code_id = OneTimeCode.objects.latest("made_at").id
            shared = {"account_id": self.ana.id, "code_id": code_id, "purpose": "verify_email", "reference": ""}
            return [{**shared, "aggregate_id": person.id} for person in (self.ana, self.priya)]
        if kind in {AccountVerified, AccountRegisteredAgain}:
            pairs = [(self.ana, "customer"), (self.priya, "provider")]
            return [{"aggregate_id": person.id, "role": role, "reference": ""} for person, role in pairs]
        if kind in {WorkRightGranted, WorkRightRevoked}:
            until = self.now + timedelta(days=365)
            return [{"aggregate_id": self.priya.id, "valid_until": until, "reference": ""}]
        return self._of_a_booking(kind)

    def _of_a_booking(self, kind: type[Event]) -> list[dict[str, Any]]:
        if kind.name == "wave.opened":
            reference = f"booking:{self.offered_id}"
            offer = offer_to(reference, self.priya)
            shared = {"mode": "scheduled", "wave_number": 1, "wave_kind": "tier", "expires_at": offer.expires_at}
            return [{**shared, "reference": reference, "offer_ids": [offer.id], "provider_ids": [self.priya.id]}]
        if kind in {payments.PayoutPaid, payments.PayoutFailed}:
            return [{"payout_id": new_id(), "reference": ""}]
        if issubclass(kind, ReviewFact):
            return [{"side": side, "rating": rating} for side, rating in product(Side, (1, 5))]
        varieties: dict[str, list[dict[str, Any]]] = {
            "tip.refused": [{"needs_customer": flag, "code": "declined"} for flag in (True, False)],
            "booking.rescheduled": [{"provider_id": None, "released_provider_id": self.priya.id}],
            "booking.provider_withdrew": [{"provider_id": None, "withdrawn_provider_id": self.priya.id}],
            "booking.unfilled": [{"provider_id": None}],
            "booking.completed": [
                {"is_flagged": flag, "break_minutes": pause} for flag, pause in product((True, False), (0, 15))
            ],
            "booking.unresolved": [{"cause": cause} for cause in CAUSES],
            "booking.decided": [{}, {"settled_minutes": None}, {"logged_minutes": None, "contested_minutes": None}],
            "booking.cancelled": [
                {"fee_minor": fee, "cancelled_by": who, "cause": cause}
                for fee, (who, cause) in product(
                    (0, 4_750),
                    [
                        ("customer", "asked"),
                        ("operator", "decision"),
                        *[("system", why) for why in ("no_card", "not_confirmed", "payment", "unfilled")],
                    ],
                )
            ],
        }
        return varieties.get(kind.name, [{}])


@pytest.fixture
def world():
    return World()


def letters(event):
    """Everything that is written about a fact: (message, mail)."""
    seq = next(_seq)
    now = clock_now()
    fact = Fact(
        seq=seq,
        name=event.name,
        aggregate=event.aggregate,
        version=event.version,
        reference=event.reference,
        actor="system:test",
        occurred_at=now,
        at=now,
        payload=event.payload(),
    )
    tell(event, fact)
    for message in OutgoingMessage.objects.filter(event_seq=seq).order_by("role", "channel"):
        yield message, checking.subject_of(message)


def plain(html):
    """What a reader sees of the HTML part, each piece on its own."""
    body = html.split("<body>")[1]
    return [unescape(piece).strip() for piece in re.split(r"<[^>]+>", body) if piece.strip()]


def check_mail(mail, message, language="en"):
    assert 8 <= len(mail.subject) <= 120, mail.subject
    everything = mail.subject + mail.text + mail.html
    assert MISSING not in everything, everything
    assert "None" not in mail.text, mail.text
    assert not re.search(r"\{[{%#]|[%#}]\}|&amp;|&#|&quot;", mail.subject + mail.text), mail.text
    # Spanish ends the greeting, which is the first line, with a colon.
    assert not re.search(r" {2}|: *\n| ,| \.(\s|$)|\n\n\n", mail.text.partition("\n")[2]), mail.text
    assert unescape(re.search(r"<title>(.*)</title>", mail.html)[1]) == mail.subject
    assert mail.html.count("<h1>") == 1
    assert f'<html lang="{language}">' in mail.html
    assert not re.search(r"<img|<script|<link|url\(|@import", mail.html)
    check_parity(mail)
    check_links(mail, message)


def check_parity(mail):
    """Each paragraph, label, value and link of one part stands in the other."""
    pieces = plain(mail.html)
    text = mail.text
    for piece in pieces[
        1:-1
    ]:  # all but the heading, which is the subject, and the footer, which is two lines of the text
        assert piece in text, (piece, text)
    for line in text.split("\n\n--")[0].split("\n"):
        label, _, rest = line.partition(": ")
        shown_in_html = (
            not line or line in pieces or (label in pieces and (rest in pieces or f'href="{rest}"' in mail.html))
        )
        assert shown_in_html, (line, pieces)


def check_links(mail, message):
    links = re.findall(r"https?://\S+", mail.text)
    assert all(link.startswith("https://heroes.example/") for link in links)
    if message.template != "code":
        home = {"customer": "/my/", "provider": "/pro/", "operator": "/ops/"}[message.role]
        assert [link for link in links if home in link], mail.text
    has_page = (message.template, message.role) not in {("offer", "provider"), ("booking-rescheduled", "provider")}
    if message.reference and has_page:
        assert re.search(r"/(bookings|jobs)/bk_[a-z2-7]{26}$", links[-1]), links


EVENTS = sorted({rule.event for rule in DEFAULT_RULES})


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_cell_of_the_default_matrix_is_written_in_full(world, language):
    Account.objects.update(language=language)
    written, said = set(), ""
    for event in (event for name in EVENTS for event in world.events(name)):
        for message, subject in letters(event):
            written.add((event.name, message.role, message.channel, message.template))
            if message.channel == "sms":
                check_text(rendering.render_text(message, subject, valid_seconds=60), language)
            else:
                mail = rendering.render_mail(message, subject)
                check_mail(mail, message, language)
                said += mail.text

    assert (
        set(re.findall(r"\bH[eé]roe?s?\b", said)) - {"Heroes"} == {"en": {"Hero"}, "es": {"Héroe", "Héroes"}}[language]
    )
    sent = [rule for rule in DEFAULT_RULES if rule.channel != "in_app"]
    assert written == {(rule.event, rule.role, rule.channel, rule.template) for rule in sent}


def check_text(text, language):
    assert MISSING not in text.body
    assert text.body.startswith("AV Heroes: ")
    assert text.body.endswith({"en": "STOP to end", "es": "STOP para baja"}[language])
    assert segments(text.body) == 1, text.body


def test_every_event_of_the_default_matrix_is_heard():
    heard = {event.name for event in HEARD}

    assert set(EVENTS) <= heard
    # Breaks and photographs are between the two at the job; everything else that a booking tells can be turned on.
    silent = {"booking.break_started", "booking.break_ended", "booking.evidence_added"}
    told = {kind.name for kind in event_classes() if issubclass(kind, BookingEvent)}
    assert told - silent <= heard
    assert bookings.BookingConfirmed in HEARD


def test_a_provider_without_the_job_learns_no_name_and_no_address_from_any_mail(world):
    for name in EVENTS:
        for event in world.events(name):
            for message, subject in letters(event):
                if message.role == "provider" and message.template not in {"booking-confirmed", "booking-reminder"}:
                    mail = rendering.render_mail(message, subject)
                    assert not re.search(r"\bAna\b|Alvarez|Main Street|92101", mail.text + mail.html), (name, mail.text)


def test_the_words_are_those_of_the_vertical(world, settings):
    (event,) = world.events("booking.confirmed")
    for vertical in ("av", "home", "cleaning"):
        settings.VERTICAL = vertical
        mails = [rendering.render_mail(message, subject) for message, subject in letters(event)]

        pack = read_pack(vertical)
        to_ana = next(mail for mail in mails if mail.to == world.ana.email)
        assert f"{pack.words.provider}: Priya0 R." in to_ana.text
        assert to_ana.sender_name == pack.name
        assert pack.branding.accent in to_ana.html


def test_what_people_are_called_cannot_become_markup(world):
    Account.objects.filter(id=world.priya.id).update(first_name='<a href="https://eve.example">Eve</a>', last_name="&")
    (event,) = world.events("booking.started")
    ((message, subject),) = letters(event)

    mail = rendering.render_mail(message, subject)

    assert '<a href="https://eve.example">' not in mail.html
    assert "&lt;a href=&quot;https://eve.example&quot;&gt;Eve" in mail.html
    assert '<a href="https://eve.example">Eve</a> &.' in mail.text


@pytest.mark.parametrize("subject", ["Hello\nBcc: eve@example.com", "Hello\r\nX: y", "Hello\u2028you", "", "  \n "])
def test_a_subject_of_several_lines_or_none_is_refused(subject):
    with pytest.raises(Rejected) as refused:
        subject_line(subject)

    assert refused.value.code == "bad_header"


def test_times_are_those_of_the_place_with_its_abbreviation_also_when_clocks_change():
    winter = datetime.fromisoformat("2027-03-14T09:30:00+00:00")
    summer = datetime.fromisoformat("2027-03-14T10:30:00+00:00")

    assert shown(winter, "America/Los_Angeles") == "Sunday, March 14, 1:30 AM PST"
    assert shown(summer, "America/Los_Angeles") == "Sunday, March 14, 3:30 AM PDT"
    assert shown(summer, "America/New_York") == "Sunday, March 14, 6:30 AM EDT"
    assert [lasting(minutes) for minutes in (0, 45, 60, 150)] == ["0 min", "45 min", "1 h", "2 h 30 min"]


def test_a_message_about_a_booking_that_is_not_there_is_dropped(world):
    (event,) = world.events("booking.started")
    ((message, _),) = letters(event)
    message.reference = f"booking:{new_id()}"

    with pytest.raises(checking.Dropped, match="subject_gone"):
        checking.subject_of(message)
