"""What a comparison, a rollout and its history say in words."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from chalicelib.learning.gate import chance_of, described
from chalicelib.learning.rollout_log import (
    ANSWERED,
    COMPARED,
    FAILED,
    LABEL_DIFFERS,
    STATUS_DIFFERS,
)
from chalicelib.learning.rollouts import CurrentRollouts, RolloutEntry
from chalicelib.recognition.registry import ModelRegistry
from chalicelib.recognition.rollout import Mode, Rollout
from export.evaluate import Score

if TYPE_CHECKING:
    from export.rollout.comparison import Compared, Comparison

HEAD_GOES = (
    "The live version has learnt from feedback (its head); the candidate has not, and the figures "
    "above say which is better all the same. A promotion leaves the head where it is, and a "
    "withdrawal brings it back. Rounds go on teaching the version that the package has as the "
    "model: after `settle` and a deployment the next round teaches the candidate."
)


def comparison_lines(comparison: "Comparison") -> Iterator[str]:
    """Yield both versions side by side, what the gate says, and what becomes of the head."""
    live, candidate = comparison.live, comparison.candidate
    how = "as feedback has adapted it" if live.head else "as trained"
    yield f"{live.entry.name}: live {live.name} ({how}), candidate {candidate.name} (as trained)"
    for compared in comparison.sets:
        yield from _set_lines(compared)
    if comparison.left_out:
        yield f"{comparison.left_out} drawings of feedback are left out: a version may know them."
    for check in comparison.judgement.checks:
        yield f"  {'passed ' if check.passed else 'REFUSED'}  {check.words}"
    if live.head:
        yield HEAD_GOES


def _set_lines(compared: "Compared") -> Iterator[str]:
    live, candidate = compared.scores()
    won, lost = compared.answers.won_and_lost()
    yield f"{compared.name}, {live.drawings:,} drawings (95 % intervals):"
    yield f"  live       {_share(live)} right"
    yield f"  candidate  {_share(candidate)} right"
    if not won + lost:
        yield "  no drawing is right with one of them alone"
        return
    yield (
        f"  {won + lost} are right with one of them alone, {won} with the candidate: "
        f"{_share(Score(won + lost, won)).strip()}; by chance alone so few, or fewer: "
        f"{described(chance_of(lost, won))}"
    )


def _share(score: Score) -> str:
    low, high = score.interval()
    return f"{100 * score.accuracy:6.2f} % ({100 * low:.2f} to {100 * high:.2f})"


def status_lines(registry: ModelRegistry, current: CurrentRollouts) -> Iterator[str]:
    """Yield what the package holds and what is on, a line a model."""
    for name in registry.names:
        version, candidate = registry.entry(name).version, registry.candidates.get(name)
        beside = f"candidate {candidate.version}" if candidate else "no candidate"
        yield f"{name}  {version}, {beside}: {_told(current.rollouts.get(name))}"
    for name in sorted(current.rollouts.keys() - set(registry.names)):
        yield f"{name}  is not in this package: {_told(current.rollouts[name])}"


def _told(rollout: Rollout | None) -> str:
    if rollout is None:
        return "no rollout is on"
    told = {
        Mode.SHADOW: "is asked as well, and not shown",
        Mode.SHARE: f"answers {100 * rollout.share:g} % of drawings",
        Mode.PROMOTED: "is promoted and answers",
    }[rollout.mode]
    return f"{rollout.candidate} {told}, beside {rollout.live}"


def history_lines(entry: RolloutEntry) -> Iterator[str]:
    """Yield who did what, when and why, and what was on after it."""
    yield f"{entry.time[:19].replace('T', ' ')} UTC  {entry.action} by {entry.by}: {entry.reason}"
    yield f"    {entry.model}: {_told(entry.rollouts.get(entry.model))}"
    for name, found in entry.figures.get("sets", {}).items():
        yield f"    {name}: {', '.join(f'{what} {count:,}' for what, count in found.items())}"


def count_lines(counts: Mapping[str, int], days: int) -> Iterator[str]:
    """Yield what a stage has counted of a candidate."""
    yield f"Counted in the last {days} days, in drawings:"
    if not sum(counts.values()):
        yield "  nothing"
        return
    compared = counts[COMPARED]
    for name, what in ((LABEL_DIFFERS, "other label"), (STATUS_DIFFERS, "other status")):
        if compared:
            share = _share(Score(compared, counts[name])).strip()
            yield f"  {what:14s}{counts[name]:,} of {compared:,}, {share}"
    yield f"  {'answered':14s}{counts[ANSWERED]:,}"
    yield f"  {'failed':14s}{counts[FAILED]:,}"
