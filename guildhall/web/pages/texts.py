"""The long texts that belong to whoever runs the marketplace: terms of use, privacy. Ours are a beginning; a folder of their own replaces them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.utils import parseaddr
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.utils import translation

from guildhall.verticals.reading import Pack

TERMS, PRIVACY = "terms", "privacy"
_OURS = Path(__file__).parent / "default_texts"
_VERSION_LENGTH = 12
_KINDS = {"## ": "heading", "# ": "title", "- ": "list", "": "paragraph"}
_BOLD = re.compile(r"\*\*(?P<bold>.+?)\*\*\s*(?P<rest>.*)")


@dataclass(frozen=True)
class Block:
    """A piece of a text: `kind` is `heading`, `paragraph` or `list`; an item is what stands out in it (often nothing) and the rest."""

    kind: str
    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Text:
    """
    A text in one language. `version` changes with every letter of it: who agrees, agrees to that.

    `is_ours` means that nobody has replaced what the software brings.
    """

    title: str
    blocks: tuple[Block, ...]
    language: str
    version: str
    is_ours: bool


def read_text(name: str, language: str, pack: Pack) -> Text:
    """
    Read a text anew: `NAME.LANGUAGE.md`, else `NAME.md`, in the folder of `settings.TEXTS`; else ours.

    A text that was replaced is never mixed with ours: without a translation of its own it is shown as it is.
    """
    file, spoken = _find(name, language)
    source = file.read_text(encoding="utf-8", errors="replace")
    with translation.override(spoken):
        title, blocks = _parse(_filled(source, pack))
    version = sha256(source.encode()).hexdigest()[:_VERSION_LENGTH]
    return Text(title, blocks, spoken, version, is_ours=file.parent == _OURS)


def _find(name: str, language: str) -> tuple[Path, str]:
    folders = [Path(settings.TEXTS)] if settings.TEXTS else []
    for folder in (*folders, _OURS):
        for file, spoken in (
            (folder / f"{name}.{language}.md", language),
            (folder / f"{name}.md", settings.LANGUAGE_CODE),
        ):
            if file.is_file():
                return file, spoken
    raise FileNotFoundError(name)


def _filled(source: str, pack: Pack) -> str:
    words: Mapping[str, str] = {
        "name": pack.name,
        "provider": pack.words.provider,
        "providers": pack.words.providers,
        "contact": parseaddr(settings.DEFAULT_FROM_EMAIL)[1],
    }
    for word, meant in words.items():
        source = source.replace(f"{{{word}}}", meant)
    return source


def _parse(source: str) -> tuple[str, tuple[Block, ...]]:
    """Read the few signs of Markdown that a text needs: `#` its title, `##` a heading, `-` an item, an empty line between paragraphs."""
    title = ""
    blocks: list[Block] = []
    items: list[tuple[str, str]] = []
    for kind, line in [*_pieces(source), ("end", "")]:
        if items and kind != "list":
            blocks.append(Block("list", tuple(items)))
            items = []
        if kind == "title":
            title = line
        elif kind == "list":
            items.append(_item(line))
        elif kind != "end":
            blocks.append(Block(kind, (_item(line),)))
    return title, tuple(blocks)


def _pieces(source: str) -> Iterator[tuple[str, str]]:
    for lines in re.split(r"\n(?=#|- )|\n\s*\n", source.replace("\r\n", "\n")):
        line = " ".join(lines.split())
        sign = next(sign for sign in _KINDS if line.startswith(sign))
        if line:
            yield _KINDS[sign], line.removeprefix(sign)


def _item(line: str) -> tuple[str, str]:
    found = _BOLD.fullmatch(line)
    return (found["bold"], found["rest"]) if found else ("", line)
