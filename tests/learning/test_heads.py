"""Heads as stored objects: the same after reading, refused when damaged."""

import json
from typing import Any

import numpy as np
import pytest

from chalicelib.errors import UnusableHead
from chalicelib.learning.heads import Head
from tests.learning.heads import make_head, with_arrays


def test_a_head_is_read_as_it_was_written_bit_for_bit() -> None:
    head = make_head(1)
    again = Head.decode(head.encode())
    assert again.weights.tobytes() == head.weights.tobytes()
    assert again.bias.tobytes() == head.bias.tobytes()
    assert again.weights.dtype == np.float32
    assert again.weights.shape == (6, 4)
    assert again.labels == head.labels
    assert again.figures == head.figures
    assert again.encode() == head.encode()


def test_a_head_is_named_by_its_content() -> None:
    head = make_head(1)
    assert head.sha256 == make_head(1).sha256
    assert head.version == head.sha256[:8]
    bias = head.bias.copy()
    bias[0] = np.nextafter(bias[0], np.float32(9))
    assert with_arrays(head, bias=bias).sha256 != head.sha256


@pytest.mark.parametrize(
    "arrays",
    [
        {"weights": np.zeros((6, 3))},
        {"weights": np.zeros(4)},
        {"weights": np.zeros((0, 4))},
        {"bias": np.zeros(3)},
        {"bias": [0, 0, 0, np.nan]},
        {"weights": np.full((6, 4), np.inf)},
    ],
)
def test_arrays_that_do_not_fit_together_make_no_head(arrays: dict[str, Any]) -> None:
    with pytest.raises(UnusableHead):
        with_arrays(make_head(1), **arrays)


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"\xff", b"[" * 100_000, b"null", b'"NaN"'])
def test_what_is_no_head_is_refused_by_name(data: bytes) -> None:
    with pytest.raises(UnusableHead, match="learning/v1/heads/x"):
        Head.decode(data, "learning/v1/heads/x")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("format", 2),
        ("format", True),
        ("model", ""),
        ("model_sha256", "0" * 63),
        ("labels", ["0", "0", "1"]),
        ("labels", ["0", "1"]),
        ("labels", []),
        ("time", "yesterday"),
        ("figures", []),
        ("bias", {"shape": [4], "float32": "not base64"}),
        ("bias", {"shape": [5], "float32": "AAAAAAAAAAAAAAAAAAAAAA=="}),
        ("bias", {"shape": [-1], "float32": "AAAAAAAAAAAAAAAAAAAAAA=="}),
        ("bias", {"shape": [4], "float32": "AADAfwAAAAAAAAAAAAAAAA=="}),
        ("bias", [0, 0, 0, 0]),
        ("extra", 1),
    ],
)
def test_each_field_is_checked(name: str, value: object) -> None:
    stored = json.loads(make_head(1).encode()) | {name: value}
    with pytest.raises(UnusableHead):
        Head.decode(json.dumps(stored).encode())


def test_a_missing_field_is_refused() -> None:
    stored = json.loads(make_head(1).encode())
    for name in stored:
        rest = {other: value for other, value in stored.items() if other != name}
        with pytest.raises(UnusableHead):
            Head.decode(json.dumps(rest).encode())


def test_arrays_that_do_not_fit_are_refused_by_the_name_of_their_head() -> None:
    stored = json.loads(make_head(1).encode())
    stored["bias"] = {"shape": [1], "float32": "AAAAAA=="}
    with pytest.raises(UnusableHead, match=r"learning/head\.json has a bias"):
        Head.decode(json.dumps(stored).encode(), "learning/head.json")
