"""Answers that come late, in any order, while the drawing changes."""

from bench.campaigns.page_faults.visit import Visit
from bench.faulty_api import Received, Reply, reading
from bench.pens import on_screen

PAUSE_MS = 350  # longer than the page waits after the pen is lifted
SOON_MS = 150


def permuted(visit: Visit) -> None:
    """Each of several drawings is asked about, and the answers come in another order."""
    visit.open()
    count = int(visit.rng.integers(2, 6))
    ends = [visit.hold() for _ in range(count)]
    visit.api.answer("recognize", *(Reply(count_strokes, until=end) for end in ends))
    for _ in range(count):
        visit.draw()
        visit.page.wait_for_timeout(float(visit.rng.uniform(0.9, 1.5)) * PAUSE_MS)
    for i in visit.rng.permutation(count):
        ends[i].set()
        visit.page.wait_for_timeout(float(visit.rng.uniform(0, SOON_MS)))
    visit.settle()
    visit.look_at_the_order()


def stroke_begun(visit: Visit) -> None:
    """The answer comes while the next stroke is being drawn."""
    visit.open()
    end = visit.hold()
    visit.api.answer("recognize", Reply(count_strokes, until=end), Reply(count_strokes))
    visit.draw()
    visit.page.wait_for_timeout(PAUSE_MS)
    ((start, *rest),) = on_screen(visit.page, [[[0, 0], [30, 5], [60, 0]]], size=0.4)
    visit.page.mouse.move(*start)
    visit.page.mouse.down()
    end.set()
    visit.page.wait_for_timeout(float(visit.rng.uniform(0, 2 * SOON_MS)))
    for point in rest:
        visit.page.mouse.move(*point)
    visit.page.mouse.up()
    visit.strokes += 1
    visit.settle()
    visit.look_at_the_order()


def undone(visit: Visit) -> None:
    """The drawing is undone or cleared while its answer is on its way."""
    visit.open()
    ends = [visit.hold() for _ in range(2)]
    visit.api.answer("recognize", *(Reply(count_strokes, until=end) for end in ends))
    for _ in range(2):
        visit.draw()
        visit.page.wait_for_timeout(PAUSE_MS)
    cleared = bool(visit.rng.random() < 0.5)
    visit.page.locator("#clear" if cleared else "#undo").click()
    for end in ends:
        end.set()
        visit.page.wait_for_timeout(float(visit.rng.uniform(0, 2 * SOON_MS)))
    if cleared:
        visit.page.locator("#undo").click()
    else:
        visit.strokes -= 1
    visit.settle()
    visit.look_at_the_order()


def count_strokes(asked: Received) -> object:
    """Read in a drawing the number of its strokes."""
    return reading((str(len(asked.body["strokes"])), "recognized"))


KINDS = (permuted, stroke_begun, undone)
