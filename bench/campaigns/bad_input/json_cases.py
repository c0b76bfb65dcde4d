"""Documents of JSON, whole and unsound, as bodies of the two addresses that take one."""

import json
from collections.abc import Iterator

from bench.campaigns.bad_input import json_texts
from bench.campaigns.bad_input.cases import (
    FEEDBACK,
    KEPT,
    READ,
    STROKES,
    Case,
    feedback,
    is_name,
    post_json,
)
from bench.campaigns.bad_input.json_texts import HUGE, Fragment
from chalicelib.limits import MAX_JSON_DEPTH

RECOGNIZE = "/v1/recognize"
DOT = b"[[[1, 2], [3, 90]]]"
INVALID, TOO_DEEP, FIELD = "invalid_json", "json_too_deep", "invalid_field"
# Where a fragment stands, and what comes of the request if it is sound.
NUMBER_PLACES = (
    (RECOGNIZE, b'{"strokes": [[[%s, 1], [9, 90]]]}', READ),
    (RECOGNIZE, b'{"strokes": [[[9, 1, %s], [9, 90]]]}', READ),
    (FEEDBACK, b'{"strokes": [[[%s, 1], [9, 90]]], "label": "1", "consent": true}', KEPT),
)
STRING_PLACES = (
    (RECOGNIZE, b'{"strokes": ' + DOT + b', "model": %s}', "unknown_model"),
    (RECOGNIZE, b'{"strokes": ' + DOT + b", %s: 1}", FIELD),
    (
        FEEDBACK,
        b'{"strokes": ' + DOT + b', "label": "1", "consent": true, "predicted": '
        b'{"label": %s, "probability": 1, "model": "cnn", "version": "1"}}',
        KEPT,
    ),
)
LITERAL_PLACES = ((RECOGNIZE, b'{"strokes": ' + DOT + b', "single": %s}', READ),)
SOUND = {
    RECOGNIZE: (json.dumps({"strokes": STROKES, "single": True}), READ),
    FEEDBACK: (json.dumps(feedback()), KEPT),
}
SPACES, NO_SPACES = " \t\n\r", "\v\f\0\x1c\x1f\x85\xa0\u1680\u2003\u2028\u3000\ufeff\u200b"
GARBAGE = (
    "]",
    "}",
    ",",
    ":",
    "x",
    "1",
    '"',
    "\0",
    "{}",
    "[]",
    "null",
    "//",
    "/**/",
    "#",
    ";",
    "\\",
)
COMMENTS = ("// why\n", "/* why */", "# why\n", "-- why\n", "<!-- why -->", "; why\n")
OTHER_CODINGS = ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-8-sig")
VALUES = ("1", "-0.5e3", "true", "null", '"strokes"', '""', "[]", "[{}]", "[[[[1, 2]]]]")


def json_cases() -> Iterator[Case]:
    """Yield every case."""
    yield from _in_places(json_texts.numbers(), NUMBER_PLACES)
    yield from _strings()
    yield from _in_places(json_texts.literals(), LITERAL_PLACES)
    for huge in HUGE:
        for path, place, _ in (NUMBER_PLACES[0], NUMBER_PLACES[2]):
            yield post_json(f"huge number {huge[:24]}", path, place % huge.encode(), FIELD)
    for path, (sound, outcome) in SOUND.items():
        yield from _broken(path, sound)
        yield from _spaced(path, sound, outcome)
        yield from _coded(path, sound)
        yield from _deep(path)
        yield from _doubled(path, sound)
        for value in VALUES:
            yield post_json(f"the whole body is {value}", path, value.encode(), FIELD)


def _in_places(
    fragments: Iterator[Fragment], places: tuple[tuple[str, bytes, str], ...]
) -> Iterator[Case]:
    for name, text, sound in fragments:
        for path, place, outcome in places:
            expected = {True: (outcome,), False: (INVALID,), None: (INVALID, outcome)}[sound]
            yield post_json(name, path, place % text, *expected)


def _strings() -> Iterator[Case]:
    """Yield strings where names are wanted: a sound one may still be no name."""
    refused = tuple((path, place, FIELD) for path, place, _ in STRING_PLACES)
    for string in json_texts.strings():
        no_name = string.sound and not is_name(json.loads(string.text))
        yield from _in_places(iter([string]), refused if no_name else STRING_PLACES)


