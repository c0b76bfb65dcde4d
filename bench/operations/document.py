"""docs/operations.md: prose by hand; its numbers, and between marks the tables, are written."""

from collections.abc import Mapping

from bench.operations import canaries, costs, scenarios, warmth
from bench.operations.numbers import Numbers
from bench.operations.prose import with_numbers
from bench.operations.service_times import ServiceTimes
from export.quality.markdown import table
from tools.deploy import prices
from tools.deploy.alarms import Alarm, alarms
from tools.package.build import ROOT

DOCUMENT = ROOT / "docs" / "operations.md"
OWN_METRICS = 10  # that the functions count under the stage's namespace
FUNCTIONS = ("APIHandler", "Adapt", "Batch", "Steward", "Fuse")


def filled(text: str, tables: Mapping[str, str]) -> str:
    """Return a text with each table between its marks.

    Raises ValueError where a table has no place in the text.
    """
    for name, content in tables.items():
        opening, closing = f"<!-- {name} -->", f"<!-- end of {name} -->"
        before, opened, rest = text.partition(opening)
        _, closed, after = rest.partition(closing)
        if not opened or not closed:
            raise ValueError(f"{DOCUMENT.name} has no place for {name}")
        text = f"{before}{opening}\n\n{content}\n\n{closing}{after}"
    return text


def written(text: str) -> str:
    """Return the document's text with all tables, and all numbers of its prose, as they are now."""
    return with_numbers(filled(text, tables()), Numbers().sentences())


def tables() -> dict[str, str]:
    """Return every table, from what was measured and simulated last."""
    times = ServiceTimes.read()
    return {
        "alarms": alarm_table(),
        "canaries": canaries.canary_table(canaries.read()),
        "costs": f"{costs.cost_table(times)}\n\n{_measured(times)}",
        "parts": costs.part_table(times),
        "architectures": costs.arm_table(times),
        "warm": warmth.warm_table(scenarios.read()),
        "resting": costs.resting_table(len(list(alarms(list(FUNCTIONS)))), OWN_METRICS),
        "loads": scenarios.load_table(scenarios.read()),
        "prices": f"{costs.price_table()}\n\nList prices of {prices.REGION}, {prices.DATE}.",
    }


def _measured(times: ServiceTimes) -> str:
    return f"n = {times.answers:,} warm answers of each size. {times.measured}"


def alarm_table() -> str:
    """Return when each alarm goes off, and why then."""
    found = list(alarms(list(FUNCTIONS)))
    return table(("alarm", "goes off", "why then"), [_alarm_row(alarm) for alarm in found])


def _alarm_row(alarm: Alarm) -> tuple[str, str, str]:
    return f"[{alarm.name}](#{alarm.name.lower()})", alarm.threshold, f"{alarm.what}. {alarm.why}"
