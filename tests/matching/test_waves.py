"""A cascade goes out in waves: favourites, then tier by tier, until somebody takes the job or nobody is left."""

from datetime import timedelta

import pytest

from guildhall.eventlog.queries import timeline
from guildhall.kernel.actors import Actor
from guildhall.kernel.invariants import Invariant
from guildhall.matching.invariants import INVARIANTS
from guildhall.matching.queries import candidates, get_cascade
from guildhall.policy.commands import pause, resume
from guildhall.timers.firing import sweep
from guildhall.timers.queries import clock_now, next_deadline
from tests import given_matching as given

pytestmark = pytest.mark.django_db


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
