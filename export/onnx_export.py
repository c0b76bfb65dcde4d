"""Write a trained network as one ONNX file, checked against the network itself.

    python -m export.onnx_export runs/cnn --out cnn.onnx

The graph is built node by node: batch norm folded into the convolutions, dropout left out, so it
holds nothing that serving does not need, and the same weights always give the same bytes.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from chalicelib.recognition.classifier import Classifier
from chalicelib.recognition.drawing import Picture
from chalicelib.recognition.normalise import NORMALISATION_VERSION, SIDE_PX, normalise_ink
from export.command import add_data_option, run_command, training_environment
from export.errors import ParityFailure
from export.files import write_whole
from export.mnist import LABELS, load_mnist

with training_environment():
    import onnx
    import torch
    from onnx import TensorProto, helper, numpy_helper
    from torch import nn

    from export.networks import run_network
    from export.run_folder import load_best

OPSET = 17
IR_VERSION = 8
PARITY_BOUND = 1e-4  # the largest difference of a logit or a feature, in float32
PARITY_PICTURES = 1000


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m export.onnx_export", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("run", type=Path, help="run folder of a training")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="file to write")
    add_data_option(parser)
    arguments = parser.parse_args()
    settings, network, _ = load_best(arguments.run)
    content = export_network(network, settings.family, parity_pictures(arguments.data))
    write_whole(arguments.out, content)
    print(f"{arguments.out}: {len(content)} bytes, {count_weights(content)} weights")


def export_network(network: nn.Sequential, family: str, pictures: Picture) -> bytes:
    """Return the ONNX file of a network, checked by ONNX's checker and on `pictures`.

    pictures: array of shape (n, 28, 28), float32 in [0, 1]; real ones, for parity.

    Raises
    ------
    ParityFailure
        onnxruntime computes something else than torch, by more than PARITY_BOUND.
    """
    content: bytes = build_model(network.eval(), family).SerializeToString(deterministic=True)
    onnx.checker.check_model(onnx.load_from_string(content), full_check=True)
    check_parity(network, content, pictures)
    return content


def parity_pictures(data: Path) -> Picture:
    """Return the pictures on which file and network must agree, from MNIST's train images."""
    digits = load_mnist(data, "train").pictures[:PARITY_PICTURES]
    return np.stack([normalise_ink(digit.astype(np.float32) / 255) for digit in digits])


def check_parity(network: nn.Sequential, content: bytes, pictures: Picture) -> None:
    """Compare a file, run as serving runs it, with its network. Raises ParityFailure."""
    with torch.inference_mode():
        logits, features = run_network(network, torch.from_numpy(pictures)[:, None])
    found = Classifier(content, "the exported file").run(pictures)
    for name, wanted, actual in (
        ("logits", logits.numpy(), found.logits),
        ("features", features.numpy(), found.features),
    ):
        difference = float(np.abs(wanted - actual).max())
        if not difference <= PARITY_BOUND:  # also where it is not a number
            raise ParityFailure(name, difference, PARITY_BOUND)


def count_weights(content: bytes) -> int:
    """Return how many numbers a file's network has learned."""
    tensors = onnx.load_from_string(content).graph.initializer
    return sum(int(np.prod(tensor.dims)) for tensor in tensors)


def build_model(network: nn.Sequential, family: str) -> onnx.ModelProto:
    """Translate a network in eval mode layer by layer."""
    graph = _Graph()
    features = graph.add_layers(list(network.body), "pictures", "features")
    graph.add_linear(network.head, features, "logits")
    width, classes = network.head.in_features, network.head.out_features
    picture = helper.make_tensor_value_info(
        "pictures", TensorProto.FLOAT, ["n", 1, SIDE_PX, SIDE_PX]
    )
    outputs = [
        helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", classes]),
        helper.make_tensor_value_info("features", TensorProto.FLOAT, ["n", width]),
    ]
    body = helper.make_graph(graph.nodes, family, [picture], outputs, graph.weights)
    model = helper.make_model(body, opset_imports=[helper.make_opsetid("", OPSET)])
    model.ir_version = IR_VERSION
    metadata = {
        "inkling.labels": json.dumps(LABELS),
        "inkling.normalisation": NORMALISATION_VERSION,
        "inkling.family": family,
    }
    helper.set_model_props(model, metadata)
    return model


class _Graph:
    """ONNX nodes and weights while they are collected."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def add_layers(self, layers: list[nn.Module], value: str, last: str) -> str:
        """Append layers to the value of that name; answer the name of what they give, `last`."""
        kept = [layer for layer in layers if not isinstance(layer, nn.Dropout)]
        for number, layer in enumerate(kept):
            following = kept[number + 1] if number + 1 < len(kept) else None
            if isinstance(layer, nn.BatchNorm2d):
                continue  # folded into the convolution before it
            output = last if following is None else f"{type(layer).__name__.lower()}{number}"
            self._add_layer(layer, following, value, output)
            value = output
        return value

    def _add_layer(
        self, layer: nn.Module, following: nn.Module | None, value: str, output: str
    ) -> None:
        match layer:
            case nn.Conv2d():
                weight, bias = _fold(layer, following)
                operands = [value, self._weight(f"{output}.w", weight)]
                operands.append(self._weight(f"{output}.b", bias))
                pads = [*layer.padding, *layer.padding]
                strides, group = list(layer.stride), layer.groups
                self._node("Conv", operands, output, pads=pads, strides=strides, group=group)
            case nn.MaxPool2d():
                side, stride = [layer.kernel_size] * 2, [layer.stride] * 2
                self._node("MaxPool", [value], output, kernel_shape=side, strides=stride)
            case nn.Linear():
                self.add_linear(layer, value, output)
            case nn.Flatten():
                self._node("Flatten", [value], output, axis=1)
            case nn.ReLU():
                self._node("Relu", [value], output)
            case nn.Sigmoid():
                self._node("Sigmoid", [value], output)
            case _:
                raise TypeError(f"no ONNX node is known for {type(layer).__name__}")

    def add_linear(self, layer: nn.Linear, value: str, output: str) -> None:
        """Append `value @ W + b`."""
        weight = self._weight(f"{output}.w", layer.weight.detach().numpy().T)
        bias = self._weight(f"{output}.b", layer.bias.detach().numpy())
        self._node("Gemm", [value, weight, bias], output)

    def _weight(self, name: str, values: NDArray[np.float32]) -> str:
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def _node(
        self, kind: str, inputs: list[str], output: str, **attributes: list[int] | int
    ) -> None:
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))


def _fold(
    convolution: nn.Conv2d, following: nn.Module | None
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return weights and bias that do what a convolution and its batch norm do."""
    weight = convolution.weight.detach().double()
    bias = torch.zeros(len(weight), dtype=torch.float64)
    if convolution.bias is not None:
        bias = convolution.bias.detach().double()
    if isinstance(following, nn.BatchNorm2d):
        deviation = torch.sqrt(following.running_var.double() + following.eps)
        scale = following.weight.detach().double() / deviation
        weight = weight * scale[:, None, None, None]
        bias = (bias - following.running_mean.double()) * scale
        bias = bias + following.bias.detach().double()
    return weight.float().numpy(), bias.float().numpy()


if __name__ == "__main__":
    run_command(main)
