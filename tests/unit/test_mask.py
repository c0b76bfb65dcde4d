"""Masks grow by a square, and never around a side."""

import numpy as np
import pytest

from chalicelib.recognition.mask import grow


@pytest.mark.parametrize("reach_px", [1, 2, 3])
@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1), (12, 17)])
def test_a_mask_grows_as_far_as_its_reach_in_each_direction(
    shape: tuple[int, int], reach_px: int
) -> None:
    mask = np.random.default_rng(7).random(shape) < 0.1
    mask[0, -1] = True  # in a corner, where a line of rows would go on
    near = [
        mask[max(0, y - reach_px) : y + reach_px + 1, max(0, x - reach_px) : x + reach_px + 1].any()
        for y in range(shape[0])
        for x in range(shape[1])
    ]
    assert grow(mask, reach_px).ravel().tolist() == near
