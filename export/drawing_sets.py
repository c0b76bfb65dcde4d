"""The files of drawings that `export.drawn` reads, as lists of records: written, and compared.

A record is one drawing with its fields as the file names them: `label` and `writer`, `label` and
`source`, `alphabet` and `character`, or `category`. What is drawn stands in `strokes`, a list of
paths of [x, y] with y down, or in `image`, ndarray of shape (28, 28), uint8, 255 = ink.
"""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

Record = dict[str, Any]

COLUMNS = {"image": "images", "label": "labels"}  # where a file's column has another name


def write_set(path: Path, records: Sequence[Record]) -> None:
    """Write records as JSON, or as arrays where the name ends in `.npz`; whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        if path.suffix == ".npz":
            np.savez_compressed(file, **_columns(records))
        else:
            file.write(json.dumps(records, separators=(",", ":")).encode())
    part.replace(path)


def digest(records: Sequence[Record]) -> str:
    """Return a sha256 that two lists share if they hold the same drawings, in any order."""
    each = sorted(_digest_one(record) for record in records)
    return hashlib.sha256("".join(each).encode()).hexdigest()


def _columns(records: Sequence[Record]) -> dict[str, Any]:
    columns = {
        COLUMNS.get(field, field): np.array([record[field] for record in records])
        for field in records[0]
    }
    if "labels" in columns:
        columns["labels"] = columns["labels"].astype(np.uint8)
    return columns


def _digest_one(record: Record) -> str:
    """Digest one drawing; coordinates count as 32-bit floats, so 3 and 3.0 are the same."""
    content = hashlib.sha256()
    for field, value in sorted(record.items()):
        content.update(f"{field}:".encode())
        if field == "strokes":
            for path in value:
                content.update(np.array(path, "<f4").tobytes() + b";")
        else:
            content.update(value.tobytes() if field == "image" else f"{value};".encode())
    return content.hexdigest()
