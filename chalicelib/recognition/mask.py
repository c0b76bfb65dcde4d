"""Masks: which pixels of a raster are meant."""

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
SOFT_EDGE_PX = 2  # how far the soft edge of a stroke reaches around it


def grow(mask: Mask, reach_px: int) -> Mask:
    """Return a mask, of shape (height, width), that reaches so much further in each direction.

    It grows by a square. All rows are one line with bare pixels between them, since numpy is
    quick with long lines alone.
    """
    height, width = mask.shape
    stride = width + 2 * reach_px
    line = np.zeros((height + 2 * reach_px) * stride, bool)
    inside = (slice(reach_px, reach_px + height), slice(reach_px, reach_px + width))
    line.reshape(-1, stride)[inside] = mask
    for step in (stride, 1):
        narrow = line.copy()
        for shift in range(step, (reach_px + 1) * step, step):
            line[shift:] |= narrow[:-shift]
            line[:-shift] |= narrow[shift:]
    return line.reshape(-1, stride)[inside]
