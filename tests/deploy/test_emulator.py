"""The emulator is API Gateway and Lambda where a caller can tell."""

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from bench.emulator.cpu_share import CAN_LIMIT
from bench.emulator.gateway import MAX_BODY_BYTES
from bench.emulator.gateway_responses import ALL_BUSY, NO_SUCH_ADDRESS, GatewayResponses
from bench.emulator.pool import Pool
from bench.emulator.runtime_api import Outcome
from bench.emulator.served import served
from bench.emulator.throttle import Throttle
from bench.emulator.worker import Function, Worker
from bench.events import JSON, PNG, SEVEN, painted_png
from bench.transports import Answer, ServerTransport

STROKES = json.dumps({"strokes": [SEVEN]}).encode()
RECOGNIZE = "/api/v1/recognize"
HANDLERS = """
import os, threading, time

def spin(event, context):
    clock, processor = time.perf_counter(), time.process_time()
    while time.perf_counter() - clock < 0.5:
        pass
    share = (time.process_time() - processor) / (time.perf_counter() - clock)
    return {"statusCode": 200, "body": str(share)}

def sleep(event, context):
    time.sleep(30)

def wait(event, context):
    open("began", "w").close()
    while not os.path.exists("enough"):
        time.sleep(0.01)
    return {"statusCode": 200, "body": ""}

def fail(event, context):
    raise ValueError("as it should")

def odd(event, context):
    return "no answer of a proxy"

def die(event, context):
    os._exit(7)

def die_later(event, context):
    threading.Timer(0.2, os._exit, [7]).start()
    return {"statusCode": 200, "body": ""}
"""

PATIENCE_S = 30.0
Serve = Callable[..., ServerTransport]


@pytest.fixture
def serve(package: Path) -> Iterator[Serve]:
    """Return a function that puts the gateway in front of another one."""
    template = package / "template.json"
    with ExitStack() as stack:

        def serve_(
            function: Function, *, size: int = 1, throttle: Throttle | None = None
        ) -> ServerTransport:
            transport, _ = stack.enter_context(served(template, function, size, throttle=throttle))
            return transport

        yield serve_


