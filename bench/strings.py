"""How well several digits in one drawing are told apart, on people the tuning never saw.

    python -m bench.strings [--data ../shared/data] [--strings 200] [--part validation]

Strings are made of real digits of one writer (or source), set side by side with gaps of 0.1 to 1
digit width, sizes that vary by 20 % either way and a baseline that wanders. The figures that are
reported come from the part of the data on which nothing is trained or tuned.
"""

import argparse
import time
from collections.abc import Callable
from dataclasses import replace
from math import sqrt
from pathlib import Path

import numpy as np

from bench.compose import PEN_WIDTHS, Layout, render, set_ink, set_strokes
from bench.samples import Samples, load_samples
from chalicelib.recognition.drawing import Drawing, StrokeDrawing
from chalicelib.recognition.recognizer import Recognizer, Status
from chalicelib.recognition.registry import ModelRegistry
from export.splits import Part

MODELS = Path(__file__).parent.parent / "chalicelib" / "models"
APART, TOUCHING = (0.1, 1.0), (-0.05, 0.0)
HEIGHTS_PX = (24, 120)
SETTINGS = {  # name: (fewest digits, most digits, layout)
    "2 to 6 digits": (2, 6, Layout(APART)),
    "2 to 12 digits": (2, 12, Layout(APART)),
    "two rows of 2 to 6": (4, 12, Layout(APART, rows=2)),
    "2 to 4 digits that touch": (2, 4, Layout(TOUCHING)),
}
SEED = 7

Rng = np.random.Generator
Made = tuple[Drawing, str]


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.strings", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--models", type=Path, default=MODELS)
    parser.add_argument("--strings", type=int, default=200, help="strings of each kind")
    parser.add_argument("--part", choices=list(Part), type=Part, default=Part.REPORT)
    parser.add_argument("--wrong", action="store_true", help="list the strings read wrongly")
    arguments = parser.parse_args()
    recognizer = Recognizer(ModelRegistry.load(arguments.models))
    samples = load_samples(arguments.data, arguments.part)
    print(f"model {recognizer.registry.entry(recognizer.registry.default).version}, seed {SEED}")
    print("\nstrings                                    digits right           strings whole")
    for name, make in makers(samples).items():
        for setting, (fewest, most, layout) in SETTINGS.items():
            rng = np.random.default_rng(SEED)
            made = [
                make(int(rng.integers(fewest, most + 1)), layout, rng)
                for _ in range(arguments.strings)
            ]
            report_strings(f"{name}, {setting}", made, recognizer, show_wrong=arguments.wrong)
    report_singles(samples, recognizer)
    report_times(samples, recognizer)


def makers(samples: Samples) -> dict[str, Callable[[int, Layout, Rng], Made]]:
    """Return what makes a string of so many digits, by the kind of drawing."""

    def strokes(count: int, layout: Layout, rng: Rng) -> tuple[StrokeDrawing, str]:
        digits = samples.stroke_digits(count, rng)
        return set_strokes([d for d, _ in digits], layout, rng), "".join(t for _, t in digits)

    def rendered(count: int, layout: Layout, rng: Rng) -> Made:
        pen_width = float(rng.uniform(*PEN_WIDTHS))
        drawing, text = strokes(count, replace(layout, pen_width=pen_width), rng)
        return render(drawing, float(rng.uniform(*HEIGHTS_PX)), pen_width), text

    def ink(count: int, layout: Layout, rng: Rng) -> Made:
        digits = samples.ink_digits(count, rng)
        height_px = float(rng.uniform(*HEIGHTS_PX))
        return set_ink([d for d, _ in digits], layout, height_px, rng), "".join(
            t for _, t in digits
        )

    return {"strokes": strokes, "strokes as images": rendered, "canvas and MNIST images": ink}


def report_strings(
    name: str, made: list[Made], recognizer: Recognizer, *, show_wrong: bool
) -> None:
    """Print one line: the shares of digits and of whole strings that are read right."""
    digits = right = whole = 0
    for drawing, text in made:
        found = read(recognizer, drawing)
        digits += len(text)
        right += aligned(text, found)
        whole += found == text
        if show_wrong and found != text:
            print(f"    {text} read as {found}")
    print(f"{name:44s}{interval(right, digits)}  {interval(whole, len(made))}")


