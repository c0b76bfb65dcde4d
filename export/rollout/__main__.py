"""Try a candidate beside the live version of a model, promote it, withdraw it.

    python -m export.publish runs/new --name cnn --beside    # puts it into the package
    python -m export.rollout start --shadow --store s3://bucket
    python -m export.rollout report --store s3://bucket --stage prod
    python -m export.rollout start --share 0.1 --store s3://bucket
    python -m export.rollout promote --store s3://bucket
    python -m export.rollout withdraw --store s3://bucket --reason "reads my 7 as a 1"

Every process that serves from the store follows within half a minute. `settle` makes a candidate
the model of the package itself, for the next deployment. Needs no torch.
"""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from chalicelib.learning.rollouts import RolloutBook
from chalicelib.recognition.registry import ModelRegistry
from chalicelib.recognition.rollout import Rollout
from export.command import MODELS_FOLDER, positive, run_command
from export.errors import InvalidOption, NoCandidate, NotPromoted, PromotionRefused
from export.progress import show_progress
from export.published import drop_candidate, settle_candidate
from export.rollout.counts import fetch_counts
from export.rollout.table import comparison_lines, count_lines, history_lines, status_lines
from export.store_options import NO_REASON, add_store_options, open_existing

if TYPE_CHECKING:
    from export.rollout.comparison import Comparison

DEFAULT_PICTURE = Path("runs/rollout.png")
DAYS = 7
NO_ROLLOUT = "No rollout is on."
NO_CANDIDATE = "No model has a candidate; python -m export.publish RUN --beside makes one."


def main() -> None:
    """Run the command line."""
    arguments = _parse()
    arguments.command(arguments)


def start(arguments: argparse.Namespace) -> None:
    """Let the candidate read along (--shadow), or answer a share of drawings."""
    rollout = _rollout(arguments)._replace(share=arguments.share)
    RolloutBook(open_existing(arguments.store)).start(rollout, arguments.by, arguments.reason)
    status(arguments)


def status(arguments: argparse.Namespace) -> None:
    """Say what the package holds and which rollouts are on."""
    current, _ = RolloutBook(open_existing(arguments.store)).read()
    print("\n".join(status_lines(ModelRegistry.load(arguments.models), current)))


def history(arguments: argparse.Namespace) -> None:
    """Say how that came to be, the newest first."""
    entries = list(RolloutBook(open_existing(arguments.store)).history())
    for entry in entries:
        print("\n".join(history_lines(entry)))
    if not entries:
        print(f"There has been no rollout in {arguments.store}.")


def report(arguments: argparse.Namespace) -> None:
    """Compare both versions on gold and on accepted feedback; draw what differs."""
    comparison = _compare(arguments)
    if arguments.stage:
        counts = fetch_counts(arguments.stage, _rollout(arguments), arguments.days)
        print("\n".join(count_lines(counts, arguments.days)))
    from export.rollout.picture import draw_comparison  # matplotlib takes a second to import

    if draw_comparison(arguments.picture, comparison):
        print(f"Drawn in {arguments.picture}")


def promote(arguments: argparse.Namespace) -> None:
    """Let the candidate answer all, unless it is worse than what answers now."""
    book = RolloutBook(open_existing(arguments.store))
    _, tag = book.read()
    comparison = _compare(arguments)
    judgement = comparison.judgement
    rollout = _rollout(arguments)
    if not judgement.promoted and not arguments.force:
        failed = tuple(check.name for check in judgement.checks if not check.passed)
        raise PromotionRefused(rollout.model, rollout.candidate, failed)
    figures = comparison.describe() | {"passed": judgement.promoted}
    reason = arguments.force or arguments.reason
    book.promote(rollout, tag, arguments.by, reason, figures)
    status(arguments)
    print("It answers within a minute; `python -m export.rollout withdraw` undoes it.")


def withdraw(arguments: argparse.Namespace) -> None:
    """Let the live version answer alone again, whatever the candidate did."""
    book = RolloutBook(open_existing(arguments.store))
    model = arguments.model or _only([*book.read()[0].rollouts], "a rollout that is on", NO_ROLLOUT)
    book.withdraw(model, arguments.by, arguments.reason)
    status(arguments)


