"""Jobs in a bucket: submitted, looked at, collected, and what was parked sent again."""

import io
import json
import os
import time
from argparse import Namespace
from pathlib import Path
from typing import Any

import pytest

from bench.inbox import client, make_inbox, waiting
from chalicelib.batch import plan
from export.batch import __main__ as command
from export.batch import stage
from export.batch.job import (
    check_job,
    collect,
    count_parts,
    look,
    names_of,
    submit,
)
from export.batch.stage import Place, send_parked_again
from export.batch.tasks import find_files
from export.errors import DamagedResults, InvalidOption, NoBatch, StorageRefused
from tests.batch.conftest import Inbox
from tests.batch.inputs import SEVEN, lines
from tests.http.bodies import image

JOB = "mine"


def quiet(_done: int, _total: int) -> None:
    """Show nothing."""


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    monkeypatch.setattr(plan, "PART_INPUTS", 4)
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "one.png").write_bytes(image("7"))
    (tmp_path / "many.jsonl").write_bytes(lines(*[SEVEN] * 10))
    return names_of([tmp_path], find_files([tmp_path]))


def collected(place: Place) -> tuple[list[str], tuple[str, ...]]:
    """Return the names of the inputs in the order of the results, and what is missing."""
    out = io.BytesIO()
    found = collect(place, JOB, out, quiet)
    results = [json.loads(line) for line in out.getvalue().splitlines()]
    assert found.drawings == len(results)
    return [result["input"].rpartition("/")[2] for result in results], found.missing


def test_a_job_is_submitted_once_worked_on_and_collected(
    inbox: Inbox, files: dict[str, Path]
) -> None:
    place = Place(inbox.bucket)
    assert submit(place, JOB, files, quiet) == 2
    assert submit(place, JOB, files, quiet) == 0, "what is there is not put again"
    known: dict[str, int] = {}
    assert count_parts(place, look(place, JOB), known) == (0, 2)
    assert collected(place)[1] == tuple(
        f"batch/in/{JOB}/{name}: nothing yet" for name in ("a/one.png", "many.jsonl")
    )
    first = inbox.records()
    assert inbox.hand_over(first) == []
    assert count_parts(place, look(place, JOB), known) == (1, 4)
    assert collected(place) == (["one.png"], (f"batch/in/{JOB}/many.jsonl: 3 of 3 parts",))
    inbox.work()
    assert count_parts(place, look(place, JOB), known) == (4, 4)
    assert collected(place) == (["one.png", *["many.jsonl"] * 10], ())


def test_results_of_what_was_there_before_are_not_counted(
    inbox: Inbox, files: dict[str, Path]
) -> None:
    place = Place(inbox.bucket)
    submit(place, JOB, files, quiet)
    inbox.work()
    files["many.jsonl"].write_bytes(lines(*[SEVEN] * 14))
    assert submit(place, JOB, files, quiet) == 1
    known: dict[str, int] = {}
    assert count_parts(place, look(place, JOB), known) == (1, 2)
    inbox.work()
    assert count_parts(place, look(place, JOB), known) == (5, 5)
    assert collected(place) == (["one.png", *["many.jsonl"] * 14], ())


def test_results_that_are_too_few_are_not_taken_for_all(
    inbox: Inbox, files: dict[str, Path]
) -> None:
    place = Place(inbox.bucket)
    submit(place, JOB, files, quiet)
    inbox.work()
    part = next(key for key in inbox.objects() if key.endswith("000002.jsonl"))
    cut = inbox.objects()[part].partition(b"\n")[0] + b"\n"
    inbox.s3.put_object(Bucket=inbox.bucket, Key=part, Body=cut)
    with pytest.raises(DamagedResults, match="7 results for 10 drawings"):
        collected(place)
    inbox.s3.put_object(Bucket=inbox.bucket, Key=part, Body=cut[:50])
    with pytest.raises(DamagedResults, match="no JSON lines"):
        collected(place)


def test_what_is_parked_is_sent_again(inbox: Inbox, s3_server: str) -> None:
    s3, sqs = client("s3", s3_server), client("sqs", s3_server)
    made = make_inbox(s3, sqs, 0)
    place = Place(made.bucket, made.queue, made.parked)
    announced = waiting(sqs, made.queue)  # S3's word that it was told of the queue
    for number in range(12):
        sqs.send_message(QueueUrl=made.parked, MessageBody=str(number))
    assert send_parked_again(place) == 12
    assert (waiting(sqs, made.parked), waiting(sqs, made.queue)) == (0, 12 + announced)
    with pytest.raises(NoBatch):
        send_parked_again(Place(inbox.bucket))
    s3.close()
    sqs.close()


class Sparse:
    """A client of SQS that asks a server without messages every second time, as SQS may."""

    def __init__(self, sqs: Any) -> None:
        self._sqs, self._asked = sqs, 0

    def receive_message(self, **asked: Any) -> Any:
        """Answer as SQS does, or nothing."""
        self._asked += 1
        return {} if self._asked % 2 else self._sqs.receive_message(**asked)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sqs, name)


def test_an_answer_without_messages_is_not_the_end_of_what_is_parked(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = inbox.sqs.create_queue(QueueName="sparse")["QueueUrl"]
    for number in range(25):
        inbox.sqs.send_message(QueueUrl=url, MessageBody=str(number))
    monkeypatch.setattr(stage, "client", lambda _: Sparse(inbox.sqs))
    assert send_parked_again(Place(inbox.bucket, inbox.url, url)) == 25


def test_watch_does_not_take_what_others_have_parked_for_its_own(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    parked = inbox.sqs.create_queue(QueueName="parked")["QueueUrl"]
    inbox.sqs.send_message(QueueUrl=parked, MessageBody="of another job")
    inbox.put(f"{JOB}/seven.png", image("7"))
    place = Place(inbox.bucket, inbox.url, parked)
    monkeypatch.setattr(command, "place_of", lambda _: place)
    monkeypatch.setattr(time, "sleep", lambda _: inbox.work())
    command.watch(Namespace(stage="prod", job=JOB, every=1.0))
    assert capsys.readouterr().out.startswith("All is there: 1 input.")
    inbox.put(f"{JOB}/three.png", image("3"))
    inbox.records()  # is parked too, after it failed
    with pytest.raises(SystemExit):
        command.watch(Namespace(stage="prod", job=JOB, every=1.0))
    assert "1 message parked" in capsys.readouterr().err


def test_a_file_whose_name_is_no_utf_8_cannot_be_put(tmp_path: Path) -> None:
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.png"))
    odd.write_bytes(image("7"))
    with pytest.raises(InvalidOption, match="no UTF-8"):
        names_of([tmp_path], find_files([tmp_path]))


def test_what_is_not_there_is_said_so(inbox: Inbox) -> None:
    with pytest.raises(NoBatch, match="no job other"):
        look(Place(inbox.bucket), "other")
    with pytest.raises(StorageRefused, match="bucket does not exist"):
        look(Place("no-such-bucket"), JOB)


@pytest.mark.parametrize("job", ["", "a/b", "-x", "..", "ü", "x" * 65])
def test_a_job_has_a_plain_name(job: str) -> None:
    with pytest.raises(InvalidOption):
        check_job(job)


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.png").touch()
    folders = [tmp_path / "a", tmp_path / "b"]
    with pytest.raises(InvalidOption, match="both be called"):
        names_of(folders, find_files(folders))
