"""A drawing of several digits falls into these digits; one of one digit stays whole."""

import tracemalloc

import numpy as np
import pytest
from numpy.typing import NDArray

from chalicelib.errors import EmptyDrawing, TooManyDigits
from chalicelib.limits import MAX_DIGITS
from chalicelib.recognition.drawing import Drawing, InkDrawing, Picture, Points, StrokeDrawing
from chalicelib.recognition.images import decode_image
from chalicelib.recognition.normalise import ink_box
from chalicelib.recognition.recognizer import Recognizer
from chalicelib.recognition.segmentation import Parting, segment
from chalicelib.recognition.segmentation.cuts import find_seams
from chalicelib.recognition.segmentation.ink_sheet import InkSheet
from chalicelib.recognition.segmentation.stroke_sheet import StrokeSheet
from tests.unit.digits import SEVEN, draw, encode
from tests.unit.strings import OWN_DIGITS, set_row
from tests.unit.test_recognizer import published

SEED = 9
recognizer = pytest.fixture(published, scope="module")


def read(recognizer: Recognizer, drawing: Drawing) -> str:
    (reading,) = recognizer.recognize(drawing)
    return "".join(digit.label for digit in reading.digits)


def as_image(strokes: tuple[NDArray[np.float64], ...], brush_px: float = 7) -> InkDrawing:
    points = np.concatenate(strokes)
    size_px = float(np.ptp(points, axis=0).max())
    return decode_image(
        encode(
            draw(strokes, side_px=int(size_px) + 60, size_px=size_px, brush_px=brush_px, at=(9, 9))
        )
    )


@pytest.mark.parametrize("digit", OWN_DIGITS)
def test_a_digit_stays_whole_however_many_strokes_it_has(
    recognizer: Recognizer, digit: str
) -> None:
    assert read(recognizer, StrokeDrawing(OWN_DIGITS[digit])) == digit[0]
    assert read(recognizer, as_image(OWN_DIGITS[digit])) == digit[0]


@pytest.mark.parametrize("gap", [8, 30, 60])
@pytest.mark.parametrize("text", ["73", "1073", "305174", "317430571073"])
def test_digits_in_a_row_are_read_in_order(recognizer: Recognizer, text: str, gap: float) -> None:
    strokes = set_row(text, gap)
    assert read(recognizer, StrokeDrawing(strokes)) == text
    assert read(recognizer, StrokeDrawing(strokes[::-1])) == text
    assert read(recognizer, as_image(set_row(text, gap + 7))) == text


def test_rows_are_read_from_the_top(recognizer: Recognizer) -> None:
    lower = tuple(stroke + np.array([15, 160]) for stroke in set_row("710", 40))
    assert read(recognizer, StrokeDrawing((*lower, *set_row("3573", 25)))) == "3573710"
    assert read(recognizer, as_image((*lower, *set_row("3573", 35)))) == "3573710"


def test_a_crossbar_drawn_last_joins_its_digit(recognizer: Recognizer) -> None:
    stem, bar = SEVEN
    three = set_row("3", 0)
    after = tuple(stroke + np.array([90, 0]) for stroke in three)
    assert read(recognizer, StrokeDrawing((stem, *after, bar))) == "73"


def test_boxes_enclose_each_digit_in_the_units_of_the_caller(recognizer: Recognizer) -> None:
    strokes = set_row("73", 40)
    (reading,) = recognizer.recognize(StrokeDrawing(strokes))
    boxes = [digit.box for digit in reading.digits]
    assert boxes == [ink_box(StrokeDrawing(strokes[:2])), ink_box(StrokeDrawing(strokes[2:]))]
    ink = as_image(strokes)
    (half,) = recognizer.recognize(InkDrawing(ink.ink, pixel_size=2.0))
    assert [digit.label for digit in half.digits] == ["7", "3"]
    assert half.digits[1].box.x == pytest.approx(2 * 100 * 143 / 150, abs=12)
    assert half.digits[1].box.height == pytest.approx(2 * 100, abs=16)


