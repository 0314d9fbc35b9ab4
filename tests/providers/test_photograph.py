"""A provider's photograph: clean, their own, the only one kept, and gone when they say so."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from guildhall.kernel.ids import public_id
from guildhall.kernel.refusals import NotAllowed, NotFound
from guildhall.media.commands import store_image
from guildhall.media.models import Media
from guildhall.media.queries import read_picture, read_signed, steady_url
from guildhall.providers.commands import set_photograph
from guildhall.providers.queries import get_profile
from guildhall.timers.queries import clock_now
from tests import given_people as people
from tests.api.browser import browser

pytestmark = pytest.mark.django_db
WHERE = 0x8825
"""The tag under which cameras write where a picture was taken."""


@pytest.fixture(autouse=True)
def folder(tmp_path, settings):
    settings.STATE = tmp_path
    return tmp_path / "media"


@pytest.fixture
def priya():
    return people.provider()


def photograph(colour=(200, 30, 30)):
    """A photograph with the place where it was taken."""
    out, exif = BytesIO(), Image.Exif()
    exif[WHERE] = {1: "N", 2: (32.0, 43.0, 0.0)}
    Image.new("RGB", (900, 600), colour).save(out, "JPEG", exif=exif)
    return out.getvalue()


def sent(data, name="me.jpg"):
    return {"photograph": SimpleUploadedFile(name, data)}


def files(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def test_it_is_sent_shown_replaced_and_removed(priya, folder, django_capture_on_commit_callbacks):
    mine, public = browser(priya), f"/providers/{public_id('pr', priya.id)}"
    assert "/media/" not in mine.get(public).content.decode()

    assert mine.post("/pro/work/photograph", sent(photograph())).status_code == 303

    first = get_profile(priya.id).photograph
    shown = Image.open(BytesIO(read_picture(read_signed(steady_url(first, 400).removeprefix("/media/")))))
    assert (shown.format, dict(shown.getexif())) == ("WEBP", {})
    for page in (public, "/pro/work/about"):
        assert steady_url(first, 400) in mine.get(page).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        mine.post("/pro/work/photograph", sent(photograph((30, 30, 200))))
    assert get_profile(priya.id).photograph != first
    assert Media.objects.count() == 1
    assert len(files(folder)) == 2
    with django_capture_on_commit_callbacks(execute=True):
        assert mine.post("/pro/work/photograph/removal").status_code == 303
    assert get_profile(priya.id).photograph is None
    assert files(folder) == []
    assert "/media/" not in mine.get(public).content.decode()
    assert mine.post("/pro/work/photograph/removal").status_code == 303


def test_what_cannot_be_shown_is_refused_in_words_and_the_one_before_stays(priya, folder):
    mine = browser(priya)
    mine.post("/pro/work/photograph", sent(photograph()))
    before = get_profile(priya.id).photograph

    for data, words in (
        (b"%PDF-1.7 a letter", "Please send a JPEG, PNG or WebP picture."),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "Please send a JPEG, PNG or WebP picture."),
        (b"x" * (10 * 1024 * 1024 + 1), "A picture may have 10 MB and 25 million pixels at most."),
    ):
        answer = mine.post("/pro/work/photograph", sent(data))
        assert answer.status_code == 422
        assert words in answer.content.decode()
    assert mine.post("/pro/work/photograph").status_code == 422

    assert get_profile(priya.id).photograph == before
    assert len(files(folder)) == 2


def test_nobody_shows_another_or_somebody_elses_picture(priya):
    mei, ana = people.provider("Mei"), people.customer()
    theirs = store_image(owner=mei.actor, data=photograph(), at=clock_now())

    with pytest.raises(NotFound):
        set_photograph(provider_id=priya.id, media_id=theirs, by=priya.actor)
    with pytest.raises(NotFound):
        set_photograph(provider_id=priya.id, media_id=theirs, by=mei.actor)
    with pytest.raises(NotAllowed):
        set_photograph(provider_id=priya.id, media_id=None, by=ana.actor)

    assert get_profile(priya.id).photograph is None
