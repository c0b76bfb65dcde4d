"""The networks that can be trained. Adding one is adding one function to `NETWORKS`.

A network is `Sequential(body, head)`: the body maps pictures of shape (n, 1, 28, 28) to features
of shape (n, d), the head is the linear layer `logits = features @ W + b`. There is one logit a
label and a last one for "none of these".
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import nn

from export.errors import InvalidOption

PICTURE_PIXELS = 28 * 28
DROPOUT = 0.3
ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {"relu": nn.ReLU, "sigmoid": nn.Sigmoid}


@dataclass(frozen=True, slots=True)
class Shape:
    """What can be chosen of a network; nothing where it has a shape of its own.

    hidden: widths of the hidden layers. activation: "relu" or "sigmoid".
    """

    hidden: tuple[int, ...] = ()
    activation: str = ""


def perceptron(shape: Shape, classes: int) -> nn.Sequential:
    """Build a fully connected network: 784 - hidden - classes."""
    if shape.activation not in ACTIVATIONS:
        known = ", ".join(ACTIVATIONS)
        raise InvalidOption(f"There is no activation {shape.activation!r}; there are {known}.")
    if not shape.hidden or min(shape.hidden) < 1:
        raise InvalidOption("--hidden needs widths from 1 up, as in 300 or 400,100.")
    layers: list[nn.Module] = [nn.Flatten()]
    for inputs, outputs in zip((PICTURE_PIXELS, *shape.hidden), shape.hidden, strict=False):
        layers += [nn.Linear(inputs, outputs), ACTIVATIONS[shape.activation]()]
    return _with_head(layers, shape.hidden[-1], classes)


def cnn(shape: Shape, classes: int) -> nn.Sequential:
    """Build four small convolutions: 119,000 weights, 2.3 M multiply-adds.

    A convolution of each channel with itself takes the place of a dense layer, whose weights
    would take longer to fetch than to multiply by.
    """
    _require_own_shape("cnn", shape)
    features = 160
    layers = [
        *_convolution(1, 16),  # (n, 16, 28, 28)
        nn.MaxPool2d(2),
        *_convolution(16, 32),  # (n, 32, 14, 14)
        nn.MaxPool2d(2),
        *_convolution(32, 64, padding=0),  # (n, 64, 5, 5)
        *_convolution(64, features, padding=0),  # (n, 160, 3, 3)
        *_convolution(features, features, padding=0, groups=features),  # (n, 160, 1, 1)
        nn.Flatten(),
    ]
    return _with_head(layers, features, classes)


def fast(shape: Shape, classes: int) -> nn.Sequential:
    """Build what `export.fast` trains within a minute: 80,000 weights, 0.9 M multiply-adds."""
    _require_own_shape("fast", shape)
    features = 96
    layers = [
        *_convolution(1, 16, padding=0),  # (n, 16, 26, 26)
        nn.MaxPool2d(2),
        *_convolution(16, 32, padding=0),  # (n, 32, 11, 11)
        nn.MaxPool2d(2),
        *_convolution(32, 64, padding=0),  # (n, 64, 3, 3)
        *_convolution(64, features, padding=0),  # (n, 96, 1, 1)
        nn.Flatten(),
    ]
    return _with_head(layers, features, classes)


def teacher(shape: Shape, classes: int) -> nn.Sequential:
    """Build a network too slow to serve, for `cnn` to learn from: 10.6 M multiply-adds."""
    _require_own_shape("teacher", shape)
    features = 128
    layers = [
        *_convolution(1, 24),  # (n, 24, 28, 28)
        nn.MaxPool2d(2),
        *_convolution(24, 48),  # (n, 48, 14, 14)
        *_convolution(48, 48),
        nn.MaxPool2d(2),
        *_convolution(48, 96),  # (n, 96, 7, 7)
        *_convolution(96, 96, padding=0),  # (n, 96, 5, 5)
        nn.Flatten(),
        nn.Dropout(DROPOUT),
        nn.Linear(96 * 5 * 5, features),
        nn.ReLU(),
    ]
    return _with_head(layers, features, classes)


NETWORKS: dict[str, Callable[[Shape, int], nn.Sequential]] = {
    "perceptron": perceptron,
    "cnn": cnn,
    "fast": fast,
    "teacher": teacher,
}
DEFAULT_SHAPES = {"perceptron": Shape(hidden=(300,), activation="relu")}


def build_network(family: str, shape: Shape, classes: int) -> nn.Sequential:
    """Build an untrained network. Raises InvalidOption."""
    if family not in NETWORKS:
        raise InvalidOption(f"There is no network {family!r}; there are {', '.join(NETWORKS)}.")
    return NETWORKS[family](shape, classes)


def run_network(
    network: nn.Sequential, pictures: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return logits (n, k) and features (n, d) of pictures (n, 1, 28, 28)."""
    features: torch.Tensor = network.body(pictures)
    logits: torch.Tensor = network.head(features)
    return logits, features


def _require_own_shape(name: str, shape: Shape) -> None:
    if shape != Shape():
        raise InvalidOption(
            f"A {name} has a shape of its own; leave --hidden and --activation out."
        )


def _convolution(inputs: int, outputs: int, padding: int = 1, groups: int = 1) -> list[nn.Module]:
    return [
        nn.Conv2d(inputs, outputs, kernel_size=3, padding=padding, groups=groups, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(),
    ]


def _with_head(layers: list[nn.Module], features: int, classes: int) -> nn.Sequential:
    parts = OrderedDict(body=nn.Sequential(*layers), head=nn.Linear(features, classes))
    return nn.Sequential(parts)
