"""One world for all tests of this folder, in one transaction; each test undoes what it did. Tests that commit live elsewhere."""

import pytest
from django.db import connection, transaction

from tests.api import books
from tests.api import world as worlds


class Undone:
    """A transaction, or a savepoint in one, that is rolled back at its end and lets commands insist on being outermost."""

    def __enter__(self):
        self.atomic = transaction.atomic()
        self.atomic._from_testcase = True
        self.atomic.__enter__()

    def __exit__(self, *_):
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)


@pytest.fixture(scope="package")
def built_world(django_db_setup, django_db_blocker):
    """The world of `world.py`, built once."""
    with django_db_blocker.unblock():
        with Undone():
            yield worlds.build()
        connection.close()


@pytest.fixture
def world(built_world):
    """The world, as it was built."""
    with Undone():
        yield built_world


@pytest.fixture(scope="package")
def untouched(built_world):
    """What the database holds when the world is built."""
    return books.contents()
