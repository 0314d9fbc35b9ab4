"""Policies in the hands of an operator: their units, the matrix, and what a version changed."""

import re
from pathlib import Path

import pytest
from django.utils import translation

from guildhall.policy import types
from guildhall.policy.queries import current_version, get
from guildhall.policy.types import POLICIES, MatchingPolicy, MoneyPolicy, NotificationPolicy, RankingWeights
from guildhall.web.operator.policy_forms import PolicyForm, members_of
from guildhall.web.operator.policy_words import ABOUT, EVENTS, LABELS, NAMES, REFUSED
from tests import given_people as people
from tests.api.browser import browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def olga():
    people.catalogue()
    return browser(people.operator())


def filled(policy, **changes):
    """What a browser sends of the form as it is shown."""
    form = PolicyForm(None, value=policy)
    values = {name: form[name].value() for name in form.fields if name not in {"sent", "at_night", "reason"}}
    values |= {"sent": [cell.key for cell in form.matrix if cell.is_sent]}
    values |= {"at_night": [cell.key for cell in form.matrix if cell.is_at_night]}
    return {
        **{name: value for name, value in values.items() if value is not None and value is not False},
        "reason": "Summer.",
        **changes,
    }


def test_every_policy_and_all_it_consists_of_has_a_name():
    for document, kind in POLICIES.items():
        assert document in NAMES
        assert document in ABOUT
        assert [one.path for one in members_of(kind()) if f"{document}.{'.'.join(one.path)}" not in LABELS] == []
    assert {rule.event for rule in NotificationPolicy().rules} <= EVENTS.keys()


@pytest.mark.parametrize("document", POLICIES)
def test_what_is_shown_and_sent_back_is_the_same_policy(document):
    form = PolicyForm(filled(POLICIES[document]()), value=POLICIES[document]())

    assert form.is_valid(), form.errors
    assert form.cleaned_data["policy"] == POLICIES[document]()


def test_a_share_is_set_in_percent_and_a_part_of_a_part_by_its_own_field(olga):
    olga.post("/ops/policies/money", filled(get(MoneyPolicy), platform_fee_basis_points="17.5"))
    olga.post("/ops/policies/matching", filled(get(MatchingPolicy), asap__tier_window_seconds="90"))

    assert get(MoneyPolicy).platform_fee_basis_points == 1_750
    assert get(MatchingPolicy).asap.tier_window_seconds == 90
    page = olga.get("/ops/policies/matching").content.decode()
    assert "60 → <strong>90</strong>" in page


def test_what_a_policy_refuses_is_said_in_the_words_of_the_page(olga):
    answer = olga.post("/ops/policies/matching", filled(get(MatchingPolicy), last_wave_ends_hours_before_if_late="40"))

    assert answer.status_code == 422
    assert "last_wave_ends_hours_before_if_late must" not in answer.content.decode()
    assert current_version(MatchingPolicy) == 0


REFUSALS = [
    (
        "matching",
        {"last_wave_ends_hours_before_if_late": "40"},
        "si se reserva tarde, en horas antes del comienzo» no puede ser más que «La",
    ),
    ("matching", {"last_wave_ends_hours_before": "200"}, "La última ronda debe terminar después"),
    ("matching", {f"weights__{name}": "0" for name in RankingWeights.model_fields}, "Algo tiene que contar"),
    ("money", {"currency": "dollar"}, "Escribe tres letras mayúsculas"),
    ("booking", {"contest_hours": "66"}, "66 h para objetar y 12 h para liquidar suman 114 h;"),
]


@pytest.mark.parametrize(("document", "changes", "words"), REFUSALS)
def test_what_a_policy_refuses_is_said_in_the_readers_language(olga, document, changes, words):
    olga.cookies["language"] = "es"

    with translation.override("en"):
        answer = olga.post(f"/ops/policies/{document}", filled(get(POLICIES[document]), **changes))

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert current_version(POLICIES[document]) == 0


def test_every_sentence_of_a_policys_own_has_words_on_the_page():
    source = Path(types.__file__).read_text()

    assert {*re.findall(r'PydanticCustomError\(\s*"(\w+)"', source)} <= REFUSED.keys()


def test_a_message_is_switched_off_by_its_tick_and_on_again(olga):
    key = "booking.started|customer|email"
    sent = filled(get(NotificationPolicy))
    olga.post("/ops/policies/notification", {**sent, "sent": [one for one in sent["sent"] if one != key]})

    assert [rule.channel for rule in get(NotificationPolicy).rules_for("booking.started")] == ["in_app"]
    again = filled(get(NotificationPolicy))
    olga.post("/ops/policies/notification", {**again, "sent": [*again["sent"], key]})
    assert set(get(NotificationPolicy).rules) == set(NotificationPolicy().rules)
