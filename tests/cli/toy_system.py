"""A small system of toy roles under the real supervisor: `python -m tests.cli.toy_system STATE [--postgres]`."""
# ruff: noqa: T201 - what roles print is what the log is tested with

import os
import sys
import threading
from pathlib import Path

from guildhall.cli import postgres
from guildhall.cli.logs import Log
from guildhall.cli.processes import Program
from guildhall.cli.state import AlreadyRunning, State
from guildhall.cli.supervisor import Interrupted, Role, Supervisor


def patient(stop: threading.Event) -> None:
    """Wait for the end and say so."""
    print("ready")
    stop.wait()
    print("done")


def broken(_stop: threading.Event) -> int:
    """Fail at once."""
    print("cannot work")
    return 3


def main() -> int:
    """Run until a signal comes."""
    state = State(Path(sys.argv[1]))
    try:
        with state.held() as held:
            left = state.end_orphans()
            supervisor = Supervisor(state, Log(state.log_file, to_terminal=True), held)
            supervisor.log.say(f"orphans {left}")
            try:
                if "--postgres" in sys.argv:
                    supervisor.keep_database(postgres.ensure_cluster(state.cluster_folder))
                supervisor.start(Role("first", patient, 0))
                supervisor.start(Role("second", patient, 1))
                nested = Program(["/bin/sh", "-c", "sleep 600 & exec sleep 600"], dict(os.environ))
                supervisor.start(Role("nested", nested, 0))
                if "--broken" in sys.argv:
                    supervisor.start(Role("broken", broken, 0))
                status = supervisor.run_once("once", lambda _stop: 7)
                supervisor.log.say(f"once {status}")
                supervisor.run()
            except Interrupted:
                pass
            finally:
                supervisor.stop()
    except AlreadyRunning as error:
        print(error)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
