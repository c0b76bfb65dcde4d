"""One worker: a process that runs the unpacked package under AWS's own awslambdaric."""

import importlib.util
import os
import queue
import subprocess
import sys
import time
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from bench.emulator.cpu_share import CpuShare
from bench.emulator.runtime_api import REGION, Invocation, Invoked, Outcome, RuntimeApi

# What is in Lambda's Python runtime beside the standard library.
RUNTIME_MODULES = (
    "awslambdaric",
    "runtime_client",
    "simplejson",
    "snapshot_restore_py",
    "boto3",
    "botocore",
    "s3transfer",
    "jmespath",
    "dateutil",
    "six",
    "urllib3",
)
# The path begins with the code, then the runtime, as in Lambda; -S keeps this environment out.
BOOT = (
    "import sys; sys.path[:0] = sys.argv[1:3]; "
    "from awslambdaric.__main__ import main; main(['awslambdaric', sys.argv[3]])"
)
START_TIMEOUT_S = 60.0  # of a start, on a machine that starts many at once
STOP_TIMEOUT_S = 5.0
ALIVE_POLL_S = 0.2
NAME = "inkling"


@dataclass(frozen=True, slots=True)
class Function:
    """What is run, and under which settings.

    code: the unpacked package. variables: its environment. memory_mb also says its share of the
    processor. timeout_s: how long an event may take, the start of a cold worker not counted.
    version: as Lambda numbers it. alias: by which it is called, if any.
    """

    code: Path
    runtime: Path
    handler: str = "app.app"
    variables: Mapping[str, str] = field(default_factory=dict)
    memory_mb: int = 1769
    timeout_s: float = 10.0
    version: str = "$LATEST"
    alias: str = ""


def make_runtime(folder: Path) -> Path:
    """Fill a folder with links to what Lambda's runtime brings; return it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in RUNTIME_MODULES:
        spec = importlib.util.find_spec(name)
        if spec is None or spec.origin is None:
            raise ModuleNotFoundError(f"{name} is missing here; install requirements-dev.txt")
        origin = Path(spec.origin)
        source = origin.parent if origin.name == "__init__.py" else origin
        link = folder / source.name
        if not link.exists():
            link.symlink_to(source)
    return folder


class Worker:
    """A running copy of a function, cold until its first event is answered."""

    def __init__(self, function: Function, *, output: int = subprocess.DEVNULL) -> None:
        """Start the process. `output`: where what it prints goes, as subprocess takes it."""
        self.function = function
        self._api = RuntimeApi(f"{NAME}:{function.alias}" if function.alias else NAME)
        self._share = CpuShare.of_memory(function.memory_mb)
        self.started_ns = time.perf_counter_ns()
        self.process = subprocess.Popen(
            [sys.executable, "-S", "-c", BOOT, function.code, function.runtime, function.handler],
            cwd=function.code,
            env=self._environment(),
            stdout=output,
            stderr=output,
        )
        self._limited = False

    def _environment(self) -> dict[str, str]:
        """Return what Lambda sets, and nothing of this process."""
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        return {
            "AWS_EXECUTION_ENV": f"AWS_Lambda_python{version}",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(self.function.memory_mb),
            "AWS_LAMBDA_FUNCTION_NAME": NAME,
            "AWS_LAMBDA_FUNCTION_VERSION": self.function.version,
            "AWS_LAMBDA_RUNTIME_API": self._api.address,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "LAMBDA_TASK_ROOT": str(self.function.code),
            "LANG": "en_US.UTF-8",
            "PATH": os.defpath,
            "TZ": ":UTC",
            **self.function.variables,
        }

    def invoke(self, event: bytes) -> Invoked:
        """Return what the function answers to an event."""
        if not self._limited:  # Lambda starts a function with a whole processor
            self._wait_until_ready()
            with suppress(ProcessLookupError):  # it has ended, and its answer says so
                self._share.limit(self.process.pid)
            self._limited = True
        deadline_s = time.time() + self.function.timeout_s
        began_ns = time.perf_counter_ns()
        request_id = str(uuid.uuid4())
        self._api.events.put(Invocation(event, int(deadline_s * 1000), request_id))
        answer = self._answer(deadline_s)
        took_ms = (time.perf_counter_ns() - began_ns) / 1e6
        return replace(answer, request_id=request_id, duration_ms=took_ms)

    def _wait_until_ready(self) -> None:
        give_up_s = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < give_up_s and self.process.poll() is None:
            if self._api.ready.wait(ALIVE_POLL_S):
                return

    def _answer(self, deadline_s: float) -> Invoked:
        while (left_s := deadline_s - time.time()) > 0:
            try:
                return self._api.answers.get(timeout=min(left_s, ALIVE_POLL_S))
            except queue.Empty:
                if self.process.poll() is not None:
                    return Invoked(Outcome.ENDED)
        return Invoked(Outcome.TIMED_OUT)

    def memory_mb(self, *, peak: bool = False) -> float:
        """Return the resident memory of the process, in 1,000,000 bytes, shared pages included.

        peak: the most that it has ever held. Raises FileNotFoundError where it has ended.
        """
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        name = "VmHWM:" if peak else "VmRSS:"
        line = next(line for line in status.splitlines() if line.startswith(name))
        return int(line.split()[1]) * 1024 / 1e6

    def close(self) -> None:
        """Stop the process and free its port."""
        self.process.terminate()
        self._api.close()
        try:
            self.process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._share.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
