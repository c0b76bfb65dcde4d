"""What a client may ask of a model, checked member by member."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from chalicelib.errors import EmptyDrawing, InvalidField
from chalicelib.http.drawings import raster
from chalicelib.http.inference.tensors import (
    IMAGES,
    INPUTS,
    OUTPUTS,
    Tensor,
    parse_tensor,
    require_few,
)
from chalicelib.http.requests import (
    JSON_TYPE,
    media_type_of,
    parse_object,
    pointer_to,
    require_known,
)
from chalicelib.limits import MAX_ID_CHARACTERS
from chalicelib.recognition.drawing import Picture
from chalicelib.recognition.normalise import normalise

REQUEST_FIELDS = ("id", "model_name", "parameters", "inputs", "outputs")  # KServe sends model_name
INPUT_FIELDS = ("name", "shape", "datatype", "parameters", "data")
OUTPUT_FIELDS = ("name", "parameters")

# Triton's extension, which most clients use unless they are told not to.
BINARY_HEADER = "inference-header-content-length"
NO_BINARY = "Tensors are taken as JSON, not as binary data; clients call that binary_data=False."
# Parameters have no effect, so those are refused without which the answer would be another one.
UNHEARD = {
    "binary_data_size": NO_BINARY,
    "classification": "Classes are not counted out; ask for labels, or sort probabilities.",
    "shared_memory_region": "There is no memory to share; send the data.",
}


class InferRequest(NamedTuple):
    """Pictures for a model.

    pictures: array of shape (n, 28, 28), float32 in [0, 1], n >= 1, those of all inputs in turn.
    outputs: the names of the tensors asked for, in order.
    id: returned with the answer; None where none was given.
    """

    pictures: Picture
    outputs: tuple[str, ...]
    id: str | None


def parse_infer(headers: Mapping[str, str], body: bytes, model: str) -> InferRequest:
    """Return a request; its Content-Type may be left out, as clients do.

    headers: their names in lower case, or in any where a mapping takes any. model: whose address
    it was sent to. Raises UnsupportedMediaType, PayloadTooLarge, InvalidJson, JsonTooDeep,
    InvalidField.
    """
    if BINARY_HEADER in headers:
        raise InvalidField(None, NO_BINARY)
    media_type_of(headers.get("content-type") or JSON_TYPE, (JSON_TYPE,))
    fields = parse_object(body)
    require_known(fields, REQUEST_FIELDS)
    if fields.get("model_name", model) != model:
        raise InvalidField("/model_name", f"model_name must be that of the address, {model}.")
    _require_parameters(fields, "")
    outputs = _parse_outputs(fields.get("outputs", []))
    given = _parse_id(fields["id"]) if "id" in fields else None
    return InferRequest(_parse_inputs(fields.get("inputs")), outputs, given)


def _parse_id(value: object) -> str:
    if type(value) is not str or len(value) > MAX_ID_CHARACTERS:
        raise InvalidField("/id", f"id must be a string of at most {MAX_ID_CHARACTERS} characters.")
    return value


def _parse_inputs(value: object) -> Picture:
    """Return the pictures of all inputs, each of which may be given once."""
    if type(value) is not list or not 1 <= len(value) <= len(INPUTS):
        raise InvalidField("/inputs", f"inputs must be an array of {' or '.join(INPUTS)}, or both.")
    tensors: dict[str, Tensor] = {}
    for i, each in enumerate(value):
        pointer = f"/inputs/{i}"
        tensor = parse_tensor(_parse_object(each, INPUT_FIELDS, pointer), pointer)
        if tensor.kind.name in tensors:
            raise InvalidField(pointer, f"{tensor.kind.name} is given twice.")
        tensors[tensor.kind.name] = tensor
    require_few(sum(len(tensor.levels) for tensor in tensors.values()), "/inputs")
    return np.concatenate([_pictures(tensor) for tensor in tensors.values()])


def _pictures(tensor: Tensor) -> Picture:
    """Return the pictures of an input: as they are, or of images what is made of any drawing."""
    if tensor.kind is not IMAGES:
        return tensor.levels.astype(np.float32)
    pictures = []
    for at, levels in enumerate(tensor.levels):
        try:
            pictures.append(normalise(raster(levels)))
        except EmptyDrawing as error:
            raise InvalidField(f"{tensor.pointer}/data", f"Image {at} holds no ink.") from error
    return np.stack(pictures)


def _parse_outputs(value: object) -> tuple[str, ...]:
    """Return the names of the outputs asked for; all where none is."""
    if type(value) is not list:
        raise InvalidField("/outputs", "outputs must be an array.")
    names = [
        _parse_object(each, OUTPUT_FIELDS, f"/outputs/{i}").get("name")
        for i, each in enumerate(value)
    ]
    for i, name in enumerate(names):
        if name not in tuple(OUTPUTS) or name in names[:i]:
            known = ", ".join(OUTPUTS)
            raise InvalidField(f"/outputs/{i}/name", f"name must be one of {known}, each once.")
    return tuple(map(str, names)) or tuple(OUTPUTS)


def _parse_object(value: object, known: tuple[str, ...], pointer: str) -> dict[str, Any]:
    if type(value) is not dict:
        raise InvalidField(pointer, "A tensor must be an object.")
    require_known(value, known, pointer)
    _require_parameters(value, pointer)
    return value


def _require_parameters(fields: Mapping[str, Any], parent: str) -> None:
    """Raise InvalidField unless parameters are plain values, and none is one of UNHEARD."""
    parameters = fields.get("parameters", {})
    if type(parameters) is not dict:
        raise InvalidField(f"{parent}/parameters", "parameters must be an object.")
    for name, value in parameters.items():
        pointer = f"{parent}/parameters{pointer_to(name)}"
        if name in UNHEARD:
            raise InvalidField(pointer, UNHEARD[name])
        if type(value) not in (str, int, float, bool):
            raise InvalidField(pointer, "A parameter must be a string, a number, true or false.")
