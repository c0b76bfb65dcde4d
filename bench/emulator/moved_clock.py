"""The packaged handler with a clock that an event can move on: half a minute passes at once.

Workers import it beside the package, so it knows nothing else of the benches.
"""

import time
from typing import Any

_real = time.monotonic
_moved_s = [0.0]
time.monotonic = lambda: _real() + _moved_s[0]

import app  # noqa: E402 - what it imports takes the clock as it is then


def handler(event: dict[str, Any], context: object) -> object:
    """Answer an event after the time that it says has passed."""
    _moved_s[0] += event.pop("moveClockS", 0.0)
    return app.app(event, context)
