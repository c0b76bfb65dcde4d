"""What ships is what was locked, under terms that may be shipped, and a list says what it is."""

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.emulation import MISSING, STACK_PYTHON
from tools.package.build import ROOT
from tools.package.errors import LicenceNotAllowed, LockOutdated, NotLocked, UnknownOrigin
from tools.package.licences import component, require_allowed_licence
from tools.package.lock import (
    FOLDER,
    LOCAL,
    SHIPS,
    Pin,
    read_lock,
    read_requirements,
    require_locked,
    shipped_pins,
)
from tools.package.origins import files_by_wheel
from tools.package.wheels import fetch_wheels, sha256_of

VALIDATE = """
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
fault = JsonStrictValidator(SchemaVersion.V1_6).validate_str(sys.stdin.read())
sys.exit(str(fault) if fault else 0)
"""
LOCKED = sorted(path.name for path in (ROOT / FOLDER).iterdir())
# torch's wheel is another one for each kind of machine, and training serves nobody.
UNLOCKED = {"requirements-export.txt"}


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """Write a wheel of one module, and of one library in its folder of libraries."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    return write_wheel(folder / "small-1.0-py3-none-any.whl", {"small.py": b"seven = 7\n"})


def write_wheel(path: Path, files: dict[str, bytes], licence: str = "MIT") -> Path:
    metadata = f"Metadata-Version: 2.4\nName: small\nVersion: 1.0\nLicense-Expression: {licence}\n"
    own = {
        "small-1.0.dist-info/METADATA": metadata.encode(),
        "small-1.0.dist-info/WHEEL": b"Wheel-Version: 1.0\nTag: py3-none-any\n",
        "small-1.0.dist-info/RECORD": b"",
        "small-1.0.dist-info/licenses/LICENSE": b"Do as you like.\n",
    }
    with zipfile.ZipFile(path, "w") as packed:
        for name, content in (own | files).items():
            packed.writestr(name, content)
    return path


def pin_of(wheel: Path) -> dict[str, Pin]:
    return {"small": Pin("small", "1.0", frozenset({sha256_of(wheel)}))}


@pytest.fixture
def index(wheel: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let pip take wheels from the wheel's folder alone."""
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", wheel.parent.as_uri())
    return wheel.parent


@pytest.mark.parametrize("name", LOCKED)
def test_every_lock_is_that_of_its_requirements(name: str) -> None:
    requirements = read_requirements(ROOT / name)
    assert requirements
    require_locked(requirements, read_lock(ROOT / FOLDER / name), name)


def test_what_is_installed_is_locked() -> None:
    assert {path.name for path in ROOT.glob("requirements*.txt")} - UNLOCKED == set(LOCKED)
    makefile = (ROOT / "Makefile").read_text()
    installed = [line for line in makefile.splitlines() if "$(INSTALL" in line and " -r " in line]
    # That of requirements.txt is in requirements-local.txt's; uv's is cut out of a lock.
    assert len(installed) == len(LOCKED) + 1
    for line in installed:
        assert (
            "$(INSTALL_LOCKED) -r locks/" in line
            or "$(INSTALL_LOCKED) -r .venv/uv.txt" in line
            or "requirements-export.txt" in line
        )


def test_locks_hold_one_version_of_what_ships_and_name_no_index() -> None:
    ships = read_lock(ROOT / FOLDER / SHIPS)
    local = read_lock(ROOT / FOLDER / LOCAL)
    assert {name: local[name] for name in ships} == ships
    for name in LOCKED:
        text = (ROOT / FOLDER / name).read_text()
        assert "://" not in text
        assert "index-url" not in text


def test_what_npm_installs_is_locked_and_names_no_index() -> None:
    folder = ROOT / "tests" / "clients" / "typescript"
    asked = json.loads((folder / "package.json").read_text())["devDependencies"]
    packages = json.loads((folder / "package-lock.json").read_text())["packages"]
    assert packages.pop("")["devDependencies"] == asked
    assert asked == {name: packages[f"node_modules/{name}"]["version"] for name in asked}
    for name, package in packages.items():
        assert package["integrity"].startswith("sha512-"), name
        assert "resolved" not in package, name


@pytest.mark.parametrize(
    ("lock", "reason"),
    [
        ("numpy==1.0 --hash=sha256:" + "0" * 64, "numpy=="),
        ("numpy==1.0", "numpy has no hash"),
        ("", "not in its lock"),
    ],
)
def test_a_lock_that_is_not_that_of_the_requirements_is_refused(
    tmp_path: Path, lock: str, reason: str
) -> None:
    shutil.copytree(ROOT / FOLDER, tmp_path / FOLDER)
    shutil.copy(ROOT / SHIPS, tmp_path)
    assert shipped_pins(tmp_path)["numpy"].sha256s
    (tmp_path / FOLDER / SHIPS).write_text(lock)
    with pytest.raises(LockOutdated, match=f"{reason}.*make lock"):
        shipped_pins(tmp_path)


def test_what_a_requirement_brings_must_be_pinned_beside_it(tmp_path: Path) -> None:
    shutil.copytree(ROOT / FOLDER, tmp_path / FOLDER)
    lines = (ROOT / SHIPS).read_text().splitlines()
    (tmp_path / SHIPS).write_text("\n".join(line for line in lines if "protobuf" not in line))
    with pytest.raises(LockOutdated, match="protobuf must be pinned"):
        shipped_pins(tmp_path)


def test_a_wheel_is_fetched_once_and_verified_each_time(index: Path, tmp_path: Path) -> None:
    wheel = next(index.iterdir())
    pins = pin_of(wheel)
    folder = fetch_wheels(pins, tmp_path / "cache")
    kept = folder / wheel.name
    assert kept.read_bytes() == wheel.read_bytes()
    wheel.unlink()
    assert fetch_wheels(pins, tmp_path / "cache") == folder
    kept.write_bytes(kept.read_bytes() + b"\0")
    with pytest.raises(NotLocked, match=wheel.name):
        fetch_wheels(pins, tmp_path / "cache")


