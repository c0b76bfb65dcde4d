"""A bar for work whose parts can be counted, where somebody looks on."""

import sys

BAR_CHARACTERS = 30


def show_progress(what: str, done: int, total: int) -> None:
    """Draw how far it is; the line ends with the last part. Nothing where no terminal is."""
    if not sys.stderr.isatty():
        return
    bar = "#" * round(BAR_CHARACTERS * done / max(total, 1))
    end = "\n" if done >= total else ""
    line = f"\r{what} [{bar:<{BAR_CHARACTERS}}] {done} of {total}"
    print(line, end=end, file=sys.stderr, flush=True)
