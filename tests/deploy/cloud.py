"""An emulated account with a stage in it, as those see it who deploy, look and ask."""

import json
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any

from bench.pens import SEVEN
from tests.deploy.emulation import HOST, ROOT, environment, session
from tools.deploy.stage import SHARED

STAGE = "proof"
STACK = f"inkling-{STAGE}"
SERVICES = ("apigateway", "cloudformation", "cloudwatch", "iam", "lambda", "logs", "s3")


@dataclass(frozen=True)
class Cloud:
    """The emulated account, and a package to deploy."""

    port: int
    build: Path

    def make(self, target: str, *more: str, stage: str = STAGE) -> subprocess.CompletedProcess[str]:
        """Run a target of the Makefile; what it packages is there already."""
        return subprocess.run(
            self._command(target, stage, *more),
            cwd=ROOT,
            env=environment(self.port),
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def start(self, target: str, *more: str) -> subprocess.Popen[str]:
        """Start a target of the Makefile for the stage, and do not wait for its end."""
        return subprocess.Popen(
            self._command(target, STAGE, *more),
            cwd=ROOT,
            env=environment(self.port),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def _command(self, target: str, stage: str, *more: str) -> list[str]:
        command = ["make", "-s", "-o", "package", "-o", ".venv/run.stamp", target]
        return [*command, f"STAGE={stage}", f"BUILD={self.build}", *more]

    def alias(self) -> dict[str, Any]:
        """Return what the API's alias points at."""
        found: dict[str, Any] = self.client("lambda").get_alias(
            FunctionName=self.function("APIHandler"), Name="live"
        )
        return found

    def put_template(self, template: dict[str, Any]) -> str:
        """Put a template where packages are; return its address."""
        (shared,) = self.client("cloudformation").describe_stacks(StackName=SHARED)["Stacks"]
        (bucket,) = [each["OutputValue"] for each in shared["Outputs"]]
        self.client("s3").put_object(Bucket=bucket, Key="template", Body=json.dumps(template))
        return f"http://{HOST}:{self.port}/{bucket}/template"

    def batch(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """Run a command of export.batch."""
        return subprocess.run(
            [sys.executable, "-m", "export.batch", *map(str, arguments)],
            cwd=ROOT,
            env=environment(self.port),
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    @cache  # noqa: B019 - it lives as long as the tests
    def client(self, service: str) -> Any:
        """Return a client that speaks to the emulator."""
        return session().client(service, endpoint_url=f"http://{HOST}:{self.port}")

    def close(self) -> None:
        """Close all clients."""
        for service in SERVICES:
            self.client(service).close()

    def outputs(self) -> dict[str, str]:
        """Return what the stage's stack says of itself."""
        (stack,) = self.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"]
        return {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}

    def keys(self) -> list[str]:
        """Return the keys in the feedback bucket."""
        found = self.client("s3").list_objects_v2(Bucket=self.outputs()["FeedbackBucket"])
        return [each["Key"] for each in found.get("Contents", ())]

    def give_feedback(self) -> int:
        """Send feedback through the site; return the status of the answer."""
        body = json.dumps({"strokes": SEVEN, "label": "7", "consent": True})
        (answer,) = self.ask(1, "POST", "/api/v1/feedback", body)
        return answer.status

    def ask(
        self, times: int, method: str, path: str, body: str = "", **headers: str
    ) -> list[HTTPResponse]:
        """Send a request through the site so many times; return the answers."""
        sent = {"Host": self.outputs()["DistributionDomain"], "X-Forwarded-Proto": "https"}
        sent |= {"Content-Type": "application/json", **headers}
        answers = []
        with closing(HTTPConnection(HOST, self.port, timeout=30)) as connection:
            for _ in range(times):
                connection.request(method, path, body, sent)
                answers.append(connection.getresponse())
                answers[-1].read()
        return answers

    def function(self, name: str) -> str:
        """Return the full name of one of the stage's functions."""
        found = self.client("cloudformation").describe_stack_resource(
            StackName=STACK, LogicalResourceId=name
        )
        physical: str = found["StackResourceDetail"]["PhysicalResourceId"]
        return physical

    def invoke(self, name: str, event: dict[str, Any]) -> Any:
        """Invoke a function as its schedule or its owner would."""
        answer = self.client("lambda").invoke(
            FunctionName=self.function(name), Payload=json.dumps(event)
        )
        return json.loads(answer["Payload"].read())
