"""`./guild messages`: collects what has to be translated into the catalogues (`locale/es.po` of each part); `--check` changes nothing."""

from __future__ import annotations

import argparse
import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import yaml
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from guildhall.cli.state import CHECKOUT

LANGUAGES = ("es",)
_HOUSE = CHECKOUT / "guildhall"
_KINDS = (".py", ".html", ".txt")
_FUNCTIONS = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"}
# Refusals say their sentence in these; it is translated where it is shown.
_SENTENCES = {"default_detail", "_TITLES", "_CODES"}
_TRANSLATE = re.compile(
    r"""{%\s*trans(?:late)?\s+(?P<q>["'])(?P<text>.*?)(?P=q)(?:[^%]*?context\s+"(?P<context>[^"]*)")?"""
)
_CONSTANT = re.compile(r"""\b_\((?P<q>["'])(?P<text>.*?)(?P=q)\)""")
_BLOCK = re.compile(
    r"{%\s*blocktrans(?:late)?\b(?P<options>[^%]*)%}(?P<one>.*?)"
    r"(?:{%\s*plural\s*%}(?P<many>.*?))?{%\s*endblocktrans(?:late)?\b[^%]*%}",
    re.DOTALL,
)
_VARIABLE = re.compile(r"{{\s*(\w+)\s*}}")


@dataclass(frozen=True)
class _Found:
    text: str
    many: str | None
    context: str | None


def main(arguments: list[str]) -> int:
    """Bring the catalogues up to date; with `--check`, 1 when one is not, or has an untranslated or fuzzy message."""
    parser = argparse.ArgumentParser(prog="guild messages", description=__doc__)
    parser.add_argument("--check", action="store_true", help="only say what is missing")
    is_check = parser.parse_args(arguments[1:]).check
    wrong = _strangers()
    for part in _parts():
        for language in LANGUAGES:
            wrong += _bring_up_to_date(part, language, is_check=is_check)
    for language in LANGUAGES:
        wrong += _contradictions(language)
    print("\n".join(wrong) if wrong else "messages: everything is translated")
    return 1 if wrong and is_check else 0


def compile_catalogues(folder: Path) -> None:
    """Write all catalogues of a language as the one that Django reads: `LANGUAGE/LC_MESSAGES/django.mo`."""
    for language in LANGUAGES:
        whole = Catalog(locale=language)
        for part in _parts():
            for message in _read(part / "locale" / f"{language}.po", language):
                if message.id and message.string and not message.fuzzy:
                    whole.add(message.id, message.string, context=message.context)
        target = folder / language / "LC_MESSAGES" / "django.mo"
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as file:
            write_mo(file, whole)


def _parts() -> list[Path]:
    """Each part with pages and each pack has a catalogue of its own, so that two who build two parts do not meet in it; the rest share one."""
    pages = (templates.parent for templates in _HOUSE.glob("web/*/templates"))
    packs = (pack.parent for pack in _HOUSE.glob("verticals/*/pack.yaml"))
    return [_HOUSE, *sorted(pages), *sorted(packs)]


def _strangers() -> list[str]:
    """Give the catalogues in a language that nobody can choose: a code misspelt, and its words would never be seen."""
    files = (file for part in _parts() for file in sorted(part.glob("locale/*.po")))
    return [
        f"{file.relative_to(CHECKOUT)}: there is no language {file.stem!r}; there are: {', '.join(LANGUAGES)}"
        for file in files
        if file.stem not in LANGUAGES
    ]


