"""Accepted feedback becomes a dataset: whole, verified, without what was withdrawn."""

import json
import re
import shutil
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("moto", reason="needs the serving environment, whose tests have an S3 server")

from chalicelib.learning.feedback import FeedbackBook, Receipt
from chalicelib.learning.keys import FeedbackStatus
from chalicelib.learning.shelf import FeedbackShelf
from chalicelib.recognition.drawing import InkDrawing, StrokeDrawing
from chalicelib.stores.store import Blob, Store
from export.errors import DamagedData, MissingData, UnusablePull
from export.feedback.dataset import MANIFEST, find_faults, read_dataset, read_drawing
from export.feedback.folder import open_folder
from export.feedback.pull import Pulled, pull
from tests.export.accepted import accept, move
from tests.export.commands import ROOT, run_export
from tests.learning.submissions import make_submission
from tests.stores.places import bucket, location, s3, s3_client, s3_server, store

__all__ = ["bucket", "location", "s3", "s3_client", "s3_server", "store"]

QUARANTINE, ACCEPTED, REJECTED = FeedbackStatus


class CountingStore:
    """A real store that counts its reads; its reader is interrupted after a number of them."""

    def __init__(self, store: Store, lives: int = 10_000) -> None:
        self._store = store
        self._lives = lives
        self.reads = 0

    def get(self, key: str) -> Blob | None:
        self.reads += 1
        if self.reads > self._lives:
            raise KeyboardInterrupt
        return self._store.get(key)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


@pytest.fixture
def receipts(store: Store) -> list[Receipt]:
    """Fill a store with three accepted drawings, one of them ink, and one in quarantine."""
    FeedbackBook(store).submit(make_submission(4))
    return [
        accept(store, 1),
        accept(store, 2, label=None, day=1),
        accept(store, 3, as_ink=True, day=2),
    ]


def pulled_from(store: Any, out: Path, **options: bool) -> Pulled:
    """Pull a minute later, when nothing is still being written."""
    later = datetime.now(UTC) + timedelta(minutes=1)
    return pull(store, "the store", out, now=lambda: later, **options)


