"""The review's server answers whoever has its address, and nobody else."""

import http.client
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from bench.reviewed import ACCEPTED, WAITING, id_of, lying, review_of, send_claims
from chalicelib.stores.open import open_store
from chalicelib.stores.store import Store
from export.errors import PortTaken
from export.review.addresses import Addresses
from export.review.server import FILES, ReviewServer, serving
from tests.hang_up import hang_up
from tests.one_piece import come_in_one_piece

JSON = "application/json"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Open a store with one piece of feedback."""
    return open_store(str(tmp_path / "store"))


@pytest.fixture
def one(store: Store) -> str:
    """Send one piece of feedback; return its id."""
    return id_of(send_claims(store, "1")[0])


@pytest.fixture
def url(store: Store, one: str) -> Iterator[str]:
    """Serve its review."""
    with serving(Addresses(review_of(store), "feedback")) as address:
        assert one
        yield address


def ask(
    url: str, address: str, body: object = None, *, path: str | None = None, **headers: str
) -> tuple[int, Any, http.client.HTTPResponse]:
    """Ask as the page does, but for the headers that are given (by _ for -)."""
    parts = urlsplit(url)
    ours = {"Host": parts.netloc}
    if body is not None:
        ours |= {"Origin": f"http://{parts.netloc}", "Content-Type": JSON}
    given = ours | {name.replace("_", "-"): value for name, value in headers.items()}
    connection = http.client.HTTPConnection(parts.netloc, timeout=30)
    connection.request(
        "GET" if body is None else "POST",
        path if path is not None else parts.path + address,
        None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode(),
        given,
    )
    response = connection.getresponse()
    content = response.read()
    connection.close()
    parsed = json.loads(content) if response.getheader("Content-Type") == JSON else content
    return response.status, parsed, response


def decision(one: str, **changes: object) -> dict[str, object]:
    return {"ids": [one], "decision": "accept", "label": None, "step": "1"} | changes


def test_each_answer_comes_in_one_piece(url: str) -> None:
    parts = urlsplit(url)
    assert parts.port
    assert come_in_one_piece(parts.port, parts.path)


def test_its_page_decides(url: str, store: Store, one: str) -> None:
    status, answer, _ = ask(url, "decisions", decision(one))
    assert (status, answer["moved"], answer["undo"]) == (200, [one], True)
    assert answer["counts"] == {"quarantine": 0, "accepted": 1, "rejected": 0}
    assert lying(store) == {one: (ACCEPTED, "1")}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 421),
        ({"Host": "evil.example:80"}, 421),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": ""}, 403),
        ({"Content_Type": "text/plain"}, 400),
        ({"Content_Type": "application/x-www-form-urlencoded"}, 400),
    ],
)
def test_nobody_else_decides(
    url: str, store: Store, one: str, headers: dict[str, str], status: int
) -> None:
    """Neither a page of another site, nor one whose name was made to point at this machine."""
    assert ask(url, "decisions", decision(one), **headers)[0] == status
    assert lying(store) == {one: (WAITING, "1")}


@pytest.mark.parametrize("path", ["/", "/items", "/wrong/items", "/wrong/", "//items", "/%00/"])
def test_without_the_secret_there_is_nothing(url: str, one: str, path: str) -> None:
    assert ask(url, "", path=path)[0] == 404
    assert ask(url, "", decision(one), path=path)[0] == 404


@pytest.mark.parametrize(
    "address",
    [
        "../server.py",
        "..%2fserver.py",
        "%2e%2e/server.py",
        "page/main.js",
        "drawings/x",
        "x.js",
        "items/x",
    ],
)
def test_only_the_page_and_its_drawings_are_served(url: str, address: str) -> None:
    assert ask(url, address)[0] == 404


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b"[" * 50_000,
        {},
        {"ids": []},
        {"ids": "all", "decision": "accept", "step": "1"},
        {"ids": [1], "decision": "accept", "step": "1"},
        {"ids": ["x"], "decision": "burn", "step": "1"},
        {"ids": ["x"], "decision": ["accept"], "step": "1"},
        {"ids": ["x"], "decision": "accept"},
        {"ids": ["x"], "decision": "relabel", "label": "11", "step": "1"},
        {"ids": ["x"], "decision": "relabel", "label": ["1"], "step": "1"},
    ],
)
def test_what_makes_no_sense_is_refused_in_words(url: str, body: object) -> None:
    status, answer, _ = ask(url, "decisions", body)
    assert status == 400
    assert answer["detail"].endswith(".")


def test_a_body_without_end_is_not_read(url: str) -> None:
    assert ask(url, "decisions", b"{}", Content_Length="99999999999")[0] == 400


def test_every_answer_carries_the_strict_policy(url: str, one: str) -> None:
    for address in ("", "main.js", "items", f"drawings/{one}", f"pictures/{one}", "nothing"):
        response = ask(url, address)[2]
        policy = response.getheader("Content-Security-Policy") or ""
        assert policy.startswith("default-src 'none'"), address
        assert "unsafe" not in policy
        assert response.getheader("X-Content-Type-Options") == "nosniff"
        assert response.getheader("Referrer-Policy") == "no-referrer"
        assert not response.getheader("Access-Control-Allow-Origin")


def test_drawings_are_pictures(url: str, one: str) -> None:
    _, drawing, response = ask(url, f"drawings/{one}")
    assert response.getheader("Content-Type") == "image/svg+xml"
    assert drawing.startswith(b"<svg ")
    _, picture, response = ask(url, f"pictures/{one}")
    assert response.getheader("Content-Type") == "image/png"
    assert picture.startswith(b"\x89PNG")


def test_each_start_has_a_secret_of_its_own_and_only_this_machine_reaches_it(url: str) -> None:
    with ReviewServer(Addresses(None, ""), 0) as other:  # type: ignore[arg-type]  # nothing is asked of it
        assert urlsplit(other.url).path != urlsplit(url).path
        assert len(urlsplit(other.url).path) > 30
        assert other.server_address[0] == "127.0.0.1"


def test_a_port_that_is_taken_is_named() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PortTaken, match=str(port)):
            ReviewServer(Addresses(None, ""), port)  # type: ignore[arg-type]  # nothing is asked of it


def test_the_page_is_no_part_of_what_is_deployed() -> None:
    root = Path(__file__).resolve().parents[2]
    assert FILES.is_relative_to(root / "export")
    deployed = [*(root / "frontend").iterdir(), *(root / "chalicelib").rglob("*")]
    assert not any("review" in path.name for path in deployed)


def test_a_browser_that_hangs_up_leaves_no_trace_in_the_terminal(
    store: Store, capfd: pytest.CaptureFixture[str]
) -> None:
    with serving(Addresses(review_of(store), "feedback")) as url:
        hang_up(url)
    assert capfd.readouterr().err == ""
