"""The form of a policy: a field for each member in its own unit, and the notification matrix as a table of ticks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from guildhall.policy.types import NotificationPolicy, Policy, Rule
from guildhall.web.operator.policy_words import CHANNELS, GROUPS, LABELS, REFUSED, ROLES, event_word

_REASON_LENGTH = 300
_WORD_LENGTH = 60
# Hundredths, shown as whole ones: basis points as percent, cents as dollars.
_HUNDREDTHS = ("_basis_points", "_minor")
_SENT, _AT_NIGHT = "sent", "at_night"


@dataclass(frozen=True)
class Member:
    """A member of a policy, or of one of its members (`path` of two): its value and bounds."""

    path: tuple[str, ...]
    value: Any
    info: FieldInfo

    @property
    def name(self) -> str:
        """The field's name."""
        return "__".join(self.path)

    @property
    def is_in_hundredths(self) -> bool:
        """Whether a hundred of it is one of what people say."""
        return self.path[-1].endswith(_HUNDREDTHS)

    @property
    def shown(self) -> Any:
        """The value as people say it."""
        return Decimal(self.value) / 100 if self.is_in_hundredths else self.value

    def label(self, document: str) -> str | Promise:
        """What it is called."""
        return LABELS.get(f"{document}.{'.'.join(self.path)}") or self.path[-1].replace("_", " ").capitalize()


@dataclass(frozen=True)
class Cell:
    """A rule of the notification matrix, whether it is in force or not."""

    rule: Rule
    event: str | Promise
    role: str | Promise
    channel: str | Promise
    is_sent: bool
    is_at_night: bool

    @property
    def key(self) -> str:
        """The rule's name in the form."""
        return _key(self.rule)


def members_of(value: Policy) -> Iterator[Member]:
    """Give what a policy consists of, its members' members in their place; the rules of the matrix are no members."""
    for name, info in type(value).model_fields.items():
        held = getattr(value, name)
        if isinstance(held, BaseModel):
            for inner, inner_info in type(held).model_fields.items():
                yield Member((name, inner), getattr(held, inner), inner_info)
        elif name != "rules":
            yield Member((name,), held, info)


