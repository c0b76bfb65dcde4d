"""The browser, and both pages in it: that for all, and that for reviewers."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page

from bench.campaigns.accessibility import review_states, states
from bench.campaigns.accessibility.states import State
from bench.faulty_api import FaultyApi, Reply, faulty_api, reading
from bench.reviewed import review_of
from chalicelib.stores.open import open_store
from export.review.addresses import Addresses
from export.review.server import serving as serving_review
from tools.serve_page import FRONTEND, serving

PATIENCE_MS = 20_000
FIGURES = {"weights": 238_811, "figures": {"mnist_test": {"accuracy": 0.9967}}}
MODELS = [{"name": name, "version": "0a1b2c3d", **FIGURES} for name in ("cnn", "perceptron")]


@dataclass(frozen=True)
class Scene:
    """Where both pages are."""

    browser: Browser
    api: FaultyApi
    address: str
    review_address: str

    @contextmanager
    def opened(self, entry: State) -> Iterator[Page]:
        """Open the page that has a state in a fresh profile, and bring the state about."""
        # While a state is brought about; later a condition says how large it is.
        context = self.browser.new_context(viewport={"width": 1000, "height": 800})
        with closing(context):
            context.set_default_timeout(PATIENCE_MS)
            page = context.new_page()
            self._heal()
            page.goto(self.review_address if entry in review_states.STATES else self.address)
            page.locator("#drawings li, #reading[data-state]").first.wait_for()
            entry(page, self.api)
            yield page

    def _heal(self) -> None:
        self.api.answer("recognize", Reply(reading(("7", "recognized"))))
        self.api.answer("models", Reply({"models": MODELS}))
        self.api.answer("feedback", states.KEPT, Reply(status=204))  # and what is taken back


@contextmanager
def scene(browser: Browser, frontend: Path = FRONTEND) -> Iterator[Scene]:
    """Serve the page of a folder, and a review of some feedback."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="inkling-"))
        store = open_store(folder)
        review_states.fill(store)
        review = stack.enter_context(serving_review(Addresses(review_of(store), "feedback")))
        api = stack.enter_context(faulty_api())
        address = stack.enter_context(serving(api.url, folder=frontend))
        yield Scene(browser, api, address, review)