def test_dust_is_no_digit_and_does_not_widen_a_box(recognizer: Recognizer) -> None:
    clean = as_image(OWN_DIGITS["3"])
    dusty = np.pad(clean.ink, 20)
    dusty[3:6, 4:6] = dusty[-5:-2, 80:83] = 1.0
    (reading,) = recognizer.recognize(InkDrawing(dusty))
    (digit,) = reading.digits
    box = ink_box(clean)
    assert digit.label == "3"
    assert (digit.box.x, digit.box.y) == (box.x - clean.left + 20, box.y - clean.top + 20)
    assert (digit.box.width, digit.box.height) == (box.width, box.height)


def test_digits_that_touch_are_cut_apart(recognizer: Recognizer) -> None:
    for text in ("57", "53", "33"):
        assert read(recognizer, as_image(set_row(text, 2))) == text


def test_a_digit_that_the_network_knows_is_never_cut(recognizer: Recognizer) -> None:
    wide = tuple(stroke * [2.2, 1.0] for stroke in OWN_DIGITS["2"])
    assert read(recognizer, as_image(wide)) == "2"


def test_a_digit_that_is_cut_out_already_is_never_cut(recognizer: Recognizer) -> None:
    (whole,) = recognizer.recognize(as_image(set_row("73", 40)), single=True)
    small = InkDrawing(whole.digits[0].picture)
    assert small.ink.shape == (28, 28)
    (parted,), (single,) = (recognizer.recognize(small, single=s) for s in (False, True))
    assert [(d.candidates, d.box) for d in parted.digits] == [
        (d.candidates, d.box) for d in single.digits
    ]
    large = InkDrawing(whole.digits[0].picture.repeat(5, axis=0).repeat(5, axis=1))
    assert len(read(recognizer, large)) == 2


def test_touching_parts_of_which_one_hangs_low_are_no_digits(recognizer: Recognizer) -> None:
    line = np.array([[0.0, 0.0], [0.0, 100.0]])
    short = line * 0.7 + np.array([2.0, 0.0])
    assert read(recognizer, StrokeDrawing((line, line + np.array([40.0, 0.0])))) == "11"
    assert len(read(recognizer, StrokeDrawing((line, short)))) == 1


def test_crossing_strokes_are_one_digit_without_a_network() -> None:
    def refuse(_: Picture) -> Points:
        raise AssertionError("geometry decides")

    for name in ("5", "7"):
        parting = segment(StrokeDrawing(OWN_DIGITS[name]), refuse)
        assert len(parting.boxes) == 1
        assert parting.probabilities is None


def test_a_part_of_ink_holds_none_of_its_neighbour() -> None:
    ink = np.zeros((40, 60), np.float32)
    ink[5:35, 5:9] = ink[5:9, 5:40] = 1.0  # a hook over the other piece
    ink[15:35, 20:24] = 1.0
    sheet = InkSheet.of(InkDrawing(ink))
    assert sheet is not None
    parts = [sheet.part(np.array([piece])) for piece in range(2)]
    inks = [part.drawing.ink for part in parts if isinstance(part.drawing, InkDrawing)]
    assert sum(float(part.sum()) for part in inks) == float(ink.sum())
    assert [part.box.width for part in parts] == [35, 4]


def test_strokes_touch_when_they_meet_and_only_then() -> None:
    line = np.array([[0.0, 0.0], [0.0, 100.0]])
    strokes = (
        line,
        line + np.array([3, 0]),
        line + np.array([40, 0]),
        np.array([[-20.0, 50.0], [20.0, 50.0]]),
    )
    sheet = StrokeSheet.of(StrokeDrawing(strokes))
    assert sheet.touching(4.0).tolist() == [[0, 1], [0, 3], [1, 3]]


def test_a_seam_goes_through_the_thinnest_place() -> None:
    y, x = np.mgrid[0:100, 0:210]
    rings = np.minimum(np.hypot(x - 50, y - 50), np.hypot(x - 155, y - 50))
    bridge = (np.abs(y - 50) < 4) & (x > 80) & (x < 125)
    inked = ((rings > 38) & (rings < 46)) | bridge
    seams = find_seams(inked, 100.0)
    crossed = [int(inked[np.arange(100), seam].sum()) for seam in seams]
    thinnest = seams[int(np.argmin(crossed))]
    assert min(crossed) == 7
    assert np.abs(thinnest - 102).max() < 12


