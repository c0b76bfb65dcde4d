"""Where each file of the package comes from: our own sources, or one locked wheel."""

import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from tools.package.errors import UnknownOrigin

OURS = ("app.py", "chalicelib")
_DATA = re.compile(r"[^/]+\.data/(?:purelib|platlib)/")  # what a wheel lays beside the rest
LICENCES = re.compile(r"[^/]+\.dist-info/(?:licenses/.+|LICEN[CS]E[^/]*|NOTICE[^/]*)")


def files_by_wheel(folder: Path, wheels: Path) -> dict[Path, list[str]]:
    """Return the files of an unpacked package that come from each wheel, those that have some.

    Raises UnknownOrigin where a file is not ours, and not in a wheel with these very bytes.
    """
    left = set(_foreign(folder))
    found: dict[Path, list[str]] = {}
    for wheel in sorted(wheels.glob("*.whl")):
        same = sorted(name for name in _same(wheel, folder, left))
        if same:
            found[wheel] = same
            left -= set(same)
    if left:
        raise UnknownOrigin(sorted(left))
    return found


def add_licences(folder: Path, shipped: Mapping[Path, list[str]]) -> None:
    """Lay beside what ships the licences that its wheel has and Chalice left out."""
    for wheel in shipped:
        with zipfile.ZipFile(wheel) as packed:
            for name in packed.namelist():
                if LICENCES.fullmatch(name) and not name.endswith("/"):
                    packed.extract(name, folder)


def _foreign(folder: Path) -> Iterator[str]:
    for path in folder.rglob("*"):
        name = path.relative_to(folder)
        if path.is_file() and name.parts[0] not in OURS:
            yield name.as_posix()


def _same(wheel: Path, folder: Path, names: set[str]) -> Iterator[str]:
    """Yield those names under which folder and wheel hold the same bytes."""
    with zipfile.ZipFile(wheel) as packed:
        for entry in packed.infolist():
            name = _DATA.sub("", entry.filename, count=1)
            if name in names and packed.read(entry) == (folder / name).read_bytes():
                yield name
