"""The settings, read from the environment."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from chalicelib.errors import InvalidSetting

PREFIX = "INKLING_"
FEEDBACK = "INKLING_FEEDBACK"
ALLOWED_ORIGINS = "INKLING_ALLOWED_ORIGINS"
LOG_LEVEL = "INKLING_LOG_LEVEL"
MODELS = "INKLING_MODELS"
METRICS = "INKLING_METRICS"
VARIABLES = (FEEDBACK, ALLOWED_ORIGINS, LOG_LEVEL, MODELS, METRICS)
TOOL_VARIABLES = ("INKLING_CHROMIUM", "INKLING_PYTHON")  # for make; the API leaves them alone
LAMBDA_FUNCTION = "AWS_LAMBDA_FUNCTION_NAME"  # set by Lambda, and nowhere else

ANY_ORIGIN = "*"
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
_NAMESPACE = re.compile(r"(?!AWS/)[A-Za-z0-9._/#:-]{1,255}")  # CloudWatch's rule
_ORIGIN = re.compile(r"https?://[a-z0-9.\[\]:-]+")


class Settings(NamedTuple):
    """What can be set.

    feedback: where feedback is stored: a directory, or s3://bucket/prefix.
    allowed_origins: the origins whose pages may call the API; ("*",) for all.
    log_level: of the project's own log lines.
    models_directory: holds manifest.json and the models it names.
    metrics: namespace of the counts in CloudWatch, one for each stage of an account.
    in_lambda: whether this process is a Lambda function's.
    """

    feedback: str = "feedback"
    allowed_origins: tuple[str, ...] = (ANY_ORIGIN,)
    log_level: str = "INFO"
    models_directory: Path = Path(__file__).parent / "models"
    metrics: str = "Inkling"
    in_lambda: bool = False


def settings_from(environ: Mapping[str, str]) -> Settings:
    """Return the settings in a mapping of environment variables. Raises InvalidSetting."""
    for name in environ:
        if name.startswith(PREFIX) and name not in VARIABLES + TOOL_VARIABLES:
            raise InvalidSetting(name, f"is no setting; there are {', '.join(VARIABLES)}")
    default = Settings()
    return Settings(
        feedback=_filled(environ, FEEDBACK, default.feedback),
        allowed_origins=_origins(_filled(environ, ALLOWED_ORIGINS, ANY_ORIGIN)),
        log_level=_log_level(_filled(environ, LOG_LEVEL, default.log_level)),
        models_directory=Path(_filled(environ, MODELS, str(default.models_directory))),
        metrics=_namespace(_filled(environ, METRICS, default.metrics)),
        in_lambda=LAMBDA_FUNCTION in environ,
    )


def _filled(environ: Mapping[str, str], variable: str, default: str) -> str:
    value = environ.get(variable, default).strip()
    if not value:
        raise InvalidSetting(variable, "is empty; leave it unset for the default")
    return value


def _origins(value: str) -> tuple[str, ...]:
    if value == ANY_ORIGIN:
        return (ANY_ORIGIN,)
    origins = tuple(origin.strip() for origin in value.split(","))
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            raise InvalidSetting(
                ALLOWED_ORIGINS,
                f"holds {origin!r}; it must be * or origins as https://example.org, "
                "lower case, without a path, separated by commas",
            )
    return origins


def _namespace(value: str) -> str:
    if not _NAMESPACE.fullmatch(value):
        raise InvalidSetting(
            METRICS,
            f"is {value!r}; a namespace of CloudWatch is 1 to 255 of A-Z a-z 0-9 . _ / # : - "
            "and does not begin with AWS/",
        )
    return value


def _log_level(value: str) -> str:
    if value not in LOG_LEVELS:
        raise InvalidSetting(LOG_LEVEL, f"is {value!r}; it must be one of {', '.join(LOG_LEVELS)}")
    return value
