"""Receipts: what lets a sender, and nobody else, take feedback back."""

import base64
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Self

_TEXT = re.compile(r"(?P<day>[0-9]{8})-(?P<id>[0-9a-f]{32})-(?P<secret>[A-Za-z0-9_-]{43})")


@dataclass(frozen=True, slots=True)
class ReceiptCode:
    """What a receipt is made of: the feedback's day and id, to find it, and a 256-bit secret."""

    day: date
    id: str
    secret: str

    def __str__(self) -> str:
        return f"{self.day:%Y%m%d}-{self.id}-{self.secret}"

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Return the parts of a receipt, None where `text` is none."""
        found = _TEXT.fullmatch(text)
        if not found:
            return None
        try:
            day = datetime.strptime(found["day"], "%Y%m%d").replace(tzinfo=UTC).date()
        except ValueError:
            return None
        return cls(day, found["id"], found["secret"])

    @property
    def secret_sha256(self) -> str:
        """The only trace of the secret that is stored."""
        return hashlib.sha256(self.secret.encode()).hexdigest()

    def opens(self, secret_sha256: str) -> bool:
        """Whether the secret is the one of that digest, found out in constant time."""
        return hmac.compare_digest(self.secret_sha256, secret_sha256)


def new_id() -> str:
    """Return an id that nobody can guess and that never came before."""
    return secrets.token_hex(16)


def new_salt() -> str:
    """Return the salt of a claim, 256 bits in hex."""
    return secrets.token_hex(32)


def random_secret() -> str:
    """Return a secret for feedback that came without an Idempotency-Key."""
    return secrets.token_urlsafe(32)


def derived_secret(salt: str, idempotency_key: str) -> str:
    """Return the secret that the same key gives again, and that the salt alone does not give."""
    digest = hmac.digest(bytes.fromhex(salt), idempotency_key.encode(), "sha256")
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
