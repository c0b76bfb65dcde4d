"""`make run`: the API under `chalice local` and the page beside it, until Ctrl-C stops both."""

import argparse
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import FrameType

from chalicelib.config import FEEDBACK, MODELS, Settings, settings_from
from chalicelib.errors import InvalidSetting, UnusableModel
from chalicelib.recognition.registry import ModelRegistry
from chalicelib.stores.directory import FOLDER_MODE
from chalicelib.stores.open import place_of
from tools.serve_page import HOST, PortTaken, serving

ROOT = Path(__file__).resolve().parent.parent
START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 5.0
POLL_S = 0.1


class ApiFailed(Exception):
    """The API did not start, or stopped by itself."""


def main() -> int:
    """Run until interrupted; return 1 with one line where something stands in the way."""
    options = _parse()
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        settings = settings_from(os.environ)
        _require_two_ports(options)
        _check_models(settings)
        _check_feedback(settings)
        with (
            _api(options.api_port) as process,
            serving(f"http://{HOST}:{options.api_port}", options.page_port) as page,
        ):
            _wait_until_healthy(process, options.api_port)
            _announce(page, options.api_port, settings.feedback)
            _wait_until_stopped(process)
    except KeyboardInterrupt:
        print("\nStopped.")
    except (ApiFailed, InvalidSetting, PortTaken) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make run", description=__doc__)
    parser.add_argument("--api-port", type=_port, default=8000)
    parser.add_argument("--page-port", type=_port, default=8080)
    return parser.parse_args()


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port; take a number from 1 to 65535")
    return int(text)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    """Let `kill` stop both servers as Ctrl-C does."""
    raise KeyboardInterrupt


def _check_feedback(settings: Settings) -> None:
    """Make the folder of feedback, if it is one: what cannot be kept is not to be found out later.

    A bucket is not asked. Raises InvalidSetting.
    """
    place = place_of(settings.feedback)
    if not isinstance(place, Path):
        return
    try:
        place.mkdir(FOLDER_MODE, parents=True, exist_ok=True)
    except FileExistsError as error:
        raise InvalidSetting(FEEDBACK, f"names {place}, which is not a directory") from error
    except OSError as error:
        reason = f"names {place}, which cannot be made ({error.strerror})"
        raise InvalidSetting(FEEDBACK, reason) from error
    if not os.access(place, os.R_OK | os.W_OK | os.X_OK):
        raise InvalidSetting(FEEDBACK, f"names {place}, which cannot be read and written")


def _check_models(settings: Settings) -> None:
    """Open the default model. Raises InvalidSetting."""
    try:
        registry = ModelRegistry.load(settings.models_directory)
        registry.model(registry.default)
    except UnusableModel as error:
        raise InvalidSetting(MODELS, f"names {settings.models_directory}; {error}") from error


def _require_two_ports(options: argparse.Namespace) -> None:
    if options.api_port == options.page_port:
        raise ApiFailed(f"API_PORT and PAGE_PORT are both {options.api_port}; make them two.")


@contextmanager
def _api(port: int) -> Iterator[subprocess.Popen[bytes]]:
    """Run `chalice local` in a process of its own, and stop it at the end."""
    _require_free(port)
    process = subprocess.Popen(
        [sys.executable, "-m", "tools.local_api", "--host", HOST, "--port", str(port)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C reaches this process alone, which then stops the other
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _require_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise ApiFailed(
                f"Port {port} cannot be used for the API ({error.strerror}); "
                "choose another one, as API_PORT of make run."
            ) from error


def _wait_until_healthy(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise ApiFailed(f"The API did not start (exit status {process.returncode}); see above.")
        if _is_healthy(port):
            return
        time.sleep(POLL_S)
    raise ApiFailed(f"The API did not answer within {START_TIMEOUT_S:.0f} s.")


def _wait_until_stopped(process: subprocess.Popen[bytes]) -> None:
    status = process.wait()
    raise ApiFailed(f"The API stopped by itself (exit status {status}); see above.")


def _is_healthy(port: int) -> bool:
    connection = HTTPConnection(HOST, port, timeout=START_TIMEOUT_S)
    try:
        connection.request("GET", "/v1/health")
        answer = connection.getresponse()
        answer.read()  # a rest would reset the connection: the server prints a traceback then
    except (OSError, HTTPException):
        return False
    else:
        return answer.status == 200
    finally:
        connection.close()


def _announce(page: str, api_port: int, feedback: str) -> None:
    where = feedback if "://" in feedback else Path(feedback).expanduser().absolute()
    print(f"Draw here:  {page}")
    print(f"The API:    http://{HOST}:{api_port}/v1/openapi.json")
    print(f"Feedback:   {where}")
    print("Ctrl-C stops both.", flush=True)


if __name__ == "__main__":
    sys.exit(main())
