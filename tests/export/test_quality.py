"""The quality report measures what it says, through the real app and the published models."""

import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("chalice", reason="the quality report asks the app, which needs Chalice")

from chalicelib.recognition.drawing import StrokeDrawing
from export.drawn import Sample
from export.evaluate import Score
from export.quality import variants
from export.quality.brush import Look, Placing, paint, random_look
from export.quality.findings import Extent
from export.quality.handler import Answer, Handler
from export.quality.markdown import brief, share, spread_of_mean
from export.quality.measure import (
    Judged,
    acceptance,
    calibration_error,
    confusion,
    is_right,
    reliability,
    score,
    worst,
)
from export.quality.sets import Case, choose_digits, load_report_drawings
from export.quality.shapes import has_flag, has_serif, is_crossed, is_open
from export.quality.slices import cut
from export.quality.write import write_quality
from export.splits import Part, part_of
from tests.export.small_data import TEMPLATES, draw_digits, write_mnist

SMALL = Extent(variants=1, slices=1, strings=2)
WRITERS = ("uji-w00", "uji-w06", "uji-w01")  # the last one is trained on


def judged(label: str | None, labels: str, probability: float, *, sure: bool = True) -> Judged:
    """Return an answer of so many digits, all as probable and as sure."""
    count = len(labels)
    answer = Answer(tuple(labels), (probability,) * count, (sure,) * count)
    return Judged(Case({}, label, "a writer"), answer, answer)


def strokes(*paths: list[tuple[float, float]]) -> tuple[np.ndarray, ...]:
    return tuple(np.array(path, np.float64) for path in paths)


PLAIN_1 = strokes([(0, 0), (0.5, 5), (0, 10)])
SLANTED_1 = strokes([(4, 0), (0, 10)])
FLAGGED_1 = strokes([(0, 3), (3, 0), (3, 10)])
FLAGGED_1_UPWARDS = strokes([(3, 10), (3, 0), (0, 3)])
SERIFED_1 = strokes([(0, 3), (3, 0), (3, 10)], [(0, 10), (6, 10)])
SERIFED_1_OF_ONE_STROKE = strokes([(3, 0), (3, 10), (6, 10), (0, 10)])
PLAIN_7 = strokes([(0, 0), (5, 0), (2, 10)])
PLAIN_7_OF_TWO_STROKES = strokes([(0, 0), (5, 0)], [(5, 0), (2, 10)])
CROSSED_7 = strokes([(0, 0), (5, 0), (2, 10)], [(1, 5), (5, 4.5)])
CLOSED_4 = strokes([(4, 0), (0, 6), (6, 6)], [(4, 0), (4, 10)])
CLOSED_4_WITH_A_SMALL_GAP = strokes([(3.6, 0), (0, 6), (6, 6)], [(4, 0), (4, 10)])
OPEN_4 = strokes([(0, 0), (0, 5), (6, 5)], [(4, 1), (4, 10)])


@pytest.mark.parametrize("size", [0.01, 1, 300])
def test_shapes_are_found_at_any_size(size: float) -> None:
    def sized(paths: tuple[np.ndarray, ...]) -> tuple[np.ndarray, ...]:
        return tuple(path * size + 7 for path in paths)

    assert [has_flag(sized(d)) for d in (FLAGGED_1, FLAGGED_1_UPWARDS, SERIFED_1)] == [True] * 3
    assert [has_flag(sized(d)) for d in (PLAIN_1, SLANTED_1)] == [False] * 2
    assert [has_serif(sized(d)) for d in (SERIFED_1, SERIFED_1_OF_ONE_STROKE)] == [True] * 2
    assert [has_serif(sized(d)) for d in (PLAIN_1, SLANTED_1, FLAGGED_1)] == [False] * 3
    assert is_crossed(sized(CROSSED_7))
    assert [is_crossed(sized(d)) for d in (PLAIN_7, PLAIN_7_OF_TWO_STROKES)] == [False] * 2
    assert is_open(sized(OPEN_4))
    assert [is_open(sized(d)) for d in (CLOSED_4, CLOSED_4_WITH_A_SMALL_GAP)] == [False] * 2


def test_a_dot_has_none_of_the_shapes() -> None:
    dot = strokes([(3, 3)])
    assert [rule(dot) for rule in (has_flag, has_serif, is_crossed)] == [False] * 3


def test_a_digit_that_was_read_as_two_is_not_right() -> None:
    assert score([judged("4", "4", 0.9), judged("4", "11", 0.9)], is_right) == Score(2, 1)


