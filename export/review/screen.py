"""What the terminal shows of one drawing, on 80 columns."""

import os
import sys
import textwrap

import numpy as np

from chalicelib.recognition.drawing import Picture
from chalicelib.recognition.normalise import SIDE_PX
from export.review.answers import Answer
from export.review.items import Item
from export.show import shade

COLUMNS = 80
TEXT_AT = SIDE_PX + 3
TEXT_COLUMNS = COLUMNS - TEXT_AT
BAR = 16
DARKEST_GREY, GREYS = 232, 24  # of the 256 colours of terminals
RESET = "\x1b[0m"
CLEAR = "\x1b[H\x1b[2J"
KEYS = (
    "a accept   0-9 it is that digit   n not a digit   r reject   s skip",
    "c all that are alike   u undo   left/right browse   ? help   q quit",
)
HELP = """\
a      accept what is claimed
0-9    accept, but as that digit
n      accept as not a digit
r      reject: of no use, or not to be believed
b      put back into quarantine (with --status accepted or rejected)
s      skip: to the end of the line
c      the next decision is for all that look alike and claim the same
!      apply the automatic rules to all that wait, as one step
u      undo, any number of steps
left, right   look at the one before, or the next, without deciding
q      quit; all that was decided is kept"""


def screen(item: Item | None, position: str, message: str, *, alike: int, coloured: bool) -> str:
    """Return the screen about a drawing, None: there is none left.

    position: where it stands in the line. alike: how many the next decision is for, 0 or 1: one.
    """
    picture = blocks(item.picture) if item and coloured else shade(item.picture) if item else []
    words = about(item) if item else ["Nothing is waiting."]
    rows = max(len(picture), len(words))
    picture = [*picture, *[" " * SIDE_PX] * (rows - len(picture))]
    words += [""] * (rows - len(words))
    body = [f"{row}   {text}" for row, text in zip(picture, words, strict=True)]
    meant = f"  [all {alike} alike]" if alike > 1 else ""
    return "\n".join([position + meant, "", *body, "", message, "", *KEYS, ""])


def about(item: Item) -> list[str]:
    """Return what is known of a drawing as lines that fit beside it."""
    claimed, label = item.card.claimed, item.card.label
    taken = [] if label == claimed else [f"Taken for: {label or 'not a digit'}"]
    lines = [*taken, f"Claimed: {claimed or 'not a digit'}", "", *_wrapped(item.sentence), ""]
    guesses = 2 if len(item.answers) <= 2 else 1  # adapted models stand beside those as trained
    for answer in item.answers:
        lines += [_head(answer, label), *_bars(answer, guesses)]
    return [*lines, *_wrapped(" ".join(item.facts))]


def blocks(picture: Picture) -> list[str]:
    """Return a picture (height, width) in [0, 1] as half blocks in greys, ink dark on paper."""
    greys = DARKEST_GREY + np.rint((1 - picture) * (GREYS - 1)).astype(int)
    return [
        "".join(
            f"\x1b[38;5;{above};48;5;{below}m▀" for above, below in zip(upper, lower, strict=True)
        )
        + RESET
        for upper, lower in zip(greys[::2], greys[1::2], strict=True)
    ]


def can_colour() -> bool:
    """Whether the terminal takes colours and half blocks (NO_COLOR: no-color.org)."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM", "dumb") == "dumb"
    return not plain and "utf" in (sys.stdout.encoding or "").lower()


def percent(probability: float) -> str:
    """Return a probability as text, never rounded up: 0.998 is 99 %."""
    return f"{min(99, int(probability * 100 + 1e-9)) or '<1'} %"


def _head(answer: Answer, label: str | None) -> str:
    return f"{answer.model} {answer.version}" + ("" if answer.said == label else "  differs")


def _bars(answer: Answer, count: int) -> list[str]:
    return [
        f"  {guess.label or '-'} {'#' * round(BAR * guess.probability):<{BAR}} "
        f"{percent(guess.probability):>5}"
        for guess in answer.guesses[:count]
    ]


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, TEXT_COLUMNS)
