"""Ways to damage bytes, as disks, copies and people do."""

import random
from collections.abc import Callable

PAGE_BYTES = 4096
MOST_FLIPS = 64


def flip(data: bytes, rng: random.Random) -> bytes:
    """Turn some bits over."""
    damaged = bytearray(data)
    for _ in range(rng.randint(1, MOST_FLIPS) if rng.random() < 0.5 else 1):
        damaged[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return bytes(damaged)


def truncate(data: bytes, rng: random.Random) -> bytes:
    """Cut the end off."""
    return data[: rng.randrange(len(data))]


def blank(data: bytes, rng: random.Random) -> bytes:
    """Turn a page, or what there is of one, into zeros."""
    start = rng.randrange(0, len(data), PAGE_BYTES)
    end = min(start + PAGE_BYTES, len(data))
    return data[:start] + bytes(end - start) + data[end:]


def empty(_data: bytes, _rng: random.Random) -> bytes:
    """Leave nothing."""
    return b""


def extend(data: bytes, rng: random.Random) -> bytes:
    """Add bytes of chance."""
    return data + rng.randbytes(rng.randint(1, PAGE_BYTES))


def change_digit(data: bytes, rng: random.Random) -> bytes:
    """Put another digit in the place of one: what is text stays text."""
    digits = [at for at, byte in enumerate(data) if chr(byte).isdigit()]
    if not digits:
        return flip(data, rng)
    at = rng.choice(digits)
    other = rng.choice([digit for digit in b"0123456789" if digit != data[at]])
    return data[:at] + bytes([other]) + data[at + 1 :]


DAMAGES: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    flip,
    truncate,
    blank,
    empty,
    extend,
    change_digit,
)


def damaged(data: bytes, rng: random.Random) -> bytes:
    """Return bytes that are no longer what they were."""
    while True:
        found = rng.choice(DAMAGES)(data, rng)
        if found != data:
            return found
