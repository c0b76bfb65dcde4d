"""A job: files put under one folder of a bucket, and what came of them."""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from chalicelib.batch.inbox import INPUTS, MANIFEST, MISSED, RESULTS, Manifest, Source
from chalicelib.limits import MAX_INPUT_BYTES
from export.batch.results_file import drawings_of
from export.batch.stage import Place, aws
from export.batch.transfers import Transfers
from export.errors import DamagedResults, InvalidOption, NoBatch

JOB = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")

Progress = Callable[[int, int], None]  # how many of how many


@dataclass(frozen=True)
class State:
    """How far a job is.

    sources: what was put. manifests: the keys of what was begun or done. parts: those of the parts.
    """

    sources: tuple[Source, ...]
    manifests: frozenset[str]
    parts: frozenset[str] = field(default_factory=frozenset)

    @property
    def begun(self) -> list[Source]:
        """The inputs that have a manifest."""
        return [source for source in self.sources if source.manifest in self.manifests]

    @property
    def waiting(self) -> list[Source]:
        """The inputs that have none yet."""
        return [source for source in self.sources if source.manifest not in self.manifests]


class Collected(NamedTuple):
    """What was written of a job; missing: what has no result yet, in words."""

    drawings: int
    missing: tuple[str, ...]


def check_job(job: str) -> str:
    """Return the name of a job. Raises InvalidOption."""
    if not JOB.fullmatch(job):
        raise InvalidOption(f"--job {job!r}: take up to 64 of A-Z a-z 0-9 . _ -, no sign first")
    return job


def submit(place: Place, job: str, files: Mapping[str, Path], progress: Progress) -> int:
    """Put files under their names, leave out what is there already; return how many were put.

    Raises InvalidOption where one is too large, before any is put; StorageRefused.
    """
    for path in files.values():
        if path.stat().st_size > MAX_INPUT_BYTES:
            raise InvalidOption(f"{path} is larger than {MAX_INPUT_BYTES >> 20} MiB; cut it up")
    there = {source.key: source.etag for source in _sources(place, job)}
    s3, put = place.s3, 0

    def upload(name: str) -> bool:
        key, path = f"{INPUTS}{job}/{name}", files[name]
        if key in there and there[key] == _md5(path):
            return False
        with path.open("rb") as file:
            s3.put_object(Bucket=place.bucket, Key=key, Body=file)
        return True

    with aws(), Transfers() as transfers:
        for done, was_put in enumerate(transfers.each(upload, files), 1):
            put += was_put
            progress(done, len(files))
    return put


def names_of(paths: Iterable[Path], files: Iterable[Path]) -> dict[str, Path]:
    """Return files by their names in a job: relative to the folder that was given, with its name.

    Raises InvalidOption where two would have the same, or where one is no UTF-8.
    """
    folders = [path for path in paths if path.is_dir()]
    names: dict[str, Path] = {}
    for file in files:
        folder = next((f for f in folders if file.is_relative_to(f)), file.parent)
        name = file.relative_to(folder).as_posix()
        try:
            name.encode()
        except UnicodeEncodeError as error:
            raise InvalidOption(f"{file}: its name is no UTF-8, give it another") from error
        if name in names:
            raise InvalidOption(f"{names[name]} and {file} would both be called {name}")
        names[name] = file
    return names


def look(place: Place, job: str) -> State:
    """Return how far a job is. Raises NoBatch where there is none, StorageRefused."""
    sources = tuple(_sources(place, job))
    if not sources:
        raise NoBatch(f"There is no job {job} in {place.bucket}; it may have expired.")
    folders = {source.folder for source in sources}  # others are of contents that were there before
    keys = [each["Key"] for each in _list(place, f"{RESULTS}{job}/")]
    keys = [key for key in keys if f"{key.rpartition('/')[0]}/" in folders]
    manifests = frozenset(key for key in keys if key.endswith(MANIFEST))
    parts = frozenset(key for key in keys if not key.endswith((MANIFEST, MISSED)))
    return State(sources, manifests, parts)


def count_parts(place: Place, state: State, known: dict[str, int]) -> tuple[int, int]:
    """Return how many parts of a job are done, and how many there are as far as is known.

    An input that nobody has begun counts as one. known: the parts of each manifest that was read
    before; it is added to. Raises StorageRefused.
    """
    unknown = [source.manifest for source in state.begun if source.manifest not in known]
    with aws(), Transfers() as transfers:
        heads = transfers.each(partial(_get, place.s3, place.bucket), unknown)
        for key, head in zip(unknown, heads, strict=True):
            known[key] = len(Manifest.read(head).spans)
    counts = [known[source.manifest] for source in state.begun]
    done = counts.count(0) + len(state.parts)
    return done, len(state.waiting) + sum(max(count, 1) for count in counts)


def collect(place: Place, job: str, out: BinaryIO, progress: Progress) -> Collected:
    """Write the results of a job, in the order of its inputs; say what is missing.

    Raises NoBatch, StorageRefused, DamagedResults where the results are not of this job.
    """
    state = look(place, job)
    missing = [f"{source.key}: nothing yet" for source in state.waiting]
    drawings = 0
    with aws(), Transfers() as transfers:
        begun, get = state.begun, partial(_get, place.s3, place.bucket)
        heads = transfers.each(get, (source.manifest for source in begun))
        for done, (source, head) in enumerate(zip(begun, heads, strict=True), 1):
            manifest = Manifest.read(head)
            parts = [source.part(n) for n in range(1, len(manifest.spans) + 1)]
            there = [part for part in parts if part in state.parts]
            gone = len(parts) - len(there)
            if gone:
                missing.append(f"{source.key}: {gone} of {len(parts)} parts")
            found = _copy(source, head.partition(b"\n")[2], out)
            for data in transfers.each(get, there):
                found += _copy(source, data, out)
            if not gone and found != manifest.inputs:
                raise DamagedResults(source.key, f"{found} results for {manifest.inputs} drawings")
            drawings += found
            progress(done, len(begun))
    return Collected(drawings, tuple(missing))


def _copy(source: Source, data: bytes, out: BinaryIO) -> int:
    """Write results, and return of how many drawings they tell. Raises DamagedResults."""
    try:
        found = sum(drawings_of(json.loads(line)) for line in data.splitlines())
    except ValueError as error:
        raise DamagedResults(source.key, f"its results are no JSON lines ({error})") from error
    out.write(data)
    return found


def _md5(path: Path) -> str:
    """Return what S3 has as the ETag of a file that was put at once."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, partial(hashlib.md5, usedforsecurity=False)).hexdigest()


def _get(s3: Any, bucket: str, key: str) -> bytes:  # noqa: ANN401 - boto3 has no types
    data: bytes = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    return data


def _sources(place: Place, job: str) -> Iterator[Source]:
    for each in _list(place, f"{INPUTS}{job}/"):
        if not each["Key"].endswith("/"):
            yield Source(place.bucket, each["Key"], each["ETag"].strip('"'), each["Size"])


def _list(place: Place, prefix: str) -> Iterator[dict[str, Any]]:
    with aws():
        pages = place.s3.get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=place.bucket, Prefix=prefix):
            yield from page.get("Contents", ())
