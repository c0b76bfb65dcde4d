"""Small but real data for the tests of training: digits drawn from templates, as IDX files."""

import gzip
import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from chalicelib.recognition.drawing import StrokeDrawing
from export.mnist import FILES, Digits
from export.redraw import redraw

Strokes = list[list[tuple[float, float]]]

TEMPLATES: list[Strokes] = [
    [[(3, 0), (1, 1), (0, 4), (1, 7), (3, 8), (5, 7), (6, 4), (5, 1), (3, 0)]],
    [[(2, 1), (3, 0), (3, 8)]],
    [[(0, 2), (1, 0), (4, 0), (5, 2), (4, 4), (0, 8), (6, 8)]],
    [[(0, 1), (2, 0), (5, 1), (5, 3), (2, 4), (5, 5), (5, 7), (2, 8), (0, 7)]],
    [[(3, 0), (0, 5), (6, 5)], [(4, 2), (4, 8)]],
    [[(5, 0), (1, 0), (0, 4), (3, 3), (5, 5), (4, 8), (0, 8)]],
    [[(4, 0), (1, 3), (0, 6), (2, 8), (4, 7), (4, 5), (2, 4), (0, 6)]],
    [[(0, 0), (5, 0), (2, 8)]],
    [[(3, 4), (1, 2), (3, 0), (5, 2), (3, 4), (1, 6), (3, 8), (5, 6), (3, 4)]],
    [[(4, 2), (2, 4), (0, 2), (2, 0), (4, 2), (4, 8)]],
]


def draw_digits(count: int, seed: int) -> Digits:
    """Draw `count` digits in as many hands, each label as often as the others."""
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % len(TEMPLATES)
    drawings = [
        StrokeDrawing(tuple(np.array(stroke, np.float64) for stroke in TEMPLATES[label]))
        for label in labels
    ]
    pictures = np.stack([redraw(drawing, rng) for drawing in drawings])
    return Digits(np.rint(pictures * 255).astype(np.uint8), labels.astype(np.uint8))


def idx_bytes(array: NDArray[np.uint8]) -> bytes:
    """Return an array as an IDX file's content."""
    header = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
    return header + array.tobytes()


def write_mnist(folder: Path, train: Digits, test: Digits) -> None:
    """Write the four files of MNIST's names, compressed."""
    folder.mkdir(parents=True, exist_ok=True)
    for names, digits in ((FILES["train"], train), (FILES["test"], test)):
        for name, array in zip(names, (digits.pictures, digits.labels), strict=True):
            (folder / f"{name}.gz").write_bytes(gzip.compress(idx_bytes(array)))
