"""The wheels of requirements.txt, fetched once and kept, so that packaging works offline."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tools.package.errors import NotBuilt

GLIBC_MINORS = range(17, 35)  # Lambda's Python 3.12 and 3.13 run on Amazon Linux 2023, glibc 2.34
PLATFORMS = (*(f"manylinux_2_{minor}_x86_64" for minor in GLIBC_MINORS), "manylinux2014_x86_64")


def fetch_wheels(requirements: Path, cache: Path) -> Path:
    """Return a folder with every wheel that ships. Raises NotBuilt."""
    folder = cache / _name(requirements)
    if folder.is_dir():
        return folder
    print("Fetching the wheels that ship (once)...", flush=True)
    cache.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix="wheels-", dir=cache))
    try:
        _download(requirements, fresh)
        fresh.rename(folder)  # a folder of that name is whole
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return folder


def offline(wheels: Path) -> dict[str, str]:
    """Return the environment in which pip knows these wheels and nothing else."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    return kept | {
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": wheels.resolve().as_uri(),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }


def _name(requirements: Path) -> str:
    """Return a name that changes with the requirements and with Python."""
    digest = hashlib.sha256(requirements.read_bytes()).hexdigest()[:16]
    return f"{sys.implementation.cache_tag}-{digest}"


def _download(requirements: Path, folder: Path) -> None:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--only-binary=:all:"]
    command += [f"--platform={platform}" for platform in PLATFORMS]
    command += ["--dest", str(folder), "--requirement", str(requirements)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotBuilt("The wheels of requirements.txt could not be fetched", done.stderr)
