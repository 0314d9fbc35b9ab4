"""Photographs of the work: one's own, while there is something to show, and not without end."""

import io

import pytest
from PIL import Image

from guildhall.bookings.commands import EVIDENCE_MOST, add_evidence
from guildhall.bookings.commands.evidence import EnoughEvidence
from guildhall.bookings.models import Evidence
from guildhall.bookings.queries import get_work
from guildhall.kernel.ids import new_id
from guildhall.kernel.moves import MoveRefused
from guildhall.kernel.refusals import NotFound
from guildhall.media.commands import store_image
from guildhall.media.models import Media
from guildhall.media.types import MediaId
from guildhall.timers.queries import clock_now
from tests import given_bookings as given
from tests import given_people as people

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _a_folder_of_its_own(settings, tmp_path):
    settings.STATE = tmp_path


def picture(person):
    drawn = io.BytesIO()
    Image.new("RGB", (64, 48), "teal").save(drawn, "JPEG")
    return store_image(owner=person.actor, data=drawn.getvalue(), at=clock_now())


def test_a_photograph_is_kept_with_the_job_and_both_sides_see_it(ana, priya):
    booking_id = given.started(ana, priya)
    media_id = picture(priya)

    add_evidence(booking_id=booking_id, media_id=media_id, by=priya.actor, at=clock_now())

    assert given.facts(booking_id)[-1] == "booking.evidence_added"
    [mine] = get_work(booking_id=booking_id, by=priya.actor, at=clock_now()).photographs
    [theirs] = get_work(booking_id=booking_id, by=ana.actor, at=clock_now()).photographs
    assert (mine.media_id, mine.is_mine, theirs.is_mine) == (media_id, True, False)


def test_what_is_not_ones_own_is_not_found(ana, priya):
    booking_id = given.started(ana, priya)
    foreign = picture(ana)
    before = given.facts(booking_id)

    for media_id, by in (
        (foreign, priya.actor),
        (MediaId(new_id()), priya.actor),
        (foreign, people.customer("Carl").actor),
    ):
        with pytest.raises(NotFound):
            add_evidence(booking_id=booking_id, media_id=media_id, by=by, at=clock_now())

    assert given.facts(booking_id) == before
    assert not Evidence.objects.exists()


def test_there_is_a_time_for_photographs_and_an_end_of_them(ana, priya):
    early = given.taken(ana, priya)
    media_id = picture(priya)
    with pytest.raises(MoveRefused):
        add_evidence(booking_id=early, media_id=media_id, by=priya.actor, at=clock_now())

    booking_id = given.started(ana, priya, hours_ahead=144)
    for _ in range(EVIDENCE_MOST):
        one = Media.objects.create(
            id=new_id(), owner=str(priya.actor), original_sha256="0", original_bytes=1, stored_at=clock_now()
        )
        add_evidence(booking_id=booking_id, media_id=one.id, by=priya.actor, at=clock_now())
    with pytest.raises(EnoughEvidence):
        add_evidence(booking_id=booking_id, media_id=media_id, by=priya.actor, at=clock_now())

    assert Evidence.objects.count() == EVIDENCE_MOST
