"""The wheels that ship, fetched once and kept, so that packaging works offline.

Each is what its lock says, byte for byte, or there is no package.
"""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tools.package.errors import NotBuilt, NotLocked
from tools.package.lock import Pin, normalised

GLIBC_MINORS = range(17, 35)  # Lambda's Python 3.12 and 3.13 run on Amazon Linux 2023, glibc 2.34
PLATFORMS = (*(f"manylinux_2_{minor}_x86_64" for minor in GLIBC_MINORS), "manylinux2014_x86_64")
LAMBDA = tuple(f"--platform={platform}" for platform in PLATFORMS)
MISMATCH = "DO NOT MATCH THE HASHES"  # what pip says


def runs_here() -> bool:
    """Whether this machine can run what Lambda runs."""
    return sys.platform == "linux" and platform.machine() == "x86_64"


def fetch_wheels(pins: Mapping[str, Pin], cache: Path) -> Path:
    """Return a folder with every wheel that ships. Raises NotBuilt, NotLocked.

    Where Lambda's wheels do not run, those of this machine are beside them: Chalice looks at both.
    """
    lines = [pin.requirement for pin in pins.values()]
    folder = cache / _name(lines)
    if not folder.is_dir():
        print("Fetching the wheels that ship (once)...", flush=True)
        cache.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix="wheels-", dir=cache))
        try:
            for options in (LAMBDA,) if runs_here() else (LAMBDA, ()):
                _download(lines, fresh, options)
            fresh.rename(folder)  # a folder of that name is whole
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    require_unchanged(folder, pins)
    return folder


def require_unchanged(folder: Path, pins: Mapping[str, Pin]) -> None:
    """Raise NotLocked where a wheel in a folder is another than when it was locked."""
    for path in sorted(folder.iterdir()):
        pin = pins.get(distribution(path))
        if not pin or sha256_of(path) not in pin.sha256s:
            raise NotLocked(path.name)


def distribution(wheel: Path) -> str:
    """Return the normalised name of what a wheel holds."""
    return normalised(wheel.name.partition("-")[0])


def sha256_of(path: Path) -> str:
    """Return the digest of a file, in hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def offline(wheels: Path) -> dict[str, str]:
    """Return the environment in which pip knows these wheels and nothing else."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    return kept | {
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": wheels.resolve().as_uri(),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }


def _name(lines: list[str]) -> str:
    """Return a name that changes with the locked releases and with Python."""
    digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
    return f"{sys.implementation.cache_tag}-{digest}"


def _download(lines: list[str], folder: Path, options: tuple[str, ...]) -> None:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--only-binary=:all:"]
    command += ["--require-hashes", "--no-deps", *options, "--dest", str(folder)]
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as requirements:
        requirements.write("\n".join(lines))
        requirements.flush()
        command += ["--requirement", requirements.name]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if MISMATCH in done.stderr:
        raise NotLocked(next(line.strip() for line in done.stderr.splitlines() if " from " in line))
    if done.returncode:
        raise NotBuilt("The wheels that ship could not be fetched", done.stderr)
