"""Taking pictures in, and letting them go."""

import hashlib
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from guildhall.kernel.actors import Actor
from guildhall.kernel.ids import new_id
from guildhall.media import objects
from guildhall.media.models import Media, Rendition
from guildhall.media.rendering import Rendered, render
from guildhall.media.types import MediaId


def store_image(*, owner: Actor, data: bytes, at: datetime) -> MediaId:
    """
    Keep a picture in every size, re-encoded and without metadata.

    Decoding takes up to seconds and the objects may lie across a network: call it with no transaction open.

    :raises TooLarge: more than 10 MB or 25 million pixels.
    :raises UnsupportedImage: not a readable JPEG, PNG or WebP.
    """
    media_id = new_id()
    renditions = [(new_id(), rendered) for rendered in render(data)]
    try:
        for name, rendered in renditions:
            objects.put(name, rendered.data)
        _record(media_id, owner, data, renditions, at)
    except BaseException:
        for name, _ in renditions:
            objects.remove(name)
        raise
    return MediaId(media_id)


@transaction.atomic
def remove_image(*, media_id: MediaId) -> None:
    """
    Delete a picture in every size; its objects go when the transaction has committed. One that is gone already is fine.

    Whoever shows it lets go of it first, in the same transaction.
    """
    names = list(Rendition.objects.filter(media_id=media_id).values_list("id", flat=True))
    Media.objects.filter(id=media_id).delete()
    transaction.on_commit(lambda: _remove_objects(names))


def _remove_objects(names: Collection[UUID]) -> None:
    for name in names:
        objects.remove(name)


@transaction.atomic
def _record(media_id: UUID, owner: Actor, data: bytes, renditions: list[tuple[UUID, Rendered]], at: datetime) -> None:
    Media.objects.create(
        id=media_id, owner=str(owner), original_sha256=_sha256(data), original_bytes=len(data), stored_at=at
    )
    Rendition.objects.bulk_create(
        Rendition(
            id=name,
            media_id=media_id,
            size=rendered.size,
            width=rendered.width,
            height=rendered.height,
            byte_count=len(rendered.data),
            sha256=_sha256(rendered.data),
        )
        for name, rendered in renditions
    )


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