def test_the_calibration_error_is_guos() -> None:
    """Ten answers of 0.95, nine right, and ten of 0.55, all right: (10*.05 + 10*.45) / 20."""
    bins = reliability([0.95] * 10 + [0.55] * 10, [True] * 9 + [False] + [True] * 10)
    assert [b.drawings for b in bins if b is not None] == [10, 10]
    assert calibration_error(bins) == pytest.approx((10 * 0.05 + 10 * 0.45) / 20)


def test_bins_are_fifteen_and_closed_above() -> None:
    bins = reliability([0.0, 1 / 15, 1 / 15 + 1e-9, 1.0], [False, False, True, True])
    assert len(bins) == 15
    assert [i for i, found in enumerate(bins) if found is not None] == [0, 1, 14]
    assert bins[0] is not None
    assert bins[0].drawings == 2


def test_several_digits_count_as_none_in_the_confusion_matrix() -> None:
    counts = confusion([judged("7", "7", 0.9), judged("7", "1", 0.9), judged("7", "17", 0.9)])
    assert counts.sum() == 3
    assert [counts[7, 7], counts[7, 1], counts[7, 10]] == [1, 1, 1]


def test_acceptance_falls_with_the_threshold_and_leaves_out_what_is_wrong() -> None:
    digits = [judged("1", "1", 0.9), judged("2", "2", 0.7), judged("3", "8", 0.99)]
    others = [judged(None, "0", 0.8), judged(None, "11", 0.2)]
    curve = acceptance(digits, others)
    at = {round(float(t), 2): i for i, t in enumerate(curve.thresholds)}
    assert curve.digits[at[0.9]] == pytest.approx(1 / 3)
    assert (curve.digits[at[0.7]], curve.others[at[0.7]]) == pytest.approx((2 / 3, 1 / 2))
    assert (curve.digits[-1], curve.others[-1]) == pytest.approx((2 / 3, 1.0))


def test_the_worst_of_equals_is_the_one_on_more_drawings() -> None:
    scores = {"a": Score(10, 9), "b": Score(100, 90), "c": Score(5, 5)}
    assert worst(scores) == "b"


def test_a_share_names_its_interval_and_its_counts() -> None:
    """The interval is that of Newcombe 1998, method 3."""
    assert share(Score(263, 81)) == "30.80 % (25.5 to 36.6), 81 of 263"
    assert brief(Score(20, 0)) == "0.00 % (0.0 to 16.1)"


def test_the_interval_of_a_mean_holds_it_and_is_the_same_again() -> None:
    values = [0.9, 0.95, 1.0, 1.0]
    low, high = spread_of_mean(values)
    assert 0.9 <= low < np.mean(values) < high <= 1.0
    assert spread_of_mean(values) == (low, high)


def test_digits_are_chosen_from_all_writers_in_turn() -> None:
    dot = StrokeDrawing((np.zeros((1, 2)),))
    samples = [Sample(dot, t, w) for w in "abcd" for t in (0, 1) for _ in range(5)]
    chosen = choose_digits(samples, 2)
    assert [(s.target, s.group) for s in chosen] == [(0, "a"), (0, "b"), (1, "c"), (1, "d")]


def test_a_painted_digit_stands_where_and_as_large_as_it_should() -> None:
    placing = Placing(side_px=100, size_px=40, at=(1.0, 0.0), brush_px=4)
    image = paint(StrokeDrawing(FLAGGED_1), placing, Look((0, 0, 0), (255, 255, 255)))
    dark = np.asarray(image.convert("L")) < 128
    rows, columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
    assert (rows[0], rows[-1]) == pytest.approx((0, 39), abs=1)
    assert columns[-1] == pytest.approx(99, abs=1)


def test_cutting_takes_a_share_of_the_digit_not_of_the_canvas() -> None:
    placing = Placing(side_px=100, size_px=40, at=(0.5, 0.5), brush_px=4)
    image = paint(StrokeDrawing(FLAGGED_1), placing, Look((0, 0, 0), (255, 255, 255)))
    whole = 255 - np.asarray(image.convert("L")).astype(int)
    left = 255 - np.asarray(cut(image, 0.1, "top").convert("L")).astype(int)
    height = np.ptp(np.flatnonzero(whole.any(axis=1))) + 1
    assert np.ptp(np.flatnonzero(left.any(axis=1))) + 1 == pytest.approx(0.9 * height, abs=1)
    assert left[0].any()


