"""Reads inputs and their parts, and puts the results, each once.

Inputs of few drawings, such as single images, are kept until the end and read together.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO, NamedTuple

from chalicelib.batch.answers import Result, answer_all, failure
from chalicelib.batch.drawings import Asked, Place, read_drawings
from chalicelib.batch.errors import InputChanged, InputGone, UnusableInput
from chalicelib.batch.inbox import Manifest, Source
from chalicelib.batch.messages import PartMessage
from chalicelib.batch.plan import Plan
from chalicelib.recognition.recognizer import Recognizer
from chalicelib.stores.objects import ObjectChanged, ObjectGone, ObjectStore

FEW = 8  # drawings of an input that is kept to be read with others

logger = logging.getLogger(__name__)


class _Kept(NamedTuple):
    """A small input whose drawings are at hand; message: which told of it."""

    message: str
    source: Source
    manifest: Manifest
    drawings: list[Asked]


class BatchReader:
    """Reads what the messages of one invocation tell of."""

    def __init__(self, recognizer: Recognizer, send: Callable[[Iterable[str]], None]) -> None:
        """Take what reads drawings, and what sends messages of parts."""
        self._recognizer = recognizer
        self._send = send
        self._kept: list[_Kept] = []

    def read_source(self, source: Source, message: str) -> None:
        """Read a small input, at the latest when all is finished; send the parts of a large one.

        Raises StorageUnavailable.
        """
        store = ObjectStore(source.bucket)
        there = store.get(source.manifest)
        if there is not None:
            self._send_parts(source, Manifest.read(there))
            return
        try:
            self._begin(store, source, message)
        except UnusableInput as error:
            _put_unusable(store, source, source.manifest, error)
        except (ObjectChanged, ObjectGone) as error:
            _put_unusable(store, source, source.missed(), _told(error))

    def read_part(self, part: PartMessage) -> None:
        """Put the results of a part, unless they are there. Raises StorageUnavailable."""
        source, kind, number, span = part
        store = ObjectStore(source.bucket)
        if store.has(source.part(number)):
            return
        key, place = source.part(number), Place(first=span.first, drawings=span.drawings)
        try:
            results = list(self._answer(read_drawings(_open(store, source), kind, span)))
        except UnusableInput as error:
            results = [Result(place, failure(error))]
        except (ObjectChanged, ObjectGone) as error:
            key, results = source.missed(number), [Result(place, failure(_told(error)))]
        store.put_once(key, _lines(source, results))

    def finish(self) -> list[str]:
        """Read what was kept, together; return the messages whose inputs could not be done."""
        kept, self._kept = self._kept, []
        failed = []
        try:
            results = self._answer(asked for each in kept for asked in each.drawings)
            answered = [[next(results) for _ in each.drawings] for each in kept]
        except Exception:
            logger.exception("%d inputs come again", len(kept))
            return [each.message for each in kept]
        for each, of in zip(kept, answered, strict=True):
            try:
                _put(ObjectStore(each.source.bucket), each.source, each.manifest, of)
            except Exception:
                logger.exception("%s comes again", each.source.key)
                failed.append(each.message)
        return failed

    def _begin(self, store: ObjectStore, source: Source, message: str) -> None:
        plan = Plan.of(_open(store, source), source.size)
        manifest = Manifest.of(source, plan)
        if manifest.spans:
            store.put_once(source.manifest, manifest.line())
            # Another delivery may have come first, and then its manifest counts.
            self._send_parts(source, Manifest.read(store.get(source.manifest) or manifest.line()))
            return
        drawings = read_drawings(_open(store, source), plan.kind, plan.spans[0])
        if plan.inputs <= FEW:
            self._kept.append(_Kept(message, source, manifest, list(drawings)))
        else:
            _put(store, source, manifest, self._answer(drawings))

    def _send_parts(self, source: Source, manifest: Manifest) -> None:
        if manifest.kind and manifest.spans:
            kind = manifest.kind
            self._send(
                PartMessage(source, kind, number, span).body()
                for number, span in enumerate(manifest.spans, 1)
            )

    def _answer(self, drawings: Iterable[Asked]) -> Iterator[Result]:
        return answer_all(self._recognizer, drawings)


def _open(store: ObjectStore, source: Source) -> BinaryIO:
    return store.open(source.key, source.etag, source.size)


def _put(store: ObjectStore, source: Source, manifest: Manifest, results: Iterable[Result]) -> None:
    store.put_once(source.manifest, manifest.line() + _lines(source, results))


def _put_unusable(store: ObjectStore, source: Source, key: str, error: UnusableInput) -> None:
    """Put the one result of an input as a whole."""
    told = Result({}, failure(error)).line(source.key)
    store.put_once(key, Manifest.of_unusable(source).line() + told)


def _lines(source: Source, results: Iterable[Result]) -> bytes:
    return b"".join(result.line(source.key) for result in results)


def _told(error: ObjectChanged | ObjectGone) -> UnusableInput:
    """Return what a result says of an object that is not there as it was announced."""
    return InputGone() if isinstance(error, ObjectGone) else InputChanged()
