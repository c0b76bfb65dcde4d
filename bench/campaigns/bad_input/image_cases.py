"""Images as requests: as the body, in base64 and as feedback, under right and wrong names."""

import base64
from collections.abc import Iterator
from dataclasses import replace

from bench.campaigns.bad_input import image_damage, image_traps
from bench.campaigns.bad_input.cases import (
    DIGIT,
    FEEDBACK,
    KEPT,
    READ,
    RECOGNIZE,
    Case,
    post_base64,
    post_fields,
    post_image,
    post_json,
)
from bench.campaigns.bad_input.image_files import foreign_files, save, small, sound_files
from bench.events import PNG

FOREIGN, DAMAGED = "unsupported_image", "invalid_image"
WRONG_MEDIA = "unsupported_media_type"
# What may come of an image that breaks its format's rules: some readers are lenient, none fails.
ODD = (
    READ,
    FOREIGN,
    DAMAGED,
    "image_too_large",
    "animated_image",
    "empty_drawing",
    "too_many_digits",
)
OTHER_TYPES = (
    "image/gif",
    "image/svg+xml",
    "image/apng",
    "image/*",
    "image",
    "*/*",
    "image/png, image/jpeg",
    "text/html",
    "application/octet-stream",
    "multipart/form-data; boundary=x",
)
JPEG_START = (b"\xff\xd8\xff",)  # also of formats that Pillow knows by other names


def sound_image_cases() -> Iterator[Case]:
    """Yield every readable file, in both forms; each must be read as what it shows."""
    for name, data in sound_files():
        yield post_image(name, data, READ, digit=DIGIT)
        yield post_base64(name, data, READ, digit=DIGIT)
    for name, data, readable in image_traps.polyglots():
        if readable:
            yield post_image(name, data, READ, digit=DIGIT)
    yield from _under_wrong_names()


def foreign_image_cases() -> Iterator[Case]:
    """Yield files of other formats, and what is no request with an image."""
    for name, data in foreign_files():
        is_jpeg = data.startswith(JPEG_START)
        yield post_image(name, data, READ if is_jpeg else FOREIGN)
    for name, data, readable in image_traps.polyglots():
        if not readable:
            yield post_image(name, data, FOREIGN)
            yield post_base64(name, data, FOREIGN)
    for content_type in OTHER_TYPES:
        yield post_image(content_type, save(small(), "PNG"), WRONG_MEDIA, content_type=content_type)
    data = save(small(), "PNG")
    yield post_json("a PNG as JSON", RECOGNIZE, data, "invalid_json")
    yield post_image("JSON as a PNG", b'{"strokes": [[[1, 2]]]}', FOREIGN)
    for mangled in (_as_text(data), data.replace(b"\r", b"")):
        yield post_image("a PNG taken for text", mangled, FOREIGN, DAMAGED)


def damaged_image_cases(corrupted: int, seed: int) -> Iterator[Case]:
    """Yield files cut off at every byte, with bytes changed, and against their format's rules."""
    for name, data in image_damage.truncated():
        yield post_image(name, data, *ODD)
    for name, data in image_damage.odd_pngs():
        yield post_image(name, data, *ODD)
    for number, (name, data) in enumerate(image_damage.corrupted(corrupted, seed)):
        yield (post_base64 if number % 4 else post_image)(name, data, *ODD)


def bomb_cases() -> Iterator[Case]:
    """Yield what costs much to whoever trusts it, and animations."""
    for name, data in image_traps.bombs():
        yield post_image(name, data, *ODD)
    for name, data in image_traps.animations():
        yield post_image(name, data, "animated_image")
        yield post_base64(name, data, "animated_image")


def _under_wrong_names() -> Iterator[Case]:
    """Yield each format under the name of each, as a media type and in a data URL."""
    for kind in ("PNG", "JPEG", "WEBP"):
        data = save(small(), kind)
        encoded = base64.b64encode(data).decode()
        for name in (PNG, "image/jpeg", "image/webp"):
            posted = post_image(f"{kind} as {name}", data, READ, digit=DIGIT)
            yield replace(posted, headers={"Content-Type": name})
        for name in ("image/png", "image/gif", "text/html", "", "image/svg+xml;charset=utf-8"):
            fields = {"image": f"data:{name};base64,{encoded}"}
            in_url = post_fields(f"{kind} as data:{name}", RECOGNIZE, fields, READ)
            yield replace(in_url, digit=DIGIT)
        said = {"image": encoded, "label": DIGIT, "consent": True}
        yield post_fields(f"{kind} as feedback", FEEDBACK, said, KEPT)


def _as_text(data: bytes) -> bytes:
    """Return what a sender makes of bytes who takes them for text."""
    return data.decode(errors="replace").encode()
