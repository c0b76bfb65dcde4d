"""From the sources to build/deployment.zip and build/template.json, or to neither."""

import os
import platform
import sys
import tempfile
import zipfile
from pathlib import Path

from tools.package.archive import compile_all, pack, unpack
from tools.package.chalice_run import (
    TEMPLATE_OF_CHALICE,
    ZIP_OF_CHALICE,
    chalice_package,
    copy_sources,
)
from tools.package.check import require_allowed, require_small, require_start
from tools.package.trim import trimmed
from tools.package.wheels import fetch_wheels, offline

ROOT = Path(__file__).resolve().parents[2]
WHEELS = ROOT / ".cache" / "wheels"
ARCHIVE = "deployment.zip"
TEMPLATE = "template.json"


def build_package(
    out: Path, *, root: Path = ROOT, stage: str = "stack", merged: Path | None = None
) -> Path:
    """Build the package and its template into a folder; return the path of the zip.

    root: the project. stage: of Chalice's configuration. merged: a template that is merged into
    Chalice's. Raises PackagingFailed; what lay in the folder stays then.
    """
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="package-", dir=out) as name:
        work = Path(name)
        copy_sources(root, work / "project")
        chalice_package(
            work / "project",
            work / "chalice",
            _environment(work / "project"),
            stage=stage,
            merged=merged,
        )
        _trim_and_compile(work / "chalice" / ZIP_OF_CHALICE, work / "code")
        pack(work / "code", work / ARCHIVE)
        require_small(work / ARCHIVE)
        (work / "chalice" / TEMPLATE_OF_CHALICE).replace(out / TEMPLATE)
        return (work / ARCHIVE).replace(out / ARCHIVE)


def _runs_here() -> bool:
    """Whether this machine can run what Lambda runs."""
    return sys.platform == "linux" and platform.machine() == "x86_64"


def _environment(project: Path) -> dict[str, str]:
    """Return the environment for Chalice, whose pip elsewhere needs this machine's wheels too."""
    if not _runs_here():
        return dict(os.environ)
    return offline(fetch_wheels(project / "requirements.txt", WHEELS))


def _trim_and_compile(archive: Path, folder: Path) -> None:
    with zipfile.ZipFile(archive) as packed:
        names = trimmed(packed.namelist())
    require_allowed(names)
    unpack(archive, names, folder)
    compile_all(folder)
    if _runs_here():
        require_start(folder)
    else:
        print("Not tried: only Linux on x86_64 can run what Lambda runs.", file=sys.stderr)
