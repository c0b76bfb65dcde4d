"""The network, run on any number of pictures."""

import numpy as np
import pytest

from chalicelib.recognition.classifier import PICTURES_A_RUN, Classifier
from chalicelib.recognition.registry import ModelRegistry
from export.command import MODELS_FOLDER


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    registry = ModelRegistry.load(MODELS_FOLDER)
    return registry.model(registry.default)


@pytest.mark.parametrize("count", [0, PICTURES_A_RUN, PICTURES_A_RUN + 1, 3 * PICTURES_A_RUN])
def test_many_pictures_are_answered_as_few_are(classifier: Classifier, count: int) -> None:
    pictures = np.random.default_rng(count).random((count, 28, 28), np.float32)
    found = classifier.run(pictures)
    assert found.logits.shape == (count, classifier.classes)
    assert found.features.shape == (count, classifier.features)
    for first in range(0, count, 97):
        some = classifier.run(pictures[first : first + 97])
        np.testing.assert_allclose(found.logits[first : first + 97], some.logits, atol=1e-4)
        np.testing.assert_allclose(found.features[first : first + 97], some.features, atol=1e-4)
