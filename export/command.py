"""How every command of this package starts and fails: one clear line, exit status 2."""

import argparse
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from chalicelib.errors import InklingError, StorageUnavailable

MODELS_FOLDER = Path(__file__).resolve().parent.parent / "chalicelib" / "models"
MNIST_FOLDER = Path("data/mnist")
TRAINING_ONLY = {"torch", "onnx", "matplotlib", "tqdm"}  # requirements-export.txt alone has them


@contextmanager
def training_environment() -> Iterator[None]:
    """Guard a command's imports: where PyTorch is absent, end with one line and status 2."""
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name not in TRAINING_ONLY:
            raise
        reason = f"{error.name} is absent; this needs the training environment: make train-env"
        sys.exit(_complain(reason, 2))


def run_command(command: Callable[[], None], interrupted: str = "interrupted") -> None:
    """Run a command; an expected failure is one line on stderr and exit status 2."""
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)  # in place of this package's own
    try:
        command()
    except StorageUnavailable as error:
        # Who runs a command may know what, such as credentials, is amiss; a client of the API not.
        reason = f"The storage cannot be reached: {error.__cause__}" if error.__cause__ else error
        sys.exit(_complain(str(reason), 2))
    except InklingError as error:
        sys.exit(_complain(str(error), 2))
    except OSError as error:
        sys.exit(_complain(f"{error.filename or 'input or output'}: {error.strerror or error}", 2))
    except KeyboardInterrupt:
        sys.exit(_complain(interrupted, 130))


def add_data_option(parser: argparse.ArgumentParser) -> None:
    """Give a command the option that says where MNIST lies."""
    parser.add_argument(
        "--data",
        type=Path,
        default=MNIST_FOLDER,
        metavar="DIR",
        help="folder of MNIST; absent files are downloaded into it (default: %(default)s)",
    )


def add_all_data_option(parser: argparse.ArgumentParser) -> None:
    """Give a command the option that says where all the data lies, MNIST and drawn."""
    parser.add_argument(
        "--data",
        type=Path,
        default=Path("data"),
        metavar="DIR",
        help="folder of mnist/ and, where they are, drawn/ and not_digits/ (default: %(default)s)",
    )


def add_feedback_option(parser: argparse.ArgumentParser) -> None:
    """Give a command the option that says which dataset of feedback it learns from."""
    parser.add_argument(
        "--feedback", type=Path, metavar="DATASET", help="folder that export.feedback pull made"
    )


def positive(text: str) -> int:
    """Read a whole number from 1 up, as argparse wants it."""
    if not (text.isascii() and text.isdigit()) or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 up")
    return int(text)


def _complain(message: str, status: int) -> int:
    print(f"error: {message}", file=sys.stderr)
    return status
