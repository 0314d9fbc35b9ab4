"""What people type is made harmless, or refused by field."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildhall.kernel.texts import BadText, clean_line, clean_text


def test_direction_marks_and_invisible_letters_are_taken_out():
    assert clean_line("\u202eana\u2066 b\u200b\ufeff ", field="name", length_max=20) == "ana b"


def test_letters_of_every_script_and_joined_emoji_stay():
    for name in ("Žofia Ødegård", "李小龍", "نرگس", "👩\u200d🔧 Mei"):
        assert clean_line(name, field="name", length_max=20) == name


def test_lines_are_for_texts_only():
    assert clean_text("one\r\ntwo\tthree\n", field="notes", length_max=20) == "one\ntwo\tthree"
    with pytest.raises(BadText):
        clean_line("one\ntwo", field="name", length_max=20)


@pytest.mark.parametrize("text", ["", " ", "\u200b", "\u202e"])
def test_what_must_stand_cannot_be_invisible(text):
    with pytest.raises(BadText) as refused:
        clean_line(text, field="name", length_max=20)

    assert (refused.value.status, refused.value.extra["errors"][0]["field"]) == (400, "name")
    assert clean_line(text, field="name", length_max=20, required=False) == ""


def test_a_refusal_is_said_in_the_readers_language_beside_its_field_too():
    with pytest.raises(BadText) as refused:
        clean_text("x" * 21, field="notes", length_max=20)

    words = {"At most %(length_max)d characters fit here.": "Caben %(length_max)d."}
    assert refused.value.said(words.__getitem__) == "Caben 20."
    assert refused.value.fields_said(words.__getitem__) == [{"field": "notes", "detail": "Caben 20."}]


@given(st.text(max_size=60))
def test_any_text_is_cleaned_for_good_or_refused(text):
    try:
        cleaned = clean_text(text, field="notes", length_max=50)
    except BadText:
        return

    assert len(cleaned) <= 50
    assert clean_text(cleaned, field="notes", length_max=50) == cleaned
    assert {unicodedata.category(letter) for letter in cleaned if letter not in "\n\t"} & {"Cc", "Cs"} == set()
    assert cleaned.encode().decode() == cleaned