def files_in(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_dataset_holds_what_was_accepted_and_nothing_of_the_sender(
    store: Store, receipts: list[Receipt], tmp_path: Path
) -> None:
    dataset = pulled_from(store, tmp_path / "out").dataset
    found = {item.id: item for item in dataset.items}
    assert found.keys() == {receipt.id for receipt in receipts}
    assert [found[r.id].label for r in receipts] == ["7", None, "7"]
    assert [found[r.id].day for r in receipts] == ["2026-10-01", "2026-10-02", "2026-10-03"]
    assert {item.source for item in dataset.items} == {"draw.example"}
    first, _, third = (read_drawing(dataset, found[r.id]) for r in receipts)
    assert isinstance(first, StrokeDrawing)
    np.testing.assert_array_equal(first.strokes[0], [[1, 2.5], [3, 1]])
    assert isinstance(third, InkDrawing)
    assert third.ink[4:24, 13].min() == 1
    told = b"".join(files_in(tmp_path / "out").values())
    for receipt in receipts:
        assert receipt.receipt.encode() not in told
    assert b"receipt" not in told


def test_the_same_feedback_is_the_same_dataset_wherever_it_is_pulled(
    store: Store, receipts: list[Receipt], tmp_path: Path
) -> None:
    one, other = (pulled_from(store, tmp_path / name).dataset for name in ("a", "b"))
    assert one.id == other.id
    assert files_in(one.folder) == files_in(other.folder)
    counting = CountingStore(store)
    again = pulled_from(counting, tmp_path / "a")
    assert (again.dataset.id, again.fetched) == (one.id, 0)
    assert counting.reads == 0, "what is there is not fetched again"
    move(store, receipts[0].id, ACCEPTED, QUARANTINE)
    assert pulled_from(store, tmp_path / "a").dataset.id != one.id


@pytest.mark.usefixtures("receipts")
@pytest.mark.parametrize("lives", [0, 1, 3, 5])
def test_an_interrupted_pull_goes_on_and_fetches_the_rest(
    lives: int, store: Store, tmp_path: Path
) -> None:
    with pytest.raises(KeyboardInterrupt):
        pulled_from(CountingStore(store, lives), tmp_path / "out")
    assert not list((tmp_path / "out").glob(f"*/{MANIFEST}")), "half a dataset is none"
    for path in (tmp_path / "out").glob("pulling/drawings/*.json"):
        path.write_bytes(path.read_bytes()[:5])  # as a power cut leaves it
        break
    dataset = pulled_from(store, tmp_path / "out").dataset
    assert dataset.id == pulled_from(store, tmp_path / "whole").dataset.id
    assert files_in(dataset.folder) == files_in(tmp_path / "whole" / dataset.id)


def test_a_later_pull_fetches_only_what_is_new(
    store: Store, receipts: list[Receipt], tmp_path: Path
) -> None:
    first = pulled_from(store, tmp_path / "out")
    added = accept(store, 9, label="3")
    second = pulled_from(store, tmp_path / "out")
    assert (first.fetched, second.fetched) == (3, 1)
    ids = {item.id for item in second.dataset.items}
    assert ids == {receipt.id for receipt in (*receipts, added)}
    assert not any(find_faults(second.dataset))
    assert not any(find_faults(first.dataset)), "the version before stays as it was"


def test_another_label_for_the_same_drawing_is_noticed(
    store: Store, receipts: list[Receipt], tmp_path: Path
) -> None:
    pull(store, "the store", tmp_path / "out")
    shelf = FeedbackShelf(store)
    (place,) = (place for place in shelf.places(ACCEPTED) if place.id == receipts[0].id)
    filed = shelf.read(place)
    assert filed is not None
    quarantined = shelf.judge(filed, QUARANTINE, label="7", by="ann", reason="reviewed")
    shelf.judge(quarantined, ACCEPTED, label="1", by="ann", reason="relabelled")
    labels = {
        item.id: item.label for item in pull(store, "the store", tmp_path / "out").dataset.items
    }
    assert labels[receipts[0].id] == "1"


def test_what_was_withdrawn_is_in_no_version_any_more(
    store: Store, receipts: list[Receipt], tmp_path: Path
) -> None:
    first = pulled_from(store, tmp_path / "out")
    FeedbackBook(store).withdraw(receipts[0].receipt)
    move(store, receipts[1].id, ACCEPTED, REJECTED)
    second = pulled_from(store, tmp_path / "out")
    assert {(gone.id, gone.withdrawn) for gone in second.gone} == {
        (receipts[0].id, True),
        (receipts[1].id, False),
    }
    (forgotten,) = second.forgotten
    assert (forgotten.dataset, forgotten.ids) == (first.dataset.id, (receipts[0].id,))
    assert not first.dataset.folder.exists()
    assert all(receipts[0].id not in path for path in files_in(tmp_path / "out"))
    assert all(receipts[0].id.encode() not in data for data in files_in(tmp_path / "out").values())


def test_the_last_drawing_is_removed_as_well_and_a_version_is_kept_where_that_is_asked(
    store: Store, tmp_path: Path
) -> None:
    receipt = accept(store, 1)
    kept, removed = (pulled_from(store, tmp_path / name).dataset for name in ("a", "b"))
    FeedbackBook(store).withdraw(receipt.receipt)
    for name, keep in (("a", True), ("b", False)):
        with pytest.raises(MissingData, match="no accepted feedback"):
            pulled_from(store, tmp_path / name, keep_versions=keep)
    assert not any(find_faults(kept))
    assert not removed.folder.exists()


def test_damaged_feedback_is_named_and_left_out(
    store: Store, receipts: list[Receipt], tmp_path: Path
) -> None:
    for place in FeedbackShelf(store).places(ACCEPTED):
        if place.id == receipts[1].id:
            store.put(place.record_key, b"{")
    pulled = pulled_from(store, tmp_path / "out")
    (error,) = pulled.left_out
    assert receipts[1].id in str(error)
    assert {item.id for item in pulled.dataset.items} == {receipts[0].id, receipts[2].id}


@pytest.mark.usefixtures("receipts")
def test_a_folder_of_something_else_or_of_another_store_is_left_alone(
    store: Store, tmp_path: Path
) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "a.txt").write_text("mine")
    with pytest.raises(UnusablePull, match="holds something else"):
        pulled_from(store, tmp_path / "notes")
    assert files_in(tmp_path / "notes") == {"a.txt": b"mine"}
    dataset = pulled_from(store, tmp_path / "out").dataset
    with pytest.raises(UnusablePull, match="was pulled from the store"):
        pull(store, "another", tmp_path / "out")
    with (
        open_folder(tmp_path / "out", "the store"),
        pytest.raises(UnusablePull, match="another pull"),
    ):
        pulled_from(store, tmp_path / "out")
    assert not any(find_faults(dataset))


