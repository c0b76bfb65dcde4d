"""Folders of models that are damaged, or whose manifest says what cannot be."""

import copy
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.campaigns.models.damage import damaged
from chalicelib.recognition.manifest import MANIFEST, SEAL, sealed
from export.files import write_whole

WRONG: tuple[Any, ...] = (
    None, True, -1, 0, 2.5, "", "x" * 65, "\0", "../a", "all", [], ["0", "0"], {}, 10**400,
)  # fmt: skip
COULD_BE = {"digit": (0,), "recognized": (0,), "temperature": (2.5,)}  # not wrong, only other

Rng = random.Random


def spoil_file(folder: Path, rng: Rng) -> str:
    """Damage, swap or remove one file; return what was done."""
    path = rng.choice(sorted(folder.iterdir()))
    data = path.read_bytes()
    way = rng.choice(("damage",) * 4 + ("swap", "remove"))
    if way == "remove":
        path.unlink()
    elif way == "swap":
        other = rng.choice([each for each in sorted(folder.iterdir()) if each != path])
        content = other.read_bytes()
        write_whole(other, data)
        write_whole(path, content)
    else:
        write_whole(path, damaged(data, rng))
    return f"{way} {path.name}"


def spoil_manifest(folder: Path, rng: Rng) -> str:
    """Say in the manifest what cannot be, under a right seal; return what was done."""
    path = folder / MANIFEST
    manifest = json.loads(path.read_bytes())
    what = rng.choice(CHANGES)(manifest, rng)
    write_whole(path, json.dumps(sealed(manifest)).encode())
    return what


def _wrong_field(manifest: dict[str, Any], rng: Rng) -> str:
    entry = rng.choice(manifest["models"])
    return _spoil_field(entry, rng.choice(sorted(entry)), rng)


def _wrong_part(manifest: dict[str, Any], rng: Rng) -> str:
    part = rng.choice(manifest["models"])[rng.choice(("thresholds", "gold", "replay"))]
    return _spoil_field(part, rng.choice(sorted(part)), rng)


def _wrong_whole(manifest: dict[str, Any], rng: Rng) -> str:
    return _spoil_field(manifest, rng.choice(("format", "default", "models")), rng)


def _spoil_field(part: dict[str, Any], name: str, rng: Rng) -> str:
    if rng.random() < 0.1:
        del part[name]
        return f"no {name}"
    right = (part[name], *COULD_BE.get(name, ()))
    part[name] = rng.choice([value for value in WRONG if value not in right])
    return f"{name} {part[name]!r:.40}"


def _swap_fields(manifest: dict[str, Any], rng: Rng) -> str:
    """Give one model what belongs to the other: a head, a network, a set made for another."""
    one, other = manifest["models"]
    name = rng.choice(("file", "sha256", "version", "family", "gold", "replay", "name"))
    if name == "name":
        one[name] = other[name]
    else:
        one[name], other[name] = other[name], one[name]
    return f"swap {name}"


def _other_labels(manifest: dict[str, Any], rng: Rng) -> str:
    labels = rng.choice(manifest["models"])["labels"]
    before = copy.copy(labels)
    while labels == before:
        rng.shuffle(labels)
    return "labels in another order"


def _other_normalisation(manifest: dict[str, Any], rng: Rng) -> str:
    rng.choice(manifest["models"])["normalisation"] = str(rng.randint(2, 99))
    return "other normalisation"


def _other_digest(manifest: dict[str, Any], rng: Rng) -> str:
    entry = rng.choice(manifest["models"])
    part = entry[rng.choice(("gold", "replay"))] if rng.random() < 0.5 else entry
    part[SEAL] = part[SEAL][:8] + rng.randbytes(28).hex()
    return "other sha256"


def _other_figures(manifest: dict[str, Any], rng: Rng) -> str:
    """Change what changes no answer."""
    rng.choice(manifest["models"])["figures"]["mnist_test"]["correct"] = rng.randint(0, 10_000)
    return "other figures"


CHANGES: tuple[Callable[[dict[str, Any], Rng], str], ...] = (
    *[_wrong_field] * 8,
    *[_wrong_part] * 3,
    _wrong_whole,
    _swap_fields,
    _other_labels,
    _other_normalisation,
    _other_digest,
    _other_figures,
)
