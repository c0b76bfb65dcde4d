"""Repeatable measurements of what the tests only check."""

import os

# As in `chalicelib.recognition.classifier`, for the benches that import onnxruntime themselves.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