class PolicyForm(forms.Form):
    """Every member of a policy, and why it changes."""

    reason = forms.CharField(max_length=_REASON_LENGTH)

    def __init__(self, data: Any, *, value: Policy) -> None:
        self.value = value
        self.members = list(members_of(value))
        super().__init__(data)
        reason = self.fields.pop("reason")
        for member in self.members:
            self.fields[member.name] = _field(member, member.label(value.document))
        if isinstance(value, NotificationPolicy):
            keys = [(_key(rule), _key(rule)) for rule in _known(value)]
            self.fields[_SENT] = forms.MultipleChoiceField(choices=keys, required=False)
            self.fields[_AT_NIGHT] = forms.MultipleChoiceField(choices=keys, required=False)
        reason.label, reason.help_text = _("Why"), _("Stays with this version for ever.")
        self.fields["reason"] = reason

    @property
    def groups(self) -> list[tuple[str | Promise, list[forms.BoundField]]]:
        """The fields by what they belong to, in the policy's order."""
        found: dict[str, list[forms.BoundField]] = {}
        for member in self.members:
            found.setdefault(member.path[0] if len(member.path) > 1 else "", []).append(self[member.name])
        return [(GROUPS.get(group, ""), fields) for group, fields in found.items()]

    @property
    def matrix(self) -> list[Cell]:
        """The notification matrix; nothing for another policy."""
        if not isinstance(self.value, NotificationPolicy):
            return []
        if self.is_bound:
            sent, at_night = (set(self[name].value() or ()) for name in (_SENT, _AT_NIGHT))
        else:
            sent = {_key(rule) for rule in self.value.rules}
            at_night = {_key(rule) for rule in _known(self.value) if rule.time_critical}
        return [
            Cell(
                rule,
                event_word(rule.event),
                ROLES[rule.role],
                CHANNELS[rule.channel],
                _key(rule) in sent,
                _key(rule) in at_night,
            )
            for rule in _known(self.value)
        ]

    def clean(self) -> dict[str, Any]:
        """Make the policy; what it refuses stands beside its member."""
        said = dict(self.cleaned_data)
        if self.errors:
            return said
        try:
            said["policy"] = type(self.value).model_validate(self._said(said))
        except ValidationError as error:
            for each in error.errors():
                name = "__".join(str(part) for part in each["loc"])
                self.add_error(name if name in self.fields else None, self._words(each))
        return said

    def _said(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for member in self.members:
            *outer, last = member.path
            value = cleaned[member.name]
            inner = values.setdefault(outer[0], {}) if outer else values
            inner[last] = int(value * 100) if member.is_in_hundredths else value
        if isinstance(self.value, NotificationPolicy):
            sent, at_night = set(cleaned[_SENT]), set(cleaned[_AT_NIGHT])
            values["rules"] = [
                rule.model_copy(update={"time_critical": _key(rule) in at_night}).model_dump()
                for rule in _known(self.value)
                if _key(rule) in sent
            ]
        return values

    def _words(self, refused: Mapping[str, Any]) -> str:
        """Put what a policy refuses into words: members by what they are called here."""
        labels = {member.path[-1]: self[member.name].label for member in self.members}
        named = {name: labels.get(str(value), value) for name, value in refused.get("ctx", {}).items()}
        sentence = REFUSED.get(refused["type"])
        return str(sentence) % named if sentence else str(refused["msg"])


def _key(rule: Rule) -> str:
    return "|".join(rule.key)


def _known(value: NotificationPolicy) -> list[Rule]:
    """Every rule that is in force, and those that came with the system and are not."""
    default = NotificationPolicy()
    in_force = {rule.key for rule in value.rules}
    return [*value.rules, *(rule for rule in default.rules if rule.key not in in_force)]


def _field(member: Member, label: str | Promise) -> forms.Field:
    least = next((one.ge for one in member.info.metadata if hasattr(one, "ge")), None)
    most = next((one.le for one in member.info.metadata if hasattr(one, "le")), None)
    given: dict[str, Any] = {"label": label, "initial": member.shown}
    if isinstance(member.value, bool):
        return forms.BooleanField(**given, required=False)
    if isinstance(member.value, time):
        return forms.TimeField(**given, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    if isinstance(member.value, str):
        return forms.CharField(**given, max_length=_WORD_LENGTH)
    scale = 100 if member.is_in_hundredths else 1
    bounds: dict[str, Any] = {"min_value": least, "max_value": most}
    if scale > 1:
        bounds = {name: Decimal(bound) / scale for name, bound in bounds.items()}
    hint = _("From %(least)s to %(most)s.") % {
        "least": f"{bounds['min_value']:g}",
        "most": f"{bounds['max_value']:,g}" if scale > 1 else bounds["max_value"],
    }
    if isinstance(member.value, int) and not member.is_in_hundredths:
        return forms.IntegerField(**given, **bounds, help_text=hint)
    return forms.DecimalField(**given, **bounds, help_text=hint, decimal_places=2)


@dataclass(frozen=True)
class Change:
    """What one version changed: what it is called, from what, to what (empty where that says too little)."""

    label: str | Promise
    before: Any = ""
    after: Any = ""


def changes(before: Policy, after: Policy) -> list[Change]:
    """Say what became of a policy, member by member; of the matrix, rule by rule."""
    document = after.document
    old = {member.path: member for member in members_of(before)}
    found = [
        Change(member.label(document), old[member.path].shown, member.shown)
        for member in members_of(after)
        if old[member.path].value != member.value
    ]
    if isinstance(before, NotificationPolicy) and isinstance(after, NotificationPolicy):
        was, becomes = ({rule.key: rule for rule in one.rules} for one in (before, after))
        for key in sorted(was.keys() | becomes.keys()):
            if was.get(key) != becomes.get(key):
                event, role, channel = key
                label = " \N{MIDDLE DOT} ".join(
                    str(word) for word in (event_word(event), ROLES[role], CHANNELS[channel])
                )
                found.append(Change(label, _("sent") if key in was else _("not sent"), _how(becomes.get(key))))
    return found


def _how(rule: Rule | None) -> str:
    if rule is None:
        return _("not sent")
    return _("sent, at night too") if rule.time_critical else _("sent")
