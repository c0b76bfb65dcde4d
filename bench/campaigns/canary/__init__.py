"""A new version of the API gets a tenth of the requests beside the old one, as the stack's template
says, behind an emulated API Gateway and Lambda that run both of them. It is sound, or broken in one
of four ways. The alarms of the template are judged every minute over what the gateway and Lambda
counted; when one goes off, the alias is set back as CloudFormation does it. Requests and answers
are real, only the clock is set from minute to minute.

SIZE is in deployments of each kind of version. That a value needs two minutes to reach an alarm,
and CloudFormation one to set the alias back, is assumed (bench/canary.py).
"""

import math
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from bench import emulator
from bench.campaigns.canary.course import Case, Course, run_case
from bench.canary import NEW, OLD, Canary
from bench.emulator.alarms import MINUTE_S
from bench.emulator.worker import Function
from bench.outcome import Fact
from bench.workers import functions
from export.progress import show_progress
from tools.deploy.shift import MINUTES
from tools.package.build import ROOT, TEMPLATE

SIZE = 20
MOST_DEVIATIONS = 4.0  # of the share that the new version gets: one in 16,000 is beyond
BROKEN = "broken"  # the module with the handler, beside the package
SOUND = Case("sound", share=0.0)
CASES = (
    SOUND,
    Case("raises", share=0.2),
    Case("answers 500", share=0.5),
    Case("crashes", share=1.0),
    Case("is slow", share=1.0, rate_a_minute=12),  # each of them takes its time
)


def run(size: int, seed: int) -> Sequence[Fact]:
    """Deploy `size` new versions of each kind, one after another."""
    build = ROOT / "build"
    with functions(build) as found:
        return run_on(found.inkling, build / TEMPLATE, size, seed)


def run_on(
    function: Function, template: Path, size: int, seed: int, cases: Sequence[Case] = CASES
) -> list[Fact]:
    """Do so with any function whose new versions are these cases of it."""
    facts: list[Fact] = []
    canary = Canary.of_package(template)
    for number, case in enumerate(cases):
        courses = []
        for turn in range(size):
            chance = seed + len(cases) * turn + number
            with _versions(function, case, chance) as versions:
                courses.append(run_case(canary, versions, template, case.rate_a_minute, chance))
            show_progress("Canaries", number * size + turn + 1, len(cases) * size)
        facts += _facts(case, courses)
    return facts


@contextmanager
def _versions(function: Function, case: Case, seed: int) -> Iterator[list[Function]]:
    """Give the old version, which is the package, and the new one, which is it and its fault."""
    runtime = function.runtime.with_name(f"{function.runtime.name}-{NEW}")
    shutil.copytree(function.runtime, runtime, symlinks=True)
    (runtime / f"{BROKEN}.py").symlink_to(Path(emulator.__file__).with_name(f"{BROKEN}.py"))
    told = {"HOW": case.name, "SHARE": str(case.share), "SEED": str(seed)}
    variables = {**function.variables, **{f"BROKEN_{name}": told[name] for name in told}}
    new = replace(function, runtime=runtime, handler=f"{BROKEN}.handler", variables=variables)
    try:
        yield [replace(function, version=OLD), replace(new, version=NEW)]
    finally:
        shutil.rmtree(runtime)


def _facts(case: Case, courses: Sequence[Course]) -> list[Fact]:
    told = f"{case.name} ({100 * case.share:.0f} %)" if case.share else case.name
    requests, new = _counts(courses)
    specific = _facts_of_broken if case.share else _facts_of_sound
    return [
        Fact(f"{told}: requests beside the old version", requests, least=1),
        Fact(f"{told}: of them it got", 100 * new / max(requests, 1), "%"),
        Fact(
            f"{told}: requests under another version in the metrics than callers saw",
            sum(course.uncounted for course in courses),
            most=0,
        ),
        *specific(told, courses),
    ]


def _counts(courses: Sequence[Course]) -> tuple[int, int]:
    """Return how many requests came while both answered, and how many the new version got."""
    during = [course.during for course in courses]
    return sum(part.requests for part in during), sum(part.new for part in during)


def _facts_of_sound(told: str, courses: Sequence[Course]) -> list[Fact]:
    """Return what a sound version is held to.

    It alone is held to its share: a broken one is taken back the sooner, the more it got.
    """
    wrong = sum(course.before.wrong + course.during.wrong for course in courses)
    (requests, new), share = _counts(courses), courses[0].share
    off = abs(new - requests * share) / math.sqrt(max(requests, 1) * share * (1 - share))
    return [
        Fact(f"{told}: standard deviations off its weight", off, most=MOST_DEVIATIONS),
        Fact(f"{told}: deployments taken back", sum(bool(c.raised) for c in courses), most=0),
        Fact(f"{told}: wrong answers", wrong, most=0),
    ]


def _facts_of_broken(told: str, courses: Sequence[Course]) -> list[Fact]:
    taken_back = [course for course in courses if course.raised]
    minutes = [min(course.raised.values()) / MINUTE_S for course in taken_back]
    failed = sum(course.during.failed for course in courses)
    after = [course.after for course in courses]
    return [
        Fact(f"{told}: deployments not taken back", len(courses) - len(taken_back), most=0),
        Fact(
            f"{told}: minutes until an alarm, at most",
            max(minutes, default=math.inf),
            most=MINUTES,
        ),
        Fact(f"{told}: requests harmed by a deployment, mean", failed / len(courses)),
        Fact(f"{told}: requests it got after that", sum(each.new for each in after), most=0),
        Fact(f"{told}: wrong answers after that", sum(each.wrong for each in after), most=0),
    ]
