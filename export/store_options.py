"""Options of the commands that change what a store of feedback has taught."""

import argparse
import getpass
import os

from chalicelib.stores.open import VARIABLE

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
