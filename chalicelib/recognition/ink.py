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

RIM_SHARE = 0.06  # of each side; wide enough that a hairline frame is not taken for the paper
LEAST_CONTRAST = 0.06  # of full scale; less is noise, not a drawing
FLAT_PAPER = 1  # of 255: the median error of a flat colour that needs no fitted surface
ONE_COLOUR = 38  # of 255: the opaque part of a transparent image is one colour below this spread
ENOUGH_SAMPLES = 4096  # of pixels, to tell a colour by
FIT_SIDE_PX = 64  # the paper is fitted on a grid of at most about twice this side
FIT_ROUNDS = 4
LEVELS, FULL = 256, 255
ENOUGH_PX = 96  # of height for one row of digits, which become 20 high; twice as much is reduced
MOST_REDUCED = 4

Levels = NDArray[np.uint8]


def find_ink(image: Levels, pixel_size: float = 1.0) -> InkDrawing:
    """Return the inked part of an image; one that is larger than any digit needs is reduced.

    image: array of shape (height, width) grey, (height, width, 3) RGB or (height, width, 4)
    RGBA, uint8. pixel_size: of one of its pixels in the caller's. Raises EmptyDrawing where
    nothing stands out from the paper.
    """
    colours = np.atleast_3d(image)
    if colours.shape[2] in (2, 4):
        colours = _without_transparency(colours)
    channels = np.ascontiguousarray(np.moveaxis(colours, 2, 0))
    if len(channels) == 3 and _is_grey(channels):
        channels = channels[:1]
    levels = _distance_from_paper(channels)
    rows, columns = (np.flatnonzero(levels.max(axis=axis)) for axis in (1, 0))
    if not rows.size:
        raise EmptyDrawing
    left, top = int(columns[0]), int(rows[0])
    drawn = levels[top : rows[-1] + 1, left : columns[-1] + 1]
    factor = _reduction(drawn)
    around = (levels.size - drawn.size) // factor**2
    return InkDrawing(
        _stretched(_reduced(drawn, factor), around),
        pixel_size * factor,
        left * pixel_size,
        top * pixel_size,
        max(levels.shape) * pixel_size,
    )


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
    sample = channels[:, step // 2 :: step, step // 2 :: step]
    rim = sample[:, _rim(sample.shape[1], sample.shape[2])]
    middle = rim.shape[1] // 2
    flat = np.partition(rim, middle, axis=1)[:, middle]  # the median of each channel
    error = _distance(sample, flat)
    if 2 * np.count_nonzero(error <= FLAT_PAPER) >= error.size:
        return _distance(channels, flat)
    surface = _fit_surface(sample / FULL, error / FULL)
    fitted = np.tensordot(surface, _terms(height, width).astype(np.float32), axes=1)
    off = np.abs(channels / np.float32(FULL) - fitted).max(axis=0)
    return np.rint(off.clip(0, 1) * FULL).astype(np.uint8)


def _distance(channels: Levels, colour: Levels) -> Levels:
    """Return the largest difference of a pixel's channels, (c, h, w), from a colour, (c,)."""
    distance: NDArray[np.int16] | None = None
    for channel, level in zip(channels, colour.tolist(), strict=True):
        off = np.subtract(channel, level, dtype=np.int16)
        np.abs(off, out=off)
        distance = off if distance is None else np.maximum(distance, off, out=distance)
    assert distance is not None  # noqa: S101 - an image has a channel
    return distance.astype(np.uint8)


def _fit_surface(sample: Points, error: Points) -> Points:
    """Fit a quadratic surface to what looks like paper, shape (channels, 6), outliers left out."""
    terms = _terms(sample.shape[1], sample.shape[2]).reshape(6, -1)
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


def _terms(height: int, width: int) -> Points:
    """Return 1, x, y, xy, x^2, y^2 over a raster, shape (6, height, width), x and y in [-1, 1]."""
    y = np.linspace(-1, 1, height)[:, None]
    x = np.linspace(-1, 1, width)[None, :]
    one = np.ones((height, width))
    return np.stack([one, one * x, one * y, x * y, one * x * x, one * y * y])


def _rim(height: int, width: int) -> NDArray[np.bool_]:
    rim = np.ones((height, width), bool)
    deep_y = max(1, round(height * RIM_SHARE))
    deep_x = max(1, round(width * RIM_SHARE))
    rim[deep_y:-deep_y, deep_x:-deep_x] = False
    return rim


def _reduction(levels: Levels) -> int:
    """Return by how much what is drawn may be reduced; 1 where it may stand in several rows."""
    factor = min(MOST_REDUCED, len(levels) // ENOUGH_PX)
    is_one_row = factor > 1 and bool((levels.max(axis=1) > LEAST_CONTRAST * FULL).all())
    return factor if is_one_row else 1


def _reduced(levels: Levels, factor: int) -> Levels:
    """Return means over squares of `factor` pixels; the last ones reach beyond the raster."""
    if factor == 1:
        return levels
    height, width = (-(-side // factor) for side in levels.shape)
    padded = np.zeros((height * factor, width * factor), np.uint8)
    padded[: levels.shape[0], : levels.shape[1]] = levels
    total = np.zeros((height, width), np.uint16)
    for row in range(factor):
        for column in range(factor):
            total += padded[row::factor, column::factor]
    return (total // factor**2).astype(np.uint8)


def _stretched(levels: Levels, around: int) -> Picture:
    """Scale so that a stroke is 1 and keep only strokes and their soft edges, not grain.

    levels: distances from the paper, shape (height, width). around: how many more pixels are bare
    paper.
    """
    counts = np.bincount(levels[levels > 0], minlength=LEVELS)
    if not counts[math.ceil(LEAST_CONTRAST * FULL) :].any():
        raise EmptyDrawing
    counts[0] = levels.size - counts.sum() + around
    split = _otsu(counts)
    full = _median_level(counts, split + 1)
    ink: Picture = np.minimum(levels * np.float32(1 / full), 1) * _widened(levels > split)
    return ink


def _otsu(counts: NDArray[np.int64]) -> int:
    """Return the level that best parts a histogram in two (Otsu 1979); it is in the lower part."""
    below = np.cumsum(counts).astype(np.float64)
    above = below[-1] - below
    mass = np.cumsum(counts * np.arange(LEVELS))
    both = (below > 0) & (above > 0)
    between = np.zeros(LEVELS)
    gap = mass[both] / below[both] - (mass[-1] - mass[both]) / above[both]
    between[both] = below[both] * above[both] * gap**2
    return int(np.argmax(between))


def _median_level(counts: NDArray[np.int64], lowest: int) -> int:
    """Return the median of the levels from `lowest` up."""
    running = np.cumsum(counts[lowest:])
    return lowest + int(np.searchsorted(running, running[-1] / 2))


def _widened(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Grow a mask by two pixels in each direction: as far as the soft edge of a stroke reaches."""
    wide = mask.copy()
    for shift in (1, 2):
        wide[shift:] |= mask[:-shift]
        wide[:-shift] |= mask[shift:]
    mask = wide.copy()
    for shift in (1, 2):
        wide[:, shift:] |= mask[:, :-shift]
        wide[:, :-shift] |= mask[:, shift:]
    return wide
