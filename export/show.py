"""Show digits, or what a model would see of a drawing, in the terminal.

    python -m export.show 25 --data data/mnist
    python -m export.show --drawing seven.png

A drawing is a PNG, JPEG or WebP, or JSON: a list of strokes, or an object with "strokes" or
"pixels" as the API takes them. Needs no torch.
"""

import argparse
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np

from chalicelib.recognition.drawing import Drawing, InkDrawing, Picture, StrokeDrawing
from chalicelib.recognition.images import decode_image
from chalicelib.recognition.normalise import normalise
from export.command import add_data_option, positive, run_command
from export.drawn import parse_strokes
from export.errors import DamagedData
from export.mnist import load_mnist

SHADES = " .:-=+*#%@"  # from paper to ink
GAP = "  "
FULL_INK = 255


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m export.show", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("count", nargs="?", type=positive, help="how many random digits")
    parser.add_argument("--drawing", type=Path, metavar="FILE", help="an image or strokes")
    parser.add_argument("--seed", type=int, help="the same digits again (default: others)")
    parser.add_argument("--part", choices=("train", "test"), default="test", help="of MNIST")
    add_data_option(parser)
    arguments = parser.parse_args()
    if (arguments.count is None) == (arguments.drawing is None):
        parser.error("give either a number of digits or --drawing FILE")
    if arguments.drawing is not None:
        print("\n".join(shade(normalise(read_drawing(arguments.drawing)))))
        return
    digits = load_mnist(arguments.data, arguments.part)
    count = min(arguments.count, len(digits.labels))
    chosen = np.random.default_rng(arguments.seed).choice(len(digits.labels), count, replace=False)
    blocks = [
        [f"[{digits.labels[i]}] number {i}", *shade(digits.pictures[i].astype(np.float32) / 255)]
        for i in chosen
    ]
    print(side_by_side(blocks, shutil.get_terminal_size().columns))


def shade(picture: Picture) -> list[str]:
    """Return a picture (height, width) in [0, 1] as lines of text, two of its rows to a line."""
    padded = np.pad(picture, ((0, picture.shape[0] % 2), (0, 0)))
    halved = padded.reshape(-1, 2, picture.shape[1]).mean(axis=1)  # characters are tall
    levels = np.rint(halved * (len(SHADES) - 1)).astype(int)
    return ["".join(SHADES[level] for level in row) for row in levels]


def side_by_side(blocks: list[list[str]], width: int) -> str:
    """Lay blocks of lines out in as many columns as `width` characters hold, at least one."""
    block_width = max(len(line) for block in blocks for line in block)
    columns = max(1, (width + len(GAP)) // (block_width + len(GAP)))
    rows = [blocks[i : i + columns] for i in range(0, len(blocks), columns)]
    return "\n\n".join(
        "\n".join(
            GAP.join(line.ljust(block_width) for line in lines).rstrip()
            for lines in zip(*row, strict=True)
        )
        for row in rows
    )


def read_drawing(path: Path) -> Drawing:
    """Read an image or JSON file.

    Raises DamagedData, and what `chalicelib.recognition.images` raises for images.
    """
    data = path.read_bytes()
    if not data.lstrip().startswith((b"[", b"{")):
        return decode_image(data)
    try:
        return _parse_drawing(json.loads(data))
    except (ValueError, TypeError, IndexError, KeyError) as error:
        raise DamagedData(path, f"holds neither strokes nor pixels ({error})") from error


def _parse_drawing(content: Any) -> Drawing:  # noqa: ANN401 -- JSON is any of its types
    if isinstance(content, dict) and "pixels" in content:
        ink = np.array(content["pixels"], np.float32) / np.float32(FULL_INK)
        if ink.shape == (28 * 28,):
            ink = ink.reshape(28, 28)
        if ink.ndim != 2 or not (ink.min() >= 0 and ink.max() <= 1):
            raise ValueError("pixels are no rows of numbers from 0 to 255")
        return InkDrawing(ink)
    strokes = content["strokes"] if isinstance(content, dict) else content
    return StrokeDrawing(parse_strokes(strokes))


if __name__ == "__main__":
    run_command(main)
