"""
How soon a customer sees what their provider does: two browsers, each step from the press of the button to the other page's words.

A system of its own is started for it. Every step is one form, one transaction, one delivery by the sequencer and the subscribers, one
event on the customer's stream and one part of the page asked for; nobody polls.
"""

import argparse
import itertools
from typing import Any

from playwright.sync_api import sync_playwright

from bench.common import Target, percentile, report, say
from tests.journeys.places import BONITA, CARDIFF, EL_CAJON, LA_JOLLA, LA_MESA, POWAY
from tests.journeys.town import Town
from tests.running import CHROMIUM
from tests.stack import Stack
from tests.watching import Step, at_work

_PLACES = (LA_JOLLA, LA_MESA, POWAY, CARDIFF, BONITA, EL_CAJON)
_NAMES = ("Priya", "Marcus", "Lena", "Diego", "Mei", "Tom")
_AT_MOST_MS = 1_000


def main(arguments: list[str]) -> int:
    """Work a job in each of some places, and say whether the target holds."""
    parser = argparse.ArgumentParser(prog="guild bench live", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args(arguments)
    steps = _measure()
    late = [step.milliseconds for step in steps]
    return report(
        "live",
        baselines={},
        results={
            "steps": len(steps),
            "p50_ms": percentile(late, 0.5),
            "p95_ms": percentile(late, 0.95),
            "most_ms": max(late),
            "told by the feed": sum(step.was_told for step in steps),
            "p50_ms by step": _by_step(steps),
        },
        targets=[
            Target(
                "p95 from the provider's press to the customer's page, ms",
                percentile(late, 0.95),
                _AT_MOST_MS,
                "at_most",
            ),
            Target("steps", len(steps), 21, "at_least"),
        ],
        as_json=options.json,
    )


def _measure() -> list[Step]:
    steps: list[Step] = []
    with Stack() as stack, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        town = Town(stack)
        site = stack.state.read("run.json")["url"]
        for place, name in zip(_PLACES, _NAMES, strict=True):
            town.morning()
            with at_work(browser, site, town, place, name) as both:
                steps += both.work()
            say(f"{len(steps)} steps, the last after {steps[-1].milliseconds:.0f} ms")
        browser.close()
    return steps


def _by_step(steps: list[Step]) -> dict[str, Any]:
    ordered = sorted(steps, key=lambda step: step.pressed)
    groups = itertools.groupby(ordered, key=lambda step: step.pressed)
    return {pressed: percentile([step.milliseconds for step in group], 0.5) for pressed, group in groups}
