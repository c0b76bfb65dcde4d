"""What of the project goes into the package."""

from pathlib import Path

from bench.candidates import MODEL, add_candidate, answering
from chalicelib.recognition.registry import ModelRegistry
from tools.package.build import ROOT
from tools.package.chalice_run import MODELS, SOURCES, copy_sources


def files(folder: Path) -> set[str]:
    return {path.name for path in (folder / MODELS).iterdir()}


def test_of_a_candidate_the_network_alone_goes_into_the_package(tmp_path: Path) -> None:
    """Its sets are as large as it, and no function reads them."""
    project = tmp_path / "project"
    copy_sources(ROOT, project)
    assert set(SOURCES) == {path.name for path in project.iterdir()}
    before = files(project)
    version = add_candidate(project / MODELS, answering(4))
    assert len(files(project) - before) == 3
    copy_sources(project, tmp_path / "copy")
    assert files(tmp_path / "copy") - before == {f"{MODEL}-{version}.onnx"}
    registry = ModelRegistry.load(tmp_path / "copy" / MODELS)
    assert registry.network(registry.candidates[MODEL]).classes == 11
