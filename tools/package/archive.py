"""The zip: the same bytes for the same contents, whenever and wherever it is built."""

import os
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from pathlib import Path

LAMBDA_FOLDER = "/var/task"
EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip can say
WITH_SOURCE = ("app.py", "chalice", "chalicelib")  # so tracebacks show the lines
READABLE = 0o100644
UNIX = 3


def unpack(archive: Path, names: Iterable[str], folder: Path) -> None:
    """Write these entries of a zip into a folder."""
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(folder, names)


def compile_all(folder: Path) -> None:
    """Lay byte code beside our modules and in place of the libraries', which nobody reads there.

    Lambda's code folder is read-only, so without it every cold start compiles. `unchecked-hash`:
    Python takes it without asking whether the source is older.
    """
    for path in sorted(folder.iterdir()):
        if path.name in WITH_SOURCE:
            _compile(path)
        elif path.is_dir():
            _compile(path, "-b")
            for source in path.rglob("*.py"):
                source.unlink()


def _compile(path: Path, *options: str) -> None:
    command = [sys.executable, "-m", "compileall", "-qf", "--invalidation-mode=unchecked-hash"]
    subprocess.run(
        [*command, *options, "-s", str(path.parent), "-p", LAMBDA_FOLDER, str(path)],
        env=os.environ | {"PYTHONHASHSEED": "0"},  # sets are stored in the order of their hashes
        check=True,
    )


def pack(folder: Path, archive: Path) -> None:
    """Zip a folder: entries in order, without the times and modes of this machine."""
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*")}
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for name in sorted(files):
            if files[name].is_file():
                packed.writestr(_entry(name), files[name].read_bytes(), compresslevel=9)


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = UNIX
    entry.external_attr = READABLE << 16
    return entry
