"""What is packaged: small, complete, nothing but what serves, and the same bytes each time."""

import importlib.util
import json
import platform
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tools.package.build import ROOT, build_package
from tools.package.chalice_run import chalice_package
from tools.package.check import require_allowed, require_small, require_start
from tools.package.errors import (
    DependencyLeftOut,
    DoesNotStart,
    ForbiddenContent,
    NotBuilt,
    PackageTooLarge,
)
from tools.package.trim import NUMPY_PARTS, trimmed
from tools.package.wheels import offline

GLIBC = tuple(int(part) for part in (platform.libc_ver()[1] or "0").split("."))


@pytest.fixture(scope="session")
def names(package: Path) -> list[str]:
    with zipfile.ZipFile(package / "deployment.zip") as packed:
        return packed.namelist()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Copy what is packaged, for a test to spoil."""
    folder = tmp_path / "project"
    shutil.copytree(ROOT / "chalicelib", folder / "chalicelib")
    shutil.copytree(ROOT / ".chalice", folder / ".chalice")
    shutil.copytree(ROOT / "locks", folder / "locks")
    for name in ("app.py", "requirements.txt"):
        shutil.copy(ROOT / name, folder / name)
    return folder


def test_it_keeps_its_limits(package: Path) -> None:
    archive = package / "deployment.zip"
    assert archive.stat().st_size <= 32_000_000
    with zipfile.ZipFile(archive) as packed:
        assert sum(entry.file_size for entry in packed.infolist()) <= 95_000_000


def test_what_trains_tests_and_develops_is_not_in_it(names: list[str]) -> None:
    inside = ("torch", "boto3", "botocore", "pytest", "moto", "playwright")
    ours = ("tests", "export", "tools", "bench", "frontend", "docs")
    tops = {name.partition("/")[0].partition("-")[0] for name in names}
    assert not tops & {*inside, *ours}
    assert {"app.py", "chalice", "chalicelib", "numpy", "onnxruntime", "PIL"} <= tops


def test_every_module_is_compiled_for_a_folder_that_cannot_be_written(package: Path) -> None:
    """Ours beside their sources, those of libraries in place of them."""
    with zipfile.ZipFile(package / "deployment.zip") as packed:
        names = set(packed.namelist())
        sources = {name for name in names if name.endswith(".py")}
        compiled = {name for name in names if name.endswith(".pyc")}
        assert {name.partition("/")[0] for name in sources} == {"app.py", "chalice", "chalicelib"}
        assert {importlib.util.cache_from_source(name) for name in sources} < compiled
        assert {"numpy/__init__.pyc", "onnxruntime/__init__.pyc", "PIL/Image.pyc"} <= compiled
        for name in compiled:
            flags = int.from_bytes(packed.read(name)[4:8], "little")
            assert flags == 0b01, f"{name} is checked against its source"


def test_the_template_runs_the_zip(package: Path) -> None:
    resources = json.loads((package / "template.json").read_text())["Resources"]
    functions = [r for r in resources.values() if r["Type"] == "AWS::Serverless::Function"]
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    assert functions
    for function in functions:
        assert function["Properties"]["CodeUri"] == "./deployment.zip"
        assert function["Properties"]["Runtime"] == version


def test_the_same_sources_give_the_same_bytes(package: Path, project: Path) -> None:
    """Also from another folder, at another time, with other files lying about."""
    (project / "chalicelib" / "__pycache__").mkdir(exist_ok=True)
    (project / "chalicelib" / "__pycache__" / "old.cpython-312.pyc").write_bytes(b"old")
    (project / "chalicelib" / ".config.py.swp").write_bytes(b"an editor's")
    again = build_package(project.parent / "again", root=project)
    assert again.read_bytes() == (package / "deployment.zip").read_bytes()
    for name in ("template.json", "sbom.json"):
        assert (again.parent / name).read_bytes() == (package / name).read_bytes()


def test_a_requirement_that_is_nowhere_fails_and_leaves_the_old_package(project: Path) -> None:
    pin = "inkling-is-no-such-package==1.0"
    (project / "requirements.txt").write_text(f"{pin}\n")
    (project / "locks" / "requirements.txt").write_text(f"{pin} --hash=sha256:{'0' * 64}\n")
    out = project.parent / "out"
    out.mkdir()
    (out / "deployment.zip").write_bytes(b"of before")
    with pytest.raises(NotBuilt, match="inkling-is-no-such-package"):
        build_package(out, root=project)
    assert [path.name for path in out.iterdir()] == ["deployment.zip"]
    assert (out / "deployment.zip").read_bytes() == b"of before"


@pytest.mark.skipif(GLIBC < (2, 35), reason="pip takes no wheel here that Lambda cannot run")
def test_a_dependency_that_chalice_leaves_out_fails(project: Path, tmp_path: Path) -> None:
    """Chalice says so and exits 0."""
    wheels = tmp_path / "wheels"
    _write_unusable_wheel(wheels)
    (project / "requirements.txt").write_text("inkling-native==1.0\n")
    with pytest.raises(DependencyLeftOut) as caught:
        chalice_package(project, tmp_path / "out", offline(wheels), stage="dev", merged=None)
    assert caught.value.names == ["inkling-native==1.0"]


def test_a_module_that_the_package_cannot_import_fails(package: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(package / "deployment.zip") as packed:
        packed.extractall(tmp_path)
    require_start(tmp_path)
    shutil.rmtree(tmp_path / "PIL")
    with pytest.raises(DoesNotStart, match="PIL"):
        require_start(tmp_path)


@pytest.mark.parametrize("name", ["torch/__init__.py", "boto3-1.44.5.dist-info/METADATA"])
def test_forbidden_content_fails(name: str) -> None:
    with pytest.raises(ForbiddenContent, match=name.partition("/")[0]):
        require_allowed(["app.py", name])


def test_a_package_above_its_limit_fails(tmp_path: Path) -> None:
    archive = tmp_path / "deployment.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("zeros", bytes(95_000_001))
    with pytest.raises(PackageTooLarge, match="unpacked"):
        require_small(archive)


def test_licences_of_what_ships_stay() -> None:
    name = "numpy-2.5.5.dist-info/licenses/LICENSE.txt"
    assert trimmed([name, "numpy/tests/test_all.py"]) == [name]


def test_what_serves_asks_for_no_part_of_numpy_that_is_left_out() -> None:
    """Those are imported at their first use, so only a request would find out."""
    sources = [ROOT / "app.py", *(ROOT / "chalicelib").rglob("*.py")]
    for part in NUMPY_PARTS:
        for path in sources:
            source = path.read_text()
            assert f"np.{part}" not in source, path
            assert f"numpy.{part}" not in source, path


def test_a_failure_is_one_line(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tools.package", "--out", str(tmp_path)]
    command += ["--merge-template", str(tmp_path / "missing.json")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "missing.json" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def _write_unusable_wheel(folder: Path) -> None:
    """Write a wheel for a glibc that this machine has and Lambda has not."""
    folder.mkdir()
    tag = f"cp{sys.version_info.major}{sys.version_info.minor}"
    tags = f"{tag}-{tag}-manylinux_2_35_x86_64"
    described = "inkling_native-1.0.dist-info"
    files = {
        "inkling_native.py": "",
        f"{described}/METADATA": "Metadata-Version: 2.1\nName: inkling-native\nVersion: 1.0\n",
        f"{described}/WHEEL": f"Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: {tags}\n",
        f"{described}/RECORD": "",
    }
    with zipfile.ZipFile(folder / f"inkling_native-1.0-{tags}.whl", "w") as wheel:
        for name, text in files.items():
            wheel.writestr(name, text)
