"""The addresses of Inkling's API, and its functions without one; all logic is in chalicelib/."""

import gc

gc.disable()  # until all is loaded: none of it is garbage, and to look for some takes its time

from typing import Any, cast

from chalice.app import Chalice, Request, Response

from chalicelib import wiring
from chalicelib.http import views
from chalicelib.http.endpoint import CONTENT_TYPES, METHODS, View, answer
from chalicelib.http.inference import views as inference
from chalicelib.http.requests import IMAGE_TYPES

app = Chalice(app_name="inkling")
app.api.binary_types = list(IMAGE_TYPES)

ROUTES: dict[str, dict[str, View]] = {
    "/v1/recognize": {"POST": views.recognize},
    "/v1/feedback": {"POST": views.submit_feedback},
    "/v1/feedback/{receipt}": {"DELETE": views.withdraw_feedback},
    "/v1/models": {"GET": views.list_models},
    "/v1/models/{name}": {"GET": views.show_model},
    "/v1/health": {"GET": views.show_health},
    "/v1/openapi.json": {"GET": views.show_openapi},
    # The Open Inference Protocol.
    "/v2": {"GET": inference.show_server},
    "/v2/health/live": {"GET": inference.show_live},
    "/v2/health/ready": {"GET": inference.show_ready},
}
for model in ("/v2/models/{name}", "/v2/models/{name}/versions/{version}"):
    ROUTES[model] = {"GET": inference.show_model}
    ROUTES[f"{model}/ready"] = {"GET": inference.show_model_ready}
    ROUTES[f"{model}/infer"] = {"POST": inference.infer}

# What is nowhere: `chalice local` matches a path part by part, only API Gateway knows `+`.
NOWHERE = ("/", "/{a}", "/{a}/{b}", "/{a}/{b}/{c}", "/{a}/{b}/{c}/{d}", "/{a}/{b}/{c}/{d}/{e+}")


def register(path: str, methods: dict[str, View]) -> None:
    """Route every request for a path to the views of its methods."""

    @app.route(path, methods=METHODS, content_types=CONTENT_TYPES, name=path)
    def endpoint(**parameters: str) -> Response:
        request = cast(Request, app.current_request)  # a route is called for a request alone
        return answer(request, wiring.services(), methods, parameters)


for route, route_views in ROUTES.items():
    register(route, route_views)
for nowhere in NOWHERE:
    register(nowhere, {})


@app.lambda_function(name="steward")
def steward(event: object, context: object) -> dict[str, Any]:  # noqa: ARG001 - Lambda gives both
    """Roll back or freeze the heads, or withdraw a candidate; who may invoke this function can."""
    from chalicelib.http.steward import answer_steward

    return answer_steward(event, wiring.services())


@app.schedule("rate(1 day)", name="adapt")
def adapt(event: object) -> dict[str, Any]:  # noqa: ARG001 - a round looks at the store alone
    """Learn from accepted feedback, once a day; twice or half-way does no harm."""
    from chalicelib.http.rounds import run_scheduled_round

    return run_scheduled_round(wiring.services())


@app.lambda_function(name="batch")
def batch(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 - Lambda's own
    """Read drawings in bulk; the queue of objects put under batch/in/ hands them over."""
    from chalicelib.batch.function import answer_messages

    left_ms = context.get_remaining_time_in_millis
    return answer_messages(event, wiring.services().recognizer, left_ms)


wiring.start()
