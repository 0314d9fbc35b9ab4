"""Two hands for one city: a second process on the other core takes part of whatever can be done side by side."""

from __future__ import annotations

import multiprocessing
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from multiprocessing.connection import Connection
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

Call = Callable[[], Any]
# How many calls lie with the helper: one that it does, and one so that it need not wait for us.
_AHEAD = 2
# Whatever a crash of the machine takes away is made again by the next run; statements that come by the thousand are planned once.
_SETTINGS = "-c synchronous_commit=off -c plan_cache_mode=force_generic_plan"
_PREPARED_AFTER = 2
# The driver's own hundred are fewer statements than a past has: each would be forgotten before it is needed again.
_PREPARED_MAX = 2000


class HelperFailed(Exception):
    """A call raised something in the helper; the message has its whole story."""


class Hands:
    """One hand: does what is to be done in its order."""

    def do(self, calls: Sequence[Call]) -> list[Any]:
        """Make these calls, each of which stands for itself, and give what they give."""
        return [call() for call in calls]

    def begin(self, call: Call, *, unless_busy: bool = False) -> None:
        """Have a call made that nobody waits for until `finish`; with `unless_busy` not while another is being made."""
        call()

    def finish(self) -> None:
        """Wait for what was begun."""


class TwoHands(Hands):
    """This process and a helper, forked from it. Calls go to it by their names: they are `partial`s of functions of modules."""

    def __init__(self) -> None:
        """Fork the helper; it ends with this process, or when it is let go."""
        self._line, theirs = multiprocessing.Pipe()
        context = multiprocessing.get_context("fork")
        self._helper = context.Process(target=_help, args=(theirs, self._line), daemon=True, name="helper")
        self._helper.start()
        theirs.close()
        self._begun = (
            0  # Of these the helper has not said yet that they are done; its answers come in the order of the calls.
        )

    def do(self, calls: Sequence[Call]) -> list[Any]:
        """
        Make these calls on both cores, in no order that counts, and give what each gives.

        :raises Exception: what a call raised here; :raises HelperFailed: for what one raised there; :raises EOFError: it has died.
        """
        if len(calls) == 1:
            return [calls[0]()]
        given: dict[int, Any] = {}
        waiting = deque(enumerate(calls))
        away: deque[int] = deque()
        try:
            while waiting or away:
                while len(away) < min(_AHEAD, len(waiting) - self._begun):
                    number, call = waiting.pop()
                    self._line.send(call)
                    away.append(number)
                if waiting:
                    number, call = waiting.popleft()
                    given[number] = call()
                while (away or self._begun) and ((away and not waiting) or self._line.poll()):
                    if self._begun:
                        self._hear_of_begun()
                    else:
                        number = away.popleft()
                        given[number] = self._answer()
        finally:
            for _ in range(self._begun if away else 0):  # After a failure: nobody waits for these any more.
                self._begun -= 1
                self._line.recv()
            for _ in away:
                self._line.recv()
        return [given[number] for number in range(len(calls))]

    def begin(self, call: Call, *, unless_busy: bool = False) -> None:
        """Have the helper make a call when it has time."""
        while self._begun and self._line.poll():
            self._hear_of_begun()
        if not (unless_busy and self._begun):
            self._line.send(call)
            self._begun += 1

    def finish(self) -> None:
        """Wait for what was begun. :raises HelperFailed: when it failed."""
        while self._begun:
            self._hear_of_begun()

    def _hear_of_begun(self) -> None:
        self._begun -= 1
        self._answer()

    def _answer(self) -> Any:
        is_done, answer = self._line.recv()
        if not is_done:
            raise HelperFailed(answer)
        return answer

    def let_go(self) -> None:
        """End the helper."""
        self._line.close()
        self._helper.join(timeout=5)
        if self._helper.is_alive():
            self._helper.kill()


def _open_connection() -> BaseDatabaseWrapper:
    made: BaseDatabaseWrapper = connections.create_connection("default")
    made.ensure_connection()
    made.connection.prepared_max = _PREPARED_MAX
    return made


def _help(line: Connection, theirs: Connection) -> None:
    """Make the calls that come along the line until its other end is closed."""
    theirs.close()
    connections["default"] = _open_connection()  # The one we were forked with is not ours.
    while True:
        try:
            call = line.recv()
        except EOFError:
            break
        try:
            answer = (True, call())
        except Exception as error:  # noqa: BLE001 - whoever asked raises it again
            answer = (False, "".join(traceback.format_exception(error)))
        line.send(answer)
    connections["default"].close()


@contextmanager
def two_hands() -> Iterator[Hands]:
    """Have both cores work, on connections that are quicker than those of a running system need be."""
    before = connections["default"]
    settings = connections.settings["default"]
    kept = settings["OPTIONS"]
    settings["OPTIONS"] = {
        **deepcopy(kept),
        "options": f"{kept.get('options', '')} {_SETTINGS}",
        "server_side_binding": True,
        "prepare_threshold": _PREPARED_AFTER,
    }
    connections["default"] = _open_connection()
    hands = TwoHands()
    try:
        yield hands
    finally:
        hands.let_go()
        connections["default"].close()
        settings["OPTIONS"] = kept
        connections["default"] = before
