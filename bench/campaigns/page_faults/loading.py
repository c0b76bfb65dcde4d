"""The page itself comes late, in part, again, or back."""

from playwright.sync_api import Route

from bench.campaigns.page_faults import tally
from bench.campaigns.page_faults.visit import Visit
from bench.faulty_api import Reply

PARTS = ("config.js", "main.js", "words.js", "outbox.js", "styles.css")
STUCK = "document.querySelector('#stuck')"
SHOWN = f"!{STUCK} || getComputedStyle({STUCK}).visibility === 'visible'"


def in_part(visit: Visit) -> None:
    """A file of the page is missing; where it cannot do without it, it says so."""
    name = str(visit.rng.choice(PARTS))

    def missing(route: Route) -> None:
        route.fulfill(status=404, body="Not found")

    visit.context.route(f"**/{name}", missing)
    visit.page.goto(visit.address)
    if not visit.wait(SHOWN):
        visit.tally.harm(tally.SILENT, f"{visit.name}: nothing though {name} was missing")
    visit.context.unroute(f"**/{name}")
    visit.open()
    visit.draw()
    visit.settle()


def reloaded(visit: Visit) -> None:
    """The page is loaded again while a drawing is on it and its answer on the way."""
    visit.open()
    visit.api.answer("recognize", Reply(until=visit.hold()), Reply(passes_on=True))
    for _ in range(int(visit.rng.integers(1, 4))):
        visit.draw()
    visit.page.wait_for_timeout(float(visit.rng.uniform(0, 600)))
    visit.page.reload()
    visit.settle()


def left_and_back(visit: Visit) -> None:
    """The person leaves while an answer is on its way, and comes back."""
    visit.open()
    visit.api.answer("recognize", Reply(passes_on=True, delay_s=1.0))
    visit.draw()
    visit.page.wait_for_timeout(float(visit.rng.uniform(0, 600)))
    visit.page.goto(visit.address + "icon.svg")
    visit.page.go_back()
    visit.page.locator("#reading[data-state]").wait_for()
    visit.settle()


def api_back(visit: Visit) -> None:
    """The API could not be reached at first; its models are shown once it can be."""
    visit.api.stop()
    visit.open()
    visit.heal()
    visit.draw()
    visit.settle()
    if not visit.wait("document.querySelector('#absent').hidden"):
        visit.tally.harm(tally.SILENT, f"{visit.name}: the models' figures stay away")


KINDS = (in_part, reloaded, left_and_back, api_back)
