"""Install packages into the environment of the Python that runs this: with uv, or else with pip.

`.venv-stack/bin/python -m tools.install --require-hashes --no-deps -r locks/requirements-stack.txt`
takes what `pip install` and `uv pip install` both take. uv is many times quicker but does not read
pip's configuration, which says where packages come from: it is handed what it understands of that.
Where pip is told anything else, or uv fails, pip installs.
"""

import ast
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

UV = Path(__file__).resolve().parents[1] / ".venv" / "bin" / "uv"
SECTIONS = (":env:", "install", "global")  # of pip's configuration, the strongest first
# What pip is told, uv's variable for it, and what stands between several of them there.
TRANSLATED = {
    "index-url": ("UV_DEFAULT_INDEX", " "),
    "extra-index-url": ("UV_INDEX", " "),
    "find-links": ("UV_FIND_LINKS", ","),
    "no-index": ("UV_NO_INDEX", " "),
    "trusted-host": ("UV_INSECURE_HOST", " "),
    "cert": ("SSL_CERT_FILE", " "),
    "client-cert": ("SSL_CLIENT_CERT", " "),
    "proxy": ("ALL_PROXY", " "),
    "timeout": ("UV_HTTP_TIMEOUT", " "),
    "default-timeout": ("UV_HTTP_TIMEOUT", " "),
}
# What changes neither what is installed nor where it comes from.
HARMLESS = {
    "config-file",
    "disable-pip-version-check",
    "no-color",
    "no-input",
    "no-warn-script-location",
    "progress-bar",
    "quiet",
    "retries",
    "root-user-action",
    "verbose",
    "cache-dir",
    "no-cache-dir",
    "break-system-packages",
    "require-virtualenv",
}
# pip takes the best release of all its indexes, uv by itself that of the first index.
AS_PIP = {"UV_INDEX_STRATEGY": "unsafe-best-match"}


class Untranslated(Exception):
    """pip is told something for which uv has no variable."""


def pip_settings(listed: str) -> dict[str, str]:
    """Return what `pip config list` says for installing, each setting from its strongest place."""
    found: dict[str, str] = {}
    for section in reversed(SECTIONS):
        for line in listed.splitlines():
            name, _, value = line.partition("=")
            if name.startswith(f"{section}."):
                found[name.removeprefix(f"{section}.")] = str(ast.literal_eval(value))
    return found


def uv_variables(pip: Mapping[str, str], environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment in which uv finds packages where pip does.

    What the environment says to uv itself stays. Raises Untranslated.
    """
    made = dict(AS_PIP)
    for name, value in pip.items():
        if name in TRANSLATED:
            variable, between = TRANSLATED[name]
            made[variable] = between.join(value.split())
        elif name not in HARMLESS:
            raise Untranslated(f"pip is told {name}")
    return {**made, **environ}


def install(options: Sequence[str]) -> int:
    """Install; return pip's exit code, 0 where uv has done it."""
    if UV.exists():
        fault = _fault_of_uv(options)
        if fault is None:
            return 0
        print(f"uv: {fault}; pip installs instead.", file=sys.stderr)
    return _pip("install", "--quiet", *options).returncode


def _fault_of_uv(options: Sequence[str]) -> str | None:
    """Have uv install; return why it did not, None where it did."""
    listed = _pip("config", "list", stdout=subprocess.PIPE)
    try:
        variables = uv_variables(pip_settings(listed.stdout), os.environ)
    except Untranslated as error:
        return str(error)
    command = [str(UV), "pip", "install", "--quiet", "--python", sys.executable, *options]
    done = subprocess.run(command, env=variables, stderr=subprocess.PIPE, text=True, check=False)
    return (done.stderr.strip() or "it failed") if done.returncode else None


def _pip(*arguments: str, stdout: int | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments]
    return subprocess.run(command, stdout=stdout, text=True, check=False)


if __name__ == "__main__":
    sys.exit(install(sys.argv[1:]))
