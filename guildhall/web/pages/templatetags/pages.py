"""Components, icons, money and time in templates; built in, so no template loads them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache, lru_cache
from html import escape
from math import ceil
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.conf import settings
from django.forms import BoundField
from django.forms.utils import flatatt
from django.template.base import FilterExpression, Node, Parser, Template, Token
from django.template.context import Context
from django.template.loader import get_template
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from guildhall.kernel.money import Money
from guildhall.media.queries import steady_url
from guildhall.media.types import MediaId
from guildhall.web.pages import built, maps, moments
from guildhall.web.pages.moments import Style

register = template.Library()
_DASH = "\N{EN DASH}"
# What a component may know of the page around it, beside its own arguments.
_AROUND = ("request", "csrf_token", "pack", "now", "here")
# Components that know nothing of the page around them, and that lists show again and again with the same arguments.
_ALIKE = frozenset({"badge", "button"})


@register.simple_tag(takes_context=True)
def part(context: Context, component: str, **arguments: Any) -> SafeString:
    """Show a component: `{% part "button" label=_("Save") %}` is `pages/components/button.html` with these arguments only."""
    return _component(context, component, arguments)


@register.simple_block_tag(takes_context=True)
def wrap(context: Context, content: str, component: str, **arguments: Any) -> SafeString:
    """Show a component around something: `{% wrap "card" title=_("Terms") %}...{% endwrap %}`."""
    return _component(context, component, {**arguments, "content": content})


def _component(context: Context, component: str, arguments: dict[str, Any]) -> SafeString:
    # A text that is still to be translated would be so each time the component looks at it.
    arguments = {name: str(value) if isinstance(value, Promise) else value for name, value in arguments.items()}
    if component in _ALIKE:
        return _alike(component, **arguments)
    around = {name: known[name] for known in context.dicts for name in _AROUND if name in known}
    if component == "map":
        around |= {"tiles_url": settings.MAP_TILES_URL, "tiles_credit": settings.MAP_TILES_CREDIT}
    return _template(component).render(_Arguments({**around, **arguments}))


@lru_cache(maxsize=2_048, typed=True)  # Typed, because a text that is safe equals the same one that is not.
def _alike(component: str, **arguments: Any) -> SafeString:
    return _template(component).render(_Arguments(arguments))


class _Arguments(Context):
    """What a component knows: what it was not given is nothing. Django takes an exception, or four, to find that out."""

    def __getitem__(self, key: Any) -> Any:
        """Give an argument, or an empty text."""
        for known in reversed(self.dicts):
            if key in known:
                return known[key]
        return ""


@cache
def _template(component: str) -> Template:
    """Looked for once: a list shows the same component hundreds of times."""
    found: Template = get_template(f"pages/components/{component}.html").template  # type: ignore[attr-defined]  # Django's own engine
    return found


@register.simple_tag
def attributes(attrs: Mapping[str, Any]) -> SafeString:
    """Write attributes of an element: a name alone where the value is True, nothing where it is False or None."""
    return flatatt(dict(attrs))


@register.simple_tag
def options(groups: Iterable[tuple[str | None, Sequence[dict[str, Any]], int]]) -> SafeString:
    """Write the options of a `select`, group by group."""
    return mark_safe("".join(_group(name, choices) for name, choices, _index in groups))  # noqa: S308 - made of escaped texts


def _group(name: str | None, choices: Sequence[dict[str, Any]]) -> str:
    drawn = "".join(
        f'<option value="{_escaped(option["value"])}"{flatatt(option["attrs"]) if option["attrs"] else ""}>'
        f"{_escaped(option['label'])}</option>"
        for option in choices
    )
    return f'<optgroup label="{_escaped(name)}">{drawn}</optgroup>' if name else drawn


def _escaped(value: object) -> str:
    """Write a value as Django's `format_html` does, which takes longer to find out what it is than to write it."""
    text = str(value)
    return text if isinstance(text, SafeString) else escape(text)


@register.simple_tag
def icon(name: str, label: str | Promise = "", kind: str = "") -> SafeString:
    """
    Draw an icon (a Lucide name listed in `frontend/icons.json` or in a vertical pack).

    :param label: what it says to those who do not see it; without one it is decoration.
    :param kind: `large`, or `working` (turns while its form is being sent).
    """
    return _icon(name, str(label), kind)


@lru_cache(maxsize=2_048, typed=True)
def _icon(name: str, label: str, kind: str) -> SafeString:
    look = f"icon icon--{kind}" if kind else "icon"
    says = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    drawing = mark_safe(built.icons()[name])  # noqa: S308 - made by our own build
    return format_html('<svg class="{}" viewBox="0 0 24 24" {}>{}</svg>', look, says, drawing)


@register.simple_tag
def money(amount: Money | None, kind: str = "") -> SafeString:
    """Write an amount in the reader's way; `kind` `large` for the one that matters on this page."""
    if amount is None:
        return format_html('<span class="money">{}</span>', _DASH)
    return _money(amount.minor, amount.currency, kind, moments.locale_name())


@lru_cache(maxsize=8_192)
def _money(minor: int, currency: str, kind: str, locale: str) -> SafeString:
    look = " ".join(["money", *([f"money--{kind}"] if kind else []), *(["money--negative"] if minor < 0 else [])])
    return format_html('<span class="{}">{}</span>', look, Money(minor, currency).shown(locale))


@register.simple_tag
def money_range(least: Money, most: Money, kind: str = "") -> SafeString:
    """Write `$80 - $140`, or one amount when both are the same."""
    if least == most:
        return money(least, kind)
    name = moments.locale_name()
    look = f"money money--{escape(kind)}" if kind else "money"
    text = escape(f"{least.shown(name)} {_DASH} {most.shown(name)}")
    return mark_safe(f'<span class="{look}">{text}</span>')  # noqa: S308 - made of escaped texts


