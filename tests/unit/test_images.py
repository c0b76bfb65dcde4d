"""Images of any polarity, transparency, bit depth and palette give the same ink."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from bench.fuzz import chunks
from chalicelib.errors import (
    AnimatedImage,
    EmptyDrawing,
    ImageTooLarge,
    InvalidImage,
    UnsupportedImage,
)
from chalicelib.limits import MAX_JPEG_SCANS
from chalicelib.recognition.drawing import Picture
from chalicelib.recognition.images import decode_image
from chalicelib.recognition.ink import find_ink
from chalicelib.recognition.normalise import ink_box, normalise
from chalicelib.recognition.png import encode_picture, encode_png
from tests.unit.digits import THREE, Colour, draw, encode, likeness

WHITE, BLACK = (255, 255, 255), (0, 0, 0)


def picture_of(data: bytes) -> Picture:
    return normalise(decode_image(data))


@pytest.fixture(scope="module")
def reference() -> Picture:
    return picture_of(encode(draw(THREE)))


def assert_same(found: Picture, expected: Picture) -> None:
    assert likeness(found, expected) > 0.8


@pytest.mark.parametrize(
    ("paper", "ink"),
    [
        (BLACK, WHITE),
        (WHITE, (30, 60, 200)),
        ((250, 240, 60), (255, 255, 255)),
        ((20, 60, 20), (200, 40, 40)),
        ((128, 128, 128), (150, 150, 150)),
        ((200, 0, 0), (0, 110, 0)),
    ],
)
def test_colours_and_polarity_do_not_matter(paper: Colour, ink: Colour, reference: Picture) -> None:
    assert_same(picture_of(encode(draw(THREE, paper=paper, ink=ink))), reference)


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "I;16"])
def test_every_mode_of_a_png(mode: str, reference: Picture) -> None:
    grey = draw(THREE).convert("L")
    if mode == "I;16":
        image = Image.fromarray(np.asarray(grey).astype(np.uint16) * 257)
    else:
        image = grey.convert(mode)
    assert_same(picture_of(encode(image)), reference)


def test_a_faint_16_bit_png_is_not_clipped(reference: Picture) -> None:
    grey = np.asarray(draw(THREE).convert("L")).astype(np.uint16)
    assert_same(picture_of(encode(Image.fromarray(grey * 200 + 5000))), reference)


def test_jpeg_and_webp_and_cmyk(reference: Picture) -> None:
    image = draw(THREE, ink=(20, 20, 90))
    assert_same(picture_of(encode(image, "JPEG", quality=40)), reference)
    assert_same(picture_of(encode(image.convert("CMYK"), "JPEG")), reference)
    assert_same(picture_of(encode(image, "WEBP", quality=50)), reference)
    assert_same(picture_of(encode(image, "WEBP", lossless=True)), reference)


@pytest.mark.parametrize("ink", [BLACK, WHITE, (0, 90, 255)])
def test_ink_on_a_transparent_background(ink: Colour, reference: Picture) -> None:
    coverage = draw(THREE, paper=BLACK, ink=WHITE).convert("L")
    image = Image.new("RGBA", coverage.size, (*ink, 0))
    image.putalpha(coverage)
    assert_same(picture_of(encode(image)), reference)


def test_a_palette_with_a_transparent_colour(reference: Picture) -> None:
    image = draw(THREE).convert("L").point(lambda v: 255 if v > 128 else 0).convert("P")
    data = encode(image, transparency=255)
    assert_same(picture_of(data), reference)


def test_rounded_transparent_corners_are_not_ink(reference: Picture) -> None:
    image = draw(THREE).convert("RGBA")
    alpha = Image.new("L", image.size, 255)
    alpha.paste(0, (0, 0, 30, 30))
    alpha.paste(0, (250, 250, 280, 280))
    image.putalpha(alpha)
    assert_same(picture_of(encode(image)), reference)


def test_a_shadow_across_the_paper_is_paper(reference: Picture) -> None:
    seed = 7
    print("seed", seed)
    rng = np.random.default_rng(seed)
    shade = np.linspace(0.45, 1, 280)[None, :, None] * np.linspace(0.8, 1, 280)[:, None, None]
    shaded = np.asarray(draw(THREE)) * shade + rng.normal(0, 4, (280, 280, 3))
    photo = Image.fromarray(shaded.clip(0, 255).astype(np.uint8))
    assert_same(picture_of(encode(photo, "JPEG")), reference)


def test_a_photo_is_turned_upright_as_its_camera_says(reference: Picture) -> None:
    lying = draw(THREE).transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6
    assert_same(picture_of(encode(lying, "JPEG", exif=exif, quality=95)), reference)


def test_boxes_of_reduced_images_are_in_pixels_of_the_original() -> None:
    image = draw(THREE, side_px=1800, size_px=900, brush_px=60, at=(300, 400))
    drawing = decode_image(encode(image))
    assert drawing.ink.shape[0] < 200
    box = ink_box(drawing)
    assert (box.x, box.y, box.height) == pytest.approx((300, 400, 900), abs=drawing.pixel_size)


@pytest.mark.parametrize("side_px", [1025, 1801, 2000])
@pytest.mark.parametrize("progressive", [False, True])
def test_a_large_jpeg_gives_what_a_png_of_its_size_does(side_px: int, *, progressive: bool) -> None:
    image = draw(THREE, side_px=side_px, size_px=900, brush_px=60, at=(60, 100))
    png = decode_image(encode(image))
    jpeg = decode_image(encode(image, "JPEG", progressive=progressive))
    assert jpeg.pixel_size == png.pixel_size
    assert ink_box(jpeg) == pytest.approx(ink_box(png), abs=jpeg.pixel_size)
    assert_same(normalise(jpeg), normalise(png))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
def test_a_large_png_is_reduced_by_the_means_of_squares(mode: str) -> None:
    generator = np.random.default_rng(5)
    grey = np.kron(generator.integers(0, 2, (13, 17)) * 255, np.ones((99, 99))).astype(np.uint8)
    found = decode_image(encode(Image.fromarray(grey).convert(mode)))
    rows, columns = (side // 3 for side in grey.shape)
    means = grey.reshape(rows, 3, columns, 3).mean(axis=(1, 3))
    expected = find_ink(np.rint(means).astype(np.uint8), 3.0)
    assert found[1:] == expected[1:]
    assert np.abs(found.ink - expected.ink).max() < 0.01


def test_what_may_be_several_rows_is_not_reduced() -> None:
    one = draw(THREE, side_px=280, size_px=250, brush_px=25, at=(10, 10))
    rows = Image.new("RGB", (280, 280), WHITE)
    small = draw(THREE, side_px=130, size_px=100, brush_px=10, at=(10, 10)).convert("RGB")
    for top in (0, 145):
        rows.paste(small, (0, top))
    assert decode_image(encode(one)).pixel_size == 2
    assert decode_image(encode(rows)).pixel_size == 1


@pytest.mark.parametrize("paper", [WHITE, BLACK, (90, 120, 30)])
def test_a_blank_image_is_empty(paper: Colour) -> None:
    with pytest.raises(EmptyDrawing):
        decode_image(encode(Image.new("RGB", (50, 40), paper)))


def test_a_wholly_transparent_image_is_empty() -> None:
    with pytest.raises(EmptyDrawing):
        decode_image(encode(Image.new("RGBA", (50, 40), (9, 9, 9, 0))))


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF", "ICO", "PPM"])
def test_other_formats_are_unsupported_whatever_their_name(kind: str) -> None:
    with pytest.raises(UnsupportedImage):
        decode_image(encode(draw(THREE, side_px=64, size_px=40, brush_px=5, at=(9, 9)), kind))


@pytest.mark.parametrize("data", [b"", b"<svg/>", b"\x89PN", b"GIF89a", bytes(100)])
def test_bytes_that_are_no_image_are_unsupported(data: bytes) -> None:
    with pytest.raises(UnsupportedImage):
        decode_image(data)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_half_a_file_is_an_invalid_image(kind: str) -> None:
    data = encode(draw(THREE), kind)
    for length in (40, len(data) // 3, len(data) // 2, len(data) * 9 // 10):
        with pytest.raises(InvalidImage):
            decode_image(data[:length])


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_damaged_bytes_give_an_answer_or_one_of_our_errors(kind: str) -> None:
    seed = int(np.random.default_rng().integers(1 << 30))
    print("seed", seed)
    rng = np.random.default_rng(seed)
    data = encode(draw(THREE, side_px=64, size_px=40, brush_px=5, at=(9, 9)), kind)
    for _ in range(150):
        damaged = bytearray(data)
        for at in rng.integers(0, len(data), 3):
            damaged[at] = rng.integers(0, 256)
        try:
            ink = decode_image(bytes(damaged)).ink
        except (AnimatedImage, EmptyDrawing, ImageTooLarge, InvalidImage, UnsupportedImage):
            continue
        assert np.isfinite(ink).all()
        assert 0 <= ink.min() <= ink.max() <= 1


def bomb(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes(min((width // 8 + 1) * height, 20_000_000)))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(("width", "height"), [(9000, 9000), (4097, 10), (10, 4097), (2500, 1601)])
def test_a_bomb_is_refused_by_its_header(width: int, height: int) -> None:
    with pytest.raises(ImageTooLarge):
        decode_image(bomb(width, height))


def test_an_absurd_size_is_refused() -> None:
    with pytest.raises((ImageTooLarge, InvalidImage)):
        decode_image(bomb(2_000_000_000, 2_000_000_000))


def test_a_palette_that_is_missing_is_said_so() -> None:
    indexed = encode(draw(THREE).convert("P"))
    with pytest.raises(InvalidImage, match="no palette"):
        decode_image(chunks.packed(chunks.bare(indexed).replace(b"PLTE", b"pLTE")))


def test_a_jpeg_of_many_scans_is_refused_before_it_is_decoded() -> None:
    """Each scan goes over the whole picture, whatever few bytes it takes."""
    data = encode(draw(THREE), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    scan = data[last:-2]
    found = data.count(b"\xff\xda")
    most = data[:last] + scan * (MAX_JPEG_SCANS - found + 1) + data[-2:]
    assert decode_image(most).ink.any()
    with pytest.raises(InvalidImage, match=f"more than {MAX_JPEG_SCANS} scans"):
        decode_image(data[:last] + scan * (MAX_JPEG_SCANS - found + 2) + data[-2:])


@pytest.mark.parametrize("size", [(304, 1), (1, 300), (4, 3600), (4096, 8), (31, 4096)])
def test_an_image_of_any_shape_is_read(size: tuple[int, int]) -> None:
    bar = np.full(max(size), 255, np.uint8)
    bar[len(bar) // 4 : len(bar) // 2] = 0
    along = np.tile(bar, (min(size), 1))
    image = Image.fromarray(along if size[0] > size[1] else along.T)
    drawing = decode_image(encode(image))
    length = ink_box(drawing)[2 + size.index(max(size))]
    assert length == pytest.approx(len(bar) // 4, abs=2 * drawing.pixel_size - 2)
    decode_image(encode(image, "JPEG"))  # of which a decoder leaves one pixel where it was narrow


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_animations_are_refused(kind: str) -> None:
    frames = [draw(THREE, side_px=64, size_px=s, brush_px=5, at=(9, 9)) for s in (30, 40)]
    with pytest.raises(AnimatedImage):
        decode_image(encode(frames[0], kind, save_all=True, append_images=frames[1:]))


def test_an_encoded_picture_decodes_to_the_same_pixels() -> None:
    rng = np.random.default_rng(3)
    grey = rng.integers(0, 256, (31, 17), dtype=np.uint8)
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(encode_png(grey)))), grey)
    picture = (grey / 255).astype(np.float32)
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(encode_picture(picture)))), grey)
