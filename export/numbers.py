"""Numbers as people write them."""


def counted(number: int, one: str, several: str = "") -> str:
    """Return how many there are: `1 drawing`, `2,000 drawings`.

    several: the plural, where it is not regular.
    """
    return f"{number:,} {one if number == 1 else several or one + 's'}"
