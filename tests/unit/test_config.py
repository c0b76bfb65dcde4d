"""The settings: defaults, what is taken, and that what is not is named."""

import re
from pathlib import Path

import pytest

from chalicelib.config import VARIABLES, Settings, settings_from
from chalicelib.errors import InvalidSetting
from chalicelib.wiring import services, start


def test_without_variables_the_defaults_hold() -> None:
    settings = settings_from({"PATH": "/bin"})
    assert settings == Settings()
    assert settings.feedback == "feedback"
    assert settings.allowed_origins == ("*",)
    assert (settings.models_directory / "manifest.json").exists()
    assert not settings.in_lambda


def test_every_variable_is_taken() -> None:
    settings = settings_from(
        {
            "INKLING_FEEDBACK": "s3://bucket/prefix",
            "INKLING_ALLOWED_ORIGINS": "https://a.example, http://localhost:8080",
            "INKLING_LOG_LEVEL": "DEBUG",
            "INKLING_MODELS": "/models",
            "INKLING_METRICS": "Inkling/inkling-prod",
            "AWS_LAMBDA_FUNCTION_NAME": "inkling",
        }
    )
    assert settings == Settings(
        feedback="s3://bucket/prefix",
        allowed_origins=("https://a.example", "http://localhost:8080"),
        log_level="DEBUG",
        models_directory=Path("/models"),
        metrics="Inkling/inkling-prod",
        in_lambda=True,
    )


@pytest.mark.parametrize("variable", VARIABLES)
@pytest.mark.parametrize("value", ["", "  "])
def test_a_variable_set_to_nothing_is_named(variable: str, value: str) -> None:
    with pytest.raises(InvalidSetting, match=f"^{variable} is empty"):
        settings_from({variable: value})


@pytest.mark.parametrize(
    "origins",
    [
        "https://a.example/",
        "https://a.example/page",
        "a.example",
        "HTTPS://a.example",
        "https://A.example",
        "https://a.example,",
        "*, https://a.example",
        "null",
        "ftp://a.example",
    ],
)
def test_what_no_browser_sends_as_an_origin_is_refused(origins: str) -> None:
    with pytest.raises(InvalidSetting, match=r"^INKLING_ALLOWED_ORIGINS "):
        settings_from({"INKLING_ALLOWED_ORIGINS": origins})


@pytest.mark.parametrize("level", ["debug", "VERBOSE", "10"])
def test_an_unknown_log_level_is_named(level: str) -> None:
    with pytest.raises(InvalidSetting, match=f"^INKLING_LOG_LEVEL is '{level}'"):
        settings_from({"INKLING_LOG_LEVEL": level})


@pytest.mark.parametrize("namespace", ["AWS/Lambda", "Ink ling", "x" * 256, "Ünkling"])
def test_what_cloudwatch_takes_for_no_namespace_is_named(namespace: str) -> None:
    with pytest.raises(InvalidSetting, match=r"^INKLING_METRICS is "):
        settings_from({"INKLING_METRICS": namespace})


def test_a_misspelt_variable_is_named_with_those_that_there_are() -> None:
    with pytest.raises(InvalidSetting, match=r"^INKLING_FEEDBAK ") as caught:
        settings_from({"INKLING_FEEDBAK": "elsewhere"})
    assert all(re.search(rf"\b{variable}\b", str(caught.value)) for variable in VARIABLES)


def test_variables_of_the_tools_are_left_alone() -> None:
    assert settings_from({"INKLING_CHROMIUM": "/usr/bin/chromium"}) == Settings()


def test_the_parts_follow_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("INKLING_FEEDBACK", str(tmp_path))
    parts = services()
    assert parts.settings.feedback == str(tmp_path)
    assert services() is parts
    monkeypatch.setenv("INKLING_FEEDBACK", str(tmp_path / "other"))
    assert services().settings.feedback == str(tmp_path / "other")


def test_a_bad_setting_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INKLING_LOG_LEVEL", "LOUD")
    with pytest.raises(InvalidSetting, match=r"^INKLING_LOG_LEVEL "):
        start()


def test_only_in_lambda_the_model_is_opened_at_the_start(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("INKLING_FEEDBACK", str(tmp_path / "here"))
    start()
    assert services().cold_start_ms is None
    monkeypatch.setenv("INKLING_FEEDBACK", str(tmp_path / "lambda"))
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "inkling")
    start()
    assert services().cold_start_ms is not None
