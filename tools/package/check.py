"""What must hold of a package before anybody deploys it."""

import re
import subprocess
import sys
import zipfile
from collections import Counter
from pathlib import Path

from tools.package.errors import DoesNotStart, ForbiddenContent, PackageTooLarge

MAX_ZIPPED_BYTES = 32_000_000
MAX_UNPACKED_BYTES = 95_000_000
FORBIDDEN = (
    "torch",
    "boto3",  # these two come with Lambda
    "botocore",
    "pytest",
    "_pytest",
    "tests",
    "export",
    "tools",
    "bench",
    "frontend",
)
# In an interpreter that knows the package and the standard library alone: every module of ours,
# and the default model opened and run, as a cold start does.
TRIAL = """
import importlib, os, pkgutil, sys
sys.path.insert(0, sys.argv[1])
os.environ["AWS_LAMBDA_FUNCTION_NAME"] = "trial"
import app, chalicelib
for module in pkgutil.walk_packages(chalicelib.__path__, "chalicelib."):
    importlib.import_module(module.name)
"""


def require_allowed(names: list[str]) -> None:
    """Raise ForbiddenContent where something is in the package that must never ship."""
    tops = {name.partition("/")[0] for name in names}
    found = sorted(top for top in tops if re.split("[-.]", top)[0] in FORBIDDEN)
    if found:
        raise ForbiddenContent(found)


def require_start(folder: Path) -> None:
    """Raise DoesNotStart where the unpacked package cannot be imported in an empty environment."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-c", TRIAL, str(folder)],
        env={"OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
        raise DoesNotStart(lines[-1])


def require_small(archive: Path) -> None:
    """Raise PackageTooLarge where the zip is above a limit."""
    for what, actual, limit in (
        ("zipped", archive.stat().st_size, MAX_ZIPPED_BYTES),
        ("unpacked", unpacked_bytes(archive), MAX_UNPACKED_BYTES),
    ):
        if actual > limit:
            raise PackageTooLarge(what, actual, limit)


def unpacked_bytes(archive: Path) -> int:
    """Return what all entries of a zip hold."""
    with zipfile.ZipFile(archive) as packed:
        return sum(entry.file_size for entry in packed.infolist())


def sizes(archive: Path) -> list[tuple[str, int, int]]:
    """Return name, unpacked bytes and zipped bytes of each top-level entry, the largest first."""
    unpacked, zipped = Counter[str](), Counter[str]()
    with zipfile.ZipFile(archive) as packed:
        for entry in packed.infolist():
            top = entry.filename.partition("/")[0]
            unpacked[top] += entry.file_size
            zipped[top] += entry.compress_size
    return [(top, size, zipped[top]) for top, size in unpacked.most_common()]
