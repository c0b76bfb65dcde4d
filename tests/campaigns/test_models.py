"""What is damaged is refused, or answers as before; and what gets through is seen."""

import json
import random
import shutil
from pathlib import Path

import pytest

from bench.campaigns import models
from bench.campaigns.models.rollouts import RolloutServers
from bench.campaigns.models.servers import Servers
from bench.campaigns.models.starts import Starts
from bench.campaigns.models.verdict import Verdict
from chalicelib.learning import heads, served_rollouts
from chalicelib.learning.current import Current
from chalicelib.learning.keys import CURRENT_KEY, head_key
from chalicelib.learning.pointer import HeadBook
from chalicelib.learning.rollouts import read_rollouts
from chalicelib.learning.serving import ServedHeads
from chalicelib.recognition import manifest as manifests
from chalicelib.recognition.manifest import MANIFEST
from chalicelib.recognition.registry import ModelRegistry
from chalicelib.stores.store import Reader, Store
from export.command import MODELS_FOLDER

CASES, SEED = 80, 3


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of the published models, free to be damaged."""
    return Path(shutil.copytree(MODELS_FOLDER, tmp_path / "models"))


def test_nothing_that_was_damaged_answers() -> None:
    facts = models.run(CASES, SEED)
    assert facts[0].value == CASES
    assert not [str(fact) for fact in facts if not fact.held]
    assert sum(fact.most == 0 for fact in facts) == sum(verdict.is_bad for verdict in Verdict)


def test_a_registry_that_looks_at_no_digest_is_found_out(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(_self: ModelRegistry, file: str, _sha256: str) -> bytes:
        return (folder / file).read_bytes()

    starts = Starts(tmp_path / "none")
    monkeypatch.setattr(ModelRegistry, "read", read)
    path = folder / ModelRegistry.load(folder).entry("cnn").file
    data = bytearray(path.read_bytes())
    middle = slice(len(data) // 2, len(data) // 2 + 1024)
    data[middle] = bytes(byte ^ 1 for byte in data[middle])
    path.write_bytes(data)
    assert starts.judge(folder) is Verdict.SERVED


def test_a_manifest_whose_seal_is_not_looked_at_is_found_out(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    starts, path = Starts(tmp_path / "none"), folder / MANIFEST
    manifest = json.loads(path.read_bytes())
    manifest["models"][0]["temperature"] = 0.7
    path.write_text(json.dumps(manifest))
    assert starts.judge(folder) is Verdict.REFUSED
    monkeypatch.setattr(manifests, "sealed", lambda found: found)
    assert starts.judge(folder) is Verdict.SERVED


def other_numbers(store: Store, _rng: random.Random) -> str:
    """Damage a head so that it is one still: other weights under the old name."""
    blob = store.get(CURRENT_KEY)
    assert blob
    key = head_key(json.loads(blob.data)["heads"]["cnn"])
    head = store.get(key)
    assert head
    store.put(key, head.data.replace(b"A", b"B"))
    return f"other numbers in {key}"


def no_pointer(store: Store, _rng: random.Random) -> str:
    """Put something else where the pointer was."""
    store.put(CURRENT_KEY, b"{}")
    return "no pointer"


def test_a_reader_that_looks_at_no_name_is_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_named(reader: Reader, key: str, _sha256: str) -> bytes:
        blob = reader.get(key)
        assert blob
        return blob.data

    judge, rng = Servers(ModelRegistry.load(MODELS_FOLDER)).judge, random.Random(SEED)
    assert judge(tmp_path / "a", other_numbers, rng, running=False)[1] is Verdict.SHIPPED
    monkeypatch.setattr(heads, "read_named", read_named)
    assert judge(tmp_path / "b", other_numbers, rng, running=False)[1] is Verdict.SERVED


def test_a_running_server_that_lets_go_of_its_heads_is_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forget(_self: ServedHeads, _reader: Reader, troubles: list[str]) -> Current:
        troubles.append(f"{CURRENT_KEY} is damaged")
        return Current()

    def let_go(store: Store, rng: random.Random) -> str:
        monkeypatch.setattr(ServedHeads, "_read_current", forget)
        return no_pointer(store, rng)

    judge, rng = Servers(ModelRegistry.load(MODELS_FOLDER)).judge, random.Random(SEED)
    assert judge(tmp_path / "a", no_pointer, rng, running=True)[1] is Verdict.UNCHANGED
    assert judge(tmp_path / "b", let_go, rng, running=True)[1] is Verdict.DROPPED


def test_a_head_that_was_rolled_back_and_comes_again_is_found_out(tmp_path: Path) -> None:
    def bring_back(store: Store, _rng: random.Random) -> str:
        current, *earlier = HeadBook(store).history()
        store.put(CURRENT_KEY, (earlier or [current])[0].current.encode())
        return "the pointer as it was before the rollback, if there was one"

    judge, rng = Servers(ModelRegistry.load(MODELS_FOLDER)).judge, random.Random(SEED)
    verdicts = {
        judge(tmp_path / str(number), bring_back, rng, running=True)[1] for number in range(8)
    }
    assert verdicts == {Verdict.SERVED, Verdict.UNCHANGED}


def test_a_share_that_was_damaged_and_is_followed_is_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    servers = RolloutServers(tmp_path / "models")

    def judge_some(folder: Path) -> set[Verdict]:
        rng = random.Random(SEED)
        return {servers.judge(folder / str(n), rng, running=True)[1] for n in range(24)}

    assert not any(verdict.is_bad for verdict in judge_some(tmp_path / "a"))
    monkeypatch.setattr(
        served_rollouts, "_read_sound", lambda reader, _: read_rollouts(reader)[0].rollouts
    )
    assert Verdict.SERVED in judge_some(tmp_path / "b")


def test_heads_that_go_out_of_service_without_a_word_are_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ServedHeads, "_tell", lambda *_: None)
    judge, rng = Servers(ModelRegistry.load(MODELS_FOLDER)).judge, random.Random(SEED)
    assert judge(tmp_path / "a", no_pointer, rng, running=True)[1] is Verdict.SILENT
