"""What a model says of itself and of pictures, as the protocol's JSON."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from chalicelib.http.inference.request import InferRequest
from chalicelib.http.inference.tensors import INPUTS, LABELS, OUTPUTS, PROBABILITIES, STATUS
from chalicelib.recognition.drawing import Box, Points
from chalicelib.recognition.heads import Variant
from chalicelib.recognition.normalise import SIDE_PX
from chalicelib.recognition.recognizer import decide

PLATFORM = "onnx_onnxv1"  # the protocol's name for a model in ONNX
ANY = -1
WHOLE = Box(0.0, 0.0, float(SIDE_PX), float(SIDE_PX))


def metadata_json(name: str, versions: Sequence[str], variant: Variant) -> dict[str, Any]:
    """Return the metadata of a model: its versions, and the tensors that it takes and gives."""
    inputs = [
        {"name": kind.name, "datatype": kind.datatype, "shape": list(kind.shape)}
        for kind in INPUTS.values()
    ]
    return {
        "name": name,
        "versions": list(versions),
        "platform": PLATFORM,
        "inputs": inputs,
        "outputs": [_output_json(output, ANY, variant) for output in OUTPUTS],
    }


def inference_json(
    name: str, variant: Variant, asked: InferRequest, probabilities: Points
) -> dict[str, Any]:
    """Return the answer to a request, all data flat.

    probabilities: what the variant makes of each picture, shape (n, k + 1), the last for none.
    """
    digits = [
        decide(p, variant.entry, 1, WHOLE, picture)
        for p, picture in zip(probabilities, asked.pictures, strict=True)
    ]
    data: dict[str, list[Any]] = {
        PROBABILITIES: _shortest(probabilities),
        LABELS: [digit.label for digit in digits],
        STATUS: [digit.status.value for digit in digits],
    }
    return {
        "model_name": name,
        "model_version": variant.version,
        **({} if asked.id is None else {"id": asked.id}),
        "outputs": [
            _output_json(output, len(digits), variant) | {"data": data[output]}
            for output in asked.outputs
        ],
    }


def _output_json(output: str, count: int, variant: Variant) -> dict[str, Any]:
    """Return name, datatype and shape of an output for so many pictures."""
    columns = [len(variant.entry.labels) + 1] if output == PROBABILITIES else []
    return {"name": output, "datatype": OUTPUTS[output], "shape": [count, *columns]}


def _shortest(numbers: Points) -> list[float]:
    """Return numbers of float32, with as few digits as tell them from all others of it."""
    return [float(text) for text in numbers.astype(np.float32).ravel().astype(str)]
