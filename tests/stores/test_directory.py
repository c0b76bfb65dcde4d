"""What the directory store makes of a disk that fails, of a kill, and of its neighbours."""

import json
import os
import signal
import stat
import threading
from pathlib import Path

import pytest

from chalicelib.errors import StorageUnavailable
from chalicelib.stores.directory import LOCK, TEMPORARIES, DirectoryStore
from chalicelib.stores.store import Conflict, Expected
from tests.stores.child import run_child

WHOLE = b"new " * 50_000
MAX_STEPS = 60


def files(root: Path) -> list[str]:
    """List every file below `root` but the lock."""
    paths = (path.relative_to(root) for path in root.rglob("*") if path.is_file())
    return sorted(str(path) for path in paths if path.name != LOCK)


def test_only_the_owner_can_read_what_is_stored(tmp_path: Path) -> None:
    previous = os.umask(0)
    try:
        DirectoryStore(tmp_path / "store").put("a/b/c", b"x")
    finally:
        os.umask(previous)
    for path in [tmp_path / "store", *(tmp_path / "store").rglob("*")]:
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path


def test_a_full_disk_is_a_storage_failure_that_leaves_nothing(tmp_path: Path) -> None:
    """The limit on a file's size stands in for the disk: it fails a write in its middle too."""
    program = (
        "import resource, sys, pathlib\n"
        "from chalicelib.errors import StorageUnavailable\n"
        "from chalicelib.stores.directory import DirectoryStore\n"
        "store = DirectoryStore(pathlib.Path(sys.argv[1]))\n"
        "store.put('a', b'old')\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))\n"
        "for key in ('a', 'b'):\n"
        "    try:\n"
        "        store.put(key, b'x' * 20_000)\n"
        "    except StorageUnavailable as failure:\n"
        "        print(failure.operation)\n"
        "store.put('c', b'small enough')\n"
    )
    done = run_child(program, str(tmp_path))
    assert (done.stdout, done.returncode) == ("put\nput\n", 0), done.stderr
    assert files(tmp_path) == ["a", "c"]
    assert (tmp_path / "a").read_bytes() == b"old"


def test_what_the_system_forbids_is_a_storage_failure(tmp_path: Path) -> None:
    """A file stands where a folder must be, which even root cannot write to."""
    (tmp_path / "file").write_bytes(b"")
    store = DirectoryStore(tmp_path / "file")
    with pytest.raises(StorageUnavailable):
        store.put("a", b"x")
    inner = DirectoryStore(tmp_path)
    with pytest.raises(StorageUnavailable):
        inner.put("file/a", b"x")
    (tmp_path / "folder").mkdir()
    with pytest.raises(StorageUnavailable):
        inner.delete("folder")
    assert files(tmp_path) == ["file"]


def test_a_directory_that_may_not_be_written_is_a_storage_failure(tmp_path: Path) -> None:
    program = (
        "import os, pathlib, sys\n"
        "from chalicelib.errors import StorageUnavailable\n"
        "from chalicelib.stores.directory import DirectoryStore\n"
        "if os.geteuid() == 0:\n"
        "    os.setuid(65534)  # root may write anywhere\n"
        "try:\n"
        "    DirectoryStore(pathlib.Path(sys.argv[1])).put('a', b'x')\n"
        "except StorageUnavailable as failure:\n"
        "    print(failure.operation)\n"
    )
    tmp_path.chmod(0o500)
    done = run_child(program, str(tmp_path))
    tmp_path.chmod(0o700)
    assert done.stdout == "put\n", done.stderr
    assert files(tmp_path) == []


def test_a_kill_at_any_step_of_a_put_leaves_the_old_or_the_new(tmp_path: Path) -> None:
    """A child kills itself at its first, second, ... file operation, until a put outlives it."""
    program = (
        "import os, pathlib, signal, sys\n"
        "from chalicelib.stores.directory import DirectoryStore\n"
        "store, steps = DirectoryStore(pathlib.Path(sys.argv[1])), int(sys.argv[2])\n"
        "def count(event, arguments):\n"
        "    global steps\n"
        "    if event in ('open', 'fcntl.flock') or event.startswith('os.'):\n"
        "        steps -= 1\n"
        "        if steps == -1:\n"
        "            os.kill(os.getpid(), signal.SIGKILL)\n"
        "sys.addaudithook(count)\n"
        "store.put('old/a', b'new ' * 50_000)\n"
        "store.put('new/folder/b', b'new ' * 50_000)\n"
        "steps = 1000\n"
    )
    outcomes = set()
    for steps in range(MAX_STEPS):
        root = tmp_path / str(steps)
        store = DirectoryStore(root)
        store.put("old/a", b"old")
        done = run_child(program, str(root), str(steps))
        old, new = store.get("old/a"), store.get("new/folder/b")
        assert old is not None
        assert old.data in (b"old", WHOLE)
        assert new is None or new.data == WHOLE
        outcomes.add((old.data == WHOLE, new is not None))
        store.sweep()
        assert not [name for name in files(root) if name.startswith(TEMPORARIES)]
        store.put("old/a", b"the lock is free")
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL, done.stderr
    assert done.returncode == 0, "the puts never came to their end"
    assert outcomes == {(False, False), (True, False), (True, True)}


def test_of_many_threads_that_create_a_key_one_wins(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path)
    won: list[int] = []

    def create(number: int) -> None:
        try:
            store.put("a", str(number).encode(), expected=Expected.NOTHING)
        except Conflict:
            return
        won.append(number)

    threads = [threading.Thread(target=create, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [str(number).encode() for number in won] == [(tmp_path / "a").read_bytes()]
    assert files(tmp_path) == ["a"]


def test_readers_never_see_a_put_in_its_middle(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path)
    versions = [json.dumps([number] * 20_000).encode() for number in range(2)]
    store.put("a", versions[0])
    finished = threading.Event()

    def write() -> None:
        for number in range(40):
            store.put("a", versions[number % 2])
        finished.set()

    writer = threading.Thread(target=write)
    writer.start()
    seen = set()
    while not finished.is_set():
        blob = store.get("a")
        assert blob is not None
        seen.add(blob.data)
    writer.join()
    assert seen <= set(versions)


def test_sweeps_take_nothing_from_puts_that_are_under_way(tmp_path: Path) -> None:
    store, finished = DirectoryStore(tmp_path), threading.Event()

    def sweep() -> None:
        while not finished.is_set():
            DirectoryStore(tmp_path).sweep()

    sweeper = threading.Thread(target=sweep)
    sweeper.start()
    try:
        for number in range(100):
            store.put(f"a/{number}", WHOLE[:10_000])
    finally:
        finished.set()
        sweeper.join()
    assert len(list(store.list())) == 100


def test_files_that_are_no_keys_are_not_listed(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path)
    store.put("a", b"x")
    (tmp_path / "by hand.txt").touch()
    (tmp_path / ".DS_Store").touch()
    assert [listed.key for listed in store.list()] == ["a"]
