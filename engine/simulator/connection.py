"""A client's socket: two greenlets, one that reads and one that writes what the session queued."""

from __future__ import annotations

import contextlib
import logging
from collections import deque
from collections.abc import Callable

import gevent
from gevent import socket
from gevent.event import Event

from engine.simulator.schedule import Scheduler
from engine.simulator.session import Session
from engine.simulator.switch import Switch

logger = logging.getLogger(__name__)


class Connection:
    """Carries bytes between one client and its ``Session``; knows latency and stalling."""

    def __init__(
        self,
        sock: socket.socket,
        switch: Switch,
        password: str,
        stalled: Event,
        on_gone: Callable[[Connection], object],
    ) -> None:
        self._sock = sock
        self._scheduler: Scheduler = switch.scheduler
        self._switch = switch
        self._running = stalled
        self._on_gone = on_gone
        self._out: deque[bytes] = deque()
        self._wake = Event()
        self._closing = False
        self._last_due_s = 0.0
        self.session = Session(switch, self, password)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def serve(self, *, denied: bool = False) -> None:
        """Run until either side closes; called in a greenlet of its own."""
        writer = gevent.spawn(self._write_out)
        self.session.open(denied=denied)
        try:
            while not self.session.closed:
                data = self._sock.recv(65_536)
                self._running.wait()
                if not data:
                    break
                self.session.receive(data)
        except OSError:
            pass  # the client is gone
        finally:
            self.session.close(abruptly=True)
            writer.join(timeout=5)
            writer.kill()
            with contextlib.suppress(OSError):
                self._sock.shutdown(socket.SHUT_RDWR)
            self._sock.close()
            self._on_gone(self)

    def write(self, data: bytes) -> None:
        self._later(self._queue, data)

    def _later(self, act: Callable[..., None], *args: bytes) -> None:
        """Now, or after the switch's latency; never before what was said earlier."""
        now_s = self._scheduler.now_s()
        self._last_due_s = max(now_s + self._switch.faults.latency_s, self._last_due_s)
        if self._last_due_s > now_s:
            self._scheduler.at(self._last_due_s, act, *args)
        else:
            act(*args)

    def _queue(self, data: bytes) -> None:
        self._out.append(data)
        self._wake.set()

    def queued(self) -> int:
        return len(self._out)

    def close(self) -> None:
        self._later(self._finish)

    def _finish(self) -> None:
        self._closing = True
        self._wake.set()

    def drop(self) -> None:
        """Break the connection without a word, as a network does."""
        self._out.clear()
        self.session.close(abruptly=True)
        with contextlib.suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)

    def _write_out(self) -> None:
        try:
            while True:
                self._wake.wait()
                self._wake.clear()
                self._running.wait()
                while self._out:
                    chunk = b"".join([self._out.popleft() for _ in range(min(len(self._out), 64))])
                    self._sock.sendall(chunk)
                if self._closing:
                    with contextlib.suppress(OSError):
                        self._sock.shutdown(socket.SHUT_RDWR)
                    return
        except OSError:
            self._out.clear()
