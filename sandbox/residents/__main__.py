"""`python -m sandbox.residents`: play the people of a city until SIGTERM."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
import threading
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from sandbox.residents.client import Busy, Refused, Residence
from sandbox.residents.people import Cast
from sandbox.residents.playing import Play
from sandbox.residents.wishing import Wishes

log = logging.getLogger("residents")
_LOOK_SECONDS = 2.0
_PAUSED_SECONDS = 3.0


@dataclass(frozen=True)
class Wanted:
    """What `/sandbox/residents` says: whether they rest, and how much faster than life they drive and work."""

    paused: bool = False
    speed: float = 12.0


def main() -> int:
    """Read the command line and play until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.residents", description=__doc__)
    parser.add_argument("--guildhall-url", required=True)
    parser.add_argument("--sandbox-url", required=True)
    parser.add_argument("--people", type=Path, required=True, help="who was made with the city, and their password")
    arguments = parser.parse_args()
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    cast = Cast.read(arguments.people)
    residence = Residence(arguments.guildhall_url, cast, sleep=stop.wait)
    log.info("%d residents", len(cast.people))
    try:
        _live(stop, residence, cast, arguments.sandbox_url)
    finally:
        residence.close()
    return 0


def _live(stop: threading.Event, residence: Residence, cast: Cast, sandbox_url: str) -> None:
    play, wishes = Play(residence, cast), Wishes(residence, cast)
    with httpx.Client(base_url=sandbox_url, timeout=5.0, trust_env=False) as sandbox:
        pause = _LOOK_SECONDS
        while not stop.wait(pause):
            wanted = _report(sandbox, residence, cast, play)
            pause = _PAUSED_SECONDS if wanted.paused else _LOOK_SECONDS
            if not wanted.paused:
                pause = _look(residence, play, wishes, wanted.speed)


def _look(residence: Residence, play: Play, wishes: Wishes, speed: float) -> float:
    """See, decide, act; gives how long to rest."""
    try:
        seen = residence.look()
        play.notice(seen, speed=speed)
        play.act(datetime.fromisoformat(seen["now"]))
        if booked := wishes.maybe(seen, speed=speed):
            play.last = f"booked: {booked}"
            play.done["booked"] = play.done.get("booked", 0) + 1
    except Busy as busy:
        return max(_LOOK_SECONDS, busy.seconds)
    except Refused as refused:
        log.info("%s", refused)
    return _LOOK_SECONDS


def _report(sandbox: httpx.Client, residence: Residence, cast: Cast, play: Play) -> Wanted:
    """Tell the sandbox's page how it goes, and hear what it wants; a page that does not answer wants what it did."""
    told: dict[str, Any] = {
        "people": len(cast.people),
        "waiting": play.waiting,
        "requests": residence.requests,
        "done": play.done,
        "last": play.last,
    }
    try:
        answer = sandbox.post("/sandbox/residents/report", json=told).raise_for_status().json()
        return Wanted(paused=bool(answer["paused"]), speed=float(answer["speed"]))
    except (httpx.HTTPError, KeyError, ValueError):
        return Wanted()


if __name__ == "__main__":
    sys.exit(main())
