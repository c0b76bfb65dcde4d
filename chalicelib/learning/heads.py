"""Heads: last layers fitted to feedback, each an immutable object named by its content."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from chalicelib.errors import UnusableHead
from chalicelib.learning.keys import head_key
from chalicelib.learning.stored_json import (
    Check,
    decode_object,
    encode_object,
    equals,
    is_object,
    is_sha256,
    is_text,
    is_time,
    read_named,
)
from chalicelib.stores.store import Reader

HEAD_FORMAT = 1
VERSION_CHARACTERS = 8
_FLOAT32 = np.dtype("<f4")
_TEXTS = ("model", "model_version", "normalisation", "dataset", "round")

Weights = NDArray[np.float32]


@dataclass(frozen=True, eq=False, kw_only=True)
class Head:
    """A last layer for one version of one model: logits = features @ weights + bias.

    model, model_version, model_sha256, normalisation, labels: of the model it was fitted for.
    weights: array of shape (d, k), float32, one column a label and a last one for "none".
    bias: array of shape (k,), float32.
    dataset: names the accepted feedback it was fitted to.
    round: id of the round that fitted it.
    time: ISO 8601, UTC.
    figures: measured with this head, by data set, as in the manifest:
        {"gold": {"drawings": n, "correct": c, "accuracy": a}, ...}.
    trained_figures: the model's on the same data sets, as it was trained.
    """

    model: str
    model_version: str
    model_sha256: str
    normalisation: str
    labels: tuple[str, ...]
    weights: Weights
    bias: Weights
    dataset: str
    round: str
    time: str
    figures: Mapping[str, Any] = field(default_factory=dict)
    trained_figures: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raise UnusableHead where the arrays do not fit together."""
        if self.weights.ndim != 2 or 0 in self.weights.shape:
            self._refuse(f"has weights of shape {self.weights.shape}")
        if self.weights.shape[1] != len(self.labels) + 1:
            self._refuse(f"has {self.weights.shape[1]} outputs for {len(self.labels)} labels")
        if self.bias.shape != self.weights.shape[1:]:
            self._refuse(f"has a bias of shape {self.bias.shape}")
        if not (np.isfinite(self.weights).all() and np.isfinite(self.bias).all()):
            self._refuse("holds numbers that are not finite")

    def _refuse(self, reason: str) -> None:
        raise UnusableHead(f"The head for {self.model}", reason)

    def encode(self) -> bytes:
        """Return the head as JSON, the same bytes for the same head."""
        return self._encoded

    @cached_property
    def sha256(self) -> str:
        """Digest of the encoded head: its name."""
        return hashlib.sha256(self._encoded).hexdigest()

    @cached_property
    def version(self) -> str:
        """The short name that stands in answers, after the model's own version."""
        return self.sha256[:VERSION_CHARACTERS]

    @property
    def origin(self) -> dict[str, str]:
        """What it was fitted to, by which round, when."""
        return {
            "sha256": self.sha256,
            "dataset": self.dataset,
            "round": self.round,
            "time": self.time,
        }

    @cached_property
    def _encoded(self) -> bytes:
        arrays = {name: _encode_array(getattr(self, name)) for name in ("weights", "bias")}
        plain = {name: getattr(self, name) for name in _CHECKS.keys() - arrays.keys() - {"format"}}
        return encode_object({"format": HEAD_FORMAT} | plain | arrays)

    @classmethod
    def decode(cls, data: bytes, where: str = "The head") -> Self:
        """Read what `encode` wrote; `where` names it in errors. Raises UnusableHead."""
        found = decode_object(data, where, _CHECKS)
        del found["format"]
        found["labels"] = tuple(found["labels"])
        for name in ("weights", "bias"):
            found[name] = _decode_array(found[name], where)
        try:
            return cls(**found)
        except UnusableHead as error:  # names the model alone
            raise UnusableHead(where, error.reason) from error


def read_head(reader: Reader, sha256: str) -> Head:
    """Return the head of that name. Raises UnusableHead, StorageUnavailable."""
    key = head_key(sha256)
    return Head.decode(read_named(reader, key, sha256), key)


def _encode_array(array: Weights) -> dict[str, object]:
    data = np.ascontiguousarray(array, _FLOAT32).tobytes()
    return {"shape": list(array.shape), "float32": base64.b64encode(data).decode()}


def _decode_array(stored: Mapping[str, Any], where: str) -> Weights:
    try:
        data = base64.b64decode(stored["float32"], validate=True)
        return np.frombuffer(data, _FLOAT32).reshape(stored["shape"]).astype(np.float32)
    except ValueError as error:
        raise UnusableHead(where, f"holds an array that is none ({error})") from error


def _is_array(value: object) -> bool:
    if type(value) is not dict or value.keys() != {"shape", "float32"}:
        return False
    shape, data = value["shape"], value["float32"]
    return (
        type(data) is str
        and type(shape) is list
        and 1 <= len(shape) <= 2
        and all(type(side) is int and side > 0 for side in shape)
    )


def _are_labels(value: object) -> bool:
    return (
        type(value) is list
        and value != []
        and all(map(is_text, value))
        and len(set(value)) == len(value)
    )


_CHECKS: dict[str, Check] = {
    "format": equals(HEAD_FORMAT),
    **dict.fromkeys(_TEXTS, is_text),
    "model_sha256": is_sha256,
    "labels": _are_labels,
    "weights": _is_array,
    "bias": _is_array,
    "time": is_time,
    "figures": is_object,
    "trained_figures": is_object,
}
