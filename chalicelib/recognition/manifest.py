"""What a manifest of models must be, before anything in it is believed.

One damaged digit of a threshold changes answers as surely as a damaged network, so a manifest
holds the sha256 of all else in it. What was never right is found by the check of its field.
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from chalicelib.errors import UnusableModel
from chalicelib.limits import MAX_NAME_CHARACTERS

MANIFEST = "manifest.json"
MANIFEST_FORMAT = 1
ALL_MODELS = "all"  # what a request says for every model; none can have it as its name
SEAL = "sha256"
CANDIDATE = "candidate"  # of a model's entry: that of a second version, which a rollout tries
TEMPERATURES = (0.01, 100.0)  # of a calibration, which is about 1
_FIELDS = {"format", "default", "models", SEAL}
_NAME = re.compile("[A-Za-z0-9_-]+")
_FILE = re.compile(r"\w[\w.-]*", re.ASCII)
_SHA256 = re.compile("[0-9a-f]{64}")


def sealed(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return a manifest with the sha256 of all else in it, however it is spaced and ordered."""
    content = {name: value for name, value in manifest.items() if name != SEAL}
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return {**content, SEAL: hashlib.sha256(canonical.encode()).hexdigest()}


def parse_manifest(data: bytes, path: str) -> dict[str, Any]:
    """Return a manifest whose seal and fields are sound; path: names it in errors.

    Raises UnusableModel.
    """
    try:
        manifest = json.loads(data, object_pairs_hook=_unique, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise UnusableModel(path, f"is not a manifest ({error!r})") from error
    if type(manifest) is not dict or manifest.keys() != _FIELDS:
        raise UnusableModel(path, f"must be an object of {', '.join(sorted(_FIELDS))}")
    if sealed(manifest) != manifest:
        raise UnusableModel(path, "was changed since the models were published; publish them again")
    if manifest["format"] != MANIFEST_FORMAT:
        raise UnusableModel(path, f"has format {manifest['format']}, not {MANIFEST_FORMAT}")
    _require_models(manifest["models"], path)
    names = [entry["name"] for entry in manifest["models"]]
    if len(set(names)) < len(names):
        raise UnusableModel(path, "names a model twice")
    if manifest["default"] not in names:
        raise UnusableModel(path, f"names an unknown default, {manifest['default']!r}")
    return manifest


def _require_models(models: object, path: str) -> None:
    """Raise UnusableModel unless these are entries whose fields are of their types and ranges."""
    if type(models) is not list or not all(type(entry) is dict for entry in models):
        raise UnusableModel(path, "has models that are no array of objects")
    for number, entry in enumerate(models, 1):
        _require_entry(entry, f"model {number}", path)
        if entry.get(CANDIDATE) is not None:
            _require_candidate(entry[CANDIDATE], entry, f"the candidate of model {number}", path)


def _require_entry(entry: Mapping[str, Any], what: str, path: str) -> None:
    for name, check in _CHECKS.items():
        if not check(entry.get(name)):
            raise UnusableModel(path, f"has an unusable {name} of {what}")
    if not entry["sha256"].startswith(entry["version"]):
        raise UnusableModel(path, f"has a version of {what} that is another file's")


def _require_candidate(candidate: object, entry: Mapping[str, Any], what: str, path: str) -> None:
    """Raise UnusableModel unless it could answer in the place of the model, and is another one."""
    if type(candidate) is not dict or candidate.get(CANDIDATE) is not None:
        raise UnusableModel(path, f"has {what} that is no entry of its own")
    _require_entry(candidate, what, path)
    for name in ("name", "labels", "normalisation"):
        if candidate[name] != entry[name]:
            raise UnusableModel(path, f"has another {name} of {what} than of the model")
    if candidate["version"] == entry["version"]:
        raise UnusableModel(path, f"has {what} that is the model itself")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("a name stands twice in one object")
    return members


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


def _is_text(value: object) -> bool:
    return type(value) is str and 1 <= len(value) <= MAX_NAME_CHARACTERS and value.isprintable()


def _is_name(value: object) -> bool:
    return _is_text(value) and _NAME.fullmatch(str(value)) is not None and value != ALL_MODELS


def _is_file(value: object) -> bool:
    """Whether it names a file in the manifest's own folder."""
    return type(value) is str and _FILE.fullmatch(value) is not None


def _is_sha256(value: object) -> bool:
    return type(value) is str and _SHA256.fullmatch(value) is not None


def _is_count(value: object) -> bool:
    return type(value) is int and value > 0


def _is_object(value: object) -> bool:
    return type(value) is dict


def _are_labels(value: object) -> bool:
    return (
        type(value) is list
        and value != []
        and all(map(_is_text, value))
        and len(set(value)) == len(value)
    )


def _is_temperature(value: object) -> bool:
    lowest, highest = TEMPERATURES
    return (type(value) is float or type(value) is int) and lowest <= value <= highest


def _is_probability(value: object) -> bool:
    return (type(value) is float or type(value) is int) and 0 <= value <= 1


def _are_thresholds(value: object) -> bool:
    return (
        type(value) is dict
        and value.keys() == {"digit", "recognized"}
        and all(map(_is_probability, value.values()))
    )


def _is_set(value: object) -> bool:
    """Whether it describes a gold or replay set, or says that there is none."""
    return value is None or (
        type(value) is dict
        and value.keys() == {"file", "sha256", "drawings"}
        and _is_file(value["file"])
        and _is_sha256(value["sha256"])
        and _is_count(value["drawings"])
    )


_CHECKS: dict[str, Callable[[Any], bool]] = {
    "name": _is_name,
    **dict.fromkeys(("family", "version", "normalisation"), _is_text),
    "file": _is_file,
    "sha256": _is_sha256,
    "labels": _are_labels,
    **dict.fromkeys(("weights", "size_bytes"), _is_count),
    "temperature": _is_temperature,
    "thresholds": _are_thresholds,
    **dict.fromkeys(("figures", "trained"), _is_object),
    **dict.fromkeys(("gold", "replay"), _is_set),
}
