"""Fixtures: the published recognizer, and a bucket whose objects are announced in a queue."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from botocore.client import BaseClient

from bench.inbox import client, make_inbox
from chalicelib.batch import queue
from chalicelib.batch.function import answer_messages
from chalicelib.recognition.recognizer import Recognizer
from chalicelib.recognition.registry import ModelRegistry
from chalicelib.stores import objects
from tests.stores.places import ENVIRONMENT, s3_client, s3_server

__all__ = ["s3_client", "s3_server"]
MODELS = Path(__file__).parents[2] / "chalicelib" / "models"
PLENTY_MS = 60_000
VISIBILITY_S = 30


@pytest.fixture(scope="session")
def recognizer() -> Recognizer:
    return Recognizer(ModelRegistry.load(MODELS))


@dataclass(frozen=True)
class Inbox:
    """A bucket, the queue that S3 tells of what is put there, and the function behind it."""

    s3: BaseClient
    sqs: BaseClient
    bucket: str
    arn: str
    url: str
    recognizer: Recognizer

    def put(self, name: str, data: bytes) -> str:
        """Put an input; return its key."""
        key = f"batch/in/{name}"
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=data)
        return key

    def records(self) -> list[dict[str, Any]]:
        """Take up to ten messages from the queue, as the function gets them."""
        found = self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10)
        messages = found.get("Messages", [])
        for message in messages:
            self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        return [record(m["MessageId"], m["Body"], self.arn) for m in messages]

    def hand_over(self, records: list[dict[str, Any]], left_ms: int = PLENTY_MS) -> list[str]:
        """Hand messages to the function; return the ids of those that must come again."""
        answer = answer_messages({"Records": records}, self.recognizer, lambda: left_ms)
        return [each["itemIdentifier"] for each in answer["batchItemFailures"]]

    def work(self) -> None:
        """Work until the queue is empty."""
        while records := self.records():
            assert self.hand_over(records) == []

    def objects(self) -> dict[str, bytes]:
        """Return all results by key."""
        pages = self.s3.get_paginator("list_objects_v2")
        found = {}
        for page in pages.paginate(Bucket=self.bucket, Prefix="batch/out/"):
            for each in page.get("Contents", ()):
                body = self.s3.get_object(Bucket=self.bucket, Key=each["Key"])["Body"]
                found[each["Key"]] = body.read()
        return found

    def results(self) -> list[dict[str, Any]]:
        """Return all results, manifests left out, in the order of their keys."""
        lines = [line for data in self.objects().values() for line in data.splitlines()]
        return [fields for fields in map(json.loads, lines) if "etag" not in fields]


def record(name: str, body: str, arn: str, times: int = 1) -> dict[str, Any]:
    """Return a message as Lambda hands it over for that many times."""
    attributes = {"ApproximateReceiveCount": str(times)}
    source = {"eventSourceARN": arn, "eventSource": "aws:sqs"}
    return {"messageId": name, "body": body, "attributes": attributes, **source}


@pytest.fixture
def inbox(
    s3_server: str,
    s3_client: BaseClient,
    recognizer: Recognizer,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Inbox]:
    """Return a new one; the function finds it by the environment, as in Lambda."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3_server)
    objects._client.cache_clear()
    queue._client.cache_clear()
    sqs = client("sqs", s3_server)
    made = make_inbox(s3_client, sqs, VISIBILITY_S)
    sqs.purge_queue(QueueUrl=made.queue)  # of S3's word that it was told of it
    yield Inbox(s3_client, sqs, made.bucket, made.arn, made.queue, recognizer)
    sqs.close()
    objects._client().close()
    objects._client.cache_clear()
    queue._client.cache_clear()
