"""What Chalice packages: a clean copy of what serves, with its dependencies, and a template."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from chalicelib.recognition.registry import SETS, ModelRegistry
from tools.package.errors import DependencyLeftOut, NotBuilt

CONFIG = ".chalice"
SOURCES = ("app.py", "requirements.txt", "chalicelib", CONFIG)
MODELS = Path("chalicelib", "models")
NOT_SOURCE = shutil.ignore_patterns("__pycache__", "*.pyc", "deployments", "deployed", "venv", ".*")
ANY_REGION = "us-east-1"  # Chalice asks for one and writes none into the template
ZIP_OF_CHALICE = "deployment.zip"
TEMPLATE_OF_CHALICE = "sam.json"
# Its zip is unpacked at once, so nothing in it is compressed.
CHALICE = """
import zipfile
from chalice.cli import main
from chalice.utils import OSUtils
OSUtils.ZIP_DEFLATED = zipfile.ZIP_STORED
main()
"""


def copy_sources(root: Path, folder: Path) -> None:
    """Copy what Chalice reads into an empty folder, without what lies between it.

    Of a candidate the network alone is copied: rounds read gold and replay sets, and they are about
    the models themselves. Raises UnusableModel where the manifest cannot be served.
    """
    folder.mkdir()
    for name in SOURCES:
        if (root / name).is_dir():
            shutil.copytree(root / name, folder / name, ignore=NOT_SOURCE)
        else:
            shutil.copy(root / name, folder / name)
    models = folder / MODELS
    for candidate in ModelRegistry.load(models).candidates.values():
        for of in SETS:
            if made := getattr(candidate, of):
                (models / made.file).unlink()


def chalice_package(
    project: Path, out: Path, environment: dict[str, str], *, stage: str, merged: Path | None
) -> None:
    """Run `chalice package`. Raises DependencyLeftOut where it went on without one, NotBuilt."""
    command = [sys.executable, "-c", CHALICE, "package", "--stage", stage]
    if merged:
        command += ["--merge-template", str(merged.resolve())]
    environment = environment | {
        "AWS_DEFAULT_REGION": os.environ.get("AWS_DEFAULT_REGION") or ANY_REGION,
        "PYTHONDONTWRITEBYTECODE": "1",  # Chalice zips whatever lies in chalicelib
    }
    done = subprocess.run(
        [*command, str(out.resolve())],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    said = done.stdout + done.stderr
    if "Could not install" in said:  # and it exits 0
        raise DependencyLeftOut(re.findall(r"^(\S+==\S+)$", said, re.MULTILINE))
    if done.returncode or not (out / ZIP_OF_CHALICE).is_file():
        raise NotBuilt("Chalice could not package", said)
