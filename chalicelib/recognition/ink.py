"""Which part of an image is ink: whatever stands out from the paper, in any colour.

Nothing is assumed of the polarity. The paper is what the rim of the image shows; where it is not
one flat colour, a smooth surface is fitted to it, so that the shadow across a photograph is paper
too. Ink is the distance from the paper.
"""

import math

import numpy as np
from numpy.typing import NDArray

from chalicelib.errors import EmptyDrawing
from chalicelib.recognition.drawing import InkDrawing, Picture, Points
from chalicelib.recognition.mask import SOFT_EDGE_PX, grow

RIM_SHARE = 0.06  # of each side; wide enough that a hairline frame is not taken for the paper
LEAST_CONTRAST = 0.06  # of full scale; less is noise, not a drawing
FLAT_PAPER = 1  # of 255: the median error of a flat colour that needs no fitted surface
ONE_COLOUR = 38  # of 255: the opaque part of a transparent image is one colour below this spread
ENOUGH_SAMPLES = 4096  # of pixels, to tell a colour by
FIT_SIDE_PX = 64  # the paper is fitted on a grid of at most about twice this side
FIT_ROUNDS = 4
LEVELS, FULL = 256, 255
BAND_ROWS = 16  # of an image that are compared with a surface at once
ENOUGH_PX = 96  # of height for one row of digits, which become 20 high; twice as much is reduced
MOST_REDUCED = 4

Levels = NDArray[np.uint8]
Counts = NDArray[np.intp]


def find_ink(image: Levels, pixel_size: float = 1.0) -> InkDrawing:
    """Return the inked part of an image; one that is larger than any digit needs is reduced.

    image: array of shape (height, width) grey, (height, width, 3) RGB or (height, width, 4)
    RGBA, uint8. pixel_size: of one of its pixels in the caller's. Raises EmptyDrawing where
    nothing stands out from the paper.
    """
    levels = _distance_from_paper(_channels(image))
    darkest = levels.max(axis=1)
    (rows,), (columns,) = darkest.nonzero(), levels.max(axis=0).nonzero()
    if not rows.size:
        raise EmptyDrawing
    left, top, bottom = int(columns[0]), int(rows[0]), int(rows[-1]) + 1
    drawn = levels[top:bottom, left : columns[-1] + 1]
    factor = _reduction(darkest[top:bottom])
    around = (levels.size - drawn.size) // factor**2
    return InkDrawing(
        _stretched(_reduced(drawn, factor), around),
        pixel_size * factor,
        left * pixel_size,
        top * pixel_size,
        max(levels.shape) * pixel_size,
    )


def _channels(image: Levels) -> Levels:
    """Return the channels that tell ink from paper, shape (c, height, width)."""
    if image.ndim == 2:
        return image[None]
    colours = _without_transparency(image) if image.shape[2] in (2, 4) else image
    channels = np.ascontiguousarray(colours.transpose(2, 0, 1))
    return channels[:1] if len(channels) == 3 and _is_grey(channels) else channels


def _is_grey(rgb: Levels) -> bool:
    return np.array_equal(rgb[0], rgb[1]) and np.array_equal(rgb[1], rgb[2])


