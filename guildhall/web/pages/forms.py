"""Forms: how they look, and widgets beyond Django's own. `{{ form }}` is the summary of what is wrong and every field."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.renderers import TemplatesSetting
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# Django says "This field is required": that says neither what to do nor to whom.
forms.Field.default_error_messages["required"] = _("Please fill this in.")
forms.BooleanField.default_error_messages = {"required": _("Please tick this.")}
forms.ChoiceField.default_error_messages["required"] = _("Please choose one.")
forms.MultipleChoiceField.default_error_messages["required"] = _("Please choose at least one.")


class Renderer(TemplatesSetting):
    """Draws every form and field with our templates."""

    form_template_name = "pages/forms/form.html"
    field_template_name = "pages/forms/field.html"


@dataclass(frozen=True)
class Detail:
    """What a choice card says beside its label."""

    hint: str | Promise = ""
    icon: str = ""
    value: str | Promise = ""


class ChoiceCards(forms.RadioSelect):
    """
    One of few, each as a card.

    :param details: by choice, what the card says beside the label.
    """

    template_name = "pages/forms/choices.html"

    def __init__(
        self, *args: Any, details: Mapping[str, Detail] | None = None, is_row: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.details = dict(details or {})
        self.is_row = is_row

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Give a choice with its details."""
        return {**super().create_option(name, value, *args, **kwargs), "detail": self.details.get(str(value), Detail())}

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Say which form the cards have."""
        return {**super().get_context(name, value, attrs), "is_row": self.is_row}


class CheckCards(ChoiceCards):
    """Any of few, each as a card."""

    allow_multiple_selected = True
    input_type = "checkbox"

    def use_required_attribute(self, initial: Any) -> bool:
        """Not every card has to be chosen."""
        return False

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """Give all that were chosen."""
        return data.getlist(name) if hasattr(data, "getlist") else data.get(name)

    def id_for_label(self, id_: str, index: str | None = None) -> str:
        """Name a card; the group has a legend instead."""
        return super().id_for_label(id_, index) if index else ""


class Stepper(forms.NumberInput):
    """A number with a step down and up."""

    template_name = "pages/forms/stepper.html"


class Stars(forms.RadioSelect):
    """One to five stars."""

    template_name = "pages/forms/stars.html"


class Drop(forms.ClearableFileInput):
    """Files by choosing, by camera, or let go over an area. `hint` says what is taken."""

    template_name = "pages/forms/drop.html"

    def __init__(self, *args: Any, hint: str | Promise = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hint = hint

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Give the hint too."""
        return {**super().get_context(name, value, attrs), "hint": self.hint}
