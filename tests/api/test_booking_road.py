"""A booking over HTTP: asked for, followed, worked, contested; and what is refused on the way (X15, X35, X36, X43)."""

import pytest
from django.db import connection

from guildhall.kernel.ids import public_id
from tests import given_bookings as given
from tests import given_people as people
from tests.api import books, vendor
from tests.api.browser import browser
from tests.api.client import Api
from tests.api.conftest import Undone
from tests.api.examples import JOB, LATER
from tests.given_matching import later


@pytest.fixture
def ana(world):
    return world.api("owner")


def test_an_asap_request_waits_for_the_vendors_page_then_for_the_bank_then_is_offered(world):
    nina = people.customer("Nina")
    api = Api(nina)
    body = {**JOB, "address_id": public_id("ad", nina.address_id)}

    asked = api.post("bookings", body).json()
    path = f"bookings/{asked['id']}"
    asking = api.get(f"{path}/card")
    vendor.says_yes()
    opened = api.get(f"{path}/card")

    assert (asked["status"], asked["mode"], asked["payment_state"]) == ("awaiting_card", "asap", "none")
    assert (asking.status_code, asking.json()["url"], asking["Retry-After"]) == (202, None, "1")
    assert (opened.status_code, opened.json()["url"][:29]) == (200, "https://vendor.example/c/pay/")
    assert [asked["estimate"][part]["amount_minor"] for part in ("from_price", "to_price", "up_to")] == [
        6_500,
        20_250,
        25_313,
    ]
    assert asked["cancellation_terms"].startswith("Cancelling is free until the provider is on the way")
    assert len(asked["start_code"]) == 4


def test_a_scheduled_request_is_offered_and_its_customer_sees_the_wave(world, ana):
    asked = ana.post("bookings", {**world.filled(LATER), "scheduled_start_time": "2027-03-05T10:00:00"}).json()
    given.let_it_happen()

    shown = ana.get(f"bookings/{asked['id']}").json()

    assert shown["scheduled_start_time"] == "2027-03-05T18:00:00.000Z"
    assert shown["scheduled_end_time"] == "2027-03-05T19:30:00.000Z"
    assert shown["seeker_user_id"] == ana.id
    assert (shown["status"], shown["cascade"]["status"]) == ("matching", "live")
    assert (shown["cascade"]["wave_number"], shown["cascade"]["wave_kind"]) == (1, "favourites")
    assert (shown["cascade"]["asked"], shown["cascade"]["until"]) == (1, "2027-03-01T19:00:00.000Z")


def test_what_was_said_on_the_telephone_is_proposed_and_answered(world, ana):
    olga = world.api("operator")
    asked = {**world.filled(LATER), "scheduled_start_time": "2027-03-05T10:00:00"}
    assert olga.post("operator/proposals", asked).json()["errors"][0]["field"] == "seeker_user_id"
    made = [
        olga.post("operator/proposals", {**asked, "seeker_user_id": world.names["customer"]}).json() for _ in range(2)
    ]
    agreed, refused = (f"bookings/{one['id']}/proposal" for one in made)

    shown = ana.get(agreed).json()
    answers = ana.post(f"{agreed}/confirmation").json(), ana.post(f"{refused}/decline").json()

    assert (shown["what"], shown["scheduled_start_time"]) == ("booking", "2027-03-05T18:00:00.000Z")
    assert shown["url"].endswith(f"/my/bookings/{made[0]['id']}")
    assert [one["status"] for one in answers] == ["matching", "cancelled"]
    assert answers[1]["cancellation_fee"]["amount_minor"] == 0
    assert (ana.get(agreed).status_code, ana.post(f"{refused}/confirmation").json()["code"]) == (
        404,
        "nothing_proposed",
    )

    confirmed = world.filled("bookings/{confirmed}")
    start = ana.get(confirmed).json()["scheduled_start_time"]
    at = {"scheduled_start_time": "2027-03-09T10:00:00"}
    assert olga.post(f"operator/{confirmed}/proposal", at).json()["what"] == "time"
    assert olga.post(f"operator/{confirmed}/proposal/sending").json()["code"] == "just_sent"
    assert ana.post(f"{confirmed}/proposal/decline").json()["scheduled_start_time"] == start
    olga.post(f"operator/{confirmed}/proposal", at)
    moved = ana.post(f"{confirmed}/proposal/confirmation").json()
    assert (moved["status"], moved["scheduled_start_time"]) == ("waiting", "2027-03-09T18:00:00.000Z")


