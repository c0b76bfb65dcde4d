"""Reads files in bulk with all cores; what was stopped goes on where it was.

The results of each task are a file of their own in a folder beside what becomes the whole; once
all are there they are put together, in the order of the inputs, and the folder goes.
"""

import fcntl
import os
import shutil
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

from chalicelib.batch.answers import answer_all
from chalicelib.batch.drawings import Asked, Place, read_drawings
from chalicelib.batch.errors import InputChanged, InputGone, InputUnreadable, UnusableInput
from chalicelib.batch.plan import Plan
from chalicelib.recognition.recognizer import Recognizer
from chalicelib.recognition.registry import ModelRegistry
from export.batch.results_file import count_unread
from export.batch.tasks import Piece, Task
from export.errors import BatchBroken, InvalidOption
from export.files import write_whole

LOCK = "lock"
AHEAD = 2  # tasks a process that wait for it, so that none idles

_reader: Recognizer  # of this process, once it has one

Progress = Callable[[int], None]  # told of each task how many drawings it had


def work_folder(out: Path) -> Path:
    """Return the folder that holds what is done until all is."""
    return out.with_name(out.name + ".work")


def run_tasks(
    tasks: Iterable[Task], out: Path, models: Path, processes: int, progress: Progress
) -> int:
    """Read all tasks and write their results, one line a drawing; return how many are not read.

    Raises InvalidOption where another run writes the same, BatchBroken, OSError.
    """
    folder = work_folder(out)
    with _locked(folder, out), _pool(models, processes) as pool:
        try:
            names = _run_all(pool, tasks, folder, processes * AHEAD, progress)
        except BrokenProcessPool as error:
            raise BatchBroken from error
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
        unread = _put_together([folder / name for name in names], out)
        shutil.rmtree(folder)
        return unread


def default_processes() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def _locked(folder: Path, out: Path) -> Iterator[None]:
    """Make the folder and keep it for this run. Raises InvalidOption where another one has it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise InvalidOption(f"--out {out}: another run is writing it") from error
        yield


def _pool(models: Path, processes: int) -> ProcessPoolExecutor:
    # Each process computes on one thread; to fork one that has opened a model is not safe.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    return ProcessPoolExecutor(processes, get_context("spawn"), _open_models, (models,))


def _run_all(
    pool: ProcessPoolExecutor, tasks: Iterable[Task], folder: Path, most: int, progress: Progress
) -> list[str]:
    """Run what is not done yet, with at most so many tasks handed out; return all names."""
    names: list[str] = []
    waiting: set[Future[int]] = set()
    for task in tasks:
        names.append(task.name)
        if (folder / task.name).exists():
            progress(task.drawings)
            continue
        if len(waiting) >= most:
            waiting = _collect(waiting, progress)
        with _interrupts_held():  # submit starts processes
            waiting.add(pool.submit(_run, task, folder))
    while waiting:
        waiting = _collect(waiting, progress)
    return names


def _collect(waiting: set[Future[int]], progress: Progress) -> set[Future[int]]:
    done, left = wait(waiting, return_when=FIRST_COMPLETED)
    for future in done:
        progress(future.result())
    return left


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Hold Ctrl-C back; a process that is started meanwhile does so until it is ready for it."""
    came: list[int] = []
    # Here the mask is not enough: a thread of a library's takes the signal, and Python hears of it.
    handler = signal.signal(signal.SIGINT, lambda number, _: came.append(number))
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT,))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        signal.signal(signal.SIGINT, handler)
        if came:
            signal.raise_signal(signal.SIGINT)


def _open_models(models: Path) -> None:
    global _reader  # noqa: PLW0603 - what a process of a pool has, it has as a global
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # it ends without a word; the parent says it
    signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGINT,))
    _reader = Recognizer(ModelRegistry.load(models))


def _run(task: Task, folder: Path) -> int:
    """Read one task in a process of the pool; return how many drawings it had."""
    keys: list[str] = []

    def drawings() -> Iterator[Asked]:
        for piece in task.pieces:
            for asked in read_piece(piece):
                keys.append(piece.key)
                yield asked

    results = list(answer_all(_reader, drawings()))
    lines = [result.line(key) for key, result in zip(keys, results, strict=True)]
    write_whole(folder / task.name, b"".join(lines))
    return task.drawings


def read_piece(piece: Piece) -> Iterator[Asked]:
    """Yield the drawings of a piece; where they cannot be read, why, for all that are left."""
    first, left = piece.span.first, piece.span.drawings
    why: UnusableInput | OSError = InputChanged()  # it was cut short while it was read
    try:
        for asked in _drawings(piece):
            yield asked
            first = int(asked.place.get("line", asked.place.get("position", 0))) + 1
            left -= 1
    except (UnusableInput, OSError) as error:
        why = error
    if left:
        place: Place = {"first": first, "drawings": left} if piece.span.drawings > 1 else {}
        yield Asked(place, _told(why))


def _told(error: UnusableInput | OSError) -> UnusableInput:
    """Return what a result says of a file that cannot be read."""
    if isinstance(error, UnusableInput):
        return error
    if isinstance(error, FileNotFoundError):
        return InputGone()
    return InputUnreadable(error.strerror or str(error))


def _drawings(piece: Piece) -> Iterator[Asked]:
    """Yield the drawings of a piece. Raises UnusableInput, OSError."""
    with piece.path.open("rb") as file:
        if not piece.is_of(os.fstat(file.fileno())):
            raise InputChanged  # since it was cut into pieces
        kind = piece.kind or Plan.of(file, piece.size).kind
        yield from read_drawings(file, kind, piece.span)


def _put_together(parts: Iterable[Path], out: Path) -> int:
    """Write the whole from its parts, so that nobody ever reads half; count what is not read."""
    whole = out.with_name(out.name + ".part")
    unread = 0
    with whole.open("wb") as file:
        for part in parts:
            results = part.read_bytes()
            file.write(results)
            unread += count_unread(results)
        file.flush()
        os.fsync(file.fileno())
    whole.replace(out)
    return unread
