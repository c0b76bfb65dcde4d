"""Options of the commands that change what a store of feedback has taught."""

import argparse
import getpass
import os
from pathlib import Path

from chalicelib.stores.open import VARIABLE, open_store
from chalicelib.stores.store import Store
from export.errors import MissingStore

DEFAULT_STORE = "feedback"
NO_REASON = "no reason given"


def add_store_options(parser: argparse.ArgumentParser) -> None:
    """Give a command the options that say which store it changes, and who does it."""
    parser.add_argument(
        "--store",
        default=os.environ.get(VARIABLE, DEFAULT_STORE),
        metavar="DIR_OR_BUCKET",
        help=f"a directory or s3://bucket/prefix (default: {VARIABLE}, else {DEFAULT_STORE})",
    )
    parser.add_argument(
        "--by", default=getpass.getuser(), metavar="NAME", help="who does it (default: %(default)s)"
    )


def open_to_look(location: str) -> Store:
    """Return the store at `location` for who only looks: the default one need not be there yet.

    Raises as `open_existing` does.
    """
    return open_store(location) if location == DEFAULT_STORE else open_existing(location)


def open_existing(location: str) -> Store:
    """Return the store at `location`, which must be there: a mistyped name would begin a new one.

    A bucket that is not there is told at its first use. Raises MissingStore, InvalidSetting,
    StorageUnavailable.
    """
    if "://" not in location and location.strip() and not Path(location).expanduser().exists():
        raise MissingStore(location)
    return open_store(location)
