"""The option that names a store."""

import os
from pathlib import Path

import pytest

from export.errors import MissingStore
from export.store_options import DEFAULT_STORE, open_existing, open_to_look
from tests.export.commands import run_export

pytest.importorskip("boto3", reason="needs the serving environment, which speaks to buckets")
pytest.importorskip("chalice", reason="adapt draws its picture as the quality report's are")


@pytest.mark.parametrize(
    "command",
    [
        "adapt",
        "heads show",
        "heads freeze",
        "rollout status",
        "retention sweep",
        "review --page",
        "stats",
    ],
)
def test_a_mistyped_folder_is_told_and_not_made(command: str, tmp_path: Path) -> None:
    mistyped = tmp_path / "fedback"
    done = run_export(*command.split(), "--store", str(mistyped))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"error: there is no folder {mistyped}; --store names")
    assert not mistyped.exists()


def test_the_default_store_need_not_be_there_for_who_only_looks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert list(open_to_look(DEFAULT_STORE).list()) == []
    with pytest.raises(MissingStore):
        open_existing(DEFAULT_STORE)
    assert list(tmp_path.iterdir()) == []


def test_a_bucket_without_credentials_names_them(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, os.devnull)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    done = run_export("stats", "--store", "s3://inkling-nobody")
    assert done.returncode == 2
    last = done.stderr.splitlines()[-1]
    assert last.startswith("error: The storage cannot be reached: ")
    assert "credentials" in last
