"""Who the bookings of these tests are about."""

import pytest

from tests import given_bookings as given
from tests import given_people as people


@pytest.fixture
def ana():
    return people.customer(card=True)


@pytest.fixture
def priya():
    return given.given_providers(1)[0]
