"""What the segmentation works on: a drawing taken apart into pieces that lie on a sheet."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from chalicelib.limits import MAX_DIGITS
from chalicelib.recognition.drawing import Box, Drawing, Picture, Points
from chalicelib.recognition.normalise import normalise_all

MAX_PIECES = 4 * MAX_DIGITS  # of a drawing: digits have seldom more than two


class Part(NamedTuple):
    """One digit cut out of a drawing, and where it stands in the caller's units."""

    drawing: Drawing
    box: Box


class Parting(NamedTuple):
    """The digits of a drawing, or what may be some.

    pictures: array of shape (n, 28, 28), float32, each part normalised.
    probabilities: array of shape (n, k), float64, of each class, the last one for no digit;
        None as long as no network was asked.
    """

    boxes: tuple[Box, ...]
    pictures: Picture
    probabilities: Points | None = None

    @classmethod
    def of(cls, parts: Iterable[Part]) -> "Parting":
        """Normalise parts, at least one; none of ink is kept. Raises EmptyDrawing."""
        boxes: list[Box] = []

        def drawings() -> Iterator[Drawing]:
            for part in parts:
                boxes.append(part.box)
                yield part.drawing

        pictures = normalise_all(drawings())
        return cls(tuple(boxes), pictures)

    def only(self, chosen: list[int], probabilities: Points) -> "Parting":
        """Keep some of the parts, in the order given, with what the network said of all."""
        boxes = tuple(self.boxes[i] for i in chosen)
        return Parting(boxes, self.pictures[chosen], probabilities[chosen])


class Sheet(Protocol):
    """The pieces of a drawing, numbered from 0, in units of the sheet, y down.

    bounds: array of shape (n, 4), float64, columns left, top, right, bottom.
    """

    @property
    def bounds(self) -> Points: ...  # noqa: D102 - said above

    def part(self, pieces: NDArray[np.intp]) -> Part:
        """Put pieces together as one digit."""
        ...


class Cuts(NamedTuple):
    """Ways from the top of a piece to its foot, from the left to the right, that may part it.

    places: array of shape (n, rows), float64: where each way is in each row, in x.
    top: where the first row begins. row_height: of each row, above 0.
    """

    places: Points
    top: float
    row_height: float

    def sides(self, points: Points) -> NDArray[np.intp]:
        """Return for each of the points, shape (m, 2), how many ways it lies to the right of."""
        rows = ((points[:, 1] - self.top) / self.row_height).astype(int)
        right = points[:, 0] > self.places[:, rows.clip(0, self.places.shape[1] - 1)]
        sides: NDArray[np.intp] = np.count_nonzero(right, axis=0)
        return sides
