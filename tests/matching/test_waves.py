"""A cascade goes out in waves: favourites, then tier by tier, until somebody takes the job or nobody is left."""

from datetime import timedelta

import pytest

from guildhall.credentialing.commands import revoke_work_right
from guildhall.eventlog.queries import timeline
from guildhall.kernel.actors import Actor
from guildhall.matching.commands import AlreadyMatching, decline_offer
from guildhall.matching.queries import candidates, get_cascade
from guildhall.policy.commands import pause, resume
from guildhall.scheduling.commands import reserve
from guildhall.timers.firing import sweep
from guildhall.timers.queries import clock_now, next_deadline
from tests import given_matching as given

pytestmark = pytest.mark.django_db
OPERATOR = Actor.system("test")


def facts(reference: str) -> list[str]:
    return [fact.name for fact in timeline(reference)]


def test_the_first_wave_opens_in_the_first_sweep():
    first, second = given.providers(1, 1)
    reference = given.cascade()
    opened_at = clock_now()

    sweep()

    cascade = given.row(reference)
    assert (cascade.wave_number, cascade.wave_kind, cascade.wave_tier_rank) == (1, "tier", 1)
    assert cascade.wave_notified_at == opened_at
    assert cascade.expires_at == opened_at + timedelta(seconds=60)
    assert given.asked(reference, 1) == given.ids([first, second])
    assert {(o.status, o.net_minor, o.currency, o.expires_at) for o in given.offers(reference)} == {
        ("open", 9_000, "USD", cascade.expires_at)
    }
    opened, wave = timeline(reference)
    assert (opened.name, opened.version, wave.name, wave.version) == ("cascade.opened", 1, "wave.opened", 2)
    assert set(wave.payload["provider_ids"]) == {str(first.id), str(second.id)}
    assert set(wave.payload["offer_ids"]) == {str(o.id) for o in given.offers(reference)}


def test_favourites_are_asked_first_and_not_again_with_their_tier():
    expert, favourite = given.providers(1, 1)
    reference = given.cascade(favourites=[favourite.id])

    sweep()
    assert (given.row(reference).wave_kind, given.asked(reference, 1)) == ("favourites", {favourite.id})
    assert given.row(reference).expires_at == clock_now() + timedelta(seconds=45)
    given.later(seconds=45)
    sweep()

    assert given.asked(reference, 2) == {expert.id}
    assert given.offer_to(reference, favourite).status == "expired"
    assert facts(reference) == ["cascade.opened", "wave.opened", "wave.opened"]


def test_nobody_in_any_tier_accepts_and_the_cascade_is_exhausted():
    expert, beginner = given.providers(1, 3)
    reference = given.cascade()

    sweep()
    given.later(seconds=60)
    given.until_quiet()
    assert given.asked(reference, 2) == set()
    assert (given.row(reference).wave_number, given.asked(reference, 3)) == (3, {beginner.id})
    given.later(seconds=60)
    given.until_quiet()

    cascade = given.row(reference)
    assert (cascade.status, cascade.wave_number, cascade.ended_at) == ("exhausted", 3, clock_now())
    assert given.statuses(reference) == ["expired", "expired"]
    assert facts(reference) == ["cascade.opened", *["wave.opened"] * 3, "cascade.exhausted"]
    assert [fact.version for fact in timeline(reference)] == [1, 2, 3, 4, 5]
    card = get_cascade(reference)
    assert card is not None
    assert [(wave.number, wave.tier_rank, wave.asked) for wave in card.waves] == [(1, 1, 1), (2, 2, 0), (3, 3, 1)]
    assert (card.status, card.wave, card.asked) == ("exhausted", None, 2)
    assert given.offer_to(reference, expert).net_minor == 9_000
    assert given.offer_to(reference, beginner).net_minor == 5_000


def test_a_wave_does_not_end_before_its_window():
    given.providers(1)
    reference = given.cascade()
    sweep()
    before = given.row(reference).version

    given.later(seconds=59.999)
    given.until_quiet()

    assert (given.row(reference).version, given.statuses(reference)) == (before, ["open"])


def test_a_wave_ends_when_all_have_declined():
    first, second = given.providers(1, 1)
    reference = given.cascade()
    sweep()
    decline_offer(offer_id=given.offer_to(reference, first).id, reason="Too far", by=first.actor, at=clock_now())
    sweep()
    assert given.row(reference).wave_number == 1

    decline_offer(offer_id=given.offer_to(reference, second).id, reason="", by=second.actor, at=clock_now())
    given.until_quiet()

    assert (given.row(reference).status, given.row(reference).wave_number) == ("exhausted", 3)
    assert given.statuses(reference) == ["declined", "declined"]
    assert facts(reference)[:4] == ["cascade.opened", "wave.opened", "offer.declined", "offer.declined"]


def test_excluded_providers_are_never_asked():
    blocked, favourite = given.providers(1, 1)
    reference = given.cascade(excluded=[blocked.id, favourite.id], favourites=[favourite.id])

    given.until_quiet()

    assert given.offers(reference) == []
    assert given.row(reference).status == "exhausted"
    assert {(c.provider_id, c.refusal, c.asked) for c in candidates(reference)} == {(favourite.id, "excluded", False)}


