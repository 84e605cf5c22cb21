"""A thread outside of the gevent loop that closes sockets when the loop is stuck.

A client that stops reading freezes the whole switch for every other client (see ``mod_event_socket.c``: a lagging
listener is told so while the mutex that all listeners share is held). A stuck loop cannot help itself, so a real
thread watches its pulse and shuts its sockets down.
"""

from __future__ import annotations

import os
import socket
import time
from typing import Any

import gevent
from gevent import monkey

from engine import log

logger = log.get(__name__)

_real_sleep = monkey.get_original("time", "sleep")
_real_thread = monkey.get_original("_thread", "start_new_thread")
_real_lock = monkey.get_original("_thread", "allocate_lock")
_real_socket: Any = monkey.get_original("socket", "socket")


class Watchdog:
    """Shuts down every watched socket when the loop has not turned for ``stuck_s`` seconds."""

    def __init__(self, stuck_s: float = 10.0) -> None:
        self.stuck_s = stuck_s
        self.bites = 0
        self._watched: dict[int, int] = {}  # our duplicate of each descriptor
        self._lock = _real_lock()  # held for moments only: a descriptor's number is used again at once
        self._pulse = time.monotonic()
        self._running = False
        self._ticker: gevent.Greenlet[..., Any] | None = None

    def start(self) -> None:
        """Begin to watch this loop."""
        if self._running:
            return
        self._running = True
        self._pulse = time.monotonic()
        self._ticker = gevent.spawn(self._tick)
        _real_thread(self._watch, ())

    def stop(self) -> None:
        """Let the thread end, and forget every socket."""
        self._running = False
        if self._ticker is not None:
            self._ticker.kill(block=False)
        for fileno in list(self._watched):
            self.forget(fileno)

    def watch(self, fileno: int) -> None:
        """Guard the socket behind ``fileno``, until it is forgotten."""
        with self._lock:
            self._watched[fileno] = os.dup(fileno)

    def forget(self, fileno: int) -> None:
        """The socket is being closed by its owner."""
        with self._lock:
            copy = self._watched.pop(fileno, None)
            if copy is not None:
                os.close(copy)

    def _tick(self) -> None:
        while self._running:
            self._pulse = time.monotonic()
            gevent.sleep(min(0.5, self.stuck_s / 4))

    def _watch(self) -> None:
        while self._running:
            _real_sleep(min(0.5, self.stuck_s / 4))
            if self._running and time.monotonic() - self._pulse > self.stuck_s:
                self._bite()
                self._pulse = time.monotonic()

    def _bite(self) -> None:
        # Runs in the thread while the loop is stuck: nothing of gevent's may be touched, not even a log.
        with self._lock:
            for copy in self._watched.values():
                try:
                    guarded = _real_socket(fileno=os.dup(copy))
                    guarded.shutdown(socket.SHUT_RDWR)
                    guarded.close()
                except OSError:
                    continue
        self.bites += 1
