"""What all pages share: the policy on what they load, refusals as people read them, tastes, money and time, languages."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django import forms
from django.http import HttpRequest
from django.template import Context, Engine, Template, TemplateDoesNotExist
from django.test import Client, RequestFactory
from django.utils import translation
from django.utils.safestring import mark_safe

from guildhall.catalog.models import Category
from guildhall.kernel.money import Money
from guildhall.kernel.refusals import Refused
from guildhall.verticals.loading import load_vertical
from guildhall.verticals.reading import read_pack
from guildhall.web.pages.errors import answer_refusal
from guildhall.web.pages.forms import ChoiceCards, Detail
from guildhall.web.pages.security import policy
from guildhall.web.pages.texts import read_text

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "guildhall" / "web").rglob("templates/**/*.html"))
MONDAY = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
ZONE = "America/Los_Angeles"


def written(source: str, **context: object) -> str:
    """Render a template's text."""
    return Template(source).render(Context(context))


class Taken(Refused):
    """Somebody was first."""

    code = "already_taken"
    status = 409
    default_detail = "Somebody else was first."


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_template_holds_a_style_or_a_script(template: Path):
    text = re.sub(r"{[%#].*?[%#]}", "", template.read_text())

    assert not re.search(r"\sstyle\s*=|<style|\son[a-z]+\s*=\s*[\"']|javascript:|hx-on|hx-vals=[\"']js:", text)
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert not re.search(r"\|\s*safe\b|autoescape off", template.read_text())


@pytest.mark.parametrize(
    "template", [path for path in TEMPLATES if 'class="table"' in path.read_text()], ids=lambda path: path.name
)
def test_a_table_that_narrow_screens_show_as_cards_keeps_its_roles(template: Path):
    tables = re.findall(r"<table[^>]*\bclass=\"table\".*?</table>", template.read_text(), re.DOTALL)

    parts = re.findall(r"<(?:table|thead|tbody|tr|th|td)\b(?:\s*\{% cell|[^>]*)", "".join(tables))
    assert parts
    assert [part for part in parts if "role=" not in part and "{% cell" not in part] == []


def test_a_page_may_load_only_what_is_ours():
    answer = Client().get("/styleguide")

    said = dict(part.split(" ", 1) for part in answer["Content-Security-Policy"].split("; "))
    assert said["default-src"] == said["frame-ancestors"] == said["base-uri"] == "'none'"
    assert {said[name] for name in ("script-src", "style-src", "font-src", "connect-src")} == {"'self'"}


@pytest.mark.parametrize("address", ["/not-here", "/my/not-here"])
@pytest.mark.django_db
def test_an_error_page_keeps_the_policy_too(address: str):
    answer = Client().get(address)

    assert answer["Content-Security-Policy"] == policy()


def test_a_form_may_lead_to_the_vendors_pages(settings):
    settings.FORM_DESTINATIONS = ["https://checkout.stripe.com"]

    assert "form-action 'self' https://checkout.stripe.com;" in policy()


def test_a_tile_server_is_allowed_when_one_is_set(settings):
    settings.MAP_TILES_URL = "https://tiles.example/{z}/{x}/{y}.png"

    assert "img-src 'self' data: blob: https://tiles.example;" in policy()


def test_the_styleguide_asks_nothing_of_the_database():
    # No mark for the database: a query would fail the test.
    answer = Client().get("/styleguide")

    assert answer.status_code == 200
    assert not answer.cookies


@pytest.mark.parametrize(
    ("path", "accepts", "content_type"),
    [
        ("/my/bookings", "text/html,*/*", "text/html; charset=utf-8"),
        ("/my/bookings", "application/json", "application/problem+json"),
        ("/api/v1/bookings", "text/html", "application/problem+json"),
        ("/webhooks/stripe", "*/*", "application/problem+json"),
    ],
)
def test_people_read_pages_and_machines_read_problems(path: str, accepts: str, content_type: str):
    answer = answer_refusal(RequestFactory().get(path, headers={"Accept": accepts}), Taken())

    assert (answer.status_code, answer["Content-Type"]) == (409, content_type)
    assert b"Somebody else was first." in answer.content


def test_a_part_of_a_page_is_refused_with_a_toast():
    answer = answer_refusal(RequestFactory().post("/pro/offers", headers={"HX-Request": "true"}), Taken())

    assert (answer.status_code, answer["HX-Retarget"], answer["HX-Reswap"]) == (409, "#toasts", "beforeend")
    assert b"<html" not in answer.content
    assert b'class="toast toast--danger"' in answer.content


