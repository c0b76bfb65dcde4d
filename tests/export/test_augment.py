"""Augmented pictures are other hands' drawings, normalised as serving normalises."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the training environment: make train-env")

from chalicelib.recognition.drawing import Picture  # noqa: E402
from export.augment import SCALE_JITTER, SHIFT_JITTER_PX, Strength, augment  # noqa: E402
from tests.export.small_data import draw_digits  # noqa: E402

DIGITS = torch.from_numpy(draw_digits(200, seed=1).pictures.astype(np.float32) / 255)[:, None]


def augmented(strength: Strength, seed: int = 1) -> Picture:
    changed = augment(DIGITS, strength, torch.Generator().manual_seed(seed))
    pictures: Picture = changed[:, 0].numpy()
    return pictures


def test_pictures_stay_pictures() -> None:
    changed = augmented(Strength())
    assert changed.shape == (200, 28, 28)
    assert changed.dtype == np.float32
    assert changed.min() >= 0
    assert changed.max() <= 1


def test_a_seed_gives_the_same_pictures_again() -> None:
    np.testing.assert_array_equal(augmented(Strength(), seed=5), augmented(Strength(), seed=5))
    assert np.abs(augmented(Strength(), seed=5) - augmented(Strength(), seed=6)).mean() > 0.02


def test_augmented_digits_are_still_normalised() -> None:
    """The box's longer side is 20 pixels and the mass lies on pixel 14, up to the jitter."""
    changed = augmented(Strength(erased=0.0))
    centres = np.arange(28) + 0.5
    for picture in changed:
        mass = picture.sum()
        x, y = picture.sum(0) @ centres / mass, picture.sum(1) @ centres / mass
        assert abs(x - 14.5) < SHIFT_JITTER_PX + 0.6
        assert abs(y - 14.5) < SHIFT_JITTER_PX + 0.6
        inked = picture > 0.1
        rows, columns = np.flatnonzero(inked.any(1)), np.flatnonzero(inked.any(0))
        longer = max(np.ptp(rows), np.ptp(columns)) + 1
        assert abs(longer - 20) <= 20 * SCALE_JITTER + 1.5


def test_no_strength_changes_only_by_the_jitter() -> None:
    changed = augmented(Strength().scaled(0.0))
    plain = DIGITS[:, 0].numpy()
    overlap = np.minimum(changed, plain).sum((1, 2)) / np.maximum(changed, plain).sum((1, 2))
    assert overlap.mean() > 0.6
    assert np.abs(changed - plain).mean() < np.abs(augmented(Strength()) - plain).mean()
