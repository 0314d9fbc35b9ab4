"""
Words become a mail or a text message.

A mail's words stand once, in `body.txt`: paragraphs between empty lines, lines `- Label: value`, and a line `> Label: address` for what
the reader can do. Both parts of the mail are made of these lines, so that they can never say different things.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.template import Context, Template, TemplateDoesNotExist, engines
from django.template.backends.base import BaseEngine
from django.template.loader import select_template
from django.utils import translation

from guildhall.notifications.checking import Subject
from guildhall.notifications.gateway import Mail, Rejected, Text
from guildhall.notifications.models import OutgoingMessage
from guildhall.notifications.wording import Words, pack, words_for

_FOLDER = "notifications"
_VALUE = re.compile(r"- (?P<label>[^:]+): ?(?P<value>.*)")
# Letters that would cost a text message more than half of its room (3GPP TS 23.038 has the others of Spanish), and what is read for them.
_PLAIN_LETTERS = str.maketrans("áíóúÁÍÓÚ", "aiouAIOU")
# So many fit in one segment of a text message.
_LETTERS = 160
_ACTION = re.compile(r"> (?P<label>[^:]+): (?P<url>\S+)")


@dataclass(frozen=True)
class Block:
    """A part of a message: `text`, or `pairs` of labels and values, or an action (`label` and `url`)."""

    text: str = ""
    pairs: tuple[tuple[str, str], ...] = ()
    label: str = ""
    url: str = ""

    def as_text(self) -> str:
        """Write the part for a mail without HTML."""
        if self.url:
            return f"{self.label}: {self.url}"
        return self.text or "\n".join(f"{label}: {value}" for label, value in self.pairs)


def render_mail(message: OutgoingMessage, subject: Subject) -> Mail:
    """
    Write a mail.

    :raises Rejected: there are no words for it, or its subject has a line break.
    :raises Dropped: what it is about is gone.
    """
    with translation.override(subject.contact.language or settings.LANGUAGE_CODE):
        words = words_for(message, subject)
        title = subject_line(_text(message, "subject.txt", words))
        parts = blocks(_tidy(_text(message, "body.txt", words)))
        body = "\n\n".join(part.as_text() for part in parts)
        framed = {**words, "title": title, "body": body, "blocks": parts}
        return Mail(
            id=message.id,
            sender_name=pack().name,
            to=subject.contact.email,
            subject=title,
            text=_tidy(_plain(_template(f"{_FOLDER}/base.txt"), framed)) + "\n",
            html=_template(f"{_FOLDER}/base.html").render(Context({**framed, "accent": pack().branding.accent})),
        )


def render_text(message: OutgoingMessage, subject: Subject, *, valid_seconds: int) -> Text:
    """
    Write a text message on one line. A template without a text of its own says its subject.

    A job is called by its category where its own name would make the message longer than one segment.

    :raises Rejected: there are no words for it.
    :raises Dropped: what it is about is gone.
    """
    with translation.override(subject.contact.language or settings.LANGUAGE_CODE):
        words = words_for(message, subject)
        line = _one_line(message, words)
        if len(line) > _LETTERS and subject.booking is not None:
            # What is to be done may take many words; each further segment costs as much as the first, and the link tells the rest.
            line = _one_line(message, {**words, "job_name": words["category"]})
    # An offer's address belongs to one provider and one wave; anything else is known by its whole text.
    mark = words["link"] if subject.offer is not None else line
    return Text(to=subject.contact.phone_number, body=line, mark=mark, valid_seconds=valid_seconds)


def _one_line(message: OutgoingMessage, words: Words) -> str:
    try:
        body = _text(message, "sms.txt", words)
    except Rejected:
        title = subject_line(_text(message, "subject.txt", words))
        body = _plain(_template(f"{_FOLDER}/sms.txt"), {**words, "title": title})
    return " ".join(body.split()).translate(_PLAIN_LETTERS)


def render_line(message: OutgoingMessage, subject: Subject) -> tuple[str, str]:
    """
    Write what an inbox shows, and where it leads: `in_app.txt` where there is one, else the subject of the mail.

    :raises Rejected: there are no words for it. :raises Dropped: what it is about is gone.
    """
    with translation.override(subject.contact.language or settings.LANGUAGE_CODE):
        words = words_for(message, subject)
        try:
            line = _text(message, "in_app.txt", words)
        except Rejected:
            line = _text(message, "subject.txt", words)
    return subject_line(line), words["link"]


def subject_line(text: str) -> str:
    """
    Give a subject that is one line.

    :raises Rejected: it has several, so that a name could add headers of its own.
    """
    line = text.strip()
    if len(line.splitlines()) != 1:
        raise Rejected("bad_header")
    return line


def blocks(body: str) -> list[Block]:
    """Read the lines of a message as paragraphs, labelled values and the action."""
    return [_block(part) for part in body.split("\n\n")]


def _block(part: str) -> Block:
    if action := _ACTION.fullmatch(part):
        return Block(label=action["label"], url=action["url"])
    values = [_VALUE.fullmatch(line) for line in part.split("\n")]
    if all(values):
        return Block(pairs=tuple((value["label"], value["value"]) for value in values if value))
    return Block(text=" ".join(part.split()))


def _text(message: OutgoingMessage, name: str, words: Words) -> str:
    """Render a template's file, the role's own before the common one."""
    folder = f"{_FOLDER}/{message.template}"
    try:
        return _plain(_template(f"{folder}/{message.role}/{name}", f"{folder}/{name}"), words)
    except TemplateDoesNotExist:
        raise Rejected("no_template") from None


def _template(*names: str) -> Template:
    found = _found(engines["django"], names)
    if found is None:
        raise TemplateDoesNotExist(names[0])
    return found


@lru_cache(maxsize=1_024)
def _found(_engine: BaseEngine, names: tuple[str, ...]) -> Template | None:
    """Looked for once: a page of an inbox asks for the same few again and again, and for some that are not there."""
    try:
        template: Template = select_template(list(names)).template
    except TemplateDoesNotExist:
        return None
    return template


def _plain(template: Template, words: Words) -> str:
    """Render text that is not HTML: an apostrophe stays one."""
    return str(template.render(Context(words, autoescape=False)))


def _tidy(text: str) -> str:
    """Leave one empty line between paragraphs and no spaces at line ends."""
    lines = "\n".join(line.strip() for line in text.strip().splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines)
