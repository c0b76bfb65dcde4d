"""Show, roll back or freeze what feedback has taught the models that are served.

    python -m export.heads show
    python -m export.heads rollback --store s3://bucket --reason "reads my 7 as a 1"

Every process that serves from the store follows within half a minute. A rollback goes back to the
heads before the present ones, another one a step further, at last to the models as trained. While
the heads are frozen, no round promotes any. Needs no torch.
"""

import argparse
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from chalicelib.errors import UnusableHead
from chalicelib.learning.current import Current
from chalicelib.learning.heads import VERSION_CHARACTERS
from chalicelib.learning.history import HistoryEntry
from chalicelib.learning.pointer import HeadBook
from export.command import run_command
from export.store_options import NO_REASON, add_store_options, open_existing

CHANGES: dict[str, Callable[[HeadBook, str, str], Current]] = {
    "rollback": HeadBook.rollback,
    "freeze": HeadBook.freeze,
    "unfreeze": HeadBook.unfreeze,
}


def main() -> None:
    """Run the command line."""
    arguments = _parser().parse_args()
    book = HeadBook(open_existing(arguments.store))
    if arguments.action == "history":
        for entry in book.history():
            print("\n".join(history_lines(entry)))
        return
    if arguments.action == "show":
        current, _ = book.read()
    else:
        current = CHANGES[arguments.action](book, arguments.by, arguments.reason)
    print("\n".join(current_lines(book, current)))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m export.heads", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("action", choices=("show", "history", *CHANGES))
    add_store_options(parser)
    parser.add_argument("--reason", default=NO_REASON, metavar="TEXT", help="for the history")
    return parser


def current_lines(book: HeadBook, current: Current) -> Iterator[str]:
    """Yield what is served, a line a model, and whether that may change."""
    for model, sha256 in sorted(current.heads.items()):
        try:
            head = book.head(sha256)
            told = (
                f"fitted by round {head.round[:VERSION_CHARACTERS]} to dataset "
                f"{head.dataset[:VERSION_CHARACTERS]}, feedback up to {_moment(head.time)}"
            )
        except UnusableHead as error:
            told = f"answers as trained: {error}"
        yield f"{model}  {current.versions[model]}+{sha256[:VERSION_CHARACTERS]}  {told}"
    if not current.heads:
        yield "All models answer as trained."
    if current.frozen:
        yield "Frozen: nothing is promoted until `make unfreeze`."


def history_lines(entry: HistoryEntry) -> Iterator[str]:
    """Yield who did what, when and why; what it led to; the figures that it rests on."""
    yield f"{_moment(entry.time)}  {entry.action} by {entry.by}: {entry.reason}"
    heads = [
        f"{model} {entry.versions.get(model, '?')}+{sha256[:VERSION_CHARACTERS]}"
        for model, sha256 in sorted(entry.heads.items())
    ]
    yield f"    {', '.join(heads) or 'all models as trained'}{', frozen' * entry.frozen}"
    yield from _figure_lines(entry.figures)


def _figure_lines(figures: Mapping[str, Any]) -> Iterator[str]:
    """Yield what each model reached on each set; what is written otherwise stays as it is."""
    for name, found in sorted(figures.items()):
        sets = found.items() if isinstance(found, dict) else ()
        try:
            reached = [
                f"{kind.replace('_', ' ')} {100 * one['accuracy']:.2f} % of {one['drawings']}"
                for kind, one in sets
            ]
        except (KeyError, TypeError, ValueError):
            reached = []
        yield f"    {name}: {', '.join(reached) or _plain(found)}"


def _plain(found: object) -> str:
    return found if isinstance(found, str) else json.dumps(found)


def _moment(time: str) -> str:
    """Write a kept time for people, to the second."""
    return f"{datetime.fromisoformat(time):%Y-%m-%d %H:%M:%S} UTC"


if __name__ == "__main__":
    run_command(main)
