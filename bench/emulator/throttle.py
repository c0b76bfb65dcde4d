"""API Gateway's throttle: a bucket of tokens that fills at a steady rate."""

import time
from collections.abc import Callable
from threading import Lock


class Throttle:
    """Lets `burst` requests through at once, and `rate_a_s` a second over time."""

    def __init__(
        self, rate_a_s: float, burst: int, clock_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock_s = clock_s
        self._lock = Lock()
        self.set(rate_a_s, burst)

    def set(self, rate_a_s: float, burst: int) -> None:
        """Take other limits from now on, and begin with a full bucket."""
        with self._lock:
            self._rate_a_s = rate_a_s
            self._burst = burst
            self._tokens = float(burst)
            self._filled_s = self._clock_s()

    def admit(self) -> bool:
        """Whether a request may pass now."""
        with self._lock:
            now_s = self._clock_s()
            gained = (now_s - self._filled_s) * self._rate_a_s
            self._tokens = min(self._burst, self._tokens + gained)
            self._filled_s = now_s
            if self._tokens < 1:
                return False
            self._tokens -= 1
            return True
