"""What the campaign puts into the bucket, and what must come of each drawing."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from bench.bulk_drawings import Rng, draw_digit, paint_digit
from bench.campaigns.bulk.broken import ENTRIES, LINES, OBJECTS
from bench.compressed import archive_of

LINES_SHARE, ENTRIES_SHARE = 0.68, 0.30  # the rest are objects of one drawing
BROKEN_SHARE = 0.01
LINES_A_FILE = 20_000
ENTRIES_A_FILE = 5_000
COMPARED = 400  # sound drawings whose answers are compared with those to them alone

Place = tuple[str, str | int | None]  # the name of the input, and the line or entry


@dataclass
class Inputs:
    """Names and contents of objects, and of each drawing in them what is wrong with it.

    codes: None for what is sound. sound: the bodies of some sound ones; an image's own bytes.
    """

    objects: dict[str, bytes] = field(default_factory=dict)
    codes: dict[Place, str | None] = field(default_factory=dict)
    sound: dict[Place, bytes] = field(default_factory=dict)

    @property
    def broken(self) -> int:
        """How many drawings are broken."""
        return sum(code is not None for code in self.codes.values())


def make_inputs(size: int, rng: Rng) -> Inputs:
    """Return inputs of `size` drawings in all."""
    found = Inputs()
    lines, entries = round(LINES_SHARE * size), round(ENTRIES_SHARE * size)
    step = max(size // COMPARED, 1)
    for number, count in enumerate(_cut(lines, LINES_A_FILE)):
        _add_lines(found, f"lines-{number}.jsonl", count, rng, step)
    for number, count in enumerate(_cut(entries, ENTRIES_A_FILE)):
        _add_archive(found, f"images-{number}.zip", count, rng, step)
    for number in range(size - lines - entries):
        name = f"single/{number}.png"
        data, code = _one_of(OBJECTS, rng) or (paint_digit(rng), None)
        found.objects[name] = data
        _expect(found, (name, None), data, code, step)
    return found


def _add_lines(found: Inputs, name: str, count: int, rng: Rng, step: int) -> None:
    lines = []
    for number in range(1, count + 1):
        sound = json.dumps({"strokes": draw_digit(rng), "id": number}).encode()
        line, code = _one_of(LINES, rng) or (sound, None)
        lines.append(line + b"\n")
        _expect(found, (name, number), line, code, step)
    found.objects[name] = b"".join(lines)


def _add_archive(found: Inputs, name: str, count: int, rng: Rng, step: int) -> None:
    entries = []
    for number in range(count):
        data, code = _one_of(ENTRIES, rng) or (paint_digit(rng), None)
        entries.append((f"{number}.png", data))
        _expect(found, (name, f"{number}.png"), data, code, step)
    found.objects[name] = archive_of(entries)


def _expect(found: Inputs, place: Place, body: bytes, code: str | None, step: int) -> None:
    if code is None and len(found.codes) % step == 0:
        found.sound[place] = body
    found.codes[place] = code


def _one_of(broken: tuple[tuple[bytes, str], ...], rng: Rng) -> tuple[bytes, str] | None:
    """Return something broken, seldom."""
    return broken[rng.integers(len(broken))] if rng.random() < BROKEN_SHARE else None


def _cut(total: int, most: int) -> Iterator[int]:
    """Yield numbers of at most `most` that are `total` together."""
    yield from (
        int(end - start) for start, end in _pairs(np.append(np.arange(0, total, most), total))
    )


def _pairs(edges: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> Iterator[tuple[int, int]]:
    yield from zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)
