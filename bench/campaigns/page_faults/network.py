"""The way to the API is broken, slow, or never ends."""

from bench.campaigns.page_faults.visit import HEALTHY, Visit
from bench.faulty_api import Reply

SLOW_S = (1.0, 9.0)


def offline(visit: Visit) -> None:
    """The network is off before the drawing, or goes while the answer is on its way."""
    visit.open()
    if visit.rng.random() < 0.5:
        visit.api.answer("recognize", Reply(until=visit.hold(), passes_on=True))
        visit.draw()
        visit.page.wait_for_timeout(300)
        visit.context.set_offline(True)
    else:
        visit.context.set_offline(True)
        visit.draw()
    visit.settle()


def offline_from_the_start(visit: Visit) -> None:
    """The page came, and no answer of the API ever did."""
    visit.api.stop()
    visit.open()
    visit.draw()
    visit.settle()


def refused(visit: Visit) -> None:
    """Nobody listens where the API was."""
    visit.open()
    visit.draw()
    visit.settle()
    visit.api.stop()
    visit.draw()
    visit.settle()


def slow(visit: Visit) -> None:
    """The answer takes seconds."""
    visit.open()
    delay_s = float(visit.rng.uniform(*SLOW_S))
    visit.api.answer("recognize", Reply(passes_on=True, delay_s=delay_s), HEALTHY)
    visit.draw()
    visit.settle()


def hanging(visit: Visit) -> None:
    """The answer never comes, the first one or a later one."""
    visit.open()
    if visit.rng.random() < 0.5:
        visit.draw()
        visit.settle()
    visit.api.answer("recognize", Reply(until=visit.hold()))
    visit.draw()
    visit.settle()


def broken_off(visit: Visit) -> None:
    """The connection breaks before the answer, or within it."""
    visit.open()
    cut = int(visit.rng.integers(0, 200))
    broken = Reply(passes_on=True, hangs_up=bool(visit.rng.random() < 0.5), cut_at=cut)
    visit.api.answer("recognize", broken)
    visit.draw()
    visit.settle()


KINDS = (offline, offline_from_the_start, refused, slow, hanging, broken_off)
