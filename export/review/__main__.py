"""Review feedback: in this terminal, or on a page of this machine.

    python -m export.review                    # the terminal
    python -m export.review --page             # make review
    python -m export.review --store s3://bucket/prefix --by ann

Every decision is kept at once: a review can be stopped, or killed, at any moment.
"""

import argparse
import getpass
import os
import sys

from chalicelib.config import settings_from
from chalicelib.learning.keys import FeedbackStatus
from chalicelib.learning.serving import ServedHeads
from chalicelib.learning.shelf import FeedbackShelf
from chalicelib.learning.triage import RULES
from chalicelib.recognition.registry import ModelRegistry
from export.command import run_command
from export.errors import InvalidOption
from export.review.addresses import Addresses
from export.review.keyboard import require_terminal
from export.review.queue import Queue
from export.review.server import ReviewServer
from export.review.session import Review
from export.review.terminal import TerminalReview
from export.store_options import open_to_look

LONGEST_NAME = 200
EVERY = 100  # drawings between two lines of progress
INTERRUPTED = "interrupted; all that was decided is kept"


def main() -> None:
    """Run the command line."""
    arguments = _parse()
    settings = settings_from(os.environ)
    place = arguments.store or settings.feedback
    if not arguments.page:
        require_terminal()
    name = _name(arguments.by)
    store, registry = open_to_look(place), ModelRegistry.load(settings.models_directory)
    heads = ServedHeads(registry, lambda: store)
    heads()  # begins to read them; they are there once the feedback is
    shelf = FeedbackShelf(store)
    shelf.tidy()
    queue = Queue(shelf, registry, _progress, heads)
    review = Review(shelf, queue, name)
    status = FeedbackStatus(arguments.status)
    queue.fetch(status)
    if arguments.page:
        _serve(Addresses(review, place), arguments.port)
    else:
        print(TerminalReview(review, status).run())


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m export.review", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument(
        "--store",
        metavar="PLACE",
        help="a directory or s3://bucket/prefix (default: INKLING_FEEDBACK, else ./feedback)",
    )
    parser.add_argument("--by", metavar="NAME", help="who decides (default: your login name)")
    parser.add_argument(
        "--status",
        choices=[status.value for status in FeedbackStatus],
        default=FeedbackStatus.QUARANTINE.value,
        help="which feedback to begin with (default: %(default)s)",
    )
    parser.add_argument("--page", action="store_true", help="serve a page instead")
    parser.add_argument("--port", type=_port, default=0, help="of the page (default: a free one)")
    return parser.parse_args()


def _serve(addresses: Addresses, port: int) -> None:
    with ReviewServer(addresses, port) as server:
        print(f"The review: {server.url}")
        print("The address is a secret of this start; Ctrl-C ends it.", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print("\nEnded; all that was decided is kept.")


def _name(given: str | None) -> str:
    name = (given if given is not None else getpass.getuser()).strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable() or name == RULES:
        raise InvalidOption(f"--by {name!r} is no name; give 1 to {LONGEST_NAME} characters")
    return name


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port; take one from 1 to 65535")
    return int(text)


def _progress(done: int, whole: int) -> None:
    if sys.stderr.isatty() and (done % EVERY == 0 or done == whole):
        end = "\n" if done == whole else ""
        print(f"\rReading {done:,} of {whole:,} drawings", end=end, file=sys.stderr, flush=True)


if __name__ == "__main__":
    run_command(main, INTERRUPTED)
