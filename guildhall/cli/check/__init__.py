"""
`./guild up --check`: the road of a booking, walked over TCP against the running processes, as people and vendors would.

Nothing here knows the system from inside: no database, no command, no test client; only the addresses of its edges and of the
sandbox. One line a step; the last line is one JSON object.
"""

from __future__ import annotations

import json
import sys
import traceback
from pathlib import Path

from guildhall.cli.check import asap, proof, road, signing_up
from guildhall.cli.check.edges import Edges
from guildhall.cli.check.steps import Failed, Steps


def run(*, guildhall_url: str, sandbox_url: str, state: Path) -> int:
    """
    Walk the road and prove what it left behind; 0 when every step was as it should be, else 1.

    :param state: the state folder: the log-ins of its demo city are used, and `log/check.log` gets every request and answer.
    """
    with Edges(guildhall_url, sandbox_url, log=state / "log" / "check.log") as edges:
        steps = Steps(edges)
        ok = True
        try:
            _walk(steps, _log_ins(state))
        except Failed as failed:
            ok = False
            print(f"check: {failed}\n{edges.last_exchanges()}", file=sys.stderr, flush=True)
        except Exception:  # noqa: BLE001 - whatever it is, the last line must say that the check failed
            ok = False
            traceback.print_exc()
    print(json.dumps({"ok": ok, "steps": steps.as_json()}), flush=True)
    return 0 if ok else 1


def _log_ins(state: Path) -> list[dict[str, str]]:
    try:
        log_ins: list[dict[str, str]] = json.loads((state / "demo.json").read_text())["log_ins"]
    except (OSError, ValueError, KeyError) as error:
        message = "the walk needs the log-ins of a demo city, and this state has none (--no-demo?)"
        raise Failed(message) from error
    return log_ins


def _walk(steps: Steps, log_ins: list[dict[str, str]]) -> None:
    people = signing_up.everybody(steps, log_ins)
    scheduled = road.walk(steps, people)
    at_once = asap.walk(steps, people)
    proof.prove(steps, people, scheduled, at_once)
