"""How residents decide and ask, without a system: by what they see, within their limits, patient with refusals."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from sandbox.residents.client import Busy, Refused, Residence
from sandbox.residents.people import Cast
from sandbox.residents.playing import Play

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
CAST = Cast(
    "secret", {f"pr_{n}": (f"p{n}@demo.example", 1 + n % 3) for n in range(40)} | {"cu_1": ("c1@demo.example", 0)}
)


class Api:
    """An API that answers what it was told to, and remembers what it was asked."""

    def __init__(self, *answers: httpx.Response) -> None:
        self.asked: list[tuple[str, str]] = []
        self.answers = list(answers)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append((request.method, request.url.path))
        if request.url.path.endswith("/auth/login"):
            return httpx.Response(200, json={"access_token": f"token {len(self.asked)}"})
        return self.answers.pop(0) if self.answers else httpx.Response(200, json={})

    @property
    def log_ins(self) -> int:
        return self.asked.count(("POST", "/api/v1/auth/login"))


class Told(Api):
    """An API that answers by address, and remembers what it was told."""

    def __init__(self, answers_by_address: dict[str, Any]) -> None:
        super().__init__()
        self.by_address = answers_by_address
        self.told: list[tuple[str, Any]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        address = f"{request.method} {request.url.path.removeprefix('/api/v1/')}"
        if request.method == "PUT":
            self.told.append((address, json.loads(request.content)))
        return (
            httpx.Response(200, json=self.by_address[address])
            if address in self.by_address
            else super().__call__(request)
        )


def residence(api: Api, **limits: Any) -> Residence:
    return Residence("http://guildhall.example", CAST, transport=httpx.MockTransport(api), **limits)


def offers(booking: str, *providers: str, mode: str = "asap") -> list[dict[str, Any]]:
    until = (NOW + timedelta(seconds=60)).isoformat()
    return [
        {"id": f"of_{booking}_{one}", "booking": booking, "provider": one, "tier": 1, "mode": mode, "expires_at": until}
        for one in providers
    ]


def seen(*, offers: list[dict[str, Any]] | None = None, bookings: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    return {"now": NOW.isoformat(), "offers": offers or [], "bookings": bookings or []}


@pytest.mark.parametrize("booking", [f"b{number}" for number in range(40)])
def test_somebody_wants_every_job_that_is_needed_at_once_and_before_its_window_ends(booking):
    api = Api()
    play = Play(residence(api), CAST)

    play.notice(seen(offers=offers(booking, "pr_1", "pr_2", "pr_3", "pr_4", "pr_5")), speed=12)
    play.act(NOW + timedelta(seconds=55))

    accepted = [path for _, path in api.asked if path.endswith("/acceptance")]
    assert 1 <= len(accepted) <= 2
    assert play.done["accepted"] == len(accepted)


def test_nobody_answers_sooner_than_a_person_could_or_for_somebody_who_is_not_played():
    api = Api()
    play = Play(residence(api), CAST)

    play.notice(seen(offers=offers("b1", "pr_1", "pr_2") + offers("b2", "pr_of_a_visitor")), speed=12)
    play.act(NOW + timedelta(seconds=4))

    assert api.asked == []
    play.act(NOW + timedelta(seconds=55))
    assert all("visitor" not in path for _, path in api.asked)


def test_what_was_decided_is_not_decided_again_and_what_is_over_is_forgotten():
    play = Play(residence(Api()), CAST)
    wave = seen(offers=offers("b1", "pr_1", "pr_2", "pr_3"))

    play.notice(wave, speed=12)
    meant = play.waiting
    play.notice(wave, speed=12)

    assert play.waiting == meant
    play.notice(seen(), speed=12)
    assert play._decided == {}


def test_a_session_that_is_over_is_begun_again_once():
    api = Api(httpx.Response(401, json={"code": "invalid_token"}), httpx.Response(200, json={"ok": True}))

    assert residence(api).ask("pr_1", "GET", "offers") == {"ok": True}

    assert api.log_ins == 2
    again = Api(*[httpx.Response(401, json={"code": "invalid_token"})] * 5)
    with pytest.raises(Refused):
        residence(again).ask("pr_1", "GET", "offers")
    assert again.log_ins == 2


def test_who_is_asked_to_come_later_does_so_with_what_was_meant():
    api = Api(httpx.Response(429, headers={"retry-after": "7"}, json={"code": "too_many_tries"}))
    play = Play(residence(api), CAST)
    booking = {"id": "bk_1", "status": "arrived", "mode": "asap", "customer": "cu_1", "provider": "pr_1", "minutes": 60}
    play.notice(seen(bookings=[{**booking, "starts_at": NOW.isoformat()}]), speed=60)

    with pytest.raises(Busy) as busy:
        play.act(NOW + timedelta(minutes=10))

    assert busy.value.seconds == 7
    assert play.waiting == 1
    api.answers = [httpx.Response(200, json={"start_code": "1234"}), httpx.Response(200, json={})]
    play.act(NOW + timedelta(minutes=11))
    assert api.asked[-1] == ("PUT", "/api/v1/bookings/bk_1/status")
    assert play.done == {"started": 1}


def test_work_that_began_before_it_was_noticed_ends_when_it_would_have_ended():
    """Somebody travels half an hour ahead between the start of the work and the next look."""
    api = Told({})
    play = Play(residence(api), CAST)
    job = {"id": "bk_1", "status": "in_progress", "mode": "asap", "customer": "cu_1", "provider": "pr_1", "minutes": 60}
    began = NOW - timedelta(minutes=30)

    play.notice(seen(bookings=[{**job, "starts_at": began.isoformat(), "since": began.isoformat()}]), speed=60)

    assert play.act(NOW) == 1
    assert [body["status"] for _, body in api.told] == ["completed"]


def test_who_is_on_the_way_tells_where_from_home_to_the_door_and_hears_the_code_where_no_pin_is():
    place, area = (
        {"latitude": 32.70, "longitude": -117.20},
        [[-117.1, 32.8], [-117.0, 32.8], [-117.0, 32.9], [-117.1, 32.9]],
    )
    api = Told(
        {
            "GET bookings/bk_1": {"place": place},
            "GET providers/me": {"service_area_geojson": {"coordinates": [[[*area, area[0]]]]}},
        }
    )
    play = Play(residence(api), CAST)
    job = {"id": "bk_1", "mode": "asap", "customer": "cu_of_a_visitor", "provider": "pr_1", "minutes": 60}
    job["starts_at"] = NOW.isoformat()

    play.notice(seen(bookings=[{**job, "status": "en_route"}]), speed=12)
    for seconds in range(0, 160, 2):
        play.act(NOW + timedelta(seconds=seconds))

    told = [body for address, body in api.told if address == "PUT bookings/bk_1/position"]
    left = [abs(one["latitude"] - 32.70) + abs(one["longitude"] + 117.20) for one in told]
    assert 4 <= len(told) <= 10
    assert left == sorted(left, reverse=True)
    assert 0.05 < left[0] < 0.3
    assert ("PUT bookings/bk_1/status", {"status": "arrived"}) in api.told
    play.notice(seen(bookings=[{**job, "status": "arrived", "said_at_the_door": "4711"}]), speed=12)
    play.act(NOW + timedelta(minutes=1))
    assert api.told[-1] == ("PUT bookings/bk_1/status", {"status": "in_progress", "start_code": "4711"})


def test_requests_keep_to_their_rate_and_sessions_to_their_number():
    waited: list[float] = []
    api = Api()
    cast = Cast("secret", {f"pr_{n}": (f"p{n}@demo.example", 1) for n in range(300)})
    one = Residence("http://guildhall.example", cast, sleep=waited.append, transport=httpx.MockTransport(api))

    for number in range(300):
        one.ask(f"pr_{number}", "GET", "offers")

    assert len(one._tokens) == 200
    assert len(api.asked) == 600
    assert sum(pause > 0 for pause in waited) > 500
