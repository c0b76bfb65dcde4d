"""One writer of `bench.swaps`: swaps the pointer until enough swaps were acknowledged to it.

    python -m bench.swap_writer STORE NOTES SWAPS SEED

What is acknowledged is noted, a line with the entry's name, before anything else is done. Whoever
goes on in the place of a writer that was killed takes its notes over.
"""

import os
import random
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from chalicelib.errors import HeadsChanged, HeadsFrozen, NothingToRollBack, StorageUnavailable
from chalicelib.learning.current import Current
from chalicelib.learning.heads import Head
from chalicelib.learning.pointer import HeadBook
from chalicelib.stores.open import open_store

REFUSALS = (HeadsChanged, HeadsFrozen, NothingToRollBack, StorageUnavailable)
WEIGHTS = (6, 2, 1, 1)  # how often each of the actions below is tried


def main(store: str, notes: Path, swaps: int, seed: str) -> None:
    """Swap until the notes name that many swaps."""
    book, generator = HeadBook(open_store(store)), random.Random(seed)
    actions: tuple[Callable[[], Current], ...] = (
        lambda: promote(book, generator.getrandbits(32)),
        lambda: book.rollback(notes.name, "a bench"),
        lambda: book.freeze(notes.name, "a bench"),
        lambda: book.unfreeze(notes.name, "a bench"),
    )
    done = len(noted(notes))
    descriptor = os.open(notes, os.O_WRONLY | os.O_APPEND)
    while done < swaps:
        (act,) = generator.choices(actions, WEIGHTS)
        try:
            current = act()
        except REFUSALS:
            continue
        os.write(descriptor, f"{current.entry}\n".encode())
        done += 1


def noted(notes: Path) -> list[str]:
    """Return the names of the entries in a writer's notes."""
    return notes.read_text().split()


def promote(book: HeadBook, number: int) -> Current:
    """Make a small head current that never was before."""
    head = Head(
        model="cnn",
        model_version="00000000",
        model_sha256="0" * 64,
        normalisation="1",
        labels=("0",),
        weights=np.zeros((1, 2), np.float32),
        bias=np.zeros(2, np.float32),
        dataset=f"{number}",
        round="a bench",
        time="2026-01-01T00:00:00+00:00",
    )
    _, tag = book.read()
    return book.promote({"cnn": head}, tag, "a bench", "to swap", {})


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
