"""Warm requests in this process: an event of API Gateway to the app's answer.

    python -m bench.warm [--rounds 15]

Beside them, in turn, the bare onnxruntime call that reads one digit with the default model.
"""

import argparse
import json
import logging
import os
import time
from collections.abc import Callable

import numpy as np
import onnxruntime as ort
from chalice.local import LambdaContext

from bench.events import image_event, strokes_event
from bench.figures import Figure, Spread
from chalicelib.config import settings_from
from chalicelib.recognition.registry import ModelRegistry

RUNS = 200  # of each in a round
BARE = "bare"


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.warm", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--rounds", type=int, default=15, help="default: %(default)s")
    for figure in figures(parser.parse_args().rounds):
        print(figure)


def figures(rounds: int) -> list[Figure]:
    """Return how long strokes and a PNG take, in us."""
    logging.basicConfig(stream=open(os.devnull, "w"))  # noqa: PTH123, SIM115 - lines are made
    actions = {
        BARE: bare(),
        "strokes": request(strokes_event()),
        "image": request(image_event()),
    }
    times_us = measure(actions, rounds)
    floor = Spread.of(times_us[BARE])
    return [
        Figure(
            "warm recognize, strokes of one digit, event to response, in process",
            "us",
            Spread.of(times_us["strokes"]),
            floor,
            most_times=12,
            most=400,
        ),
        Figure(
            "the same with a 280 x 280 PNG", "us", Spread.of(times_us["image"]), floor, most=900
        ),
    ]


def measure(actions: dict[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Return the us of every single run, the actions in turn; the first round is left out.

    Single runs, because the median of means would count what a busy machine did in between.
    """
    times_us: dict[str, list[float]] = {name: [] for name in actions}
    for turn in range(-1, rounds):
        for name, action in actions.items():
            for _ in range(RUNS):
                started_ns = time.perf_counter_ns()
                action()
                if turn >= 0:
                    times_us[name].append((time.perf_counter_ns() - started_ns) / 1000)
    return times_us


def request(event_json: bytes) -> Callable[[], object]:
    """Return what sends an event through the app."""
    from app import app

    event = json.loads(event_json)
    context = LambdaContext("inkling", memory_size=1769)
    if app(event, context)["statusCode"] != 200:
        raise RuntimeError(f"The app refuses {event}")
    return lambda: app(event, context)


def bare() -> Callable[[], object]:
    """Return what runs the default model on one picture and nothing else."""
    registry = ModelRegistry.load(settings_from({}).models_directory)
    file = settings_from({}).models_directory / registry.entry(registry.default).file
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    session = ort.InferenceSession(file.read_bytes(), options)
    fed = {"pictures": np.zeros((1, 1, 28, 28), np.float32)}
    return lambda: session.run(["logits"], fed)


if __name__ == "__main__":
    main()
