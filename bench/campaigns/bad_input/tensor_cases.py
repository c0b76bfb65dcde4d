"""What clients of the Open Inference Protocol may get wrong, each beside its answer."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from bench.campaigns.bad_input.cases import AS_JSON, Case
from chalicelib.limits import MAX_BODY_BYTES, MAX_TENSOR_PICTURES
from chalicelib.recognition.normalise import SIDE_PX

MODEL = "/v2/models/cnn"
INFER = f"{MODEL}/infer"
PIXELS = SIDE_PX**2
PICTURE: dict[str, Any] = {
    "name": "pictures",
    "shape": [1, SIDE_PX, SIDE_PX],
    "datatype": "FP32",
    "data": [0.5] * PIXELS,
}
IMAGE: dict[str, Any] = {
    "name": "images",
    "shape": [8, 9],
    "datatype": "UINT8",
    "data": [0, 255, 7] * 24,
}
SOUND: dict[str, Any] = {"inputs": [PICTURE]}
WRONG_METHODS = (
    ("POST", "/v2"),
    ("DELETE", "/v2/health/live"),
    ("POST", "/v2/health/ready"),
    ("PUT", MODEL),
    ("POST", f"{MODEL}/ready"),
    ("GET", INFER),
)


class TensorRow(NamedTuple):
    """A request, the status of its answer, and what the text of the error holds."""

    case: Case
    status: int
    text: str


def tensor_table() -> Iterator[TensorRow]:
    """Yield every row."""
    yield from _address_rows()
    yield from _body_rows()
    yield from _member_rows()
    yield from _tensor_rows()
    yield from _data_rows()


def tensor_cases() -> Iterator[Case]:
    """Yield the requests of every row, and some that are sound."""
    yield from (row.case for row in tensor_table())
    for name, fields in {
        "sound": SOUND,
        "both inputs": {"inputs": [IMAGE, PICTURE]},
        "one output": SOUND | {"outputs": [{"name": "labels"}]},
        "the model's name": SOUND | {"model_name": "cnn"},
        "an id": SOUND | {"id": "\u202e'\";--"},
    }.items():
        yield Case(name, "POST", INFER, _json(fields), AS_JSON, frozenset({"200"}))


def _json(fields: object) -> bytes:
    return json.dumps(fields, ensure_ascii=False).encode()


def _row(
    name: str,
    status: int,
    text: str,
    *,
    method: str = "POST",
    path: str = INFER,
    body: bytes = b"",
    headers: Mapping[str, str] = AS_JSON,
) -> TensorRow:
    expected = frozenset({str(status)})
    return TensorRow(Case(f"{status}: {name}", method, path, body, headers, expected), status, text)


def _refused(name: str, text: str, fields: Mapping[str, Any]) -> TensorRow:
    """Return the row of a body that is an object with something wrong in it."""
    return _row(name, 400, text, body=_json(fields))


def _input(
    case: str, text: str, /, *, of: Mapping[str, Any] = PICTURE, **members: object
) -> TensorRow:
    """Return the row of a single input, some of its members put over a sound one's."""
    return _refused(case, text, {"inputs": [dict(of) | members]})


def _address_rows() -> Iterator[TensorRow]:
    for suffix in ("", "/ready"):
        path = f"/v2/models/oracle{suffix}"
        yield _row(path, 404, "there are cnn, perceptron", method="GET", path=path)
        path = f"{MODEL}/versions/1{suffix}"
        yield _row(path, 404, "no such version of cnn", method="GET", path=path)
    for path in ("/v2/models/oracle/infer", f"{MODEL}/versions/1/infer", "/v2/models/all/infer"):
        yield _row(path, 404, "There is no", path=path, body=_json(SOUND))
    for path in ("/v2/recognize", "/v2/models", "/v2/models/cnn/explain", "/v2/a/b/c/d"):
        yield _row(path, 404, "no such address", path=path)
    for method, path in WRONG_METHODS:
        yield _row(f"{method} {path}", 405, "is not allowed here", method=method, path=path)


def _body_rows() -> Iterator[TensorRow]:
    sound = _json(SOUND)
    yield _row("a byte too many", 413, "at most", body=sound.ljust(MAX_BODY_BYTES + 1))
    for kind in ("text/plain", "application/octet-stream", "image/png"):
        yield _row(kind, 415, "application/json", body=sound, headers={"Content-Type": kind})
    binary = {"Inference-Header-Content-Length": str(len(sound))}
    yield _row("a binary tensor", 400, "binary_data=False", body=sound, headers=binary)
    for text in (b"", b"{", b'{"inputs": [NaN]}', b'{"id": "1", "id": "2"}'):
        yield _row(repr(text), 400, "not valid JSON", body=text)
    yield _row("deep", 400, "nests deeper", body=b"[" * 100_000)
    for text in (b"[]", b"null", b'"inputs"'):
        yield _row(repr(text), 400, "must be a JSON object", body=text)