def test_a_damaged_drawing_is_found_and_pulled_again(
    store: Store, receipts: list[Receipt], tmp_path: Path
) -> None:
    dataset = pulled_from(store, tmp_path / "out").dataset
    path = dataset.folder / dataset.items[0].file
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    (fault,) = find_faults(dataset)
    assert fault.path == path
    done = run_export("feedback", "check", str(tmp_path / "out"))
    assert done.returncode == 2
    assert str(path) in done.stdout
    pulled_from(store, tmp_path / "out")
    assert path.read_bytes() == whole
    done = run_export("feedback", "check", str(dataset.folder))
    assert (done.returncode, done.stderr) == (0, "")
    assert f"{dataset.id}: {len(receipts)} drawings" in done.stdout


@pytest.mark.usefixtures("receipts")
@pytest.mark.parametrize(
    "change",
    [
        {"format": 2},
        {"dataset": "0" * 16},
        {"items": [{"id": "a", "file": "../a.png"}]},
        {"items": None},
        {"items": []},
    ],
)
def test_a_manifest_that_cannot_be_is_refused(
    change: dict[str, Any], store: Store, tmp_path: Path
) -> None:
    folder = pulled_from(store, tmp_path / "out").dataset.folder
    manifest = json.loads((folder / MANIFEST).read_bytes())
    (folder / MANIFEST).write_text(json.dumps(manifest | change))
    with pytest.raises(DamagedData, match=re.escape(MANIFEST)):
        read_dataset(folder)


def test_the_command_pulls_from_where_the_api_keeps_feedback(
    location: str, store: Store, receipts: list[Receipt], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    done = run_export("feedback", "pull", "--store", location, "--out", str(out))
    assert (done.returncode, done.stderr) == (0, "")
    assert "3 drawings, 3 of them fetched" in done.stdout
    FeedbackBook(store).withdraw(receipts[0].receipt)
    done = run_export("feedback", "pull", "--store", location, "--out", str(out))
    assert f"went since the last pull: {receipts[0].id} (it has left the store)" in done.stdout
    assert "removed: dataset" in done.stdout


def test_a_store_that_is_not_there_is_told_in_one_line(tmp_path: Path) -> None:
    nowhere, out = tmp_path / "nowhere", tmp_path / "out"
    done = run_export("feedback", "pull", "--store", str(nowhere), "--out", str(out))
    assert done.returncode == 2
    assert done.stderr == (
        f"error: {nowhere} is not there; name the feedback's folder or bucket by --store\n"
    )
    assert list(tmp_path.iterdir()) == []


def test_a_killed_pull_goes_on(tmp_path: Path) -> None:
    """Kill the real command at several moments; the dataset is the one of an undisturbed pull."""
    from chalicelib.stores.open import open_store

    store = open_store(str(tmp_path / "store"))
    for number in range(40):
        accept(store, number, day=number % 5)
    command = [sys.executable, "-m", "export.feedback", "pull"]
    command += ["--store", str(tmp_path / "store"), "--out", str(tmp_path / "out")]
    for count in (0, 10, 30):
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as pulling:
            while pulling.poll() is None:
                if len(list((tmp_path / "out").glob("pulling/drawings/*"))) > count:
                    pulling.send_signal(signal.SIGKILL)
                    break
    done = run_export("feedback", *command[3:])
    assert done.returncode == 0, done.stderr
    (made,) = (tmp_path / "out").glob(f"*/{MANIFEST}")
    assert made.parent.name == pulled_from(store, tmp_path / "whole").dataset.id
    shutil.rmtree(tmp_path / "whole")
    assert not any(find_faults(read_dataset(made.parent)))
