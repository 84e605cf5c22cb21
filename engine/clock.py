"""The time, passed in rather than asked for, so that decisions can be tested without waiting."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

import gevent


class Clock(Protocol):
    """What the engine may know of time. All datetimes are aware and in UTC."""

    def now(self) -> datetime:
        """The present moment."""

    def monotonic(self) -> float:
        """Seconds that never run backwards, for measuring and for deadlines."""

    def sleep(self, seconds: float) -> None:
        """Let other greenlets run for ``seconds``."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        gevent.sleep(seconds)


class FrozenClock:
    """A clock that moves only when it is told to."""

    def __init__(self, now: datetime) -> None:
        self._now = now.astimezone(UTC)
        self._monotonic = 0.0

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def sleep(self, seconds: float) -> None:
        self.advance(seconds)
        gevent.sleep(0)

    def advance(self, seconds: float) -> None:
        """Move both faces of the clock by ``seconds``."""
        self._now += timedelta(seconds=seconds)
        self._monotonic += seconds