def settle(arguments: argparse.Namespace) -> None:
    """Make a promoted candidate the model of the package, and the model its candidate."""
    rollout = _rollout(arguments)
    on = RolloutBook(open_existing(arguments.store)).read()[0].rollouts.get(rollout.model)
    if on != rollout._replace(share=1.0) and not arguments.unpromoted:
        raise NotPromoted(rollout.model, rollout.candidate, arguments.store)
    new, old = settle_candidate(arguments.models, rollout.model)
    print(f"{new} is the model and {old} its candidate once the package is deployed.")
    print("To go back to it: promote, with --force and the reason. To let it go: drop.")


def drop(arguments: argparse.Namespace) -> None:
    """Remove the candidate from the package."""
    print(f"{drop_candidate(arguments.models, _model(arguments))} is no longer in the package.")


def _rollout(arguments: argparse.Namespace) -> Rollout:
    """Return the rollout of the package's two versions, as a shadow. Raises NoCandidate."""
    registry, model = ModelRegistry.load(arguments.models), _model(arguments)
    live, candidate = registry.entry(model), registry.candidates.get(model)
    if candidate is None:
        raise NoCandidate(model, "publish one with --beside")
    registry.network(candidate)  # what cannot be opened is refused here, not by every server
    return Rollout(model, live.version, candidate.version, 0.0)


def _compare(arguments: argparse.Namespace) -> "Comparison":
    """Compare, and print it."""
    from export.rollout.comparison import compare  # what it knows of training takes its time

    comparison = compare(
        ModelRegistry.load(arguments.models),
        _model(arguments),
        open_existing(arguments.store),
        show_progress,
        arguments.data,
    )
    print("\n".join(comparison_lines(comparison)))
    return comparison


def _model(arguments: argparse.Namespace) -> str:
    """Return the model that is meant: the one that is named, or that alone has a candidate."""
    named: str | None = arguments.model
    candidates = ModelRegistry.load(arguments.models).candidates
    return named or _only([*candidates], "a candidate", NO_CANDIDATE)


def _only(models: list[str], what: str, none: str) -> str:
    if not models:
        raise InvalidOption(none)
    if len(models) > 1:
        raise InvalidOption(f"{len(models)} models have {what}; name one with --model.")
    return models[0]


def _share(text: str) -> float:
    """Read a share of drawings, as argparse wants it."""
    try:
        share = float(text)
    except ValueError:
        share = float("nan")
    if not 0 < share < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not above 0 and below 1; promote is for all")
    return share


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m export.rollout", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(command: Callable[[argparse.Namespace], None]) -> argparse.ArgumentParser:
        told = command.__doc__
        found = commands.add_parser(command.__name__, help=told, description=told)
        found.set_defaults(command=command)
        found.add_argument(
            "--models", type=Path, default=MODELS_FOLDER, metavar="DIR", help="default: as served"
        )
        return found

    starting, reporting, promoting, withdrawing = map(add, (start, report, promote, withdraw))
    settling = add(settle)
    for each in (starting, add(status), reporting, promoting, withdrawing, settling, add(history)):
        add_store_options(each)
    for each in (starting, reporting, promoting, withdrawing, settling, add(drop)):
        each.add_argument("--model", help="default: the only one that has a candidate")
    for each in (starting, promoting, withdrawing):
        each.add_argument("--reason", default=NO_REASON, metavar="TEXT", help="for the history")
    how = starting.add_mutually_exclusive_group(required=True)
    how.add_argument(
        "--shadow", dest="share", action="store_const", const=0.0, help="show it to nobody"
    )
    how.add_argument("--share", type=_share, metavar="SHARE", help="of drawings, as 0.1")
    reporting.add_argument(
        "--data", type=Path, metavar="DIR", help="mnist/ and drawn/: draws gold as well"
    )
    promoting.set_defaults(data=None)
    reporting.add_argument("--stage", help="whose counts to fetch, as in make deploy STAGE=...")
    reporting.add_argument(
        "--days", type=positive, default=DAYS, help="of its counts (default: %(default)s)"
    )
    reporting.add_argument(
        "--picture", type=Path, default=DEFAULT_PICTURE, help="default: %(default)s"
    )
    settling.add_argument(
        "--unpromoted", action="store_true", help="even if it does not answer all yet"
    )
    promoting.add_argument("--force", metavar="REASON", help="promote it even if it is worse")
    return parser.parse_args()


if __name__ == "__main__":
    run_command(main)
