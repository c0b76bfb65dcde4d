"""What API Gateway answers by itself: as the stack's template says, else in its own words.

https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
"""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, NamedTuple, Self

from bench.emulator.kept_connection import Answer
from tools.deploy.template import stack_template


class Refusal(NamedTuple):
    """A kind of answer with the status and the words that it has where no template says more."""

    kind: str
    status: HTTPStatus
    message: str


MALFORMED = Refusal("DEFAULT_4XX", HTTPStatus.BAD_REQUEST, "Bad Request")
NO_SUCH_ADDRESS = Refusal(
    "MISSING_AUTHENTICATION_TOKEN", HTTPStatus.FORBIDDEN, "Missing Authentication Token"
)
TOO_LARGE = Refusal(
    "REQUEST_TOO_LARGE", HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Request Entity Too Large"
)
THROTTLED = Refusal("THROTTLED", HTTPStatus.TOO_MANY_REQUESTS, "Too Many Requests")
# Lambda refuses an invocation above the function's concurrency with 429, which is not passed on.
ALL_BUSY = Refusal("INTEGRATION_FAILURE", HTTPStatus.INTERNAL_SERVER_ERROR, "Internal server error")
TIMED_OUT = Refusal("INTEGRATION_TIMEOUT", HTTPStatus.GATEWAY_TIMEOUT, "Endpoint request timed out")
FAILED = Refusal("DEFAULT_5XX", HTTPStatus.BAD_GATEWAY, "Internal server error")


@dataclass(frozen=True, slots=True)
class GatewayResponses:
    """The answers of a template by their kind, as SAM writes them; none where it says nothing."""

    by_kind: Mapping[str, Mapping[str, Any]]

    @classmethod
    def of_template(cls, template: Path) -> Self:
        """Read what the stack will have whose template is made of this one by `make deploy`."""
        stack = stack_template(json.loads(template.read_bytes()))
        return cls(stack["Resources"]["RestAPI"]["Properties"]["GatewayResponses"])

    def answer(self, refusal: Refusal) -> Answer:
        """Return status, headers and body of a refusal; its fallback speaks for it if need be."""
        fallback = f"DEFAULT_{refusal.status // 100}XX"
        found = self.by_kind.get(refusal.kind, self.by_kind.get(fallback))
        if found is None:
            body = json.dumps({"message": refusal.message}).encode()
            return refusal.status, {"Content-Type": "application/json"}, body
        request_id = str(uuid.uuid4())
        headers = {
            name: request_id if value == "context.requestId" else value.strip("'")
            for name, value in found["ResponseParameters"]["Headers"].items()
        }
        text: str = found["ResponseTemplates"]["application/json"]
        body = text.replace("$context.requestId", request_id).encode()
        return int(found.get("StatusCode", refusal.status)), headers, body
