"""One ONNX model, opened and run. The one module that knows onnxruntime."""

import os
from typing import NamedTuple

import numpy as np

# Unless told otherwise before it is imported, onnxruntime keeps an id of this machine on its disk
# and reports to its maker over the network. Its own function for that comes too late.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import onnxruntime as ort

from chalicelib.errors import UnusableModel
from chalicelib.recognition.drawing import Picture

INPUT = "pictures"
OUTPUTS = ("logits", "features")
PICTURES_A_RUN = 128  # more take memory and, beyond the processor's cache, time


class Outputs(NamedTuple):
    """What a network says of n pictures.

    logits: array of shape (n, k), float32, one column a label and a last one for "none".
    features: array of shape (n, d), float32, with logits = features @ W + b.
    """

    logits: Picture
    features: Picture


class Classifier:
    """A network on one thread: a drawing is too small to share out."""

    def __init__(self, data: bytes, file: str) -> None:
        """Open a model from its bytes; `file` names it in errors. Raises UnusableModel."""
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session = ort.InferenceSession(data, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime's own classes are private and many
            raise UnusableModel(file, f"onnxruntime cannot open it ({error})") from error
        self._require_contract(file)

    def _require_contract(self, file: str) -> None:
        inputs = [(i.name, i.shape[1:]) for i in self._session.get_inputs()]
        outputs = tuple(o.name for o in self._session.get_outputs())
        if inputs != [(INPUT, [1, 28, 28])] or outputs != OUTPUTS:
            raise UnusableModel(
                file,
                f"must take {INPUT} (n, 1, 28, 28) and give {OUTPUTS}; has {inputs}, {outputs}",
            )

    @property
    def metadata(self) -> dict[str, str]:
        """The file's own metadata: labels, normalisation version, family."""
        found: dict[str, str] = self._session.get_modelmeta().custom_metadata_map
        return found

    @property
    def classes(self) -> int:
        """How many logits the network has."""
        return int(self._session.get_outputs()[0].shape[1])

    @property
    def features(self) -> int:
        """How many features the network has."""
        return int(self._session.get_outputs()[1].shape[1])

    def run(self, pictures: Picture) -> Outputs:
        """Run the network on pictures of shape (n, 28, 28), float32 in [0, 1]."""
        batch = np.ascontiguousarray(pictures[:, None], dtype=np.float32)
        if len(batch) <= PICTURES_A_RUN:
            return Outputs(*self._session.run(OUTPUTS, {INPUT: batch}))
        runs = [
            self._session.run(OUTPUTS, {INPUT: batch[first : first + PICTURES_A_RUN]})
            for first in range(0, len(batch), PICTURES_A_RUN)
        ]
        logits, features = map(np.concatenate, zip(*runs, strict=True))
        return Outputs(logits, features)
