"""The protocol's addresses and objects, for the OpenAPI document."""

from chalicelib.http.components import header, parameter
from chalicelib.http.examples import INFERENCE_EXAMPLES
from chalicelib.http.inference.tensors import INPUTS, OUTPUTS
from chalicelib.http.json_schema import TEXT, Schema, array, closed_object, one_of
from chalicelib.http.problems import (
    INTERNAL,
    PROBLEM_TYPE,
    RATE_LIMITED,
    TO_BE_TRIED_AGAIN,
    UNAVAILABLE,
)
from chalicelib.http.requests import JSON_TYPE
from chalicelib.limits import MAX_ID_CHARACTERS, MAX_TENSOR_PICTURES

GATEWAY_REFUSES = (RATE_LIMITED.status, UNAVAILABLE.status)  # and the API none of them, mostly
EITHER_REFUSES = (400, 413)  # what the gateway makes nothing of, the API does not see


def inference_paths() -> Schema:
    """Return the protocol's paths."""
    paths = {
        "/v2": {"get": _get("The server", "showServer", "ServerMetadata")},
        "/v2/health/live": {"get": _get("Says that the server answers", "showLive", "ServerLive")},
        "/v2/health/ready": {
            "get": _get("Says that every model is open", "showReady", "ServerReady")
        },
    }
    for suffix, path, of in (
        ("", "/v2/models/{name}", _MODEL),
        ("Version", "/v2/models/{name}/versions/{version}", _VERSION),
    ):
        shown = _get("A model's tensors", f"showTensors{suffix}", "ModelMetadata", 404)
        ready = _get("Says that a model is open", f"showModelReady{suffix}", "ModelReady", 404)
        paths[path] = {"get": shown | of}
        paths[f"{path}/ready"] = {"get": ready | of}
        paths[f"{path}/infer"] = {"post": _infer(f"infer{suffix}") | of}
    return paths


def _get(summary: str, name: str, schema: str, *refusals: int) -> Schema:
    statuses = sorted({*refusals, INTERNAL.status, *GATEWAY_REFUSES})
    responses = {"200": _answer("The answer.", {JSON_TYPE: schema})}
    responses |= {str(status): _refusal(status) for status in statuses}
    return {
        "tags": ["inference"],
        "summary": summary,
        "operationId": name,
        "responses": responses,
    }


def _infer(name: str) -> Schema:
    operation = _get("Run a model on tensors", name, "InferenceResponse", 400, 404, 413, 415)
    content = {JSON_TYPE: {"schema": one_of("InferenceRequest"), "examples": INFERENCE_EXAMPLES}}
    failed = _refusal(UNAVAILABLE.status, is_ours=True)  # a candidate has failed
    operation["responses"][str(UNAVAILABLE.status)] = failed
    return operation | {"requestBody": {"required": True, "content": content}}


def _refusal(status: int, *, is_ours: bool = False) -> Schema:
    """Return what is documented of a status other than 200.

    is_ours: the API answers so, too, where mostly the gateway alone does.
    """
    is_ours = is_ours or status not in GATEWAY_REFUSES
    content = {JSON_TYPE: "InferenceError"} if is_ours else {}
    if status in (*GATEWAY_REFUSES, *EITHER_REFUSES):
        content[PROBLEM_TYPE] = "Problem"
    answer = _answer("What is wrong.", content)
    if status in TO_BE_TRIED_AGAIN:
        answer["headers"]["Retry-After"] = header("RetryAfter")
    return answer


def _answer(description: str, schemas: dict[str, str]) -> Schema:
    """Return an answer with a named schema for each media type."""
    return {
        "description": description,
        "headers": {"X-Request-Id": header("RequestId")},
        "content": {kind: {"schema": one_of(name)} for kind, name in schemas.items()},
    }


_MODEL = {"parameters": [parameter("ModelName")]}
_VERSION = {"parameters": [parameter("ModelName"), parameter("ModelVersion")]}
_TRUE: Schema = {"type": "boolean", "const": True}
_SHAPE = array({"type": "integer", "minimum": 1}, 1)
_PARAMETERS: Schema = {
    "type": "object",
    "additionalProperties": {"type": ["string", "number", "boolean"]},
    "description": "Plain values, without effect.",
}
_OUTPUT: Schema = TEXT | {"enum": list(OUTPUTS)}
_METADATA: Schema = {
    "name": TEXT,
    "datatype": TEXT,
    "shape": array({"type": "integer"}, 1) | {"description": "-1 for any size."},
}

INFERENCE_SCHEMAS: Schema = {
    "ServerLive": closed_object({"live": _TRUE}),
    "ServerReady": closed_object({"live": _TRUE, "ready": _TRUE}),
    "ServerMetadata": closed_object({"name": TEXT, "version": TEXT, "extensions": array(TEXT)}),
    "ModelReady": closed_object({"name": TEXT, "ready": _TRUE}),
    "TensorMetadata": closed_object(_METADATA),
    "ModelMetadata": closed_object(
        {
            "name": TEXT,
            "versions": array(TEXT, 1) | {"description": "The first answers unless asked."},
            "platform": TEXT,
            "inputs": array(one_of("TensorMetadata"), 1),
            "outputs": array(one_of("TensorMetadata"), 1),
        }
    ),
    "InferenceInput": closed_object(
        {
            "name": TEXT | {"enum": list(INPUTS)},
            "shape": _SHAPE,
            "datatype": TEXT | {"enum": [kind.datatype for kind in INPUTS.values()]},
            "parameters": _PARAMETERS,
            "data": {"type": "array", "items": {}, "description": "Numbers, flat or nested."},
        },
        "parameters",
    )
    | {
        "description": "pictures, FP32 [n, 28, 28] from 0 to 1 = ink: what a network sees, as it "
        "is. images, UINT8 [n, height, width] from 0 to 255 = ink: each is normalised first."
    },
    "InferenceRequestedOutput": closed_object(
        {"name": _OUTPUT, "parameters": _PARAMETERS}, "parameters"
    ),
    "InferenceRequest": closed_object(
        {
            "id": TEXT | {"maxLength": MAX_ID_CHARACTERS, "description": "Returned as it is."},
            "model_name": TEXT | {"description": "That of the address; KServe's client sends it."},
            "parameters": _PARAMETERS,
            "inputs": array(one_of("InferenceInput"), 1, len(INPUTS))
            | {"description": f"Each once, at most {MAX_TENSOR_PICTURES} pictures in all."},
            "outputs": array(one_of("InferenceRequestedOutput"), 0, len(OUTPUTS))
            | {"description": "Those to be returned; all where none is named."},
        },
        "id",
        "model_name",
        "parameters",
        "outputs",
    ),
    "InferenceOutput": closed_object(
        {
            "name": _OUTPUT,
            "datatype": TEXT | {"enum": sorted(set(OUTPUTS.values()))},
            "shape": _SHAPE,
            "data": array({"type": ["number", "string"]}, 1) | {"description": "Flat."},
        }
    ),
    "InferenceResponse": closed_object(
        {
            "model_name": TEXT,
            "model_version": TEXT,
            "id": TEXT,
            "outputs": array(one_of("InferenceOutput"), 1),
        },
        "id",
    ),
    "InferenceError": closed_object({"error": TEXT}),
}