def test_a_template_is_the_one_that_the_process_began_with(tmp_path: Path):
    (tmp_path / "part.html").write_text("as it was")
    loaders = [("guildhall.web.pages.loading.Loader", [tmp_path])]
    assert Engine(loaders=loaders).get_template("part.html").source == "as it was"

    (tmp_path / "part.html").write_text("{% tag_of_tomorrow %}")
    (tmp_path / "later.html").write_text("came later")

    assert Engine(loaders=loaders).get_template("part.html").source == "as it was"
    with pytest.raises(TemplateDoesNotExist):
        Engine(loaders=loaders).get_template("later.html")


def test_tastes_are_kept_in_cookies():
    answer = Client().post("/preferences", {"language": "es", "theme": "dark", "next": "/styleguide?a=b"})

    assert (answer.status_code, answer["Location"]) == (303, "/styleguide?a=b")
    assert (answer.cookies["language"].value, answer.cookies["theme"].value) == ("es", "dark")
    assert answer.cookies["theme"]["httponly"]


@pytest.mark.parametrize(
    "elsewhere", ["//evil.example", "https://evil.example/", "/\\evil.example", "", "javascript:1"]
)
def test_nobody_is_led_elsewhere(elsewhere: str):
    answer = Client().post("/preferences", {"theme": "dark", "next": elsewhere})

    assert answer["Location"] == "/"


def test_what_is_no_taste_is_not_kept():
    answer = Client().post("/preferences", {"language": "xx", "theme": "<b>", "next": "/"})

    assert not answer.cookies


def test_tastes_are_only_posted():
    assert Client().get("/preferences").status_code == 405


@pytest.mark.django_db
def test_terms_and_privacy_are_read_in_the_readers_language_until_an_operator_writes_their_own(
    settings, tmp_path: Path
):
    for name, language, title in (
        ("terms", "en", "Terms of use"),
        ("terms", "es", "Condiciones de uso"),
        ("privacy", "en", "Privacy"),
        ("privacy", "es", "Privacidad"),
    ):
        page = Client().get(f"/{name}", headers={"Accept-Language": language}).content.decode()
        assert f"<h1>{title}</h1>" in page
        assert "AV Heroes" in page
        assert "hello@guildhall.example" in page
        assert not re.search(r"\{\w+\}|\*\*|^\s*[-#] ", page, re.MULTILINE)
    (tmp_path / "terms.md").write_text(
        "# Rules of {name}\n\nBe\nkind to {providers}.\n## Then\n- **Pay:** <b>always</b>\n- Tip\nif you like\n\nBye."
    )
    settings.TEXTS = str(tmp_path)

    text = read_text("terms", "es", read_pack("av"))

    assert (text.title, text.language, text.is_ours) == ("Rules of AV Heroes", "en", False)
    assert [(block.kind, block.items) for block in text.blocks] == [
        ("paragraph", (("", "Be kind to Heroes."),)),
        ("heading", (("", "Then"),)),
        ("list", (("Pay:", "<b>always</b>"), ("", "Tip if you like"))),
        ("paragraph", (("", "Bye."),)),
    ]
    assert "&lt;b&gt;always" in Client().get("/terms").content.decode()
    assert read_text("privacy", "en", read_pack("av")).is_ours


@pytest.mark.parametrize(("language", "text"), [("en", "$1,245.50"), ("es", "$1,245.50")])
def test_money_is_written_in_the_readers_way(language: str, text: str):
    with translation.override(language):
        assert written("{% money amount %}", amount=Money(124_550, "USD")) == f'<span class="money">{text}</span>'


def test_a_moment_is_written_by_the_jobs_clocks():
    with translation.override("en"):
        text = written("{% when at zone %}", at=MONDAY, zone=ZONE)
    with translation.override("es"):
        spanish = written("{% when at zone %}", at=MONDAY, zone=ZONE)

    assert 'datetime="2026-11-23T17:00:00+00:00"' in text
    assert "Mon, Nov 23, 9:00\N{NO-BREAK SPACE}AM" in text
    assert "PST" in text
    assert "lun, 23 de nov, 9:00" in spanish