def test_a_wheel_that_nobody_locked_is_refused(index: Path, tmp_path: Path) -> None:
    pins = pin_of(next(index.iterdir()))
    folder = fetch_wheels(pins, tmp_path / "cache")
    (folder / "other-1.0-py3-none-any.whl").write_bytes(b"")
    with pytest.raises(NotLocked, match="other"):
        fetch_wheels(pins, tmp_path / "cache")


def test_a_wheel_with_another_hash_is_not_fetched(index: Path, tmp_path: Path) -> None:
    pins = pin_of(next(index.iterdir()))
    write_wheel(next(index.iterdir()), {"small.py": b"seven = 8\n"})
    with pytest.raises(NotLocked, match=r"small==1\.0"):
        fetch_wheels(pins, tmp_path / "cache")
    assert not any((tmp_path / "cache").iterdir())


@pytest.mark.parametrize("change", [{"small.py": b"seven = 8\n"}, {"beside.py": b""}])
def test_a_file_that_no_wheel_holds_stops_the_build(
    wheel: Path, tmp_path: Path, change: dict[str, bytes]
) -> None:
    folder = tmp_path / "code"
    for name, content in ({"small.py": b"seven = 7\n", "app.py": b"ours"} | change).items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)
    with pytest.raises(UnknownOrigin) as caught:
        files_by_wheel(folder, wheel.parent)
    assert caught.value.names == list(change)


def test_files_are_told_by_their_wheel(wheel: Path, tmp_path: Path) -> None:
    (tmp_path / "code" / "chalicelib").mkdir(parents=True)
    (tmp_path / "code" / "chalicelib" / "ours.py").touch()
    (tmp_path / "code" / "small.py").write_bytes(b"seven = 7\n")
    assert files_by_wheel(tmp_path / "code", wheel.parent) == {wheel: ["small.py"]}


def test_only_licences_that_were_looked_at_are_shipped(wheel: Path) -> None:
    assert component(wheel, ["small.py"]).licence == "MIT"
    require_allowed_licence("x", "LGPL-2.1-or-later OR MIT")
    for bad in ("GPL-3.0-or-later", "", "MIT AND AGPL-3.0-only", "LicenseRef-Unheard-Of"):
        with pytest.raises(LicenceNotAllowed):
            require_allowed_licence("x", bad)
        write_wheel(wheel, {}, bad)
        with pytest.raises(LicenceNotAllowed, match="small"):
            component(wheel, ["small.py"])


def test_a_library_that_nobody_looked_at_stops_the_build(wheel: Path) -> None:
    with pytest.raises(LicenceNotAllowed, match="libunheard"):
        component(wheel, ["small.libs/libunheard-1234.so.1"])


def test_every_licence_is_in_the_package_as_its_list_says(package: Path) -> None:
    with zipfile.ZipFile(package / "deployment.zip") as packed:
        names = set(packed.namelist())
        listed = packed.read("THIRD_PARTY.txt").decode()
    texts = [line.partition(": ")[2] for line in listed.splitlines() if line.startswith("  text")]
    assert {"chalice", "numpy", "onnxruntime", "pillow"} <= {
        block.partition(" ")[0] for block in listed.split("\n\n")
    }
    assert set(texts) <= names
    assert len(texts) >= 20
    for part in ("OpenBLAS", "libgfortran", "libjpeg-turbo", "zlib", "libwebp"):
        assert part in listed


def test_the_bill_of_materials_names_what_ships_by_its_hash(package: Path) -> None:
    document = json.loads((package / "sbom.json").read_text())
    (whole,) = document["metadata"]["component"]["hashes"]
    assert whole["content"] == sha256_of(package / "deployment.zip")
    libraries = [c for c in document["components"] if c["type"] == "library"]
    pins = shipped_pins(ROOT)
    for library in libraries:
        pin = pins[library["name"]]
        assert library["version"] == pin.version
        assert library["hashes"][0]["content"] in pin.sha256s
    with zipfile.ZipFile(package / "deployment.zip") as packed:
        tops = {name.partition("/")[0] for name in packed.namelist()}
    trimmed_away = {"flatbuffers", "packaging", "protobuf"}
    assert {library["name"] for library in libraries} == pins.keys() - trimmed_away
    assert not {"flatbuffers", "packaging", "google"} & tops
    models = [c["name"] for c in document["components"] if c["type"] == "machine-learning-model"]
    assert sorted(path.name for path in (ROOT / "chalicelib/models").glob("*.onnx")) == models


def validated(document: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [STACK_PYTHON, "-c", VALIDATE],
        input=json.dumps(document),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.skipif(not Path(STACK_PYTHON).exists(), reason=MISSING)
def test_the_bill_of_materials_keeps_the_rules_of_cyclonedx(package: Path) -> None:
    document = json.loads((package / "sbom.json").read_text())
    done = validated(document)
    assert done.returncode == 0, done.stderr
    document["components"][0]["licenses"] = [{"license": {"id": "No-Such-Licence"}}]
    assert validated(document).returncode != 0


def test_what_runs_here_is_what_was_locked() -> None:
    """Of the libraries that ship, the tests run the very releases that are packaged."""
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "list", "--format=json", "--disable-pip-version-check"],
        capture_output=True,
        check=True,
    )
    installed = {each["name"].lower(): each["version"] for each in json.loads(listed.stdout)}
    for name, pin in shipped_pins(ROOT).items():
        assert installed[name] == pin.version
