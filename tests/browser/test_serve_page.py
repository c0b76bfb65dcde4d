"""The server of the page."""

import http.client
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.hang_up import hang_up
from tests.one_piece import come_in_one_piece
from tools.serve_page import FRONTEND, HOST, PortTaken, page_server, serving

API = "http://127.0.0.1:4321"


@pytest.fixture
def port() -> Iterator[int]:
    with serving(API) as address:
        yield int(address.rsplit(":", 1)[1].strip("/"))


def get(port: int, path: str, method: str = "GET") -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection(HOST, port, timeout=30)
    connection.request(method, path)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response, body


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/index.html", "text/html; charset=utf-8"),
        ("/main.js", "text/javascript; charset=utf-8"),
        ("/styles.css?v=1", "text/css; charset=utf-8"),
        ("/icon.svg", "image/svg+xml"),
    ],
)
def test_files_come_with_their_type_and_the_strict_policy(
    port: int, path: str, content_type: str
) -> None:
    response, body = get(port, path)
    name = path.partition("?")[0].strip("/") or "index.html"
    assert response.status == 200
    assert body == (FRONTEND / name).read_bytes()
    assert response.headers["Content-Type"] == content_type
    assert response.headers["Cache-Control"] == "no-store"
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert f"connect-src 'self' {API}" in policy
    assert "unsafe" not in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["Referrer-Policy"] == "no-referrer"


def test_each_file_comes_in_one_piece(port: int) -> None:
    assert come_in_one_piece(port, "/main.js")


def test_the_config_names_the_api_that_was_given(port: int) -> None:
    _, body = get(port, "/config.js")
    assert body == f'export const apiUrl = "{API}";\n'.encode()


@pytest.mark.parametrize(
    "path",
    [
        "/../app.py",
        "/%2e%2e/app.py",
        "/..%2fapp.py",
        "/../tools/serve_page.py",
        "//etc/passwd",
        "/.",
        "/..",
        "/%00",
        "/main.js%00.html",
        "/main.js/",
        "/missing.js",
        "/sub/",
    ],
)
def test_nothing_else_is_served(port: int, path: str) -> None:
    assert get(port, path)[0].status == 404


def test_head_sends_no_body(port: int) -> None:
    response, body = get(port, "/main.js", "HEAD")
    assert (response.status, body) == (200, b"")
    assert int(response.headers["Content-Length"]) == (FRONTEND / "main.js").stat().st_size


def test_a_port_that_is_taken_is_one_clear_error() -> None:
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortTaken, match=f"Port {port} is taken"):
            page_server(port, API)
        command = [sys.executable, "-m", "tools.serve_page", "--port", str(port)]
        root = FRONTEND.parent
        found = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert found.returncode == 1
    assert found.stderr == f"Port {port} is taken; choose another one for the page.\n"


def test_a_browser_that_hangs_up_leaves_no_trace_in_the_terminal(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with serving(API) as address:
        hang_up(address)
    assert capfd.readouterr().err == ""
