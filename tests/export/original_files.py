"""Small files in the formats of the originals: what their makers publish, with a few drawings."""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Strokes = Sequence[Sequence[Sequence[float]]]


def uji_text(samples: Sequence[tuple[str, str, Strokes]]) -> bytes:
    """Write UJI's text of (character, session, strokes), with its comments and line ends."""
    lines = ["//", "// UJI: 100 units per millimetre", "//"]
    for character, session, strokes in samples:
        lines += [f"// ASCII char: {character}", f"WORD {character} {session}"]
        lines.append(f"  NUMSTROKES {len(strokes)}")
        for stroke in strokes:
            numbers = " ".join(str(int(number)) for point in stroke for number in point)
            lines.append(f"  POINTS {len(stroke)} # {numbers}")
    return "\r\n".join([*lines, ""]).encode()


def numberpad_json(drawings: Mapping[str, Sequence[Strokes]]) -> bytes:
    """Write NumberPad's library: the same drawings twice, the second time as they were drawn."""
    return json.dumps({"normalizedData": {"?": []}, "rawData": drawings}).encode()


def omniglot_text(strokes: Strokes) -> bytes:
    """Write the text of one character of Omniglot: x, y turned up, and milliseconds."""
    lines = ["START"]
    for stroke in strokes:
        lines += [f"{x:.6f},{-y:.6f},{16.0 * i:.6f}" for i, (x, y) in enumerate(stroke)]
        lines.append("BREAK")
    return "\n".join([*lines, ""]).encode()


def archive(members: Mapping[str, bytes]) -> bytes:
    """Write a zip archive."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in members.items():
            opened.writestr(name, content)
    return file.getvalue()


def png(ink: NDArray[np.uint8], mode: str = "RGB") -> bytes:
    """Write a picture of black ink on white paper."""
    file = io.BytesIO()
    Image.fromarray(255 - ink).convert(mode).save(file, "PNG")
    return file.getvalue()


def quickdraw_npy(images: NDArray[np.uint8]) -> bytes:
    """Write doodles of shape (n, 28, 28) as Quick, Draw! does."""
    file = io.BytesIO()
    np.lib.format.write_array(file, images.reshape(len(images), -1), version=(1, 0))
    return file.getvalue()
