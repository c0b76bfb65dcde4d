"""Requests as one might send them, for the OpenAPI document; each is answered with a success."""

from typing import Any

SEVEN = [[[10, 10], [60, 10], [30, 90]]]
SEVEN_PNG = (  # 16 x 16, black on white
    "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQAQAAAAA3iMLMAAAAMklEQVR42iXKMQHAIBAEwf0NAnAQpCAf"
    "GZFBxVFk6qkgyOZ7pFWWLOnkNUOmB06sv3EBIIMLDx1LGaYAAAAASUVORK5CYII="
)
SEVEN_PIXELS = [
    [0, 0, 0, 0, 0, 0, 0, 0],
    [0, 255, 255, 255, 255, 255, 255, 0],
    [0, 0, 0, 0, 0, 255, 255, 0],
    [0, 0, 0, 0, 255, 255, 0, 0],
    [0, 0, 0, 0, 255, 0, 0, 0],
    [0, 0, 0, 255, 255, 0, 0, 0],
    [0, 0, 0, 255, 0, 0, 0, 0],
    [0, 0, 0, 0, 0, 0, 0, 0],
]
KEY_EXAMPLE = "7c1e53a0-2f6d-4a56-9d3f-1b8f0c5e7a42"

RECOGNIZE_EXAMPLES: dict[str, Any] = {
    "strokes": {
        "summary": "A 7 of one stroke, and the two best guesses",
        "value": {"strokes": SEVEN, "candidates": 2},
    },
    "image": {
        "summary": "An image, as every model reads it",
        "value": {"image": SEVEN_PNG, "model": "all"},
    },
    "pixels": {
        "summary": "A raster, with the picture that the model saw of it",
        "value": {"pixels": SEVEN_PIXELS, "single": True, "trace": True},
    },
}
FEEDBACK_EXAMPLES: dict[str, Any] = {
    "digit": {
        "summary": "It was a 7",
        "value": {"strokes": SEVEN, "label": "7", "consent": True},
    },
    "none": {
        "summary": "It was none, and the answer was wrong",
        "value": {
            "strokes": SEVEN,
            "label": None,
            "predicted": {
                "label": "7",
                "probability": 0.98,
                "model": "cnn",
                "version": "5bfbc8b0",
            },
            "consent": True,
        },
    },
}
INFERENCE_EXAMPLES: dict[str, Any] = {
    "images": {
        "summary": "One raster; 255 is ink",
        "value": {
            "inputs": [
                {"name": "images", "datatype": "UINT8", "shape": [1, 8, 8], "data": [SEVEN_PIXELS]}
            ],
            "outputs": [{"name": "labels"}],
        },
    },
}
