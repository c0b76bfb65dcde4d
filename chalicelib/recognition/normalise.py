"""Every drawing becomes the picture that MNIST would have made of it.

MNIST scaled the box of each digit's ink to 20 x 20, keeping its shape, and moved it by whole
pixels until the centre of its mass lay on pixel 14 of 28 (LeCun et al. 1998, section III.A; the
rounding was read off the files). Training and serving both pass through here, so what the
network sees does not depend on where, how large or with what brush a digit was drawn. MNIST's
own pictures come out as they went in.
"""

import math

import numpy as np

from chalicelib.errors import EmptyDrawing
from chalicelib.recognition.drawing import (
    Box,
    Drawing,
    InkDrawing,
    Picture,
    Points,
    StrokeDrawing,
    corners_of,
)

NORMALISATION_VERSION = "1"
SIDE_PX = 28
BOX_PX = 20
CENTRE_PX = 14  # the pixel on which the centre of mass lies
PEN_WIDTH_PX = 2.5  # strokes get as much ink as MNIST's digits have in the median
PEN_SPACING_PX = 0.5  # distance of the points at which the pen's disc is set down
MOST_POINTS = 20_000  # of a path, however long; a digit has some 100
LONG_PATH = 512  # points; beyond it (no digit has as many) points that coincide are left out
COINCIDE_PX = 0.25
LEAST_EXTENT = 1e-300  # in any unit; what is smaller is a dot, for no float could enlarge it
FAINTEST_INK = 8 / 255  # less than this is paper to the eye, and does not widen the box
SOLID_INK = 0.85  # a line this dark is a line; fainter ones are pens thinner than a pixel
SOLID_SHARE = 0.2  # the share of the ink that must be that dark


def normalise(drawing: Drawing) -> Picture:
    """Return the picture, of shape (28, 28), float32 in [0, 1], that a model sees.

    Raises EmptyDrawing where there is no ink.
    """
    if isinstance(drawing, StrokeDrawing):
        return normalise_strokes(drawing.strokes)
    return normalise_ink(drawing.ink)


def ink_box(drawing: Drawing) -> Box:
    """Return the box around the ink, in the caller's units. Raises EmptyDrawing."""
    if isinstance(drawing, StrokeDrawing):
        low, high = _stroke_bounds(drawing.strokes)
        return Box(float(low[0]), float(low[1]), float(high[0] - low[0]), float(high[1] - low[1]))
    return inked_part(drawing).box


def inked_part(drawing: InkDrawing) -> InkDrawing:
    """Return a raster without the bare paper around its ink. Raises EmptyDrawing."""
    top, bottom, left, right = _ink_bounds(drawing.ink)
    return drawing.within(left, top, right, bottom)


def normalise_strokes(strokes: tuple[Points, ...], pen_width_px: float = PEN_WIDTH_PX) -> Picture:
    """Draw pen paths straight into the normalised picture, whatever their unit.

    strokes: arrays of shape (n, 2), float64, any unit, y down.
    pen_width_px: width of the pen in pixels of the picture.
    Returns an array of shape (28, 28), float32 in [0, 1]. Raises EmptyDrawing.
    """
    low, high = _stroke_bounds(strokes)
    extent = float(np.max(high - low))
    scale = (BOX_PX - pen_width_px) / extent if extent > LEAST_EXTENT else 0.0
    path = _evenly_spaced([(stroke - low) * scale for stroke in strokes if len(stroke)])
    size = (high - low) * scale
    reach = pen_width_px / 2
    centred = CENTRE_PX + 0.5 - path.sum(axis=0) / len(path)
    offset = np.minimum(np.maximum(centred, reach), SIDE_PX - reach - size)
    return _draw(path + offset, pen_width_px)


def normalise_ink(ink: Picture) -> Picture:
    """Scale and centre a raster of ink, and give lines thinner than a pixel their darkness back.

    ink: array of shape (height, width), float32 in [0, 1], 1 = full ink.
    Returns an array of shape (28, 28), float32 in [0, 1]. Raises EmptyDrawing.
    """
    top, bottom, left, right = _ink_bounds(ink)
    digit = ink[top:bottom, left:right]
    height, width = digit.shape
    scale = BOX_PX / max(height, width)
    mass = digit.sum(dtype=np.float64)
    mass_y = float(digit.sum(axis=1) @ (np.arange(height) + 0.5)) / mass
    mass_x = float((np.arange(width) + 0.5) @ digit.sum(axis=0)) / mass
    rows = _resampling(height, scale, _whole_pixel_offset(mass_y * scale, height * scale))
    columns = _resampling(width, scale, _whole_pixel_offset(mass_x * scale, width * scale))
    return _darken((rows @ digit @ columns.T).astype(np.float32))


