"""The sources with a few drawings each, in the formats of the originals, on a local server."""

from dataclasses import replace
from functools import partial

import numpy as np

from export.canvas_sources import read_doodles
from export.originals import Original, Source
from export.sources import SOURCES
from tests.export.file_server import FileServer
from tests.export.original_files import (
    archive,
    numberpad_json,
    omniglot_text,
    png,
    quickdraw_npy,
    uji_text,
)

ONE = [[[7, 0], [7, 50]]]
DOODLES = 3  # taken of each kind; the file has more


def serve_sources(server: FileServer) -> tuple[Source, ...]:
    """Put an original of each source on the server; return the sources with their addresses."""
    contents = _contents()
    return tuple(
        replace(source, originals=tuple(_serve(one, contents[source.name], server) for one in few))
        for source in SOURCES
        for few in [source.originals[:2]]
    )


def _serve(original: Original, content: tuple[bytes, int], server: FileServer) -> Original:
    server.files[f"/{original.name}"], drawings = content
    small = replace(original, mirrors=(server.url + original.name,), sha256=(), drawings=drawings)
    if original.max_bytes is None:
        return small
    read = partial(read_doodles, category=original.name[10:-4], count=DOODLES)
    return replace(small, read=read, max_bytes=256 + DOODLES * 28 * 28)


def _contents() -> dict[str, tuple[bytes, int]]:
    """Return by source the content of an original, and how many drawings are used of it."""
    ink = np.zeros((28, 28), np.uint8)
    ink[4:24, 13] = 255
    text = uji_text([("1", f"trn_UJI_W{n:02}-01", ONE) for n in (1, 2)])
    letter = "strokes_background/Greek/character05/0398_01.txt"
    return {
        "uji": (archive({"ujipenchars2.txt": text}), 2),
        "numberpad": (numberpad_json({str(n): [ONE] for n in range(10)}), 10),
        "hwd-1000": (archive({"hwd-1000-dataset-HEAD/img/1-001.png": png(ink)}), 1),
        "digit-eye": (archive({"digit-eye-f92ad66/1/0.png": png(ink)}), 1),
        "godot-nn": (archive({"Godot-NN-2d7a9df/1/0.png": png(np.pad(ink, 2))}), 1),
        "omniglot": (archive({letter: omniglot_text(ONE)}), 1),
        "quickdraw": (quickdraw_npy(np.stack([ink] * 9)), DOODLES),
    }
