"""Every state of the page, and of the page for reviewers, as everybody has to look at it.

Each state is brought about in a real browser and looked at with axe-core (WCAG 2.0 to 2.2, A and
AA, and its best practices) in both themes, at 320, 768 and 1440 pixels, at 200 % zoom, without
motion and in forced colours; targets, width and motion are measured beside it. Then everything
is done with the keyboard alone, from the first Tab to feedback and its undo, while the focus and
what is read out are watched. The size is the number of states under a condition.
"""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from bench.campaigns.accessibility import journeys, review_states, states
from bench.campaigns.accessibility.conditions import CONDITIONS, Condition
from bench.campaigns.accessibility.look import Findings, load_axe, look
from bench.campaigns.accessibility.scene import Scene, scene
from bench.campaigns.accessibility.states import State
from bench.chromium import chromium
from bench.outcome import Fact
from export.progress import show_progress

ENTRIES: tuple[State, ...] = (*states.STATES, *review_states.STATES)
SIZE = len(ENTRIES) * len(CONDITIONS)  # states, each under a condition

WALKED: tuple[State, ...] = (
    *(states.empty, states.several_digits, states.labels, states.consent, states.not_kept),
    *(states.failed, review_states.sheet, review_states.alone, review_states.other_status),
)
# What changes when a state passes: an answer that was awaited has come, an undo has run out.
STATE = """() => [document.querySelector("#reading")?.dataset.state, document.body.className,
  ...["#sentence", "#thanks", "#question", "#message"]
    .map((id) => document.querySelector(id)?.textContent)].join("|")"""


def run(size: int, seed: int) -> Sequence[Fact]:
    """Look at `size` states, each under a condition, then use the keyboard."""
    findings = Findings()
    with chromium() as browser, scene(browser) as here:
        pairs = chosen(size, seed)
        for number, (entry, conditions) in enumerate(pairs.items()):
            look_at(here, entry, conditions, findings)
            show_progress("states", number + 1, len(pairs))
        use_the_keyboard(here, [entry for entry in WALKED if entry in pairs], findings)
    return findings.facts()


def chosen(size: int, seed: int) -> dict[State, list[Condition]]:
    """Return which states are looked at, and under which conditions."""
    drawn = np.random.default_rng(seed).permutation(SIZE)[:size]
    pairs: dict[State, list[Condition]] = defaultdict(list)
    for number in sorted(drawn.tolist()):
        entry, condition = divmod(number, len(CONDITIONS))
        pairs[ENTRIES[entry]].append(CONDITIONS[condition])
    return pairs


def look_at(here: Scene, entry: State, conditions: Sequence[Condition], findings: Findings) -> None:
    """Look at a state under some conditions, bringing it about again where it has passed."""
    left = list(conditions)
    while left:
        with here.opened(entry) as page:
            load_axe(page)
            first = page.evaluate(STATE)
            while left and page.evaluate(STATE) == first:
                condition = left.pop()
                condition.set_on(page)
                name = f"{entry.__module__.rpartition('.')[2]}.{entry.__name__}"
                look(page, name, findings, condition)


def use_the_keyboard(here: Scene, walked: Sequence[State], findings: Findings) -> None:
    """Go from load to feedback, then through all stops of some states."""
    with here.opened(states.empty) as page:
        journeys.from_load_to_feedback(page, findings)
    for entry in walked:
        with here.opened(entry) as page:
            journeys.through_all(page, entry.__name__, findings)
