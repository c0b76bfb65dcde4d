"""Tools look at the sources (bandit, ruff's security rules, shellcheck, zizmor); what nobody has
explained is counted. Then the API and the page run as `make run` starts them, with feedback in S3
and logs at DEBUG, and get origins, addresses, receipts, headers and bodies that try for more than
an answer; so does the review's server. The storage goes away in the end. Every answer is judged,
and all that the servers wrote is searched for drawings, receipts, keys and credentials.

The size is the number of probes; checkov judges the template in tests/deploy/test_template.py.
"""

import random
import secrets
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from bench.campaigns.security import faults
from bench.campaigns.security.faults import Tally, secrets_in
from bench.campaigns.security.findings import findings, read_exceptions, unexplained, unneeded
from bench.campaigns.security.probes import LISTED, Probes
from bench.campaigns.security.review import probe_review
from bench.campaigns.security.site import running_site
from bench.outcome import Fact
from bench.s3 import s3_server
from export.progress import show_progress
from tools.package.build import ROOT

SIZE = 4000
OF_THE_REVIEW = 10  # one probe in so many is of the review's server
CREDENTIALS = ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


def run(size: int, seed: int) -> Sequence[Fact]:
    """Look at the sources, send that many probes, and say what is wrong."""
    facts = [*_judge_sources()]
    tally = Tally()
    _probe(size, random.Random(seed), tally)
    for words in tally.words:
        print(words, file=sys.stderr)
    return [
        *facts,
        Fact("probes", size),
        *(Fact(kind, tally[kind], most=0) for kind in faults.KINDS),
    ]


def _judge_sources() -> Sequence[Fact]:
    explained, found = read_exceptions(), findings(ROOT)
    facts = []
    for tool, of_tool in found.items():
        left = unexplained(of_tool, explained)
        for finding in left:
            print(finding, file=sys.stderr)
        facts.append(Fact(f"findings of {tool} without a reason", len(left), most=0))
    every = [finding for of_tool in found.values() for finding in of_tool]
    return [*facts, Fact("reasons that no finding needs", len(unneeded(every, explained)), most=0)]


def _probe(size: int, rng: random.Random, tally: Tally) -> None:
    """Probe the review, then a site whose storage goes away in the end; search its log."""
    ours = {name: secrets.token_hex(20) for name in CREDENTIALS}
    of_review = size // OF_THE_REVIEW
    with tempfile.TemporaryDirectory(prefix="inkling-") as name, ExitStack() as storage:
        folder = Path(name)
        probe_review(rng, of_review, tally, folder / "review")
        variables = (
            storage.enter_context(s3_server())
            | ours
            | {
                "INKLING_ALLOWED_ORIGINS": ",".join(LISTED),
                "INKLING_LOG_LEVEL": "DEBUG",
            }
        )
        with running_site(variables, folder) as site:
            probes = Probes(site, rng, tally)
            for sent in range(size - of_review):
                probes.send()
                show_progress("probes", sent + 1, size - of_review)
            probes.finish()
            storage.close()
            probes.lose_storage()
        unwanted = probes.secrets | {value: name for name, value in ours.items()}
        for kind in secrets_in(site.log.read_bytes(), unwanted):
            tally.note(faults.SECRETS, kind)
