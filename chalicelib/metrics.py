"""Figures for CloudWatch, as JSON lines in the log (its embedded metric format).

Counts alone go through here: no drawing, no label, no receipt, nothing of who sent what. The
format: "Specification: Embedded metric format" in the CloudWatch user guide.
"""

import json
import time
from collections.abc import Callable, Mapping
from typing import TextIO

MOST_AT_ONCE = 100  # metrics that CloudWatch takes from one line


class MetricLog:
    """Writes metrics where CloudWatch reads them: to the standard output of a Lambda function."""

    def __init__(
        self, stream: TextIO | None, namespace: str, now_s: Callable[[], float] = time.time
    ) -> None:
        """Write to `stream`; None, as everywhere but in Lambda, writes nothing.

        namespace: keeps the counts of this stage from those of others.
        """
        self._stream = stream
        self._namespace = namespace
        self._now_s = now_s

    def write(self, counts: Mapping[str, float], dimensions: Mapping[str, str] = {}) -> None:
        """Write some counts in one line.

        dimensions: tell like counts apart, as {"Model": "cnn"}: each value of one is a metric of
            its own that costs money, so nothing that senders choose belongs there.
        Raises ValueError for more than 100 counts, one that is not finite, or a name used twice.
        """
        if len(counts) > MOST_AT_ONCE or counts.keys() & dimensions.keys():
            raise ValueError(f"{len(counts)} metrics with {sorted(dimensions)} fit into no line")
        described = {
            "Namespace": self._namespace,
            "Dimensions": [list(dimensions)],
            "Metrics": [{"Name": name, "Unit": "Count"} for name in counts],
        }
        when = {"Timestamp": int(self._now_s() * 1000), "CloudWatchMetrics": [described]}
        line = json.dumps({"_aws": when, **dimensions, **counts}, allow_nan=False)
        if self._stream:
            self._stream.write(line + "\n")
            self._stream.flush()