def _bring_up_to_date(part: Path, language: str, *, is_check: bool) -> list[str]:
    """Give what is wrong with the catalogue of a part, a line each, after writing it anew unless this is a check."""
    file = part / "locale" / f"{language}.po"
    template = _collect(part)
    if not len(template) and not file.exists():
        return []
    catalogue = _read(file, language)
    known = {(message.id, message.context) for message in catalogue if message.id}
    catalogue.update(template, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    name = file.relative_to(CHECKOUT)
    wanted = {(message.id, message.context) for message in catalogue if message.id}
    wrong = [f"{name}: {message.id!r} is not translated" for message in catalogue if not _is_translated(message)]
    if is_check:
        if known != wanted:
            wrong.append(f"{name}: not up to date; run ./guild messages")
    else:
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(_written(catalogue))
    return wrong


def _contradictions(language: str) -> list[str]:
    """Give what two parts say differently: Django reads one catalogue, so that one of them would never be seen."""
    said: dict[tuple[object, str | None], tuple[object, Path]] = {}
    wrong = []
    for part in _parts():
        file = part / "locale" / f"{language}.po"
        for message in _read(file, language):
            if not message.id or not message.string:
                continue
            string, other = said.setdefault((message.id, message.context), (message.string, file))
            if string != message.string:
                wrong.append(
                    f"{file.relative_to(CHECKOUT)}: {message.id!r} is translated otherwise than in {other.relative_to(CHECKOUT)}; "
                    "say the same, or give one of them a context"
                )
    return wrong


def _is_translated(message: Message) -> bool:
    if not message.id:
        return True
    strings = message.string if isinstance(message.string, list | tuple) else [message.string]
    return all(strings) and not message.fuzzy


def _read(file: Path, language: str) -> Catalog:
    if not file.exists():
        return Catalog(locale=language, fuzzy=False, header_comment="")
    with file.open("rb") as source:
        return read_po(source, locale=language)


def _written(catalogue: Catalog) -> bytes:
    """Write without dates, places and tools: two people's changes meet only where they changed the same."""
    buffer = BytesIO()
    write_po(buffer, catalogue, no_location=True, omit_header=True, sort_output=True, width=120)
    head = f'msgid ""\nmsgstr ""\n"Language: {catalogue.locale_identifier}\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    plural = f'"Plural-Forms: {catalogue.plural_forms}\\n"\n\n'
    return f"{head}{plural}".encode() + buffer.getvalue()


def _collect(part: Path) -> Catalog:
    template = Catalog()
    others = [other for other in _parts() if other != _HOUSE] if part == _HOUSE else []
    for file in sorted(file for kind in _KINDS for file in part.rglob(f"*{kind}")):
        if any(other in file.parents for other in others) or "migrations" in file.parts or "cli" in file.parts:
            continue
        text = file.read_text()
        for found in _in_python(text) if file.suffix == ".py" else _in_template(text):
            identity = (found.text, found.many) if found.many else found.text
            flags = ["python-format"] if "%(" in found.text else []
            template.add(identity, context=found.context, flags=flags)
    if (part / "pack.yaml").exists():
        for word, context in _in_pack(yaml.safe_load((part / "pack.yaml").read_text())):
            template.add(word, context=context)
    return template


def _in_pack(pack: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Give what a pack says to people and what kind of word that is; its name is a brand, which has no language."""
    for word in (pack["branding"]["tagline"], *pack["words"].values()):
        yield word, "vertical"
    for tier in pack["tiers"]:
        yield tier["label"], "tier"
    for category in pack["categories"]:
        yield category["name"], "category"
        yield category["description"], "category"
        for job in category["jobs"]:
            yield job["name"], "kind of job"


def _in_python(text: str) -> Iterator[_Found]:
    tree = ast.parse(text)
    constants, aliases = _constants(tree), _aliases(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from _called(node, aliases)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            yield from _sentences(node, constants)


def _aliases(tree: ast.Module) -> dict[str, str]:
    """Give the names under which a module knows the functions of translation (`from ... import gettext_lazy as later`)."""
    imports = (node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom))
    return {
        name.asname: name.name
        for node in imports
        if node.module == "django.utils.translation"
        for name in node.names
        if name.asname
    }


def _called(node: ast.Call, aliases: dict[str, str]) -> Iterator[_Found]:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    name = aliases.get(name, name)
    words = [_literal(argument) for argument in node.args]
    if name not in _FUNCTIONS or not words or words[0] is None:
        return
    if name.startswith("ngettext"):
        yield _Found(words[0], words[1], None)
    elif name.startswith("pgettext"):
        if words[1] is not None:  # else a word that only the running system knows, as those of the packs
            yield _Found(words[1], None, words[0])
    else:
        yield _Found(words[0], None, None)


def _sentences(node: ast.Assign | ast.AnnAssign, constants: dict[str, str]) -> Iterator[_Found]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    names = {getattr(target, "id", "") for target in targets}
    if not names & _SENTENCES:
        return
    if isinstance(node.value, ast.Dict):  # by status: a title, or a code and a sentence
        values = [value.elts[-1] if isinstance(value, ast.Tuple) else value for value in node.value.values]
    else:
        values = [node.value] if node.value is not None else []
    for value in values:
        if text := _filled(value, constants):
            yield _Found(text, None, None)


def _filled(node: ast.AST, constants: dict[str, str]) -> str | None:
    """Give a text in which only constants of its own module are filled in; None for anything else."""
    if not isinstance(node, ast.JoinedStr):
        return _literal(node)
    pieces = [
        _literal(part) if not isinstance(part, ast.FormattedValue) else constants.get(getattr(part.value, "id", ""))
        for part in node.values
    ]
    return None if None in pieces else "".join(piece for piece in pieces if piece is not None)


def _constants(tree: ast.Module) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            found |= {target.id: str(node.value.value) for target in node.targets if isinstance(target, ast.Name)}
    return found


def _literal(node: ast.AST) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _in_template(text: str) -> Iterator[_Found]:
    for pattern in (_TRANSLATE, _CONSTANT):
        for match in pattern.finditer(text):
            groups = match.groupdict()
            yield _Found(groups["text"], None, groups.get("context"))
    for match in _BLOCK.finditer(text):
        trimmed = "trimmed" in match["options"].split()
        context = re.search(r'context\s+"([^"]*)"', match["options"])
        many = _block_text(match["many"], trimmed=trimmed) if match["many"] else None
        yield _Found(_block_text(match["one"], trimmed=trimmed), many, context[1] if context else None)


def _block_text(text: str, *, trimmed: bool) -> str:
    """Write a block as Django looks it up: variables as %(name)s, lines joined when trimmed."""
    escaped = _VARIABLE.sub(r"%(\1)s", text.replace("%", "%%"))
    return " ".join(line.strip() for line in escaped.strip().splitlines()) if trimmed else escaped


if __name__ == "__main__":
    sys.exit(main(sys.argv))
