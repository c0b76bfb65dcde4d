"""One process that fuzzes one target, led by what its inputs cover (atheris, libFuzzer).

    .venv-fuzz/bin/python -m bench.fuzz.fuzzer TARGET FOLDER [libFuzzer's options]

It goes on after what it finds, which it keeps in the folder with its corpus and its count.
"""

import importlib
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import atheris

from bench.fuzz.yard import CORPUS, COUNT, Yard

DICTIONARIES = Path(__file__).parent / "dictionaries"
WORSE = 1.1  # times what was the most so far is kept
# Pillow imports its parts when it meets them, too late to be instrumented.
PILLOW = ("Image", "ImageFile", "ImageOps", "PngImagePlugin", "JpegImagePlugin", "WebPImagePlugin")

with atheris.instrument_imports(include=["chalicelib", "PIL"]):
    for part in PILLOW:
        importlib.import_module(f"PIL.{part}")
    from bench.fuzz.targets import TARGETS, Target
    from bench.fuzz.trial import Peak, Surprise, prices


def main() -> None:
    """Fuzz until libFuzzer's options say that it is enough; never returns."""
    name, folder, *options = sys.argv[1:]
    target, yard = TARGETS[name], Yard(Path(folder))
    if target.dictionary:
        options.append(f"-dict={DICTIONARIES / target.dictionary}.dict")
    corpora = [str(yard.corpus), str(CORPUS / name)]
    arguments = [
        f"-artifact_prefix={yard.surprises}/",
        f"-max_len={target.max_bytes}",
        *options,
        *([] if any(option.startswith("-merge") for option in options) else corpora),
    ]
    itself = f"{sys.executable} -m bench.fuzz.fuzzer {name} {folder}"  # what -merge starts
    atheris.Setup([itself, *arguments], trier(target, yard))
    atheris.Fuzz()


def trier(target: Target, yard: Yard) -> Callable[[bytes], None]:
    """Return what tries an input, counts it and keeps it where it is worth that."""
    peak, counter = Peak(), yard.counter()
    count, worst_ms, worst_mb = yard.runs, 0.0, 0.0

    def try_input(data: bytes) -> None:
        nonlocal count, worst_ms, worst_mb
        count += 1
        COUNT.pack_into(counter, 0, count)
        try:
            parted = zlib.crc32(data) % target.parted == 0
            for price in prices(target, data, peak, parted=parted):
                if price.time_ms > WORSE * worst_ms or price.memory_mb > WORSE * worst_mb:
                    yard.keep_costly(data)
                    worst_ms = max(worst_ms, price.time_ms)
                    worst_mb = max(worst_mb, price.memory_mb)
        except Surprise as surprise:
            yard.keep_surprise(surprise.place, str(surprise), data)

    return try_input


if __name__ == "__main__":
    main()
