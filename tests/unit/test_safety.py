"""What holds of the sources by construction: what they must not do, and that ignores say why.

What bandit, ruff, shellcheck and zizmor look for is in bench/campaigns/security.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from chalicelib.learning import receipts

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("chalicelib", "export", "tools", "bench", "tests", ".chalice")
SOURCES = [ROOT / "app.py", *(p for f in FOLDERS for p in sorted((ROOT / f).rglob("*.py")))]
SERVING = [p for p in SOURCES if p.is_relative_to(ROOT / "chalicelib") or p.name == "app.py"]
OURS = [p for p in SOURCES if not p.is_relative_to(ROOT / "tests")]
# A rule in brackets or after a colon, then why.
IGNORE = re.compile(
    r"#\s*(?:noqa|nosec|type:\s*ignore|shellcheck\s+disable|eslint-disable|zizmor:\s*ignore)\b"
    r"(?P<rules>[:=]?\s*(?:\[[a-z, -]+\]|[A-Z]+[0-9]+(?:,\s*[A-Z]+[0-9]+)*))?(?P<why>.*)"
)
SECRET = re.compile(r"secret|receipt|password|token\b|digest|signature", re.IGNORECASE)
# What is named alike and is no secret: content by its digest, and the gateway's names.
KNOWN_TO_ALL = re.compile(r"sha256\(|dataset_id|code\.id|receipt\.created|DIGESTS?\b")


@cache
def tree(path: Path) -> ast.Module:
    """Return what a file says, read once."""
    return ast.parse(path.read_text())


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """Yield each call of a file with the name that is called, as it is written."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def keyword(call: ast.Call, name: str) -> object:
    found = [k.value for k in call.keywords if k.arg == name]
    return found[0].value if found and isinstance(found[0], ast.Constant) else None


def test_every_ignore_says_which_rule_and_why() -> None:
    """But for imports below importorskip, which must stand there."""
    shell = [ROOT / ".ci" / "run", ROOT / "tools" / "find-python", ROOT / "Makefile"]
    scripts = [*sorted((ROOT / "frontend").glob("*.js")), *SOURCES, *shell]
    unexplained = []
    for path in scripts:
        if path == Path(__file__):
            continue
        text = path.read_text()
        for number, line in enumerate(text.splitlines(), 1):
            found = IGNORE.search(line)
            if not found or (found["rules"] == ": E402" and "importorskip" in text):
                continue
            if not found["rules"] or not re.search(r"\w{2}", found["why"]):
                unexplained.append(f"{named(path)}:{number}")
    assert unexplained == []


@pytest.mark.parametrize(
    ("line", "explained"),
    [
        ("x = 1  # noqa: S101 - why it is so", True),
        ("x = 1  # type: ignore[arg-type]  # why it is so", True),
        ("x = 1  # noqa: S101", False),
        ("x = 1  # noqa", False),
        ("x = 1  # type: ignore", False),
        ("x = 1  # nosec B101", False),
    ],
)
def test_an_ignore_without_a_reason_would_be_seen(line: str, explained: bool) -> None:
    found = IGNORE.search(line)
    assert found
    assert bool(found["rules"] and re.search(r"\w{2}", found["why"])) == explained


def test_nothing_that_is_loaded_may_run_code() -> None:
    for path in OURS:
        for name, call in calls(path):
            if name == "np.load":
                assert keyword(call, "allow_pickle") is False, named(path)
            if name == "torch.load":
                assert keyword(call, "weights_only") is True, named(path)
            assert name not in {"eval", "exec", "compile", "__import__", "os.system", "os.popen"}
            assert not name.startswith(("pickle.", "marshal.", "shelve.", "dill.", "joblib."))
            assert name != "yaml.load", named(path)
            assert keyword(call, "shell") is not True, named(path)


def test_temporary_files_are_made_by_nobody_elses_guess() -> None:
    for path in OURS:
        for name, _ in calls(path):
            assert name not in {"tempfile.mktemp", "os.tmpnam", "os.tempnam"}, named(path)


def test_no_secret_is_compared_byte_by_byte() -> None:
    """Only hmac.compare_digest takes as long for a wrong secret as for a nearly right one."""
    compared = []
    for path in [*SERVING, *sorted((ROOT / "export" / "review").glob("*.py"))]:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Compare) and isinstance(
                node.ops[0], ast.Eq | ast.NotEq | ast.In
            ):
                text = ast.unparse(node)
                if SECRET.search(text) and not KNOWN_TO_ALL.search(text):
                    compared.append(f"{named(path)}:{node.lineno}: {text}")
    assert compared == []
    for file in ("chalicelib/learning/receipts.py", "export/review/server.py"):
        assert "hmac.compare_digest" in {name for name, _ in calls(ROOT / file)}


def test_secrets_come_of_the_systems_chance_and_are_long_enough() -> None:
    source = ast.parse(Path(receipts.__file__).read_text())
    imported = {a.name for n in ast.walk(source) if isinstance(n, ast.Import) for a in n.names}
    assert "secrets" in imported
    assert "random" not in imported
    assert len({receipts.random_secret() for _ in range(1000)}) == 1000
    assert len(receipts.random_secret()) == 43  # 256 bits
    assert len(bytes.fromhex(receipts.new_id())) == 16
    assert len(bytes.fromhex(receipts.new_salt())) == 32


def test_what_serves_starts_no_program_and_opens_no_address_but_its_stores() -> None:
    stores, queue = (ROOT / "chalicelib" / name for name in ("stores", "batch/queue.py"))
    reaching = {"subprocess", "socket", "urllib.request", "ftplib", "smtplib", "ctypes", "os.exec"}
    for path in SERVING:
        for node in ast.walk(tree(path)):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module]
            assert not reaching & set(names), named(path)
            if {"http.client", "boto3"} & set(names):
                assert path.is_relative_to(stores) or path == queue, named(path)


def test_what_the_threat_model_names_is_there() -> None:
    text = (ROOT / "docs" / "threat-model.md").read_text()
    files = set(re.findall(r"`([a-z./_-]+/[a-z_.*-]*)`", text))
    linked = {f"docs/{name}" for name in re.findall(r"\]\(([a-z0-9/-]+\.md)\)", text)}
    assert len(files) > 20
    built = {"build/sbom.json", "learning/"}  # what is made, and a folder in the bucket
    assert sorted(n for n in (files | linked) - built if not list(ROOT.glob(n))) == []
