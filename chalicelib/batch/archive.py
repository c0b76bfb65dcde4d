"""Zip files from anybody: nothing is unpacked to a disk, and nothing is read beyond its limit.

What an entry says of its size is not believed: reading stops at the limit.
"""

import io
import struct
import zlib
from typing import BinaryIO, NamedTuple
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from chalicelib.batch.errors import (
    EncryptedEntry,
    InvalidArchive,
    NestedArchive,
    TooManyInputs,
    UnsupportedCompression,
)
from chalicelib.errors import PayloadTooLarge
from chalicelib.limits import MAX_ARCHIVE_ENTRIES, MAX_BODY_BYTES, MAX_DIRECTORY_BYTES

BEGINNINGS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")  # of a zip file; empty; in pieces
ENCRYPTED = 0x1
MAC_FOLDER = "__MACOSX/"  # what the Mac adds: attributes of the files, under their names
FAILURES = (
    BadZipFile,
    EOFError,
    NotImplementedError,  # later versions of the format
    OSError,
    UnicodeDecodeError,
    ValueError,
    struct.error,
    zlib.error,
)


class Archive(NamedTuple):
    """An open archive; entries: its files in the order of its directory, folders left out."""

    file: ZipFile
    entries: tuple[ZipInfo, ...]

    def read(self, entry: ZipInfo) -> bytes:
        """Return what an entry holds.

        Raises EncryptedEntry, UnsupportedCompression, NestedArchive, PayloadTooLarge,
        InvalidArchive.
        """
        if entry.flag_bits & ENCRYPTED:
            raise EncryptedEntry
        if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):  # LZMA takes any memory it names
            raise UnsupportedCompression(entry.compress_type)
        try:
            with self.file.open(entry) as opened:
                data = opened.read(MAX_BODY_BYTES + 1)
        except FAILURES as error:
            raise InvalidArchive("the entry is damaged") from error
        if len(data) > MAX_BODY_BYTES:
            raise PayloadTooLarge(max(entry.file_size, len(data)), MAX_BODY_BYTES)
        if is_archive(data):
            raise NestedArchive
        return data


def is_archive(head: bytes) -> bool:
    """Whether bytes begin as a zip file does."""
    return head.startswith(BEGINNINGS)


def open_archive(file: BinaryIO) -> Archive:
    """Open a zip file. Raises InvalidArchive, TooManyInputs."""
    try:
        # It only needs what reads; closing it leaves the file open.
        archive = ZipFile(_SmallReads(file))
    except FAILURES as error:
        raise InvalidArchive("its directory is damaged or incomplete") from error
    entries = tuple(
        entry
        for entry in archive.infolist()
        if not entry.is_dir() and not entry.filename.startswith(MAC_FOLDER)
    )
    if len(entries) > MAX_ARCHIVE_ENTRIES:
        raise TooManyInputs(MAX_ARCHIVE_ENTRIES)
    return Archive(archive, entries)


class _SmallReads(io.RawIOBase):
    """A file that gives no more at once than a directory may hold: zipfile reads it in one go.

    Its entries become objects of some hundred bytes each, whatever the directory says they are.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def read(self, size: int = -1) -> bytes:
        """Return `size` bytes, or all. Raises TooManyInputs where that is more than allowed."""
        wanted = MAX_DIRECTORY_BYTES + 1 if size < 0 else size
        data = self._file.read(min(wanted, MAX_DIRECTORY_BYTES + 1))
        if len(data) > MAX_DIRECTORY_BYTES:
            raise TooManyInputs(MAX_ARCHIVE_ENTRIES)
        return data

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place, as files do."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """Return the place, as files do."""
        return self._file.tell()

    def seekable(self) -> bool:
        """Return True."""
        return True
