"""A provider whose area holds a point is always found under one of the point's keys."""

from random import Random

from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st
from shapely import Point, box

from guildhall.discovery.cells import CELLS_MAX, LEVELS, cover, keys_at
from tests.discovery.population import random_area

places = st.sampled_from([(32.72, -117.16), (-17.0, 179.9), (0.0, 0.0), (84.0, 20.0), (-54.8, -68.3)])


@settings(max_examples=300, deadline=None)
@drawn(place=places, seed=st.integers(0, 2**32))
def test_points_of_an_area_are_under_its_keys_and_interior_cells_lie_inside_it(place, seed):
    draw = Random(seed)
    area = random_area(draw, *place)
    covered = cover(area)
    keys = dict(zip(covered.keys(7), covered.interior, strict=True))

    assert len(keys) <= CELLS_MAX or covered.level == LEVELS[0]
    west, south, east, north = area.bounds
    points = [Point(draw.uniform(west, east), draw.uniform(south, north)) for _ in range(50)]
    points += [Point(round(point.x * 32) / 32, round(point.y * 32) / 32) for point in points]
    points += [Point(corner) for part in area.geoms for corner in part.exterior.coords]
    for point in points:
        found = keys.keys() & set(keys_at(point.y, point.x, 7))
        if area.covers(point):
            assert len(found) == 1, (place, seed, point)
        if found and keys[found.pop()]:
            assert area.covers(point), (place, seed, point)


def test_categories_and_levels_never_share_a_key():
    keys = [
        key
        for category in (1, 2, 63)
        for latitude in (-90, 0, 31.97, 90)
        for longitude in (-180, -117.16, 0, 180)
        for key in keys_at(latitude, longitude, category)
    ]

    assert len(keys) == len(set(keys))
    assert all(0 < key < 2**62 for key in keys)


def test_small_areas_get_small_cells_and_few():
    five_kilometres = cover(Point(-117.16, 32.72).buffer(0.045))
    half_a_state = cover(box(-124, 32, -114, 42))

    assert five_kilometres.level == 5
    assert len(five_kilometres.cells) <= CELLS_MAX
    assert (half_a_state.level, len(half_a_state.cells)) == (-2, 9)
    assert any(half_a_state.interior)
