"""What a provider types about a job."""

from django import forms
from django.utils.translation import gettext_lazy as _

from guildhall.web.pages.forms import ChoiceCards, Drop, Stepper

_MINUTES_MAX = 3 * 24 * 60
_TEXT_LENGTH_MAX = 2_000


class Start(forms.Form):
    """The code that the customer gives."""

    start_code = forms.RegexField(
        label=_("Code from the customer"),
        regex=r"^[0-9]{4}$",
        error_messages={"invalid": _("The code has four digits.")},
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "maxlength": 4, "pattern": "[0-9]{4}"}
        ),
    )


class Here(forms.Form):
    """Where one is: degrees, WGS 84."""

    latitude = forms.FloatField(min_value=-90, max_value=90)
    longitude = forms.FloatField(min_value=-180, max_value=180)


class Whereabouts(Here):
    """Where one is on the way, and the radius in metres that the device vouches for."""

    accuracy_metres = forms.FloatField(min_value=0)


class Finish(forms.Form):
    """The hours, and what the customer should know of the work."""

    minutes = forms.IntegerField(
        label=_("Minutes of work, without breaks"),
        help_text=_("The clock counted this. Change it only if the clock is wrong."),
        min_value=1,
        max_value=_MINUTES_MAX,
        widget=Stepper,
    )
    notes = forms.CharField(
        label=_("What you did"),
        help_text=_("The customer reads it beside the hours."),
        required=False,
        max_length=_TEXT_LENGTH_MAX,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class Delay(forms.Form):
    """How much later."""

    minutes = forms.ChoiceField(
        label=_("How much later do you come?"),
        choices=[(str(number), _("%(minutes)s min") % {"minutes": number}) for number in (10, 15, 20, 30, 45, 60)],
        widget=ChoiceCards(is_row=True),
    )


class Reason(forms.Form):
    """Why, in one's own words."""

    reason = forms.CharField(
        label=_("What happened?"), max_length=_TEXT_LENGTH_MAX, widget=forms.Textarea(attrs={"rows": 3})
    )


class Photograph(forms.Form):
    """A photograph of the work."""

    photograph = forms.FileField(
        label=_("Photograph of the work"),
        widget=Drop(
            hint=_("JPEG, PNG or WebP, at most 10 MB. Where and when it was taken is removed."),
            attrs={"accept": "image/jpeg,image/png,image/webp", "capture": "environment"},
        ),
    )
