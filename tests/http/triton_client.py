"""Asks a server through Triton's own client, whatever it is told to; .venv-clients has it.

    python triton_client.py HOST:PORT[/PATH] CONNECTIONS <asked.json >answers.json

asked: {"models": [[name, version], ...], "infer": [the arguments of a request, see `Asked`, ...]}
"""

import json
import sys
from typing import Any, TypedDict

import numpy as np
from tritonclient.http import InferenceServerClient, InferInput, InferRequestedOutput
from tritonclient.utils import InferenceServerException, triton_to_np_dtype


class Asked(TypedDict):
    """One request. version: empty for the model's choice. outputs: empty for all.

    binary: whether tensors go in binary, which is this client's own choice.
    """

    model: str
    version: str
    inputs: list[dict[str, Any]]
    outputs: list[str]
    id: str
    binary: bool


def main() -> None:
    """Run the command line."""
    asked = json.load(sys.stdin)
    with InferenceServerClient(sys.argv[1], concurrency=int(sys.argv[2])) as client:
        answers = {
            "live": client.is_server_live(),
            "ready": client.is_server_ready(),
            "server": _told(client.get_server_metadata),
            "models": [_told(client.get_model_metadata, *model) for model in asked["models"]],
            "models_ready": [client.is_model_ready(*model) for model in asked["models"]],
            "infer": [_told(_infer, client, each) for each in asked["infer"]],
            "infer_at_once": _infer_at_once(client, asked["infer"]),
        }
    json.dump(answers, sys.stdout)


def _told(ask: Any, *arguments: Any) -> Any:
    """Return what the client makes of an answer; of an error, its status and its text."""
    try:
        return ask(*arguments)
    except InferenceServerException as error:
        return {"status": error.status(), "error": error.message()}


def _infer(client: InferenceServerClient, asked: Asked) -> dict[str, Any]:
    return _result(client.infer(**_arguments(asked)))


def _infer_at_once(client: InferenceServerClient, asked: list[Asked]) -> list[Any]:
    """Send all requests before the first answer is waited for."""
    under_way = [client.async_infer(**_arguments(each)) for each in asked]
    return [_told(lambda each=each: _result(each.get_result())) for each in under_way]


def _arguments(asked: Asked) -> dict[str, Any]:
    inputs = []
    for tensor in asked["inputs"]:
        kind = triton_to_np_dtype(tensor["datatype"])
        values = np.array(tensor["data"], kind).reshape(tensor["shape"])
        found = InferInput(tensor["name"], tensor["shape"], tensor["datatype"])
        inputs.append(found.set_data_from_numpy(values, binary_data=asked["binary"]))
    outputs = [InferRequestedOutput(n, binary_data=asked["binary"]) for n in asked["outputs"]]
    return {
        "model_name": asked["model"],
        "model_version": asked["version"],
        "inputs": inputs,
        "outputs": outputs or None,
        "request_id": asked["id"],
    }


def _result(result: Any) -> dict[str, Any]:
    response = result.get_response()
    names = [output["name"] for output in response["outputs"]]
    return {
        "model": [response["model_name"], response["model_version"]],
        "id": response.get("id"),
        "outputs": {name: result.as_numpy(name).tolist() for name in names},
    }


if __name__ == "__main__":
    main()
