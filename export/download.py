"""Fetch a file from the first mirror that gives it, resumed where it broke off and verified."""

import http.client
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from export.errors import MissingData

TIMEOUT_S = 20.0
ATTEMPTS_PER_MIRROR = 3
CHUNK_BYTES = 1 << 16
BAR_CHARACTERS = 30


def fetch(
    mirrors: Sequence[str],
    target: Path,
    verify: Callable[[Path], str | None],
    max_bytes: int | None = None,
) -> None:
    """Download `target` from one of `mirrors`.

    What has arrived is kept as `<target>.part` and continued by the next attempt, also by a
    later call; the target itself appears only when it is whole and verified.

    Parameters
    ----------
    mirrors : complete addresses of the same file, the preferred one first.
    verify : says what is wrong with a finished file, or None.
    max_bytes : how much of the file's start is wanted, where that is not all of it.

    Raises
    ------
    MissingData
        No mirror gave the file; the text names each one's reason.
    """
    part = target.with_name(target.name + ".part")
    reasons = []
    for url in mirrors:
        reason = _try_mirror(url, part, target.name, max_bytes)
        if reason is None:
            reason = verify(part)
            if reason is None:
                part.replace(target)
                return
            part.unlink()  # wrong bytes are not worth continuing
        reasons.append(f"{urlsplit(url).netloc}: {reason}")
    raise MissingData(
        f"{target.name} is not in {target.parent} and could not be downloaded "
        f"({'; '.join(reasons)}); connect to the network, or put the file there yourself"
    )


def _try_mirror(url: str, part: Path, name: str, max_bytes: int | None) -> str | None:
    """Bring `part` to its full length from one mirror; answer why that failed, or None."""
    reason = "gave nothing"
    for _ in range(ATTEMPTS_PER_MIRROR):
        try:
            if _continue_part(url, part, name, max_bytes):
                return None
            reason = "the connection was cut"
        except urllib.error.HTTPError as error:
            if error.code == 416 and part.exists():  # it ends before: the part is whole, or wrong
                return None
            return f"HTTP {error.code}"
        except urllib.error.URLError as error:
            return str(error.reason)
        except (OSError, http.client.HTTPException) as error:
            reason = str(error) or type(error).__name__
    return reason


def _continue_part(url: str, part: Path, name: str, max_bytes: int | None) -> bool:
    """Append what is missing; answer whether everything announced has arrived."""
    have_bytes = part.stat().st_size if part.exists() else 0
    if have_bytes == max_bytes:
        return True
    request = urllib.request.Request(url, headers={"Accept-Encoding": "identity"})  # noqa: S310 -- the mirrors are named in our code
    if have_bytes or max_bytes:
        request.add_header("Range", f"bytes={have_bytes}-{max_bytes - 1 if max_bytes else ''}")
    with urllib.request.urlopen(request, timeout=TIMEOUT_S) as response:  # noqa: S310 -- as above
        if response.status != 206:  # the server does not resume, it starts over
            have_bytes = 0
        announced = response.headers.get("Content-Length")
        ends = [have_bytes + int(announced)] if announced else []
        total_bytes = min([*ends, max_bytes] if max_bytes else ends, default=None)
        part.parent.mkdir(parents=True, exist_ok=True)  # none is left where nothing came
        with part.open("ab" if have_bytes else "wb") as file:
            received_bytes = _copy(response, file, have_bytes, total_bytes, name)
    return total_bytes is None or received_bytes == total_bytes


def _copy(
    response: IO[bytes], file: IO[bytes], have_bytes: int, total_bytes: int | None, name: str
) -> int:
    """Copy the body to the file while a bar shows how far it is; answer the bytes in the file."""
    while chunk := response.read(_next_bytes(have_bytes, total_bytes)):
        file.write(chunk)
        have_bytes += len(chunk)
        _draw_bar(name, have_bytes, total_bytes)
    if sys.stderr.isatty():
        print(file=sys.stderr)
    return have_bytes


def _next_bytes(have_bytes: int, total_bytes: int | None) -> int:
    """Return how much to read next; a server that knows no ranges sends more than is wanted."""
    return CHUNK_BYTES if total_bytes is None else min(CHUNK_BYTES, total_bytes - have_bytes)


def _draw_bar(name: str, have_bytes: int, total_bytes: int | None) -> None:
    if not sys.stderr.isatty():
        return
    share = have_bytes / total_bytes if total_bytes else 0.0
    bar = "#" * round(share * BAR_CHARACTERS)
    print(
        f"\r{name} [{bar:<{BAR_CHARACTERS}}] {have_bytes / 1e6:.1f} MB",
        end="",
        file=sys.stderr,
        flush=True,
    )
