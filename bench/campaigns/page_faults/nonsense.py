"""Answers of the wrong status, shape, type or size."""

import copy
import json
from collections.abc import Iterator
from typing import Any

from bench.campaigns.page_faults.visit import Visit
from bench.faulty_api import Reply, reading

PROBLEM = {"type": "about:blank", "title": "It broke", "status": 500, "code": "internal_error"}
GATEWAY = b"<html><head><title>502</title></head><body><h1>Bad Gateway</h1></body></html>"
RETRY_AFTER = ("0", "1", "7", "-5", "99999999", "1e300", "soon", "Wed, 21 Oct 2015 07:28:00 GMT")
BROKEN = (429, 500, 502, 503, 504)
REFUSED = (400, 401, 403, 404, 405, 409, 413, 415, 422)
BODIES = (b"", b"{", b"null", b"[]", b"42", b'"seven"', b"\xff\xfe", b"[" * 100_000, GATEWAY)
LONG = "x" * 100_000
WRONG: tuple[object, ...] = (None, True, -1, 1e308, "", "7", 0.5, [], {}, [[]], LONG, "\u202e7")
MODELS = {
    "models": [
        {
            "name": name,
            "version": "0a1b2c3d",
            "weights": 238_811,
            "figures": {"mnist_test": {"accuracy": 0.9967}},
        }
        for name in ("cnn", "perceptron")
    ]
}
HUGE_BYTES = 8_000_000


def broken(visit: Visit) -> None:
    """A status that says to come again, with or without word of when."""
    visit.open()
    status = int(visit.rng.choice(BROKEN))
    body = [PROBLEM, GATEWAY, b""][visit.rng.integers(3)]
    after = [("Retry-After", str(visit.rng.choice(RETRY_AFTER)))] * bool(visit.rng.random() < 0.7)
    visit.api.answer("recognize", Reply(body, status, tuple(after)))
    visit.draw()
    visit.settle()
    asked = len(visit.api.asked("recognize"))
    visit.page.wait_for_timeout(1000)
    more = len(visit.api.asked("recognize")) - asked
    visit.tally.most_asked = max(visit.tally.most_asked, more)


def refusing(visit: Visit) -> None:
    """A status that says no, with a reason or without."""
    visit.open()
    status = int(visit.rng.choice(REFUSED))
    wrong = WRONG[visit.rng.integers(len(WRONG))]
    body = [PROBLEM | {"detail": wrong}, GATEWAY, b""][visit.rng.integers(3)]
    visit.api.answer("recognize", Reply(body, status))
    visit.draw()
    visit.settle()


def no_json(visit: Visit) -> None:
    """A body that is empty, cut short, or not JSON; sometimes as another type, or no body."""
    visit.open()
    body = BODIES[visit.rng.integers(len(BODIES))]
    if visit.rng.random() < 0.3:
        whole = json.dumps(reading(("7", "recognized"))).encode()
        body = whole[: visit.rng.integers(1, len(whole))]
    kind = str(visit.rng.choice(["application/json", "text/html", "image/png", "nonsense"]))
    status = int(visit.rng.choice([200, 204]))
    visit.api.answer("recognize", Reply(body, status, (("Content-Type", kind),)))
    visit.draw()
    visit.settle()


def wrong_reading(visit: Visit) -> None:
    """One field of a reading is of the wrong type, or missing."""
    visit.open()
    body = spoiled(visit, reading(("7", "recognized"), ("1", "unsure"), ("3", "not_a_digit")))
    visit.api.answer("recognize", Reply(body))
    visit.draw()
    visit.settle()


def wrong_models(visit: Visit) -> None:
    """One field of the models' figures is of the wrong type, or missing."""
    visit.api.answer("models", Reply(spoiled(visit, MODELS)))
    visit.open()
    visit.draw()
    visit.settle()


def huge(visit: Visit) -> None:
    """An answer of megabytes, of many digits or of one long word."""
    visit.open()
    many = reading(*[("7", "recognized")] * int(visit.rng.choice([32, 33, 5000])))
    body = [many, reading(("W" * 64, "recognized")), b" " * HUGE_BYTES][visit.rng.integers(3)]
    visit.api.answer("recognize", Reply(body))
    visit.draw()
    visit.settle()


def spoiled(visit: Visit, body: object) -> object:
    """Return a copy of some JSON with one of its values replaced or left out."""
    result: Any = copy.deepcopy(body)
    places = list(_places(result))
    holder, key = places[visit.rng.integers(len(places))]
    if visit.rng.random() < 0.2:
        del holder[key]
    else:
        holder[key] = WRONG[visit.rng.integers(len(WRONG))]
    return result


def _places(value: object) -> Iterator[tuple[Any, Any]]:
    """Yield each place below a value that holds another one."""
    if not isinstance(value, dict | list):
        return
    for key in value if isinstance(value, dict) else range(len(value)):
        yield value, key
        yield from _places(value[key])


KINDS = (broken, refusing, no_json, wrong_reading, wrong_models, huge)
