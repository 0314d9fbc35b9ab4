"""Real connections, released together."""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import psycopg
from django.db import connection

T = TypeVar("T")


def together(calls: Sequence[Callable[[], T]]) -> list[T | Exception]:
    """Run the calls at once, a thread and a Django connection each, behind one barrier; gives results or exceptions in order."""
    barrier = threading.Barrier(len(calls))
    results: list[T | Exception] = [RuntimeError("did not run")] * len(calls)

    def run(index: int) -> None:
        try:
            connection.ensure_connection()
            barrier.wait(timeout=30)
            results[index] = calls[index]()
        except Exception as error:  # noqa: BLE001 - the refusal is the result
            results[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


def deadlocks(server_log: Path) -> int:
    """How many deadlocks the server has logged in the database of this test (others run beside it, and cause some on purpose)."""
    name = connection.settings_dict["NAME"]
    lines = server_log.read_text(errors="replace").splitlines()
    return sum(f"@{name} " in line and "deadlock detected" in line for line in lines)


def as_owner(url: str, statement: str) -> None:
    """Run a statement as the owner of the tables: how a negative control takes a guard away."""
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute(statement)  # type: ignore[arg-type]
