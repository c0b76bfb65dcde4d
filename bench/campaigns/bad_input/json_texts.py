"""JSON as texts, sound and unsound, made by rules from the grammar of RFC 8259.

What that leaves to each parser (bytes that are no UTF-8, half characters, names that stand twice,
numbers of any size) is refused or taken as this API's description says.
"""

from collections.abc import Iterator
from itertools import product
from typing import NamedTuple


class Fragment(NamedTuple):
    """A part of a document. sound: whether it is JSON; None: bytes that a gateway may mend."""

    name: str
    text: bytes
    sound: bool | None


SIGNS, WHOLES = ("", "-"), ("0", "1", "10", "123")
FRACTIONS, EXPONENTS = ("", ".0", ".5", ".50"), ("", "e1", "E+2", "e-2")
BAD_SIGNS = ("+", "--", "+-", "- ", "\u2212", "~")
BAD_WHOLES = ("00", "01", "0x10", "0b1", "0o7", "1_000", "1 000", "1'0", "\uff11", "\u0663")
BAD_WORDS = ("Infinity", "NaN", "nan", "inf", "INF", "1.#INF", "$1", "1f", "1L", "1n", "1%")
BAD_LONG = ("9" * 5000 + "f", "9" * 5000 + " 9", "9" * 5000 + ",")  # more than Python converts
BAD_FRACTIONS = (".", "..5", ".5.5", ".-5", ".\uff15", "_5", ".5_0", ". 5")
BAD_EXPONENTS = ("e", "E", "e+", "e-", "e1.5", "ee1", "e 1", "e++1", "^2", "*10", "e0x1", "p1")
TINY = ("1e-400", "-1e-999", "0." + "1" * 5000, "0." + "0" * 5000 + "1", "1" + "0" * 308 + "e-308")
HUGE = ("1e309", "-1e999", "9" * 400, "-" + "9" * 5000, "1e99999999999999999999", "1000000001")

ESCAPES = ('\\"', "\\\\", "\\/", "\\b", "\\f", "\\n", "\\r", "\\t")
UNITS = ("\\u0041", "\\u00e9", "\\u00E9", "\\u0000", "\\u001f", "\\ufeff", "\\uffff", "\\u2028")
PAIRS = ("\\ud83d\\ude00", "\\uD800\\uDC00", "\\udbff\\udfff")
RAW = (" ", "/", "\x7f", "\x80", "\x9f", "\xa0", "\u2028", "\u2029", "\ufeff", "\uffff", "\ufdd0")
BEYOND = ("\U0001f600", "\U0010ffff", "\U000e0001", "\u202e", "e\u0301", "\u200d", "\u0660")
CUT_ESCAPES = ("\\u", "\\u1", "\\u12", "\\u123", "\\u12g4", "\\u-123", "\\u 123", "\\u{41}")
OTHER_ESCAPES = tuple(f"\\{chr(c)}" for c in range(0x20, 0x7F) if chr(c) not in '"\\/bfnrtu')
HALVES = ("\\ud800", "\\udfff", "\\ud800a", "\\udc00\\ud800", "\\ud800\\ud800", "\\ud83d\\u0041")
BAD_BYTES = {
    "a continuation alone": b"\x80",
    "the last continuation alone": b"\xbf",
    "a slash in two bytes": b"\xc0\xaf",
    "a slash in three bytes": b"\xe0\x80\xaf",
    "a slash in four bytes": b"\xf0\x80\x80\xaf",
    "NUL in two bytes": b"\xc0\x80",
    "half of two bytes": b"\xc3",
    "two of three bytes": b"\xe2\x82",
    "three of four bytes": b"\xf0\x9f\x98",
    "a surrogate": b"\xed\xa0\x80",
    "a pair of surrogates": b"\xed\xa0\xbd\xed\xb8\x80",
    "beyond U+10FFFF": b"\xf4\x90\x80\x80",
    "five bytes": b"\xf8\x88\x80\x80\x80",
    "six bytes": b"\xfc\x84\x80\x80\x80\x80",
    "0xFE": b"\xfe",
    "0xFF": b"\xff",
    "Latin-1": "\xe9t\xe9".encode("latin-1"),
    "Shift JIS": "\u6570\u5b57".encode("shift-jis"),
}
LITERALS = ("true", "false")
BAD_LITERALS = (
    *("True", "TRUE", "tru", "truee", "t", "fals", "False", "nul", "Null", "None", "nil", "yes"),
    *("undefined", "'true'", "true false", "truefalse", "-true", "\u00a0true"),
)


def numbers() -> Iterator[Fragment]:
    """Yield numbers of a size that is read, and what is none: one part of each is unsound."""
    for parts in product(SIGNS, WHOLES, FRACTIONS, EXPONENTS):
        yield _fragment("number", "".join(parts), sound=True)
    for tiny in TINY:
        yield _fragment("number", tiny, sound=True)
    for sign, bad in product(SIGNS, (*BAD_WHOLES, *BAD_WORDS, *BAD_LONG)):
        yield _fragment("no number", sign + bad, sound=False)
    for whole, fraction, exponent in product(("", "0", "1"), FRACTIONS, EXPONENTS):
        for bad in BAD_SIGNS:
            yield _fragment("no number", bad + whole + fraction + exponent, sound=False)
        if not whole:
            yield _fragment("no number", fraction + exponent, sound=False)
    for whole, bad in product(("0", "-1"), (*BAD_FRACTIONS, *BAD_EXPONENTS)):
        yield _fragment("no number", whole + bad, sound=False)


def strings() -> Iterator[Fragment]:
    """Yield strings of one to 64 characters with their quotes, and what is none."""
    for text in (*ESCAPES, *UNITS, *PAIRS, *RAW, *BEYOND):
        yield _fragment("string", f'"a{text}"', sound=True)
        yield _fragment("string", f'"{text}"', sound=True)
    for text in (*CUT_ESCAPES, *OTHER_ESCAPES, *HALVES):
        yield _fragment("no string", f'"{text}"', sound=False)
    for control in range(0x20):
        yield _fragment("raw control character", f'"{chr(control)}"', sound=False)
    for text in ('"a', 'a"', "'a'", "a", '"a\\"', '"a" "b"', '""a"', "`a`", "\u201ca\u201d", "\\a"):
        yield _fragment("no string", text, sound=False)
    for name, bad in BAD_BYTES.items():
        yield Fragment(f"{name} in a string", b'"' + bad + b'"', sound=None)
        yield Fragment(f"{name} instead of a string", bad, sound=False)


def literals() -> Iterator[Fragment]:
    """Yield true, false and what is neither."""
    yield from (_fragment("literal", text, sound=True) for text in LITERALS)
    yield from (_fragment("no literal", text, sound=False) for text in BAD_LITERALS)


def _fragment(kind: str, text: str, *, sound: bool) -> Fragment:
    shown = text if len(text) <= 24 else f"{text[:24]}... ({len(text)})"
    return Fragment(f"{kind} {shown!r}", text.encode(), sound)
