"""Readers of the originals that were drawn with a pen or a finger, and kept as strokes.

Each takes the file as its makers publish it. A file that is not what it should be raises one of
`export.sources.UNREADABLE`.
"""

import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from export.drawing_sets import Record
from export.drawn import parse_strokes
from export.mnist import LABELS

UJI_FILE = "ujipenchars2.txt"
UJI_WRITERS = 40  # of 60, in the file's order: the others are for measuring, and never learnt from
_UJI_SAMPLE = re.compile(r"WORD (\S+) (\w+)-\d+")

ALPHABETS = ("Balinese", "Greek", "Korean", "Sanskrit")
LOOK_ALIKES = {  # characters that are drawn as a digit is
    "Balinese": {"character05", "character14"},
    "Greek": {  # in the order of the alphabet: beta, delta, theta, iota, omicron, sigma
        *("character02", "character04", "character08"),
        *("character09", "character15", "character18"),
    },
    "Korean": {
        *("character05", "character09", "character12"),
        *("character21", "character22", "character33"),
    },
    "Sanskrit": set[str](),
}
_OMNIGLOT_DRAWING = re.compile(r"strokes_background/(\w+)/(character\d+)/\d+_\d+\.txt")


def read_uji(path: Path) -> list[Record]:
    """Read the digits of UJI Pen Characters v2, from its text or from the archive that holds it.

    The text's format is described in its `uji2.names`: a line `WORD <character> <writer>-<session>`
    for each sample, then `NUMSTROKES <n>`, then n lines `POINTS <m> # x y x y ...`, y down.
    """
    lines = iter(_read_uji_text(path).split("\n"))
    writers: dict[str, str] = {}
    records: list[Record] = []
    for line in lines:
        sample = _UJI_SAMPLE.fullmatch(line.strip())
        if sample is None:
            continue
        character, person = sample.groups()
        writer = writers.setdefault(person, f"uji-w{len(writers):02}")
        if len(writers) > UJI_WRITERS:
            break
        strokes = [_read_uji_stroke(next(lines, "")) for _ in range(_stroke_count(next(lines, "")))]
        if character in LABELS:
            records.append({"label": int(character), "writer": writer, "strokes": strokes})
    return sorted(records, key=lambda record: (record["label"], record["writer"]))


def read_numberpad(path: Path) -> list[Record]:
    """Read NumberPad's digits: `{"rawData": {"7": [[[[x, y], ...], ...], ...], ...}}`, y down."""
    drawings = json.loads(path.read_bytes())["rawData"]
    return [
        {
            "label": int(label),
            "writer": "numberpad",
            "strokes": [stroke.tolist() for stroke in parse_strokes(drawing)],
        }
        for label in LABELS
        for drawing in drawings[label]
    ]


def read_omniglot(path: Path) -> list[Record]:
    """Read the characters of four alphabets of Omniglot, those that look like digits left out."""
    records: list[Record] = []
    with zipfile.ZipFile(path) as archive:
        for name in sorted(archive.namelist()):
            drawing = _OMNIGLOT_DRAWING.fullmatch(name)
            if drawing is None:
                continue
            alphabet, character = drawing.groups()
            if alphabet in ALPHABETS and character not in LOOK_ALIKES[alphabet]:
                strokes = list(_read_omniglot_strokes(archive.read(name).decode()))
                records.append({"alphabet": alphabet, "character": character, "strokes": strokes})
    return records


def _read_uji_text(path: Path) -> str:
    if not zipfile.is_zipfile(path):
        return path.read_text(encoding="utf-8")
    with zipfile.ZipFile(path) as archive:
        return archive.read(UJI_FILE).decode()


def _stroke_count(line: str) -> int:
    word, count = line.split()
    if word != "NUMSTROKES":
        raise ValueError(f"{line!r} where the number of strokes should be")
    return int(count)


def _read_uji_stroke(line: str) -> list[list[float]]:
    word, count, mark, *numbers = line.split()
    if (word, mark) != ("POINTS", "#") or len(numbers) != 2 * int(count):
        raise ValueError(f"{line[:40]!r} where a stroke's points should be")
    return [[float(x), float(y)] for x, y in zip(numbers[::2], numbers[1::2], strict=True)]


def _read_omniglot_strokes(text: str) -> Iterator[list[list[int]]]:
    """Yield the strokes of a text of lines `x,y,milliseconds` between START and BREAKs, y up.

    Source of the format: `load_motor` in Omniglot's python/demo.py.
    """
    stroke: list[list[int]] = []
    for line in text.split():
        if line not in ("START", "BREAK"):
            x, y, _ = line.split(",")
            stroke.append([round(float(x)), round(-float(y))])
        elif stroke:
            yield stroke
            stroke = []
    if stroke:
        raise ValueError("a stroke has no end")
