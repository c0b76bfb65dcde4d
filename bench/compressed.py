"""Zip files in memory."""

import io
import warnings
import zipfile
from collections.abc import Iterable


def archive_of(entries: Iterable[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip file with these entries; a name may come twice."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as packed, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of such a name
        for name, data in entries:
            packed.writestr(name, data)
    return file.getvalue()
