"""A search is stopped from above, offers are withdrawn with the right to work, and a job is given out by hand."""

from datetime import timedelta

import pytest

from guildhall.credentialing.commands import revoke_work_right
from guildhall.eventlog import delivery
from guildhall.eventlog.commands import ensure_subscriptions
from guildhall.eventlog.queries import timeline
from guildhall.kernel.actors import Actor
from guildhall.kernel.ids import new_id
from guildhall.kernel.refusals import NotFound
from guildhall.matching.commands import AlreadyTaken, NotEligible, close_cascade, force_offer
from guildhall.matching.models import Cascade
from guildhall.matching.queries import candidates, get_cascade
from guildhall.scheduling.commands import reserve
from guildhall.timers.firing import sweep
from guildhall.timers.queries import clock_now
from tests import given_matching as given

pytestmark = pytest.mark.django_db
OPERATOR = Actor.system("test")


def test_closing_withdraws_every_open_offer_in_one_fact():
    first, second = given.providers(1, 1)
    reference = given.cascade()
    sweep()

    assert close_cascade(reference=reference, why="cancelled", by=OPERATOR, at=clock_now())

    assert (given.row(reference).status, given.row(reference).ended_at) == ("closed", clock_now())
    assert [(o.status, o.reason) for o in given.offers(reference)] == [("withdrawn", "cancelled")] * 2
    closed = timeline(reference)[-1]
    assert (closed.name, closed.version, closed.payload["reason"]) == ("cascade.closed", 3, "cancelled")
    assert set(closed.payload["provider_ids"]) == {str(first.id), str(second.id)}


def test_closing_what_is_not_live_changes_nothing():
    given.providers()
    reference = given.cascade()
    close_cascade(reference=reference, why="cancelled", by=OPERATOR, at=clock_now())

    assert not close_cascade(reference=reference, why="cancelled", by=OPERATOR, at=clock_now())

    assert len(timeline(reference)) == 2


def test_after_closing_a_new_cascade_can_open_without_the_canceller():
    canceller, other = given.providers(1, 1)
    reference = given.cascade()
    sweep()
    given.take(given.offer_to(reference, canceller).id, canceller.id)

    given.cascade(reference=reference, excluded=[canceller.id])
    sweep()

    assert given.asked(reference, 1) == {other.id}
    assert Cascade.objects.filter(reference=reference).count() == 2


def test_revocation_withdraws_the_offers_of_that_provider_only():
    ensure_subscriptions()
    revoked, kept = given.providers(1, 1)
    reference = given.cascade()
    sweep()
    revoke_work_right(provider_id=revoked.id, reason="Licence lapsed", by=OPERATOR, at=clock_now())

    delivery.drain()

    gone = given.offer_to(reference, revoked)
    assert (gone.status, gone.reason) == ("withdrawn", "right_revoked")
    assert given.offer_to(reference, kept).status == "open"
    assert given.take(gone.id, revoked.id)[0] == "expired"
    fact = timeline(reference)[-1]
    assert (fact.name, fact.payload["provider_ids"]) == ("offer.withdrawn", [str(revoked.id)])


def test_a_wave_whose_last_open_offer_is_withdrawn_ends_at_once():
    ensure_subscriptions()
    revoked, pro = given.providers(1, 2)
    reference = given.cascade()
    sweep()
    revoke_work_right(provider_id=revoked.id, reason="Licence lapsed", by=OPERATOR, at=clock_now())

    delivery.drain()
    given.until_quiet()

    assert given.asked(reference, 2) == {pro.id}


def test_a_job_is_given_to_a_provider_by_hand():
    expert, beginner = given.providers(1, 3)
    reference = given.cascade()
    sweep()

    offer_id = force_offer(reference=reference, provider_id=beginner.id, by=OPERATOR, at=clock_now())
    outcome, _planned = given.take(offer_id, beginner.id)

    assert outcome == "taken"
    card = get_cascade(reference)
    assert card is not None
    assert (card.status, [(wave.kind, wave.asked) for wave in card.waves]) == ("filled", [("direct", 1)])
    old = Cascade.objects.filter(reference=reference).earliest("opened_at", "version")
    assert {c.status for c in Cascade.objects.filter(reference=reference)} == {"closed", "filled"}
    assert expert.id in {c.provider_id for c in candidates(reference)}
    assert old.reference == reference
    assert given.breaches() == []


def test_a_job_that_nobody_took_can_be_given_out_by_hand():
    (beginner,) = given.providers(3)
    reference = given.cascade()
    given.until_quiet()
    given.later(seconds=60)
    given.until_quiet()
    assert given.row(reference).status == "exhausted"

    offer_id = force_offer(reference=reference, provider_id=beginner.id, by=OPERATOR, at=clock_now())

    assert given.take(offer_id, beginner.id)[0] == "taken"


@pytest.mark.parametrize("reason", ["no_right", "not_free", "excluded"])
def test_by_hand_the_gate_stays_and_nothing_changes(reason: str):
    (chosen,) = given.providers(1)
    starts_at = given.MONDAY + timedelta(days=2)
    reference = given.cascade(starts_at=starts_at, excluded=[chosen.id] if reason == "excluded" else [])
    sweep()
    if reason == "no_right":
        revoke_work_right(provider_id=chosen.id, reason="Licence lapsed", by=OPERATOR, at=clock_now())
    if reason == "not_free":
        window = (starts_at, starts_at + timedelta(hours=1))
        reserve(provider_id=chosen.id, planned=window, reference="booking:other", by=OPERATOR, at=clock_now())
    before = given.row(reference), given.statuses(reference), len(timeline(reference))

    with pytest.raises(NotEligible) as refused:
        force_offer(reference=reference, provider_id=chosen.id, by=OPERATOR, at=clock_now())

    assert refused.value.extra == {"refusal": reason}
    assert (given.row(reference), given.statuses(reference), len(timeline(reference))) == before


def test_by_hand_needs_a_search_that_is_not_filled():
    first, second = given.providers(1, 1)
    reference = given.cascade()
    sweep()
    given.take(given.offer_to(reference, first).id, first.id)

    with pytest.raises(AlreadyTaken):
        force_offer(reference=reference, provider_id=second.id, by=OPERATOR, at=clock_now())
    with pytest.raises(NotFound):
        force_offer(reference=f"booking:{new_id()}", provider_id=second.id, by=OPERATOR, at=clock_now())
