"""One visit to the page while something is wrong, and what is looked at in the end."""

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
from playwright.sync_api import Browser, BrowserContext, Dialog, Page

from bench.campaigns.page_faults import tally
from bench.faulty_api import FaultyApi, Reply
from bench.own_digits import own_digits
from bench.pens import draw, ink

WATCH = Path(__file__).with_name("watch.js")
POLL_MS = 40
MOST_POINTS = 6  # of a stroke; each is a round trip to the browser
VIEWPORTS = ((320, 568), (768, 1024), (1000, 800), (1440, 900))
RECORDS = "feedback/**/status=quarantine/**/*.json"
HEALTHY = Reply(passes_on=True)
PARTS = ("recognize", "models", "feedback")
# The last of the notes that tells what came of the last question, undefined where none does.
LAST_TOLD = """seen.told.findLast(
  ({ state, at }) => at > seen.movedAt && ["answer", "trouble"].includes(state))"""
STRANGE = "img:not(#picture), script:not([src='main.js']), iframe, style, object, form, svg"


@dataclass
class Visit:
    """A page, the API behind it, and the tally of the campaign.

    patience_s: how long it waits for what is to come.
    given: how many drawings are to be in the store in the end, beside those from before.
    ends: what sets free the answers that are held back.
    """

    name: str
    context: BrowserContext
    page: Page
    address: str
    api: FaultyApi
    folder: Path
    rng: np.random.Generator
    tally: tally.Tally
    patience_s: float
    given: int = 0
    before: int = 0
    strokes: int = 0
    ends: list[Event] = field(default_factory=list)

    def open(self) -> None:
        """Load the page and wait until it runs."""
        self.page.goto(self.address)
        self.page.locator("#reading[data-state]").wait_for()

    def draw(self) -> None:
        """Draw one stroke of a digit somewhere on the paper."""
        digits = own_digits()
        stroke = digits[self.rng.integers(len(digits))].strokes[0]
        step = max(1, len(stroke) // MOST_POINTS)
        x, y, size = self.rng.uniform([0.35, 0.35, 0.2], [0.65, 0.65, 0.5])
        draw(self.page, [[*stroke[::step], stroke[-1]]], size=float(size), middle=(x, y))
        self.strokes += 1

    def hold(self) -> Event:
        """Return what an answer waits for; it is set free when the visit ends."""
        self.ends.append(Event())
        return self.ends[-1]

    def wait(self, expression: str) -> bool:
        """Wait for a JavaScript expression to hold, and return whether it came to."""
        deadline = time.monotonic() + self.patience_s
        while not self.page.evaluate(expression):
            if time.monotonic() > deadline:
                return False
            self.page.wait_for_timeout(POLL_MS)
        return True

    def settle(self) -> str:
        """Wait for what is said of the newest drawing; return its state, "" where nothing is."""
        if not self.wait(f"Boolean({LAST_TOLD})"):
            self.tally.harm(tally.SILENT, f"{self.name}: nothing in {self.patience_s:.0f} s")
            return ""
        state, since_ms = self.page.evaluate(f"(last => [last.state, last.since])({LAST_TOLD})")
        self.tally.slowest_s = max(self.tally.slowest_s, since_ms / 1000)
        return str(state)

    def heal(self) -> None:
        """Let everything work again."""
        for part in PARTS:
            self.api.answer(part, HEALTHY)
        self.context.set_offline(False)
        self.api.start()

    def press(self, name: str) -> None:
        """Press a button by its name."""
        self.page.get_by_role("button", name=name, exact=True).click()

    def say(self) -> None:
        """Give the first answer to the page's question, agree, and expect to be told."""
        first = self.page.locator("#question button").first
        first.click()
        if self.page.locator(
            "#question.keys"
        ).count():  # several digits were read: which one was it?
            first.click()
        keep = self.page.get_by_role("button", name="Keep", exact=True)
        if keep.count():
            keep.click()
        self.given += 1
        start_s = time.monotonic()
        self.hear("textContent !== 'One moment…'")
        self.tally.slowest_s = max(self.tally.slowest_s, time.monotonic() - start_s)

    def hear(self, condition: str) -> None:
        """Wait until the line about feedback is not empty and meets a condition."""
        line = "document.querySelector('#thanks')"
        if not self.wait(f"{line}.textContent && {line}.{condition}"):
            self.tally.harm(tally.SILENT, f"{self.name}: nothing of feedback, {condition}")

    def kept(self) -> int:
        """Return how much feedback lies in the store."""
        return len(list(self.folder.glob(RECORDS)))

    def finish(self) -> None:
        """Heal, and look whether the drawing and the feedback are whole."""
        self.heal()
        self._look_at_the_drawing()
        self._look_at_the_feedback()
        self._look_for_markup()

    def _look_at_the_drawing(self) -> None:
        if not self.strokes:
            return
        asked = len(self.api.asked("recognize"))
        if self.page.locator("#read").is_enabled():  # it is not where nothing is on the paper
            self.page.locator("#read").click()
            self.settle()
        bodies: list[Any] = [each.body for each in self.api.asked("recognize")[asked:]]
        read = len(bodies[-1].get("strokes", ())) if bodies else 0
        if read != self.strokes or not ink(self.page):
            told = f"{self.name}: {read} of {self.strokes} strokes"
            self.tally.harm(tally.DRAWING_LOST, told)

    def _look_at_the_feedback(self) -> None:
        again = self.page.locator("#thanks button", has_text="Try again")
        if again.count():
            again.click()
        waiting = "Object.keys(localStorage).some((key) => key.startsWith('inkling.deed.'))"
        self.wait(f"!(() => {{ try {{ return {waiting} }} catch {{}} }})()")
        if self.given:
            self.hear("textContent !== 'One moment…'")
        more = self.kept() - self.before - self.given
        if more:
            what = tally.FEEDBACK_TWICE if more > 0 else tally.FEEDBACK_LOST
            self.tally.harm(what, f"{self.name}: {more:+} in the store")

    def _look_for_markup(self) -> None:
        found = self.page.locator(STRANGE).count()
        for what in self.page.evaluate("seen.markup") + ["a strange element"] * found:
            self.tally.harm(tally.MARKUP, f"{self.name}: {what}")

    def look_at_the_order(self) -> None:
        """Look whether each answer that was shown was that of the drawing then on the paper.

        For answers whose text is the number of strokes.
        """
        for told in self.page.evaluate("seen.told"):
            if told["state"] == "answer" and told["text"] != str(told["drawing"]):
                said = f"{self.name}: {told['text']} over {told['drawing']}"
                self.tally.harm(tally.OLDER, said)


@dataclass(frozen=True)
class Scene:
    """What all visits share. folder: where the real API keeps its feedback."""

    browser: Browser
    address: str
    api: FaultyApi
    folder: Path
    tally: tally.Tally
    patience_s: float


@contextmanager
def visiting(scene: Scene, name: str, rng: np.random.Generator) -> Iterator[Visit]:
    """Give a visit in a fresh profile, its page not yet loaded."""
    width, height = VIEWPORTS[rng.integers(len(VIEWPORTS))]
    context = scene.browser.new_context(viewport={"width": width, "height": height})
    with closing(context):
        visit = visit_in(scene, context, name, rng)
        try:
            yield visit
        finally:
            for end in visit.ends:
                end.set()


def visit_in(scene: Scene, context: BrowserContext, name: str, rng: np.random.Generator) -> Visit:
    """Return a visit in a profile, watched, with an API that works."""
    context.set_default_timeout(1000 * scene.patience_s)
    context.add_init_script(path=WATCH)
    page = context.new_page()
    shared = (scene.address, scene.api, scene.folder, rng, scene.tally, scene.patience_s)
    visit = Visit(name, context, page, *shared)
    scene.api.received.clear()
    visit.heal()
    visit.before = visit.kept()
    watch_errors(page, name, scene.tally)
    return visit


def watch_errors(page: Page, name: str, counts: tally.Tally) -> None:
    """Count what nobody caught, and dialogs, which the page itself never opens."""

    def dismiss(dialog: Dialog) -> None:
        counts.harm(tally.MARKUP, f"{name}: a dialog")
        dialog.dismiss()

    page.on("pageerror", lambda error: counts.harm(tally.UNCAUGHT, f"{name}: {error}"))
    page.on("dialog", dismiss)
