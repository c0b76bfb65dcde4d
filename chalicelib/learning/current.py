"""What is current, as it is stored. Who only reads that need not wait for the history's code."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Self

from chalicelib.errors import UnusableHead
from chalicelib.learning.keys import CURRENT_KEY
from chalicelib.learning.stored_json import (
    Check,
    decode_object,
    encode_object,
    equals,
    is_boolean,
    is_sha256,
    is_text,
    object_of,
)
from chalicelib.stores.store import Expected, Reader

FORMAT = 1  # of the pointer and of the entries of its history

Tag = Expected | str


@dataclass(frozen=True, slots=True, kw_only=True)
class Current:
    """What is served, and whether that may change.

    entry: digest of the newest entry of the history; None where there is none yet.
    heads: the digest of the promoted head of each model that has one; the others answer as trained.
    versions: the version of each of these models that its head was fitted for.
    frozen: no head is promoted; a rollback is possible all the same.
    """

    entry: str | None = None
    heads: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    frozen: bool = False

    def encode(self) -> bytes:
        """Return the pointer as JSON."""
        return encode_object({"format": FORMAT} | asdict(self))

    @classmethod
    def decode(cls, data: bytes, where: str) -> Self:
        """Read what `encode` wrote. Raises UnusableHead."""
        found = decode_object(data, where, _CURRENT)
        del found["format"]
        if found["heads"].keys() != found["versions"].keys():
            raise UnusableHead(where, "names heads for other models than versions")
        return cls(**found)


def read_current(reader: Reader) -> tuple[Current, Tag]:
    """Return what is current, and the tag that a swap of it expects.

    Raises UnusableHead where the pointer is damaged, StorageUnavailable.
    """
    blob = reader.get(CURRENT_KEY)
    if blob is None:
        return Current(), Expected.NOTHING
    return Current.decode(blob.data, CURRENT_KEY), blob.tag


STATE: dict[str, Check] = {
    "format": equals(FORMAT),
    "heads": object_of(is_sha256),
    "versions": object_of(is_text),
    "frozen": is_boolean,
}
_CURRENT = STATE | {"entry": is_sha256}
