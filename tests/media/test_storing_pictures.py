"""Strangers' pictures are re-encoded, stripped and kept, or refused with nothing left behind."""

import hashlib
import struct
import subprocess
import sys
import zlib
from datetime import UTC, datetime
from io import BytesIO

import pytest
from PIL import Image

from guildhall.kernel.actors import Actor
from guildhall.kernel.ids import new_id
from guildhall.media import decoding
from guildhall.media.commands import store_image
from guildhall.media.models import Media, Rendition
from guildhall.media.queries import read_picture, read_signed, signed_url
from guildhall.media.rendering import TooLarge, UnsupportedImage

MONDAY = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
PRIYA = Actor.provider(new_id())
GPS, ORIENTATION, ARTIST = 0x8825, 0x0112, 0x013B
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(tmp_path, settings):
    """Objects lie in the test's own folder."""
    settings.STATE = tmp_path
    return tmp_path / "media"


def written(image, kind, **options):
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def picture(width=800, height=600, colour=(200, 30, 30)):
    return Image.new("RGB", (width, height), colour)


def store(data):
    return store_image(owner=PRIYA, data=data, at=MONDAY)


def shown(media_id, size):
    rendition = read_signed(signed_url(media_id, size, seconds=60).removeprefix("/media/"))
    return Image.open(BytesIO(read_picture(rendition)), formats=("WEBP",))


def nothing_was_kept(folder):
    return not Media.objects.exists() and not Rendition.objects.exists() and not list(folder.rglob("*.webp"))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_each_allowed_kind_becomes_webp_in_two_sizes(kind, folder):
    data = written(picture(2000, 1000), kind)

    media_id = store(data)

    large, small = shown(media_id, 1600), shown(media_id, 400)
    assert (large.format, large.size, small.format, small.size) == ("WEBP", (1600, 800), "WEBP", (400, 200))
    red, green, blue = small.convert("RGB").getpixel((200, 100))
    assert (abs(red - 200) < 8, abs(green - 30) < 8, abs(blue - 30) < 8) == (True, True, True)
    row = Media.objects.get(id=media_id)
    assert (row.owner, row.original_bytes, row.stored_at) == (str(PRIYA), len(data), MONDAY)
    assert row.original_sha256 == hashlib.sha256(data).hexdigest()


def test_rows_say_what_the_objects_are_and_objects_are_named_by_ids_only(folder):
    media_id = store(written(picture(), "PNG"))

    rows = {row.id: row for row in Rendition.objects.filter(media_id=media_id)}
    objects = {path.stem: path.read_bytes() for path in folder.rglob("*.*")}
    assert set(objects) == {str(rendition_id) for rendition_id in rows}
    for rendition_id, row in rows.items():
        data = objects[str(rendition_id)]
        assert (row.sha256, row.byte_count) == (hashlib.sha256(data).hexdigest(), len(data))


def test_a_small_picture_is_not_enlarged():
    media_id = store(written(picture(300, 200), "PNG"))

    assert (shown(media_id, 1600).size, shown(media_id, 400).size) == ((300, 200), (300, 200))


def test_a_picture_taken_sideways_stands_upright_and_tells_nobody_where(folder):
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif[ARTIST] = "Ana Lovelace"
    exif.get_ifd(GPS).update({1: "N", 2: (32.0, 42.0, 56.0), 3: "W", 4: (117.0, 9.0, 40.0)})
    data = written(picture(800, 600), "JPEG", exif=exif, comment=b"Ana Lovelace")
    assert b"Ana Lovelace" in data

    media_id = store(data)

    large = shown(media_id, 1600)
    assert large.size == (600, 800)
    assert dict(large.getexif()) == {}
    assert not {"exif", "xmp", "icc_profile", "comment"} & large.info.keys()
    assert not any(b"Ana Lovelace" in path.read_bytes() for path in folder.rglob("*.webp"))


def test_transparency_stays():
    data = written(Image.new("RGBA", (50, 50), (0, 0, 0, 0)), "PNG")

    assert shown(store(data), 400).convert("RGBA").getpixel((10, 10))[3] == 0


def test_of_an_animation_the_first_frame_is_kept():
    frames = [picture(40, 40, (0, n % 256, 0)) for n in range(300)]
    data = written(frames[0], "WEBP", save_all=True, append_images=frames[1:], duration=10, lossless=True)

    large = shown(store(data), 1600)

    assert getattr(large, "n_frames", 1) == 1
    assert large.convert("RGB").getpixel((20, 20))[1] < 8


def test_a_page_hidden_in_a_picture_does_not_survive(folder):
    script = b"<html><script>alert(1)</script>"

    media_id = store(written(picture(), "JPEG", comment=script) + script)

    assert shown(media_id, 1600).size == (800, 600)
    assert not any(b"<script>" in path.read_bytes() for path in folder.rglob("*.webp"))


def png(width, height, bits=8, colour=2, pixels=zlib.compress(b"\0")):  # noqa: B008 - bytes do not change
    """A PNG that claims a size; unless given, it has no pixels worth the name."""

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "data",
    [png(50_000, 50_000), png(5_001, 5_000), b"\xff\xd8" + bytes(10 * 1024 * 1024)],
    ids=["2,500 MP", "just above 25 MP", "above 10 MB"],
)
def test_what_is_too_large_is_refused_before_it_is_decoded(data, folder):
    with pytest.raises(TooLarge) as refusal:
        store(data)

    assert (refusal.value.status, refusal.value.code) == (413, "too_large")
    assert nothing_was_kept(folder)


def test_twenty_five_million_pixels_are_taken():
    media_id = store(written(Image.new("RGB", (5_000, 5_000)), "PNG"))

    assert shown(media_id, 1600).size == (1600, 1600)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<!doctype html><script>alert(1)</script>",
        b"%PDF-1.7\n1 0 obj <</S /JavaScript /JS (app.alert(1))>>",
        b"\x1f\x8b" + zlib.compress(b"SIMPLE  =                    T" + bytes(100_000)),
        b"SIMPLE  =                    T" + b" " * 2850,
        b"8BPS\0\1" + bytes(40),
        b"\x89PNG\r\n\x1a\n" + bytes(100),
        png(100, 100),
        written(picture(), "JPEG")[:2_000],
        written(picture(), "TIFF"),
        written(picture(), "GIF"),
        written(picture(), "BMP"),
    ],
    ids=[
        "empty",
        "text",
        "svg",
        "html",
        "pdf",
        "gzip",
        "fits",
        "psd",
        "png-magic",
        "no-pixels",
        "cut-jpeg",
        "tiff",
        "gif",
        "bmp",
    ],
)
def test_what_is_no_allowed_picture_is_refused(data, folder):
    with pytest.raises(UnsupportedImage) as refusal:
        store(data)

    assert (refusal.value.status, refusal.value.code) == (415, "unsupported_image")
    assert nothing_was_kept(folder)


def test_the_decoder_dies_of_hunger_before_the_machine_does():
    """A guard behind the guard: without the pixel check 32 KB would unfold to a gigabyte."""
    rows = zlib.compress(bytes((16_000 // 8 + 1) * 16_000))
    bomb = png(16_000, 16_000, bits=1, colour=0, pixels=rows)
    command = [sys.executable, "-I", decoding.__file__, str(10**9), "400"]

    done = subprocess.run(command, input=bomb, capture_output=True, check=False)

    assert len(bomb) < 40_000
    assert done.returncode not in {0, decoding.TOO_LARGE}
    assert b"MemoryError" in done.stderr
    assert done.stdout == b""
