"""What `./guild messages` finds, and what it complains about."""

from pathlib import Path

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