def _stroke_bounds(strokes: tuple[Points, ...]) -> tuple[Points, Points]:
    if not any(len(stroke) for stroke in strokes):
        raise EmptyDrawing
    return corners_of(np.concatenate(strokes))


def _ink_bounds(ink: Picture) -> tuple[int, int, int, int]:
    """Return top, bottom, left, right of the ink; bottom and right are exclusive."""
    inked = ink > FAINTEST_INK
    (rows,) = inked.any(axis=1).nonzero()
    if rows.size == 0:
        raise EmptyDrawing
    (columns,) = inked.any(axis=0).nonzero()
    return int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1


def _evenly_spaced(strokes: list[Points]) -> Points:
    """Return points along all paths, PEN_SPACING_PX apart, further in a scribble without end."""
    along = [_distances_along(stroke) for stroke in strokes]
    spacing_px = max(PEN_SPACING_PX, sum(float(a[-1]) for a in along) / MOST_POINTS)
    counts = [int(a[-1] / spacing_px) + 2 for a in along]
    path = np.empty((sum(counts), 2))
    first = 0
    for stroke, at, count in zip(strokes, along, counts, strict=True):
        wanted = np.arange(count) * (at[-1] / (count - 1))
        wanted[-1] = at[-1]  # rounding must not leave the end out
        for axis in (0, 1):
            path[first : first + count, axis] = np.interp(wanted, at, stroke[:, axis])
        first += count
    return path


def _distances_along(stroke: Points) -> Points:
    steps = stroke[1:] - stroke[:-1]
    along = np.zeros(len(stroke))
    np.hypot(steps[:, 0], steps[:, 1]).cumsum(out=along[1:])
    return along


def _draw(path: Points, pen_width_px: float) -> Picture:
    """Set a round pen down at each point; an edge pixel is as dark as its distance says."""
    points = _thinned(path).astype(np.float32)
    reach = np.float32(pen_width_px / 2 + 0.5)  # from a point to where a pixel's centre stays white
    around = int(np.ceil(2 * reach))  # pixels a side that a point can darken
    first = np.ceil(points - reach - np.float32(0.5))
    steps = np.arange(around, dtype=np.float32)
    columns, rows = (first[:, axis, None] + steps for axis in (0, 1))
    across, down = (
        np.square(pixels + np.float32(0.5) - points[:, axis, None])
        for axis, pixels in enumerate((columns, rows))
    )
    ink = np.clip(reach - np.sqrt(down[:, :, None] + across[:, None, :]), 0.0, 1.0)
    paper = np.zeros((SIDE_PX + 2 * around, SIDE_PX + 2 * around), np.float32)
    at = (rows[:, :, None] + around) * paper.shape[1] + columns[:, None, :] + around
    np.maximum.at(paper.reshape(-1), at.astype(np.intp).ravel(), ink.ravel())
    return paper[around:-around, around:-around]


def _thinned(path: Points) -> Points:
    """Keep one of the points that all but coincide, so that a long scribble costs no more."""
    if len(path) <= LONG_PATH:
        return path
    columns, rows = np.rint(path / COINCIDE_PX).astype(np.intp).T
    side = int(SIDE_PX / COINCIDE_PX) + 1
    marked = np.zeros((side, side), bool)
    marked[columns, rows] = True
    cells: Points = np.argwhere(marked).astype(np.float64) * COINCIDE_PX
    return cells


def _whole_pixel_offset(mass: float, size: float) -> int:
    """Return by how many pixels to move so that `mass` lies on the centre, all inside."""
    return min(max(CENTRE_PX - math.floor(mass), 0), SIDE_PX - math.ceil(size))


def _resampling(length: int, scale: float, offset: int) -> Picture:
    """Return the weights, of shape (28, length), that scale one axis without aliasing.

    Shrinking averages over the area of each new pixel; enlarging interpolates linearly.
    """
    edges = (np.arange(SIDE_PX + 1) - offset) / scale  # of the new pixels, in old ones
    pixel = np.arange(length)
    if scale <= 1:
        before = np.minimum(np.maximum(edges[:, None] - pixel, 0.0), 1.0)  # of each old pixel
        weights = (before[1:] - before[:-1]) * scale
    else:
        distance = np.abs(edges[:-1, None] + 0.5 / scale - 0.5 - pixel)
        weights = np.clip(1.0 - distance, 0.0, None)
    resampling: Picture = weights.astype(np.float32)
    return resampling


def _darken(picture: Picture) -> Picture:
    """Scale up the ink of a pen so thin that shrinking it left only a shadow."""
    ink = picture[picture > FAINTEST_INK * picture.max()]
    rank = int((1 - SOLID_SHARE) * ink.size)
    solid = float(np.partition(ink, rank)[rank])
    gain = 1.0 / solid if solid < SOLID_INK else 1.0
    darkened: Picture = np.minimum(picture * np.float32(gain), np.float32(1.0))
    return darkened
