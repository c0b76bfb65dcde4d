"""Print the path of a Chromium for the browser tests, installing one where there is none."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def main() -> int:
    """Print the path of a browser that starts; return 1 with one line where none is to be had."""
    named = os.environ.get("INKLING_CHROMIUM")
    if named:
        if _starts(named):
            print(named)
            return 0
        print(f"INKLING_CHROMIUM names {named}, which does not start.", file=sys.stderr)
        return 1
    for find in (_on_path, _of_playwright, _installed_by_apt, _installed_by_playwright):
        path = find()
        if path and _starts(path):
            print(path)
            return 0
    print(
        "No Chromium was found and none could be installed; install it, or name one: "
        "INKLING_CHROMIUM=/path/to/chromium make test",
        file=sys.stderr,
    )
    return 1


def _starts(path: str) -> bool:
    try:
        found = subprocess.run([path, "--version"], capture_output=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return found.returncode == 0


def _on_path() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def _of_playwright() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def _installed_by_apt() -> str | None:
    if not shutil.which("apt-get") or os.geteuid() != 0:
        return None
    quiet = ["-qq", "-o", "Dpkg::Use-Pty=0"]
    print("Installing Chromium with apt-get (once)...", file=sys.stderr)
    _run(["apt-get", "update", *quiet])
    _run(["apt-get", "install", "-y", "--no-install-recommends", *quiet, "chromium"])
    return _on_path()


def _installed_by_playwright() -> str | None:
    print("Installing Chromium with playwright (once)...", file=sys.stderr)
    _run([sys.executable, "-m", "playwright", "install", "chromium"])
    return _of_playwright()


def _run(command: list[str]) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(command, stdout=sys.stderr, env=environment, check=False)


if __name__ == "__main__":
    sys.exit(main())
