"""Make accepted feedback a dataset to train on.

    python -m export.feedback pull --store s3://bucket/prefix --out data/feedback
    python -m export.feedback check data/feedback
    python -m export.train cnn --feedback data/feedback/<dataset> --out runs/cnn

Each pull makes a version, named by what is in it; stopped at any moment, the same command goes on.
Feedback that was withdrawn is in no later version, and earlier ones that hold it are removed.
"""

import argparse
import os
from pathlib import Path

from chalicelib.config import settings_from
from chalicelib.stores.open import open_store
from export.command import run_command
from export.errors import DamagedData, MissingData
from export.feedback.dataset import MANIFEST, find_datasets, find_faults, read_dataset
from export.feedback.pull import Pulled, pull

BUCKET = "s3://"


def main() -> None:
    """Run the command line."""
    arguments = _parser().parse_args()
    arguments.run(arguments)


def _pull(arguments: argparse.Namespace) -> None:
    location = arguments.store or settings_from(os.environ).feedback
    origin = _origin(location)
    pulled = pull(
        open_store(location), origin, arguments.out, keep_versions=arguments.keep_versions
    )
    for line in describe(pulled):
        print(line)


def _check(arguments: argparse.Namespace) -> None:
    """Check one dataset, or all versions of a folder. Raises MissingData, DamagedData."""
    folder: Path = arguments.folder
    if (folder / MANIFEST).exists() or not folder.is_dir():
        datasets = [read_dataset(folder)]
    else:
        datasets = find_datasets(folder)
    if not datasets:
        raise MissingData(f"{folder} holds no dataset; make one: python -m export.feedback pull")
    faults = [fault for dataset in datasets for fault in find_faults(dataset)]
    for fault in faults:
        print(fault)
    if faults:
        raise DamagedData(folder, f"{len(faults)} drawings are damaged; pull it again")
    for dataset in datasets:
        print(f"{dataset.id}: {len(dataset.items)} drawings, each as its manifest says")


def describe(pulled: Pulled) -> list[str]:
    """Return what a pull did, line by line."""
    dataset = pulled.dataset
    lines = [f"left out: {error}" for error in pulled.left_out]
    for gone in pulled.gone:
        why = "it has left the store" if gone.withdrawn else "it is not accepted any more"
        lines.append(f"went since the last pull: {gone.id} ({why})")
    for old in pulled.forgotten:
        what = "removed" if old.removed else "kept, as asked,"
        lines.append(f"{what}: dataset {old.dataset} holds {len(old.ids)} that left the store")
    lines.append(
        f"dataset {dataset.id}: {len(dataset.items)} drawings, {pulled.fetched} of them fetched"
    )
    lines.append(f"train on it with python -m export.train ... --feedback {dataset.folder}")
    return lines


def _origin(location: str) -> str:
    """Name a store so that the same one has the same name. Raises MissingData for no directory."""
    if location.startswith(BUCKET):
        return location.rstrip("/")
    path = Path(location).expanduser().absolute()
    if not path.is_dir():
        raise MissingData(f"{path} is not there; name the feedback's folder or bucket by --store")
    return str(path)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m export.feedback", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    commands = parser.add_subparsers(required=True, metavar="pull|check")
    puller = commands.add_parser("pull", help="make a version of what is accepted now")
    puller.set_defaults(run=_pull)
    puller.add_argument(
        "--store", metavar="WHERE", help="a folder or s3://bucket/prefix (default: as the API's)"
    )
    puller.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="folder of the versions"
    )
    puller.add_argument(
        "--keep-versions",
        action="store_true",
        help="keep earlier versions even where they hold what was withdrawn",
    )
    checker = commands.add_parser("check", help="verify each drawing by its sha256")
    checker.set_defaults(run=_check)
    checker.add_argument("folder", type=Path, metavar="DIR", help="a dataset, or what was pulled")
    return parser


if __name__ == "__main__":
    run_command(main, interrupted="interrupted; the same command goes on")
