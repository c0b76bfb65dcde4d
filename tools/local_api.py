"""`chalice local`, without the access log of its server, and with each answer in one piece.

The log prints every address as it stands, and so the receipts of feedback, which are secrets. The
app writes a line of its own for each request, with the pattern of the address (decision 12).

    python -m tools.local_api --host 127.0.0.1 --port 8000
"""

import sys

from chalice.cli import main
from chalice.local import ChaliceRequestHandler


def _say_nothing(_handler: ChaliceRequestHandler, _format: str, *_facts: object) -> None:
    """Take the place of the handler's own log."""


if __name__ == "__main__":
    ChaliceRequestHandler.log_message = _say_nothing
    ChaliceRequestHandler.wbufsize = -1  # a body alone waits 40 ms for the head's acknowledgement
    sys.argv[1:1] = ["local", "--no-autoreload"]
    main()
