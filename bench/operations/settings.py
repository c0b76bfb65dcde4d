"""Numbers in the prose of docs/operations.md that somebody has set, in .chalice/ or in the code."""

import json
from collections.abc import Iterator
from typing import Any

from bench.operations.prose import Sentence, sentence
from chalicelib.learning.retention import RETENTION_DAYS
from tools.deploy.alarms import STAGE_ALARMS
from tools.deploy.template import declared
from tools.package.build import ROOT

CONFIG = ROOT / ".chalice" / "config.json"


class Settings:
    """What is set in the stack's template and in Chalice's configuration."""

    def __init__(self) -> None:
        self._declared: dict[str, Any] = declared()

    def default(self, parameter: str) -> int:
        """Return a parameter's default."""
        return int(self._declared["Parameters"][parameter]["Default"])

    def sentences(self) -> list[Sentence]:
        """Return the sentences that such numbers stand in."""
        return [*self.of_recovery(), *self.of_runbook(), *self.of_bulk()]

    def of_recovery(self) -> Iterator[Sentence]:
        """Numbers under "Disaster recovery"."""
        rules = self._property("FeedbackBucket", "LifecycleConfiguration")["Rules"]
        (learnt,) = [rule for rule in rules if rule["Id"] == "recover-what-was-learnt"]
        days = learnt["NoncurrentVersionExpiration"]["NoncurrentDays"]
        yield sentence("versions, for {} days: `make recover`", days)

    def of_runbook(self) -> Iterator[Sentence]:
        """Numbers of the alarms' sections."""
        own = self.default("ApiConcurrency")
        named = {alarm.name: alarm for alarm in STAGE_ALARMS}
        slow, missing = named["ApiSlow"], named["RoundMissing"]
        yield sentence("**Over** when the alarm is OK: {} minutes.", slow.range_s // 60)
        timeout = f"{self._property('APIHandler', 'Timeout'):.2f}"
        yield Sentence("`Task timed out after {} seconds`", [timeout])
        yield Sentence("(the default is {}, one whole core)", [str(self.default("ApiMemory"))])
        yield sentence("would run at once than `ApiConcurrency` ({}) lets", own)
        yield sentence("At {}: it is our own bound", own)
        yield sentence("feedback older than {} days may not", RETENTION_DAYS)
        yield sentence("feedback older than {} days is not swept", RETENTION_DAYS)
        yield sentence("no round of adaptation has ended for {} hours", missing.range_s // 3600)
        adapt = json.loads(CONFIG.read_bytes())["stages"]["stack"]["lambda_functions"]["adapt"]
        yield sentence("too much feedback for {} minutes", adapt["lambda_timeout"] // 60)

    def of_bulk(self) -> Iterator[Sentence]:
        """Numbers of the sections on drawings in bulk."""
        queue = "BatchQueue"
        yield sentence(
            "come again by themselves after {} minutes, {} times",
            self._property(queue, "VisibilityTimeout") // 60,
            self._property(queue, "RedrivePolicy")["maxReceiveCount"],
        )
        workers = self._declared["Parameters"]["BatchConcurrency"]
        yield sentence("`BatchConcurrency` (at least {})", workers["MinValue"])
        yield sentence("`BatchConcurrency` ({}) if", workers["Default"])

    def _property(self, resource: str, name: str) -> Any:  # noqa: ANN401 - a part of a template
        return self._declared["Resources"][resource]["Properties"][name]
