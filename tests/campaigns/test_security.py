"""The campaign of security in short, and that it notices what is wrong."""

import json
import random
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from bench.campaigns import security
from bench.campaigns.security import faults
from bench.campaigns.security.faults import Tally, secrets_in
from bench.campaigns.security.findings import findings, unexplained, unneeded
from bench.campaigns.security.probes import Probes
from bench.campaigns.security.site import Site

RECEIPT = f"20260301-{'0' * 32}-{'s' * 43}"
UNSAFE = """
import pickle
import subprocess

def load(data, name):
    subprocess.run(f"ls {name}", shell=True)
    return pickle.loads(data)
"""
WORKFLOW = """
name: unsafe
on: pull_request_target
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: echo ${{ github.event.pull_request.title }}
"""


def test_all_holds() -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    facts = security.run(80, seed)
    assert [str(fact) for fact in facts if not fact.held] == []
    assert {fact.what for fact in facts} > set(faults.KINDS)


class _Careless(BaseHTTPRequestHandler):
    """Does all that must not be."""

    protocol_version = "HTTP/1.1"

    def do_any(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = json.dumps({"receipt": RECEIPT, "detail": "Traceback (most recent call last)"})
        self.send_response(201 if self.command == "POST" else 200)
        self.send_header("Access-Control-Allow-Origin", self.headers.get("Origin", "*"))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body.encode())

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = do_any  # noqa: N815 - the library's names

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Say nothing."""


@pytest.fixture
def careless(tmp_path: Path) -> Iterator[Site]:
    """Run a server that does all that must not be, as API and as page."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Careless) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        address = f"http://127.0.0.1:{server.server_port}"
        yield Site(address, address, tmp_path / "log")
        server.shutdown()
        thread.join()


def test_a_careless_server_is_seen_through(careless: Site) -> None:
    tally = Tally()
    probes = Probes(careless, random.Random(5), tally)
    for _ in range(60):
        probes.send()
    probes.finish()
    probes.lose_storage()
    noticed = {kind for kind in faults.KINDS if tally[kind]}
    assert noticed == {
        faults.HEADERS,
        faults.ORIGINS,
        faults.PLACES,
        faults.RECEIPTS,
        faults.INTERNALS,
        faults.BROKEN,
    }


def test_a_secret_in_a_log_is_seen() -> None:
    written = b'127.0.0.1 "DELETE /v1/feedback/20260301-ab-THESECRET HTTP/1.1" 204'
    secrets = {"THESECRET": "a receipt", "OTHER": "a key"}
    assert secrets_in(written, secrets) == ["a receipt"]


def test_unsafe_sources_are_found_and_need_a_reason(tmp_path: Path) -> None:
    for name, text in (
        ("tools/unsafe.py", UNSAFE),
        ("tools/unsafe", "#!/usr/bin/env bash\nrm -rf $1/\n"),
        (".github/workflows/unsafe.yml", WORKFLOW),
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    found = findings(tmp_path)
    rules = {tool: {finding.rule for finding in of_tool} for tool, of_tool in found.items()}
    assert {"B301", "B602"} <= rules["bandit"]
    assert {"S301", "S602"} <= rules["ruff"]
    assert "SC2086" in rules["shellcheck"]
    assert {"dangerous-triggers", "template-injection"} <= rules["zizmor"]
    every = found["bandit"]
    reasons = {"bandit": {"B602": {"tools/*": "so it is"}, "B301": {"tools/*": ""}}}
    assert {finding.rule for finding in unexplained(every, reasons)} == rules["bandit"] - {"B602"}
    assert unneeded(every, {"bandit": {"B999": {"*": "of old"}}}) == ["bandit B999 *"]