@pytest.mark.django_db
def test_the_packs_words_are_in_the_readers_language_and_a_renamed_one_is_the_operators_own():
    load_vertical(read_pack("av"), at=MONDAY)
    Category.objects.filter(key="control").update(name="Steering")

    with translation.override("en"):
        answers = [Client().get("/", headers={"Accept-Language": word}) for word in ("en", "es")]

    english, spanish = (answer.content.decode() for answer in answers)
    assert [word in english for word in ("by a vetted technician", "Other", "Steering")] == [True] * 3
    assert [word in spanish for word in ("por técnicos verificados", "Otros", "Steering", "Héroes")] == [True] * 4


def test_a_window_across_midnight_names_both_days():
    with translation.override("en"):
        text = written(
            "{% window a b zone %}", a=MONDAY + timedelta(hours=14), b=MONDAY + timedelta(hours=16), zone=ZONE
        )

    assert "Mon, Nov 23, 11:00" in text
    assert "Tue, Nov 24, 1:00" in text


def test_how_long_ago_is_counted_from_the_clocks_now():
    with translation.override("en"):
        text = written("{% ago at %}", at=MONDAY - timedelta(minutes=12), now=MONDAY)

    assert "12 minutes ago" in text
    assert f'data-now="{MONDAY.isoformat()}"' in text


@pytest.mark.parametrize(
    ("away", "text"),
    [
        (timedelta(seconds=50), "in 50 seconds"),
        (timedelta(seconds=-89), "1 minute ago"),
        (timedelta(seconds=-92), "2 minutes ago"),
        (timedelta(minutes=29), "in 29 minutes"),
        (timedelta(hours=-1, minutes=-29), "1 hour ago"),
        (timedelta(hours=-1, minutes=-31), "2 hours ago"),
        (timedelta(hours=35), "in 1 day"),
        (timedelta(hours=37), "in 2 days"),
        (timedelta(days=-60), "2 months ago"),
    ],
)
def test_a_distance_is_told_in_its_largest_unit(away: timedelta, text: str):
    assert text in written("{% ago at %}", at=MONDAY + away, now=MONDAY)


def test_what_was_shown_before_makes_no_text_safe():
    for tag in ('{% part "badge" label=label %}', "{% icon 'x' label %}", "{% cell label %}"):
        written(tag, label=mark_safe("<b>&amp;</b>"))

        assert "&lt;b&gt;&amp;amp;&lt;/b&gt;" in written(tag, label="<b>&amp;</b>")


def test_the_choices_of_a_field_are_escaped():
    field = forms.ChoiceField(choices=[("", "All"), ('"<', "<b>"), ("Group <", [("a", "A"), ("b", "B")])])

    drawn = str(type("Choosing", (forms.Form,), {"one": field})(data={"one": "b"})["one"])

    assert '<option value="">All</option><option value="&quot;&lt;">&lt;b&gt;</option>' in drawn
    assert '<optgroup label="Group &lt;"><option value="a">A</option><option value="b" selected>B</option>' in drawn


class _Form(forms.Form):
    email = forms.EmailField(help_text="We send a code to it.")
    speed = forms.ChoiceField(
        choices=[("a", "Now"), ("b", "Later")], widget=ChoiceCards(details={"a": Detail("Soon", "zap", "$5")})
    )
    note = forms.CharField(required=False)


def test_a_form_that_is_wrong_says_so_on_top_and_beside():
    form = _Form({"email": "priya", "speed": "a"})

    text = str(form)

    assert text.index("summary__title") < text.index('name="email"')
    assert re.search(r'<div class="summary"\s+role="alert"\s+tabindex="-1"\s+autofocus>', text)
    assert '<a href="#id_email">' in text
    assert re.search(r'<input type="email"[^>]*value="priya"[^>]*aria-invalid="true"', text)
    assert 'aria-describedby="id_email_helptext id_email_error"' in text
    assert 'id="id_email_error"' in text
    assert re.search(r'value="a"[^>]*checked', text)
    assert "(optional)" in text


def test_what_was_typed_is_shown_and_never_run():
    text = str(_Form({"email": '"><script>alert(1)</script>', "speed": "a"}))

    assert "<script>" not in text


def test_a_countdown_needs_no_script_to_say_what_is_left():
    request = HttpRequest()
    with translation.override("en"):
        text = written(
            '{% part "countdown" until=until total=120 label="Left" %}',
            until=MONDAY + timedelta(seconds=90),
            now=MONDAY,
            request=request,
        )

    assert '<span class="countdown__text">1:30</span>' in text
    assert 'stroke-dashoffset="25.0"' in text
