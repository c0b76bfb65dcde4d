"""A PNG without what keeps mutations out of it: checksums and compression."""

import struct
import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"
PIXELS, END = b"IDAT", b"IEND"
HEAD = struct.Struct(">I4s")  # of a chunk: length and name
CHECKSUM_BYTES = 4


def packed(data: bytes) -> bytes:
    """Return the PNG of bare chunks, with checksums and its pixels compressed.

    data: chunks of length, name and content; IDAT holds rows of a filter byte and samples each. A
    length that reaches too far takes what is left.
    """
    parts, at = [SIGNATURE], 0
    while at + HEAD.size <= len(data):
        length, name = HEAD.unpack_from(data, at)
        content = data[at + HEAD.size : at + HEAD.size + length]
        at += HEAD.size + len(content)
        parts.append(_chunk(name, zlib.compress(content, 1) if name == PIXELS else content))
    return b"".join(parts)


def bare(png: bytes) -> bytes:
    """Return the bare chunks of a PNG, for `packed`; its IDAT are put together as one."""
    at, parts, pixels = len(SIGNATURE), [], b""
    while at < len(png):
        length, name = HEAD.unpack_from(png, at)
        content = png[at + HEAD.size : at + HEAD.size + length]
        at += HEAD.size + length + CHECKSUM_BYTES
        if name == PIXELS:
            pixels += content
            continue
        if name == END:
            rows = zlib.decompress(pixels)
            parts.append(HEAD.pack(len(rows), PIXELS) + rows)
        parts.append(HEAD.pack(length, name) + content)
    return b"".join(parts)


def _chunk(name: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(name + content)
    return HEAD.pack(len(content), name) + content + checksum.to_bytes(CHECKSUM_BYTES)
