"""What every store does: each test runs against a directory and against S3."""

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.errors import StorageUnavailable
from chalicelib.stores.open import open_store
from chalicelib.stores.store import MAX_KEY_CHARACTERS, Conflict, Expected, Store

NO_KEYS = [
    "",
    "/",
    "/a",
    "a/",
    "a//b",
    "..",
    "../a",
    "a/../b",
    "a/./b",
    ".lock",
    "a/.hidden",
    "a\nb",
    "a\n",
    "a\0b",
    "a\x7f",
    "a b",
    "a\\b",
    "ä",
    "a?b",
    "a%2e",
    "x" * 129,
    "/".join(["x" * 100] * 6),
]


def test_what_was_put_is_got_back_byte_for_byte(store: Store) -> None:
    data = bytes(range(256)) * 100
    tag = store.put("a/b=1/c.png", data)
    blob = store.get("a/b=1/c.png")
    assert blob is not None
    assert (blob.data, blob.tag) == (data, tag)


def test_nothing_is_got_where_nothing_was_put(store: Store) -> None:
    assert store.get("a/b.json") is None
    store.put("a/b.json", b"")
    assert store.get("a/c.json") is None
    assert store.get("a") is None


def test_empty_data_is_data(store: Store) -> None:
    store.put("a", b"")
    blob = store.get("a")
    assert blob is not None
    assert blob.data == b""


def test_a_put_replaces_what_was_there_and_changes_its_tag(store: Store) -> None:
    first, second = store.put("a", b"first"), store.put("a", b"second, which is longer")
    blob = store.get("a")
    assert blob is not None
    assert blob.data == b"second, which is longer"
    assert first != second == blob.tag


def test_a_put_that_expects_nothing_writes_once(store: Store) -> None:
    store.put("a/b", b"first", expected=Expected.NOTHING)
    for data in (b"second", b"first"):
        with pytest.raises(Conflict) as conflict:
            store.put("a/b", data, expected=Expected.NOTHING)
        assert conflict.value.key == "a/b"
    blob = store.get("a/b")
    assert blob is not None
    assert blob.data == b"first"


def test_a_put_that_expects_a_tag_replaces_only_that_content(store: Store) -> None:
    first = store.put("pointer", b"1")
    second = store.put("pointer", b"2", expected=first)
    with pytest.raises(Conflict):
        store.put("pointer", b"3", expected=first)
    blob = store.get("pointer")
    assert blob is not None
    assert (blob.data, blob.tag) == (b"2", second)


def test_a_put_that_expects_a_tag_makes_nothing_new(store: Store) -> None:
    tag = store.put("gone", b"1")
    store.delete("gone")
    with pytest.raises(Conflict):
        store.put("gone", b"2", expected=tag)
    assert store.get("gone") is None


def test_deleting_removes_and_deleting_again_is_no_error(store: Store) -> None:
    store.delete("a/b/c")
    store.put("a/b/c", b"x")
    store.put("a/b/d", b"y")
    store.delete("a/b/c")
    store.delete("a/b/c")
    assert [listed.key for listed in store.list()] == ["a/b/d"]


def test_a_key_can_be_put_anew_after_its_removal(store: Store) -> None:
    store.put("a/b", b"1", expected=Expected.NOTHING)
    store.delete("a/b")
    store.put("a/b", b"2", expected=Expected.NOTHING)
    blob = store.get("a/b")
    assert blob is not None
    assert blob.data == b"2"


def test_a_listing_is_complete_and_in_the_order_of_the_keys(store: Store) -> None:
    keys = ["b", "a/x", "a-b/x", "a.b", "a/y.png", "a/y.json", "a/b/c", "aa/x", "A", "a=b/x", "a0"]
    for key in keys:
        store.put(key, b"")
    assert [listed.key for listed in store.list()] == sorted(keys)
    assert [listed.key for listed in store.list("a/")] == ["a/b/c", "a/x", "a/y.json", "a/y.png"]
    assert [listed.key for listed in store.list("a/b/")] == ["a/b/c"]
    assert list(store.list("no/such/")) == []


def test_a_listing_says_when_each_key_was_put(store: Store) -> None:
    before = datetime.now(UTC) - timedelta(seconds=2)  # S3 tells whole seconds
    store.put("a", b"x")
    (listed,) = store.list()
    assert before <= listed.modified <= datetime.now(UTC) + timedelta(seconds=2)


def test_what_is_no_key_is_refused_by_every_operation(store: Store) -> None:
    for key in NO_KEYS:
        with pytest.raises(ValueError, match="is not a key"):
            store.get(key)
        with pytest.raises(ValueError, match="is not a key"):
            store.put(key, b"x")
        with pytest.raises(ValueError, match="is not a key"):
            store.delete(key)
    for prefix in ("a", "/", "../", "a//", ".hidden/", "a\n/"):
        with pytest.raises(ValueError, match=r"is not a key|does not end"):
            list(store.list(prefix))
    assert list(store.list()) == []


def test_the_longest_key_is_a_key(store: Store) -> None:
    key = "/".join(["x" * 124] * 4) + "y"
    assert len(key) == MAX_KEY_CHARACTERS
    store.put(key, b"x")
    assert [listed.key for listed in store.list()] == [key]


def test_a_blob_that_somebody_made_too_large_is_not_read(
    store: Store, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put("a/b.json", b"x" * 1001)
    monkeypatch.setattr("chalicelib.stores.store.MAX_BLOB_BYTES", 1000)
    with pytest.raises(StorageUnavailable):
        store.get("a/b.json")
    assert "it holds 1001 bytes" in caplog.text
    assert "a/b.json" in caplog.text
    with pytest.raises(ValueError, match="too many for a blob"):
        store.put("a/b.json", b"x" * 1001)
    store.put("a/b.json", b"x" * 1000)
    assert store.get("a/b.json")


def test_sweeping_takes_nothing_that_was_put(store: Store) -> None:
    store.put("a/b", b"x")
    assert store.sweep() == 0
    assert store.get("a/b") is not None


def test_two_processes_that_count_with_conditional_puts_miss_no_step(
    store: Store, location: str
) -> None:
    steps = 15
    store.put("counter", b"0")
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        lost = list(pool.map(count_up, [location] * 2, [steps] * 2))
    blob = store.get("counter")
    assert blob is not None
    assert int(blob.data.split()[0]) == 2 * steps, f"conflicts met: {lost}"


def count_up(location: str, steps: int) -> int:
    """Raise the counter by `steps`; return how often the other process was quicker.

    Each writes its own name beside the count: equal bytes could not be told apart after an answer
    was lost.
    """
    store, conflicts = open_store(location), 0
    while steps:
        blob = store.get("counter")
        assert blob is not None
        try:
            count = int(blob.data.split()[0]) + 1
            store.put("counter", f"{count} {os.getpid()}".encode(), expected=blob.tag)
        except Conflict:
            conflicts += 1
        else:
            steps -= 1
    return conflicts
