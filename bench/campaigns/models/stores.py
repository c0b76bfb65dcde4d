"""Stores of heads that are damaged, or whose heads and pointer are for something else."""

import base64
import json
import random
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import numpy as np

from bench.campaigns.models.damage import damaged
from chalicelib.learning.anchors import load_anchors
from chalicelib.learning.heads import Head
from chalicelib.learning.keys import CURRENT_KEY, LEARNING_ROOT, head_key
from chalicelib.learning.pointer import HeadBook
from chalicelib.learning.stored_json import encode_object
from chalicelib.recognition.registry import ModelRegistry
from chalicelib.stores.store import Store

MODELS = ("cnn", "perceptron")
STEP = 0.05  # of a weight: enough for another answer in every bit
DEEP = b"[" * 100_000

Rng = random.Random
Change = Callable[[Store, Rng], str]


def promote_heads(store: Store, registry: ModelRegistry, rng: Rng) -> None:
    """Promote a head for each model that answers otherwise than the one shipped.

    In half of the cases others were promoted after them, and rolled back: those must not answer.
    """
    book, drawn = HeadBook(store), np.random.default_rng(rng.getrandbits(32))
    is_rolled_back = rng.random() < 0.5
    for _ in range(1 + is_rolled_back):
        heads = {name: _head(registry, name, drawn) for name in MODELS}
        book.promote(heads, book.read()[1], "bench", "to be damaged", {})
    if is_rolled_back:
        book.rollback("bench", "not to come back")


def _head(registry: ModelRegistry, name: str, rng: np.random.Generator) -> Head:
    entry, (gold, _) = registry.entry(name), load_anchors(registry, name)
    moved = gold.weights + rng.normal(0, STEP, gold.weights.shape).astype(np.float32)
    return Head(
        model=name,
        model_version=entry.version,
        model_sha256=entry.sha256,
        normalisation=entry.normalisation,
        labels=entry.labels,
        weights=moved,
        bias=gold.bias,
        dataset="of chance",
        round="of the bench",
        time="2026-11-21T10:00:00+00:00",
    )


def damage_object(store: Store, rng: Rng) -> str:
    """Damage, swap or remove one object: the pointer, a head or an entry of the history."""
    return damage_key(store, rng.choice(_keys(store)), rng)


def damage_pointer(store: Store, rng: Rng) -> str:
    """Damage, swap or remove the pointer."""
    return damage_key(store, CURRENT_KEY, rng)


def spoil_head(store: Store, rng: Rng) -> str:
    """Put a head that cannot be, or is for another model, under its right name, and promote it."""
    pointer = json.loads(read_whole(store, CURRENT_KEY))
    model = rng.choice(MODELS)
    head = json.loads(read_whole(store, head_key(pointer["heads"][model])))
    what = rng.choice(HEAD_CHANGES)(head, rng)
    data = json.dumps(head, sort_keys=True, separators=(",", ":")).encode()
    name = sha256(data).hexdigest()
    store.put(head_key(name), data)
    pointer["heads"][model] = name
    store.put(CURRENT_KEY, encode_object(pointer))
    return f"head of {model}: {what}"


def spoil_pointer(store: Store, rng: Rng) -> str:
    """Let the pointer say what cannot be."""
    pointer = json.loads(read_whole(store, CURRENT_KEY))
    what = rng.choice(POINTER_CHANGES)(pointer, rng)
    store.put(CURRENT_KEY, json.dumps(pointer).encode())
    return f"pointer: {what}"


def damage_key(store: Store, key: str, rng: Rng) -> str:
    """Damage or remove what lies under a key, or swap it with something else that was learnt."""
    data = read_whole(store, key)
    way = rng.choice(("damage",) * 5 + ("swap", "remove", "deep"))
    if way == "remove":
        store.delete(key)
    elif way == "swap":
        other = rng.choice([each for each in _keys(store) if each != key])
        content = read_whole(store, other)
        store.put(other, data)
        store.put(key, content)
    else:
        store.put(key, DEEP if way == "deep" else damaged(data, rng))
    return f"{way} {key}"


def _keys(store: Store) -> list[str]:
    return [listed.key for listed in store.list(f"{LEARNING_ROOT}/")]


def read_whole(store: Store, key: str) -> bytes:
    """Return what lies under a key that was listed."""
    blob = store.get(key)
    if blob is None:
        raise RuntimeError(f"{key} is listed and not there, though nobody else is at it")
    return blob.data


def wrong_field(fields: dict[str, Any], rng: Rng) -> str:
    """Leave one field out, or put into it what it cannot hold."""
    name = rng.choice(sorted(fields))
    if rng.random() < 0.2:
        del fields[name]
        return f"no {name}"
    fields[name] = rng.choice([None, -1, "", [], "x" * 201, float("nan")])
    return f"{name} {fields[name]!r:.20}"


def one_field_more(fields: dict[str, Any], _rng: Rng) -> str:
    """Add a field that nobody knows."""
    fields["more"] = 1
    return "a field more"


def _other_model(head: dict[str, Any], rng: Rng) -> str:
    name, value = rng.choice(
        [
            ("model", "oracle"),
            ("model_version", "01234567"),
            ("model_sha256", rng.randbytes(32).hex()),
            ("normalisation", "2"),
            ("labels", head["labels"][::-1]),
            ("format", 2),
        ]
    )
    head[name] = value
    return f"other {name}"


def _other_arrays(head: dict[str, Any], rng: Rng) -> str:
    """Spoil the numbers: no numbers, another shape, or not as many as the shape says."""
    stored = head[rng.choice(("weights", "bias"))]
    numbers = np.frombuffer(base64.b64decode(stored["float32"]), "<f4").copy()
    way = rng.choice(("nan", "inf", "shape", "short", "base64"))
    if way in ("nan", "inf"):
        numbers[rng.randrange(len(numbers))] = float(way)
    elif way == "short":
        numbers = numbers[:-1]
    elif way == "shape":
        stored["shape"] = stored["shape"][::-1] if len(stored["shape"]) > 1 else [len(numbers), 1]
    stored["float32"] = base64.b64encode(numbers.tobytes()).decode() + "!" * (way == "base64")
    return f"arrays {way}"


def _missing_head(pointer: dict[str, Any], rng: Rng) -> str:
    pointer["heads"][rng.choice(MODELS)] = rng.randbytes(32).hex()
    return "a head that is not there"


def _swapped_heads(pointer: dict[str, Any], _rng: Rng) -> str:
    one, other = MODELS
    heads = pointer["heads"]
    heads[one], heads[other] = heads[other], heads[one]
    return "heads of each other"


def _other_version(pointer: dict[str, Any], rng: Rng) -> str:
    pointer["versions"][rng.choice(MODELS)] = "01234567"
    return "other version"


HEAD_CHANGES = (
    wrong_field,
    one_field_more,
    _other_model,
    _other_model,
    _other_arrays,
    _other_arrays,
)
POINTER_CHANGES = (wrong_field, one_field_more, _missing_head, _swapped_heads, _other_version)
CHANGES: tuple[Change, ...] = (damage_object, damage_pointer, spoil_head, spoil_pointer)
CHANGES_OF_POINTER: tuple[Change, ...] = (damage_pointer, damage_pointer, spoil_pointer)
