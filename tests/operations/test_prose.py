"""Every number in the prose of docs/operations.md comes from what was measured, or is set."""

import re
from pathlib import Path

import pytest

from bench.operations.document import DOCUMENT
from bench.operations.numbers import Numbers
from bench.operations.prose import NUMBER, Sentence, sentence, with_numbers
from chalicelib.learning.feedback import FeedbackBook
from chalicelib.stores.open import open_store
from tests.learning.submissions import make_submission, stored
from tools.deploy import prices
from tools.deploy.shift import CANARY

WRITTEN = re.compile(r"<!-- (?!end of)(\w+) -->.*?<!-- end of \1 -->|```.*?```", re.DOTALL)
# What is no number of ours: code, addresses, the decisions, statuses, and the items of a list.
NAMES = re.compile(r"`[^`]*`|\]\([^)]*\)|\[decision \d+|\b[45](?:\d\d|xx)\b|^\d\. ", re.MULTILINE)


def prose() -> str:
    """Return the document without tables that are written, and without code blocks."""
    return WRITTEN.sub("", DOCUMENT.read_text())


def test_every_number_in_the_prose_is_kept_by_a_sentence() -> None:
    text = prose()
    for one in Numbers().sentences():
        text = one.pattern.sub("", text)
    left = re.findall(rf".*(?<!\w){NUMBER}.*", NAMES.sub("", text))
    assert left == [], "a sentence of bench/operations/numbers.py would keep it"


def test_a_sentence_is_found_across_lines_and_its_breaks_stay() -> None:
    text = "It takes\n  7 ms of 1,234\ntimes."
    assert sentence("takes {} ms of {} times.", 12, 34567).put_into(text) == (
        "It takes\n  12 ms of 34,567\ntimes."
    )
    assert with_numbers("1 a, 2 b", [sentence("{} a", 3), sentence("{} b", 4)]) == "3 a, 4 b"


@pytest.mark.parametrize("text", ["nothing of it", "7 ms, and 7 ms again"])
def test_a_sentence_that_is_not_there_once_is_named(text: str) -> None:
    with pytest.raises(ValueError, match=r"of the sentence '\{\} ms'"):
        Sentence("{} ms", ["8"]).put_into(text)


def test_what_the_prose_says_in_words_holds(tmp_path: Path) -> None:
    text = " ".join(prose().split())
    assert "answers a tenth of the requests" in text
    assert float(CANARY) == 1 / 10
    assert "some kB, a hundred thousand of them a cent a month" in text
    store = open_store(str(tmp_path))
    FeedbackBook(store).submit(make_submission())
    kb = sum(len(content) for content in stored(store).values()) / 1000
    assert 0.5 < kb < 10
    assert 0.002 < 100_000 * kb / 1e6 * prices.S3_GB_MONTH.dollars < 0.02