def test_the_job_is_done_contested_and_decided(world, ana):
    priya, olga = world.api("assigned"), world.api("operator")
    path = world.filled("bookings/{confirmed}")
    code = ana.get(path).json()["start_code"]

    def put(**body):
        return priya.put(f"{path}/status", body)

    words = [
        put(status="en_route").json()["status"],
        put(status="arrived").json()["status"],
        put(status="in_progress", start_code="0000" if code != "0000" else "1111").json()["code"],
        put(status="in_progress", start_code=code).json()["status"],
    ]
    later(minutes=30)
    words += [priya.post(f"{path}/breaks").status_code, priya.post(f"{path}/breaks").json()["code"]]
    later(minutes=10)
    words += [priya.delete(f"{path}/breaks").status_code]
    done = put(status="completed", notes="All works.").json()
    contested = ana.post(f"{path}/contest", {"minutes": 20, "reason": "Shorter."}).json()
    pending = olga.get("operator/bookings?status=contested").json()["items"]
    decided = olga.post(f"operator/{path}/decision", {"settled_minutes": 25, "reason": "In between."}).json()

    assert words == ["en_route", "arrived", "wrong_start", "in_progress", 200, "break_refused", 200]
    assert (done["status"], done["logged_minutes"], done["break_minutes"]) == ("completed", 30, 10)
    assert (contested["status"], contested["is_payment_blocked"]) == ("contested", True)
    assert path.removeprefix("bookings/") in {booking["id"] for booking in pending}
    assert (decided["status"], decided["settled_minutes"], decided["is_payment_blocked"]) == ("settled", 25, False)
    assert decided["total_price"]["amount_minor"] > 0


def test_the_customer_follows_the_provider_on_the_way_and_nobody_else_does(world):
    ana, priya, olga = world.api("owner"), world.api("assigned"), world.api("operator")
    path = world.filled("bookings/{en_route}")
    latitude, longitude = people.DOWNTOWN
    where = {"latitude": latitude + 0.05, "longitude": longitude, "accuracy_metres": 12.5}

    assert ana.get(path).json()["on_the_way"] is None
    assert priya.put(f"{path}/position", where).status_code == 204

    way = ana.get(path).json()["on_the_way"]
    assert way["position"] == {"latitude": where["latitude"], "longitude": where["longitude"]}
    assert (way["accuracy_metres"], way["estimated_minutes"]) == (12, 10)
    assert olga.get(path).json()["on_the_way"] == way
    assert priya.get(path).json()["on_the_way"] is None
    assert priya.put(f"{path}/status", {"status": "arrived"}).status_code == 200
    assert ana.get(path).json()["on_the_way"] is None
    late = priya.put(f"{path}/position", where)
    assert (late.status_code, late.json()["code"]) == (409, "not_on_the_way")


def test_a_position_is_kept_nowhere_but_in_its_place(world):
    priya = world.api("assigned")
    path = world.filled("bookings/{en_route}/position")
    keys = books.contents()

    assert priya.put(path, {"latitude": 32.7, "longitude": -117.1, "accuracy_metres": 5}).status_code == 204

    assert books.changed(keys) == ["bookings_whereabouts"]


def test_inside_the_geofence_no_code_is_needed(world):
    priya = world.api("assigned")
    path = world.filled("bookings/{arrived}/status")
    latitude, longitude = people.DOWNTOWN

    far = priya.put(path, {"status": "in_progress", "position": {"latitude": latitude + 0.1, "longitude": longitude}})
    near = priya.put(path, {"status": "in_progress", "position": {"latitude": latitude, "longitude": longitude}})

    assert (far.status_code, far.json()["code"]) == (422, "too_far_away")
    assert far.json()["allowed_metres"] == 200
    assert (near.status_code, near.json()["status"]) == (200, "in_progress")


