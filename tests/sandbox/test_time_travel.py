"""Time travel against a guildhall whose deadlines are written in the test."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from sandbox.clock import VirtualClock
from sandbox.store import Store
from sandbox.travel import Traveller, TravelRefused, read_target


def travel(sandbox, **target):
    return sandbox.http.post("/sandbox/clock", json=target)


def now(sandbox):
    return datetime.fromisoformat(sandbox.http.get("/sandbox/clock").json()["now"])


def test_every_deadline_on_the_way_fires_at_its_own_time_and_the_later_ones_do_not(sandbox, guildhall):
    start = guildhall.now()
    due = [start + timedelta(minutes=minutes) for minutes in (5, 17, 17, 55, 90)]
    guildhall.deadlines = list(due)

    answer = travel(sandbox, by="1h")

    assert answer.status_code == 200
    assert [deadline for deadline, _ in guildhall.fired] == due[:4]
    lateness = [at - deadline for deadline, at in guildhall.fired]
    assert all(timedelta(0) < late < timedelta(seconds=2) for late in lateness)
    assert answer.json()["steps"] == 3  # two of them fell due together
    assert timedelta(0) <= now(sandbox) - (start + timedelta(hours=1)) < timedelta(seconds=5)
    assert guildhall.offsets == sorted(guildhall.offsets)
    assert abs(guildhall.offset - answer.json()["offset_seconds"]) < 0.001


def test_a_deadline_that_a_fired_one_makes_is_met_on_the_same_journey(sandbox, guildhall):
    start = guildhall.now()
    first, second, beyond = (start + timedelta(minutes=minutes) for minutes in (10, 25, 45))
    guildhall.deadlines = [first]
    guildhall.on_fire = lambda deadline: guildhall.deadlines.append(second if deadline == first else beyond)

    travel(sandbox, by="PT30M")

    assert [deadline for deadline, _ in guildhall.fired] == [first, second]
    assert guildhall.deadlines == [beyond]


def test_a_deadline_exactly_at_the_target_fires(sandbox, guildhall):
    target = guildhall.now() + timedelta(hours=2)
    guildhall.deadlines = [target]

    travel(sandbox, to=target.isoformat())

    assert [deadline for deadline, _ in guildhall.fired] == [target]


def test_a_journey_waits_at_each_step_until_guildhall_is_idle_twice_running(sandbox, guildhall):
    guildhall.busy_looks_per_deadline = 5
    guildhall.deadlines = [guildhall.now() + timedelta(minutes=minutes) for minutes in (1, 2)]
    still_busy = []
    guildhall.on_fire = lambda deadline: still_busy.append((deadline, len(guildhall.offsets)))

    assert travel(sandbox, by="5m").status_code == 200

    assert [offsets for _, offsets in still_busy] == [1, 2]
    assert guildhall.busy_looks == 0


def test_messages_under_way_are_waited_for(sandbox, guildhall):
    from tests.sandbox.running import SID, TOKEN

    fields = {"To": "+16195550301", "From": "+16195550100", "Body": "Hi", "StatusCallback": f"{guildhall.url}/status"}
    sandbox.http.post(f"/2010-04-01/Accounts/{SID}/Messages.json", data=fields, auth=(SID, TOKEN))

    assert travel(sandbox, by=60).status_code == 200

    assert [told["MessageStatus"] for told in guildhall.told("/status")] == ["sent", "delivered"]


@pytest.mark.parametrize(
    "target",
    [
        {},
        {"by": "yesterday"},
        {"by": -5},
        {"by": True},
        {"by": None},
        {"by": "-PT2H"},
        {"by": "P-2D"},
        {"by": "2 months"},
        {"by": 1e30},
        {"by": 999_999_999_999},
        {"to": "2099-01-01T00:00:00"},
        {"to": "soon"},
        {"to": 5},
        {"to": "2020-01-01T00:00:00Z"},
        {"to": "2999-01-01T00:00:00Z"},
        {"by": "1h", "to": "2099-01-01T00:00:00Z"},
    ],
)
def test_what_leads_nowhere_or_back_is_refused_and_no_clock_moves(sandbox, guildhall, target):
    before = sandbox.http.get("/sandbox/clock").json()["offset_seconds"]

    answer = travel(sandbox, **target)

    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] in {"unreadable", "not_forward", "too_far"}
    assert sandbox.http.get("/sandbox/clock").json()["offset_seconds"] == before
    assert guildhall.offsets == []


@pytest.mark.parametrize(
    ("length", "seconds"),
    [
        ("2h", 7200),
        ("PT2H", 7200),
        (90, 90),
        ("90", 90),
        ("1.5h", 5400),
        ("1d 2h 3m", 93780),
        ("2 weeks", 1209600),
        ("10 min", 600),
        ("P1DT1S", 86401),
        ("0s", 0),
    ],
)
def test_a_length_can_be_said_in_several_ways(length, seconds):
    start = datetime(2026, 11, 23, 9, tzinfo=UTC)

    assert read_target({"by": length}, start) == start + timedelta(seconds=seconds)


def test_a_second_journey_is_refused_and_progress_is_shown_while_the_first_runs(sandbox, guildhall, eventually):
    guildhall.deadlines = [guildhall.now() + timedelta(minutes=1)]
    guildhall.busy_looks_per_deadline = 1_000_000
    first = []
    going = threading.Thread(target=lambda: first.append(travel(sandbox, by="1h")))
    going.start()

    def journey():
        return sandbox.http.get("/sandbox/clock").json()["travelling"]

    progress = eventually(lambda: (journey() or {}).get("waiting_for") and journey())
    second = travel(sandbox, by="1h")
    page = sandbox.http.get("/sandbox", headers={"accept": "text/html"})
    guildhall.busy_looks = 0
    going.join()

    assert progress["steps"] == 1
    assert progress["waiting_for"] == {"guildhall": {"worker": 1}}
    assert (second.status_code, second.json()["code"]) == (409, "already_travelling")
    assert "On the way to" in page.text
    assert first[0].status_code == 200
    assert journey() is None


def test_the_page_moves_the_clock_by_a_form(sandbox, guildhall):
    before = now(sandbox)

    answer = sandbox.http.post("/sandbox/clock", data={"by": "1h"})
    refused = sandbox.http.post("/sandbox/clock", data={"by": "back"}, headers={"accept": "text/html"})

    assert (answer.status_code, answer.headers["location"]) == (303, "/sandbox")
    assert now(sandbox) - before >= timedelta(hours=1)
    assert refused.status_code == 400
    assert "Not a length that leads forward: back" in refused.text


class Emulator:
    """Deadlines of a vendor's own."""

    def __init__(self, clock, deadlines):
        self.clock, self.deadlines, self.fired = clock, deadlines, []

    def next_deadline(self):
        return min(self.deadlines, default=None)

    def advance(self):
        for deadline in sorted(one for one in self.deadlines if one < self.clock.now()):
            self.deadlines.remove(deadline)
            self.fired.append((deadline, self.clock.now()))


