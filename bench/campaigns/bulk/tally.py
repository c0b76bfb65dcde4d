"""Results held against what was put in."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from bench.campaigns.bulk.inputs import Inputs, Place
from chalicelib.errors import InklingError
from chalicelib.http.requests import image_request, parse_object, recognize_request
from chalicelib.http.responses import readings_json
from chalicelib.recognition.recognizer import Recognizer


class Tally(NamedTuple):
    """What was found, in drawings.

    missing: without a result. doubled: results beyond the first. unknown: results of nothing that
    was put in. misjudged: another code than is right, or none, or one for what is sound. otherwise:
    another answer than to the drawing alone, of `compared`.
    """

    missing: int
    doubled: int
    unknown: int
    misjudged: int
    otherwise: int
    compared: int


def count_results(lines: Iterable[bytes], inputs: Inputs, prefix: str, alone: Recognizer) -> Tally:
    """Count results; prefix: what stands before the names of inputs in their keys."""
    seen: Counter[Place] = Counter()
    misjudged = otherwise = compared = 0
    for result in map(json.loads, lines):
        place = _place(result, prefix)
        seen[place] += 1
        code = result["error"]["code"] if "error" in result else None
        misjudged += code != inputs.codes.get(place)
        if body := inputs.sound.get(place):
            compared += 1
            otherwise += result.get("answer") != answer_alone(alone, body)
    known = sum(place in inputs.codes for place in seen)
    return Tally(
        missing=len(inputs.codes) - known,
        doubled=sum(seen.values()) - len(seen),
        unknown=len(seen) - known,
        misjudged=misjudged,
        otherwise=otherwise,
        compared=compared,
    )


def answer_alone(recognizer: Recognizer, body: bytes) -> Any:  # noqa: ANN401 - any JSON
    """Return what the API answers to one drawing, None where it refuses it."""
    try:
        if body.startswith(b"{"):
            fields = {k: v for k, v in parse_object(body).items() if k != "id"}
            asked = recognize_request(fields)
        else:
            asked = image_request(body)
        readings = recognizer.recognize(asked.drawing)
    except InklingError:
        return None
    return json.loads(json.dumps(readings_json(readings, trace=False)))


def _place(result: Mapping[str, Any], prefix: str) -> Place:
    return result["input"].removeprefix(prefix), result.get("entry", result.get("line"))
