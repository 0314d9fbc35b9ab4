"""Starting a child process so that it dies with its parent and says everything through one pipe."""

from __future__ import annotations

import ctypes
import io
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_libc = ctypes.CDLL(None, use_errno=True)

Work = Callable[[threading.Event], object]


@dataclass(frozen=True)
class Program:
    """A program that a child becomes, with its whole environment."""

    arguments: Sequence[str]
    environment: Mapping[str, str]


@dataclass(frozen=True)
class Takeover:
    """A function of the already loaded code that looks after signals and children of its own."""

    function: Callable[[], object]


Target = Program | Takeover | Work


@dataclass(frozen=True)
class Child:
    """A process that was started: `exit_fd` becomes readable when it ends, `output_fd` carries what it says."""

    pid: int
    exit_fd: int
    output_fd: int | None


def die_with_parent(parent: int) -> None:
    """Ask the kernel to kill this process when its parent ends, however that happens."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # It ended before the kernel was asked.
        os._exit(1)


def adopt_orphans() -> None:
    """Become the parent of grandchildren whose parent ended, so that somebody reaps them."""
    _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def started_ticks(pid: int) -> int | None:
    """When a process started, in clock ticks since boot: with the number, this names a process for good."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else int(fields[19])


def spawn(target: Target, *, close: Iterable[int] = (), capture: bool = True) -> Child:
    """
    Start a child in a process group of its own (a Ctrl-C reaches the supervisor alone).

    :param target: a program, or a function of this process's already loaded code: a plain one gets an event that
        SIGTERM sets.
    :param close: descriptors of this process that the child must not hold open.
    :param capture: whether its output goes to `Child.output_fd` instead of where this process's goes.
    """
    reading, writing = os.pipe() if capture else (None, None)
    sys.stdout.flush()
    sys.stderr.flush()
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        _become(target, parent=parent, output=writing, close=[*close, *([reading] if reading is not None else [])])
    if writing is not None:
        os.close(writing)
    return Child(pid, os.pidfd_open(pid), reading)


def _become(target: Target, *, parent: int, output: int | None, close: Iterable[int]) -> NoReturn:
    status = 1
    try:
        os.setpgid(0, 0)
        die_with_parent(parent)
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        if output is not None:
            os.dup2(output, 1)
            os.dup2(output, 2)
        for descriptor in close:
            os.close(descriptor)
        if isinstance(target, Program):
            os.execve(target.arguments[0], list(target.arguments), dict(target.environment))  # noqa: S606 - its point
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(line_buffering=True)
        result = target.function() if isinstance(target, Takeover) else _do(target)
        status = result if isinstance(result, int) else 0
    except SystemExit as error:
        status = error.code if isinstance(error.code, int) else 1
    except BaseException:  # noqa: BLE001 - whatever it is, this process must not go on with its parent's code
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _do(work: Work) -> object:
    stop = threading.Event()
    # A handler that sets the event could interrupt a wait on that same event and block for ever; a thread cannot.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    threading.Thread(target=_set_on_sigterm, args=(stop,), daemon=True, name="signals").start()
    return work(stop)


def _set_on_sigterm(stop: threading.Event) -> None:
    signal.sigwait({signal.SIGTERM})
    stop.set()
