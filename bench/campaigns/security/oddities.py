"""What somebody might send who wants more than an answer: origins, addresses, receipts, headers."""

import random

TRAVERSALS = (
    "../app.py", "..%2fapp.py", "%2e%2e/app.py", "%2e%2e%2fapp.py", "..%252fapp.py", "....//app.py",
    "..\\app.py", "%5c..%5capp.py",
    "%00", "cnn%00.json", "cnn.onnx", "manifest.json", "/etc/passwd",
    "%2fetc%2fpasswd", "..;/app.py", "cnn/../config.py", "%c0%ae%c0%ae/app.py", ".git/config",
    "~root/.profile", "file:%2f%2f%2fetc%2fpasswd", "CNN", "cnn%20", "%20cnn",
    "policy.json", "fuse.py", "fuse.py%20",
)  # fmt: skip
# Headers by which a proxy or a framework may be led astray.
HEADERS: tuple[dict[str, str], ...] = (
    {"Host": "evil.example"},
    {"Host": "127.0.0.1:1\tevil"},
    {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "javascript"},
    {"X-HTTP-Method-Override": "DELETE", "X-Method-Override": "DELETE"},
    {"X-Original-URL": "/v1/feedback", "X-Rewrite-URL": "/v1/feedback"},
    {"Content-Type": "application/json; charset=utf-7"},
    {"Content-Type": "multipart/form-data; boundary=x"},
    {"Content-Type": "text/html"},
    {"Content-Encoding": "gzip"},
    {"Accept": "text/html,<script>alert(1)</script>"},
    {"If-None-Match": '"' + "a" * 6000 + '"'},
    {"If-None-Match": '*, W/"x", ,,,'},
    {"Idempotency-Key": "../../../../etc/passwd"},
    {"Idempotency-Key": "k" * 5000},
    {"Cookie": "session=" + "x" * 4000},
    {"Authorization": "Bearer " + "y" * 4000},
    {"Range": "bytes=0-99999999,0-1,0-1"},
    {"Expect": "100-continue-not"},
    {"Connection": "keep-alive, X-Request-Id, Access-Control-Allow-Origin"},
    {"X-Request-Id": "forged"},
    {"Forwarded": "for=127.0.0.1;host=evil.example"},
    {"Upgrade": "h2c", "HTTP2-Settings": "AAMAAABkAAQAAP__"},
)


def other_origin(rng: random.Random, listed: str) -> str:
    """Return an origin that looks like a listed one and is none."""
    scheme, _, host = listed.partition("://")
    return rng.choice(
        (
            f"{listed}.evil.example",
            f"{scheme}://evil.{host}",
            f"{scheme}://evil.example/{host}",
            f"{listed}@evil.example",
            f"{scheme}://x@{host}",
            listed.upper(),
            listed.title(),
            f"{listed}/",
            f"{listed}:443",
            f"{listed}:{rng.randrange(1, 65536)}",
            listed.replace(".", "x", 1) if "." in listed else f"{listed}x",
            listed[:-1],
            listed[1:],
            f"{'http' if scheme == 'https' else 'https'}://{host}",
            f"{listed}, {listed}",
            f"{listed} https://evil.example",
            f"https://evil.example,{listed}",
            f"{listed}\t\x0b.evil",
            _one_character_changed(rng, listed),
            "null",
            "*",
            ".*",
            "file://",
            "",
        )
    )


def altered_receipt(rng: random.Random, receipt: str) -> str:
    """Return a receipt that differs from a true one in its day, id or secret."""
    day, feedback_id, secret = receipt.split("-", 2)
    return rng.choice(
        (
            f"{day}-{feedback_id}-{_one_character_changed(rng, secret)}",
            f"{day}-{_one_digit_changed(rng, feedback_id)}-{secret}",
            f"{int(day) + rng.choice((-1, 1, 100))}-{feedback_id}-{secret}",
            f"{day}-{feedback_id}-{secret[:-1]}",
            f"{day}-{feedback_id}-{secret}A",
            f"{day}-{feedback_id}-",
            f"{day}-{feedback_id}-{'A' * 43}",
            f"{day}-{feedback_id.upper()}-{secret}" if feedback_id.upper() != feedback_id else day,
            f"{day}-{feedback_id}-{secret.swapcase()}",
            f"{day}-{feedback_id}-{secret}%0a",
            f"{day}-{feedback_id}-{secret}%00",
            f"%20{day}-{feedback_id}-{secret}",
            f"../{day}-{feedback_id}-{secret}",
            feedback_id,
        )
    )


def _one_character_changed(rng: random.Random, text: str) -> str:
    return _changed(rng, text, "ABCxyz019_-")


def _one_digit_changed(rng: random.Random, text: str) -> str:
    return _changed(rng, text, "0123456789abcdef")


def _changed(rng: random.Random, text: str, alphabet: str) -> str:
    at = rng.randrange(len(text))
    return text[:at] + rng.choice([c for c in alphabet if c != text[at]]) + text[at + 1 :]
