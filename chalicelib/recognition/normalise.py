"""Every drawing becomes the picture that MNIST would have made of it.

MNIST scaled the box of each digit's ink to 20 x 20, keeping its shape, and moved it by whole
pixels until the centre of its mass lay on pixel 14 of 28 (LeCun et al. 1998, section III.A; the
rounding was read off the files). Training and serving both pass through here, so what the
network sees does not depend on where, how large or with what brush a digit was drawn. MNIST's
own pictures come out as they went in.
"""

import math
from collections.abc import Iterable, Iterator
from functools import lru_cache

import numpy as np

from chalicelib.errors import EmptyDrawing
from chalicelib.recognition import pen, pens
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
POINTS_AT_ONCE = 65_536  # the most that strokes that are drawn together may become
FEW_PX = 48  # of a side; the weights for so few are kept, in 2 MB at most
LEAST_EXTENT = 1e-300  # in any unit; what is smaller is a dot, for no float could enlarge it
FAINTEST_INK = 8 / 255  # less than this is paper to the eye, and does not widen the box
SOLID_INK = 0.85  # a line this dark is a line; fainter ones are pens thinner than a pixel
SOLID_SHARE = 0.2  # the share of the ink that must be that dark

Strokes = tuple[Points, ...]


def normalise(drawing: Drawing) -> Picture:
    """Return the picture, of shape (28, 28), float32 in [0, 1], that a model sees.

    Raises EmptyDrawing where there is no ink.
    """
    if isinstance(drawing, StrokeDrawing):
        return normalise_strokes(drawing.strokes)
    return normalise_ink(drawing.ink)


def normalise_all(drawings: Iterable[Drawing]) -> Picture:
    """Return the picture of each of at least one drawing, shape (n, 28, 28), as `normalise` does.

    All are of strokes or all are of ink. Many of strokes take much less time together than one by
    one; of ink, one is held at a time.
    """
    pictures = [
        _draw_all(some) if isinstance(some, list) else normalise_ink(some.ink)[None]
        for some in _portions(drawings)
    ]
    return np.concatenate(pictures)


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
    path = pen.space_evenly([(stroke - low) * scale for stroke in strokes if len(stroke)])
    centre = path.sum(axis=0) / len(path)
    return pen.draw(
        path + _pen_offset(centre, (high - low) * scale, pen_width_px), SIDE_PX, pen_width_px
    )


def normalise_ink(ink: Picture) -> Picture:
    """Scale and centre a raster of ink, and give lines thinner than a pixel their darkness back.

    ink: array of shape (height, width), float32 in [0, 1], 1 = full ink.
    Returns an array of shape (28, 28), float32 in [0, 1]. Raises EmptyDrawing.
    """
    top, bottom, left, right = _ink_bounds(ink)
    digit = ink[top:bottom, left:right]
    height, width = digit.shape
    scale = BOX_PX / max(height, width)
    mass = float(digit.sum(dtype=np.float64))
    # A product of float32 and float64 takes eight times as long as one of float64 alone.
    mass_y = float(digit.sum(axis=1).astype(np.float64) @ (np.arange(height) + 0.5)) / mass
    mass_x = float((np.arange(width) + 0.5) @ digit.sum(axis=0).astype(np.float64)) / mass
    rows = _resampling(height, scale, _whole_pixel_offset(mass_y * scale, height * scale))
    columns = _resampling(width, scale, _whole_pixel_offset(mass_x * scale, width * scale))
    return _darken((rows @ digit @ columns.T).astype(np.float32))


def _portions(drawings: Iterable[Drawing]) -> Iterator[list[Strokes] | InkDrawing]:
    """Yield all in their order: ink by itself, strokes as many as are best drawn together."""
    some: list[Strokes] = []
    expected = 0
    for drawing in drawings:
        if isinstance(drawing, InkDrawing):
            yield drawing
            continue
        points = pens.most_points(sum(map(len, drawing.strokes)), BOX_PX)
        if some and expected + points > POINTS_AT_ONCE:
            yield some
            some, expected = [], 0
        some.append(drawing.strokes)
        expected += points
    if some:
        yield some


def _draw_all(drawings: list[Strokes]) -> Picture:
    """Return what `normalise_strokes` makes of each, shape (n, 28, 28). Raises EmptyDrawing."""
    if len(drawings) == 1:
        return normalise_strokes(drawings[0])[None]
    if not all(map(_is_drawn, drawings)):
        raise EmptyDrawing
    paths = pens.Paths.of(drawings)
    sizes = np.bincount(paths.owners, paths.lengths).astype(np.intp)
    firsts = sizes.cumsum() - sizes
    low, high = (f.reduceat(paths.points, firsts, axis=1) for f in (np.minimum, np.maximum))
    extent = (high - low).max(axis=0)
    scale = np.zeros(len(drawings))
    np.divide(BOX_PX - PEN_WIDTH_PX, extent, out=scale, where=extent > LEAST_EXTENT)
    scaled = (paths.points - low.repeat(sizes, axis=1)) * scale.repeat(sizes)
    spaced = pens.space_evenly(paths._replace(points=scaled))
    owners = spaced.owner_of_points()
    centre = np.array([np.bincount(owners, along) for along in spaced.points]) / np.bincount(owners)
    offset = _pen_offset(centre, (high - low) * scale, PEN_WIDTH_PX)
    placed = spaced._replace(points=spaced.points + offset.take(owners, axis=1))
    return pens.draw(placed, len(drawings), SIDE_PX, PEN_WIDTH_PX)


def _pen_offset(centre: Points, size: Points, pen_width_px: float) -> Points:
    """Return by how much to move a path so that its mean lies on the centre, all inside."""
    reach = pen_width_px / 2
    return np.minimum(np.maximum(CENTRE_PX + 0.5 - centre, reach), SIDE_PX - reach - size)


def _is_drawn(strokes: Strokes) -> bool:
    return any(map(len, strokes))


def _stroke_bounds(strokes: tuple[Points, ...]) -> tuple[Points, Points]:
    if not _is_drawn(strokes):
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


def _whole_pixel_offset(mass: float, size: float) -> int:
    """Return by how many pixels to move so that `mass` lies on the centre, all inside."""
    return min(max(CENTRE_PX - math.floor(mass), 0), SIDE_PX - math.ceil(size))


def _resampling(length: int, scale: float, offset: int) -> Picture:
    """Return the weights, of shape (28, length), that scale one axis without aliasing.

    Shrinking averages over the area of each new pixel; enlarging interpolates linearly.
    """
    weigh = _weigh_few if length <= FEW_PX else _weigh
    return weigh(length, scale, offset)


def _weigh(length: int, scale: float, offset: int) -> Picture:
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


# A raster of specks asks for a thousand parts of a few pixels, four in five alike in this.
_weigh_few = lru_cache(maxsize=512)(_weigh)


def _darken(picture: Picture) -> Picture:
    """Scale up the ink of a pen so thin that shrinking it left only a shadow."""
    ink = picture[picture > FAINTEST_INK * picture.max()]
    rank = int((1 - SOLID_SHARE) * ink.size)
    ink.partition(rank)
    solid = float(ink[rank])
    gain = 1.0 / solid if solid < SOLID_INK else 1.0
    darkened: Picture = np.minimum(picture * np.float32(gain), np.float32(1.0))
    return darkened
