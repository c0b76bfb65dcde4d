"""Make the README's pictures: the page reading a drawn digit, and a digit to send.

    python -m tools.picture --page http://127.0.0.1:8080/
    python -m tools.picture --review http://127.0.0.1:40001/the-secret/

Needs the page of `make run`, or that of `make review` on what `python -m bench.feedback_samples`
made, and a Chromium as `python -m tools.browser` finds it.
"""

import argparse
import io
import math
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from chalicelib.recognition.drawing import Points
from chalicelib.recognition.normalise import normalise_strokes
from chalicelib.recognition.png import encode_picture

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "pictures"
VIEW = {"width": 1120, "height": 700}
REVIEW_VIEW = {"width": 1280, "height": 760}
PALETTE = 64
ENLARGED = 10
PAPER_BOX = """() => {
  const { x, y, width, height } = document.getElementById("paper").getBoundingClientRect();
  return [x, y, width, height];
}"""
CROSSED_SEVEN = (
    [(0.22, 0.24), (0.45, 0.20), (0.74, 0.19), (0.60, 0.45), (0.46, 0.68), (0.40, 0.84)],
    [(0.36, 0.54), (0.52, 0.52), (0.70, 0.51)],
)


def main() -> int:
    """Write page.png and seven.png, or review.png, into docs/pictures."""
    parser = argparse.ArgumentParser(prog="python -m tools.picture", description=__doc__)
    parser.add_argument("--page", default="http://127.0.0.1:8080/", help="address of the page")
    parser.add_argument("--review", metavar="URL", help="address of a review: its picture alone")
    arguments = parser.parse_args()
    PICTURES.mkdir(parents=True, exist_ok=True)
    if arguments.review:
        with _chromium() as browser:
            _picture_review(browser, arguments.review)
        return 0
    seven = normalise_strokes(tuple(_curve(stroke) for stroke in CROSSED_SEVEN))
    enlarged = np.kron(1 - seven, np.ones((ENLARGED, ENLARGED), np.float32))
    (PICTURES / "seven.png").write_bytes(encode_picture(enlarged))
    with _chromium() as browser:
        page = browser.new_page(viewport=VIEW, device_scale_factor=1.5)  # type: ignore[arg-type]  # playwright has a type of its own for a size
        page.goto(arguments.page)
        _draw(page)
        page.screenshot(path=PICTURES / "page.png")
    return 0


@contextmanager
def _chromium() -> Iterator[Browser]:
    path = subprocess.run(
        [sys.executable, "-m", "tools.browser"], capture_output=True, text=True, check=True
    ).stdout.strip()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


def _picture_review(browser: Browser, url: str) -> None:
    page = browser.new_page(viewport=REVIEW_VIEW)  # type: ignore[arg-type]  # playwright has a type of its own for a size
    page.goto(url)
    page.locator("#drawings li").first.wait_for()
    page.keyboard.press("ArrowRight")
    page.wait_for_load_state("networkidle")
    # Few colours are in it, and a palette halves the file.
    picture = Image.open(io.BytesIO(page.screenshot())).quantize(PALETTE)
    picture.save(PICTURES / "review.png", optimize=True)


def _draw(page: Page) -> None:
    x, y, width, height = page.evaluate(PAPER_BOX)
    for stroke in CROSSED_SEVEN:
        path = _curve(stroke) * (width, height) + (x, y)
        page.mouse.move(*path[0].tolist())
        page.mouse.down()
        for point in path[1:]:
            page.mouse.move(*point.tolist())
        page.mouse.up()
    page.locator("#reading[data-state=answer]").wait_for()


def _curve(stroke: list[tuple[float, float]]) -> Points:
    """Return a smooth path through points in the unit square (cosine interpolation)."""
    points = np.array(stroke)
    at = np.linspace(0, len(points) - 1, 12 * len(points))
    whole = np.minimum(at.astype(int), len(points) - 2)
    share = ((1 - np.cos(math.pi * (at - whole))) / 2 + (at - whole)) / 2
    path: Points = points[whole] + share[:, None] * (points[whole + 1] - points[whole])
    return path


if __name__ == "__main__":
    sys.exit(main())