@pytest.mark.parametrize(
    ("role", "method", "path", "body"),
    [
        ("assigned", "PUT", "bookings/{confirmed}/status", {"status": "completed"}),
        ("assigned", "PUT", "bookings/{confirmed}/status", {"status": "arrived"}),
        ("assigned", "PUT", "bookings/{completed}/status", {"status": "completed"}),
        ("assigned", "PUT", "bookings/{in_progress}/status", {"status": "en_route"}),
        ("owner", "PUT", "bookings/{in_progress}/status", {"status": "cancelled"}),
        ("owner", "POST", "bookings/{completed}/cancellation", {}),
        ("owner", "POST", "bookings/{in_progress}/confirmation", None),
        ("owner", "POST", "bookings/{confirmed}/contest", {"minutes": 10, "reason": "x"}),
        ("owner", "POST", "bookings/{confirmed}/widening", None),
        ("owner", "POST", "bookings/{in_progress}/rescheduling", {"scheduled_start_time": "2027-03-09T10:00:00"}),
        ("assigned", "POST", "bookings/{in_progress}/withdrawal", {}),
        ("operator", "POST", "operator/bookings/{completed}/decision", {"cancel": True, "reason": "x"}),
        ("owner", "GET", "bookings/{in_progress}/cancellation", None),
        *[
            ("owner", "PUT", "bookings/{confirmed}/status", {"status": word})
            for word in ("settled", "closed", "nonsense")
        ],
        ("assigned", "PUT", "bookings/{confirmed}/status", {"status": "pending"}),
    ],
)
def test_out_of_order_is_refused_with_what_is_allowed(world, untouched, role, method, path, body):
    answer = world.api(role).ask(method, world.filled(path), body)

    assert (answer.status_code, answer.json()["code"]) == (409, "illegal_transition"), answer.content
    assert answer.json()["allowed"]
    assert set(books.changed(untouched)) <= {books.KEYS}


@pytest.mark.parametrize("body", [{"status": "arrived", "minutes": 3}, {"status": "cancelled", "offer_id": None}])
def test_a_member_that_does_not_belong_to_the_word_is_refused(world, untouched, body):
    answer = world.api("assigned").put(world.filled("bookings/{en_route}/status"), body)

    assert (answer.status_code, answer.json()["code"]) == (400, "unknown_field")
    assert books.changed(untouched) == []


@pytest.mark.parametrize(
    ("start", "code", "options"),
    [
        ("2027-03-14T02:30:00", "nonexistent_time", ["2027-03-14T01:30:00-08:00", "2027-03-14T03:30:00-07:00"]),
        ("2027-11-07T01:30:00", "ambiguous_time", ["2027-11-07T01:30:00-07:00", "2027-11-07T01:30:00-08:00"]),
    ],
)
def test_a_wall_time_that_is_not_there_or_twice_is_refused_with_both_readings(
    world, ana, untouched, start, code, options
):
    asked = ana.post("bookings", {**world.filled(LATER), "scheduled_start_time": start})
    moved = ana.post(world.filled("bookings/{unfilled}/rescheduling"), {"scheduled_start_time": start})

    for answer in (asked, moved):
        assert (answer.status_code, answer.json()["code"]) == (422, code)
        assert answer.json()["options"] == options
    assert set(books.changed(untouched)) == {books.KEYS}


@pytest.mark.parametrize(("option", "instant"), [("-07:00", "08:30"), ("-08:00", "09:30")])
def test_an_offset_says_which_of_two_equal_wall_times_is_meant(world, ana, option, instant):
    start = f"2027-11-07T01:30:00{option}"

    asked = ana.post("bookings", {**world.filled(LATER), "scheduled_start_time": start})

    assert asked.status_code == 201, asked.content
    assert asked.json()["scheduled_start_time"] == f"2027-11-07T{instant}:00.000Z"


def test_a_foreign_address_does_not_exist_like_one_that_never_did(world, ana, untouched):
    answers = [
        ana.post("bookings", {**world.filled(LATER), "scheduled_start_time": start, "address_id": address})
        for start in ("2027-03-08T10:00:00", "2027-03-08T10:00:00-08:00")
        for address in (world.names["foreign_address"], "ad_" + "a" * 26, world.names["service"])
    ]

    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(400, "does_not_exist")}
    assert books.changed(untouched) == []


def test_a_customer_cannot_ask_in_anothers_name_and_an_operator_must(world, ana):
    carl, olga = world.api("other_customer"), world.api("operator")
    body = world.filled(LATER)

    foreign = ana.post("bookings", {**body, "seeker_user_id": carl.id})
    nameless = olga.post("bookings", body)
    named = olga.post("bookings", {**body, "seeker_user_id": ana.id})

    assert (foreign.status_code, foreign.json()["code"]) == (400, "read_only")
    assert (nameless.status_code, nameless.json()["code"]) == (400, "invalid_field")
    assert (named.status_code, named.json()["seeker_user_id"]) == (201, ana.id)


