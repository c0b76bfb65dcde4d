"""What is looked at in each state under each condition: axe's rules, and ours."""

import sys
from collections import Counter
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

from playwright.sync_api import Page

from bench.campaigns.accessibility.conditions import Condition
from bench.outcome import Fact

TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
OPTIONS = {"runOnly": {"type": "tag", "values": [*TAGS]}, "resultTypes": ["violations"]}
LEAST_TARGET_PX = 24
AXE = """async (options) => {
  const { violations } = await axe.run(document, options);
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(" ")}`);
}"""
TARGETS = """(least) => [...document.querySelectorAll("button, a, input, select, [tabindex]")]
  .filter((element) => element.checkVisibility({ visibilityProperty: true }))
  .filter((element) => {
    const { width, height } = element.getBoundingClientRect();
    return Math.min(width, height) < least;
  })
  .map(({ outerHTML }) => outerHTML.slice(0, 80))"""
MOTION = """() => [
  ...document.getAnimations().map(({ effect }) => effect.target),
  ...[...document.querySelectorAll("*")]
    .filter((each) => !/^(0s(, )?)+$/.test(getComputedStyle(each).transitionDuration)),
].map(({ outerHTML }) => outerHTML.slice(0, 80))"""
# In forced colours the browser lays a plate of the page's colour under text: what has that colour
# itself cannot be read then, whatever lies under the plate.
PLATED = """() => {
  const page = Object.assign(document.createElement("i"), { hidden: true });
  document.body.append(page);
  page.style.color = "Canvas";
  const { color } = getComputedStyle(page);
  page.remove();
  return [...document.querySelectorAll("body *")]
    .filter((each) => each.checkVisibility({ visibilityProperty: true }))
    .filter(({ childNodes }) => [...childNodes].some((n) => n.nodeType === 3 && n.data.trim()))
    .filter((each) => getComputedStyle(each).forcedColorAdjust === "auto")
    .filter((each) => getComputedStyle(each).color === color)
    .map(({ outerHTML }) => outerHTML.slice(0, 80));
}"""
TOO_WIDE = "() => Math.max(0, document.documentElement.scrollWidth - innerWidth)"

VIOLATIONS = "violations of axe's rules"
SMALL = f"targets under {LEAST_TARGET_PX} px"
WIDE = "pages wider than the screen"
UNREADABLE = "texts that forced colours make unreadable"
MOVING = "elements that move without being asked to"
FOCUS = "stops of the keyboard whose focus is lost or cannot be seen"
UNTOLD = "answers not announced exactly once"
KEYBOARD = "journeys that the keyboard could not make"
HARMS = (VIOLATIONS, SMALL, WIDE, UNREADABLE, MOVING, FOCUS, UNTOLD, KEYBOARD)


@dataclass
class Findings:
    """What was looked at, and what was found."""

    looks: int = 0
    journeys: int = 0
    harms: Counter[str] = field(default_factory=Counter)

    def harm(self, what: str, told: str) -> None:
        """Count a harm, and say what it was."""
        self.harms[what] += 1
        print(f"{what}: {told}", file=sys.stderr, flush=True)

    def facts(self) -> list[Fact]:
        """Return what the campaign found."""
        looked = [Fact("states looked at", self.looks), Fact("journeys by keyboard", self.journeys)]
        return [*looked, *(Fact(name, self.harms[name], most=0) for name in HARMS)]


def load_axe(page: Page) -> None:
    """Bring axe-core into a page."""
    page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text())


def look(page: Page, name: str, findings: Findings, condition: Condition) -> None:
    """Look at a page that holds axe, in whatever state it is, under a condition set on it."""
    found: dict[str, list[Any]] = {
        VIOLATIONS: page.evaluate(AXE, OPTIONS),
        SMALL: page.evaluate(TARGETS, LEAST_TARGET_PX),
        WIDE: [px for px in [page.evaluate(TOO_WIDE)] if px],
        UNREADABLE: page.evaluate(PLATED) if condition.forced_colors else [],
        MOVING: page.evaluate(MOTION) if condition.reduced_motion else [],
    }
    findings.looks += 1
    for harm, all_told in found.items():
        for told in all_told:
            findings.harm(harm, f"{name}, {condition}: {told}")
