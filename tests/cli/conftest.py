"""A folder of its own for each test that starts a system."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from guildhall.cli import cluster as clusters


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty folder that the database's user can reach; what runs in it at the end is stopped."""
    path = Path(tempfile.mkdtemp(prefix="guildhall-cli-"))
    path.chmod(0o755)
    yield path
    for place in path.glob("**/data"):
        clusters.Cluster(place.parent).stop()
    shutil.rmtree(path)


@pytest.fixture
def unreachable() -> Iterator[Path]:
    """A folder that the database's user cannot reach."""
    if os.geteuid() != 0:
        pytest.skip("only root runs the database as somebody else")
    path = Path(tempfile.mkdtemp(prefix="guildhall-cli-"))
    path.chmod(0o700)
    yield path
    place = clusters.place_for(path / "pg")
    clusters.Cluster(place).stop()
    shutil.rmtree(path)
    shutil.rmtree(place.parent)
