"""The review in a real pseudo-terminal of 80 columns: keys go in, screens come out."""

import codecs
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROWS, COLUMNS = 24, 80
PATIENCE_S = 30.0
LAST_WORDS = "q quit"
CLEAR = "\x1b[H\x1b[2J"
_CODES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    """One command at work in a terminal; `text` is all that it ever wrote."""

    def __init__(self, *arguments: str, **environment: str) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self.before = termios.tcgetattr(slave)
        self._slave = slave
        self.process = subprocess.Popen(
            [sys.executable, "-m", "export.review", *arguments],
            cwd=ROOT,
            env={**os.environ, "TERM": "xterm-256color", "PYTHONUTF8": "1", **environment},
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        )
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self.text = ""

    @property
    def screen(self) -> list[str]:
        """The lines of the last screen, without colours."""
        last = self.text.rpartition(CLEAR)[2]
        return _CODES.sub("", last).replace("\r", "").split("\n")

    @property
    def attributes(self) -> list[object]:
        """How the terminal treats what is typed."""
        return termios.tcgetattr(self._slave)

    def press(self, keys: str, until: str, last: str = LAST_WORDS) -> None:
        """Type keys, and wait until the screen that follows shows a text."""
        self.text = ""
        os.write(self._master, keys.encode())
        self.wait_for(until, last)

    def wait_for(self, text: str, last: str = LAST_WORDS) -> None:
        """Wait until the last screen shows a text, and has come up to its last words."""
        deadline = time.monotonic() + PATIENCE_S
        while not (text in (shown := "\n".join(self.screen)) and last in shown):
            left = deadline - time.monotonic()
            assert left > 0, f"{text!r} did not come, but {self.screen}"
            if select.select([self._master], [], [], min(left, 0.1))[0]:
                self.text += self._decoder.decode(os.read(self._master, 65536))

    def interrupt(self) -> None:
        """Send what Ctrl-C sends."""
        self.process.send_signal(signal.SIGINT)

    def kill(self) -> None:
        """Kill the command, as no command can resist."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(PATIENCE_S)

    def close(self) -> None:
        """End the command and the terminal."""
        self.process.kill()
        self.process.wait(PATIENCE_S)
        os.close(self._master)
        os.close(self._slave)


@contextmanager
def terminal(*arguments: str, **environment: str) -> Iterator[Terminal]:
    """Run `python -m export.review` in a terminal."""
    one = Terminal(*arguments, **environment)
    try:
        yield one
    finally:
        one.close()
