"""Starts the app's own parts on a folder of models, and compares what they answer."""

from collections.abc import Callable, Iterator
from pathlib import Path

from bench.campaigns.models.answers import answers_of, drawings
from bench.campaigns.models.verdict import Verdict
from chalicelib.config import FEEDBACK, MODELS, settings_from
from chalicelib.errors import UnusableModel
from chalicelib.learning.anchors import load_anchors
from chalicelib.recognition.manifest import MANIFEST
from chalicelib.recognition.recognizer import Recognizer
from chalicelib.wiring import Services
from export.command import MODELS_FOLDER

FILES = tuple(path.name for path in MODELS_FOLDER.iterdir())


class Starts:
    """Knows what the shipped models answer, and which sets lie beside them."""

    def __init__(self, no_feedback: Path) -> None:
        """no_feedback: a folder that is not there, so that no head is found in it."""
        self._no_feedback = no_feedback
        self._drawn = drawings()
        services = self._services(MODELS_FOLDER)
        self._names = services.recognizer.registry.names
        self._shipped = [part() for part in self._parts(services)]

    def judge(self, folder: Path) -> Verdict:
        """Start on a folder: each part must refuse by name, or answer as shipped."""
        path = folder / MANIFEST
        manifest = path.read_bytes() if path.exists() else b""
        verdicts = set()
        try:
            parts = self._parts(self._services(folder))
            for shipped in self._shipped:
                verdicts.add(_judge(next(parts), shipped, manifest))
        except UnusableModel as error:
            return _judge_refusal(error, manifest)
        except Exception:  # noqa: BLE001 - whatever it is, it is counted
            return Verdict.FAILED
        worst = [verdict for verdict in verdicts if verdict.is_bad]
        return min(worst or verdicts - {Verdict.UNCHANGED} or verdicts)

    def _services(self, folder: Path) -> Services:
        environ = {MODELS: str(folder), FEEDBACK: str(self._no_feedback)}
        return Services(settings_from(environ))

    def _parts(self, services: Services) -> Iterator[Callable[[], object]]:
        """Yield what is asked: the default model, every model, their gold and replay sets.

        Raises UnusableModel where it does not even start.
        """
        recognizer: Recognizer = services.recognizer
        yield lambda: answers_of(recognizer, self._drawn, recognizer.registry.default)
        yield lambda: answers_of(recognizer, self._drawn)
        for name in self._names:
            yield lambda name=name: _sets(recognizer, name)  # type: ignore[misc]  # its type has no default


def _judge(part: Callable[[], object], shipped: object, manifest: bytes) -> Verdict:
    try:
        return Verdict.UNCHANGED if part() == shipped else Verdict.SERVED
    except UnusableModel as error:
        return _judge_refusal(error, manifest)
    except Exception:  # noqa: BLE001 - whatever it is, it is counted
        return Verdict.FAILED


def _judge_refusal(error: UnusableModel, manifest: bytes) -> Verdict:
    """Look for a name in an error: of a published file, or one that the manifest gives."""
    named = any(file in str(error) for file in FILES) or error.file.encode() in manifest
    return Verdict.REFUSED if named else Verdict.UNNAMED


def _sets(recognizer: Recognizer, name: str) -> tuple[object, ...]:
    """Return all that an adaptation would take from the sets of a model."""
    return tuple(
        array.tobytes()
        for anchors in load_anchors(recognizer.registry, name)
        for array in (anchors.features, anchors.targets, anchors.weights, anchors.bias)
    )
