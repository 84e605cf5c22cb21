"""Simulated time and the things that happen in it.

All durations inside the simulator are simulated seconds; ``speed`` says how many of them pass in one second
of the clock. One greenlet runs every due callback, so callbacks never run at the same time and never block.
"""

from __future__ import annotations

import heapq
import logging
import time
from collections import deque
from collections.abc import Callable
from typing import Any

import gevent
from gevent import Greenlet
from gevent.event import Event

logger = logging.getLogger(__name__)


class Timer:
    """A callback that is due at a moment of simulated time."""

    __slots__ = ("args", "callback", "due_s")

    def __init__(self, due_s: float, callback: Callable[..., object], args: tuple[Any, ...]) -> None:
        self.due_s = due_s
        self.callback: Callable[..., object] | None = callback
        self.args = args

    def cancel(self) -> None:
        self.callback = None
        self.args = ()


class Scheduler:
    """Timers on one heap, run by one greenlet."""

    def __init__(self, speed: float = 1.0) -> None:
        if speed <= 0:
            raise ValueError(f"speed: {speed} must be above 0")
        self.speed = speed
        self._origin = time.monotonic()
        self._heap: list[tuple[float, int, Timer]] = []
        self._soon: deque[tuple[Callable[..., object], tuple[Any, ...]]] = deque()
        self._count = 0
        self._wake = Event()
        self._waiting_until = 0.0
        self._greenlet: Greenlet[..., Any] | None = None

    def now_s(self) -> float:
        """Simulated seconds since this scheduler was made."""
        return (time.monotonic() - self._origin) * self.speed

    def after(self, seconds: float, callback: Callable[..., object], *args: Any) -> Timer:
        """Run ``callback(*args)`` once, ``seconds`` of simulated time from now."""
        return self.at(self.now_s() + max(0.0, seconds), callback, *args)

    def at(self, due_s: float, callback: Callable[..., object], *args: Any) -> Timer:
        """Run ``callback(*args)`` at a moment of ``now_s``; what is due together runs in the order asked for."""
        timer = Timer(due_s, callback, args)
        self._count += 1
        heapq.heappush(self._heap, (due_s, self._count, timer))
        if due_s < self._waiting_until:
            self._wake.set()
        return timer

    def soon(self, callback: Callable[..., object], *args: Any) -> None:
        """Run ``callback(*args)`` right after what runs now."""
        self._soon.append((callback, args))
        self._wake.set()

    def start(self) -> None:
        self._greenlet = gevent.spawn(self._run)

    def stop(self) -> None:
        if self._greenlet is not None:
            self._greenlet.kill()
            self._greenlet = None
        self._heap.clear()
        self._soon.clear()

    def _run(self) -> None:
        while True:
            self.run_due()
            self._wake.clear()
            if self._soon:
                continue
            self._waiting_until = self._heap[0][0] if self._heap else float("inf")
            wait_s = (self._waiting_until - self.now_s()) / self.speed
            if wait_s > 0:
                self._sleep(wait_s)

    def _sleep(self, seconds: float) -> None:
        """Until then, or until something is due earlier. A bare timer costs less than ``Event.wait(seconds)``."""
        if seconds == float("inf"):
            self._wake.wait()
            return
        timer = gevent.get_hub().loop.timer(seconds)
        timer.start(self._wake.set)
        try:
            self._wake.wait()
        finally:
            timer.stop()
            timer.close()

    def run_due(self) -> None:
        """Run everything that is due now."""
        budget = 1000  # then give readers and writers a turn
        while budget:
            budget -= 1
            if self._soon:
                self._call(*self._soon.popleft())
                continue
            if not self._heap or self._heap[0][0] > self.now_s():
                return
            timer = heapq.heappop(self._heap)[2]
            if timer.callback is not None:
                self._call(timer.callback, timer.args)
        gevent.sleep(0)

    @staticmethod
    def _call(callback: Callable[..., object], args: tuple[Any, ...]) -> None:
        try:
            callback(*args)
        except Exception:
            logger.exception("simulator: %r failed", callback)
