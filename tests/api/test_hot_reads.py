"""How many questions an answer asks of the database: the reads that people's screens repeat."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

SEARCH = "services/search?latitude=32.7185&longitude=-117.1593&category=audio"


@pytest.mark.parametrize(
    ("role", "path", "most"),
    [
        ("owner", "bookings/{confirmed}", 13),
        ("owner", "bookings/{unfilled}", 13),
        ("assigned", "bookings/{confirmed}", 10),
        ("owner", "users/{customer}/bookings", 3),
        ("assigned", "offers", 4),
        ("assigned", "offers/{offer}", 3),
        ("operator", "operator/bookings?status=contested", 4),
        ("anonymous", SEARCH, 12),
        ("anonymous", "providers/{provider}", 13),
    ],
)
def test_a_hot_read_asks_few_questions(world, role, path, most):
    world.api(role).get(world.filled(path))

    with CaptureQueriesContext(connection) as asked:
        answer = world.api(role).get(world.filled(path))

    assert answer.status_code == 200
    assert len(asked) <= most, "\n".join(query["sql"][:200] for query in asked.captured_queries)


@pytest.mark.parametrize("path", ["users/{customer}/bookings", SEARCH])
def test_a_longer_list_asks_no_more_questions(world, path):
    joint = "&" if "?" in path else "?"
    counts = []
    for limit in (1, 20):
        with CaptureQueriesContext(connection) as asked:
            world.api("owner").get(world.filled(f"{path}{joint}limit={limit}"))
        # A policy's version is looked up again once a second, whatever is asked.
        counts.append(sum("policy_" not in query["sql"] for query in asked.captured_queries))

    assert counts[0] == counts[1]


def test_a_list_says_of_each_booking_what_the_booking_itself_says_of_its_money(world):
    ana, olga = world.api("owner"), world.api("operator")
    listed = ana.get(world.filled("users/{customer}/bookings?limit=20")).json()["items"]
    pending = olga.get("operator/bookings?status=contested").json()["items"]

    assert {one["payment_state"] for one in listed} == {"none", "authorized"}
    for one in [*listed, *pending]:
        assert one["payment_state"] == olga.get(f"bookings/{one['id']}").json()["payment_state"]
