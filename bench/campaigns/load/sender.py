"""Sends requests at times that are set beforehand, whatever the answers, and judges those.

Latency counts from the time at which a request was to be sent, so a stall that delays the sending
of others shows in theirs as well (no "coordinated omission").
"""

import asyncio
import json
import re
from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from bench.campaigns.load.lines import Lines, Reply
from bench.campaigns.load.traffic import Asked, Kind, Traffic
from export.progress import show_progress

REFUSALS = (429, 503)
RETRY_AFTER = re.compile(rb"\r\nretry-after: *[1-9][0-9]*(\r|$)", re.IGNORECASE)
REFUSED_WITH = (  # beside Retry-After
    re.compile(rb"\r\naccess-control-allow-origin: *\*(\r|$)", re.IGNORECASE),
    re.compile(rb"\r\naccess-control-expose-headers:[^\r]*retry-after", re.IGNORECASE),
    re.compile(rb"\r\ncontent-type: *application/problem\+json", re.IGNORECASE),
)
PROBLEM = {"type", "title", "status", "detail", "code", "request_id"}
PROGRESS_S = 5.0


class Verdict(StrEnum):
    """What an answer is."""

    RIGHT = "right"
    WRONG = "wrong"
    REFUSED = "refused for now, as a problem that says when to try again"
    MISSHAPEN = "refused for now, but not in that shape"
    NONE = "none came"


class Sent(NamedTuple):
    """One request, in seconds since sending began. status: 0 where no answer came."""

    kind: Kind
    due_s: float
    began_s: float
    ended_s: float
    status: int
    verdict: Verdict

    @property
    def latency_ms(self) -> float:
        """From when it was to be sent until all of its answer was there."""
        return 1000 * (self.ended_s - self.due_s)


class Sender:
    """Sends the requests of a traffic over connections that are kept."""

    def __init__(self, lines: Lines, traffic: Traffic) -> None:
        self._lines = lines
        self._traffic = traffic
        self._sent: list[Sent] = []

    async def send_at(self, times_s: Sequence[float], what: str) -> list[Sent]:
        """Send one request of chance at each time from now on; return all once all are answered."""
        loop = asyncio.get_running_loop()
        self._sent, start_s, shown_s = [], loop.time(), 0.0
        kinds = self._traffic.choose(len(times_s))
        async with asyncio.TaskGroup() as group:
            for due_s, kind in zip(times_s, kinds, strict=True):
                if (left_s := start_s + due_s - loop.time()) > 0:
                    await asyncio.sleep(left_s)
                group.create_task(self._send(kind, start_s, due_s))
                if due_s - shown_s > PROGRESS_S:
                    show_progress(what, int(due_s), int(times_s[-1]))
                    shown_s = due_s
        show_progress(what, int(times_s[-1]), int(times_s[-1]))
        return self._sent

    async def send_at_once(self, count: int, duration_s: float) -> float:
        """Keep so many requests under way for a while; return the answers a second."""
        loop = asyncio.get_running_loop()
        self._sent, start_s = [], loop.time()

        async def keep_sending(kinds: Sequence[Kind]) -> None:
            turn = 0
            while (now_s := loop.time() - start_s) < duration_s:
                await self._send(kinds[turn % len(kinds)], start_s, now_s)
                turn += 1

        kinds = self._traffic.choose(100 * count)
        await asyncio.gather(*(keep_sending(kinds[i::count]) for i in range(count)))
        return len(self._sent) / (loop.time() - start_s)

    async def _send(self, kind: Kind, start_s: float, due_s: float) -> None:
        loop = asyncio.get_running_loop()
        asked = self._traffic.next(kind)
        began_s = loop.time() - start_s
        try:
            reply = await self._lines.ask(asked.data)
        except OSError:  # the connection's end, and TimeoutError
            reply = Reply(0, b"", b"")
        ended_s = loop.time() - start_s
        verdict = self._judge(asked, reply)
        self._sent.append(Sent(asked.kind, due_s, began_s, ended_s, reply.status, verdict))

    def _judge(self, asked: Asked, reply: Reply) -> Verdict:
        if reply.status == 0:
            return Verdict.NONE
        if reply.status in REFUSALS:
            return Verdict.REFUSED if is_proper_refusal(reply) else Verdict.MISSHAPEN
        try:
            right = asked.is_right(reply, self._traffic.kept)
        except (ValueError, KeyError, TypeError):  # it is not even JSON, or of another shape
            right = False
        return Verdict.RIGHT if right else Verdict.WRONG


def is_proper_refusal(reply: Reply) -> bool:
    """Whether a page can read that, and when, it may ask again."""
    try:
        problem = json.loads(reply.body)
    except ValueError:
        return False
    return (
        isinstance(problem, dict)
        and problem.keys() >= PROBLEM
        and problem["status"] == reply.status
        and RETRY_AFTER.search(reply.head) is not None
        and all(pattern.search(reply.head) for pattern in REFUSED_WITH)
    )
