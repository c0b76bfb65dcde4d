"""MNIST's test images get through `POST /v1/recognize` the answers that the manifest counts."""

import json
from pathlib import Path

import numpy as np
import pytest

from bench.transports import Transport
from chalicelib.recognition.drawing import InkDrawing
from chalicelib.recognition.manifest import ALL_MODELS
from chalicelib.recognition.recognizer import Recognizer
from chalicelib.recognition.registry import ModelRegistry
from export.evaluate import FIGURE
from export.mnist import load_mnist

JSON = {"Content-Type": "application/json"}
MNIST = Path(__file__).resolve().parents[3] / "shared" / "data" / "mnist"
MODELS = Path(__file__).resolve().parents[2] / "chalicelib" / "models"


def test_every_test_image_is_answered_as_the_manifest_counts(client: Transport) -> None:
    if not MNIST.is_dir():
        pytest.skip("needs MNIST in ../shared/data/mnist")
    digits = load_mnist(MNIST, "test")
    registry = ModelRegistry.load(MODELS)
    recognizer = Recognizer(registry)
    correct = dict.fromkeys(registry.names, 0)
    for picture, label in zip(digits.pictures, digits.labels, strict=True):
        body = {"pixels": picture.tolist(), "model": ALL_MODELS, "candidates": 1}
        answer = client.request("POST", "/v1/recognize", json.dumps(body).encode(), JSON).json
        drawing = InkDrawing(picture.astype(np.float32) / np.float32(255))
        direct = recognizer.recognize(drawing, model=ALL_MODELS, candidates=1, single=True)
        for through_http, reading in zip(answer["models"], direct, strict=True):
            found = through_http["digits"][0]["label"]
            assert found == reading.digits[0].label
            correct[reading.model] += found == str(label)
    figures = {name: registry.entry(name).figures[FIGURE]["correct"] for name in registry.names}
    assert correct == figures
