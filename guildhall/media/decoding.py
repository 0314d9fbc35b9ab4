"""
The program that looks into a stranger's picture: a process of its own with little memory and time, and nothing of ours loaded.

It reads the picture from standard input and writes one line of JSON and the renditions after it. Its arguments are the most
pixels and the sizes. It imports nothing of Guildhall, because it runs isolated (`python -I`).
"""

import json
import resource
import sys
from io import BytesIO

TOO_LARGE = 3
_MEMORY_BYTES = 768 * 1024 * 1024
_CPU_SECONDS = 20


def main(pixels_max: int, sizes: list[int]) -> None:
    """Decode the first frame, turn it upright, drop all metadata and write it in each size as WebP."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    from PIL import Image, ImageOps  # noqa: PLC0415 - the limits come first

    Image.MAX_IMAGE_PIXELS = None  # ours is stricter, and asked before any pixel is decoded
    with Image.open(BytesIO(sys.stdin.buffer.read()), formats=("JPEG", "PNG", "WEBP")) as picture:
        if picture.width * picture.height > pixels_max:
            sys.exit(TOO_LARGE)
        upright = ImageOps.exif_transpose(picture)
    clean = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    clean.info.clear()
    header, bodies = [], []
    for size in sizes:
        clean.thumbnail((size, size))
        body = BytesIO()
        clean.save(body, "WEBP", quality=82)
        header.append({"size": size, "width": clean.width, "height": clean.height, "bytes": body.tell()})
        bodies.append(body.getvalue())
    sys.stdout.buffer.write(json.dumps(header).encode() + b"\n" + b"".join(bodies))


if __name__ == "__main__":
    main(int(sys.argv[1]), sorted(map(int, sys.argv[2:]), reverse=True))
