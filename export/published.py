"""The folder of published models, changed so that whoever serves it sees old or new, whole.

New files are written first, then the manifest replaces the old one in one step, and what it no
longer names is removed last: no manifest ever names a model that is not there.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chalicelib.errors import UnknownModel
from chalicelib.recognition.manifest import CANDIDATE, MANIFEST, MANIFEST_FORMAT, sealed
from chalicelib.recognition.registry import SETS, ModelRegistry
from export.errors import NoCandidate
from export.files import write_json, write_whole

Entry = dict[str, Any]


def write_model(
    folder: Path,
    content: bytes,
    entry: Entry,
    beside: Mapping[str, bytes] | None = None,
    *,
    default: bool,
) -> str | None:
    """Put a model into a folder, replacing the one of its name and that one's candidate.

    beside: the content of its gold and replay sets by file, where its entry names them.
    Returns the version of the candidate that went, None where there was none.
    Raises UnusableModel where the folder's manifest is damaged.
    """
    folder.mkdir(parents=True, exist_ok=True)
    models, chosen = _read(folder) if (folder / MANIFEST).exists() else ([], entry["name"])
    kept = [model for model in models if model["name"] != entry["name"]]
    _write_files(folder, {entry["file"]: content, **(beside or {})})
    _commit(folder, models, [*kept, entry], entry["name"] if default else chosen)
    gone = [m[CANDIDATE]["version"] for m in models if m not in kept and m.get(CANDIDATE)]
    return gone[0] if gone else None


def write_candidate(
    folder: Path, content: bytes, entry: Entry, beside: Mapping[str, bytes] | None = None
) -> None:
    """Put a candidate beside the model of its name, in the place of an earlier candidate.

    Raises UnknownModel where no model has that name, NoCandidate where it cannot be one,
    UnusableModel.
    """
    models, default = _read(folder)
    live = _named(models, entry["name"])
    if entry["version"] == live["version"]:
        raise NoCandidate(entry["name"], f"{entry['version']} is published already")
    if entry["labels"] != live["labels"]:
        raise NoCandidate(entry["name"], "it answers other labels than the one that is published")
    _write_files(folder, {entry["file"]: content, **(beside or {})})
    _replace(folder, models, {**live, CANDIDATE: entry}, default)


def settle_candidate(folder: Path, name: str) -> tuple[str, str]:
    """Make a candidate the model, and the model its candidate; return the new and the old version.

    So the old one can be tried, and promoted, in its turn. Raises UnknownModel, NoCandidate,
    UnusableModel.
    """
    models, default = _read(folder)
    old, new = _pair(models, name)
    _replace(folder, models, {**new, CANDIDATE: old}, default)
    return new["version"], old["version"]


def drop_candidate(folder: Path, name: str) -> str:
    """Remove a candidate and its files; return its version.

    Raises UnknownModel, NoCandidate, UnusableModel.
    """
    models, default = _read(folder)
    live, candidate = _pair(models, name)
    _replace(folder, models, live, default)
    version: str = candidate["version"]
    return version


def _read(folder: Path) -> tuple[list[Entry], str]:
    """Return the models and the default of a manifest. Raises UnusableModel."""
    ModelRegistry.load(folder)  # never build on a manifest that cannot be served
    known = json.loads((folder / MANIFEST).read_bytes())
    return known["models"], known["default"]


def _named(models: list[Entry], name: str) -> Entry:
    known = {model["name"]: model for model in models}
    if name not in known:
        raise UnknownModel(name, tuple(known))
    return known[name]


def _pair(models: list[Entry], name: str) -> tuple[Entry, Entry]:
    """Return a model, and its candidate, each without the other."""
    live = _named(models, name)
    if live.get(CANDIDATE) is None:
        raise NoCandidate(name, "publish one with --beside")
    return {what: said for what, said in live.items() if what != CANDIDATE}, live[CANDIDATE]


def _replace(folder: Path, models: list[Entry], entry: Entry, default: str) -> None:
    kept = [model for model in models if model["name"] != entry["name"]]
    _commit(folder, models, [*kept, entry], default)


def _write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    for file, data in files.items():
        write_whole(folder / file, data)


def _commit(folder: Path, before: list[Entry], models: list[Entry], default: str) -> None:
    """Write the manifest, and remove the files that it no longer names."""
    published = sorted(models, key=lambda model: str(model["name"]))
    manifest = {"format": MANIFEST_FORMAT, "default": default, "models": published}
    write_json(folder / MANIFEST, sealed(manifest))
    named = {file for model in published for file in _files(model)}
    for file in {file for model in before for file in _files(model)} - named:
        (folder / file).unlink(missing_ok=True)


def _files(model: Entry) -> list[str]:
    """Return the files that a manifest's entry names, its candidate's among them."""
    own = [model["file"], *(model[of]["file"] for of in SETS if model.get(of))]
    return own + (_files(model[CANDIDATE]) if model.get(CANDIDATE) else [])
