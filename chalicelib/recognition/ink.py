"""Which part of an image is ink: whatever stands out from the paper, in any colour.

Nothing is assumed of the polarity. The paper is what the rim of the image shows; where it is not
one flat colour, a smooth surface is fitted to it, so that the shadow across a photograph is paper
too. Ink is the distance from the paper.
"""

import math

import numpy as np
from numpy.typing import NDArray

from chalicelib.errors import EmptyDrawing
from chalicelib.recognition.drawing import Picture, Points

RIM_SHARE = 0.06  # of each side; wide enough that a hairline frame is not taken for the paper
LEAST_CONTRAST = 0.06  # of full scale; less is noise, not a drawing
FLAT_PAPER = 1.5 / 255  # the median error of a flat colour that needs no fitted surface
ONE_COLOUR = 0.15  # the opaque part of a transparent image is one colour below this spread
FIT_SIDE_PX = 64  # the paper is fitted on a grid of at most about twice this side
FIT_ROUNDS = 4
LEVELS = 256


def find_ink(image: NDArray[np.uint8]) -> Picture:
    """Return the ink of an image, of shape (height, width), float32 in [0, 1], 1 = full ink.

    image: array of shape (height, width) grey, (height, width, 3) RGB or (height, width, 4)
    RGBA, uint8. Raises EmptyDrawing where nothing stands out from the paper.
    """
    channels = np.ascontiguousarray(np.moveaxis(np.atleast_3d(image), 2, 0))
    if len(channels) >= 3 and _is_grey(channels[:3]):
        channels = np.delete(channels, (0, 1), axis=0)
    colours = np.divide(channels, 255, dtype=np.float32)
    if len(colours) in (2, 4):
        colours = _without_transparency(colours)
    distances = colours - _paper(colours)
    np.abs(distances, out=distances)
    return _stretched(distances[0] if len(distances) == 1 else distances.max(axis=0))


def _is_grey(rgb: NDArray[np.uint8]) -> bool:
    return np.array_equal(rgb[0], rgb[1]) and np.array_equal(rgb[1], rgb[2])


def _without_transparency(channels: Picture) -> Picture:
    """Return the coverage if that alone draws, else the colours laid on the paper's.

    channels: shape (1 + 1 or 3 + 1, height, width), the last one alpha.
    """
    colours, alpha = channels[:-1], channels[-1:]
    opaque = alpha[0] > 0.5
    if opaque.all():
        return colours
    if not opaque.any() or float(colours[:, opaque].std(axis=1).max()) < ONE_COLOUR:
        return alpha
    paper = np.median(colours[:, opaque], axis=1).astype(np.float32)[:, None, None]
    covered: Picture = colours * alpha + paper * (1 - alpha)
    return covered


def _paper(colours: Picture) -> Picture:
    """Return the paper's colour at each pixel; shape (channels, height, width) or (c, 1, 1)."""
    height, width = colours.shape[1:]
    step = max(1, max(height, width) // FIT_SIDE_PX)
    sample = colours[:, step // 2 :: step, step // 2 :: step]
    flat = np.median(sample[:, _rim(sample.shape[1], sample.shape[2])], axis=1)
    error = np.abs(sample - flat[:, None, None]).max(axis=0)
    if float(np.median(error)) <= FLAT_PAPER:
        return flat.astype(np.float32)[:, None, None]
    surface = _fit_surface(sample, error)
    fitted: Picture = np.tensordot(surface, _terms(height, width), axes=1).astype(np.float32)
    return fitted


def _fit_surface(sample: Picture, error: Picture) -> Points:
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


def _stretched(distance: Picture) -> Picture:
    """Scale so that a stroke is 1 and keep only strokes and their soft edges, not grain."""
    levels = (distance * (LEVELS - 1)).astype(np.uint8)
    counts = _histogram(levels)
    if not counts[math.ceil(LEAST_CONTRAST * (LEVELS - 1)) :].any():
        raise EmptyDrawing
    split = _otsu(counts)
    full = _median_level(counts, split + 1) / (LEVELS - 1)
    ink = distance * np.float32(1 / full)
    ink *= _widened(levels > split)
    clipped: Picture = np.minimum(ink, np.float32(1.0), out=ink)
    return clipped


def _histogram(levels: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Count the levels, those that are not 0 one by one: most of a drawing is paper."""
    flat = levels.ravel()
    others = flat[flat > 0]
    counts = np.bincount(others, minlength=LEVELS)
    counts[0] = flat.size - others.size
    return counts


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
