"""docs/model-card.md: what the models are, what they were made of, where they fail."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from chalicelib.recognition.registry import ModelEntry
from export.quality.findings import Findings
from export.quality.markdown import share, table
from export.quality.measure import claims_a_digit, is_right, score
from export.quality.robustness import slice_table
from export.quality.sets import DIGIT_SETS, MNIST

HEAD = """# Model card

Written by `make quality`; do not edit. How the figures were measured, and more of them:
[quality.md](quality.md).

## What they are

Small networks that say which digit a drawing shows, how probable that is, or that it shows none.
They see a picture of 28 x 28 pixels that `chalicelib/recognition/normalise.py` makes of any
drawing, and give a score for each of ten digits and one for "none of these". A temperature turns
the scores into probabilities; two thresholds turn those into `recognized`, `unsure` and
`not_a_digit`.
"""

DATA = """## Data

Whole writers, programs, alphabets and kinds are either trained on, or validated on, or reported
on (`export/splits.py`). The training command says which sets it had: see *trained on* above.

| set | what | licence |
| --- | --- | --- |
| MNIST | 70,000 handwritten digits, scanned | CC BY-SA 3.0 |
| UJI Pen Characters v2 | digits of 40 Spanish writers, drawn with a pen on a screen | CC BY 4.0 |
| NumberPad | digits of one writer, drawn with a pen on a screen | Apache-2.0 |
| hwd-1000, digit-eye, Godot-NN | digits drawn in canvas programs | MIT |
| Omniglot | characters of other alphabets, without look-alikes of digits | MIT |
| Quick, Draw! | doodles | CC BY 4.0 |

No data set is part of this project; it holds the networks trained from them.
"""

USE = """## Intended use

Single digits 0 to 9, and rows of them, that a person draws on a screen with a mouse, a finger or
a pen. An answer with status `recognized` can be used as it is where a
mistake now and then does no harm; `unsure` should be shown to the person.

Not for: cheques, forms, medicine, or anything where a wrong digit costs money or health without a
person looking; reading text, numerals of other scripts, or printed type; telling who wrote.
"""

LIMITS = """## Limits

- The ten digits as they are written in Europe and America. Other numerals are meant to be refused.
- Most people in the training data are American (MNIST) or Spanish (UJI); other hands are few.
- A character that looks like a digit (O, l, Z, a circle, a bar) is a digit to the models.
- Writers in the report part are few, so a mean over people hides much; the worst one is named in
  quality.md, and someone worse will come.
- Photographs and scans other than MNIST's are accepted, but were not measured.
- A digit cut off by the edge of its image is read as what is left of it; see the slices.
- Probabilities are calibrated on validation drawings. On drawings unlike them they are too high.
"""


def write_card(findings: Findings, path: Path) -> None:
    """Write the page."""
    sections = [HEAD, *_models(findings.models), USE, DATA, *_figures(findings), LIMITS]
    path.write_text("\n\n".join(section.strip() for section in sections) + "\n")


def _models(models: tuple[ModelEntry, ...]) -> Iterator[str]:
    rows = [
        ("version", *(m.version for m in models)),
        ("family", *(m.family for m in models)),
        ("weights", *(f"{m.weights:,}" for m in models)),
        ("file", *(f"{m.file}, {m.size_bytes:,} bytes" for m in models)),
        ("normalisation", *(m.normalisation for m in models)),
        ("temperature", *(f"{m.temperature:g}" for m in models)),
        ("a digit from", *(f"{m.thresholds.digit:g}" for m in models)),
        ("recognized from", *(f"{m.thresholds.recognized:g}" for m in models)),
        ("trained on", *(", ".join(map(str, m.trained.get("data", ["?"]))) for m in models)),
    ]
    yield table(["", *(f"`{m.name}`" for m in models)], rows)
    yield "How they were trained, as the manifest says:"
    keys = list(dict.fromkeys(key for m in models for key in m.trained if key != "data"))
    yield table(
        ["", *(f"`{m.name}`" for m in models)],
        [(key.replace("_", " "), *(_value(m.trained, key) for m in models)) for key in keys],
    )


def _figures(findings: Findings) -> Iterator[str]:
    models = findings.models
    yield "## Figures"
    rows = [
        (
            f"{words}, right",
            *(share(score(findings.of_sets(m.name, sets), is_right)) for m in models),
        )
        for words, sets in (("MNIST's test images", (MNIST,)), ("drawn digits", DIGIT_SETS))
        if findings.of_sets(findings.default.name, sets)
    ]
    if findings.drawn_others(findings.default.name):
        claimed = (
            share(score(findings.drawn_others(m.name), claims_a_digit)) for m in findings.models
        )
        rows.append(("characters and doodles, taken for digits", *claimed))
    yield table(["", *(f"`{m.name}`" for m in findings.models)], rows)
    if findings.slices:
        yield "## Slices\n\nOf the report part's pen strokes; each slice is described by its rule."
        yield slice_table(findings)


def _value(trained: Mapping[str, Any], key: str) -> str:
    value = trained.get(key, "")
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
