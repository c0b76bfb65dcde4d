"""What the person says, while it cannot be kept, or the answer to it is lost."""

from bench.campaigns.page_faults.visit import HEALTHY, Visit
from bench.faulty_api import Reply

LOST = Reply(passes_on=True, hangs_up=True)  # it was done, and nobody was told
FAILURES = (
    Reply(hangs_up=True),
    LOST,
    Reply(b"", 500),
    Reply(b"<h1>Bad Gateway</h1>", 502),
    Reply({"detail": "Later."}, 429, (("Retry-After", "1"),)),
    Reply(b"<h1>Log in to this network</h1>"),
    Reply({"id": "1", "receipt": 7}, 201),
    Reply(passes_on=True, cut_at=5),
)


def sent_later(visit: Visit) -> None:
    """Keeping fails a few times; another drawing follows, and sometimes more feedback."""
    _answered(visit)
    visit.api.answer("feedback", *_failures(visit), HEALTHY)
    visit.say()
    visit.draw()
    visit.settle()
    if visit.rng.random() < 0.5:
        visit.say()
    _until_thanked(visit)


def offline(visit: Visit) -> None:
    """The network goes before the person speaks, and returns."""
    _answered(visit)
    visit.context.set_offline(True)
    visit.say()
    visit.context.set_offline(False)
    _until_thanked(visit)


def hanging(visit: Visit) -> None:
    """The answer to feedback never comes, though it was kept."""
    _answered(visit)
    visit.api.answer("feedback", Reply(passes_on=True, until=visit.hold()), HEALTHY)
    visit.say()
    _until_thanked(visit)


def reloaded(visit: Visit) -> None:
    """The page is loaded again before the feedback is through."""
    _answered(visit)
    visit.api.answer("feedback", *_failures(visit), HEALTHY)
    visit.say()
    visit.page.reload()
    _until_thanked(visit)


def taken_back(visit: Visit) -> None:
    """Taking back fails, or was done and nobody was told."""
    _answered(visit)
    visit.say()
    visit.api.answer("feedback", *_failures(visit), HEALTHY)
    visit.page.locator("#thanks button").click()
    visit.given -= 1
    if visit.rng.random() < 0.5:
        visit.hear("textContent.includes('could not be taken back')")
        visit.draw()
        visit.settle()
    visit.hear("textContent.includes('Taken back')")


def two_tabs(visit: Visit) -> None:
    """A second tab finds what the first has not got through, and both send it."""
    _answered(visit)
    visit.api.answer("feedback", *_failures(visit), HEALTHY)
    visit.say()
    other = visit.context.new_page()
    other.goto(visit.address)
    visit.page.locator("#thanks button", has_text="Try again").click()
    _until_thanked(visit)
    other.close()


def pressed_twice(visit: Visit) -> None:
    """Keep is pressed twice at once, as impatient hands do."""
    _answered(visit)
    visit.api.answer("feedback", Reply(passes_on=True, delay_s=1.0))
    visit.page.locator("#question button").first.click()
    visit.page.get_by_role("button", name="Keep", exact=True).dblclick()
    visit.given += 1
    _until_thanked(visit)


def _answered(visit: Visit) -> None:
    visit.open()
    visit.draw()
    visit.settle()


def _failures(visit: Visit) -> list[Reply]:
    """Return one or two failures that may pass."""
    return [FAILURES[i] for i in visit.rng.integers(len(FAILURES), size=visit.rng.integers(1, 3))]


def _until_thanked(visit: Visit) -> None:
    visit.hear("textContent.includes('Thank you.')")


KINDS = (sent_later, offline, hanging, reloaded, taken_back, two_tabs, pressed_twice)
