"""The bill of materials of a package: CycloneDX 1.6 as JSON, the same for the same package."""

import json
import re
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chalicelib import __version__
from tools.package.licences import Component
from tools.package.wheels import sha256_of

Json = dict[str, Any]
_ONE_LICENCE = re.compile(r"[A-Za-z0-9.-]+")


def sbom(archive: Path, shipped: Mapping[Path, Component], models: Path) -> str:
    """Return the document about a package.

    archive: the package. shipped: what is in it, by the wheel that it was in. models: the folder
    of the published models.
    """
    components = [_library(wheel, found) for wheel, found in shipped.items()]
    sha256 = sha256_of(archive)
    ours = "inkling"
    document = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, sha256)}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": ours,
                "name": ours,
                "version": __version__,
                "hashes": _hashes(sha256),
            }
        },
        "components": [*components, *_models(models)],
        "dependencies": [{"ref": ours, "dependsOn": sorted(c["bom-ref"] for c in components)}],
    }
    return json.dumps(document, indent=2) + "\n"


def _library(wheel: Path, found: Component) -> Json:
    """Return the entry of a wheel, with that of each library inside it."""
    purl = f"pkg:pypi/{found.name}@{found.version}"
    entry: Json = {
        "type": "library",
        "bom-ref": purl,
        "name": found.name,
        "version": found.version,
        "hashes": _hashes(sha256_of(wheel)),
        "licenses": _licences(found.licence),
        "purl": f"{purl}?file_name={wheel.name}",
    }
    parts = [
        {"type": "library", "bom-ref": f"{purl}#{number}", "name": part.name}
        | ({"version": part.version} if part.version else {})
        | {"licenses": _licences(part.licence)}
        for number, part in enumerate(found.parts)
    ]
    return entry | ({"components": parts} if parts else {})


def _models(folder: Path) -> list[Json]:
    return [
        {
            "type": "machine-learning-model",
            "bom-ref": f"model:{path.stem}",
            "name": path.name,
            "hashes": _hashes(sha256_of(path)),
        }
        for path in sorted(folder.glob("*.onnx"))
    ]


def _licences(expression: str) -> list[Json]:
    """Return one licence by its id, more as the expression that they are."""
    if _ONE_LICENCE.fullmatch(expression):
        return [{"license": {"id": expression}}]
    return [{"expression": expression}]


def _hashes(sha256: str) -> list[Json]:
    return [{"alg": "SHA-256", "content": sha256}]