def test_random_colours_are_of_both_polarities_and_sometimes_transparent() -> None:
    rng = np.random.default_rng(1)
    looks = [random_look(rng) for _ in range(60)]
    darker = [sum(look.ink) < sum(look.paper) for look in looks if look.paper is not None]
    assert 5 < sum(darker) < len(darker) - 5
    assert 5 < sum(look.paper is None for look in looks) < 40


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return a folder of a small MNIST and a few drawings of each set."""
    folder = tmp_path / "data"
    write_mnist(folder / "mnist", draw_digits(20, seed=1), draw_digits(20, seed=2))
    return folder


@pytest.fixture
def drawn(data: Path) -> Path:
    """Add drawings by people and programs that are reported on, and by some that are not."""
    (data / "drawn").mkdir()
    (data / "not_digits").mkdir()
    records = [
        {"label": label, "writer": writer, "strokes": TEMPLATES[label]}
        for writer in WRITERS
        for label in (1, 4, 7)
    ]
    (data / "drawn" / "strokes.json").write_text(json.dumps(records))
    digits = draw_digits(20, seed=3)
    sources = np.array(["IsotoxalDev/Godot-NN", "niklashenning/hwd-1000-dataset"] * 10)
    np.savez(
        data / "drawn" / "canvas28.npz",
        images=digits.pictures,
        labels=digits.labels,
        source=sources,
    )
    zigzag = [[[0, 0], [5, 9], [1, 3], [9, 2], [4, 8]], [[2, 9], [9, 9], [0, 4]]]
    (data / "not_digits" / "characters.json").write_text(
        json.dumps([{"alphabet": a, "character": "x", "strokes": zigzag} for a in ("Balinese",)])
    )
    doodles = np.zeros((2, 28, 28), np.uint8)
    doodles[:, 4:24:4, 4:24] = 255
    np.savez(
        data / "not_digits" / "doodles.npz",
        images=doodles,
        category=np.array(["bicycle", "panda"]),
    )
    return data


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Log no line for each of many requests, as the command does not."""
    monkeypatch.setenv("INKLING_LOG_LEVEL", "WARNING")


def test_only_the_report_part_is_scored(drawn: Path) -> None:
    drawings = load_report_drawings(drawn)
    groups = {case.group for name, cases in drawings.sets.items() for case in cases}
    assert groups == {
        "MNIST test images",
        *WRITERS[:2],
        "IsotoxalDev/Godot-NN",
        "Balinese",
        "bicycle",
    }
    assert drawings.others[Part.TRAIN] == ["niklashenning/hwd-1000-dataset", "panda", "uji-w01"]
    assert all(part_of(group) is not Part.REPORT for group in drawings.others[Part.TRAIN])


def test_the_handler_answers_with_every_model_and_shows_what_it_saw() -> None:
    answers = Handler().recognize({"strokes": TEMPLATES[7]}, single=True, trace=True)
    assert set(answers) == {"cnn", "perceptron"}
    assert answers["cnn"].text == "7"
    assert answers["cnn"].pictures[0].startswith("data:image/png;base64,")


def test_the_report_says_every_section_and_is_the_same_again(
    drawn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(variants, "PLACES", {"middle": (0.5, 0.5)})
    monkeypatch.setattr(variants, "SIZES_PX", (70, 252))
    first, second = tmp_path / "first", tmp_path / "second"
    for docs in (first, second):
        write_quality(drawn, docs, SMALL)
    report = (first / "quality.md").read_text()
    for heading in (
        "What was asked", "Targets", "Accuracy by set", "Accuracy by writer and program",
        "Accuracy by digit", "Calibration", "How often an answer is sure", "What is no digit",
        "Place, size, brush and colour", "Slices", "Several digits in one drawing",
    ):  # fmt: skip
        assert f"\n## {heading}\n" in report
    assert "| MNIST test images | 20 |" in report
    card = (first / "model-card.md").read_text()
    assert "crossed 7" in card
    files = sorted(path.relative_to(first) for path in first.rglob("*") if path.is_file())
    assert {f"pictures/quality-{n}.png" for n in ("acceptance", "confusion", "reliability")} <= {
        str(path) for path in files
    }
    for path in files:
        assert (first / path).read_bytes() == (second / path).read_bytes(), path
    for picture in (path for path in files if path.suffix == ".png"):
        assert f"({picture})" in report


def test_without_drawn_sets_the_report_is_about_mnist_and_says_so(
    data: Path, tmp_path: Path
) -> None:
    write_quality(data, tmp_path / "docs", SMALL)
    report = (tmp_path / "docs" / "quality.md").read_text()
    assert "this report is about MNIST alone" in report
    assert "## Calibration" not in report
    assert (tmp_path / "docs" / "model-card.md").exists()
