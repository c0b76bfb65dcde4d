"""What API Gateway hands a function for a request, for who calls the function without one."""

import base64
import json
from typing import Any

JSON = "application/json"


def proxy_event(
    method: str, route: str, body: bytes = b"", content_type: str = JSON, **parameters: str
) -> bytes:
    """Return the event, JSON, of one request. Images go in base64, as binary types do."""
    binary = content_type != JSON
    event: dict[str, Any] = {
        "requestContext": {"httpMethod": method, "resourcePath": route, "requestId": "direct"},
        "headers": {"content-type": content_type},
        "pathParameters": parameters or None,
        "multiValueQueryStringParameters": None,
        "stageVariables": None,
        "isBase64Encoded": binary,
        "body": base64.b64encode(body).decode() if binary else body.decode(),
    }
    return json.dumps(event).encode()
