"""What the tests of feedback on the page do and look at."""

import json
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from bench.faulty_api import FaultyApi
from bench.patience import expect, shown


def press(page: Page, name: str) -> None:
    """Press a button once it is there."""
    shown(page.get_by_role("button", name=name, exact=True)).click()


def said(page: Page, words: str) -> None:
    """Expect words where the page says what became of feedback."""
    expect(page.locator("#thanks")).to_contain_text(words)


def records(folder: Path) -> list[dict[str, Any]]:
    """Return what lies in a store."""
    return [json.loads(path.read_bytes()) for path in folder.rglob("status=quarantine/**/*.json")]


def sent(api: FaultyApi) -> list[Any]:
    """Return what feedback the API was sent."""
    return [each.body for each in api.asked("feedback")]


def give(page: Page) -> None:
    """Say yes to an answer and have that kept."""
    for name in ("Yes", "Keep"):
        press(page, name)
    said(page, "Thank you.")
