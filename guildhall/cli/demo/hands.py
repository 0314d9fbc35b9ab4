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

Call = Callable[[], Any]
# How many calls lie with the helper: one that it does, and one so that it need not wait for us.
_AHEAD = 2
# Whatever a crash of the machine takes away is made again by the next run; statements that come by the thousand are planned once.
_SETTINGS = "-c synchronous_commit=off"
_PREPARED_AFTER = 3


class HelperFailed(Exception):
    """A call raised something in the helper; the message has its whole story."""


class Hands:
    """One hand: does what is to be done in its order."""

    def do(self, calls: Sequence[Call]) -> list[Any]:
        """Make these calls, each of which stands for itself, and give what they give."""
        return [call() for call in calls]


class TwoHands(Hands):
    """This process and a helper, forked from it. Calls go to it by their names: they are `partial`s of functions of modules."""

    def __init__(self) -> None:
        """Fork the helper; it ends with this process, or when it is let go."""
        self._line, theirs = multiprocessing.Pipe()
        context = multiprocessing.get_context("fork")
        self._helper = context.Process(target=_help, args=(theirs, self._line), daemon=True, name="helper")
        self._helper.start()
        theirs.close()

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
                while waiting and len(away) < min(_AHEAD, len(waiting)):
                    number, call = waiting.pop()
                    self._line.send(call)
                    away.append(number)
                if waiting:
                    number, call = waiting.popleft()
                    given[number] = call()
                while away and (not waiting or self._line.poll()):
                    number = away.popleft()
                    given[number] = self._answer()
        finally:
            for _ in away:  # After a failure: nobody waits for these any more.
                self._line.recv()
        return [given[number] for number in range(len(calls))]

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


def _help(line: Connection, theirs: Connection) -> None:
    """Make the calls that come along the line until its other end is closed."""
    theirs.close()
    connections["default"] = connections.create_connection("default")  # The one we were forked with is not ours.
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
    connections["default"] = connections.create_connection("default")
    hands = TwoHands()
    try:
        yield hands
    finally:
        hands.let_go()
        connections["default"].close()
        settings["OPTIONS"] = kept
        connections["default"] = before
