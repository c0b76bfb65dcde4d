"""The least that a function with this model costs: imports, the model opened, one run.

Runs under awslambdaric beside the packaged numpy and onnxruntime; bench/cold.py measures it.
"""

import os
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort

options = ort.SessionOptions()
options.intra_op_num_threads = 1
options.inter_op_num_threads = 1
session = ort.InferenceSession(
    Path(os.environ["MODEL"]).read_bytes(), options, providers=["CPUExecutionProvider"]
)
PICTURE = np.zeros((1, 1, 28, 28), np.float32)


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001 - Lambda gives both
    """Run the model once."""
    logits = session.run(["logits"], {"pictures": PICTURE})[0]
    return {"statusCode": 200, "headers": {}, "body": str(int(logits.argmax()))}
