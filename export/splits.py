"""Which drawings are trained on, which choose settings, and which the figures are reported on.

Whole people, programs, alphabets and kinds fall into one part, never single drawings: what
people will send comes from other hands and programs than any that were trained on.
"""

import hashlib
import re
from enum import StrEnum


class Part(StrEnum):
    """What a group of drawings is for.

    train: the network learns from it. validation: it chooses epochs, thresholds and settings.
    report: nothing is learnt from it or chosen by it, so the figures may come from it.
    """

    TRAIN = "train"
    VALIDATION = "validation"
    REPORT = "report"


# The large groups and the few alphabets are placed by name, or chance would leave a part empty.
_NAMED = {
    Part.TRAIN: (
        *("niklashenning/hwd-1000-dataset", "kitonjicsm/digit-eye"),
        *("Sanskrit", "Korean"),
        *("panda", "airplane", "dragon", "rabbit", "sea turtle", "star", "windmill"),
    ),
    Part.VALIDATION: ("Greek", "train", "monkey"),
    Part.REPORT: ("IsotoxalDev/Godot-NN", "numberpad", "Balinese", "bicycle", "snowman"),
}
_PART_BY_NAME = {name: part for part, names in _NAMED.items() for name in names}
_UJI_WRITER = re.compile(r"uji-w(\d+)")
_UJI_VALIDATION = (3, 13, 23, 33)  # of 40 writers; every sixth is reported on, the rest trained on


def part_of(group: str) -> Part:
    """Return the part that a writer, program, alphabet or category belongs to, always the same."""
    if group in _PART_BY_NAME:
        return _PART_BY_NAME[group]
    if uji := _UJI_WRITER.fullmatch(group):
        number = int(uji[1])
        if number in _UJI_VALIDATION:
            return Part.VALIDATION
        return Part.REPORT if number % 6 == 0 else Part.TRAIN
    share = int.from_bytes(hashlib.sha256(group.encode()).digest()[:4]) / 2**32
    if share < 0.1:
        return Part.VALIDATION
    return Part.REPORT if share < 0.25 else Part.TRAIN
