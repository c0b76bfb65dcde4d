"""Every state of the page, and how it comes about."""

from collections.abc import Callable
from threading import Event

from playwright.sync_api import Page

from bench.faulty_api import FaultyApi, Reply, reading
from bench.patience import shown
from bench.pens import SEVEN, draw, draw_seven_with_keys, on_screen

KEPT = Reply({"id": "1", "receipt": "a-secret"}, 201)
SEVERAL = (("4", "recognized"), ("2", "unsure"), ("7", "not_a_digit"))
PNG = "document.querySelector('#paper').toDataURL().split(',')[1]"

State = Callable[[Page, FaultyApi], None]


def empty(page: Page, _: FaultyApi) -> None:
    """Show the page as it comes."""


def drawing(page: Page, _: FaultyApi) -> None:
    """Hold the pen down, over the last answer."""
    one_digit(page, _)
    ((start, *rest),) = on_screen(page, SEVEN)
    page.mouse.move(*start)
    page.mouse.down()
    for point in rest:
        page.mouse.move(*point)


def waiting(page: Page, api: FaultyApi) -> None:
    """Wait for a second answer, over the last one."""
    one_digit(page, api)
    api.answer("recognize", Reply(until=Event()))
    draw(page, SEVEN)


def waking(page: Page, api: FaultyApi) -> None:
    """Wait for the first answer for long."""
    api.answer("recognize", Reply(until=Event()))
    draw(page, SEVEN)
    shown(page.locator("#reading[data-state=waking]"))


def one_digit(page: Page, _: FaultyApi) -> None:
    """Read one digit."""
    draw(page, SEVEN)
    shown(page.locator("#question button").first)


def several_digits(page: Page, api: FaultyApi) -> None:
    """Read several digits, and look at the second."""
    api.answer("recognize", Reply(reading(*SEVERAL)))
    one_digit(page, api)
    page.locator("#answer button").nth(1).focus()


def unsure(page: Page, api: FaultyApi) -> None:
    """Be unsure."""
    api.answer("recognize", Reply(reading(("3", "unsure"))))
    one_digit(page, api)


def not_a_digit(page: Page, api: FaultyApi) -> None:
    """See no digit."""
    api.answer("recognize", Reply(reading(("3", "not_a_digit"))))
    one_digit(page, api)


def with_keys(page: Page, _: FaultyApi) -> None:
    """Draw with the keyboard; the pen is shown on the paper."""
    page.locator("#paper").focus()
    draw_seven_with_keys(page)
    shown(page.locator("#question button").first)


def labels(page: Page, api: FaultyApi) -> None:
    """Offer the ten labels."""
    one_digit(page, api)
    page.get_by_role("button", name="No", exact=True).click()


def consent(page: Page, api: FaultyApi) -> None:
    """Ask whether the drawing may be kept."""
    labels(page, api)
    page.get_by_role("button", name="three", exact=True).click()


def declined(page: Page, api: FaultyApi) -> None:
    """Keep nothing."""
    consent(page, api)
    page.locator("#question button").nth(1).click()


def thanked(page: Page, api: FaultyApi) -> None:
    """Thank for feedback, which can be taken back."""
    consent(page, api)
    page.get_by_role("button", name="Keep", exact=True).click()
    shown(page.get_by_text("Thank you."))


def taken_back(page: Page, api: FaultyApi) -> None:
    """Take feedback back."""
    thanked(page, api)
    api.answer("feedback", Reply(status=204))
    page.locator("#thanks button").click()
    shown(page.get_by_text("Taken back"))


def not_kept(page: Page, api: FaultyApi) -> None:
    """Fail to keep feedback, and go on trying."""
    api.answer("feedback", Reply(status=500))
    consent(page, api)
    page.get_by_role("button", name="Keep", exact=True).click()
    shown(page.get_by_text("I keep trying."))


def not_taken_back(page: Page, api: FaultyApi) -> None:
    """Fail to take feedback back, and go on trying."""
    thanked(page, api)
    api.answer("feedback", Reply(status=500))
    page.locator("#thanks button").click()
    shown(page.get_by_text("I keep trying."))


def asked_again(page: Page, _: FaultyApi) -> None:
    """Forget whether drawings may be kept."""
    page.locator("#forget").click()


def image(page: Page, _: FaultyApi) -> None:
    """Read an image that was chosen."""
    draw(page, SEVEN)
    choose(page, page.evaluate(f"[...atob({PNG})].map((each) => each.charCodeAt(0))"))
    shown(page.locator("#question button").first)


def no_image(page: Page, _: FaultyApi) -> None:
    """Refuse a file that is no image."""
    choose(page, [1, 2, 3])
    shown(page.get_by_text("no image I can open"))


def offline(page: Page, _: FaultyApi) -> None:
    """Do not reach the reader."""
    page.context.set_offline(True)
    draw(page, SEVEN)
    in_trouble(page)


def late(page: Page, api: FaultyApi) -> None:
    """Give up on an answer."""
    page.clock.install()
    api.answer("recognize", Reply(until=Event()))
    draw(page, SEVEN)
    page.clock.run_for(10_000)
    page.clock.resume()
    in_trouble(page)


def failed(page: Page, api: FaultyApi) -> None:
    """Meet a reader with a problem."""
    _refused(page, api, Reply(status=500))


def nonsense(page: Page, api: FaultyApi) -> None:
    """Meet a reader that makes no sense."""
    _refused(page, api, Reply(b"<h1>Hello</h1>"))


def refused(page: Page, api: FaultyApi) -> None:
    """Meet a reader that refuses, and says why at length."""
    _refused(page, api, Reply({"detail": "Too many digits in one drawing. " * 8}, 422))


def stuck(page: Page, _: FaultyApi) -> None:
    """Lack a file without which the page cannot start."""
    page.route("**/config.js", lambda route: route.fulfill(status=404))
    page.reload()
    page.locator("#stuck").wait_for()


def without_figures(page: Page, api: FaultyApi) -> None:
    """Lack the figures of the models."""
    api.answer("models", Reply(status=503))
    page.reload()
    page.locator("#absent").wait_for()


def choose(page: Page, content: list[int]) -> None:
    """Choose a file."""
    page.locator("#file").set_input_files(
        {"name": "seven.png", "mimeType": "image/png", "buffer": bytes(content)}
    )


def in_trouble(page: Page) -> None:
    """Wait until trouble is told."""
    shown(page.locator("#reading[data-state=trouble]"))


def _refused(page: Page, api: FaultyApi, reply: Reply) -> None:
    api.answer("recognize", reply)
    draw(page, SEVEN)
    in_trouble(page)


STATES: tuple[State, ...] = (
    *(empty, drawing, waiting, waking, one_digit, several_digits, unsure, not_a_digit, with_keys),
    *(labels, consent, declined, thanked, taken_back, not_kept, not_taken_back, asked_again),
    *(image, no_image, offline, late, failed, nonsense, refused, stuck, without_figures),
)