def test_a_direct_booking_asks_one_provider_only():
    chosen, _other = given.providers(2, 1)
    reference = given.cascade(direct_to=chosen.id)

    sweep()
    assert (given.row(reference).wave_kind, given.asked(reference, 1)) == ("direct", {chosen.id})
    given.later(seconds=60)
    given.until_quiet()

    assert (given.row(reference).status, len(given.offers(reference))) == ("exhausted", 1)
    assert given.offer_to(reference, chosen).net_minor == 7_000


def test_a_wave_asks_so_many_and_a_spare_steps_in_for_who_is_busy_by_then():
    everybody = given.providers(1, 1, 1, 1, 1, 1)
    reference = given.cascade(starts_at=given.MONDAY + timedelta(days=3), favourites=given.ids(everybody[:1]))
    sweep()
    busy = everybody[1]
    planned = (given.MONDAY + timedelta(days=3), given.MONDAY + timedelta(days=3, hours=2))
    given.later(hours=2, seconds=-30)
    sweep()  # the second wave is ranked ahead of time
    assert given.row(reference).candidates_ready_wave == 2
    reserve(provider_id=busy.id, planned=planned, reference="booking:other", by=OPERATOR, at=clock_now())

    given.later(seconds=30)
    sweep()

    assert given.asked(reference, 2) == given.ids(everybody[2:])
    listed = {card.provider_id: (card.eligible, card.asked) for card in candidates(reference) if card.wave_number == 2}
    assert listed[busy.id] == (True, False)


def test_a_right_that_is_revoked_between_ranking_and_opening_stops_the_offer():
    kept, revoked = given.providers(1, 1)
    reference = given.cascade(favourites=[kept.id])
    sweep()
    sweep()
    assert given.row(reference).candidates_ready_wave == 2
    revoke_work_right(provider_id=revoked.id, reason="Licence lapsed", by=OPERATOR, at=clock_now())

    given.later(seconds=45)
    sweep()

    assert (given.row(reference).wave_number, given.asked(reference, 2)) == (2, set())


def test_the_time_of_an_asap_job_moves_with_every_wave():
    (favourite,) = given.providers(1)
    given.providers(1)
    reference = given.cascade(favourites=[favourite.id])
    sweep()
    assert given.row(reference).planned.lower == clock_now() + timedelta(minutes=45)

    now = given.later(seconds=45)
    sweep()

    cascade = given.row(reference)
    assert cascade.planned.lower == now + timedelta(minutes=45)
    assert cascade.planned.upper == now + timedelta(minutes=45 + 150)
    assert {offer.work_ends_at for offer in given.offers(reference, wave_number=2)} == {cascade.planned.upper}


def test_windows_of_an_appointment_are_longer_and_its_time_stays():
    given.providers(1)
    starts_at = given.MONDAY + timedelta(days=6)
    reference = given.cascade(starts_at=starts_at)

    sweep()

    cascade = given.row(reference)
    assert (cascade.planned.lower, cascade.planned.upper) == (starts_at, starts_at + timedelta(minutes=150))
    assert cascade.expires_at == clock_now() + timedelta(hours=4)


def test_windows_of_an_appointment_shrink_until_the_last_ends_26_hours_before():
    given.providers(1, 2, 3)
    starts_at = given.MONDAY + timedelta(hours=29)
    reference = given.cascade(starts_at=starts_at)

    for _ in range(3):
        given.until_quiet()
        until = given.row(reference).expires_at
        given.clock_at(until)
    given.until_quiet()

    assert given.row(reference).status == "exhausted"
    assert until == starts_at - timedelta(hours=26)


def test_a_paused_city_waits_and_the_sweep_does_not_spin():
    (expert,) = given.providers(1)
    reference = given.cascade()
    pause(what="matching", city="san-diego", reason="Storm", by=OPERATOR, at=clock_now())

    sweep()
    assert sweep() == 0
    assert (given.row(reference).wave_number, given.offers(reference)) == (0, [])
    assert next_deadline() is None
    resume(what="matching", city="san-diego", by=OPERATOR, at=clock_now())
    sweep()

    assert given.asked(reference, 1) == {expert.id}


def test_a_pause_elsewhere_changes_nothing_here():
    given.providers(1)
    reference = given.cascade()
    pause(what="matching", city="los-angeles", reason="Storm", by=OPERATOR, at=clock_now())

    sweep()

    assert given.row(reference).wave_number == 1


def test_a_reference_has_one_live_cascade():
    given.providers(1)
    reference = given.cascade()

    with pytest.raises(AlreadyMatching):
        given.cascade(reference=reference)

    assert facts(reference) == ["cascade.opened"]


def test_the_next_deadline_is_the_end_of_the_wave():
    given.providers(1)
    reference = given.cascade()
    assert next_deadline() == clock_now()

    given.until_quiet()

    assert next_deadline() == given.row(reference).expires_at
