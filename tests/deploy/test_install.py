"""What installs: uv, from where pip is told to take packages, and pip where uv cannot."""

import os
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.deploy.test_supply_chain import write_wheel
from tools.install import UV, Untranslated, pip_settings, uv_variables
from tools.package.build import ROOT
from tools.package.wheels import sha256_of

LISTED = """\
:env:.cert='/env/ca.pem'
:env:.disable-pip-version-check='1'
global.cert='/etc/ca.pem'
global.extra-index-url='file:///a/simple\\nfile:///b/simple'
global.find-links='/wheels /more'
global.index-url='https://mirror.example/simple'
install.index-url='https://other.example/simple'
list.format='columns'
"""
Install = Callable[..., tuple[int, str, str]]


def test_each_setting_is_that_of_its_strongest_place() -> None:
    found = pip_settings(LISTED)
    assert found["cert"] == "/env/ca.pem"
    assert found["index-url"] == "https://other.example/simple"
    assert "format" not in found


def test_uv_is_told_what_pip_is_and_what_it_is_told_itself_stays() -> None:
    variables = uv_variables(pip_settings(LISTED), {"SSL_CERT_FILE": "/own/ca.pem", "PATH": "/bin"})
    assert variables == {
        "PATH": "/bin",
        "SSL_CERT_FILE": "/own/ca.pem",
        "UV_DEFAULT_INDEX": "https://other.example/simple",
        "UV_FIND_LINKS": "/wheels,/more",
        "UV_INDEX": "file:///a/simple file:///b/simple",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
    }


def test_what_uv_cannot_be_told_is_left_to_pip() -> None:
    with pytest.raises(Untranslated, match="only-binary"):
        uv_variables({"only-binary": ":all:"}, {})


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """Write a wheel, and tell pip alone, by a file, that it is all there is."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    (tmp_path / "pip.conf").write_text(f"[global]\nno-index = true\nfind-links = {folder}\n")
    return write_wheel(folder / "small-1.0-py3-none-any.whl", {"small.py": b"seven = 7\n"})


@pytest.fixture
def install(wheel: Path, tmp_path: Path) -> Install:
    """Return what installs the wheel by its lock into a new environment.

    It returns the exit code, who has installed it ("" for nobody) and what was said.
    """

    def install_(sha256: str, **variables: str) -> tuple[int, str, str]:
        venv.create(tmp_path / "env", system_site_packages=True)
        (tmp_path / "lock.txt").write_text(f"small==1.0 --hash=sha256:{sha256}\n")
        kept = {n: v for n, v in os.environ.items() if not n.startswith(("PIP_", "UV_"))}
        python = str(tmp_path / "env" / "bin" / "python")
        options = ["--require-hashes", "--no-deps", "-r", str(tmp_path / "lock.txt")]
        done = subprocess.run(
            [python, "-m", "tools.install", *options],
            cwd=ROOT,
            env={**kept, "PIP_CONFIG_FILE": str(wheel.parents[1] / "pip.conf"), **variables},
            capture_output=True,
            text=True,
            check=False,
        )
        found = [*(tmp_path / "env").rglob("small-1.0.dist-info/INSTALLER")]
        return done.returncode, "".join(path.read_text().strip() for path in found), done.stderr

    return install_


def test_uv_installs_from_where_a_file_tells_pip_to(wheel: Path, install: Install) -> None:
    assert Path(sys.executable).with_name("uv") == UV
    assert install(sha256_of(wheel)) == (0, "uv", "")


def test_where_pip_is_told_more_pip_installs(wheel: Path, install: Install) -> None:
    status, installer, told = install(sha256_of(wheel), PIP_ONLY_BINARY=":all:")
    assert (status, installer) == (0, "pip")
    assert "uv: pip is told only-binary; pip installs instead." in told


def test_what_nobody_locked_is_installed_by_neither(install: Install) -> None:
    status, installer, told = install("0" * 64)
    assert (status, installer) == (1, "")
    assert "pip installs instead" in told
    assert "DO NOT MATCH THE HASHES" in told