@pytest.fixture
def small(runtime: Path, tmp_path: Path) -> Callable[..., Function]:
    """Return a function that makes functions of HANDLERS."""
    (tmp_path / "handlers.py").write_text(HANDLERS)

    def small_(name: str, memory_mb: int = 1769, timeout_s: float = 20) -> Function:
        handler = f"handlers.{name}"
        return Function(tmp_path, runtime, handler, memory_mb=memory_mb, timeout_s=timeout_s)

    return small_


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def assert_refused_for_now(answer: Answer, status: int, code: str) -> None:
    """Require that a page can read that it may try again, and when."""
    assert (answer.status, answer.json["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert int(answer.headers["retry-after"]) > 0


def test_the_real_api_answers_cold_and_then_warm(serve: Serve, function: Function) -> None:
    api = serve(function)
    first = api.request("POST", RECOGNIZE, STROKES, {"Content-Type": JSON})
    assert (first.status, first.json["text"]) == (200, "7")
    assert first.headers["x-cold-start"] == "true"
    image = api.request("POST", f"{RECOGNIZE}?candidates=1", painted_png(), {"Content-Type": PNG})
    assert [len(digit["candidates"]) for digit in image.json["digits"]] == [1]
    assert image.headers["x-cold-start"] == "false"
    assert image.headers["x-request-id"] != first.headers["x-request-id"]
    api.request("POST", "/cold")
    assert api.request("GET", "/api/v1/models/cnn").headers["x-cold-start"] == "true"
    assert api.request("GET", "/api/v1/nowhere/at%2Fall").json["code"] == "not_found"


def test_an_address_outside_the_stage_is_refused_by_the_gateway(
    serve: Serve, small: Callable[..., Function]
) -> None:
    refused = serve(small("odd")).request("GET", "/v1/health")
    assert (refused.status, refused.json["code"]) == (404, "not_found")
    assert refused.json["request_id"] == refused.headers["x-request-id"]


def test_without_a_template_the_gateway_refuses_in_its_own_words() -> None:
    silent = GatewayResponses({})
    status, _headers, body = silent.answer(NO_SUCH_ADDRESS)
    assert (status, json.loads(body)) == (403, {"message": "Missing Authentication Token"})
    status, _headers, body = silent.answer(ALL_BUSY)
    assert (status, json.loads(body)) == (500, {"message": "Internal server error"})


@pytest.mark.parametrize("length", ["NF", "-1", "²"])
def test_a_length_that_is_none_is_refused(
    serve: Serve, small: Callable[..., Function], length: str
) -> None:
    headers = {"Content-Type": JSON, "Content-Length": length}
    refused = serve(small("odd")).request("POST", "/api/v1/recognize", headers=headers)
    assert (refused.status, refused.headers["connection"]) == (400, "close")


def test_ten_megabytes_are_the_most(serve: Serve, small: Callable[..., Function]) -> None:
    headers = {"Content-Type": JSON, "Content-Length": str(MAX_BODY_BYTES + 1)}
    assert serve(small("odd")).request("POST", RECOGNIZE, headers=headers).status == 413


def test_a_body_that_is_too_large_is_refused_with_an_answer(
    serve: Serve, small: Callable[..., Function]
) -> None:
    """Its sender sends all of it before it listens; the connection must last as long."""
    body = b" " * (MAX_BODY_BYTES + (6 << 20))
    refused = serve(small("odd")).request("POST", RECOGNIZE, body, {"Content-Type": JSON})
    assert (refused.status, refused.headers["connection"]) == (413, "close")


def test_a_throttle_lets_a_burst_through_and_then_a_steady_rate() -> None:
    now_s = 100.0
    throttle = Throttle(rate_a_s=2, burst=3, clock_s=lambda: now_s)
    assert [throttle.admit() for _ in range(4)] == [True, True, True, False]
    now_s += 1.0
    assert [throttle.admit() for _ in range(3)] == [True, True, False]


def test_a_throttled_request_is_told_so(serve: Serve, small: Callable[..., Function]) -> None:
    api = serve(small("odd"), throttle=Throttle(rate_a_s=0, burst=0))
    assert_refused_for_now(api.request("POST", RECOGNIZE, STROKES), 429, "rate_limited")


def test_no_more_run_at_once_than_there_are_workers(
    serve: Serve, small: Callable[..., Function], tmp_path: Path
) -> None:
    api = serve(small("wait", timeout_s=PATIENCE_S), size=1)
    with ThreadPoolExecutor(1) as pool:
        busy = pool.submit(api.request, "GET", "/api/v1/health")
        try:
            wait_until((tmp_path / "began").exists)
            assert_refused_for_now(api.request("GET", "/api/v1/health"), 503, "unavailable")
            assert not busy.done()
        finally:
            (tmp_path / "enough").touch()
        assert busy.result().status == 200


def test_a_start_does_not_count_towards_the_time_that_an_event_may_take(
    runtime: Path, tmp_path: Path
) -> None:
    (tmp_path / "late.py").write_text(
        "import time\ntime.sleep(1.5)\ndef answer(event, context): return 7"
    )
    with Worker(Function(tmp_path, runtime, "late.answer", timeout_s=1)) as worker:
        assert worker.invoke(b"{}").body == b"7"


@pytest.mark.parametrize("name", ["sleep", "fail", "odd", "missing"])
def test_a_function_that_does_not_answer_is_the_gateways_error(
    serve: Serve, small: Callable[..., Function], name: str
) -> None:
    answer = serve(small(name, timeout_s=2)).request("GET", "/api/v1/health")
    assert_refused_for_now(answer, 503, "unavailable")


@pytest.mark.parametrize("name", ["die", "die_later"])
def test_workers_that_end_by_themselves_are_counted(
    small: Callable[..., Function], name: str
) -> None:
    pool = Pool(small(name), 1)
    pool.invoke(b"{}")
    for worker in pool._idle:
        worker.process.wait(PATIENCE_S)
    pool.chill()
    assert pool.outcomes[Outcome.ENDED] == 1


def test_the_most_memory_of_a_worker_is_told(small: Callable[..., Function]) -> None:
    pool = Pool(small("odd"), 1)
    pool.invoke(b"{}")
    assert pool.peak_mb == 0
    pool.chill()
    assert pool.peak_mb > 1


@pytest.mark.skipif(not CAN_LIMIT, reason="no control group can be made here")
def test_memory_buys_processor(small: Callable[..., Function]) -> None:
    """A fifth of a core's memory is given a fifth of its time, or less on a busy machine."""
    with Worker(small("spin", memory_mb=1769 // 5)) as worker:
        worker.invoke(b"{}")
        share = float(json.loads(worker.invoke(b"{}").body)["body"])
    assert 0 < share < 0.3


def test_a_worker_that_dies_before_its_first_event_is_said_to_have_ended(
    small: Callable[..., Function],
) -> None:
    with Worker(small("fail", timeout_s=60)) as worker:
        worker.process.kill()
        assert worker.invoke(b"{}").outcome is Outcome.ENDED