def traveller_of(tmp_path, guildhall, **options):
    clock = VirtualClock()
    emulator = Emulator(clock, options.pop("deadlines", []))
    store = Store(tmp_path / "clock.sqlite")
    options = {"busy": {}, "first_answer_seconds": 0.2, "step_limit_seconds": 0.5, "gap_seconds": 0.01} | options
    return (
        clock,
        emulator,
        Traveller(store, clock, getattr(guildhall, "url", guildhall), emulators=[emulator], **options),
    )


@pytest.fixture
def own_guildhall():
    from tests.sandbox.running import FakeGuildhall

    server = FakeGuildhall()
    yield server
    server.shutdown()
    server.server_close()


def run(traveller, *journeys):
    import asyncio

    async def all_of_them():
        try:
            return [await traveller.travel(target) for target in journeys]
        finally:
            await traveller.close()

    return asyncio.run(all_of_them())


def test_the_emulators_deadlines_and_guildhalls_are_met_in_one_order(tmp_path, own_guildhall):
    start = datetime.now(UTC)
    theirs = [start + timedelta(hours=hours) for hours in (1, 3)]
    own_guildhall.deadlines = [start + timedelta(hours=hours) for hours in (2, 4)]
    clock, emulator, traveller = traveller_of(tmp_path, own_guildhall, deadlines=list(theirs))

    run(traveller, start + timedelta(hours=5))

    fired = sorted([*emulator.fired, *own_guildhall.fired], key=lambda one: one[1])
    assert [deadline for deadline, _ in fired] == [start + timedelta(hours=hours) for hours in (1, 2, 3, 4)]
    assert all(timedelta(0) < at - deadline < timedelta(seconds=1) for deadline, at in fired)
    assert abs(clock.offset_seconds - own_guildhall.offset) < 0.001


