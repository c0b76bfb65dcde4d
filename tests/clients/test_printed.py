"""What README.md and docs/clients.md show callers runs as printed, and prints what they say."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bench.local_server import HOST
from bench.transports import ServerTransport
from chalicelib.http.problems import ALL_PROBLEMS
from tests.clients.generators import ENVIRONMENT, IS_THERE, MISSING, run
from tests.clients.printed import Block, agrees, blocks_of, json_values
from tools.package.build import ROOT

if TYPE_CHECKING:  # the training environment has no Playwright
    from playwright.sync_api import Browser

README = blocks_of(ROOT / "README.md", "The API")
CLIENTS = blocks_of(ROOT / "docs" / "clients.md")
SEPARATOR = "\x1e"  # between what the blocks of a shell print
TYPESCRIPT = ROOT / "tests" / "clients" / "typescript"
needs_curl = pytest.mark.skipif(not shutil.which("curl"), reason="There is no curl here.")
needs_generators = pytest.mark.skipif(not IS_THERE, reason=MISSING)
on_each_page = pytest.mark.parametrize("page", [README, CLIENTS], ids=["README", "clients"])


@pytest.fixture
def address(server: ServerTransport) -> str:
    """Return where the API is served."""
    return f"http://{HOST}:{server.port}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder that looks like the root of the repository to what is printed."""
    for name in ("docs", "tests"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "node_modules").symlink_to(ENVIRONMENT / "node_modules")
    return tmp_path


def programs(page: list[Block], language: str) -> list[Block]:
    """Return the programs of a page in one language; a page without any fails the test."""
    found = [block for block in page if block.language == language]
    assert found
    return found


def is_generated(block: Block) -> bool:
    """Whether a program needs a generated client."""
    return "inkling_client" in block.text


def shell(folder: Path, page: list[Block], address: str) -> list[str]:
    """Run all that a page prints for a shell, in one, and return what each block prints."""
    blocks = [f"{block.at(address)}printf '\\x1e'\n" for block in programs(page, "sh")]
    return run(folder, "bash", "-euo", "pipefail", "-c", "".join(blocks)).split(SEPARATOR)[:-1]


def shown_answers(page: list[Block]) -> list[tuple[int, Any]]:
    """Return each JSON that a page shows, and which of the shell's blocks answers it."""
    found: list[tuple[int, Any]] = []
    index = -1
    for block in page:
        index += block.language == "sh"
        if block.language == "json":
            found.append((index, json.loads(block.text)))
    return found


@needs_curl
@pytest.mark.parametrize("page", [README, pytest.param(CLIENTS, marks=needs_generators)])
def test_a_shell_answers_as_shown(page: list[Block], folder: Path, address: str) -> None:
    printed = shell(folder, page, address)
    shown = shown_answers(page)
    assert shown
    for index, answer in shown:
        found = list(json_values(printed[index]))
        assert agrees(answer, found[0]), found[0]
        calls = programs(page, "sh")[index].text.count("curl ")
        assert [each["text"] for each in found] == ["7"] * calls


@on_each_page
def test_python_prints_what_is_said(page: list[Block], tmp_path: Path, address: str) -> None:
    for block in programs(page, "python"):
        if is_generated(block):
            continue
        done = subprocess.run(
            [sys.executable, "-c", block.at(address)],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.stdout, done.stderr) == (block.said, "")


@needs_generators
@on_each_page
def test_node_prints_what_is_said(page: list[Block], tmp_path: Path, address: str) -> None:
    for block in programs(page, "js"):
        (tmp_path / "program.mjs").write_text(block.at(address))
        assert run(tmp_path, "node", "program.mjs") == block.said


@on_each_page
def test_a_page_prints_what_is_said(page: list[Block], browser: "Browser", address: str) -> None:
    for block in programs(page, "js"):
        tab = browser.new_page()
        # The browser itself writes of each answer that is a failure.
        with tab.expect_console_message(lambda message: message.type == "log") as said:
            tab.add_script_tag(type="module", content=block.at(address))
        assert f"{said.value.text}\n" == block.said
        tab.close()


@needs_curl
@needs_generators
def test_generated_clients_print_what_is_said(folder: Path, address: str) -> None:
    shell(folder, CLIENTS, address)
    (in_python,) = filter(is_generated, programs(CLIENTS, "python"))
    assert run(folder, "python", "-c", in_python.at(address)) == in_python.said
    for name in ("tsconfig.json", "package.json"):
        shutil.copy(TYPESCRIPT / name, folder)
    (in_typescript,) = programs(CLIENTS, "ts")
    (folder / "program.ts").write_text(in_typescript.at(address))
    run(folder, "tsc")
    assert run(folder, "node", "built/program.js") == in_typescript.said


def test_the_table_of_errors_is_the_one_that_is_served() -> None:
    text = (ROOT / "docs" / "clients.md").read_text()
    rows = re.findall(r"^\| ([0-9]{3}) \| (.*) \|$", text, re.MULTILINE)
    shown = {(int(status), code) for status, codes in rows for code in re.findall(r"\w+", codes)}
    assert shown == {(problem.status, problem.code) for problem in ALL_PROBLEMS}


@pytest.mark.parametrize(
    ("found", "alike"),
    [
        ({"text": "7", "p": 0.9985, "box": {"x": 10.0}, "models": [1]}, True),
        ({"text": "1", "p": 0.9985, "box": {"x": 10.0}, "models": [1]}, False),
        ({"text": "7", "p": 0.9975, "box": {"x": 10.0}, "models": [1]}, False),
        ({"text": "7", "p": 0.9985, "box": {"x": 10.0}, "models": []}, False),
        ({"text": "7", "p": 0.9985, "box": {"x": 10.0, "y": 1.0}, "models": [1]}, False),
        ({"text": "7", "p": 0.9985, "box": {"x": 10.0}}, False),
    ],
)
def test_an_answer_that_is_not_as_shown_is_noticed(found: dict[str, Any], alike: bool) -> None:
    shown = {"text": "7", "p": 0.999, "box": {"x": 10.0}, "models": ["..."]}
    assert agrees(shown, found | {"version": "x"}) is False
    assert agrees(shown, found) is alike


@pytest.mark.parametrize("text", ["print(1)\n", "print(1)  # 1\nprint(2)\n", "x = 1\n"])
def test_a_program_that_does_not_say_what_it_prints_is_noticed(text: str) -> None:
    with pytest.raises(ValueError, match="not every line"):
        _ = Block("python", text).said
