"""Faces of people who do not exist, drawn by code: round shapes in colours of their own, small, and kept through media."""

from __future__ import annotations

import hashlib
import io
import random
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import transaction
from PIL import Image, ImageDraw

from guildhall.cli.demo import peopling
from guildhall.cli.demo.hands import Hands
from guildhall.cli.demo.people import Provider
from guildhall.kernel.actors import Actor
from guildhall.kernel.ids import new_id
from guildhall.media import objects
from guildhall.media.models import Media, Rendition
from guildhall.providers.models import Provider as Row

_SIZE = 160
_SIZES = (1600, 400)
_AT_ONCE = 125
_SKINS = ("#f2d3b8", "#e6b98f", "#cf9766", "#a86f44", "#7d4e2d", "#5a3720")
_HAIR = ("#1f1b18", "#3b2a1e", "#5f4630", "#8a6a3f", "#9b9b9b", "#b5523b")
_BACKS = ("#dbeafe", "#dcfce7", "#fef3c7", "#fae8ff", "#ffe4e6", "#e0e7ff", "#ccfbf1", "#f5f5f4")
_SHIRTS = ("#1d4ed8", "#0f766e", "#b45309", "#7c3aed", "#be123c", "#334155", "#15803d")
Say = Callable[[str], None]


def draw_faces(people: Sequence[Provider], *, at: datetime, say: Say, hands: Hands) -> None:
    """
    Give a picture to everybody who has none.

    They are kept where media keeps pictures, as it would have kept them; only its decoder, a process for each stranger's
    file, has nothing to guard against here.
    """
    ids = peopling.known_ids()
    have = set(Media.objects.values_list("owner", flat=True))
    missing = [(ids[one.email], one) for one in people if str(Actor.provider(ids[one.email])) not in have]
    hands.do([partial(_keep, missing[first : first + _AT_ONCE], at) for first in range(0, len(missing), _AT_ONCE)])
    say(f"{len(missing)} faces")


def _keep(whose: Sequence[tuple[UUID, Provider]], at: datetime) -> None:
    media: list[Media] = []
    renditions: list[Rendition] = []
    shown: list[Row] = []
    for provider_id, person in whose:
        data = face_of(person)
        digest = hashlib.sha256(data).hexdigest()
        owner = str(Actor.provider(provider_id))
        media.append(Media(id=new_id(), owner=owner, original_sha256=digest, original_bytes=len(data), stored_at=at))
        shown.append(Row(pk=provider_id, photograph_id=media[-1].id))
        for size in _SIZES:
            name = new_id()
            objects.put(name, data)
            kept = {"width": _SIZE, "height": _SIZE, "byte_count": len(data), "sha256": digest}
            renditions.append(Rendition(id=name, media_id=media[-1].id, size=size, **kept))
    with transaction.atomic():
        Media.objects.bulk_create(media)
        Rendition.objects.bulk_create(renditions)
        Row.objects.bulk_update(shown, ["photograph"])


def face_of(person: Provider) -> bytes:
    """Draw somebody (WebP, 160 by 160); the same person always looks the same."""
    dice = random.Random(person.email)  # noqa: S311 - a face, nothing secret
    image = Image.new("RGB", (_SIZE, _SIZE), dice.choice(_BACKS))
    draw = ImageDraw.Draw(image)
    skin, hair, shirt = dice.choice(_SKINS), dice.choice(_HAIR), dice.choice(_SHIRTS)
    width, length = dice.randint(28, 34), dice.randint(34, 40)
    _shoulders(draw, shirt, skin)
    if dice.random() < 0.45:  # noqa: PLR2004 - long hair, behind the face
        draw.ellipse((80 - width - 9, 28, 80 + width + 9, 118), fill=hair)
    draw.ellipse((80 - width, 72 - length, 80 + width, 72 + length), fill=skin)
    draw.pieslice((80 - width - 2, 70 - length - 6, 80 + width + 2, 76), 180, 360, fill=hair)
    _looks(draw, dice, hair)
    out = io.BytesIO()
    image.save(out, "WEBP", quality=80, method=0)
    return out.getvalue()


def _shoulders(draw: ImageDraw.ImageDraw, shirt: str, skin: str) -> None:
    draw.ellipse((22, 116, 138, 220), fill=shirt)
    draw.rectangle((68, 96, 92, 124), fill=skin)


def _looks(draw: ImageDraw.ImageDraw, dice: random.Random, hair: str) -> None:
    for middle in (67, 93):
        draw.ellipse((middle - 3, 72, middle + 3, 79), fill="#1c1917")
        if dice.random() < 2 / 3:
            draw.line((middle - 6, 66, middle + 6, 65), fill=hair, width=2)
    if dice.random() < 0.25:  # noqa: PLR2004 - glasses
        for middle in (67, 93):
            draw.ellipse((middle - 9, 67, middle + 9, 85), outline="#292524", width=2)
        draw.line((76, 75, 84, 75), fill="#292524", width=2)
    draw.arc((68, 78, 92, 98), 20, 160, fill="#7f1d1d", width=3)
    if dice.random() < 0.2:  # noqa: PLR2004 - a beard
        draw.arc((58, 66, 102, 110), 30, 150, fill=hair, width=7)
