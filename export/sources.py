"""Where the drawings come from: whose they are, under which licence, at which addresses.

Addresses are pinned to a commit, and files to a sum, where their makers keep them as they are.
Each `digest` is of the drawings that the published models learnt from, so a fetched source says
itself whether it is still the same.
"""

import re
from functools import partial
from urllib.parse import quote

from export.canvas_sources import read_doodles, read_pngs
from export.drawn import DOODLES, DRAWN_CANVAS, DRAWN_STROKES, OTHER_CHARACTERS
from export.originals import Original, Source
from export.pen_sources import read_numberpad, read_omniglot, read_uji

_GITHUB_RAW = ("https://raw.githubusercontent.com/{}/{}/{}", "https://github.com/{}/raw/{}/{}")
_GITHUB_ZIP = ("https://codeload.github.com/{}/zip/{}", "https://github.com/{}/archive/{}.zip")
_QUICK_DRAW = "https://storage.googleapis.com/quickdraw_dataset/full/numpy_bitmap/{}.npy"
_NPY_HEADER_BYTES = 256  # it takes 80 or 128
_DOODLE_BYTES = 28 * 28
_HWD = re.compile(r"[^/]+/img/(\d)-\d+\.png")
_NUMBERED = re.compile(r"[^/]+/(\d)/\d+\.png")
_DIGIT_EYE_COMMIT = "f92ad66930daf9dc93fabc28c4b84303ccfa6b20"
_GODOT_COMMIT = "2d7a9df733e6e1601dc2d95be9a8fae06e853c97"
_DOODLE_COUNTS = {
    **dict.fromkeys(("airplane", "bicycle", "panda", "train"), 300),
    **dict.fromkeys(("dragon", "monkey", "rabbit", "sea turtle"), 150),
    **dict.fromkeys(("snowman", "star", "windmill"), 150),
}


def _github(template: tuple[str, ...], repository: str, *commit_and_path: str) -> tuple[str, ...]:
    return tuple(address.format(repository, *commit_and_path) for address in template)


def _doodles(category: str, count: int) -> Original:
    return Original(
        name=f"quickdraw-{category.replace(' ', '-')}.npy",
        mirrors=(_QUICK_DRAW.format(quote(category)),),
        read=partial(read_doodles, category=category, count=count),
        drawings=count,
        max_bytes=_NPY_HEADER_BYTES + count * _DOODLE_BYTES,
    )


def _pictures(repository: str, commit: str, member: re.Pattern[str], drawings: int) -> Original:
    """Describe a repository's archive; its bytes may change, so it has no sum."""
    return Original(
        name=f"{repository.split('/')[1].lower()}.zip",
        mirrors=_github(_GITHUB_ZIP, repository, commit),
        read=partial(read_pngs, source=repository, member=member),
        drawings=drawings,
    )


_UJI = Original(
    name="uji-pen-characters-v2.zip",
    mirrors=("https://archive.ics.uci.edu/static/public/177/uji+pen+characters+version+2.zip",),
    read=read_uji,
    drawings=800,
    sha256=(
        "0881b522911b99d9922820289441b50fd3d307f71cd7f9cc70e86872424a5f90",
        "cc56f72f8477e763dd06a44746ba05a679e9232468aac93b3a7aad46a0300d61",  # the text alone
    ),
)
_NUMBERPAD = Original(
    name="numberpad.json",
    mirrors=_github(
        _GITHUB_RAW,
        "bridger/NumberPad",
        "0410d92ba8b729cb4873c1207c748547ab9e3fbf",
        "Data/bridger_all.json",
    ),
    read=read_numberpad,
    drawings=822,
)
_OMNIGLOT = Original(
    name="omniglot-strokes-background.zip",
    mirrors=_github(
        _GITHUB_RAW,
        "brendenlake/omniglot",
        "057f034baf2ecb8530bc5710e5a23584d2a519cc",
        "python/strokes_background.zip",
    ),
    read=read_omniglot,
    drawings=2320,
    sha256=("c1e445d158fd74b6adf81f1387ebe051f5a23923bdb0c16f539d6e707ce056d4",),
)

SOURCES = (
    Source(
        name="uji",
        title="UJI Pen Characters v2",
        people="F. Prat, M. J. Castro, D. Llorens, A. Marzal and J. M. Vilar",
        licence="CC BY 4.0",
        home="https://doi.org/10.24432/C5FG8S",
        changes="the digits of the first 40 of 60 writers, who are renamed",
        part_of=DRAWN_STROKES,
        originals=(_UJI,),
        digest="01e5f4cc8cd4ce2919f636ffddc1338dd4a2537e63c886c332a4f708b13bf319",
    ),
    Source(
        name="numberpad",
        title="NumberPad",
        people="bridger",
        licence="Apache-2.0",
        home="https://github.com/bridger/NumberPad",
        changes="the digits alone",
        part_of=DRAWN_STROKES,
        originals=(_NUMBERPAD,),
        digest="1bbc42a89db733f969502f1fbf43d6d06fb4137710601c4829799a8328d7d79a",
    ),
    Source(
        name="hwd-1000",
        title="HwD-1000",
        people="niklashenning",
        licence="MIT",
        home="https://github.com/niklashenning/hwd-1000-dataset",
        changes="inverted",
        part_of=DRAWN_CANVAS,
        originals=(_pictures("niklashenning/hwd-1000-dataset", "HEAD", _HWD, 1000),),
        digest="f8b156444e08811ab8dee952458410b3a30f9edee61ad812be63d32faa544ba9",
    ),
    Source(
        name="digit-eye",
        title="digit-eye",
        people="kitonjicsm",
        licence="MIT",
        home="https://github.com/kitonjicsm/digit-eye",
        changes="inverted",
        part_of=DRAWN_CANVAS,
        originals=(_pictures("kitonjicsm/digit-eye", _DIGIT_EYE_COMMIT, _NUMBERED, 200),),
        digest="4de7733f347c025b72fce4c8aa83687000ff527a669b3ba1952ffd4c5fbeaf90",
    ),
    Source(
        name="godot-nn",
        title="Godot-NN",
        people="IsotoxalDev",
        licence="MIT",
        home="https://github.com/IsotoxalDev/Godot-NN",
        changes="inverted, and reduced from 32 x 32 to 28 x 28 pixels",
        part_of=DRAWN_CANVAS,
        originals=(_pictures("IsotoxalDev/Godot-NN", _GODOT_COMMIT, _NUMBERED, 26),),
        digest="3c82e46177a3a3d482d7fe4b500f2b813bb4e9bb56fe200a1d58bd494a24c30e",
    ),
    Source(
        name="omniglot",
        title="Omniglot",
        people="B. M. Lake, R. Salakhutdinov and J. B. Tenenbaum",
        licence="MIT",
        home="https://github.com/brendenlake/omniglot",
        changes="four alphabets without the characters that look like digits; y turned down",
        part_of=OTHER_CHARACTERS,
        originals=(_OMNIGLOT,),
        digest="afd5a1edccb7414225564c5cecd006576564c11af417093a29f676b632b74796",
    ),
    Source(
        name="quickdraw",
        title="Quick, Draw!",
        people="Google",
        licence="CC BY 4.0",
        home="https://github.com/googlecreativelab/quickdraw-dataset",
        changes="the first 150 or 300 doodles of 11 categories",
        part_of=DOODLES,
        originals=tuple(_doodles(*kind) for kind in _DOODLE_COUNTS.items()),
        digest="32eb745caa655662b99b65702c2794c16884862f30eb5043d95fd44f3f2dc7e6",
    ),
)
