"""What the account pages ask. Lengths are bounds against floods; what is right is for the commands to say."""

from typing import Any

from django import forms
from django.conf import settings
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

_EMAIL_LENGTH_MAX = 254
_PASSWORD_LENGTH_MAX = 1_000
_NAME_LENGTH_MAX = 80
_PHONE_LENGTH_MAX = 40


def _text(autocomplete: str, **attributes: str) -> forms.TextInput:
    return forms.TextInput(attrs={"autocomplete": autocomplete, **attributes})


def email_field() -> forms.CharField:
    """An e-mail address; whether it is one is for the command to say, in one place."""
    return forms.CharField(
        label=_("E-mail"),
        max_length=_EMAIL_LENGTH_MAX,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "inputmode": "email", "autocapitalize": "none"}),
    )


def password_field(autocomplete: str, **options: Any) -> forms.CharField:
    """A password: `autocomplete` is `current-password` or `new-password`. It is never sent back."""
    return forms.CharField(
        label=options.pop("label", _("Password")),
        max_length=_PASSWORD_LENGTH_MAX,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
        **options,
    )


def new_password_field() -> forms.CharField:
    """A password that is being chosen."""
    return password_field("new-password", label=_("New password"), help_text=_("At least 10 characters."))


def code_field() -> forms.CharField:
    """The six digits of a mail; spaces that were copied with them do not count."""
    return forms.CharField(
        label=_("Code from the e-mail"),
        max_length=20,
        help_text=_("Six digits. It is good for ten minutes."),
        widget=_text("one-time-code", inputmode="numeric", pattern="[0-9 ]*"),
    )


def phone_field(*, required: bool) -> forms.CharField:
    """A telephone number."""
    return forms.CharField(
        label=_("Telephone"),
        required=required,
        max_length=_PHONE_LENGTH_MAX,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )


def name_field(label: Any, autocomplete: str) -> forms.CharField:
    """A part of a name."""
    return forms.CharField(label=label, max_length=_NAME_LENGTH_MAX, widget=_text(autocomplete))


class PasswordSignIn(forms.Form):
    """E-mail and password."""

    email = email_field()
    password = password_field("current-password")


class EmailOnly(forms.Form):
    """Where to send a code."""

    email = email_field()


class CodeOnly(forms.Form):
    """The code from the mail."""

    code = code_field()

    def clean_code(self) -> str:
        """Give the digits without spaces."""
        return "".join(self.cleaned_data["code"].split())


class NewPassword(CodeOnly):
    """The code from the mail and the password that holds from now on."""

    password = new_password_field()


class ChangedPassword(forms.Form):
    """The password that holds, and the one that shall."""

    current_password = password_field("current-password", label=_("Current password"))
    password = new_password_field()


class Profile(forms.Form):
    """How somebody is called and reached."""

    first_name = name_field(_("First name"), "given-name")
    last_name = name_field(_("Last name"), "family-name")
    phone_number = phone_field(required=False)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)


class Registration(forms.Form):
    """What every new account needs; the applications add their own."""

    first_name = name_field(_("First name"), "given-name")
    last_name = name_field(_("Last name"), "family-name")
    email = email_field()
    phone_number = phone_field(required=False)
    password = password_field("new-password", help_text=_("At least 10 characters."))
    terms = forms.BooleanField(label=_("I accept the terms"), required=True)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # In a tab of their own: what was typed stays.
        self.fields["terms"].help_text = format_html(
            '<a href="{}" target="_blank">{}</a> · <a href="{}" target="_blank">{}</a>',
            reverse("public:terms"),
            _("Read the terms"),
            reverse("public:privacy"),
            _("What we know about you"),
        )


class PasskeyAnswer(forms.Form):
    """What the browser's script fills in."""

    challenge_id = forms.UUIDField(widget=forms.HiddenInput)
    answer = forms.CharField(max_length=20_000, widget=forms.HiddenInput)


class Agreements(forms.Form):
    """What somebody may agree to and take back."""

    email_news = forms.BooleanField(label=_("Send me news by e-mail, a few times a year"), required=False)
    sms_offers = forms.BooleanField(
        label=_("Send me new offers by text message"),
        required=False,
        help_text=_("Message and data rates may apply. Reply STOP to end it."),
    )
