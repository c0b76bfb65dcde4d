"""The fuzzer's corpus, without the fuzzer; and that what it looks for is seen."""

import time
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.fuzz import chunks
from bench.fuzz.largest import largest_inputs
from bench.fuzz.rounds import PYTHON, fuzz_once
from bench.fuzz.targets import TARGETS, Target
from bench.fuzz.trial import MOST_MB, MOST_MS, Peak, Surprise, measured, prices, try_once
from bench.fuzz.yard import CORPUS, Yard, corpus_of
from chalicelib.errors import InvalidImage, StorageUnavailable
from chalicelib.recognition.drawing import Drawing
from chalicelib.recognition.images import decode_image
from tests.http.bodies import image

MOST_CORPUS_BYTES = 300_000
SEED = 11  # of libFuzzer's chance
BLOCK_BYTES = 24_000_000


@pytest.fixture(scope="module")
def peak() -> Peak:
    return Peak()


@pytest.mark.parametrize("name", TARGETS)
def test_no_input_that_reached_anything_new_fails(name: str, peak: Peak) -> None:
    tried = (
        try_once(parse, path.read_bytes(), peak, parted=True)
        for path in corpus_of(name)
        for parse in TARGETS[name].parses
    )
    found = [price for price in tried if price]
    assert found
    assert max(price.memory_mb for price in found) <= MOST_MB


def test_the_largest_that_the_limits_let_in_are_accepted() -> None:
    found = {name: parse(data) for name, parse, data in largest_inputs()}
    assert len(found) == len(list(largest_inputs()))


def test_the_corpus_stays_small() -> None:
    sizes = [path.stat().st_size for path in CORPUS.rglob("*") if path.is_file()]
    assert 0 < sum(sizes) <= MOST_CORPUS_BYTES


def warn() -> None:
    warnings.warn("odd", RuntimeWarning, stacklevel=1)


def recurse() -> None:
    recurse()


def lose() -> None:
    raise StorageUnavailable("put")


def overflow() -> None:
    raise MemoryError


@pytest.mark.parametrize("fail", [warn, recurse, lose, overflow])
def test_what_is_no_refusal_is_a_surprise(fail: Callable[[], None], peak: Peak) -> None:
    with pytest.raises(Surprise) as caught:
        list(prices(target(fail), image(), peak))
    assert Path(__file__).name in caught.value.place


def test_a_refusal_is_none(peak: Peak) -> None:
    def refuse() -> None:
        raise InvalidImage("it is damaged")

    assert not list(prices(target(refuse), image(), peak))


def test_time_and_memory_are_seen(peak: Peak) -> None:
    def spin() -> None:
        until_s = time.process_time() + 1.5 * MOST_MS / 1000
        while time.process_time() < until_s:
            pass

    def take() -> None:
        bytearray(BLOCK_BYTES)[:] = bytes(BLOCK_BYTES)

    assert measured(target(spin).parses[0], image(), peak).time_ms > MOST_MS
    assert measured(target(take).parses[0], image(), peak).memory_mb > MOST_MB


def test_bare_chunks_become_the_same_png() -> None:
    packed = chunks.packed(chunks.bare(image()))
    assert (decode_image(packed).ink == decode_image(image()).ink).all()


def test_what_failed_is_kept_once_for_each_place(tmp_path: Path) -> None:
    yard = Yard(tmp_path)
    for data in (b"one", b"other"):
        yard.keep_surprise("KeyError, images.py:1", "a traceback", data)
    assert [path.read_bytes() for path in yard.failures()] == [b"one"]


@pytest.mark.skipif(not PYTHON.exists(), reason="fuzzing needs its environment: make fuzz-env")
def test_fuzzing_goes_on_where_it_was_stopped(tmp_path: Path) -> None:
    yard, runs = Yard(tmp_path), 200
    for done in (1, 2):
        assert fuzz_once("base64", yard, runs, SEED)
        assert yard.runs >= done * runs
    assert list(yard.inputs())
    assert not yard.failures()


def target(act: Callable[[], None]) -> Target:
    """Return a target that does something and then decodes an image."""

    def parse(data: bytes) -> Drawing:
        act()
        return decode_image(data)

    return Target((parse,), 1, len(image()), 1, None)