@register.simple_tag
def when(at: datetime, zone: str, style: Style = "full", *, show_zone: bool = True) -> SafeString:
    """
    Write a moment as the clocks of a zone (IANA name) show it.

    :param style: `full` (Mon, Nov 23, 9:00 AM), `date`, `time` or `long` (Monday, November 23, 2026 ...).
    """
    there = at.astimezone(ZoneInfo(zone))
    return _time(at, moments.shown(there, style), moments.zone_shown(there) if show_zone and style != "date" else "")


@register.simple_tag
def day_and_time(at: datetime, zone: str) -> SafeString:
    """Write a moment as `when` does in two pieces: in a narrow column the clock's stands below the day."""
    there = at.astimezone(ZoneInfo(zone))
    day, clock = (
        _time(at, moments.shown(there, "date"), ""),
        _time(at, moments.shown(there, "time"), moments.zone_shown(there)),
    )
    return mark_safe(f"{day} {clock}")  # noqa: S308 - made of safe texts


@register.simple_tag
def window(start: datetime, end: datetime, zone: str, *, show_zone: bool = True) -> SafeString:
    """Write an arrival window: the day once, then from when to when, in a zone (IANA name)."""
    first, last = start.astimezone(ZoneInfo(zone)), end.astimezone(ZoneInfo(zone))
    until = moments.shown(last, "time" if first.date() == last.date() else "full")
    return _time(
        start, f"{moments.shown(first, 'full')} {_DASH} {until}", moments.zone_shown(first) if show_zone else ""
    )


def _time(at: datetime, text: str, zone: str) -> SafeString:
    tail = f' <span class="time__zone">{escape(zone)}</span>' if zone else ""
    return mark_safe(f'<time class="time" datetime="{at.isoformat()}">{escape(text)}{tail}</time>')  # noqa: S308 - escaped


@register.simple_tag(takes_context=True)
def ago(context: Context, at: datetime) -> SafeString:
    """Write how long ago something was, or how soon it is; stays true while the page is open."""
    now: datetime = context["now"]
    return mark_safe(  # noqa: S308 - made of an escaped text
        f'<time class="time" datetime="{at.isoformat()}" data-now="{now.isoformat()}" data-island="ago">'
        f"{escape(moments.distance(at, now))}</time>"
    )


@register.simple_tag
def time_left(until: datetime, now: datetime) -> str:
    """Write how long it is until a moment: `4:05`, or `1:04:05` from an hour on; `0:00` afterwards."""
    return moments.clock_face(max(0, ceil((until - now).total_seconds())))


@register.simple_tag
def gone_of(until: datetime, now: datetime, total: float) -> float:
    """Give how much of a ring of 100 is gone when all of it was `total` seconds: all of what never lasted, such as a wave that asked nobody."""
    rest = min(1.0, max(0.0, (until - now).total_seconds() / total)) if total > 0 else 0.0
    return round(100 * (1 - rest), 1)


@register.tag
def cell(parser: Parser, token: Token) -> Node:
    """Give the attributes of a table's cell: `{% cell _("Tier") %}`; a cell it stays where it is shown below what its column is called."""
    _name, label = token.split_contents()
    return _Cell(parser.compile_filter(label))


class _Cell(Node):
    """A column's cells are many and all alike, so what stands in the template is written once a language."""

    def __init__(self, label: FilterExpression) -> None:
        self._label = label
        self._is_always_the_same = not label.is_var and not label.filters
        self._drawn: dict[str | None, SafeString] = {}

    def render(self, context: Context) -> SafeString:
        """Write the attributes."""
        if not self._is_always_the_same:
            return _cell(str(self._label.resolve(context)))
        language = get_language()
        drawn = self._drawn.get(language)
        if drawn is None:
            drawn = self._drawn[language] = _cell(str(self._label.resolve(context)))
        return drawn


@lru_cache(maxsize=1_000, typed=True)
def _cell(label: str) -> SafeString:
    return format_html('role="cell" data-label="{}"', label)


@register.filter
def zone_city(zone: str) -> str:
    """Name a zone by the city whose clocks it goes by."""
    return moments.zone_city(zone)


@register.filter
def under(row: Sequence[Any], head: Sequence[Any]) -> list[tuple[Any, Any]]:
    """Give the cells of a table's row, each with what its column is called: narrow screens show the two together."""
    return list(zip(head, row, strict=True))


@register.filter
def as_map_data(things: Iterable[maps.Point | maps.Circle] | None) -> str:
    """Write points or circles for the map's island."""
    return maps.as_data(things)


@register.filter
def picture(media_id: MediaId | None) -> str:
    """Give the address of a small picture, or nothing when there is none."""
    return steady_url(media_id, 400) if media_id else ""


@register.filter
def minutes(value: int) -> str:
    """Write a length: `1 h 30 min`."""
    return moments.length(value)


@register.filter
def miles(metres: float) -> str:
    """Write a distance: `2.4 mi`."""
    return moments.miles(metres)


@register.filter
def initials(name: str) -> str:
    """Give the first letters of the first and the last name."""
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


@register.filter
def stars(rating: float) -> str:
    """Write a rating with one decimal, in the reader's way."""
    return moments.decimal(rating)


@register.filter
def may_be_left_out(field: BoundField) -> bool:
    """Whether a field may stay empty: neither required, nor asked for by another choice."""
    return not field.field.required and not getattr(field.field, "is_asked_by_choice", False)


@register.filter
def upto(count: int) -> range:
    """Give the numbers from 1 to `count`."""
    return range(1, int(count) + 1)
