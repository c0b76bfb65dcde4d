"""The exported file computes what the network computes, and says what it is."""

import json
from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest

torch = pytest.importorskip("torch", reason="needs the training environment: make train-env")

from torch import nn  # noqa: E402

from chalicelib.recognition.classifier import Classifier  # noqa: E402
from chalicelib.recognition.drawing import Picture  # noqa: E402
from chalicelib.recognition.normalise import NORMALISATION_VERSION  # noqa: E402
from export import onnx_export  # noqa: E402
from export.errors import InvalidOption, ParityFailure  # noqa: E402
from export.networks import Shape, build_network  # noqa: E402
from export.onnx_export import count_weights, export_network  # noqa: E402
from tests.export.small_data import draw_digits  # noqa: E402

PICTURES: Picture = draw_digits(50, seed=1).pictures.astype(np.float32) / np.float32(255)
SHAPES = [
    ("perceptron", Shape((300,), "relu")),
    ("perceptron", Shape((40, 20), "sigmoid")),
    ("cnn", Shape()),
]


def built(family: str, shape: Shape) -> nn.Sequential:
    """Build a network whose batch norms have seen pictures, as after training."""
    torch.manual_seed(1)
    network = build_network(family, shape, classes=11)
    network.train()
    network(torch.from_numpy(PICTURES)[:, None])
    return network.eval()


@pytest.mark.parametrize(("family", "shape"), SHAPES)
def test_file_and_network_agree(family: str, shape: Shape) -> None:
    network = built(family, shape)
    outputs = Classifier(export_network(network, family, PICTURES), "file").run(PICTURES)
    with torch.inference_mode():
        wanted = network(torch.from_numpy(PICTURES)[:, None]).numpy()
    np.testing.assert_allclose(outputs.logits, wanted, atol=1e-4)


@pytest.mark.parametrize(("family", "shape"), SHAPES)
def test_logits_are_a_linear_layer_of_the_features(family: str, shape: Shape) -> None:
    network = built(family, shape)
    outputs = Classifier(export_network(network, family, PICTURES), "file").run(PICTURES)
    weight, bias = (p.detach().numpy() for p in (network.head.weight, network.head.bias))
    np.testing.assert_allclose(outputs.features @ weight.T + bias, outputs.logits, atol=1e-4)


@pytest.mark.parametrize(("family", "shape"), SHAPES)
def test_the_same_weights_give_the_same_bytes(family: str, shape: Shape) -> None:
    first, second = (export_network(built(family, shape), family, PICTURES) for _ in range(2))
    assert first == second


def test_the_file_says_what_it_is() -> None:
    content = export_network(built("cnn", Shape()), "cnn", PICTURES)
    assert Classifier(content, "file").metadata == {
        "inkling.labels": json.dumps(list("0123456789")),
        "inkling.normalisation": NORMALISATION_VERSION,
        "inkling.family": "cnn",
    }


def test_batch_norm_and_dropout_are_folded_away() -> None:
    import onnx

    content = export_network(built("cnn", Shape()), "cnn", PICTURES)
    kinds = {node.op_type for node in onnx.load_from_string(content).graph.node}
    assert kinds == {"Conv", "Relu", "MaxPool", "Flatten", "Gemm"}
    assert count_weights(content) <= 400_000


def test_weights_are_counted() -> None:
    content = export_network(built("perceptron", Shape((300,), "relu")), "perceptron", PICTURES)
    assert count_weights(content) == 784 * 300 + 300 + 300 * 11 + 11


def test_one_picture_and_many_give_the_same(tmp_path: Path) -> None:
    path = tmp_path / "cnn.onnx"
    path.write_bytes(export_network(built("cnn", Shape()), "cnn", PICTURES))
    session = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    (many,) = session.run(["logits"], {"pictures": PICTURES[:, None]})
    (one,) = session.run(["logits"], {"pictures": PICTURES[7:8, None]})
    np.testing.assert_allclose(many[7], one[0], atol=1e-5)


def test_a_file_that_computes_something_else_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Damage the folding, as a mistake in it would."""
    fold = onnx_export._fold

    def forget_bias(*layers: object) -> tuple[np.ndarray, np.ndarray]:
        weight, bias = fold(*layers)
        return weight, bias * 0

    monkeypatch.setattr(onnx_export, "_fold", forget_bias)
    with pytest.raises(ParityFailure, match="differ from the network's"):
        export_network(built("cnn", Shape()), "cnn", PICTURES)


def test_a_network_of_not_a_number_is_refused() -> None:
    network = built("perceptron", Shape((20,), "relu"))
    with torch.no_grad():
        network.head.bias[3] = float("nan")
    with pytest.raises(ParityFailure):
        export_network(network, "perceptron", PICTURES)


@pytest.mark.parametrize(
    ("family", "shape"),
    [
        ("resnet", Shape()),
        ("perceptron", Shape((), "relu")),
        ("perceptron", Shape((5,), "tanh")),
        ("cnn", Shape((5,))),
    ],
)
def test_what_cannot_be_built_is_refused(family: str, shape: Shape) -> None:
    with pytest.raises(InvalidOption):
        build_network(family, shape, classes=11)
