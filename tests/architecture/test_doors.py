"""What linters cannot say about the shape of the house."""

import ast
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import grimp
import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import ForeignKey

from guildhall.eventlog.types import Event, event_classes

ROOT = Path(settings.BASE_DIR) / "guildhall"
OPEN = {"commands", "queries", "events", "types", "lifecycle"}
SHARED = {"kernel"}
OUTSIDE = {"cli", "settings", "urls", "wsgi", "web", "verticals"}
LAYERS = [
    "kernel",
    "eventlog",
    "timers",
    "media",
    "policy",
    "identity",
    "catalog",
    "providers",
    "customers",
    "credentialing",
    "scheduling",
    "payments",
    "discovery",
    "matching",
    "bookings",
    "reviews",
    "notifications",
]
MODELS_BELOW = "models"
"""Foreign keys keep the data whole, so a context's models may name the models of those below; nothing else may."""


def context_of(module: str) -> str:
    return module.split(".")[1]


def test_contexts_are_entered_through_their_open_modules():
    graph = grimp.build_graph("guildhall")
    trespasses = []
    for importer in sorted(graph.modules):
        if importer.count(".") < 1 or context_of(importer) == "cli":
            continue
        for imported in sorted(graph.find_modules_directly_imported_by(importer)):
            parts = imported.split(".")
            if len(parts) < 3 or parts[1] in SHARED | OUTSIDE | {context_of(importer)}:
                continue
            is_model_of_model = parts[2] == MODELS_BELOW and importer.split(".")[2] == MODELS_BELOW
            if parts[2] not in OPEN and not is_model_of_model:
                trespasses.append(f"{importer} -> {imported}")
    assert trespasses == []


def test_the_list_of_contexts_says_who_calls_whom():
    graph = grimp.build_graph("guildhall")
    order = [*LAYERS, "web"]
    called: dict[str, set[str]] = {context: set() for context in order[1:]}
    for importer in graph.modules:
        for imported in graph.find_modules_directly_imported_by(importer):
            callers = importer.split(".")[1:2]
            if callers and callers[0] in called and imported.count("."):
                called[callers[0]].add(context_of(imported))
    rows = [
        f"| {context} | {', '.join(sorted(others, key=order.index)) or 'nobody'} |"
        for context, calls in called.items()
        for others in [(calls & set(order)) - {context, "kernel"}]
    ]
    listed = (Path(settings.BASE_DIR) / "docs" / "contexts.md").read_text()

    assert [row for row in rows if row not in listed] == []


def test_foreign_keys_point_down_the_layers():
    upward = []
    for model in apps.get_models():
        own = model._meta.app_label
        if own not in LAYERS:
            continue
        for field in model._meta.get_fields():
            if isinstance(field, ForeignKey):
                other = field.related_model._meta.app_label
                if LAYERS.index(other) > LAYERS.index(own):
                    upward.append(f"{model.__name__}.{field.name} -> {other}")
    assert upward == []


def test_every_context_is_in_the_layers_and_in_the_settings():
    folders = {path.name for path in ROOT.iterdir() if (path / "apps.py").exists()}

    assert folders <= set(LAYERS)
    assert LAYERS[1:] == settings.CONTEXTS


def sources(*suffixes: str) -> Iterator[Path]:
    for path in sorted(ROOT.rglob("*")):
        if path.suffix in suffixes and "migrations" not in path.parts and "__pycache__" not in path.parts:
            yield path


def test_statuses_are_written_in_models_only():
    writers = []
    for path in sources(".py"):
        if path.name == "models.py" or path.relative_to(ROOT).parts[0] == "cli":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            targets = node.targets if isinstance(node, ast.Assign) else []
            writers += [f"{path.name}:{node.lineno}" for target in targets if getattr(target, "attr", "") == "status"]
    allowed = {"middleware.py"}
    assert [writer for writer in writers if writer.split(":")[0] not in allowed] == []


TABLE = re.compile(
    r"\b(?:from|join|into|update|table|on)\s+(?:only\s+)?(" + "|".join(LAYERS[1:]) + r")_(\w+)", re.IGNORECASE
)


def test_sql_names_the_tables_of_its_own_context_only():
    """Other contexts' data is reached through the functions and views of their `published.sql`."""
    trespasses = []
    for path in sources(".sql", ".py"):
        own = path.relative_to(ROOT).parts[0]
        if own in {"cli", "web"} or path.name == "invariants.py":
            continue
        for found in TABLE.finditer(path.read_text()):
            owner, rest = found.group(1).lower(), found.group(2)
            if owner != own and not f"{owner}_{rest}".startswith(f"{own}_"):
                trespasses.append(f"{path.relative_to(ROOT)}: {owner}_{rest}")
    assert trespasses == []


@pytest.mark.parametrize("event", event_classes(), ids=lambda event: event.name)
def test_events_carry_no_names_addresses_or_codes(event: type[Event]):
    """The log is never erased, so nothing personal may stand in it."""
    if event.__module__.startswith(("tests.", "bench.")):
        pytest.skip("an event of the tests")
    forbidden = re.compile(
        r"name|street|address|email|phone|code$|latitude|longitude|note|message|text|title|comment|token", re.IGNORECASE
    )
    allowed = {"text_version", "code"}
    members = {field.name for field in fields(event)} - {field.name for field in fields(Event)} - allowed
    assert [member for member in members if forbidden.search(member) and not member.endswith(("_id", "_ids"))] == []
    assert event.name == event.name.lower()
    assert "." in event.name


def test_every_event_is_in_the_list_of_contexts():
    listed = (Path(settings.BASE_DIR) / "docs" / "contexts.md").read_text()
    events = [event for event in event_classes() if event.__module__.startswith("guildhall.")]

    assert [event.name for event in events if f"`{event.name}`" not in listed] == []


def test_nobody_reads_the_clock_behind_its_back():
    """Deadlines are compared with the clock's now; real time is for ids, tokens, keys, leases and webhooks."""
    ours = {"timers", "identity", "payments", "media", "eventlog", "notifications"}
    readers = [
        f"{path.relative_to(ROOT)}"
        for path in sources(".sql", ".py")
        if re.search(
            r"(?<!clock_)\bnow\(\)|(?<!id_prefix\()clock_timestamp\(\)|datetime\.now|timezone\.now|time\.time\(",
            path.read_text(),
        )
        and path.relative_to(ROOT).parts[0] not in ours | {"cli", "web"}
    ]
    assert readers == []
