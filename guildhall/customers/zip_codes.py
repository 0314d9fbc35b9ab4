"""The ZIP codes of the United States, from a package's data: kept beside the system's state in a form that is read in no time."""

import json
import os
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from django.conf import settings

from guildhall.customers.types import Place

# Freely associated states have ZIP codes but are abroad, and the data puts some of them on the wrong side of the globe.
_ABROAD = {"FM", "MH", "PW"}


def find(zip_code: str) -> Place | None:
    """Give the place that a ZIP code (five digits) stands for; None when there is none."""
    row = _rows().get(zip_code)
    return None if row is None else _place(zip_code, row)


def delivered_to() -> list[Place]:
    """Give the places that people live in: post boxes lie on top of one another."""
    return [_place(zip_code, row) for zip_code, row in _rows().items() if row[-1]]


def _place(zip_code: str, row: list[Any]) -> Place:
    city, state, latitude, longitude, time_zone, _is_delivered_to = row
    return Place(zip_code=zip_code, city=city, state=state, latitude=latitude, longitude=longitude, time_zone=time_zone)


@cache
def _rows() -> dict[str, list[Any]]:
    """Each code's city, state, latitude, longitude, zone and whether people live there. The package takes seconds to tell all it knows."""
    import zipcodes  # noqa: PLC0415 - not everybody who runs this code asks for places

    kept = settings.STATE / "cache" / f"zip-codes-{zipcodes.__version__}.json"
    with suppress(OSError, ValueError):
        return dict(json.loads(kept.read_bytes()))
    zones = available_timezones()
    listed = zipcodes.list_all()  # type: ignore[no-untyped-call]  # it has no stubs
    rows = {row["zip_code"]: _read(row) for row in listed if row["timezone"] in zones and _is_placed(row)}
    _keep(rows, kept)
    return rows


def _read(row: dict[str, str]) -> list[Any]:
    is_delivered_to = row["zip_code_type"] == "STANDARD"
    return [row["city"], row["state"], float(row["lat"]), float(row["long"]), row["timezone"], is_delivered_to]


def _is_placed(row: dict[str, str]) -> bool:
    return float(row["lat"]) != 0 and row["state"] not in _ABROAD


def _keep(rows: dict[str, list[Any]], file: Path) -> None:
    """Write them for the next process; whoever cannot write reads the package again."""
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        unfinished = file.with_name(f"{file.name}.{os.getpid()}")
        unfinished.write_text(json.dumps(rows, separators=(",", ":")))
        unfinished.replace(file)
