"""Read drawings in bulk: images, zip files of images, and JSON lines of drawings.

    python -m export.batch run FOLDER FILE ... --out results.jsonl     on this machine, all cores
    python -m export.batch submit FOLDER FILE ... --stage prod --job mine
    python -m export.batch watch --stage prod --job mine
    python -m export.batch collect --stage prod --job mine --out results.jsonl
    python -m export.batch retry --stage prod
    python -m export.batch report results.jsonl

A line of JSON is the body of POST /v1/recognize, with an `id` of your own if you like. A result is
a line that names the input, the line or entry, and holds the answer or an error. Each command may
be stopped at any moment and run again: it goes on where it was. Needs no torch.
"""

import argparse
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from chalicelib.batch.inbox import INPUTS
from chalicelib.recognition.registry import ModelRegistry
from export.batch.job import check_job, collect, count_parts, look, names_of, submit
from export.batch.local import default_processes, run_tasks
from export.batch.results_file import check_results_file, picture_of
from export.batch.stage import (
    Place,
    count_parked,
    count_waiting,
    place_of,
    send_parked_again,
)
from export.batch.summary import summarise
from export.batch.tasks import find_files, key_of, make_tasks
from export.command import MODELS_FOLDER, positive, run_command
from export.errors import NoBatch
from export.numbers import counted
from export.progress import show_progress

POLL_S = 5.0
STOPPED = "stopped; the same command goes on"


def main() -> None:
    """Run the command line."""
    arguments = _parse()
    command: Callable[[argparse.Namespace], None] = arguments.command
    command(arguments)


def run(arguments: argparse.Namespace) -> None:
    """Read files on this machine."""
    ModelRegistry.load(arguments.models)  # what is wrong with it is said here, by one process
    files = find_files(arguments.paths)
    check_results_file(arguments.out, set(map(key_of, files)).__contains__, arguments.paths)
    tasks = list(make_tasks(files, arguments.models))
    total, done = sum(task.drawings for task in tasks), 0

    def progress(drawings: int) -> None:
        nonlocal done
        done += drawings
        show_progress("Drawings", done, total)

    started_s = time.monotonic()
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    unread = run_tasks(tasks, arguments.out, arguments.models, arguments.processes, progress)
    took_s, by = time.monotonic() - started_s, counted(arguments.processes, "process", "processes")
    read = f"{counted(total, 'drawing')} in {took_s:,.1f} s by {by}"
    print(f"{read}; {unread:,} could not be read." if unread else f"{read}.")
    print(f"Results: {arguments.out}")
    if unread:
        print(f"Why: python -m export.batch report {arguments.out}")


def send(arguments: argparse.Namespace) -> None:
    """Put files where a stage reads them."""
    place = _place(arguments)
    names = names_of(arguments.paths, find_files(arguments.paths))
    put = submit(place, arguments.job, names, partial(show_progress, "Files"))
    print(
        f"{put} of {counted(len(names), 'file')} put under {place.bucket}/batch/in/{arguments.job}/"
    )


def watch(arguments: argparse.Namespace) -> None:
    """Say how far a job is until all its results are there; status 1 where messages are parked."""
    place = _place(arguments)
    known: dict[str, int] = {}
    while True:
        state = look(place, arguments.job)
        done, wanted = count_parts(place, state, known)
        show_progress("Parts", done, wanted)
        if done == wanted:
            inputs = counted(len(state.sources), "input")
            print(f"All is there: {inputs}. Fetch it with collect.")
            return
        # Those of other jobs are parked there too, so nothing may be under way either.
        if (parked := count_parked(place)) and parked >= wanted - done and not count_waiting(place):
            print(f"\n{_parked(parked)}", file=sys.stderr)
            sys.exit(1)
        time.sleep(arguments.every)


def gather(arguments: argparse.Namespace) -> None:
    """Fetch the results of a job; status 1 where some are missing yet."""
    beginning = f"{INPUTS}{arguments.job}/"
    check_results_file(arguments.out, lambda name: name.startswith(beginning))
    place = _place(arguments)
    part = arguments.out.with_name(arguments.out.name + ".part")
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    with part.open("wb") as file:
        found = collect(place, arguments.job, file, partial(show_progress, "Inputs"))
    part.replace(arguments.out)
    print(f"{counted(found.drawings, 'result')}: {arguments.out}")
    for line in found.missing:
        print(f"missing: {line}", file=sys.stderr)
    if found.missing:
        if parked := count_parked(place):
            print(_parked(parked), file=sys.stderr)
        sys.exit(1)


def retry(arguments: argparse.Namespace) -> None:
    """Send parked messages again."""
    print(f"{counted(send_parked_again(_place(arguments)), 'message')} sent again.")


def report(arguments: argparse.Namespace) -> None:
    """Sum results up, as text and as a picture."""
    summary = summarise(arguments.results)
    print("\n".join(summary.text()))
    from export.batch.picture import draw_summary  # matplotlib takes a second to import

    picture = arguments.picture or picture_of(arguments.results)
    draw_summary(summary, picture)
    print(f"\nDrawn in {picture}")


def _parked(count: int) -> str:
    return f"{counted(count, 'message')} parked: python -m export.batch retry"


def _place(arguments: argparse.Namespace) -> Place:
    if arguments.stage:
        return place_of(arguments.stage)
    if arguments.bucket:
        return Place(arguments.bucket)
    raise NoBatch("Say where: --stage STAGE, or --bucket BUCKET.")


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m export.batch", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, command: Callable[[argparse.Namespace], None]) -> argparse.ArgumentParser:
        found = commands.add_parser(name, help=command.__doc__, description=command.__doc__)
        found.set_defaults(command=command)
        return found

    local = add("run", run)
    local.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="files or folders")
    local.add_argument(
        "--processes", type=positive, default=default_processes(), help="default: %(default)s"
    )
    local.add_argument("--models", type=Path, default=MODELS_FOLDER, help="default: as served")
    sending = add("submit", send)
    sending.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="files or folders")
    watching, gathering, retrying = add("watch", watch), add("collect", gather), add("retry", retry)
    watching.add_argument("--every", type=float, default=POLL_S, help="s (default: %(default)s)")
    for each in (local, gathering):
        each.add_argument(
            "--out", type=Path, default=Path("results.jsonl"), help="default: %(default)s"
        )
    for each in (sending, watching, gathering, retrying):
        each.add_argument("--stage", help="as in make deploy STAGE=...")
        each.add_argument("--bucket", help="instead of a stage")
    for each in (sending, watching, gathering):
        each.add_argument("--job", required=True, type=check_job, help="a name of your own")
    reporting = add("report", report)
    reporting.add_argument("results", type=Path, help="what run or collect wrote")
    reporting.add_argument("--picture", type=Path, help="default: beside the results, RESULTS.png")
    return parser.parse_args()


if __name__ == "__main__":
    run_command(main, interrupted=STOPPED)
