"""Links to pictures, and what they open. Links count real time, whatever the sandbox's clock says."""

import time

from django.core.signing import BadSignature, SignatureExpired, TimestampSigner, b62_encode

from guildhall.kernel.actors import Actor
from guildhall.kernel.refusals import NotAllowed, NotFound
from guildhall.media import objects
from guildhall.media.models import Media, Rendition
from guildhall.media.types import MediaId, Picture, Size

_SIGNER = TimestampSigner(salt="guildhall.media")


_STEADY_SECONDS = 3_600


class _HalfHours(TimestampSigner):
    """Signs as if it were the last full half hour."""

    def timestamp(self) -> str:
        """Give that moment."""
        half_an_hour = _STEADY_SECONDS // 2
        return b62_encode(int(time.time()) // half_an_hour * half_an_hour)


_STEADY = _HalfHours(salt=_SIGNER.salt)


class LinkInvalid(NotAllowed):
    """The link was not made by us."""

    code = "link_invalid"
    default_detail = "This link is not valid."


class LinkExpired(NotAllowed):
    """The link was good once."""

    code = "link_expired"
    default_detail = "This link has expired. Open the page again to get a fresh one."


def signed_url(media_id: MediaId, size: Size, *, seconds: int) -> str:
    """Give the path that shows a picture to whoever holds it, for so many seconds of real time."""
    return f"/media/{_SIGNER.sign_object([media_id.hex, size, seconds])}"


def steady_url(media_id: MediaId, size: Size) -> str:
    """
    Give a path that shows a picture to whoever holds it, the same for half an hour, so that browsers fetch it once.

    It opens for half an hour to an hour from now (real time).
    """
    return f"/media/{_STEADY.sign_object([media_id.hex, size, _STEADY_SECONDS])}"


def is_owned_by(media_id: MediaId, owner: Actor) -> bool:
    """Whether a picture is there and was given by this actor."""
    return Media.objects.filter(id=media_id, owner=str(owner)).exists()


def read_signed(token: str) -> Picture:
    """
    Give the rendition that a link's token opens.

    :raises LinkInvalid: when the token is forged or cut.
    :raises LinkExpired: when its time is over.
    :raises NotFound: when the picture is gone.
    """
    try:
        media_id, size, seconds = _SIGNER.unsign_object(token)
        _SIGNER.unsign(token, max_age=seconds)
    except SignatureExpired:
        raise LinkExpired from None
    except BadSignature:
        raise LinkInvalid from None
    row = Rendition.objects.filter(media_id=media_id, size=size).first()
    if row is None:
        raise NotFound
    return Picture(
        media_id=MediaId(row.media_id),
        rendition_id=row.id,
        size=row.size,
        width=row.width,
        height=row.height,
        byte_count=row.byte_count,
        sha256=row.sha256,
    )


def read_picture(picture: Picture) -> bytes:
    """Give a rendition's bytes."""
    return objects.read(picture.rendition_id)
