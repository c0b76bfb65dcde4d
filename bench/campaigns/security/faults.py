"""What is wrong with an answer, by the kinds that the campaign counts."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from bench.campaigns.security.site import Answer

HEADERS = "answers that lack a header which all have"
ORIGINS = "origins allowed that are not listed, or not as they must be"
PLACES = "addresses that led to a file or a model that they do not name"
RECEIPTS = "altered receipts that opened something, or true ones that did not"
INTERNALS = "answers that tell of internals"
BROKEN = "sound requests that failed, or odd ones that broke the server"
SECRETS = "secrets of senders or of ours in what the servers wrote"
REVIEW = "requests of others that the review answered"
KINDS = (HEADERS, ORIGINS, PLACES, RECEIPTS, INTERNALS, BROKEN, SECRETS, REVIEW)

OF_THE_API = {"x-content-type-options": "nosniff"}
PRESENT_IN_THE_API = ("x-request-id", "cache-control", "access-control-expose-headers")
OF_THE_PAGE = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}
OF_THE_REVIEW = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "cross-origin-resource-policy": "same-origin",
}
POLICY = ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'")
# Traces of code and files, none of which any answer or page of ours says.
_INTERNAL = re.compile(
    rb"Traceback|File \"|chalicelib|site-packages|botocore|NoSuchBucket|root:x:0|"
    rb"AWS_SECRET|arn:aws|/home/|/usr/lib|ECONNREFUSED|Errno \d"
)


class Tally(Counter[str]):
    """Faults by kind, with the first few of each in words."""

    MOST_WORDS = 20

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def note(self, kind: str, words: str) -> None:
        """Count one fault."""
        self[kind] += 1
        if len(self.words) < self.MOST_WORDS:
            self.words.append(f"{kind}: {words}")


def missing_in_api(answer: Answer) -> list[str]:
    """Return the headers that an answer of the API lacks."""
    lacking = list(_lacking(answer, OF_THE_API, PRESENT_IN_THE_API))
    if answer.status >= 400 and answer.headers.get("cache-control") != "no-store":
        lacking.append("cache-control: no-store")
    if answer.status >= 400 and answer.method != "HEAD":
        kind = answer.headers.get("content-type")
        lacking += [] if kind == "application/problem+json" else ["content-type"]
    return lacking


def missing_in_page(answer: Answer) -> list[str]:
    """Return the headers that an answer of the page's server lacks."""
    return [*_lacking(answer, OF_THE_PAGE, ()), *_lacking_policy(answer)]


def missing_in_review(answer: Answer) -> list[str]:
    """Return the headers that an answer of the review's server lacks, or must not have."""
    unwanted = [name for name in answer.headers if name.startswith("access-control-")]
    return [*_lacking(answer, OF_THE_REVIEW, ()), *_lacking_policy(answer), *unwanted]


def allows(answer: Answer, origin: str | None, listed: Iterable[str]) -> str | None:
    """Return what is wrong with the origin that an answer allows, None where nothing is."""
    expected = origin if origin in set(listed) else None
    found = answer.headers.get("access-control-allow-origin")
    if found != expected:
        return f"{origin!r} gets {found!r}"
    if "origin" not in answer.headers.get("vary", "").lower():
        return f"{origin!r} gets an answer that caches give to all"
    credentials = answer.headers.get("access-control-allow-credentials")
    return None if credentials is None else "credentials are allowed"


def internals_in(answer: Answer) -> str | None:
    """Return the trace of code or files in an answer, None where there is none."""
    found = _INTERNAL.search(answer.body) or _INTERNAL.search(str(dict(answer.headers)).encode())
    return None if found is None else found.group().decode(errors="replace")


def secrets_in(written: bytes, secrets: Mapping[str, str]) -> list[str]:
    """Return what kinds of secrets stand in what was written. secrets: kind by secret."""
    return [kind for secret, kind in secrets.items() if secret.encode() in written]


def _lacking(answer: Answer, exact: Mapping[str, str], present: Iterable[str]) -> Iterator[str]:
    yield from (name for name, value in exact.items() if answer.headers.get(name) != value)
    yield from (name for name in present if not answer.headers.get(name))


def _lacking_policy(answer: Answer) -> Iterator[str]:
    policy = answer.headers.get("content-security-policy", "")
    if not set(POLICY) <= set(policy.split("; ")) or "unsafe" in policy:
        yield "content-security-policy"
