"""`./guild verify`: every invariant, in the database of a running system or of the state that ran last."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

from guildhall.cli.cluster import ClusterError
from guildhall.cli.database import Database
from guildhall.cli.environment import Unusable
from guildhall.cli.manage import database_of, environment_of
from guildhall.cli.state import State, newest


def main(arguments: list[str]) -> int:
    """Print which database is checked and the result of each invariant; 1 on a breach, 2 when there is no database."""
    parser = argparse.ArgumentParser(prog="guild verify", description=__doc__, allow_abbrev=False)
    parser.add_argument("--state", type=Path, help="the state folder (default: the running one, else the newest)")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")
    options = parser.parse_args(arguments[1:])
    state = State(options.state.absolute()) if options.state else newest()
    if state is None or not state.folder.exists():
        print("guild verify: there is no state yet: ./guild up or ./guild up --check makes one", file=sys.stderr)
        return 2
    try:
        with database_of(state) as database:
            how = "running" if state.is_held() else "stopped, its database is started for this"
            where = "the database that DATABASE_URL names" if database.cluster is None else f"{state.folder} ({how})"
            print(f"verifying {where}", file=sys.stderr if options.json else sys.stdout, flush=True)
            os.environ.update(environment_of(state, database))
            return _verify(as_json=options.json, stopped_seconds=_stopped_seconds(state, database))
    except (Unusable, ClusterError) as error:
        print(f"guild verify: {error}", file=sys.stderr)
        return 2


def _stopped_seconds(state: State, database: Database) -> float:
    """How long ago the last run of this state wrote its last line; nothing while it runs, or when others may use the database."""
    if database.cluster is None or state.is_held() or not state.log_file.exists():
        return 0.0
    return max(0.0, time.time() - state.log_file.stat().st_mtime)


def _verify(*, as_json: bool, stopped_seconds: float) -> int:
    import django  # noqa: PLC0415 - after the environment is known

    django.setup()
    from django.db import connections  # noqa: PLC0415 - Django is loaded by now

    from guildhall.cli import verify  # noqa: PLC0415 - reads every context

    try:
        return verify.run(as_json=as_json, stopped_seconds=stopped_seconds)
    finally:
        connections.close_all()
