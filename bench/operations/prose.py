"""Numbers in the prose of docs/operations.md: each is kept by the sentence that it stands in.

A sentence is given by its words, with a pair of braces for each number; the document may break it
into lines as it likes. `python -m bench.operations` puts the numbers in anew.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

NUMBER = r"(\d(?:[\d,.]*\d)?)"


@dataclass(frozen=True, slots=True)
class Sentence:
    """Words with a pair of braces for each number, and the numbers as they are to stand there."""

    words: str
    numbers: Sequence[str]

    @property
    def pattern(self) -> re.Pattern[str]:
        """What finds it, however it is broken into lines."""
        parts = (re.escape(part).replace(r"\ ", r"\s+") for part in self.words.split("{}"))
        return re.compile(NUMBER.join(parts))

    def put_into(self, text: str) -> str:
        """Return a text with its numbers. Raises ValueError where it is not in there once."""
        found = list(self.pattern.finditer(text))
        if len(found) != 1:
            raise ValueError(f"there are {len(found)} of the sentence {self.words!r}")
        for group in range(len(self.numbers), 0, -1):
            start, end = found[0].span(group)
            text = text[:start] + self.numbers[group - 1] + text[end:]
        return text


def sentence(words: str, *numbers: float) -> Sentence:
    """Return a sentence with whole numbers, their thousands parted."""
    return Sentence(words, [f"{number:,.0f}" for number in numbers])


def with_numbers(text: str, sentences: Iterable[Sentence]) -> str:
    """Return a document with the numbers of sentences that are in it."""
    for one in sentences:
        text = one.put_into(text)
    return text