def _member_rows() -> Iterator[TensorRow]:
    yield _refused("an unknown member", "/data: ", SOUND | {"data": []})
    given: object
    for given in (7, None, "x" * 201):
        yield _refused(f"id {given!r}", "/id: ", SOUND | {"id": given})
    for given in ("perceptron", "", 7, None):
        yield _refused(f"model_name {given!r}", "/model_name: ", SOUND | {"model_name": given})
    for given in (None, [], "fast"):
        yield _refused(f"parameters {given!r}", "/parameters: ", SOUND | {"parameters": given})
    yield _refused("an object", "/parameters/a: ", SOUND | {"parameters": {"a": {}}})
    inputs: object
    for inputs in (None, [], {}, [PICTURE, IMAGE, PICTURE]):
        yield _refused(f"{str(inputs)[:20]} as inputs", "/inputs: ", {"inputs": inputs})
    yield _refused("no inputs", "/inputs: ", {})
    yield _refused("an input twice", "/inputs/1: ", {"inputs": [PICTURE, PICTURE]})
    yield _refused("a number as input", "/inputs/0: ", {"inputs": [7]})
    outputs: object
    for outputs in (None, {}, "labels"):
        yield _refused(f"outputs {outputs!r}", "/outputs: ", SOUND | {"outputs": outputs})
    for name in ("logits", 7, None, ["labels"]):
        asked = {"outputs": [{"name": "labels"}, {"name": name}]}
        yield _refused(f"the output {name!r}", "/outputs/1/name: ", SOUND | asked)
    twice = {"outputs": [{"name": "labels"}, {"name": "labels"}]}
    yield _refused("an output twice", "each once", SOUND | twice)
    counted = {"outputs": [{"name": "probabilities", "parameters": {"classification": 3}}]}
    yield _refused("classification", "/outputs/0/parameters/classification: ", SOUND | counted)


def _tensor_rows() -> Iterator[TensorRow]:
    for name in ("input", "Pictures", 7, None, ["pictures"]):
        yield _input(f"the name {name!r}", "pictures or images", name=name)
    for datatype in ("UINT8", "fp32", "FP64", None, 32):
        yield _input(f"the datatype {datatype!r}", "is FP32", datatype=datatype)
    yield _input("images of FP32", "is UINT8", of=IMAGE, datatype="FP32")
    yield _input("an unknown member", "/inputs/0/values: ", values=[])
    no_data = {name: value for name, value in PICTURE.items() if name != "data"}
    yield _refused("no data", "/inputs/0/data: ", {"inputs": [no_data]})
    shapes: tuple[object, ...] = (None, [], [PIXELS], [1, PIXELS], [1, 2, 28, 28], [0, 28, 28])
    shapes += ([-1, 28, 28], [1.0, 28, 28], [True, 28, 28], [1, 28, 27], [1, 1, 1, 28, 28], "1")
    for shape in shapes:
        yield _input(f"the shape {shape}", "/inputs/0/shape: The shape of", shape=shape)
    for shape in ([7, 9], [8, 7], [1, 8, 1025], [2, 2, 8, 9]):
        yield _input(f"images of {shape}", "sides from 8 to 1024", of=IMAGE, shape=shape)
    for count in (MAX_TENSOR_PICTURES + 1, 10**300):
        yield _input("too many", f"At most {MAX_TENSOR_PICTURES}", shape=[count, 28, 28])
    most = PICTURE | {"shape": [MAX_TENSOR_PICTURES, 28, 28], "data": [0] * 128 * PIXELS}
    both = {"inputs": [most, IMAGE]}
    yield _refused("too many in all", f"At most {MAX_TENSOR_PICTURES}", both)
    binary = {"binary_data_size": PIXELS * 4}
    yield _input("binary data", "/inputs/0/parameters/binary_data_size: ", parameters=binary)


def _data_rows() -> Iterator[TensorRow]:
    data: object
    for data in (None, 7, "AAAA", {}):
        yield _input(f"data {data!r}", "/inputs/0/data: data must be an array", data=data)
    for count in (0, 1, PIXELS - 1, PIXELS + 1):
        yield _input(f"{count} elements", f"takes {PIXELS} elements", data=[0] * count)
    rows = [[0.0] * SIDE_PX for _ in range(SIDE_PX)]
    yield _input("a dimension too few", "must have the shape [1, 28, 28]", data=rows)
    yield _input("a short row", "must have the shape", data=[[*rows[1:], rows[0][1:]]])
    yield _input("half nested", "must have the shape", data=[[*rows[1:], 0.0]])
    for element in (-0.001, 1.001, 1e39, 10**400, True, "0.5", None, [0.5]):
        flat = [*PICTURE["data"][1:], element]
        text = f"/data/{PIXELS - 1}: An element"
        yield _input(f"the element {str(element)[:9]}", text, data=flat)
    nested = [[*rows[1:], [*rows[0][1:], 2]]]
    yield _input("a nested element", "/inputs/0/data/0/27/27: An element", data=nested)
    for element in (-1, 256, 1.0, 0.5, False):
        flat = [*IMAGE["data"][1:], element]
        text = "/data/71: An element of images must be an integer from 0 to 255"
        yield _input(f"the level {element}", text, of=IMAGE, data=flat)
    yield _input("no ink", "Image 0 holds no ink", of=IMAGE, data=[0] * 72)
