"""The sources are those that the published models learnt from, as far as that can be told here."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from export.drawing_sets import Record, digest
from export.drawings import make_sets
from export.drawn import SETS
from export.originals import Source
from export.sources import SOURCES
from tests.export.file_server import FileServer
from tests.export.small_sources import serve_sources

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"


def read_set(path: Path) -> list[Record]:
    """Return the records of one of the files that `export.drawings` makes."""
    if path.suffix == ".json":
        records: list[Record] = json.loads(path.read_bytes())
        return records
    with np.load(path) as file:
        columns: dict[str, Any] = {"image": file["images"]}
        columns |= {"label": file["labels"].tolist()} if "labels" in file else {}
        columns |= {name: file[name].tolist() for name in ("source", "category") if name in file}
    return [
        dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)
    ]


def belongs(record: Record, source: Source) -> bool:
    """Return whether a record of the source's set is of this source."""
    if "source" in record:
        return source.home.endswith(f"/{record['source']}")
    if "writer" in record:
        return source.name == ("numberpad" if record["writer"] == "numberpad" else "uji")
    return True


@pytest.mark.parametrize("source", SOURCES, ids=[source.name for source in SOURCES])
def test_the_digests_are_of_the_drawings_that_were_learnt_from(source: Source) -> None:
    path = SHARED / source.part_of
    if not path.exists():
        pytest.skip(f"needs ../shared/data/{source.part_of}")
    records = [record for record in read_set(path) if belongs(record, source)]
    assert len(records) == sum(original.drawings for original in source.originals)
    assert digest(records) == source.digest


def test_what_is_written_is_what_was_fetched(file_server: FileServer, tmp_path: Path) -> None:
    sources = serve_sources(file_server)
    make_sets(tmp_path, sources)
    for name in SETS:
        chosen = [source for source in sources if source.part_of == name]
        fetched = [r for source in chosen for r in source.obtain(tmp_path / "originals")]
        assert digest(read_set(tmp_path / name)) == digest(fetched)


@pytest.mark.parametrize("source", SOURCES, ids=[source.name for source in SOURCES])
def test_every_address_is_encrypted_and_every_file_has_its_own_name(source: Source) -> None:
    for original in source.originals:
        assert all(mirror.startswith("https://") for mirror in original.mirrors)
    names = [original.name for one in SOURCES for original in one.originals]
    assert len(set(names)) == len(names)