def test_a_seam_bends_around_ink_that_hangs_over() -> None:
    inked = np.zeros((50, 56), bool)
    inked[4:46, :6] = inked[4:14, :36] = True  # its bar reaches over the other's foot
    inked[20:46, 50:56] = inked[36:46, 30:56] = True
    (seam,) = (s for s in find_seams(inked, 50.0) if not inked[np.arange(50), s].any())
    assert seam[5] > 35
    assert seam[44] < 30


def test_more_digits_than_an_answer_holds_are_refused(recognizer: Recognizer) -> None:
    assert len(read(recognizer, StrokeDrawing(set_row("7" * MAX_DIGITS, 30)))) == MAX_DIGITS
    with pytest.raises(TooManyDigits):
        recognizer.recognize(StrokeDrawing(set_row("7" * (MAX_DIGITS + 1), 30)))
    grain = np.zeros((60, 60), np.float32)
    grain[::4, ::4] = 1.0
    with pytest.raises(TooManyDigits):
        recognizer.recognize(InkDrawing(grain))


def test_any_drawing_falls_into_parts_that_can_be_normalised(recognizer: Recognizer) -> None:
    print(f"seed {SEED}")
    rng = np.random.default_rng(SEED)
    for _ in range(60):
        scale = 10.0 ** rng.integers(-12, 9)
        strokes = tuple(
            rng.normal(0, 1, (int(rng.integers(1, 6)), 2)) * scale * rng.choice([0, 1e-6, 1])
            + rng.normal(0, scale * rng.choice([0, 1, 20]), 2)
            for _ in range(int(rng.integers(1, 9)))
        )
        shape = rng.integers(8, 60, 2)
        ink = (rng.random(shape) < 0.04) * rng.random(shape)
        ink[3, 4] = rng.choice([0.04, 1.0])
        for drawing in (StrokeDrawing(strokes), InkDrawing(ink.astype(np.float32))):
            (reading,) = recognizer.recognize(drawing)
            assert all(digit.picture.max() > 0 for digit in reading.digits)
            whole = ink_box(drawing)
            for digit in reading.digits:
                assert digit.box.x >= whole.x - 1e-9 * scale
                assert digit.box.width <= whole.width + 1e-9 * scale


@pytest.mark.parametrize(
    "drawing",
    [StrokeDrawing(()), InkDrawing(np.zeros((30, 40), np.float32))],
    ids=["no stroke", "blank"],
)
def test_a_drawing_without_ink_is_refused(recognizer: Recognizer, drawing: Drawing) -> None:
    with pytest.raises(EmptyDrawing):
        recognizer.recognize(drawing)


def test_ruled_paper_is_not_cut_into_thousands_of_parts() -> None:
    ink = np.zeros((1000, 1000), np.float32)
    ink[4:964:8, 20:980] = 1.0
    asked: list[int] = []

    def none_of_these(pictures: Picture) -> Points:
        asked.append(len(pictures))
        return np.repeat([[0.0] * 10 + [1.0]], len(pictures), axis=0)

    assert len(segment(InkDrawing(ink), none_of_these).boxes) == 1
    lines, whole = 120, 1
    assert asked == [lines, lines + whole]


def test_parts_of_ink_are_not_all_kept_at_once() -> None:
    ink = np.zeros((1000, 1000), np.float32)
    for left in range(8, 980, 10):
        ink[10:900, left : left + 5] = 1.0
    ink[930:940, 10:300] = 0.5  # a second row
    sheet = InkSheet.of(InkDrawing(ink))
    assert sheet is not None
    parts = [np.arange(first, first + 8) for first in range(80)]
    tracemalloc.start()
    parting = Parting.of(sheet.part(pieces) for pieces in parts)
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert parting.pictures.shape == (80, 28, 28)
    assert peak_bytes < 4_000_000