def test_a_step_that_does_not_become_quiet_ends_the_journey_there_and_says_what_was_busy(tmp_path, own_guildhall):
    start = datetime.now(UTC)
    own_guildhall.deadlines = [start + timedelta(hours=hours) for hours in (1, 2)]
    clock, _, traveller = traveller_of(tmp_path, own_guildhall, busy={"sms": lambda: 3 if own_guildhall.fired else 0})

    with pytest.raises(TravelRefused) as refused:
        run(traveller, start + timedelta(hours=5))

    assert (refused.value.status, refused.value.code) == (504, "not_quiet")
    assert refused.value.more["waiting_for"] == {"sms": 3}
    assert refused.value.more["steps"] == 1
    assert len(own_guildhall.fired) == 1
    assert timedelta(hours=1) <= clock.now() - start < timedelta(hours=1, seconds=10)
    assert traveller.journey is None


def test_while_something_is_on_its_way_guildhall_is_not_asked(tmp_path, own_guildhall):
    """When it has arrived, guildhall's answer tells of it."""
    to_come, under_way, asked_while = ["webhook"] * 20, [], []
    answer = own_guildhall.clock

    def advance():
        under_way.extend(to_come)
        to_come.clear()

    def count_and_deliver():
        found = len(under_way)
        del under_way[:1]
        return found

    def note_and_answer():
        asked_while.append(len(under_way))
        return answer()

    own_guildhall.clock = note_and_answer
    _, emulator, traveller = traveller_of(
        tmp_path, own_guildhall, busy={"webhooks": count_and_deliver}, step_limit_seconds=30
    )
    emulator.advance = advance

    run(traveller, datetime.now(UTC) + timedelta(seconds=5))

    assert (to_come, under_way) == ([], [])
    assert set(asked_while) == {0}


def test_guildhall_may_wait_with_its_first_answer_of_a_step_and_not_with_the_one_that_confirms_it(
    tmp_path, own_guildhall
):
    _, _, traveller = traveller_of(tmp_path, own_guildhall, patience_seconds=0.5)

    run(traveller, datetime.now(UTC) + timedelta(seconds=5))

    steps = [address.partition("patience=")[2] for address in own_guildhall.asked[1:]]
    assert steps == ["0.5", "0.0"] * 2


def test_a_deadline_that_passed_and_was_not_dealt_with_is_never_skipped(tmp_path, own_guildhall):
    start = datetime.now(UTC)
    stuck = start + timedelta(hours=1)
    clock, emulator, traveller = traveller_of(tmp_path, own_guildhall, deadlines=[stuck])
    emulator.advance = lambda: None

    with pytest.raises(TravelRefused) as refused:
        run(traveller, start + timedelta(hours=5))

    assert list(refused.value.more["waiting_for"]) == ["overdue"]
    assert clock.now() - start < timedelta(hours=1, seconds=10)


def test_without_guildhall_no_journey_begins(tmp_path):
    clock, _, traveller = traveller_of(tmp_path, "http://127.0.0.1:9")

    with pytest.raises(TravelRefused) as refused:
        run(traveller, datetime.now(UTC) + timedelta(hours=1))

    assert (refused.value.status, refused.value.code) == (502, "guildhall_unreachable")
    assert clock.offset_seconds == 0
    assert traveller.journey is None


def test_whoever_is_behind_catches_up_before_the_journey(tmp_path, own_guildhall):
    own_guildhall.offset = 7200.0
    clock, _, traveller = traveller_of(tmp_path, own_guildhall)

    (arrived,) = run(traveller, datetime.now(UTC) + timedelta(hours=3))

    assert datetime.fromisoformat(arrived["from"]) < datetime.now(UTC) + timedelta(minutes=1)
    assert 10_799 <= clock.offset_seconds <= 10_801
    assert own_guildhall.offset == clock.offset_seconds
