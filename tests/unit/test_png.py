"""The pictures that are kept are read again, and nothing else is."""

import numpy as np
import pytest

from chalicelib.errors import InvalidImage
from chalicelib.recognition.png import decode_picture, encode_picture
from tests.unit.digits import DIGITS, draw, encode


@pytest.mark.parametrize("shape", [(1, 1), (28, 28), (7, 300)])
def test_a_picture_comes_back_to_the_nearest_grey(shape: tuple[int, int]) -> None:
    picture = np.random.default_rng(3).random(shape, np.float32)
    decoded = decode_picture(encode_picture(picture))
    assert decoded.dtype == np.float32
    assert np.abs(decoded - picture).max() <= 0.5 / 255 + 1e-6


def test_damage_anywhere_is_noticed() -> None:
    whole = encode_picture(np.ones((9, 9), np.float32))
    last = whole.index(b"IEND") - 4  # what comes after the picture's data is not looked at
    for position in range(last):
        with pytest.raises(InvalidImage):
            decode_picture(whole[:position])
        with pytest.raises(InvalidImage):
            decode_picture(whole[:position] + bytes([whole[position] ^ 1]) + whole[position + 1 :])


def test_a_picture_of_others_is_refused() -> None:
    with pytest.raises(InvalidImage):
        decode_picture(encode(draw(DIGITS["7"], side_px=60, size_px=40, brush_px=4)))
