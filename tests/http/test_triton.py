"""Triton's own client speaks with `chalice local`, and with the packaged function as in AWS."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from bench.emulator.routes import Routes
from bench.emulator.served import served
from bench.emulator.throttle import Throttle
from bench.emulator.worker import Function
from bench.local_server import HOST
from bench.transports import ServerTransport, Transport
from chalicelib import __version__
from tests.http.bodies import JSON, body, pixels
from tests.unit.digits import DIGITS
from tools.package.build import ROOT, TEMPLATE

PYTHON = ROOT / ".venv-clients" / "bin" / "python"
PROGRAM = Path(__file__).with_name("triton_client.py")
TIMEOUT_S = 120.0
AT_ONCE = 2  # requests under way, and workers that answer them

pytestmark = pytest.mark.skipif(
    not PYTHON.exists(), reason="Triton's client needs .venv-clients; `make test` makes it."
)


class Site(NamedTuple):
    """Where the API is, for Triton's client and for any other."""

    url: str
    transport: Transport


@pytest.fixture(params=["chalice local", "packaged function"])
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    """Return the app as `make run` serves it, and behind a gateway as Lambda runs it."""
    if request.param == "chalice local":
        server = request.getfixturevalue("server")
        yield Site(f"{HOST}:{server.port}", server)
        return
    template: Path = request.getfixturevalue("package") / TEMPLATE
    function: Function = request.getfixturevalue("function")
    stage = Routes.of_template(template).stage
    with served(template, function, AT_ONCE, prefix=f"/{stage}") as (transport, _pool):
        yield Site(f"{HOST}:{transport.port}/{stage}", transport)


def ask(
    site: Site, *infer: dict[str, Any], models: tuple[tuple[str, str], ...] = ()
) -> dict[str, Any]:
    """Return what the client makes of a server's answers."""
    done = subprocess.run(
        [PYTHON, "-W", "error", PROGRAM, site.url, str(AT_ONCE)],
        input=json.dumps({"models": models, "infer": infer}),
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answers: dict[str, Any] = json.loads(done.stdout)
    assert answers["infer_at_once"] == answers["infer"]
    return answers


def images(**changed: Any) -> dict[str, Any]:
    """Return a request to read every digit as an image."""
    data = [pixels(digit) for digit in DIGITS]
    tensor = {"name": "images", "datatype": "UINT8", "shape": [len(data), 56, 56], "data": data}
    plain = {"model": "cnn", "version": "", "outputs": [], "id": "", "binary": False}
    return plain | {"inputs": [tensor]} | changed


def published(site: Site) -> list[tuple[str, str]]:
    """Return name and version of every model."""
    models = site.transport.request("GET", "/v1/models").json["models"]
    return [(model["name"], model["version"]) for model in models]


def test_the_client_finds_the_server_and_its_models(site: Site) -> None:
    models = [("cnn", ""), *published(site), ("oracle", ""), ("cnn", "1")]
    found = ask(site, models=tuple(models))
    assert (found["live"], found["ready"]) == (True, True)
    assert found["server"] == {"name": "inkling", "version": __version__, "extensions": []}
    assert found["models_ready"] == [True] * (len(models) - 2) + [False, False]
    for (name, _), metadata in zip(models[:-2], found["models"], strict=False):
        assert metadata["name"] == name
        assert [of["name"] for of in metadata["inputs"]] == ["pictures", "images"]
    assert [told["status"] for told in found["models"][-2:]] == ["404", "404"]
    assert found["models"][-2]["error"].startswith("There is no model 'oracle'")


def test_the_client_reads_with_every_model_and_version(site: Site) -> None:
    asked = published(site)
    requests = [images(model=name, version=version, id=name) for name, version in asked]
    found = ask(site, *requests)["infer"]
    assert [(*each["model"], each["id"]) for each in found] == [(*of, of[0]) for of in asked]
    for (name, _), answer in zip(asked, found, strict=True):
        assert answer["outputs"]["labels"] == list(DIGITS)
        assert np.shape(answer["outputs"]["probabilities"]) == (len(DIGITS), 11)
        for row, digit in enumerate(DIGITS):
            fields = {"pixels": pixels(digit), "single": True, "candidates": 1, "model": name}
            reading = site.transport.request("POST", "/v1/recognize", body(fields), JSON).json
            assert answer["outputs"]["status"][row] == reading["digits"][0]["status"]
            share = answer["outputs"]["probabilities"][row][int(digit)]
            assert share == pytest.approx(reading["digits"][0]["probability"], abs=1e-6)


def test_the_client_sends_pictures_beside_images_and_chooses_outputs(site: Site) -> None:
    blank = {"name": "pictures", "datatype": "FP32", "shape": [1, 1, 28, 28], "data": [0.0] * 784}
    both = images(outputs=["status", "labels"])
    both["inputs"] = [*both["inputs"], blank]
    (found,) = ask(site, both)["infer"]
    assert list(found["outputs"]) == ["status", "labels"]
    assert found["outputs"]["labels"][:-1] == list(DIGITS)
    assert found["outputs"]["status"][-1] == "not_a_digit"


def test_the_client_tells_what_is_wrong(site: Site) -> None:
    empty = images()["inputs"][0] | {"shape": [1, 8, 8], "data": [0] * 64}
    narrow = empty | {"shape": [2, 8, 4]}
    asked = [
        images(binary=True),
        images(model="oracle"),
        images(version="1"),
        images(outputs=["logits"]),
        images(inputs=[empty]),
        images(inputs=[narrow]),
    ]
    found = ask(site, *asked)["infer"]
    assert [told["status"] for told in found] == ["400", "404", "404", "400", "400", "400"]
    texts = ["binary_data=False", "there are cnn", "no such version", "/outputs/0/name: "]
    texts += ["Image 0 holds no ink", "/inputs/0/shape: "]
    for told, text in zip(found, texts, strict=True):
        assert text in told["error"]


def example(language: str, server: ServerTransport) -> str:
    """Return the one example in a language of the page on the protocol, for this server."""
    page = (ROOT / "docs" / "open-inference.md").read_text()
    (text,) = re.findall(rf"^```{language}\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    assert isinstance(text, str)
    return text.replace("127.0.0.1:8000", f"{HOST}:{server.port}")


def test_the_example_in_python_prints_what_the_page_says(server: ServerTransport) -> None:
    program = example("python", server)
    assert str(server.port) in program
    done = subprocess.run([PYTHON, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == example("text", server)


@pytest.mark.skipif(shutil.which("curl") is None, reason="The example of curl needs curl.")
def test_the_example_of_curl_prints_what_the_page_says(server: ServerTransport) -> None:
    command = example("sh", server)
    assert str(server.port) in command
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    printed, expected = json.loads(done.stdout), json.loads(example("json", server))
    assert printed.keys() == expected.keys()
    assert printed["outputs"] == expected["outputs"]


def test_the_client_understands_a_gateway_that_lets_nothing_through(
    package: Path, function: Function
) -> None:
    template = package / TEMPLATE
    closed = Throttle(rate_a_s=0, burst=0)
    with served(template, function, throttle=closed) as (transport, _pool):
        stage = Routes.of_template(template).stage
        found = ask(Site(f"{HOST}:{transport.port}/{stage}", transport), images())
    assert (found["live"], found["ready"]) == (False, False)
    assert found["infer"] == [{"status": "429", "error": "Too many requests"}]
