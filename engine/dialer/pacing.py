"""How many calls are under way, where, and how fast new ones may follow.

Counts live in memory and are rebuilt from the open calls when an engine starts. ``take`` and ``release`` belong
together, one pair for each call that is under way.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Slot:
    """What one call occupies."""

    calendar_id: int
    gateway_id: int


class Rate:
    """Calls per second as evenly spaced moments; a short burst of ``burst`` is allowed after silence."""

    def __init__(self, per_second: float, burst: int = 1) -> None:
        self.per_second = per_second
        self._tolerance_s = (burst - 1) / per_second if per_second else 0.0
        self._next = 0.0

    def free_at(self, now: float) -> float:
        """The moment of the next call, in the caller's seconds; ``now`` when it may go at once."""
        return max(now, self._next - self._tolerance_s) if self.per_second else now

    def take(self, now: float) -> None:
        """Count one call."""
        if self.per_second:
            self._next = max(now, self._next) + 1 / self.per_second


class Pacing:
    """Live calls by calendar and by gateway, and each gateway's calls per second."""

    def __init__(self) -> None:
        self.calendars: Counter[int] = Counter()
        self.gateways: Counter[int] = Counter()
        self.live = 0
        self._rates: dict[int, Rate] = {}

    def take(self, slot: Slot) -> None:
        """One more call is under way."""
        self.calendars[slot.calendar_id] += 1
        self.gateways[slot.gateway_id] += 1
        self.live += 1

    def release(self, slot: Slot) -> None:
        """One call less. Counters of what is idle are dropped, so that they do not grow for ever."""
        self.live -= 1
        for counter, key in ((self.calendars, slot.calendar_id), (self.gateways, slot.gateway_id)):
            counter[key] -= 1
            if counter[key] <= 0:
                del counter[key]

    def rate(self, gateway_id: int, per_second: float) -> Rate:
        """The gateway's rate; a changed limit takes effect at once."""
        rate = self._rates.get(gateway_id)
        if rate is None or rate.per_second != per_second:
            rate = self._rates[gateway_id] = Rate(per_second)
        return rate
