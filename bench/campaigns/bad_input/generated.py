"""Requests that schemathesis makes of the served OpenAPI document, right and wrong ones."""

import json
import random
from collections.abc import Iterator, Mapping
from typing import Any, cast
from urllib.parse import urlencode

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import APIOperation, GenerationMode
from schemathesis import Case as SchemathesisCase
from schemathesis.core import NotSet

from bench.campaigns.bad_input.cases import Case
from bench.campaigns.bad_input.image_damage import originals
from bench.events import JSON
from chalicelib.http.endpoint import INFERENCE
from chalicelib.http.problems import PROBLEMS
from chalicelib.http.requests import IMAGE_TYPES

MOST_AT_ONCE = 200  # requests of one operation
TIMES_BODIES = 6  # how much more often those operations come that take a body

REFUSALS = frozenset(problem.code for problem in PROBLEMS.values())
INFERENCE_REFUSALS = frozenset({"400", "404", "413", "415"})  # its errors have no code

Operation = APIOperation[Any, Any, Any, Any]
Made = SchemathesisCase[Operation]
Strategy = st.SearchStrategy[Made]


def generated_cases(document: Mapping[str, Any], count: int, seed_: int) -> Iterator[Case]:
    """Yield so many requests: each operation in turn, as documented and against it."""
    seeds = random.Random(seed_)
    strategies = _strategies(document)
    at_once = min(MOST_AT_ONCE, -(-count // len(strategies)))
    left = count
    while left > 0:
        for strategy in strategies:
            made = _draw(strategy, min(at_once, left), seeds.randrange(2**32))
            yield from map(_case, made)
            left -= len(made)
            if left <= 0:
                return


def _strategies(document: Mapping[str, Any]) -> list[Strategy]:
    """Return how requests of each operation are made; where all is text, nothing can be wrong."""
    for media_type in IMAGE_TYPES:
        schemathesis.openapi.media_type(media_type, _images())
    found = []
    for result in schemathesis.openapi.from_dict(dict(document)).get_all_operations():
        operation = cast(Operation, cast(Any, result).ok())  # the document is sound
        has_body = operation.method.lower() == "post"
        for mode in GenerationMode if has_body else (GenerationMode.POSITIVE,):
            strategy = operation.as_strategy(generation_mode=mode)
            found += [strategy] * (TIMES_BODIES if has_body else 1)
    return found


def _images() -> st.SearchStrategy[bytes]:
    """Return small images, whole and cut off, and any bytes."""
    whole = st.sampled_from(list(originals().values()))
    cut = st.builds(lambda data, share: data[: int(len(data) * share)], whole, st.floats(0, 1))
    return whole | cut | st.binary(max_size=64)


def _draw(strategy: Strategy, count: int, seed_: int) -> list[Made]:
    """Return at most so many; some operations have fewer."""
    made: list[Made] = []

    @seed(seed_)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def draw(case: Made) -> None:
        made.append(case)

    draw()
    return made[:count]


def _case(made: Made) -> Case:
    """Return a request as it goes over the wire."""
    sent = {name: str(value) for name, value in (made.headers or {}).items()}
    # No client sends line ends within a header.
    headers = {name: value for name, value in sent.items() if not {"\r", "\n"} & set(value)}
    if made.media_type is not None:
        headers["Content-Type"] = made.media_type
    body = _body(made.body)
    # With JSON a query is refused before the body is looked at; every second one goes without.
    in_query = {} if made.media_type == JSON and len(body) % 2 else made.query or {}
    query = f"?{urlencode(in_query, doseq=True)}" if in_query else ""
    address = made.formatted_path + query
    is_whole = bool(in_query) or not made.query
    refusals = INFERENCE_REFUSALS if made.formatted_path.startswith(f"/{INFERENCE}/") else REFUSALS
    expected = refusals if is_whole and _is_against(made) else frozenset[str]()
    return Case(made.operation.label, made.method.upper(), address, body, headers, expected)


def _is_against(made: Made) -> bool:
    """Whether a request contradicts the document; an image that is to may be a sound one."""
    negative = made.meta is not None and made.meta.generation.mode is GenerationMode.NEGATIVE
    return negative and made.media_type not in IMAGE_TYPES


def _body(made: object) -> bytes:
    """Return a body's bytes; what is no file is sent as JSON, whatever it is called."""
    if isinstance(made, NotSet):
        return b""
    data = getattr(made, "data", made)  # schemathesis wraps bytes in a string of that attribute
    return data if isinstance(data, bytes) else json.dumps(made).encode()
