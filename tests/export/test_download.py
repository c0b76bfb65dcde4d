"""Downloads are resumed, verified, taken from the next mirror, and whole or not there."""

from pathlib import Path

import pytest

from export.download import ATTEMPTS_PER_MIRROR, fetch
from export.errors import MissingData
from tests.export.file_server import FileServer

CONTENT = bytes(range(256)) * 4000


def verify(path: Path) -> str | None:
    return None if path.read_bytes() == CONTENT else "what came is wrong"


def test_a_file_is_fetched_whole(file_server: FileServer, tmp_path: Path) -> None:
    file_server.files["/a"] = CONTENT
    fetch([file_server.url + "a"], tmp_path / "new" / "a", verify)
    assert (tmp_path / "new" / "a").read_bytes() == CONTENT
    assert [p.name for p in (tmp_path / "new").iterdir()] == ["a"]


def test_no_folder_is_left_where_nothing_came(file_server: FileServer, tmp_path: Path) -> None:
    with pytest.raises(MissingData, match="HTTP 404"):
        fetch([file_server.url + "absent"], tmp_path / "new" / "deep" / "a", verify)
    assert list(tmp_path.iterdir()) == []


def test_a_cut_connection_is_resumed_where_it_broke_off(
    file_server: FileServer, tmp_path: Path
) -> None:
    file_server.files["/a"] = CONTENT
    file_server.cuts = 2
    fetch([file_server.url + "a"], tmp_path / "a", verify)
    assert (tmp_path / "a").read_bytes() == CONTENT
    asked = [header for _, header in file_server.requested]
    assert asked == [None, f"bytes={len(CONTENT) // 2}-", f"bytes={len(CONTENT) * 3 // 4}-"]


def test_a_later_call_goes_on_with_what_an_earlier_one_got(
    file_server: FileServer, tmp_path: Path
) -> None:
    file_server.files["/a"] = CONTENT
    file_server.cuts = ATTEMPTS_PER_MIRROR
    with pytest.raises(MissingData, match="the connection was cut"):
        fetch([file_server.url + "a"], tmp_path / "a", verify)
    assert not (tmp_path / "a").exists()
    fetch([file_server.url + "a"], tmp_path / "a", verify)
    assert (tmp_path / "a").read_bytes() == CONTENT
    assert file_server.requested[-1][1] == f"bytes={len(CONTENT) * 7 // 8}-"


def test_a_server_without_ranges_starts_over(file_server: FileServer, tmp_path: Path) -> None:
    file_server.files["/a"] = CONTENT
    file_server.cuts, file_server.ranges = 1, False
    fetch([file_server.url + "a"], tmp_path / "a", verify)
    assert (tmp_path / "a").read_bytes() == CONTENT


def test_wrong_bytes_and_a_missing_file_lead_to_the_next_mirror(
    file_server: FileServer, tmp_path: Path
) -> None:
    file_server.files["/wrong/a"] = CONTENT[::-1]
    file_server.files["/right/a"] = CONTENT
    mirrors = [file_server.url + folder + "/a" for folder in ("none", "wrong", "right")]
    fetch(mirrors, tmp_path / "a", verify)
    assert (tmp_path / "a").read_bytes() == CONTENT


def test_a_whole_part_left_by_a_crash_is_used(file_server: FileServer, tmp_path: Path) -> None:
    file_server.files["/a"] = CONTENT
    (tmp_path / "a.part").write_bytes(CONTENT)
    fetch([file_server.url + "a"], tmp_path / "a", verify)
    assert (tmp_path / "a").read_bytes() == CONTENT


def test_a_wrong_part_left_by_a_crash_is_replaced_by_the_next_call(
    file_server: FileServer, tmp_path: Path
) -> None:
    file_server.files["/a"] = CONTENT
    (tmp_path / "a.part").write_bytes(b"?" * len(CONTENT))
    with pytest.raises(MissingData):
        fetch([file_server.url + "a"], tmp_path / "a", verify)
    fetch([file_server.url + "a"], tmp_path / "a", verify)
    assert (tmp_path / "a").read_bytes() == CONTENT


def test_without_any_mirror_one_error_says_what_to_do(
    file_server: FileServer, tmp_path: Path
) -> None:
    closed = "http://127.0.0.1:1/a"
    with pytest.raises(MissingData, match=r"(?s)127\.0\.0\.1:1.*HTTP 404.*put the file there"):
        fetch([closed, file_server.url + "a"], tmp_path / "a", verify)
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize("ranges", [True, False])
def test_the_start_of_a_file_is_enough_where_no_more_is_wanted(
    file_server: FileServer, tmp_path: Path, *, ranges: bool
) -> None:
    file_server.files["/a"] = CONTENT
    file_server.ranges = ranges
    fetch([file_server.url + "a"], tmp_path / "a", lambda _: None, max_bytes=70_000)
    assert (tmp_path / "a").read_bytes() == CONTENT[:70_000]
    assert file_server.requested == [("/a", "bytes=0-69999")]


def test_the_start_of_a_file_is_resumed_and_not_passed(
    file_server: FileServer, tmp_path: Path
) -> None:
    file_server.files["/a"] = CONTENT
    file_server.cuts = 1
    fetch([file_server.url + "a"], tmp_path / "a", lambda _: None, max_bytes=70_000)
    assert (tmp_path / "a").read_bytes() == CONTENT[:70_000]
    assert [asked for _, asked in file_server.requested] == ["bytes=0-69999", "bytes=35000-69999"]


def test_a_file_that_is_shorter_than_its_wanted_start_is_whole(
    file_server: FileServer, tmp_path: Path
) -> None:
    file_server.files["/a"] = b"short"
    fetch([file_server.url + "a"], tmp_path / "a", lambda _: None, max_bytes=70_000)
    assert (tmp_path / "a").read_bytes() == b"short"


def test_an_address_that_moved_is_followed(file_server: FileServer, tmp_path: Path) -> None:
    file_server.files["/new"] = CONTENT
    file_server.redirects["/old"] = "/new"
    fetch([file_server.url + "old"], tmp_path / "a", verify)
    assert (tmp_path / "a").read_bytes() == CONTENT
