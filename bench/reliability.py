"""`make campaign`: try hard to break it, and write what held to docs/reliability.md.

    python -m bench.reliability [NAME ...] [--seed 7] [--share 0.01] [--continue]

Each campaign is a module of `bench/campaigns/` with SIZE, its full size in its own unit, and
`run(size, seed)`, which returns facts; its docstring is its text in the document. --share runs a
part of the size, which is kept only where nothing larger is. --continue leaves out what has a whole
outcome with that seed. A short form of each is in tests/campaigns/.
"""

import argparse
import importlib
import os
import pkgutil
import platform
import sys
import time
from collections.abc import Sequence
from typing import Protocol, cast

from bench import campaigns
from bench.latency import processor
from bench.outcome import Fact, Outcome
from chalicelib.errors import InklingError
from tools.package.build import ROOT

DOCUMENT = ROOT / "docs" / "reliability.md"
OUTCOMES = ROOT / "docs" / "reliability"
CAMPAIGNS = tuple(sorted(module.name for module in pkgutil.iter_modules(campaigns.__path__)))
INTRODUCTION = """# Reliability

Written by `make campaign`. Each campaign tries to break what is promised, for as long as its size
says; chance comes from the seed, so that `make campaign ONLY=<name> SEED=<seed>` tries the same
again. A short form of each is in `tests/campaigns/` and so in `make test`. What each does and why
is on top of its file in `bench/campaigns/`.
"""


class Campaign(Protocol):
    """What a module of `bench/campaigns/` holds."""

    __doc__: str
    SIZE: int

    def run(self, size: int, seed: int) -> Sequence[Fact]:
        """Try `size` times to break what is promised, and say what came of it."""


def main() -> int:
    """Run campaigns one after another; return 1 where one did not hold, or could not run."""
    options = _parse()
    if options.check:
        return 0
    seed = int(time.time()) if options.seed is None else options.seed
    names = options.names or list(CAMPAIGNS)
    if options.go_on:
        names = [name for name in names if not _is_done(name, seed)]
    print(f"Seed {seed}: {', '.join(names) or 'nothing is left'}", flush=True)
    held = True
    try:
        for name in names:
            outcome = run(name, seed, options.share)
            print(outcome, flush=True)
            held &= outcome.held
            if outcome.size >= _kept_size(name):
                outcome.write(OUTCOMES)
                DOCUMENT.write_text(document())
    except KeyboardInterrupt:
        print(f"\nStopped. `make campaign SEED={seed} CONTINUE=1` goes on.", file=sys.stderr)
        return 1
    except InklingError as error:
        print(error, file=sys.stderr)
        return 1
    return 0 if held else 1


def load(name: str) -> Campaign:
    """Return a campaign by its name."""
    return cast(Campaign, importlib.import_module(f"bench.campaigns.{name}"))


def run(name: str, seed: int, share: float = 1) -> Outcome:
    """Run one campaign, the whole of it or a share, to its end."""
    campaign = load(name)
    size = max(round(campaign.SIZE * share), 1)
    started_s = time.monotonic()
    facts = campaign.run(size, seed)
    duration_s = round(time.monotonic() - started_s, 1)
    return Outcome(name, size, seed, duration_s, hardware(), tuple(facts))


def document() -> str:
    """Return the page of documentation, of all outcomes that are kept."""
    kept = [path for name in CAMPAIGNS if (path := OUTCOMES / f"{name}.json").exists()]
    return "\n".join([INTRODUCTION, *(section(Outcome.read(path)) for path in kept)])


def section(outcome: Outcome) -> str:
    """Return the part of the document that tells of one campaign."""
    rows = [f"| {f.what} | {f.amount} | {f.bound} |" for f in outcome.facts]
    full = load(outcome.campaign).SIZE
    size = f"{outcome.size:,}" if outcome.size >= full else f"{outcome.size:,} of {full:,}"
    run_as = f"Size {size}, seed {outcome.seed}, {outcome.duration_s / 60:,.1f} minutes."
    return "\n".join(
        [
            f"## {_title(outcome.campaign)}",
            "",
            _text(outcome.campaign),
            "",
            "| what | value | to hold |",
            "|---|---|---|",
            *rows,
            "",
            f"{run_as} {outcome.hardware}",
            "",
        ]
    )


def hardware() -> str:
    """Say when and on what it ran."""
    return (
        f"{time.strftime('%Y-%m-%d', time.gmtime())}: {processor()}, {os.cpu_count()} cores, "
        f"Linux {platform.release().partition('-')[0]}, Python {platform.python_version()}."
    )


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize().replace("Io ", "I/O ")


def _text(name: str) -> str:
    """Return the first paragraph of a campaign's docstring."""
    return load(name).__doc__.strip().split("\n\n")[0]


def _kept_size(name: str) -> int:
    """Return how large the campaign was whose outcome is kept, 0 where none is."""
    path = OUTCOMES / f"{name}.json"
    return Outcome.read(path).size if path.exists() else 0


def _is_done(name: str, seed: int) -> bool:
    path = OUTCOMES / f"{name}.json"
    if not path.exists():
        return False
    kept = Outcome.read(path)
    return kept.seed == seed and kept.size >= load(name).SIZE


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.reliability", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(CAMPAIGNS))
    parser.add_argument("--seed", type=int, help="of chance; default: the time")
    parser.add_argument("--share", type=_share, default=1.0, help="of the size; default: 1")
    parser.add_argument("--continue", dest="go_on", action="store_true", help="what is left")
    parser.add_argument("--check", action="store_true", help="see that these can be, run none")
    options = parser.parse_args()
    for name in options.names:
        if name not in CAMPAIGNS:
            parser.error(f"there is no campaign {name!r}; there are {', '.join(CAMPAIGNS)}")
    if options.go_on and options.seed is None:
        parser.error("--continue needs the --seed of the run that was stopped")
    return options


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = 0.0
    if not 0 < share <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no share; take one over 0 and up to 1")
    return share


if __name__ == "__main__":
    sys.exit(main())
