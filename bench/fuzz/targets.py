"""What is fuzzed: each target takes bytes through the code that first meets what callers send.

What is accepted is then normalised, and parted into digits as for an answer, with everything but
the network. Parting takes up to two hundred times as long as all the rest, so most inputs are
spared it while they are fuzzed; none is when it is replayed.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from bench.fuzz import chunks, pen
from chalicelib.http.drawings import parse_image
from chalicelib.http.inference.request import parse_infer
from chalicelib.http.problems import problem_of
from chalicelib.http.requests import JSON_TYPE, parse_feedback, parse_recognize
from chalicelib.recognition.drawing import Drawing, InkDrawing, Picture, Points
from chalicelib.recognition.images import decode_image
from chalicelib.recognition.normalise import SIDE_PX, normalise
from chalicelib.recognition.segmentation import segment

LABELS = tuple("0123456789")
INK = 0.5
DEGREES = 101  # of certainty that the stand-in for the network knows
SERVER_ERRORS = 500  # HTTP statuses from here on blame the server

Parse = Callable[[bytes], Drawing]


class Target(NamedTuple):
    """One way in.

    parses: the functions that take an input, each on its own. share: of all runs.
    max_bytes: of an input while it is fuzzed. parted: one input in so many is parted into digits
    then. dictionary: what its inputs are made of; None: nothing in particular.
    """

    parses: tuple[Parse, ...]
    share: float
    max_bytes: int
    parted: int
    dictionary: str | None


def _recognize(body: bytes) -> Drawing:
    return parse_recognize(JSON_TYPE, body, {}).drawing


def _feedback(body: bytes) -> Drawing:
    return parse_feedback(JSON_TYPE, body, None, LABELS).drawing


def _base64(text: bytes) -> Drawing:
    return parse_image(text.decode("latin-1"))


def _bare_png(data: bytes) -> Drawing:
    return decode_image(chunks.packed(data))


def _pen(data: bytes) -> Drawing:
    return _recognize(pen.body_of(data))


def _tensors(body: bytes) -> Drawing:
    """Return the pictures of a request as one drawing, below each other."""
    return InkDrawing(parse_infer({}, body, "cnn").pictures.reshape(-1, SIDE_PX))


TARGETS = {
    "base64": Target((_base64,), 0.1, 2048, 128, "base64"),
    "body": Target((_recognize, _feedback), 0.25, 4096, 128, "json"),
    "image": Target((decode_image,), 0.35, 4096, 128, "image"),
    "png": Target((_bare_png,), 0.15, 2048, 128, "image"),
    "strokes": Target((_pen,), 0.05, 96, 32, None),
    "tensors": Target((_tensors,), 0.1, 4096, 128, "tensors"),
}


def read(drawing: Drawing, *, parted: bool) -> None:
    """Take an accepted drawing as far as the pictures that the network would see."""
    normalise(drawing)
    if parted:
        segment(drawing, whims)


def whims(pictures: Picture) -> Points:
    """Answer in the network's place, as sure or unsure as the amount of ink happens to say.

    pictures: shape (n, 28, 28). Returns probabilities of shape (n, 11), the same for the same
    pictures: so drawings are cut, put together and doubted in every way there is.
    """
    inked = np.count_nonzero(pictures > INK, axis=(1, 2))
    best = (inked * 37 % DEGREES) / (DEGREES - 1)
    rest = np.repeat((1 - best)[:, None] / len(LABELS), len(LABELS), axis=1)
    return np.column_stack([best, rest])


def is_refusal(error: Exception) -> bool:
    """Whether an error tells the caller what is wrong with the request; others are unexpected."""
    return problem_of(error).status < SERVER_ERRORS
