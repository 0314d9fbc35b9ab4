"""A link opens one picture in one size for a while; nothing else does."""

from datetime import UTC, datetime
from io import BytesIO

import pytest
from django.core import signing
from PIL import Image

from guildhall.kernel.actors import Actor
from guildhall.kernel.ids import new_id
from guildhall.kernel.refusals import NotFound
from guildhall.media.commands import store_image
from guildhall.media.queries import LinkExpired, LinkInvalid, read_picture, read_signed, signed_url
from guildhall.media.types import MediaId

MONDAY = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def media_id(tmp_path, settings):
    settings.STATE = tmp_path
    file = BytesIO()
    Image.new("RGB", (800, 600)).save(file, "PNG")
    return store_image(owner=Actor.customer(new_id()), data=file.getvalue(), at=MONDAY)


def token_of(url):
    assert url.startswith("/media/")
    return url.removeprefix("/media/")


def test_a_link_opens_the_size_it_was_made_for(media_id):
    opened = read_signed(token_of(signed_url(media_id, 400, seconds=60)))

    assert (opened.media_id, opened.size, opened.width, opened.height) == (media_id, 400, 400, 300)
    assert opened.content_type == "image/webp"
    assert len(read_picture(opened)) == opened.byte_count


def test_a_link_ends(media_id, monkeypatch):
    token = token_of(signed_url(media_id, 400, seconds=60))
    made_at = signing.time.time()

    monkeypatch.setattr(signing.time, "time", lambda: made_at + 59)
    assert read_signed(token).size == 400
    monkeypatch.setattr(signing.time, "time", lambda: made_at + 62)
    with pytest.raises(LinkExpired) as refusal:
        read_signed(token)
    assert (refusal.value.status, refusal.value.code) == (403, "link_expired")


@pytest.mark.parametrize(
    "change", [lambda t: t[:-1], lambda t: "x" + t, lambda _: "", lambda _: "a:b:c", lambda t: t + "A"]
)
def test_a_forged_or_cut_link_opens_nothing(media_id, change):
    with pytest.raises(LinkInvalid) as refusal:
        read_signed(change(token_of(signed_url(media_id, 400, seconds=60))))

    assert (refusal.value.status, refusal.value.code) == (403, "link_invalid")


def test_a_value_signed_for_another_purpose_is_no_link(media_id):
    foreign = signing.TimestampSigner(salt="other").sign_object([media_id.hex, 400, 60])

    with pytest.raises(LinkInvalid):
        read_signed(foreign)


def test_a_good_link_to_a_picture_that_is_gone_finds_nothing():
    with pytest.raises(NotFound):
        read_signed(token_of(signed_url(MediaId(new_id()), 400, seconds=60)))
