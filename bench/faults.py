"""What can happen to a request on its way to S3 and back, and what is then sent in S3's place."""

import base64
import hashlib
import zlib
from collections.abc import Mapping
from enum import Enum

ELSEWHERE = "/elsewhere"  # where redirects lead
HTML = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body><p>Welcome!<br></html>"
GARBAGE = b"\x15\x03\x03\x00\x02\x02\x46\r\n\r\n\x00\xff"  # an alert of TLS and what is no HTTP
CRC32, SHA256 = "x-amz-checksum-crc32", "x-amz-content-sha256"
SHA256_DIGITS = 64


class Fault(Enum):
    """What happens to one request."""

    NONE = "it is answered"
    REFUSE = "the connection is closed before the server sees anything"
    HANG = "the server never sees it, and no answer comes"
    IGNORE = "the connection is accepted, nothing is read of it, and no answer comes"
    CUT_REQUEST = "the connection is reset while the request is being sent"
    LOSE_ANSWER = "the server does it, and the connection closes without an answer"
    SWALLOW_ANSWER = "the server does it, and no answer comes"
    CUT_ANSWER = "the server does it, and the connection closes in the middle of the body"
    CUT_AT = "the server does it, and the connection closes at the next of the proxy's `cuts`"
    DRIP = "the server does it, and the answer comes a byte at a time"
    DAMAGE = "one byte of the body changes on its way, there or back; its checksums stay"
    FORGET = "a put is answered as done, and the server never sees it"
    ANSWER_500 = "the proxy answers 500 for the server"
    ANSWER_503 = "the proxy answers 503 SlowDown for the server"
    ANSWER_403 = "the proxy answers 403 AccessDenied for the server"
    ANSWER_404 = "the proxy answers 404 NoSuchBucket for the server"
    ANSWER_409 = "the proxy answers 409 ConditionalRequestConflict for the server"
    ANSWER_301 = "the proxy answers 301 PermanentRedirect for the server"
    ANSWER_307 = "the proxy answers 307 TemporaryRedirect for the server"
    ANSWER_EMPTY = "the proxy answers 200 without a body or any header of S3's"
    ANSWER_PAGE = "the proxy answers 200 with a page of HTML"
    ANSWER_GARBAGE = "the proxy answers with bytes that are no HTTP"


ERRORS = {
    Fault.ANSWER_500: (500, "InternalError"),
    Fault.ANSWER_503: (503, "SlowDown"),
    Fault.ANSWER_403: (403, "AccessDenied"),
    Fault.ANSWER_404: (404, "NoSuchBucket"),
    Fault.ANSWER_409: (409, "ConditionalRequestConflict"),
    Fault.ANSWER_301: (301, "PermanentRedirect"),
    Fault.ANSWER_307: (307, "TemporaryRedirect"),
}
REDIRECTS = (Fault.ANSWER_301, Fault.ANSWER_307)


def answer_instead(fault: Fault, address: str) -> bytes | None:
    """Return what the proxy at `address` sends for the server; None where it asks the server."""
    if fault in ERRORS:
        status, code = ERRORS[fault]
        headers = {"Location": f"{address}{ELSEWHERE}"} if fault in REDIRECTS else {}
        return error_bytes(status, code, headers)
    return {
        Fault.ANSWER_EMPTY: answer_bytes(200, {}, b""),
        Fault.ANSWER_PAGE: answer_bytes(200, {"Content-Type": "text/html"}, HTML),
        Fault.ANSWER_GARBAGE: GARBAGE,
    }.get(fault)


def error_bytes(status: int, code: str, headers: Mapping[str, str]) -> bytes:
    """Return an error as S3 answers it."""
    body = f"<Error><Code>{code}</Code><Message>so says the proxy</Message></Error>".encode()
    return answer_bytes(status, {"Content-Type": "application/xml", **headers}, body)


def answer_bytes(status: int, headers: Mapping[str, str], body: bytes) -> bytes:
    """Return an answer as it goes over the wire."""
    lines = [f"HTTP/1.1 {status} so it is"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if status != 204:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def cut_in_the_body(answer: bytes) -> bytes:
    """Return the head of an answer and half its body; the head announces more than there is."""
    head, end, body = answer.partition(b"\r\n\r\n")
    if not body:  # as after a put: announce one
        head = b"\r\n".join(line for line in head.split(b"\r\n") if b"ength:" not in line)
        head = head.replace(b" 204 ", b" 200 ") + b"\r\nContent-Length: 100"
    return head + end + body[: len(body) // 2]


def damaged(data: bytes) -> bytes:
    """Return data with the byte in its middle changed, as no checksum lets pass."""
    at = len(data) // 2
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :] if data else data


def complaint(headers: Mapping[str, str], body: bytes) -> str | None:
    """Return S3's error code for a body that its request's checksums do not fit; None where fit.

    The server that stands in for S3 does not look at them.
    """
    sha256 = headers.get(SHA256, "")
    if len(sha256) == SHA256_DIGITS and sha256 != hashlib.sha256(body).hexdigest():
        return "XAmzContentSHA256Mismatch"
    crc32 = base64.b64encode(zlib.crc32(body).to_bytes(4, "big")).decode()
    return "BadDigest" if headers.get(CRC32, crc32) != crc32 else None