def _broken(path: str, sound: str) -> Iterator[Case]:
    """Yield every beginning of a document, and it with each of its brackets and signs wrong."""
    for length in range(len(sound)):
        yield post_json(f"the first {length} bytes", path, sound[:length].encode(), INVALID)
    for at, sign in enumerate(sound):
        if sign in "[]{},:":
            for other in ("", sign * 2, "]" if sign == "}" else "}", ";"):
                if other != sign:
                    text = sound[:at] + other + sound[at + 1 :]
                    yield post_json(f"{sign} at {at} as {other!r}", path, text.encode(), INVALID)
    for rest in GARBAGE:
        yield post_json(f"{rest!r} behind it", path, f"{sound} {rest}".encode(), INVALID)
        yield post_json(f"{rest!r} before it", path, f"{rest} {sound}".encode(), INVALID)
    for comment in COMMENTS:
        for text in (comment + sound, sound[:-1] + comment + "}", sound + comment):
            yield post_json(f"the comment {comment!r}", path, text.encode(), INVALID)
    yield post_json("no quotes around a name", path, sound.replace('"', "", 2).encode(), INVALID)
    yield post_json("single quotes", path, sound.replace('"', "'").encode(), INVALID)
    yield post_json("quotes escaped", path, sound.replace('"', '\\"').encode(), INVALID)
    yield post_json("JSON in JSON", path, json.dumps(sound).encode(), FIELD)


def _spaced(path: str, sound: str, outcome: str) -> Iterator[Case]:
    for spaces, expected in ((SPACES, outcome), (NO_SPACES, INVALID)):
        for space in spaces:
            name = f"U+{ord(space):04X} as space"
            for text in (space + sound, sound + space, sound.replace(" ", space)):
                yield post_json(name, path, text.encode(), expected)


def _coded(path: str, sound: str) -> Iterator[Case]:
    for coding in OTHER_CODINGS:
        yield post_json(f"in {coding}", path, sound.encode(coding), INVALID)
    for name, bad in json_texts.BAD_BYTES.items():
        yield post_json(f"{name} before it", path, bad + sound.encode(), INVALID)
        yield post_json(f"{name} behind it", path, sound.encode() + bad, INVALID)


def _deep(path: str) -> Iterator[Case]:
    for levels in (MAX_JSON_DEPTH + 1, 100, 1_000, 100_000, 250_000):
        for name, text in {
            "arrays": "[" * levels,
            "arrays that close": "[" * levels + "]" * levels,
            "objects": '{"a":' * (levels // 2) + '[{"a":' * (levels // 4 + 10),
            "both, in a field": '{"strokes": ' + '[{"":' * levels,
            "brackets that never close": '{"strokes": "\\"", "a": ' + "[" * levels,
        }.items():
            if len(text) <= 1_000_000:
                yield post_json(f"{levels} levels of {name}", path, text.encode(), TOO_DEEP)
    inside = "[" * MAX_JSON_DEPTH + "]" * MAX_JSON_DEPTH
    yield post_json("the deepest that is taken", path, inside.encode(), FIELD)
    quoted = json.dumps({"model": "[{" * 20, "x": "\\" * 41 + '"[[['}).encode()
    yield post_json("brackets in strings", path, quoted, FIELD)
    yield post_json("closed more than opened", path, (b"]" * 100) + inside.encode(), INVALID)


def _doubled(path: str, sound: str) -> Iterator[Case]:
    for again in ('"strokes": []', '"strokes": null', '"str\\u006fkes": [[[1, 2]]]'):
        text = f"{sound[:-1]}, {again}}}"
        yield post_json(f"twice: {again}", path, text.encode(), INVALID)
    for name in ("", "a", "\\u0000", "__proto__"):
        text = f'{{"{name}": 1, "{name}": 1}}'
        yield post_json(f"twice: {name!r}", path, text.encode(), INVALID)
        nested = f'{{"strokes": [{text}]}}'
        yield post_json(f"twice, deeper: {name!r}", path, nested.encode(), INVALID)
    yield post_json("another case is another name", path, b'{"A": 1, "a": 1}', FIELD)
