"""The packaged handler, broken on purpose for a share of its events: a new version that is bad.

Workers import it beside the package, so it knows nothing else of the benches. BROKEN_HOW says how,
BROKEN_SHARE for which share of the events, BROKEN_SEED makes that chance repeat.
"""

import os
import random
import time
from typing import Any

import app

HOW, SHARE = os.environ["BROKEN_HOW"], float(os.environ["BROKEN_SHARE"])
SLOW_S = 1.2  # above the second at which the alarm on latency goes off
_chance = random.Random(int(os.environ["BROKEN_SEED"]))


def handler(event: dict[str, Any], context: object) -> object:
    """Answer an event, or fail as the environment says."""
    if _chance.random() < SHARE:
        if HOW == "raises":
            raise RuntimeError("broken on purpose")
        if HOW == "answers 500":
            return {"statusCode": 500, "headers": {}, "body": "{}"}
        if HOW == "crashes":
            os._exit(7)
        if HOW == "is slow":
            time.sleep(SLOW_S)
    return app.app(event, context)
