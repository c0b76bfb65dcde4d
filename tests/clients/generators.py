"""Generators of clients, which others wrote and keep, and how what they make is checked and run.

They are in an environment of their own, `.venv-clients`, with Node.js and npm's packages.
"""

import json
import os
import shutil
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from tools.package.build import ROOT

ENVIRONMENT = ROOT / ".venv-clients"
IS_THERE = (ENVIRONMENT / "clients.stamp").exists()
MISSING = "Generated clients need .venv-clients; `make test` makes it."
PATH = os.pathsep.join(
    [str(ENVIRONMENT / "bin"), str(ENVIRONMENT / "node_modules" / ".bin"), os.environ["PATH"]]
)
TIMEOUT_S = 120.0


class CommandFailed(Exception):
    """A command of the environment ended with an error; the text is what it said."""


def run(folder: Path, *command: str) -> str:
    """Return what a command of the environment prints. Raises CommandFailed."""
    done = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | {"PATH": PATH, "PYTHONPATH": "generated", "MYPYPATH": "generated"},
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT_S,
    )
    if done.returncode:
        raise CommandFailed(f"{' '.join(command)}: {done.stdout}\n{done.stderr}")
    return done.stdout


class Generated(ABC):
    """A client that was generated from a document, and a program that uses it."""

    SOURCES: ClassVar[str]  # the folder of that program and of what configures the generator

    def __init__(self, folder: Path, document: Mapping[str, Any]) -> None:
        self.folder = folder
        shutil.copytree(Path(__file__).with_name(self.SOURCES), folder, dirs_exist_ok=True)
        (folder / "openapi.json").write_text(json.dumps(document))
        self.generate()

    @abstractmethod
    def generate(self) -> None:
        """Make the client. Raises CommandFailed where the generator has anything to say."""

    @abstractmethod
    def check(self) -> None:
        """Check the types of the client and of what uses it. Raises CommandFailed."""

    @abstractmethod
    def use(self, address: str, image: Path) -> dict[str, Any]:
        """Run the program that uses it, and return what came of it. Raises CommandFailed."""


class Python(Generated):
    """By openapi-python-client, checked by mypy."""

    SOURCES = "python"

    def generate(self) -> None:
        """Make the client."""
        options = ["--config", "generator.yml", "--output-path", "generated", "--fail-on-warning"]
        run(self.folder, "openapi-python-client", "generate", "--path", "openapi.json", *options)

    def check(self) -> None:
        """Check the types."""
        kept = f"--cache-dir={ENVIRONMENT / '.mypy_cache'}"  # of what does not change
        run(self.folder, "mypy", "--strict", kept, "use_client.py", "wrong_use.py")

    def use(self, address: str, image: Path) -> dict[str, Any]:
        """Run the program."""
        printed = run(self.folder, "python", "use_client.py", address, str(image))
        found: dict[str, Any] = json.loads(printed)
        return found


class TypeScript(Generated):
    """By @hey-api/openapi-ts, checked by tsc and run by Node.js."""

    SOURCES = "typescript"

    def generate(self) -> None:
        """Make the client."""
        (self.folder / "node_modules").symlink_to(ENVIRONMENT / "node_modules")
        run(self.folder, "openapi-ts")

    def check(self) -> None:
        """Check the types."""
        run(self.folder, "tsc", "--noEmit")

    def use(self, address: str, image: Path) -> dict[str, Any]:
        """Run the program."""
        run(self.folder, "tsc")
        found: dict[str, Any] = json.loads(
            run(self.folder, "node", "built/use_client.js", address, str(image))
        )
        return found
