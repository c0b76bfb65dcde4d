"""One lane of kills: server after server on a store, and store after store."""

import logging
import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from bench.campaigns.kills.reviewer import Reviewer
from bench.campaigns.kills.sender import Sender
from bench.campaigns.kills.store_check import check_after_kill, check_at_end
from bench.campaigns.kills.tolls import Tolls
from bench.local_server import LocalServer, local_server
from bench.tally import Tally
from export.progress import show_progress

KILLS_A_STORE = 25
SENDERS = 2
MOST_REQUESTS = 25  # of a life, before its kill
WITHIN_S = 0.01  # after that request was begun; one takes about two milliseconds
AT_START_SHARE = 0.1
START_S = 0.6  # about what a server takes to start
REVIEWER_SHARE = 0.3  # of kills, the reviewer dies as well
POLL_S = 0.0005

logger = logging.getLogger(__name__)


class Lane:
    """Kills so many servers; whoever looks on may stop it before."""

    def __init__(self, folder: Path, generator: random.Random, kills: int) -> None:
        self._folder, self._generator, self._kills = folder, generator, kills
        self._stopped = False
        self.tolls = Tolls()

    def run(self) -> Tolls:
        """Kill them and return what was counted."""
        number = 0
        while self.tolls.kills < self._kills and not self._stopped:
            folder = self._folder / str(number)
            folder.mkdir(parents=True)
            until = min(self.tolls.kills + KILLS_A_STORE, self._kills)
            _Torment(folder, self._generator, self.tolls).run(self, until)
            number += 1
        return self.tolls

    def stop(self) -> None:
        """Let the lane end after the life that it is in."""
        self._stopped = True

    def goes_on(self, until: int) -> bool:
        """Whether kills are to come on this store."""
        show_progress("kills in a lane", self.tolls.kills, self._kills)
        return self.tolls.kills < until and not self._stopped


class _Torment:
    """The lives and deaths on one store."""

    def __init__(self, folder: Path, generator: random.Random, tolls: Tolls) -> None:
        self._folder, self._store = folder, folder / "store"
        self._generator, self._tolls = generator, tolls
        self._tally = Tally({})
        self._leftovers: list[Path] = []
        self._reviewer: Reviewer | None = None
        self._senders = [
            Sender(random.Random(generator.random()), f"sender-{number}")
            for number in range(SENDERS)
        ]

    def run(self, lane: Lane, until: int) -> None:
        """Kill servers on this store until so many are dead in all, and check what it holds."""
        while lane.goes_on(until):
            if self._generator.random() < AT_START_SHARE:
                self._kill_at_start()
            else:
                self._live_and_die()
            self._tolls.kills += 1
            if self._generator.random() < REVIEWER_SHARE or not lane.goes_on(until):
                self._end_reviewer()
                self._leftovers += check_after_kill(self._store, self._senders, self._tolls)
                self._tolls.leftovers += len(self._leftovers)
        self._end_reviewer()
        with self._serving() as server:
            for sender in self._senders:
                sender.complete(server)
                sender.repeat_all(server)
        check_at_end(self._store, self._senders, self._tally, self._tolls)
        self._sum_up()

    def _kill_at_start(self) -> None:
        server = LocalServer(self._store, self._folder / "output")
        time.sleep(self._generator.uniform(0, START_S))
        server.kill()
        self._tolls.kills_at_start += 1

    def _live_and_die(self) -> None:
        """Run a server that is killed while requests are under way."""
        with self._serving() as server, ThreadPoolExecutor(SENDERS) as pool:
            if self._reviewer is None:
                seed = self._generator.randrange(2**32)
                self._reviewer = Reviewer(self._store, seed, self._folder / "output")
            at = self._requests() + self._generator.randint(1, MOST_REQUESTS)
            acting = [pool.submit(s.act_until_cut_off, server) for s in self._senders]
            while self._requests() < at and not any(one.done() for one in acting):
                time.sleep(POLL_S)
            time.sleep(self._generator.uniform(0, WITHIN_S))
            server.kill()
            for one in acting:
                one.result()

    @contextmanager
    def _serving(self) -> Iterator[LocalServer]:
        """Run a server whose first feedback has swept what the kills before it left behind."""
        with local_server(self._store, self._folder / "output") as server:
            if self._leftovers:
                answer = server.request("DELETE", "/v1/feedback/none")
                self._tolls.wrong += answer.status != 404
                left = [path for path in self._leftovers if path.exists()]
                self._tolls.unswept += len(left)
                for path in left:
                    logger.warning("%s outlived the next start", path)
                self._leftovers = []
            yield server

    def _end_reviewer(self) -> None:
        if self._reviewer is not None:
            for line in self._reviewer.kill():
                self._tally.hear(line)
            self._reviewer = None
            self._tolls.reviewers += 1

    def _requests(self) -> int:
        return sum(sender.requests for sender in self._senders)

    def _sum_up(self) -> None:
        self._tolls.moves += self._tally.moves
        for sender in self._senders:
            self._tolls.acknowledged += sum(p.receipt is not None for p in sender.pieces)
            self._tolls.withdrawn += len(sender.withdrawn)
            self._tolls.cut_off += sender.cut_off
            self._tolls.wrong += len(sender.wrong)
            for words in sender.wrong:
                logger.warning("%s", words)
