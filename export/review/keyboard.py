"""Single keys from a terminal, as soon as they are pressed."""

import os
import select
import sys
import termios
import tty
from collections.abc import Iterator
from contextlib import contextmanager

from export.errors import NoTerminal

ESCAPE = "\x1b"
LEFT, RIGHT, END = "left", "right", ""  # END: nobody is there any more
ARROWS = {"\x1b[D": LEFT, "\x1bOD": LEFT, "\x1b[C": RIGHT, "\x1bOC": RIGHT}
SEQUENCE_S = 0.05  # the rest of an arrow's sequence comes within that time
LONGEST_SEQUENCE_BYTES = 16
OTHER_SCREEN, OWN_SCREEN = "\x1b[?1049h\x1b[?25l", "\x1b[?25h\x1b[?1049l"


def require_terminal() -> None:
    """Raise NoTerminal where keys cannot come in or pictures cannot go out."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise NoTerminal


@contextmanager
def single_keys() -> Iterator[None]:
    """Take keys without Return, on a screen of its own; afterwards the terminal is as before."""
    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    try:
        tty.setcbreak(descriptor)
        sys.stdout.write(OTHER_SCREEN)
        sys.stdout.flush()
        yield
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
        sys.stdout.write(OWN_SCREEN)
        sys.stdout.flush()


def read_key() -> str:
    """Return the next key in lower case, LEFT, RIGHT, or END where the terminal has gone."""
    descriptor = sys.stdin.fileno()
    try:
        key = os.read(descriptor, 1).decode("latin-1")
        if key == ESCAPE and select.select([descriptor], [], [], SEQUENCE_S)[0]:
            key += os.read(descriptor, LONGEST_SEQUENCE_BYTES).decode("latin-1")
    except OSError:  # a terminal that was closed
        return END
    return ARROWS.get(key, key.lower())
