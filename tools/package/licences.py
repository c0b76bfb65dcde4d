"""Under which terms all that ships comes, and which of these may be shipped.

A wheel says its own licence. What is compiled into it, or lies in its `*.libs` folder, is in
PARTS, from the licence files and bills of materials of the wheels; a library that is in no row
stops the build, and so does a licence that is not in ALLOWED.
"""

import email
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from tools.package.errors import LicenceNotAllowed
from tools.package.origins import LICENCES

# Each asks for no more than that its text and copyright stay with what ships, and they do.
ALLOWED = frozenset(
    {
        "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSD-3-Clause-Open-MPI", "CC0-1.0",
        "IJG", "MIT", "MIT-CMU", "MIT-open-group", "X11", "Zlib", "libtiff",
        # The exception lets a program that was compiled with GCC have any terms.
        "GPL-3.0-or-later WITH GCC-exception-3.1",
    }
)  # fmt: skip
SPOKEN = {"MIT License": "MIT", "Apache License 2.0": "Apache-2.0"}  # metadata older than SPDX's
NOTICES = "onnxruntime/ThirdPartyNotices.txt"  # of all that is compiled into onnxruntime
# What is in a file that ships: pattern of its name, name of the part, its licence.
PARTS = (
    ("numpy.libs/libscipy_openblas*", "OpenBLAS", "BSD-3-Clause"),
    ("numpy.libs/libscipy_openblas*", "LAPACK", "BSD-3-Clause-Open-MPI"),
    (
        "numpy.libs/libscipy_openblas*",
        "libgfortran",
        "GPL-3.0-or-later WITH GCC-exception-3.1",
    ),
    ("PIL/_imaging.*", "zlib", "Zlib"),
    ("PIL/_imaging.*", "pythoncapi_compat", "0BSD"),
    ("pillow.libs/libXau-*", "libXau", "MIT-open-group"),
    ("pillow.libs/libjpeg-*", "libjpeg / libjpeg-turbo", "IJG AND BSD-3-Clause"),
    ("pillow.libs/liblzma-*", "liblzma", "0BSD"),
    ("pillow.libs/libopenjp2-*", "OpenJPEG", "BSD-2-Clause"),
    ("pillow.libs/libsharpyuv-*", "libwebp", "BSD-3-Clause"),
    ("pillow.libs/libwebp*", "libwebp", "BSD-3-Clause"),
    ("pillow.libs/libtiff-*", "libtiff", "libtiff"),
    ("pillow.libs/libxcb-*", "libxcb", "X11"),
    ("pillow.libs/libzstd-*", "zstd", "BSD-3-Clause"),
)
_LIBRARY = re.compile(r"[^/]+\.libs/[^/]+")


@dataclass(frozen=True, slots=True)
class Part:
    """A library inside a wheel. version: None where the wheel does not say it."""

    name: str
    version: str | None
    licence: str


@dataclass(frozen=True, slots=True)
class Component:
    """A wheel of which something ships, with what is inside. licence: an SPDX expression."""

    name: str
    version: str
    licence: str
    parts: tuple[Part, ...]
    texts: tuple[str, ...]

    def __str__(self) -> str:
        lines = [f"{self.name} {self.version}: {self.licence}"]
        lines += [
            f"  with {p.name} {p.version or ''}".rstrip() + f": {p.licence}" for p in self.parts
        ]
        return "\n".join([*lines, *(f"  text: {text}" for text in self.texts)])


def component(wheel: Path, shipped: list[str]) -> Component:
    """Return what a wheel is, as far as it ships. Raises LicenceNotAllowed.

    shipped: the names of its files that do.
    """
    with zipfile.ZipFile(wheel) as packed:
        names = packed.namelist()
        metadata = next(name for name in names if name.endswith(".dist-info/METADATA"))
        said = email.message_from_bytes(packed.read(metadata))
        versions = dict(_versions(packed))
    licence = said["License-Expression"] or SPOKEN.get(said["License"] or "", "")
    texts = {name for name in names if LICENCES.fullmatch(name) and not name.endswith("/")}
    texts |= {name for name in shipped if name.endswith(("/LICENSE", NOTICES))}
    found = Component(
        said["Name"],
        said["Version"],
        licence,
        tuple(_parts(shipped, versions)),
        tuple(sorted(texts)),
    )
    if not texts:
        raise LicenceNotAllowed(f"{found.name} {found.version}", "without a text")
    for what, terms in ((found.name, licence), *((p.name, p.licence) for p in found.parts)):
        require_allowed_licence(what, terms)
    return found


def require_allowed_licence(what: str, licence: str) -> None:
    """Raise LicenceNotAllowed where an SPDX expression holds more than ALLOWED licences."""
    for every in licence.split(" AND "):
        if not any(choice in ALLOWED for choice in every.split(" OR ")):
            raise LicenceNotAllowed(what, licence)


def third_party_text(components: list[Component]) -> str:
    """Return the list of what ships with its licences, which ships itself."""
    head = "Inkling's package holds these, each under its own terms:"
    return "\n\n".join([head, *map(str, components)]) + "\n"


def _parts(shipped: list[str], versions: Mapping[str, str]) -> Iterator[Part]:
    """Yield what is inside these files, each part once. Raises LicenceNotAllowed."""
    seen = set()
    for name in shipped:
        rows = [row for row in PARTS if fnmatchcase(name, row[0])]
        if _LIBRARY.fullmatch(name) and not rows:
            raise LicenceNotAllowed(name, "")
        for _, part, licence in rows:
            if part not in seen:
                seen.add(part)
                yield Part(part, versions.get(part), licence)


def _versions(wheel: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Yield name and version of what a wheel's own bills of materials list."""
    for name in wheel.namelist():
        if ".dist-info/sboms/" in name and name.endswith(".json"):
            for entry in json.loads(wheel.read(name))["components"]:
                if "version" in entry:
                    yield entry["name"], entry["version"]
