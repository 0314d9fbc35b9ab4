"""A provider's account, its onboarding page, and the capability that follows."""

import pytest
import stripe

from tests.sandbox.stripe.stage import GOOD_BANK, Stage

FORM = {"legal_name": "Priya Rao", "routing_number": "110000000", "account_number": GOOD_BANK}


def capability(stage: Stage, account: str) -> str:
    found = stage.v2.core.accounts.retrieve(account, {"include": ["configuration.recipient"]})
    return found.configuration.recipient.capabilities.stripe_balance.stripe_transfers.status


def test_onboarding_makes_transfers_possible_and_tells_by_a_thin_event(stage: Stage) -> None:
    account = stage.account()
    assert capability(stage, account) == "restricted"
    url = stage.link(account)

    page = stage.http.get(url)
    answer = stage.http.post(url, data=FORM)

    assert all(f'<label for="{name}">' in page.text for name in FORM)
    assert (answer.status_code, answer.headers["location"]) == (303, "https://shop.example/home")
    assert capability(stage, account) == "active"
    told = [event.type for event in stage.v2.core.events.list({"object_id": account}).data]
    assert told == [
        "v2.core.account_link.returned",
        "v2.core.account[configuration.recipient].capability_status_updated",
        "v2.core.account.created",
    ]
    assert stage.events(account) == ["account.external_account.created"]


def test_what_is_not_included_is_null(stage: Stage) -> None:
    account = stage.onboarded()

    bare = stage.v2.core.accounts.retrieve(account)
    full = stage.v2.core.accounts.retrieve(account, {"include": ["defaults", "identity", "requirements"]})

    assert (bare.configuration, bare.defaults, bare.identity) == (None, None, None)
    assert full.defaults.responsibilities.losses_collector == "application"
    assert full.identity.country == "US"


def test_a_link_works_once_and_ten_minutes(stage: Stage) -> None:
    account = stage.account()
    used, old = stage.link(account), stage.link(account)
    stage.http.post(used, data=FORM)
    stage.travel(minutes=11)

    for url in (used, old):
        answer = stage.http.get(url)
        assert (answer.status_code, answer.headers["location"]) == (303, "https://shop.example/again")
    assert stage.http.post(old, data=FORM).headers["location"] == "https://shop.example/again"
    assert stage.http.get("/connect/onboard/alu_guess").status_code == 404


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"legal_name": " "}, "legal name is missing"),
        ({"routing_number": "11000000"}, "nine digits"),
        ({"routing_number": "110000001"}, "check digit"),
        ({"account_number": "12"}, "4 to 17 digits"),
    ],
)
def test_a_wrong_bank_account_is_said_beside_the_form(stage: Stage, typed: dict[str, str], words: str) -> None:
    account = stage.account()
    url = stage.link(account)

    answer = stage.http.post(url, data={**FORM, **typed})

    assert answer.status_code == 422
    assert words in answer.text
    assert capability(stage, account) == "restricted"
    assert stage.http.post(url, data=FORM).headers["location"] == "https://shop.example/home"


def test_an_account_can_be_updated_and_listed(stage: Stage) -> None:
    account = stage.account()

    stage.v2.core.accounts.update(account, {"display_name": "Priya R.", "metadata": {"provider": "p1"}})

    found = stage.v2.core.accounts.list().data
    assert [(one.id, one.display_name, one.metadata.provider) for one in found] == [(account, "Priya R.", "p1")]


def test_a_link_for_an_unknown_account_is_refused(stage: Stage) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        stage.link("acct_nobody")

    assert refused.value.code == "resource_missing"
