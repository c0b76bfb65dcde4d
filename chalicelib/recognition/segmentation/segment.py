"""A drawing is parted into digits: over-segmented, then put together as the network likes best.

Pieces (strokes, or connected ink and slices of it) stand in rows. Runs of neighbours that may be
one digit are shown to the network in one batch, and the partings of each row are weighed by what
the network and geometry say of them. A parting must earn its place: where it would tear unlikely
digits out of what hangs together, the drawing stays whole.
"""

from collections.abc import Callable, Generator

import numpy as np
from numpy.typing import NDArray

from chalicelib.errors import TooManyDigits
from chalicelib.limits import MAX_DIGITS
from chalicelib.recognition.drawing import Drawing, InkDrawing, Picture, Points, StrokeDrawing
from chalicelib.recognition.normalise import ink_box, inked_part
from chalicelib.recognition.segmentation.ink_sheet import InkSheet
from chalicelib.recognition.segmentation.lattice import Run, cheapest_parting
from chalicelib.recognition.segmentation.prices import (
    Row,
    Ties,
    lie_across,
    price_row,
    row_height,
)
from chalicelib.recognition.segmentation.rows import find_rows
from chalicelib.recognition.segmentation.sheet import MAX_PIECES, Cuts, Part, Parting, Sheet
from chalicelib.recognition.segmentation.stroke_sheet import StrokeSheet

SMALLEST_SIDE_PX = 32  # a smaller raster is a digit already cut out, as MNIST's are
ONE_DIGIT = 0.7  # connected ink no wider than this, in heights, is not cut
TOUCH = 0.04  # strokes that come as near as this, in heights, touch
LEAST_PROBABILITY = 0.002  # the network's word counts no further than this
CONVINCING = 0.9  # less probable digits are not torn out of what hangs together
DOUBT = 6.0  # the price of doing so all the same
PLAUSIBLE = 0.5  # a part less probable than this is no digit
LEAST_SHARE = 0.6  # of the parts must be plausible, else the drawing is one thing, not a string
UNEVEN = 0.2  # of the height: digits that touch seldom stand so much lower than each other
SURE = 0.995  # digits cut out of one ink must both be as probable, or their cut is doubted too
DOUBTED_SHARE = 0.5  # of the boundaries, and the drawing is one thing: a letter, say

NO_PAIRS = np.empty((0, 2), np.intp)

Read = Callable[[Picture], Points]
# Yields pictures, is sent the probabilities of each, and returns what came of it.
Steps = Generator[Picture, Points, Parting]
Laid = Parting | tuple[Sheet, Ties]


def segment(drawing: Drawing, read: Read) -> Parting:
    """Part a drawing into digits, rows from the top down and each from the left to the right.

    read: gives for pictures of shape (n, 28, 28) the probabilities of all classes, shape
    (n, k), the last one for no digit. It is not asked where geometry leaves no choice.
    Raises EmptyDrawing, TooManyDigits.
    """
    steps = segment_in_steps(drawing)
    try:
        pictures = next(steps)
        while True:
            pictures = steps.send(read(pictures))
    except StopIteration as stopped:
        parting: Parting = stopped.value
        return parting


def segment_in_steps(drawing: Drawing) -> Steps:
    """Part a drawing as `segment` does, and leave it to the caller who reads what it yields.

    So many drawings can be parted side by side, and what all of them ask for read at once.
    """
    if isinstance(drawing, StrokeDrawing):
        return (yield from _put_together(_lay_strokes(drawing)))
    if drawing.side < SMALLEST_SIDE_PX:
        return Parting.of([Part(drawing, ink_box(drawing))])
    laid = yield from _lay_ink(inked_part(drawing))
    return (yield from _put_together(laid))


def _put_together(laid: Laid) -> Steps:
    """Choose among the partings of a sheet; raises TooManyDigits."""
    if isinstance(laid, Parting):
        return laid
    sheet, ties = laid
    rows = [price_row(pieces, sheet.bounds, ties) for pieces in find_rows(sheet.bounds)]
    parting = yield from _best_parting(sheet, rows)
    if len(parting.boxes) > MAX_DIGITS:
        raise TooManyDigits(len(parting.boxes), MAX_DIGITS)
    return parting


def _lay_strokes(drawing: StrokeDrawing) -> Laid:
    """Lay strokes on a sheet and find those that touch; one digit is an answer."""
    count = sum(len(stroke) > 0 for stroke in drawing.strokes)
    if count <= 1:
        return Parting.of([Part(drawing, ink_box(drawing))])
    if count > MAX_PIECES:
        raise TooManyDigits(count, MAX_DIGITS)
    sheet = StrokeSheet.of(drawing)
    if count == 2 and lie_across(*sheet.bounds.tolist()):
        return Parting.of([Part(drawing, ink_box(drawing))])
    touching = sheet.touching(TOUCH * row_height(sheet.bounds))
    return sheet, Ties(touching, cut=NO_PAIRS)


