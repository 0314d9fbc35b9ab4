"""How much of a countdown's ring is gone."""

from datetime import UTC, datetime, timedelta

import pytest

from guildhall.web.pages.templatetags.pages import gone_of

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("left", "total", "gone"),
    [(60, 60, 0.0), (15, 60, 75.0), (0, 60, 100.0), (-5, 60, 100.0), (90, 60, 0.0), (0, 0, 100.0), (-1, 0, 100.0)],
)
def test_a_ring_is_gone_by_as_much_as_has_passed_and_wholly_where_nothing_ever_lasted(
    left: int, total: float, gone: float
) -> None:
    assert gone_of(NOW + timedelta(seconds=left), NOW, total) == gone
