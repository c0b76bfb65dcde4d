"""The real package and the floor, unpacked and ready to run as workers."""

import json
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.emulator.worker import Function, make_runtime
from export.errors import UnexpectedAnswer
from tools.package.build import ARCHIVE, ROOT, TEMPLATE

FLOOR = Path(__file__).parent / "floor" / "floor.py"


@dataclass(frozen=True, slots=True)
class Functions:
    """The function as deployed, and the least that one with the same model can be."""

    inkling: Function
    floor: Function
    model: Path


@contextmanager
def functions(build: Path = ROOT / "build") -> Iterator[Functions]:
    """Unpack a built package. Raises FileNotFoundError where `make package` has not been."""
    with tempfile.TemporaryDirectory(prefix="inkling-") as name:
        folder = Path(name)
        code = folder / "code"
        with zipfile.ZipFile(build / ARCHIVE) as packed:
            packed.extractall(code)
        manifest = json.loads((code / "chalicelib/models/manifest.json").read_bytes())
        entry = next(m for m in manifest["models"] if m["name"] == manifest["default"])
        model = code / "chalicelib/models" / entry["file"]
        runtime = make_runtime(folder / "runtime")
        variables = {**template_variables(build / TEMPLATE), "INKLING_LOG_LEVEL": "WARNING"}
        variables["INKLING_FEEDBACK"] = str(folder / "feedback")
        yield Functions(
            Function(code, runtime, variables=variables),
            _floor(code, folder / "floor", runtime, model),
            model,
        )


def template_variables(template: Path) -> dict[str, str]:
    """Return those variables that the template gives every function as plain text."""
    resources = json.loads(template.read_bytes())["Resources"]
    function = next(r for r in resources.values() if r["Type"] == "AWS::Serverless::Function")
    variables = function["Properties"].get("Environment", {}).get("Variables", {})
    return {name: value for name, value in variables.items() if isinstance(value, str)}


def require_success(body: bytes) -> None:
    """Raise UnexpectedAnswer where a worker's answer is no 200: an error has another price."""
    answer = json.loads(body)
    if answer.get("statusCode") not in (200, 201):
        raise UnexpectedAnswer(answer.get("statusCode"), str(answer))


def _floor(code: Path, folder: Path, runtime: Path, model: Path) -> Function:
    """Lay the floor's handler beside the packaged libraries, compiled like them."""
    folder.mkdir()
    for name in ("numpy", "numpy.libs", "onnxruntime"):
        (folder / name).symlink_to(code / name)
    shutil.copy(FLOOR, folder)
    variables = {"MODEL": str(model), "OPENBLAS_NUM_THREADS": "1", "ORT_DISABLE_TELEMETRY": "1"}
    return Function(folder, runtime, "floor.handler", variables)
