"""A process that writes feedback until it is killed: `python feedback_writer.py STORE FIRST`.

It prints the number and receipt of each submission once it is acknowledged.
"""

import itertools
import sys

from chalicelib.learning.feedback import FeedbackBook
from chalicelib.stores.open import open_store
from tests.learning.submissions import make_submission


def main(location: str, first: int) -> None:
    """Write feedback number `first` and all that follow."""
    book = FeedbackBook(open_store(location))
    for number in itertools.count(first):
        key = f"stream-{number}" if number % 2 else None
        receipt = book.submit(make_submission(number, key=key, size_bytes=20_000))
        print(number, receipt.receipt, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
