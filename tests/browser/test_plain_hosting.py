"""The page from nothing but a bucket, filled as `aws s3 sync` does, and the API elsewhere."""

import mimetypes
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from playwright.sync_api import Browser

from bench.patience import expect
from bench.pens import SEVEN, draw
from bench.s3 import BUCKET, CREDENTIALS, s3_server
from tools.serve_page import CONFIG, FRONTEND


@pytest.fixture
def website(real_api: str) -> Iterator[str]:
    """Return the address of a bucket that holds the page's files, with the API's address."""
    with s3_server() as variables:
        url = variables["AWS_ENDPOINT_URL_S3"]
        client = boto3.client(
            "s3",
            endpoint_url=url,
            region_name=CREDENTIALS["AWS_DEFAULT_REGION"],
            aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        )
        for path in sorted(FRONTEND.iterdir()):
            client.put_object(
                Bucket=BUCKET,
                Key=path.name,
                Body=_with_address(path, real_api),
                ContentType=mimetypes.guess_type(path.name)[0] or "binary/octet-stream",
                ACL="public-read",
            )
        client.close()
        yield f"{url}/{BUCKET}/index.html"


def test_a_bucket_alone_serves_the_page(browser: Browser, website: str) -> None:
    context = browser.new_context(viewport={"width": 1000, "height": 800})
    try:
        page = context.new_page()
        troubles: list[str] = []
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.goto(website)
        page.locator("#reading[data-state]").wait_for()
        draw(page, SEVEN)
        expect(page.locator("#answer")).to_have_text("7")
        expect(page.locator("#sentence")).to_have_text("That is a seven.")
        assert troubles == []
    finally:
        context.close()


def _with_address(path: Path, api_url: str) -> bytes:
    """Return a file; of the one that says where the API is, what its manual asks to set."""
    if path.name != CONFIG:
        return path.read_bytes()
    return path.read_bytes().replace(b'"http://127.0.0.1:8000"', f'"{api_url}"'.encode())
