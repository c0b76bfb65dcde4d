"""Copies of the published models, their manifest and their sets are damaged (bits, pages, ends,
digits, files swapped or gone), or a manifest says what cannot be under a right seal; heads in the
store, the pointer to them and their history are damaged too, or fitted for something else, before
a start and under a running server. The app's own parts are then asked: each must refuse, naming
the file, or answer bit by bit as before. Nothing that was damaged may answer.
"""

import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from bench.campaigns.models.folders import spoil_file, spoil_manifest
from bench.campaigns.models.starts import Starts
from bench.campaigns.models.verdict import Verdict
from bench.outcome import Fact
from export.command import MODELS_FOLDER
from export.progress import show_progress

SIZE = 2_000
SHARES = {"file": 0.4, "manifest": 0.3}  # the rest are heads
