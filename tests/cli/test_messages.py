"""What `./guild messages` finds, and what it complains about."""

from pathlib import Path

from django.conf import settings

from guildhall.cli import messages

_PO = 'msgid ""\nmsgstr ""\n"Language: es\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'


def test_a_function_by_another_name_is_still_a_function_of_translation():
    code = """
from django.utils.translation import gettext_lazy as later, ngettext as many, pgettext as within
later("Held")
many("%(n)s day", "%(n)s days", 2)
within("a verb", "Offers")
elsewhere("Nothing")
"""

    found = [(one.text, one.many, one.context) for one in messages._in_python(code)]

    assert found == [("Held", None, None), ("%(n)s day", "%(n)s days", None), ("Offers", None, "a verb")]


def test_two_parts_do_not_translate_one_message_differently(tmp_path: Path, monkeypatch):
    for part, word in (("one", "Ofertas"), ("two", "Ofrece"), ("three", "Ofertas")):
        folder = tmp_path / part / "locale"
        folder.mkdir(parents=True)
        (folder / "es.po").write_text(
            f'{_PO}msgid "Offers"\nmsgstr "{word}"\n\nmsgctxt "a verb"\nmsgid "Offers"\nmsgstr "Ofrece"\n'
        )
    monkeypatch.setattr(messages, "_parts", lambda: [tmp_path / part for part in ("one", "two", "three")])
    monkeypatch.setattr(messages, "CHECKOUT", tmp_path)

    (complaint,) = messages._contradictions("es")

    assert complaint.startswith("two/locale/es.po: 'Offers' is translated otherwise than in one/locale/es.po")


def test_the_words_of_a_pack_are_collected_and_those_only_the_running_system_knows_are_not():
    found = messages._collect(messages._HOUSE / "verticals" / "av")
    code = "pgettext('category', card.own_name)"

    assert {message.context for message in found if message.id} == {"vertical", "tier", "category", "kind of job"}
    assert ("Audio", "category") in {(message.id, message.context) for message in found}
    assert "AV Heroes" not in found
    assert list(messages._in_python(code)) == []


def test_a_catalogue_in_a_language_that_nobody_can_choose_is_refused(tmp_path: Path, monkeypatch):
    (tmp_path / "locale").mkdir()
    for language in ("es", "se"):
        (tmp_path / "locale" / f"{language}.po").write_text(_PO)
    monkeypatch.setattr(messages, "_parts", lambda: [tmp_path])
    monkeypatch.setattr(messages, "CHECKOUT", tmp_path)

    assert messages._strangers() == ["locale/se.po: there is no language 'se'; there are: es"]
    assert ["en", *messages.LANGUAGES] == [code for code, _ in settings.LANGUAGES]