def _without_transparency(image: Levels) -> Levels:
    """Return the coverage if that alone draws, else the colours laid on the paper's.

    image: shape (height, width, 1 + 1 or 3 + 1), the last channel alpha.
    """
    alpha = np.ascontiguousarray(image[:, :, -1])
    opaque = np.flatnonzero(alpha >= LEVELS // 2)
    if opaque.size == alpha.size:
        return image[:, :, :-1]
    some = opaque[:: max(1, opaque.size // ENOUGH_SAMPLES)]
    drawn = image.reshape(-1, image.shape[2])[some, :-1]
    if not some.size or float(drawn.std(axis=0).max()) < ONE_COLOUR:
        return alpha[:, :, None]
    paper = np.median(drawn, axis=0)
    covered = paper + (image[:, :, :-1] - paper) * (alpha[:, :, None] / FULL)
    laid: Levels = np.rint(covered).astype(np.uint8)
    return laid


def _distance_from_paper(channels: Levels) -> Levels:
    """Return how far each pixel is from the paper's colour, the most of its channels.

    channels: shape (c, height, width). The paper is a flat colour or a smooth surface.
    """
    height, width = channels.shape[1:]
    step = max(1, max(height, width) // FIT_SIDE_PX)
    rows, columns = (slice(min(step, side) // 2, None, step) for side in (height, width))
    sample = np.ascontiguousarray(channels[:, rows, columns])
    rim = sample.reshape(len(sample), -1)[:, _rim(*sample.shape[1:])]
    middle = rim.shape[1] // 2
    flat = np.partition(rim, middle, axis=1)[:, middle]  # the median of each channel
    error = _distance(sample, flat)
    if 2 * np.count_nonzero(error <= FLAT_PAPER) >= error.size:
        return _distance(channels, flat)
    return _distance_from_surface(channels, _fit_surface(sample / FULL, error / FULL))


def _distance_from_surface(channels: Levels, surface: Points) -> Levels:
    """Return the largest difference of a pixel's channels, (c, h, w), from surfaces, (c, 6)."""
    y, x = (np.linspace(-1, 1, side) for side in channels.shape[1:])
    distance = np.empty(channels.shape[1:], np.uint8)
    for top in range(0, len(y), BAND_ROWS):  # whole, the terms of a photograph would take 75 MB
        band = slice(top, top + BAND_ROWS)
        fitted = np.tensordot(surface, _terms(y[band], x).astype(np.float32), axes=1)
        off = np.abs(channels[:, band] / np.float32(FULL) - fitted).max(axis=0)
        distance[band] = np.rint(off.clip(0, 1) * FULL)
    return distance


def _distance(channels: Levels, colour: Levels) -> Levels:
    """Return the largest difference of a pixel's channels, (c, h, w), from a colour, (c,)."""
    distance: Levels | None = None
    for channel, level in zip(channels, colour, strict=True):
        # The sign is taken off as in two's complement: numpy has no quick difference of bytes.
        negative = np.negative((channel < level).view(np.uint8))
        off = (channel - level) ^ negative
        off -= negative
        distance = off if distance is None else np.maximum(distance, off, out=distance)
    assert distance is not None  # noqa: S101 - an image has a channel
    return distance


def _fit_surface(sample: Points, error: Points) -> Points:
    """Fit a quadratic surface to what looks like paper, shape (channels, 6), outliers left out."""
    y, x = (np.linspace(-1, 1, side) for side in sample.shape[1:])
    terms = _terms(y, x).reshape(6, -1)
    values = sample.reshape(len(sample), -1).astype(np.float64)
    off = error.ravel()
    surface = np.zeros((len(sample), 6))
    for _ in range(FIT_ROUNDS):
        near = off <= max(LEAST_CONTRAST, 2.0 * float(np.median(off)))
        chosen = terms[:, near]
        gram = chosen @ chosen.T + 1e-6 * np.eye(6)
        surface = np.linalg.solve(gram, chosen @ values[:, near].T).T
        off = np.abs(values - surface @ terms).max(axis=0)
    return surface


def _terms(y: Points, x: Points) -> Points:
    """Return 1, x, y, xy, x^2, y^2 over a raster of such rows and columns, shape (6, h, w)."""
    terms = np.empty((6, len(y), len(x)))
    down = y[:, None]
    one = np.ones(1)
    for term, values in zip(terms, (one, x, down, x * down, x * x, down * down), strict=True):
        term[:] = values
    return terms


def _rim(height: int, width: int) -> NDArray[np.intp]:
    """Return the places of the pixels along the sides of a raster in its flat array."""
    rim = np.ones((height, width), bool)
    deep_y = max(1, round(height * RIM_SHARE))
    deep_x = max(1, round(width * RIM_SHARE))
    rim[deep_y:-deep_y, deep_x:-deep_x] = False
    return rim.ravel().nonzero()[0]


def _reduction(darkest: Levels) -> int:
    """Return by how much what is drawn may be reduced; 1 where it may stand in several rows.

    darkest: array of shape (height,), the level of the darkest pixel of each row.
    """
    (inked,) = (darkest > LEAST_CONTRAST * FULL).nonzero()  # what a JPEG adds around is fainter
    if not inked.size:
        return 1
    height = int(inked[-1] - inked[0]) + 1
    return max(1, min(MOST_REDUCED, height // ENOUGH_PX)) if height == inked.size else 1


def _reduced(levels: Levels, factor: int) -> Levels:
    """Return means over squares of `factor` pixels; the last ones reach beyond the raster."""
    if factor == 1:
        return levels
    height, width = (-(-side // factor) for side in levels.shape)
    padded = np.zeros((height * factor, width * factor), np.uint8)
    padded[: levels.shape[0], : levels.shape[1]] = levels
    tall = _sum(padded.astype(np.uint16).reshape(height, factor, width * factor))
    return (_sum(tall.reshape(height, width, factor).swapaxes(1, 2)) // factor**2).astype(np.uint8)


def _sum(parts: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """Sum over the second of three axes; numpy's own sum is slow where it is so short."""
    total = parts[:, 0] + parts[:, 1]
    for part in range(2, parts.shape[1]):
        total += parts[:, part]
    return total


def _stretched(levels: Levels, around: int) -> Picture:
    """Scale so that a stroke is 1 and keep only strokes and their soft edges, not grain.

    levels: distances from the paper, shape (height, width). around: how many more pixels are bare
    paper.
    """
    counts = np.bincount(levels.ravel(), minlength=LEVELS)
    if not counts[math.ceil(LEAST_CONTRAST * FULL) :].any():
        raise EmptyDrawing
    counts[0] += around
    below = np.cumsum(counts)
    split = _otsu(counts, below)
    full = np.searchsorted(below, (below[split] + below[-1]) / 2)  # the median of what is above
    ink: Picture = np.minimum(levels * np.float32(1 / full), 1) * grow(levels > split, SOFT_EDGE_PX)
    return ink


def _otsu(counts: Counts, below: Counts) -> int:
    """Return the level that best parts a histogram in two (Otsu 1979); it is in the lower part.

    below: how many there are up to each level.
    """
    above = below[-1] - below
    mass = np.cumsum(counts * np.arange(LEVELS))
    gap = mass / np.maximum(below, 1) - (mass[-1] - mass) / np.maximum(above, 1)
    return int(np.argmax(below * above * gap**2))  # 0 where one part has nothing
