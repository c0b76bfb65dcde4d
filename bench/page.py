"""What the page loads before the first stroke: bytes over the wire, and from whom.

    python -m bench.page

A real browser opens the page, with the package behind it; every response counts with its headers.
Files count as CloudFront sends them, compressed by gzip where it compresses; the API's answers as
they are.
"""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

from playwright.sync_api import Response

from bench.chromium import chromium
from bench.emulator.gateway import Gateway
from bench.emulator.gateway_responses import GatewayResponses
from bench.emulator.pool import Pool
from bench.emulator.routes import Routes
from bench.emulator.runtime_api import HOST
from bench.emulator.worker import Function
from bench.figures import Figure, Spread
from bench.workers import functions
from tools.package.build import ROOT, TEMPLATE
from tools.serve_page import serving

LEAST_COMPRESSED_BYTES = 1_000  # CloudFront leaves smaller files as they are
COMPRESSED = ("text/", "image/svg+xml")
GZIP_LEVEL = 6


def main() -> None:
    """Run the command line."""
    build = ROOT / "build"
    with functions(build) as found:
        for figure in figures(found.inkling, build / TEMPLATE):
            print(figure)


def figures(function: Function, template: Path) -> list[Figure]:
    """Return the kB (1,000 bytes) before the first stroke, and the requests to third parties."""
    with api(function, template) as api_url, serving(api_url) as page_url:
        wire = loaded(page_url, api_url)
        hosts = {urlsplit(page_url).netloc, urlsplit(api_url).netloc}
        wire_kb = sum(wire.values()) / 1000
        strangers = sum(urlsplit(url).netloc not in hosts for url in wire)
    return [
        Figure("page: over the wire before the first stroke", "kB", Spread.of([wire_kb]), most=40),
        Figure("page: requests to third parties", "requests", Spread.of([strangers]), most=0),
    ]


@contextmanager
def api(function: Function, template: Path) -> Iterator[str]:
    """Serve the package for the page; its address, stage included."""
    routes = Routes.of_template(template)
    pool = Pool(function, size=2)
    server = Gateway(routes, GatewayResponses.of_template(template), pool)
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://{HOST}:{server.server_port}/{routes.stage}"
    finally:
        server.shutdown()
        server.server_close()
        pool.chill()


def loaded(page_url: str, api_url: str) -> dict[str, int]:
    """Return the bytes of every response to the page until the network is quiet, by address."""
    with chromium() as browser:
        page = browser.new_page()
        found: list[Response] = []
        page.on("response", lambda response: found.append(response))  # noqa: PLW0108 - marked by playwright
        page.goto(page_url, wait_until="networkidle")
        return {response.url: wire_bytes(response, api_url) for response in found}


def wire_bytes(response: Response, api_url: str) -> int:
    """Return what a response weighs: its headers as HTTP/1.1 has them, and its body as sent."""
    headers = sum(len(f"{name}: {value}\r\n") for name, value in response.all_headers().items())
    body = response.body()
    if compressed(response, body, api_url):
        body = gzip.compress(body, GZIP_LEVEL)
    return headers + len(body)


def compressed(response: Response, body: bytes, api_url: str) -> bool:
    """Whether CloudFront would compress it."""
    kind = response.headers.get("content-type", "")
    return (
        not response.url.startswith(api_url)
        and kind.startswith(COMPRESSED)
        and len(body) >= LEAST_COMPRESSED_BYTES
    )


if __name__ == "__main__":
    main()
