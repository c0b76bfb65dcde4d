"""What tools find in the sources, less what exceptions.yaml explains."""

import json
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from chalicelib.errors import InklingError

EXCEPTIONS = Path(__file__).with_name("exceptions.yaml")
SOURCES = ("app.py", "chalicelib", "export", "tools", "bench", ".chalice")
SHELL = ("#!/bin/sh", "#!/bin/bash", "#!/usr/bin/env bash", "#!/usr/bin/env sh")
WORKFLOWS = (
    ".github/workflows/*.y*ml",
    ".github/actions/**/action.y*ml",
    ".github/dependabot.y*ml",
)

Explained = Mapping[str, Mapping[str, Mapping[str, str]]]


class Finding(NamedTuple):
    """One thing that a tool found. path: within the project."""

    tool: str
    rule: str
    path: str
    line: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule} ({self.tool})"


class ToolFailed(InklingError):
    """A tool could not look at the sources."""

    def __init__(self, tool: str, reason: str) -> None:
        super().__init__(f"{tool} could not look: {reason}")


def read_exceptions(path: Path = EXCEPTIONS) -> Explained:
    """Return the reasons by tool, rule and pattern of files."""
    found: Explained = yaml.safe_load(path.read_text())
    return found


def findings(root: Path) -> dict[str, list[Finding]]:
    """Return all that each tool finds in a project. Raises ToolFailed."""
    return {
        "bandit": _bandit(root),
        "ruff": _ruff(root),
        "shellcheck": _shellcheck(root),
        "zizmor": _zizmor(root),
    }


def unexplained(found: Iterable[Finding], explained: Explained) -> list[Finding]:
    """Return the findings for which there is no reason."""
    return [finding for finding in found if not _patterns_of(finding, explained)]


def unneeded(found: Iterable[Finding], explained: Explained) -> list[str]:
    """Return the exceptions that nothing needs any more."""
    met = {
        (finding.tool, finding.rule, pattern)
        for finding in found
        for pattern in _patterns_of(finding, explained)
    }
    return [
        f"{tool} {rule} {pattern}"
        for tool, rules in explained.items()
        for rule, patterns in rules.items()
        for pattern in patterns
        if (tool, rule, pattern) not in met
    ]


def _patterns_of(finding: Finding, explained: Explained) -> list[str]:
    patterns = explained.get(finding.tool, {}).get(finding.rule, {})
    return [
        pattern for pattern, why in patterns.items() if why and fnmatchcase(finding.path, pattern)
    ]


def _bandit(root: Path) -> list[Finding]:
    """Every finding, also where a comment says `nosec`."""
    report = json.loads(
        _run(root, "bandit", "-q", "-f", "json", "--ignore-nosec", "-r", *_present(root, SOURCES))
    )
    if report["errors"]:
        raise ToolFailed("bandit", str(report["errors"]))
    return [
        Finding("bandit", each["test_id"], _within(root, each["filename"]), each["line_number"])
        for each in report["results"]
    ]


def _ruff(root: Path) -> list[Finding]:
    """Every finding of the rules for security, also where pyproject.toml or `noqa` let it be."""
    options = ("check", "--isolated", "--select", "S", "--ignore-noqa", "--output-format", "json")
    return [
        Finding("ruff", each["code"], _within(root, each["filename"]), each["location"]["row"])
        for each in json.loads(_run(root, "ruff", *options, *_present(root, SOURCES)))
    ]


def _shellcheck(root: Path) -> list[Finding]:
    scripts = [path for path in _candidates(root) if _is_shell(path)]
    if not scripts:
        return []
    names = [str(path.relative_to(root)) for path in scripts]
    report = json.loads(_run(root, "shellcheck", "--format", "json1", *names))
    return [
        Finding("shellcheck", f"SC{each['code']}", _within(root, each["file"]), each["line"])
        for each in report["comments"]
    ]


def _zizmor(root: Path) -> list[Finding]:
    """Workflows of a CI; where there are none, it has nothing to say."""
    workflows = [str(path.relative_to(root)) for kind in WORKFLOWS for path in root.glob(kind)]
    if not workflows:
        return []
    report = json.loads(_run(root, "zizmor", "--offline", "--format", "json-v1", *workflows))
    return [
        Finding("zizmor", each["ident"], *_place(root, each["locations"][0])) for each in report
    ]


def _place(root: Path, location: Mapping[str, Any]) -> tuple[str, int]:
    key = location["symbolic"]["key"]["Local"]
    start = location["concrete"]["location"]["start_point"]
    return _within(root, key["verbatim_path"]), int(start["row"]) + 1


def _candidates(root: Path) -> list[Path]:
    """Files that may be scripts: those without a suffix or with that of a shell."""
    folders = [root / name for name in (".ci", "tools", "bench", "export")]
    files = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
    return [path for path in files if path.suffix in ("", ".sh", ".bash")]


def _is_shell(path: Path) -> bool:
    return path.read_bytes()[:40].decode(errors="replace").startswith(SHELL)


def _present(root: Path, names: Sequence[str]) -> list[str]:
    return [name for name in names if (root / name).exists()]


def _within(root: Path, name: str) -> str:
    path = Path(name)
    return (path.relative_to(root) if path.is_absolute() else path).as_posix()


def _run(root: Path, tool: str, *options: str) -> str:
    """Return what a tool of this environment prints."""
    command = [str(Path(sys.executable).with_name(tool)), *options]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if not done.stdout.strip():
        raise ToolFailed(tool, done.stderr.strip() or f"exit status {done.returncode}")
    return done.stdout