def _lay_ink(drawing: InkDrawing) -> Generator[Picture, Points, Laid]:
    """Lay ink on a sheet and cut what is too wide; one digit is an answer.

    drawing: without bare paper around it.
    """
    sheet = InkSheet.of(drawing)
    if sheet is None:
        box = drawing.box
        whole = Parting.of([Part(drawing, box)])
        if box.width <= ONE_DIGIT * box.height:
            return whole
        probabilities = yield whole.pictures
        if _is_known(probabilities)[0]:
            return whole._replace(probabilities=probabilities)
        sheet = InkSheet.of_one_piece(drawing)
        wide = np.array([0])
    else:
        wide = yield from _strange_and_wide(sheet)
    sheet, origins = sheet.cut(_cuts(sheet, wide))
    neighbours = np.flatnonzero(origins[1:] == origins[:-1])
    return sheet, Ties(NO_PAIRS, cut=np.column_stack([neighbours, neighbours + 1]))


def _cuts(sheet: InkSheet, wide: NDArray[np.intp]) -> dict[int, Cuts]:
    """Return the ways to cut pieces that are too wide.

    None where they would leave more pieces than digits can have: a hatching, say, or ruled paper.
    """
    height = row_height(sheet.bounds)
    left = MAX_PIECES - len(sheet.bounds)
    found: dict[int, Cuts] = {}
    for piece in wide.tolist():
        if cuts := sheet.find_cuts(piece, height):
            found[piece] = cuts
            left -= len(cuts.places)
            if left < 0:
                return {}
    return found


def _strange_and_wide(sheet: InkSheet) -> Generator[Picture, Points, NDArray[np.intp]]:
    """Return the pieces that are wider than a digit and that the network does not know for one."""
    widths = sheet.bounds[:, 2] - sheet.bounds[:, 0]
    wide = np.flatnonzero(widths > ONE_DIGIT * row_height(sheet.bounds))
    if not wide.size:
        return wide
    pieces = Parting.of(sheet.part(wide[i : i + 1]) for i in range(len(wide)))
    return wide[~_is_known((yield pieces.pictures))]


def _is_known(probabilities: Points) -> NDArray[np.bool_]:
    """Tell which pictures the network takes for a digit, so surely that none of it is cut."""
    known: NDArray[np.bool_] = probabilities[:, :-1].max(axis=1) >= CONVINCING
    return known


def _best_parting(sheet: Sheet, rows: list[Row]) -> Steps:
    """Choose each row's cheapest parting, or all together where that is one thing."""
    whole = np.concatenate([row.pieces for row in rows])
    spans = [row.pieces[slice(*run)] for row in rows for run in row.runs]
    if len(spans) == 1:
        return Parting.of([sheet.part(whole)])
    if len(rows) > 1:  # else it is among the runs, unless it is too long for a digit
        spans.append(whole)
    at = next((i for i, span in enumerate(spans) if len(span) == len(whole)), None)
    candidates = Parting.of(sheet.part(span) for span in spans)
    probabilities = yield candidates.pictures
    best = probabilities[:, :-1].max(axis=1)
    chosen: list[int] = []
    doubted = boundaries = first = 0
    for row in rows:
        runs = _cheapest(row, best[first : first + len(row.runs)])
        order = {run: first + i for i, run in enumerate(row.runs)}
        numbers = [order[run] for run in runs]
        doubted += _count_doubted(row, runs, sheet.bounds, best[numbers])
        boundaries += len(runs) - 1
        chosen += numbers
        first += len(row.runs)
    one_digit = len(rows) > 1 and best[-1] >= PLAUSIBLE  # an 8 of two rings, say
    one_thing = np.count_nonzero(best[chosen] >= PLAUSIBLE) < LEAST_SHARE * len(chosen)
    letter = doubted > 0 and doubted >= DOUBTED_SHARE * boundaries
    if one_digit or one_thing or letter:
        return (
            Parting.of([sheet.part(whole)]) if at is None else candidates.only([at], probabilities)
        )
    return candidates.only(chosen, probabilities)


def _cheapest(row: Row, best: Points) -> list[Run]:
    """Return the runs that part a row most cheaply; best: how probable a digit each run is."""
    logs = np.log(np.maximum(best, LEAST_PROBABILITY)).tolist()
    prices = {run: price - log for (run, price), log in zip(row.runs.items(), logs, strict=True)}
    for run, convincing in zip(row.runs, (best >= CONVINCING).tolist(), strict=True):
        if not convincing and row.hangs_together(run):
            prices[run] += DOUBT
    return cheapest_parting(prices, row.part)


def _count_doubted(row: Row, runs: list[Run], bounds: Points, best: Points) -> int:
    """Count the boundaries that touching digits seldom have: uneven, or cut and one unsure."""
    at = np.array([start - 1 for start, _ in runs[1:]], np.intp)
    uneven = row.steps(runs, bounds) > UNEVEN
    unsure = np.minimum(best[1:], best[:-1]) < SURE
    return int(np.count_nonzero((row.tied[at] & uneven) | (row.cut[at] & unsure)))
