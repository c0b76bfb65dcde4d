"""An image instead of a drawing: chosen, dropped, pasted."""

import base64
import json
from pathlib import Path

from PIL import Image, ImageDraw
from playwright.sync_api import Page

from bench.faulty_api import FaultyApi
from bench.patience import expect, shown
from bench.pens import LINE, SEVEN, draw, ink
from tests.browser.conftest import OpenPage
from tests.unit import digits

HAND_OVER = """([kind, png]) => {
  const bytes = Uint8Array.from(atob(png), (char) => char.charCodeAt(0));
  const files = new DataTransfer();
  files.items.add(new File([bytes], "seven.png", { type: "image/png" }));
  const event = kind === "paste"
    ? new ClipboardEvent("paste", { clipboardData: files, bubbles: true })
    : new DragEvent("drop", { dataTransfer: files, bubbles: true, cancelable: true });
  document.body.dispatchEvent(event);
}"""


def seven_png() -> bytes:
    return digits.encode(digits.draw(digits.SEVEN))


def choose(page: Page, content: bytes, name: str = "seven.png") -> None:
    page.locator("#file").set_input_files(
        {"name": name, "mimeType": "image/png", "buffer": content}
    )


def test_a_chosen_image_is_shown_and_read(real_api: str, open_page: OpenPage) -> None:
    page = open_page(real_api)
    choose(page, seven_png())
    expect(page.locator("#answer")).to_have_text("7")
    assert ink(page) > 0
    expect(page.locator("#placeholder")).to_have_class("gone")


def test_a_dropped_and_a_pasted_image_are_read(real_api: str, open_page: OpenPage) -> None:
    page = open_page(real_api)
    for kind in ("drop", "paste"):
        page.evaluate(HAND_OVER, [kind, base64.b64encode(seven_png()).decode()])
        expect(page.locator("#answer")).to_have_text("7")
        page.keyboard.press("Escape")
        expect(page.locator("#reading")).to_have_attribute("data-state", "blank")


def test_feedback_on_an_image_is_kept(real_api: str, api_folder: Path, open_page: OpenPage) -> None:
    page = open_page(real_api)
    choose(page, seven_png())
    shown(page.get_by_role("button", name="Yes", exact=True)).click()
    page.get_by_role("button", name="Keep", exact=True).click()
    expect(page.locator("#thanks")).to_contain_text("Thank you.")
    (path,) = api_folder.rglob("status=quarantine/**/*.json")
    assert json.loads(path.read_bytes())["strokes"] is None
    page.locator("#thanks button").click()
    expect(page.locator("#thanks")).to_contain_text("Taken back")


def test_a_large_photograph_is_sent_small_and_without_metadata(
    api: FaultyApi, open_page: OpenPage, tmp_path: Path
) -> None:
    photo = Image.effect_noise((2000, 1500), 80).convert("RGB")
    ImageDraw.Draw(photo).line([(600, 300), (1400, 300), (900, 1200)], fill="black", width=90)
    exif = Image.Exif()
    exif[0x010F] = "a camera with a name"
    photo.save(tmp_path / "photo.jpg", exif=exif)
    page = open_page(api.url)
    page.locator("#file").set_input_files(tmp_path / "photo.jpg")
    expect(page.locator("#answer")).to_have_text("7")
    (request,) = api.asked("recognize")
    sent = base64.b64decode(request.body["image"].partition(",")[2])
    assert len(json.dumps(request.body)) < 1024 * 1024
    assert b"camera" not in sent


def test_the_first_stroke_on_an_image_begins_a_new_drawing(
    api: FaultyApi, open_page: OpenPage
) -> None:
    page = open_page(api.url)
    choose(page, seven_png())
    expect(page.locator("#answer")).to_have_text("7")
    draw(page, LINE)
    expect(page.locator("#reading")).to_have_attribute("data-state", "answer")
    assert list(api.asked("recognize")[-1].body) == ["strokes", "model", "trace"]
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#reading")).to_have_attribute("data-state", "answer")
    assert "image" in api.asked("recognize")[-1].body


def test_a_file_that_is_no_image_is_refused_in_words(api: FaultyApi, open_page: OpenPage) -> None:
    page = open_page(api.url)
    draw(page, SEVEN)
    expect(page.locator("#answer")).to_have_text("7")
    before = ink(page)
    choose(page, b"hello", "seven.png")
    expect(page.locator("#refused")).to_contain_text("no image I can open")
    assert ink(page) == before
    expect(page.locator("#answer")).to_have_text("7")
    expect(page.locator("#question")).to_contain_text("Was that right?")
    expect(page.get_by_role("button", name="Try again")).to_have_count(0)
    with page.expect_file_chooser():
        page.get_by_role("button", name="Image").click()
    choose(page, seven_png())
    expect(page.locator("#refused")).to_have_text("")
    expect(page.locator("#reading")).to_have_attribute("data-state", "answer")
    assert "image" in api.asked("recognize")[-1].body


def test_a_file_that_is_no_image_says_nothing_of_a_drawing_where_there_is_none(
    api: FaultyApi, open_page: OpenPage
) -> None:
    page = open_page(api.url)
    choose(page, b"hello", "README.md")
    expect(page.locator("#refused")).to_contain_text("no image I can open")
    expect(page.locator("#sentence")).to_have_text("Nothing on the paper yet.")
    assert "drawing" not in page.locator("main").inner_text()
    draw(page, SEVEN)
    expect(page.locator("#refused")).to_have_text("")
    expect(page.locator("#answer")).to_have_text("7")


def test_an_image_without_ink_is_not_offered_to_be_read_again(
    real_api: str, open_page: OpenPage
) -> None:
    page = open_page(real_api, trouble=True)
    choose(page, digits.encode(Image.new("L", (280, 280), 255)))
    expect(page.locator("#sentence")).to_contain_text("no ink")
    expect(page.get_by_role("button", name="Try again")).to_have_count(0)
    expect(page.locator("#question button")).to_have_count(0)


def test_a_reload_keeps_the_image(api: FaultyApi, open_page: OpenPage) -> None:
    page = open_page(api.url)
    choose(page, seven_png())
    expect(page.locator("#answer")).to_have_text("7")
    page.reload()
    expect(page.locator("#answer")).to_have_text("7")
    first, second = api.asked("recognize")
    assert first.body == second.body
