"""Storage that the browser blocks, empties or has no room in."""

from bench.campaigns.page_faults.visit import Visit

BLOCKED = """for (const name of ["localStorage", "sessionStorage"])
  Object.defineProperty(window, name, {
    get() { throw new DOMException("blocked", "SecurityError"); },
  });"""
MISSING = """for (const name of ["localStorage", "sessionStorage"])
  Object.defineProperty(window, name, { value: null });"""
# Fills what there is to the last character: the browser's own quota then refuses.
FULL = """for (const storage of [localStorage, sessionStorage])
  for (let size = 2 ** 23; size >= 1; size /= 2)
    try { storage.setItem(`junk${size}`, "x".repeat(size)); } catch {}"""
PUT = "([name, key, value]) => window[name].setItem(key, value)"
# What another version, or somebody with the developer's tools, may have left.
LEFT = (
    ("inkling.consent.2", "perhaps"),
    ("inkling.drawing", "{"),
    ("inkling.drawing", '{"strokes": [[["a", "b"]]]}'),
    ("inkling.drawing", '{"strokes": 7, "photo": {"url": "javascript:markupRan()"}}'),
    ("inkling.drawing", "null"),
    ("inkling.deed.x", "{"),
    ("inkling.deed.x", '{"body": {}}'),
    ("inkling.deed.x", "[]"),
    ("inkling.undo", "{"),
    ("inkling.undo", '{"receipt": 7, "end": 1e300}'),
)


def blocked(visit: Visit) -> None:
    """Each use of storage throws, or there is none."""
    script = BLOCKED if visit.rng.random() < 0.5 else MISSING
    visit.context.add_init_script(script)
    _say_and_draw(visit)


def full(visit: Visit) -> None:
    """The browser's own quota is used up, from the start or once the page runs."""
    if visit.rng.random() < 0.5:
        visit.context.add_init_script(FULL)
    visit.open()
    visit.page.evaluate(FULL)
    _say_and_draw(visit)


def nonsense(visit: Visit) -> None:
    """It holds what the page never wrote."""
    visit.open()
    key, value = LEFT[visit.rng.integers(len(LEFT))]
    for name in ("localStorage", "sessionStorage"):
        visit.page.evaluate(PUT, [name, key, value])
    _say_and_draw(visit)


def cleared(visit: Visit) -> None:
    """The person clears all that the site has kept, in the middle of it."""
    visit.open()
    visit.draw()
    visit.settle()
    visit.page.evaluate("() => (localStorage.clear(), sessionStorage.clear())")
    visit.say()


def _say_and_draw(visit: Visit) -> None:
    visit.open()
    visit.draw()
    visit.settle()
    visit.say()
    visit.draw()
    visit.settle()
    visit.say()


KINDS = (blocked, full, nonsense, cleared)
