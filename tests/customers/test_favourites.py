"""Favourites in order, and pairs kept apart."""

import pytest
from django.db import IntegrityError, connection, transaction

from guildhall.customers.commands import (
    BlockedProvider,
    TooManyFavourites,
    add_favourite,
    block_provider,
    order_favourites,
    remove_favourite,
)
from guildhall.customers.models import Favourite
from guildhall.customers.queries import blocked_ids, favourite_ids
from guildhall.kernel.ids import new_id
from guildhall.kernel.refusals import Invalid, NotAllowed, NotFound
from tests import given_people as given

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return given.customer(), *[given.registered_provider(name) for name in ("Priya", "Diego", "Mei")]


def favour(ana, *providers):
    for provider in providers:
        add_favourite(customer_id=ana.id, provider_id=provider.id, by=ana.actor, at=given.MONDAY)


def changes(ana):
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from eventlog_event where aggregate = %s and name = 'customer.favourites_changed'",
            [f"customer:{ana.id}"],
        )
        return cursor.fetchone()[0]


def test_favourites_keep_the_customers_order(people):
    ana, priya, diego, mei = people

    favour(ana, priya, diego, mei, priya)
    assert favourite_ids(ana.id) == [priya.id, diego.id, mei.id]
    remove_favourite(customer_id=ana.id, provider_id=priya.id, by=ana.actor, at=given.MONDAY)
    favour(ana, priya)
    assert favourite_ids(ana.id) == [diego.id, mei.id, priya.id]
    wished = [mei.id, priya.id, diego.id]
    order_favourites(customer_id=ana.id, provider_ids=wished, by=ana.actor, at=given.MONDAY)

    assert favourite_ids(ana.id) == wished
    assert changes(ana) == 6


def test_another_order_names_each_favourite_once(people):
    ana, priya, diego, mei = people
    favour(ana, priya, diego)

    for wrong in ([priya.id], [priya.id, priya.id], [priya.id, mei.id], []):
        with pytest.raises(Invalid):
            order_favourites(customer_id=ana.id, provider_ids=wrong, by=ana.actor, at=given.MONDAY)

    assert favourite_ids(ana.id) == [priya.id, diego.id]


def test_a_favourite_is_a_provider_and_the_customers_own_choice(people):
    ana, priya, *_ = people
    bruno = given.business()

    for provider_id, by, refusal in [
        (new_id(), ana.actor, NotFound),
        (bruno.id, ana.actor, NotFound),
        (priya.id, bruno.actor, NotFound),
        (priya.id, priya.actor, NotAllowed),
    ]:
        with pytest.raises(refusal):
            add_favourite(customer_id=ana.id, provider_id=provider_id, by=by, at=given.MONDAY)

    assert favourite_ids(ana.id) == []
    assert changes(ana) == 0


def test_fifty_are_enough(people, monkeypatch):
    from guildhall.customers.commands import choosing

    monkeypatch.setattr(choosing, "_FAVOURITES_MAX", 2)
    ana, priya, diego, mei = people
    favour(ana, priya, diego)

    with pytest.raises(TooManyFavourites):
        favour(ana, mei)

    assert favourite_ids(ana.id) == [priya.id, diego.id]


def test_the_database_refuses_a_favourite_twice(people):
    ana, priya, *_ = people
    favour(ana, priya)

    with pytest.raises(IntegrityError, match="customers_favourite_once"), transaction.atomic():
        Favourite.objects.create(customer_id=ana.id, provider_id=priya.id, position=2)


@pytest.mark.parametrize("side", ["customer", "provider", "operator"])
def test_either_side_or_an_operator_keeps_a_pair_apart(people, side):
    ana, priya, diego, _ = people
    favour(ana, priya, diego)
    by = {"customer": ana.actor, "provider": priya.actor, "operator": given.operator().actor}[side]

    for _ in range(2):
        block_provider(customer_id=ana.id, provider_id=priya.id, by=by, at=given.MONDAY)

    assert blocked_ids(ana.id) == {priya.id}
    assert favourite_ids(ana.id) == [diego.id]
    with pytest.raises(BlockedProvider):
        favour(ana, priya)
    with connection.cursor() as cursor:
        cursor.execute("select payload->>'blocked_by' from eventlog_event where name = 'customer.provider_blocked'")
        assert cursor.fetchall() == [(side,)]


def test_nobody_blocks_for_others(people):
    ana, priya, diego, _ = people

    for by in (diego.actor, given.business().actor):
        with pytest.raises(NotFound):
            block_provider(customer_id=ana.id, provider_id=priya.id, by=by, at=given.MONDAY)

    assert blocked_ids(ana.id) == set()
