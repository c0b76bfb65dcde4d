"""From a folder of drawings to the pages."""

from pathlib import Path

from export.quality.card import write_card
from export.quality.findings import Extent, gather
from export.quality.handler import Handler
from export.quality.mistakes import draw_mistakes
from export.quality.report import write_report

FULL = Extent()


def write_quality(data: Path, docs: Path, extent: Extent = FULL) -> None:
    """Score the drawings in `data` and write the pages into `docs`.

    Raises MissingData, DamagedData, UnexpectedAnswer.
    """
    handler = Handler()
    findings = gather(handler, data, extent)
    pictures = docs / "pictures"
    pictures.mkdir(parents=True, exist_ok=True)
    sheets = draw_mistakes(handler, findings, pictures)
    write_report(findings, docs / "quality.md", pictures, sheets)
    write_card(findings, docs / "model-card.md")
