"""Renditions of a picture, made by the isolated decoder."""

import json
import logging
import subprocess
import sys
from dataclasses import dataclass

from guildhall.kernel.refusals import Refused
from guildhall.media import decoding
from guildhall.media.types import SIZES

log = logging.getLogger("guildhall.media")
_BYTES_MAX = 10 * 1024 * 1024
_PIXELS_MAX = 25_000_000
_SECONDS_MAX = 30


class TooLarge(Refused):
    """More bytes or more pixels than we take."""

    code = "too_large"
    status = 413
    default_detail = "A picture may have 10 MB and 25 million pixels at most."


class UnsupportedImage(Refused):
    """Not a picture that we can read."""

    code = "unsupported_image"
    status = 415
    default_detail = "Please send a JPEG, PNG or WebP picture."


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """One size of a picture: clean WebP bytes."""

    size: int
    width: int
    height: int
    data: bytes


def render(data: bytes) -> list[Rendered]:
    """
    Make every size of a picture, largest first, without its metadata.

    :raises TooLarge: by bytes, or by the pixels its header claims.
    :raises UnsupportedImage: when it is no JPEG, PNG or WebP, is broken, or needs more memory or time than the decoder has.
    """
    if len(data) > _BYTES_MAX:
        raise TooLarge
    output = _decode(data)
    header, _, rest = output.partition(b"\n")
    renditions = []
    for each in json.loads(header):
        body, rest = rest[: each["bytes"]], rest[each["bytes"] :]
        renditions.append(Rendered(size=each["size"], width=each["width"], height=each["height"], data=body))
    return renditions


def _decode(data: bytes) -> bytes:
    command = [sys.executable, "-I", decoding.__file__, str(_PIXELS_MAX), *map(str, SIZES)]
    try:
        done = subprocess.run(command, input=data, capture_output=True, env={}, timeout=_SECONDS_MAX, check=False)  # noqa: S603 - our own program
    except subprocess.TimeoutExpired:
        raise UnsupportedImage from None
    if done.returncode == decoding.TOO_LARGE:
        raise TooLarge
    if done.returncode != 0:
        log.info("a picture was refused: %s", done.stderr[-200:].decode(errors="replace").strip())
        raise UnsupportedImage
    return done.stdout
