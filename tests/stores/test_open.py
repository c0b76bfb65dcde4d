"""What a location opens."""

import errno
import fcntl
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench.faulty_proxy import FaultyProxy
from chalicelib.errors import InvalidSetting, StorageUnavailable
from chalicelib.stores.directory import TEMPORARIES, DirectoryStore
from chalicelib.stores.open import open_store
from chalicelib.stores.s3 import S3Store
from tests.stores.child import run_child


@pytest.mark.parametrize(
    "location",
    [
        "",
        " ",
        "a\0b",
        "s3://",
        "s3:///prefix",
        "s3://UPPER",
        "s3://ab",
        "s3://bucket/../other",
        "s3://bucket//prefix",
        "s3://bucket/white space",
        "s3://bucket/prefix?x=1",
        "gs://bucket",
        "https://bucket.s3.amazonaws.com",
        "file:///tmp/feedback",
    ],
)
def test_a_location_that_is_none_names_its_variable(location: str) -> None:
    with pytest.raises(InvalidSetting, match=r"^INKLING_FEEDBACK "):
        open_store(location)


def test_a_file_is_no_location(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InvalidSetting, match="not a directory"):
        open_store(str(tmp_path / "file"))


def test_a_directory_is_made_by_the_first_put(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "new" / "store"))
    assert isinstance(store, DirectoryStore)
    assert store.get("a") is None
    store.delete("a")
    assert list(store.list()) == []
    assert list(tmp_path.iterdir()) == []
    store.put("a", b"x")
    assert (tmp_path / "new" / "store" / "a").read_bytes() == b"x"


def test_a_directory_whose_disk_fails_is_a_storage_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(path: Path) -> bool:
        raise OSError(errno.EIO, "Input/output error", str(path))

    monkeypatch.setattr(Path, "is_dir", fail)
    with pytest.raises(StorageUnavailable):
        open_store(str(tmp_path))


def test_a_relative_path_stays_where_it_was_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    store = open_store("feedback")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    store.put("a", b"x")
    assert (tmp_path / "feedback" / "a").exists()


def test_opening_removes_what_the_dead_left_and_nothing_of_the_living(tmp_path: Path) -> None:
    """Whatever the times of the files say: a clock may have been set."""
    folder = tmp_path / TEMPORARIES
    folder.mkdir()
    for name, age_s in (("old", 10**8), ("new", 0), ("ahead", -(10**8)), ("alive", 10**8)):
        (folder / name).write_bytes(b"half")
        changed = datetime.now(UTC).timestamp() - age_s
        os.utime(folder / name, (changed, changed))
    with (folder / "alive").open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        open_store(str(tmp_path))
    assert [path.name for path in folder.iterdir()] == ["alive"]


@pytest.mark.parametrize(
    ("address", "key"),
    [("/", "a/b"), ("/some/prefix/", "some/prefix/a/b")],
)
def test_a_bucket_may_come_with_a_prefix(
    s3: FaultyProxy, bucket: str, address: str, key: str
) -> None:
    store = open_store(f"s3://{bucket}{address}")
    assert isinstance(store, S3Store)
    store.put("a/b", b"x")
    assert s3.requests == [f"PUT /{bucket}/{key}"]
    assert [listed.key for listed in store.list("a/")] == ["a/b"]


def test_a_directory_is_used_without_boto3(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from chalicelib.stores.open import open_store\n"
        "open_store(sys.argv[1]).put('a', b'x')\n"
        "print([name for name in ('boto3', 'botocore') if name in sys.modules])\n"
    )
    done = run_child(program, str(tmp_path))
    assert done.stdout == "[]\n", done.stderr
