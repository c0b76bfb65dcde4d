"""The one place where the parts are put together."""

import gc
import logging
import os
import sys
import time
from contextlib import suppress
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from chalicelib.config import VARIABLES, Settings, settings_from
from chalicelib.errors import StorageUnavailable, UnusableHead
from chalicelib.metrics import MetricLog

if TYPE_CHECKING:
    from chalicelib.learning.feedback import FeedbackBook
    from chalicelib.learning.pointer import HeadBook
    from chalicelib.learning.rollouts import RolloutBook
    from chalicelib.learning.round import Round
    from chalicelib.recognition.recognizer import Recognizer

MAX_KEPT = 8  # one in production; tests use several settings in turn


class Services:
    """The parts that answer requests, each built, and its code imported, at its first use."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.cold_start_ms: float | None = None
        self.metrics = MetricLog(sys.stdout if settings.in_lambda else None, settings.metrics)

    @cached_property
    def recognizer(self) -> "Recognizer":
        """The published models and their heads, the default one opened and run once.

        Raises UnusableModel.
        """
        from chalicelib.learning.keys import CURRENT_KEY
        from chalicelib.stores.open import open_reader
        from chalicelib.stores.read_ahead import ReadAhead

        location = self.settings.feedback
        # A bucket answers while the model is opened.
        reader = ReadAhead(lambda: open_reader(location, os.environ), CURRENT_KEY)
        import numpy as np

        from chalicelib.learning.serving import ServedHeads
        from chalicelib.recognition.normalise import SIDE_PX
        from chalicelib.recognition.recognizer import Recognizer
        from chalicelib.recognition.registry import ModelRegistry

        registry = ModelRegistry.load(self.settings.models_directory)
        registry.model(registry.default).run(np.zeros((1, SIDE_PX, SIDE_PX), np.float32))
        # Processor time leaves out what a local server idles away before its first request.
        self.cold_start_ms = round(time.process_time() * 1000, 1)
        served = ServedHeads(registry, lambda: reader)
        if not registry.candidates:
            return Recognizer(registry, served)
        from chalicelib.learning.rollout_log import RolloutLog

        return Recognizer(registry, served, served.rollouts, RolloutLog(self.metrics.write))

    @cached_property
    def feedback(self) -> "FeedbackBook":
        """The feedback, in its store. Raises InvalidSetting, StorageUnavailable.

        What is left of a sweep that fails, as on a full disk, is left to the next start.
        """
        from chalicelib.learning.feedback import FeedbackBook
        from chalicelib.stores.open import open_store

        location = self.settings.feedback
        book = FeedbackBook(open_store(location))
        if "://" not in location:  # a bucket takes too long to go through while somebody waits
            with suppress(StorageUnavailable):  # the store has logged it
                book.sweep()
        return book

    @cached_property
    def heads(self) -> "HeadBook":
        """The heads that feedback has taught. Raises InvalidSetting, StorageUnavailable."""
        from chalicelib.learning.pointer import HeadBook
        from chalicelib.stores.open import open_store

        return HeadBook(open_store(self.settings.feedback))

    @cached_property
    def rollouts(self) -> "RolloutBook":
        """The candidates that are tried. Raises InvalidSetting, StorageUnavailable."""
        from chalicelib.learning.rollouts import RolloutBook
        from chalicelib.stores.open import open_store

        return RolloutBook(open_store(self.settings.feedback))

    def damage(self) -> list[UnusableHead]:
        """Return what is damaged of heads and rollouts. Raises as `heads` does."""
        from chalicelib.learning.damage import find_damage
        from chalicelib.stores.open import open_store

        return list(find_damage(open_store(self.settings.feedback)))

    def round(self, by: str) -> "Round":
        """Return a round over the feedback, to be run by `by`. Raises as `feedback` does."""
        from chalicelib.learning.round import Round
        from chalicelib.recognition.registry import ModelRegistry
        from chalicelib.stores.open import open_store

        registry = ModelRegistry.load(self.settings.models_directory)
        return Round(open_store(self.settings.feedback), registry, by)


def services() -> Services:
    """Return the parts for what the environment says now. Raises InvalidSetting.

    The environment does not change in production, so the same parts serve every request; a test
    that sets a variable gets others, without a way around the wiring.
    """
    return _services(tuple(map(os.environ.get, VARIABLES)))


def start() -> None:
    """Check the settings and, in Lambda, open the default model. Raises InvalidSetting.

    Lambda starts a function with a whole processor, whatever its share is later, so the model is
    opened then, and the heads are read. Elsewhere (a local server, `chalice package`, tests)
    importing stays cheap.
    """
    try:
        parts = services()
        if parts.settings.in_lambda:
            parts.recognizer.variants()
    finally:  # app.py has told the collector to wait; what is loaded by now, it never looks at
        gc.freeze()
        gc.enable()


@lru_cache(maxsize=MAX_KEPT)
def _services(values: tuple[str | None, ...]) -> Services:  # noqa: ARG001 - only remembered by
    settings = settings_from(os.environ)
    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s")  # none where Lambda's is
    logging.getLogger(__package__).setLevel(settings.log_level)
    # What no line says is not looked up for each of them.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging._srcfile = None  # the manual's way to leave out which line called
    return Services(settings)
