"""The parts know each other in one direction only, and each outside library has one place.

app -> batch -> http -> wiring -> learning -> stores and recognition
config, limits and errors stand below all of them; export stands above chalicelib.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GROUND = {"errors", "limits"}
MAY_IMPORT = {
    "app": {"batch", "http", "wiring"},
    "batch": {"http", "recognition", "stores"} | GROUND,  # a line is the body of a request
    "http": {"wiring", "config", "recognition", "learning", "version"} | GROUND,
    "wiring": {"config", "metrics", "recognition", "learning", "stores"} | GROUND,
    "learning": {"recognition", "stores"} | GROUND,
    "recognition": GROUND,
    "stores": GROUND,
    "config": GROUND,
    "metrics": set(),
    "errors": {"limits"},
    "limits": set(),
    "version": set(),
}
AWS_PLACES = {
    "chalicelib/stores/s3.py",
    "chalicelib/stores/objects.py",
    "chalicelib/batch/queue.py",
}
ONLY_PLACES = {
    "PIL": {"chalicelib/recognition/images.py"},
    "onnxruntime": {"chalicelib/recognition/classifier.py"},
    "boto3": AWS_PLACES,
    "botocore": AWS_PLACES,
    "chalice": {"app.py", "chalicelib/http/"},
}
# Which files and folders of export may know more of what serves than recognition, and why.
STORE_COMMANDS = ("adapt.py", "feedback", "heads.py", "retention.py", "review", "rollout", "stats")
EXPORT_ALSO_KNOWS = {
    "quality": {"wiring", "config"},  # the report asks the app itself
    "anchors.py": {"learning"},  # makes the sets that a round reads
    "replacement.py": {"learning"},  # asks the gate of a round
    "round_picture.py": {"learning"},  # draws what a round reports
    "store_options.py": {"stores"},  # names the variable that says where feedback lies
    **{name: {"config", "learning", "stores"} for name in STORE_COMMANDS},
}
SERVING = [ROOT / "app.py", *sorted((ROOT / "chalicelib").rglob("*.py"))]


def place_of(path: Path) -> str:
    """Return the name under which a file stands in MAY_IMPORT."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    name = parts[1] if len(parts) > 1 else parts[0]
    return "version" if name == "__init__" else name


def imports_of(path: Path) -> Iterator[str]:
    """Yield the full name of each module, or name in a module, that a file imports anywhere."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def part_named(name: str) -> str:
    """Return the part of chalicelib that an import is of; its own names count as `version`."""
    second = name.split(".")[1]
    return second if second in MAY_IMPORT else "version"


@pytest.mark.parametrize("path", SERVING, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_one_way(path: Path) -> None:
    place = place_of(path)
    parts = {part_named(name) for name in imports_of(path) if name.startswith("chalicelib.")}
    assert parts - {place} <= MAY_IMPORT[place]


@pytest.mark.parametrize("path", SERVING, ids=lambda path: str(path.relative_to(ROOT)))
def test_each_outside_library_has_one_place(path: Path) -> None:
    name = path.relative_to(ROOT).as_posix()
    for library in {imported.split(".")[0] for imported in imports_of(path)} & ONLY_PLACES.keys():
        assert any(name.startswith(place) for place in ONLY_PLACES[library]), library


@pytest.mark.parametrize("path", SERVING, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_serves_imports_nothing_of_what_trains_or_tests(path: Path) -> None:
    roots = {imported.split(".")[0] for imported in imports_of(path)}
    assert not roots & {"export", "tests", "tools", "bench", "torch", "onnx", "app"}


def test_what_trains_knows_nothing_of_http() -> None:
    for path in sorted((ROOT / "export").rglob("*.py")):
        allowed = set().union(*(EXPORT_ALSO_KNOWS.get(part, set()) for part in path.parts))
        parts = {part_named(name) for name in imports_of(path) if name.startswith("chalicelib.")}
        assert not parts & {"http", "wiring", "learning", "stores", "config"} - allowed, path


def test_of_all_tools_deployment_alone_knows_aws_and_nothing_knows_the_tools() -> None:
    for path in sorted((ROOT / "tools").rglob("*.py")):
        roots = {imported.split(".")[0] for imported in imports_of(path)}
        assert "deploy" in path.parts or not roots & {"boto3", "botocore"}, path
    for path in sorted((ROOT / "export").rglob("*.py")):
        assert "tools" not in {imported.split(".")[0] for imported in imports_of(path)}, path


def test_the_rules_themselves_have_no_cycle() -> None:
    left = {place: set(above) for place, above in MAY_IMPORT.items()}
    while left:
        free = {place for place, above in left.items() if not above & left.keys()}
        assert free, f"a cycle among {sorted(left)}"
        left = {place: above for place, above in left.items() if place not in free}
