"""From the sources to build/deployment.zip, template.json and sbom.json, or to none of them."""

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
from tools.package.errors import NoTemplate
from tools.package.licences import Component, component, third_party_text
from tools.package.lock import shipped_pins
from tools.package.origins import add_licences, files_by_wheel
from tools.package.sbom import sbom
from tools.package.trim import trimmed
from tools.package.wheels import fetch_wheels, offline, runs_here

ROOT = Path(__file__).resolve().parents[2]
WHEELS = ROOT / ".cache" / "wheels"
ARCHIVE = "deployment.zip"
TEMPLATE = "template.json"
SBOM = "sbom.json"
THIRD_PARTY = "THIRD_PARTY.txt"


def build_package(
    out: Path, *, root: Path = ROOT, stage: str = "stack", merged: Path | None = None
) -> Path:
    """Build the package, its template and its bill of materials into a folder; return the zip.

    root: the project. stage: of Chalice's configuration. merged: a template that is merged into
    Chalice's. Raises PackagingFailed; what lay in the folder stays then.
    """
    if merged and not merged.is_file():
        raise NoTemplate(str(merged))
    pins = shipped_pins(root)
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="package-", dir=out) as name:
        work = Path(name)
        copy_sources(root, work / "project")
        wheels = fetch_wheels(pins, WHEELS)
        chalice_package(
            work / "project", work / "chalice", offline(wheels), stage=stage, merged=merged
        )
        components = _trim_and_compile(work / "chalice" / ZIP_OF_CHALICE, work / "code", wheels)
        pack(work / "code", work / ARCHIVE)
        require_small(work / ARCHIVE)
        models = work / "project" / "chalicelib" / "models"
        (work / SBOM).write_text(sbom(work / ARCHIVE, components, models))
        (work / "chalice" / TEMPLATE_OF_CHALICE).replace(out / TEMPLATE)
        (work / SBOM).replace(out / SBOM)
        return (work / ARCHIVE).replace(out / ARCHIVE)


def _trim_and_compile(archive: Path, folder: Path, wheels: Path) -> dict[Path, Component]:
    """Make the code of the package of Chalice's; return what is in it, by wheel."""
    with zipfile.ZipFile(archive) as packed:
        names = trimmed(packed.namelist())
    require_allowed(names)
    unpack(archive, names, folder)
    shipped = files_by_wheel(folder, wheels)
    components = {wheel: component(wheel, files) for wheel, files in shipped.items()}
    add_licences(folder, shipped)
    (folder / THIRD_PARTY).write_text(third_party_text([*components.values()]))
    compile_all(folder)
    if runs_here():
        require_start(folder)
    else:
        print("Not tried: only Linux on x86_64 can run what Lambda runs.", file=sys.stderr)
    return components
