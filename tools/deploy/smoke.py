"""A look at the live site, or at one version of the API by itself: whether a digit is read."""

import http.client
import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from tools.deploy.aws import Account
from tools.deploy.errors import NotLive
from tools.proxy_event import JSON, proxy_event

ENDPOINT = "AWS_ENDPOINT_URL"  # the SDK's own variable: an emulator, which serves the site too
TIMEOUT_S = 30.0
PATIENCE_S = 300.0  # a new distribution's name takes a while to be known
PAUSE_S = 5.0
SEVEN = json.dumps({"strokes": [[[10, 10], [60, 11], [35, 90]]]}).encode()
HEADERS = ("content-security-policy", "strict-transport-security", "x-content-type-options")


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer; the names of its headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def require_live(site: str, stage: str, *, patience_s: float = PATIENCE_S) -> None:
    """Raise NotLive where the page or the API does not answer as it should.

    site: address of the page. A site that does not answer yet is asked again for a while.
    """
    for path, check in CHECKS:
        _require(site, path, check, stage, time.monotonic() + patience_s)


def version_fault(account: Account, function: str, version: str) -> str | None:
    """Return what is wrong with how a version of the API reads a seven; None where nothing is.

    It is called directly: whatever its share of the requests, this one reaches it.
    """
    event = proxy_event("POST", "/v1/recognize", SEVEN)
    found = account.client("lambda").invoke(FunctionName=function, Qualifier=version, Payload=event)
    content = found["Payload"].read()
    if "FunctionError" in found:
        return f"fails: {content[:200]!r}"
    answer = json.loads(content)
    return _fault_of(Answer(answer["statusCode"], {}, answer["body"].encode()))


def _require(
    site: str, path: str, check: Callable[[str, str], str | None], stage: str, deadline: float
) -> None:
    while fault := _tried(site, path, check):
        if time.monotonic() > deadline:
            raise NotLive(site + path, fault, stage)
        time.sleep(PAUSE_S)


def _tried(site: str, path: str, check: Callable[[str, str], str | None]) -> str | None:
    try:
        return check(site, path)
    except (OSError, http.client.HTTPException) as error:
        return f"does not answer: {error}"


def _page_fault(site: str, path: str) -> str | None:
    answer = _ask("GET", site, path)
    if answer.status != 200 or b"main.js" not in answer.body:
        return f"is not the page (status {answer.status})"
    lacking = [name for name in HEADERS if name not in answer.headers]
    return f"lacks the header {', '.join(lacking)}" if lacking else None


def _health_fault(site: str, path: str) -> str | None:
    answer = _ask("GET", site, path)
    return None if answer.status == 200 else f"answers {answer.status}: {answer.body[:200]!r}"


def _reading_fault(site: str, path: str) -> str | None:
    return _fault_of(_ask("POST", site, path, SEVEN))


def _fault_of(answer: Answer) -> str | None:
    """Return what is wrong with the answer to a seven."""
    if answer.status != 200:
        return f"answers {answer.status}: {answer.body[:200]!r}"
    text = json.loads(answer.body)["text"]
    return None if text == "7" else f"reads a seven as {text!r}"


CHECKS = (("", _page_fault), ("api/v1/health", _health_fault), ("api/v1/recognize", _reading_fault))


def _ask(method: str, site: str, path: str, body: bytes | None = None) -> Answer:
    """Send one request, to the emulator where there is one; the host's name stays the site's."""
    host = urlsplit(site).netloc
    headers = {"Host": host, "Content-Type": JSON}
    endpoint = os.environ.get(ENDPOINT)
    where = urlsplit(endpoint or site)
    secure = where.scheme == "https"
    if endpoint:
        headers["X-Forwarded-Proto"] = "https"
    connecting = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    connection = connecting(where.netloc, timeout=TIMEOUT_S)
    try:
        connection.request(method, f"/{path}", body, headers)
        found = connection.getresponse()
        named = {name.lower(): value for name, value in found.getheaders()}
        return Answer(found.status, named, found.read())
    finally:
        connection.close()