def report_singles(samples: Samples, recognizer: Recognizer) -> None:
    """Print what looking for several digits costs where there is one, or none."""
    print("\nsingle drawings                n     cut   right uncut   right cut   lost")
    for name, digits in samples.singles().items():
        cut = uncut_right = cut_right = 0
        for drawing, label in digits:
            parts = read(recognizer, drawing)
            cut += len(parts) > 1
            uncut_right += read(recognizer, drawing, single=True) == label
            cut_right += parts == label
        n = len(digits)
        lost = (uncut_right - cut_right) / n
        print(f"{name:26s}{n:6d}{cut:8d}{uncut_right / n:13.2%}{cut_right / n:12.2%}{lost:8.2%}")
    print("\nno digits                      n     cut   recognized uncut   recognized cut")
    for name, drawings in samples.others.items():
        cut = 0
        claimed = [0, 0]
        for drawing in drawings:
            for i, single in enumerate((True, False)):
                (reading,) = recognizer.recognize(drawing, single=single)
                claimed[i] += any(d.status is Status.RECOGNIZED for d in reading.digits)
                cut += len(reading.digits) > 1
        n = len(drawings)
        print(f"{name:26s}{n:6d}{cut:8d}{claimed[0] / n:18.2%}{claimed[1] / n:16.2%}")


def report_times(samples: Samples, recognizer: Recognizer) -> None:
    """Print what an answer takes of one processor, median over 100."""
    rng = np.random.default_rng(SEED)
    digits = samples.stroke_digits(200, rng)
    one = next(d for d, _ in digits if len(d) == 1)
    two = next(d for d, _ in digits if len(d) == 2)
    six = set_strokes([d for d, _ in samples.stroke_digits(6, rng)], Layout(APART), rng)
    drawings: dict[str, Drawing] = {
        "one stroke": StrokeDrawing(one),
        "two strokes": StrokeDrawing(two),
        "six digits, strokes": six,
        "one digit, image 230 px high": render(set_strokes([one], Layout(APART), rng), 230, 0.1),
        "six digits, image 100 px high": render(six, 100, 0.1),
    }
    print("\nprocessor time, us                  whole   without looking for several")
    for name, drawing in drawings.items():
        several, single = (median_us(recognizer, drawing, single=s) for s in (False, True))
        print(f"{name:32s}{several:9.0f}{single:9.0f}")


def median_us(recognizer: Recognizer, drawing: Drawing, *, single: bool) -> float:
    """Return the median processor time of an answer in microseconds, on its one thread."""
    times = []
    for _ in range(100):
        start = time.thread_time()
        recognizer.recognize(drawing, single=single)
        times.append(time.thread_time() - start)
    return float(np.median(times)) * 1e6


def read(recognizer: Recognizer, drawing: Drawing, *, single: bool = False) -> str:
    """Return the best label of each digit, whether recognized or unsure."""
    (reading,) = recognizer.recognize(drawing, single=single)
    return "".join(digit.label for digit in reading.digits)


def aligned(text: str, found: str) -> int:
    """Return how many characters two strings have in common, in order."""
    row = [0] * (len(found) + 1)
    for wanted in text:
        last = row[:]
        for i, actual in enumerate(found):
            row[i + 1] = last[i] + 1 if wanted == actual else max(last[i + 1], row[i])
    return row[-1]


def interval(right: int, count: int) -> str:
    """Return a share with its 95 % interval (Wilson 1927)."""
    p, z = right / count, 1.96
    centre, spread = p + z * z / (2 * count), z * sqrt(p * (1 - p) / count + (z / count / 2) ** 2)
    low, high = ((centre + sign * spread) / (1 + z * z / count) for sign in (-1, 1))
    return f"{p:7.2%} [{low:.1%}, {high:.1%}] n={count}"


if __name__ == "__main__":
    main()
