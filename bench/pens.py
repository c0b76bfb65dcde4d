"""Hands that draw on the page: with the mouse, with a finger, with the keyboard."""

import time
from collections.abc import Sequence

from playwright.sync_api import Page

from chalicelib.errors import InklingError

PATIENCE_S = 30.0

Stroke = Sequence[Sequence[float]]
Point = tuple[float, float]

LINE: list[list[list[float]]] = [[[0, 0], [0, 50], [2, 100]]]
SEVEN: list[list[list[float]]] = [[[0, 0], [40, 1], [80, 0], [60, 50], [35, 120]]]


class PageStuck(InklingError):
    """The page did not become what a hand waited for."""


def on_screen(
    page: Page, strokes: Sequence[Stroke], size: float = 0.6, middle: Point = (0.5, 0.5)
) -> list[list[Point]]:
    """Place strokes on the paper: `size` and `middle` are shares of its side."""
    page.evaluate("scrollTo(0, 0)")
    paper = page.locator("#paper").bounding_box()
    if not paper:
        raise PageStuck("the paper is not on show")
    points = [point for stroke in strokes for point in stroke]
    low = [min(point[axis] for point in points) for axis in (0, 1)]
    high = [max(point[axis] for point in points) for axis in (0, 1)]
    scale = size * paper["width"] / max(high[0] - low[0], high[1] - low[1])
    centre = [(low[axis] + high[axis]) / 2 for axis in (0, 1)]
    x, y = (paper["x"] + middle[0] * paper["width"], paper["y"] + middle[1] * paper["width"])
    return [
        [((at[0] - centre[0]) * scale + x, (at[1] - centre[1]) * scale + y) for at in stroke]
        for stroke in strokes
    ]


def draw(
    page: Page, strokes: Sequence[Stroke], size: float = 0.6, middle: Point = (0.5, 0.5)
) -> None:
    """Draw with the mouse."""
    for stroke in on_screen(page, strokes, size, middle):
        page.mouse.move(*stroke[0])
        page.mouse.down()
        for point in stroke[1:]:
            page.mouse.move(*point)
        page.mouse.up()


def draw_with_finger(page: Page, strokes: Sequence[Stroke]) -> None:
    """Draw by touch."""
    for stroke in on_screen(page, strokes):
        drag_finger(page, stroke)


def drag_finger(page: Page, path: Sequence[Point]) -> None:
    """Put a finger down, drag it along and lift it."""
    session = page.context.new_cdp_session(page)
    for i, (x, y) in enumerate(path):
        kind = "touchMove" if i else "touchStart"
        touch = {"type": kind, "touchPoints": [{"x": x, "y": y}]}
        session.send("Input.dispatchTouchEvent", touch)
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    session.detach()


def draw_seven_with_keys(page: Page) -> None:
    """Draw a seven with the arrow keys, from wherever the focus is on the paper."""
    press = page.keyboard.press
    for _ in range(9):
        press("ArrowLeft")
    press(" ")
    for _ in range(15):
        press("ArrowRight")
    for _ in range(11):
        press("ArrowDown")
        press("ArrowDown")
        press("ArrowLeft")
    press(" ")


def ink(page: Page) -> int:
    """Return how many pixels of the canvas carry ink."""
    count: int = page.evaluate(
        """() => {
          const paper = document.querySelector("#paper");
          const copy = new OffscreenCanvas(paper.width, paper.height);
          const pen = copy.getContext("2d", { willReadFrequently: true });
          pen.drawImage(paper, 0, 0);
          const { data } = pen.getImageData(0, 0, paper.width, paper.height);
          return data.filter((value, i) => i % 4 === 3 && value > 127).length;
        }"""
    )
    return count


def wait_until(page: Page, expression: str) -> None:
    """Wait for a JavaScript expression to hold; the page's policy bars Playwright's own way."""
    deadline = time.monotonic() + PATIENCE_S
    while not page.evaluate(expression):
        if time.monotonic() > deadline:
            raise PageStuck(f"in {PATIENCE_S} s it never was so: {expression}")
        page.wait_for_timeout(20)