def test_lists_hold_ones_own_in_pages_that_neither_skip_nor_repeat(world, ana):
    pages, cursor = [], ""
    while cursor is not None:
        page = ana.get(f"users/{ana.id}/bookings?limit=4{cursor}").json()
        pages.append([booking["id"] for booking in page["items"]])
        cursor = f"&cursor={page['next_cursor']}" if page["next_cursor"] else None

    seen = [booking for page in pages for booking in page]
    mine = {world.names[stage] for stage in world.bookings if stage != "matching"}
    assert [len(page) for page in pages[:-1]] == [4] * (len(pages) - 1)
    assert (len(seen), set(seen)) == (len(mine), mine)


def test_a_cursor_of_one_list_opens_no_other(world, ana):
    carl = world.api("other_customer")
    cursor = ana.get(f"users/{ana.id}/bookings?limit=1").json()["next_cursor"]

    others = [
        carl.get(f"users/{carl.id}/bookings?cursor={cursor}"),
        ana.get(f"users/{ana.id}/bookings?status=confirmed&cursor={cursor}"),
    ]

    assert [(answer.status_code, answer.json()["code"]) for answer in others] == [(400, "bad_cursor")] * 2


def test_before_confirmation_the_provider_sees_neither_address_nor_booking(world):
    priya = world.api("assigned")

    offer = priya.get(world.filled("offers/{offer}")).json()

    assert priya.get(world.filled("bookings/{matching}")).status_code == 404
    assert "address" not in offer
    assert (offer["area"]["latitude"], offer["area"]["longitude"]) != people.DOWNTOWN
    assert offer["net"]["amount_minor"] > 0
    assert offer["earliest_end_at"] < offer["ends_at"]


def test_the_preview_tells_what_cancelling_then_costs(world, ana):
    path = world.filled("bookings/{confirmed}")

    preview = ana.get(f"{path}/cancellation").json()
    cancelled = ana.post(f"{path}/cancellation", {"reason": "Rain."}).json()

    assert preview["fee"]["amount_minor"] > 0
    assert preview["fee"] == cancelled["cancellation_fee"]
    assert "48 hours before the start" in preview["terms"]
    assert (cancelled["status"], cancelled["cancelled_by"], cancelled["reason"]) == ("cancelled", "customer", "Rain.")


def test_a_provider_gives_the_job_back_and_is_not_asked_again(world):
    priya, olga = world.api("assigned"), world.api("operator")
    path = world.filled("bookings/{confirmed}")

    answer = priya.post(f"{path}/withdrawal", {"reason": "Ill."})
    given.let_it_happen()

    assert (answer.status_code, answer.content) == (204, b"")
    assert priya.get(path).status_code == 404
    assert olga.get(path).json()["status"] == "matching"
    assert path.removeprefix("bookings/") not in {offer["booking_id"] for offer in priya.get("offers").json()["items"]}


def test_an_operator_gives_the_job_to_somebody_by_hand_but_not_past_the_gate(world):
    olga = world.api("operator")
    path = world.filled("operator/bookings/{matching}/assignment")
    novice = people.registered_provider("Nils")

    refused = olga.post(path, {"provider_user_id": public_id("pr", novice.id)})
    assigned = olga.post(path, {"provider_user_id": world.names["other_provider"]})

    assert refused.status_code in {403, 422}, refused.content
    assert (assigned.status_code, assigned.json()["status"]) == (200, "confirmed")
    assert assigned.json()["provider_user_id"] == world.names["other_provider"]


def test_the_story_of_a_booking_has_outside_names_only(world):
    story = world.api("operator").get(world.filled("operator/bookings/{contested}/timeline")).json()["items"]

    names = [fact["name"] for fact in story if fact["name"].startswith("booking.")]
    assert names[0] == "booking.requested"
    assert names[-1] == "booking.contested"
    assert {fact["actor"].partition("_")[0] for fact in story} <= {
        "cu",
        "pr",
        "op",
        *{f["actor"] for f in story if ":" in f["actor"]},
    }
    assert all(fact["details"].get("customer_id", "cu_").startswith("cu_") for fact in story)


