"""Data, training, export and publishing of Inkling's models, on a laptop or a cluster."""

import signal
import sys
from types import FrameType


def _end_at_once(_signal: int, _frame: FrameType | None) -> None:
    """Say Ctrl-C in one line: nothing is begun yet that would have to be ended."""
    print("error: interrupted", file=sys.stderr)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.raise_signal(signal.SIGINT)


# A command imports for half a second before `run_command` takes Ctrl-C; some libraries make another
# error of it meanwhile. "-m" stands here, by Python's manual, while `python -m` looks for a module
# of this package, and only then.
if sys.argv[:1] == ["-m"] and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, _end_at_once)
