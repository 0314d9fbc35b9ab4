"""The door says what is wrong and touches nothing."""

import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from guildhall.cli.environment import Unusable, choose_ports
from guildhall.cli.state import State

ROOT = Path(__file__).parents[2]


def guild(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the door as the script does once everything is installed."""
    return subprocess.run(
        [sys.executable, "-P", "-m", "guildhall.cli", *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_an_unknown_command_is_named_and_the_known_ones_are_listed():
    done = guild("upp")

    assert done.returncode == 2
    assert "there is no command 'upp'" in done.stderr
    assert "./guild COMMAND" in done.stderr


@pytest.mark.parametrize("command", ["up", "lint", "verify", "migrate", "psql", "version", "bench"])
def test_an_unknown_option_is_refused(command, tmp_path):
    done = guild(command, "--no-such-option", GUILDHALL_STATE=str(tmp_path / "state"))

    assert done.returncode == 2
    assert "usage: guild" in done.stderr
    assert not (tmp_path / "state").exists()


def test_up_refuses_a_vertical_that_does_not_exist(tmp_path):
    done = guild("up", "--vertical", "plumbing", GUILDHALL_STATE=str(tmp_path / "state"))

    assert done.returncode == 2
    assert "invalid choice: 'plumbing'" in done.stderr
    assert not (tmp_path / "state").exists()


def test_up_with_a_given_database_names_the_address_that_is_missing(tmp_path):
    environment = {"DATABASE_URL": "postgresql://guildhall_app@localhost/city", "MIGRATION_DATABASE_URL": ""}

    done = guild("up", GUILDHALL_STATE=str(tmp_path / "state"), **environment)

    assert done.returncode == 2
    assert "MIGRATION_DATABASE_URL is not" in done.stderr


def test_verify_without_any_state_says_how_to_make_one(tmp_path):
    done = guild("verify", GUILDHALL_STATE=str(tmp_path / "state"))

    assert done.returncode == 2
    assert "./guild up" in done.stderr


def test_a_port_that_was_asked_for_and_is_taken_is_refused_and_otherwise_the_next_one_is_used():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(Unusable, match=f"port {port} is taken"):
            choose_ports(port, exactly=True)
        found = choose_ports(port, exactly=False)

    assert port < found.web < found.sandbox < found.smtp


def test_ports_that_one_system_chose_are_chosen_by_no_other_before_it_listens():
    chosen = choose_ports(30_000, exactly=False)

    with pytest.raises(Unusable, match=f"port {chosen.web} is taken"):
        choose_ports(chosen.web, exactly=True)
    other = subprocess.run(
        [
            sys.executable,
            "-c",
            f"from guildhall.cli.environment import *; print(choose_ports({chosen.web}, exactly=False).web)",
        ],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    assert int(other.stdout) > chosen.server


def test_secrets_are_made_once_and_only_their_owner_reads_them(tmp_path):
    first = State(tmp_path).secrets()

    assert State(tmp_path).secrets() == first
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600
    assert len(set(first.values())) == len(first) == 7
    assert len(first["GUILDHALL_SECRET_KEY"]) == 64


def test_the_script_is_plain_shell():
    shell = "/bin/dash" if Path("/bin/dash").exists() else "/bin/sh"

    done = subprocess.run([shell, "-n", str(ROOT / "guild")], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")


def test_bench_offers_the_measurements_and_none_of_their_helpers(tmp_path):
    done = guild("bench", "common", GUILDHALL_STATE=str(tmp_path / "state"))

    assert done.returncode == 2
    assert "invalid choice: 'common' (choose from 'booking', 'dispatch', 'events', 'live', 'pages')" in done.stderr
    assert not (tmp_path / "state").exists()