def test_a_search_leaves_out_who_is_not_free(world):
    busy = world.api("operator").get(world.filled("bookings/{confirmed}")).json()
    start = busy["scheduled_start_time"]
    query = "services/search?latitude=32.7185&longitude=-117.1593&category=audio"

    anybody = Api().get(query).json()["items"]
    then = Api().get(f"{query}&start={start}&end={busy['scheduled_end_time']}").json()["items"]

    both = {world.names["provider"], world.names["other_provider"]}
    assert {found["provider_id"] for found in anybody} == both
    assert {found["provider_id"] for found in then} == both - {world.names["provider"]}
    assert anybody[0]["hourly"]["amount_minor"] > 0


def test_search_pages_follow_each_other(world):
    query = "services/search?latitude=32.7185&longitude=-117.1593&category=audio&limit=1"

    first = Api().get(query).json()
    second = Api().get(f"{query}&cursor={first['next_cursor']}").json()

    assert len(first["items"]) == len(second["items"]) == 1
    assert first["items"][0]["provider_id"] != second["items"][0]["provider_id"]
    assert second["next_cursor"] is None
    for other in (
        query.replace("audio", "video"),
        query.replace("32.7185", "32.7186"),
        f"{query}&tier=1",
        f"{query}&start=2027-03-08T18:00:00Z&end=2027-03-08T20:00:00Z",
    ):
        answer = Api().get(f"{other}&cursor={first['next_cursor']}")
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_cursor"), other


def test_an_address_says_how_exactly_it_is_known(ana):
    roughly = ana.post("users/me/addresses", {"street": "2 Main", "zip_code": "92103"}).json()
    exactly = ana.post(
        "users/me/addresses", {"street": "2 Main", "zip_code": "92103", "latitude": 32.75, "longitude": -117.17}
    ).json()

    assert (roughly["precision"], exactly["precision"]) == ("zip_centroid", "pin")
    assert "middle of its ZIP code" in roughly["precision_note"]


def test_a_service_area_is_shown_to_its_provider_only(world):
    own = world.api("assigned").get("providers/me").json()
    public = Api().get(world.filled("providers/{provider}")).json()

    assert own["service_area_geojson"]["type"] == "MultiPolygon"
    assert public["service_area_geojson"] is None
    assert public["background_check_status"] == "cleared"
    assert public["services"][0]["title"] == "Tune a room"
    assert {"email", "phone_number", "last_name"} & set(public) == set()


def test_a_start_code_cannot_be_guessed(world):
    priya, page = world.api("assigned"), browser(world.people["assigned"])
    path, job = world.filled("bookings/{arrived}"), world.filled("/pro/jobs/{arrived}")
    right = world.names["start_code"]
    codes = [code for code in (f"{number:04}" for number in range(20)) if code != right]
    at_the_door = dict(zip(("latitude", "longitude"), people.DOWNTOWN, strict=True))

    def start(code, *, elsewhere=False, **headers):
        position = {"position": {"latitude": 0, "longitude": 0}} if elsewhere else {}
        return priya.put(f"{path}/status", {"status": "in_progress", "start_code": code, **position}, **headers)

    def start_on_the_page(code):
        return page.post(f"{job}/start", {"start_code": code})

    tried = [start(code, Idempotency_Key=code).json()["code"] for code in codes[:5]]
    tried.append(start(codes[5], elsewhere=True).json()["code"])
    again = start(codes[0], Idempotency_Key=codes[0])
    shown = [start_on_the_page(code).status_code for code in codes[6:10]]
    closed = [start(codes[10]), start(right)]
    refused = start_on_the_page(right)

    assert (tried, shown, again["Idempotent-Replayed"]) == ([*["wrong_start"] * 5, "too_far_away"], [422] * 4, "true")
    assert [(one.status_code, one.json()["code"]) for one in closed] == [(429, "too_many_tries")] * 2
    assert 0 < int(closed[1]["Retry-After"]) == closed[1].json()["retry_after"] <= 900
    assert (refused.status_code, 0 < int(refused["Retry-After"]) <= 900) == (429, True)
    assert "Too many wrong codes" in refused.content.decode()
    assert 'name="start_code"' in refused.content.decode()
    assert priya.get(path).json()["status"] == "arrived"
    with Undone():
        assert page.post(f"{job}/start", at_the_door).status_code == 303
    with connection.cursor() as cursor:
        cursor.execute("update identity_throttle set began_at = began_at - interval '15 minutes'")
    assert start(right).json()["status"] == "in_progress"
