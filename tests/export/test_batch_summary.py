"""Results of drawings in bulk, summed up."""

import json
from pathlib import Path
from typing import Any

import pytest

from export.batch.picture import figure_of
from export.batch.summary import STATUSES, summarise
from export.errors import DamagedResults


def digit(label: str, probability: float, status: str) -> dict[str, Any]:
    return {"label": label, "probability": probability, "status": status}


def test_a_summary_counts_and_finds_the_least_sure(tmp_path: Path) -> None:
    seen = "data:image/png;base64,AAAA"
    sure = {"input": "x", "line": 1, "answer": {"digits": [digit("7", 1.0, "recognized")]}}
    pairs = [digit("1", 0.9, "recognized"), digit("7", 0.5, "unsure")]
    doubtful = [{"digit": 0, "seen": seen}, {"digit": 1, "seen": seen}]
    unsure = {"input": "job/x", "line": 2, "answer": {"digits": pairs}, "doubtful": doubtful}
    gone = {"input": "x", "first": 3, "drawings": 250, "error": {"code": "input_gone"}}
    path = tmp_path / "results.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in (sure, unsure, gone)))
    summary = summarise(path)
    assert (summary.drawings, summary.digits, summary.errors) == (252, 3, {"input_gone": 250})
    assert [summary.of_status(status) for status in STATUSES] == [2, 1, 0]
    assert [each.probability for each in summary.least] == [0.5, 0.9]
    assert summary.least[0].place == "x 2"


def test_what_is_no_text_is_named_in_a_short_line(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    path.write_bytes(b"\xff" * 10_000)
    with pytest.raises(DamagedResults) as raised:
        summarise(path)
    assert len(str(raised.value)) < 200 + len(str(path))


@pytest.mark.parametrize("line", ["", "{", "[]", "{}", '{"answer": {}}', '{"error": 5}'])
def test_a_line_that_is_no_result_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "results.jsonl"
    path.write_text(f"{line}\n")
    with pytest.raises(DamagedResults, match="line 1: this is no result"):
        summarise(path)


def test_results_without_a_digit_are_drawn_as_none(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    path.write_text('{"input": "x", "error": {"code": "input_gone"}}\n')
    figure = figure_of(summarise(path))
    texts = [text.get_text() for axes in figure.axes for text in axes.texts]
    assert texts.count("none") == 1
    assert not figure.axes[0].get_legend()
