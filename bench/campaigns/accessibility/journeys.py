"""What is done with the keyboard alone, and what is read out meanwhile."""

from playwright.sync_api import Page

from bench.campaigns.accessibility.look import FOCUS, KEYBOARD, UNTOLD, Findings
from bench.pens import PageStuck, draw_seven_with_keys, wait_until

MOST_STOPS = 60
RING = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return "";
  const { outlineStyle, outlineWidth } = getComputedStyle(at);
  const { width, height, top, bottom } = at.getBoundingClientRect();
  const seen = outlineStyle !== "none" && parseFloat(outlineWidth) >= 2 && width && height;
  const name = at.id || at.ariaLabel || at.textContent.trim() || at.tagName;
  return `${seen && bottom > 0 && top < innerHeight ? "" : "unseen: "}${name}`;
}"""
LISTEN = """() => {
  window.announced = [];
  for (const region of document.querySelectorAll("[role=status], [role=alert], [aria-live]"))
    new MutationObserver(() => region.textContent && announced.push(region.textContent))
      .observe(region, { childList: true, subtree: true, characterData: true });
}"""
ANSWERED = "document.querySelector('#reading').dataset.state === 'answer'"
THANKED = "document.querySelector('#thanks').textContent.includes('Thank you')"
TAKEN = "document.querySelector('#thanks').textContent.includes('Taken back')"


def from_load_to_feedback(page: Page, findings: Findings) -> None:
    """Draw, correct the answer, agree and take it back; each by Tab, arrows, Space and Enter."""
    findings.journeys += 1
    page.evaluate(LISTEN)
    try:
        _go_to(page, "paper", findings)
        draw_seven_with_keys(page)
        wait_until(page, ANSWERED)
        for name, then in (
            ("No", "document.querySelector('#question.keys')"),
            ("three", "document.querySelector('#question').textContent.includes('Keep')"),
            ("Keep", THANKED),
            ("Undo feedback", TAKEN),
        ):
            _press(page, name, findings)
            wait_until(page, f"Boolean({then})")
            _look_at_focus(page, f"after {name}", findings)
        # At the end, so that what is said late, or once more, is heard too.
        for words in ("Seven", "Thank you"):
            _listen_for(page, words, findings)
    except PageStuck as error:
        findings.harm(KEYBOARD, str(error))


def through_all(page: Page, name: str, findings: Findings) -> None:
    """Go from stop to stop, forwards and back; none is unseen, and none holds the focus."""
    findings.journeys += 1
    for key in ("Tab", "Shift+Tab"):
        page.evaluate("() => (document.activeElement?.blur(), scrollTo(0, 0))")
        stops: list[str] = []
        for _ in range(MOST_STOPS):
            page.keyboard.press(key)
            at = page.evaluate(RING)
            if not at or (stops and at == stops[0]):
                break
            if at.startswith("unseen") or at in stops[-1:]:
                findings.harm(FOCUS, f"{name}, {key}: {at}")
            stops.append(at)
        else:
            findings.harm(FOCUS, f"{name}, {key}: no end in {MOST_STOPS} stops")


def _go_to(page: Page, name: str, findings: Findings) -> None:
    """Tab to an element by its id or name."""
    for _ in range(MOST_STOPS):
        if page.evaluate(RING).removeprefix("unseen: ") == name:
            return
        page.keyboard.press("Tab")
        _look_at_focus(page, f"on the way to {name}", findings)
    raise PageStuck(f"Tab does not lead to {name}")


def _press(page: Page, name: str, findings: Findings) -> None:
    _go_to(page, name, findings)
    page.keyboard.press("Enter")


def _look_at_focus(page: Page, when: str, findings: Findings) -> None:
    at = page.evaluate(RING)
    if not at or at.startswith("unseen"):
        findings.harm(FOCUS, f"{when}: {at or 'nothing is focused'}")


def _listen_for(page: Page, words: str, findings: Findings) -> None:
    heard = [each for each in page.evaluate("announced") if each.startswith(words)]
    if len(heard) != 1:
        findings.harm(UNTOLD, f"{words}: {heard}")
