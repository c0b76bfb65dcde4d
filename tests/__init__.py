"""Tests of Inkling, by the part that they are of."""

import os

# As in `chalicelib.recognition.classifier`, for the tests that import onnxruntime themselves.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
