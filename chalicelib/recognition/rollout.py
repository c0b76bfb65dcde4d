"""A rollout: a candidate, the second version of a model, tried beside the one that is live."""

import hashlib
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import NamedTuple

import numpy as np

from chalicelib.recognition.drawing import Drawing, StrokeDrawing


class Mode(StrEnum):
    """What a rollout lets the candidate do."""

    SHADOW = "shadow"  # it is asked as well, and nobody is shown its answers
    SHARE = "share"  # it answers some drawings
    PROMOTED = "promoted"  # it answers under the model's name


class Rollout(NamedTuple):
    """How much of what a model is asked its candidate answers.

    live, candidate: versions of the model, as the manifest names them.
    share: of the drawings, in [0, 1]; 0 is a shadow, 1 a promotion.
    """

    model: str
    live: str
    candidate: str
    share: float

    @property
    def mode(self) -> Mode:
        """What the share amounts to."""
        return {0.0: Mode.SHADOW, 1.0: Mode.PROMOTED}.get(self.share, Mode.SHARE)

    def takes(self, drawing: Drawing) -> bool:
        """Whether the candidate answers a drawing.

        The same drawing is always on the same side, so that an answer does not flicker, and what
        the candidate answers it goes on answering while its share grows.
        """
        if self.mode is not Mode.SHARE:
            return self.mode is Mode.PROMOTED
        return _place(drawing, self.candidate) < self.share


Rollouts = Mapping[str, Rollout]  # by the name of the model
RolloutSource = Callable[[], Rollouts]

NO_ROLLOUTS: Rollouts = {}


class Compared(NamedTuple):
    """A candidate in the shadow has read what the live version answered.

    labels, statuses: how many of the digits it reads otherwise.
    change: of a digit's probability, the largest, in [0, 1].
    """

    digits: int
    labels: int
    statuses: int
    change: float


class Answered(NamedTuple):
    """A candidate has answered in the place of the live version."""


class Failed(NamedTuple):
    """A candidate could not read a drawing, which the live version answered."""

    error: Exception


Sighting = Compared | Answered | Failed
Witness = Callable[[Rollout, Sighting], None]


def _place(drawing: Drawing, salt: str) -> float:
    """Return where a drawing lies in [0, 1), evenly spread; each salt spreads them anew."""
    digest = hashlib.sha256(salt.encode())
    arrays = drawing.strokes if isinstance(drawing, StrokeDrawing) else (drawing.ink,)
    for array in arrays:
        digest.update(f"{array.shape}".encode())
        digest.update(np.ascontiguousarray(array).data)
    return int.from_bytes(digest.digest()[:4]) / 2**32
