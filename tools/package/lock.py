"""The locks: every release that is installed or ships, with the sha256 of each of its files."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.package.errors import LockOutdated

FOLDER = "locks"
SHIPS = "requirements.txt"
LOCAL = "requirements-local.txt"
PACKAGER = "chalice"  # puts its own runtime into what it packages
_PIN = re.compile(r"(?P<name>[A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(?P<version>[^\s;\\]+)")
_SHA256 = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Pin:
    """One release. sha256s: of its files, of which a machine takes the one that fits it."""

    name: str
    version: str
    sha256s: frozenset[str]

    @property
    def requirement(self) -> str:
        """The line by which pip takes this release, with one of these files, and nothing else."""
        hashes = (f"--hash=sha256:{sha256}" for sha256 in sorted(self.sha256s))
        return " ".join((f"{self.name}=={self.version}", *hashes))


def normalised(name: str) -> str:
    """Return the one spelling of a distribution's name (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def read_lock(path: Path) -> dict[str, Pin]:
    """Return what a lock holds, by normalised name. Raises LockOutdated where a hash is missing."""
    pins = {}
    for entry in re.split(r"\n(?=[A-Za-z0-9])", path.read_text()):
        if found := _PIN.match(entry):
            name = normalised(found["name"])
            pins[name] = Pin(name, found["version"], frozenset(_SHA256.findall(entry)))
            if not pins[name].sha256s:
                raise LockOutdated(path.name, f"{name} has no hash in its lock")
    return pins


def read_requirements(path: Path) -> dict[str, str]:
    """Return the versions that a file of requirements pins, by normalised name."""
    found = map(_PIN.match, path.read_text().splitlines())
    return {normalised(pin["name"]): pin["version"] for pin in found if pin}


def require_locked(requirements: Mapping[str, str], pins: Mapping[str, Pin], name: str) -> None:
    """Raise LockOutdated where a lock is not that of these requirements. name: of their file."""
    for required, version in requirements.items():
        if required not in pins or pins[required].version != version:
            raise LockOutdated(name, f"{required}=={version} is not in its lock")


def shipped_pins(root: Path) -> dict[str, Pin]:
    """Return what the package of this project is made of. Raises LockOutdated."""
    pins = read_lock(root / FOLDER / SHIPS)
    requirements = read_requirements(root / SHIPS)
    require_locked(requirements, pins, SHIPS)
    if extra := sorted(pins.keys() - requirements.keys()):
        raise LockOutdated(SHIPS, f"{', '.join(extra)} must be pinned beside what brings it")
    return pins | {PACKAGER: read_lock(root / FOLDER / LOCAL)[PACKAGER]}
