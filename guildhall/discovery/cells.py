"""
The quadtree under the reach index: pure arithmetic on degrees.

A cell of level k is a square of 2^-k degrees; a point lies in exactly one cell of each level, by `floor`. A cell that an
area merely touches counts as reached, so the cells are never too few, and PostGIS decides at the boundary.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import floor

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

LEVELS = range(-2, 6)
CELLS_MAX = 32
_CENTRE = 1 << 15
_CHILDREN = np.array([(0, 0), (0, 1), (1, 0), (1, 1)])


@dataclass(frozen=True)
class Cover:
    """The cells of one level that an area touches (west and south corner, in cells), and whether it fills each wholly."""

    level: int
    cells: list[tuple[int, int]]
    interior: list[bool]

    def keys(self, category_id: int) -> list[int]:
        """Give the keys under which a provider of this area is found in a category."""
        return [_key(self.level, x, y, category_id) for x, y in self.cells]


def keys_at(latitude: float, longitude: float, category_id: int) -> list[int]:
    """Give the key of the cell around a point at each level, coarsest first: who reaches the point is under one of them."""
    return [_key(level, floor(longitude * 2.0**level), floor(latitude * 2.0**level), category_id) for level in LEVELS]


@lru_cache(maxsize=4096)
def cover(area: BaseGeometry) -> Cover:
    """
    Cover an area with the smallest cells that need no more than `CELLS_MAX`, or with the largest there are.

    Areas seldom change, the index is made anew every night.
    """
    shapely.prepare(area)
    level, cells = LEVELS[0], _touched(area, LEVELS[0], _cells_around(area, LEVELS[0]))
    for finer in LEVELS[1:]:
        children = (cells[:, None, :] * 2 + _CHILDREN).reshape(-1, 2)
        touched = _touched(area, finer, children)
        if len(touched) > CELLS_MAX:
            break
        level, cells = finer, touched
    interior = shapely.covers(area, _boxes(level, cells))
    return Cover(level, [(int(x), int(y)) for x, y in cells], [bool(whole) for whole in interior])


def _key(level: int, x: int, y: int, category_id: int) -> int:
    place = (level - LEVELS[0]) << 32 | (x + _CENTRE) << 16 | (y + _CENTRE)
    return place << 6 | category_id


def _cells_around(area: BaseGeometry, level: int) -> np.ndarray:
    west, south, east, north = (floor(side * 2.0**level) for side in area.bounds)
    columns, rows = np.meshgrid(np.arange(west, east + 1), np.arange(south, north + 1))
    return np.stack([columns.ravel(), rows.ravel()], axis=1)


def _touched(area: BaseGeometry, level: int, cells: np.ndarray) -> np.ndarray:
    return cells[shapely.intersects(area, _boxes(level, cells))]


def _boxes(level: int, cells: np.ndarray) -> np.ndarray:
    side = 2.0**-level
    corners = cells * side
    return shapely.box(corners[:, 0], corners[:, 1], corners[:, 0] + side, corners[:, 1] + side)
