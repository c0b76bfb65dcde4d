"""Files that nobody ever reads half of."""

import json
import os
from pathlib import Path
from typing import Any


def write_json(path: Path, content: Any) -> None:  # noqa: ANN401 -- JSON is any of its types
    """Write JSON, whole or not at all."""
    write_whole(path, (json.dumps(content, indent=2) + "\n").encode())


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that nobody ever reads half of it."""
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
