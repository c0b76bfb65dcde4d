"""Programs that are printed in a page of documentation, with what they are said to print."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ADDRESS = "http://127.0.0.1:8000"  # as pages print it: that of `make run`
_BLOCK = re.compile(r"^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_SAID = re.compile(r"^(?:print|console\.log)\(.*\);?  ?(?:#|//) (?P<said>.*)$", re.MULTILINE)
_PRINTS = re.compile(r"\b(?:print|console\.log)\(")
ANYTHING = "..."


@dataclass(frozen=True)
class Block:
    """A program or JSON as it is printed, in its language."""

    language: str
    text: str

    def at(self, address: str) -> str:
        """Return the program, with this address of the API instead of the printed one."""
        return self.text.replace(ADDRESS, address)

    @property
    def said(self) -> str:
        """What it prints, as the comments behind its printing say. Raises ValueError without."""
        lines = _SAID.findall(self.text)
        if not lines or len(lines) != len(_PRINTS.findall(self.text)):
            raise ValueError(f"not every line that prints says what:\n{self.text}")
        return "".join(f"{line}\n" for line in lines)


def blocks_of(page: Path, heading: str = "") -> list[Block]:
    """Return the blocks of a page, or of the section under a heading, in their order."""
    text = page.read_text()
    if heading:
        text = text.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return [Block(found["language"], found["text"]) for found in _BLOCK.finditer(text)]


def json_values(text: str) -> Iterator[Any]:
    """Yield the JSON values that stand one after the other in a text."""
    while text := text.lstrip():
        value, end = json.JSONDecoder().raw_decode(text)
        yield value
        text = text[end:]


def agrees(shown: Any, found: Any) -> bool:
    """Whether JSON is as shown: "..." is anything, and numbers are rounded as they are shown."""
    if shown == ANYTHING:
        return True
    if isinstance(shown, dict):
        return (
            isinstance(found, dict)
            and shown.keys() == found.keys()
            and all(agrees(value, found[name]) for name, value in shown.items())
        )
    if isinstance(shown, list):
        if shown == [ANYTHING]:
            return isinstance(found, list) and len(found) > 0
        return (
            isinstance(found, list) and len(shown) == len(found) and all(map(agrees, shown, found))
        )
    if isinstance(shown, float):
        decimals = len(repr(shown).partition(".")[2])
        return isinstance(found, int | float) and round(found, decimals) == shown
    return type(shown) is type(found) and bool(shown == found)
