"""The simulator as others use it: start it, connect to its port, ask what happened, make it misbehave."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import gevent
from gevent import Greenlet, socket
from gevent.event import Event

from engine.simulator.applications import APPLICATIONS
from engine.simulator.callees import Callee, Rule, Scenario, load
from engine.simulator.connection import Connection
from engine.simulator.faults import Gateway
from engine.simulator.schedule import Scheduler
from engine.simulator.switch import Load, Originated, Switch

logger = logging.getLogger(__name__)

HEARTBEAT_S = 20.0


class Simulator:
    """A FreeSWITCH stand-in that listens for event socket clients.

    ``callees`` is a YAML file's path, a ``Scenario``, or rules; what they do not name follows the built-in
    plan of ``callees.py``. ``speed`` is how many simulated seconds pass in one. Port 0 takes a free one.
    ``denied`` turns every client away as an access list would.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        password: str = "ClueCon",  # noqa: S107 - the password that every fresh switch has
        callees: Scenario | Path | str | Iterable[Rule] | dict[str, Callee | list[Callee]] | None = None,
        speed: float = 1.0,
        seed: int | None = None,
        heartbeat_s: float = HEARTBEAT_S,
        gateways: dict[str, Gateway] | None = None,
        denied: bool = False,
    ) -> None:
        self.host = host
        self.password = password
        self.denied = denied
        scenario = _scenario(callees)
        if seed is not None:
            scenario.seed = seed
        if gateways:
            scenario.gateways = {**scenario.gateways, **gateways}
        self.scheduler = Scheduler(speed)
        self.switch = Switch(scenario, self.scheduler, APPLICATIONS)
        self._wanted_port = port
        self._heartbeat_s = heartbeat_s
        self._port = 0
        self._listener: socket.socket | None = None
        self._acceptor: Greenlet[..., Any] | None = None
        self._connections: set[Connection] = set()
        self._serving: set[Greenlet[..., Any]] = set()
        self._running = Event()
        self._running.set()
        self._refusing = False

    # Life.

    def start(self) -> Simulator:
        """Listen and let time pass. Raises ``OSError`` when the port is taken."""
        self._listen()
        self.scheduler.start()
        self.scheduler.after(self._heartbeat_s, self._beat)
        faults = self.switch.faults
        if faults.flap_every_s:
            self.scheduler.after(faults.flap_every_s, self._flap)
        if faults.die_after_s:
            self.scheduler.after(faults.die_after_s, self.die)
        return self

    def stop(self) -> None:
        """Stop listening, drop the clients, forget the calls."""
        self._stop_listening()
        self._running.set()
        self.drop_connections()
        gevent.joinall(list(self._serving), timeout=5)
        self.scheduler.stop()

    def __enter__(self) -> Simulator:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def port(self) -> int:
        """The port in use; 0 before ``start``."""
        return self._port

    @property
    def url(self) -> str:
        """As the engine's settings want it."""
        return f"esl://:{self.password}@{self.host}:{self._port}"

    def _listen(self) -> None:
        tries = 50 if self._port else 1  # a restart: gevent closes the old listener a turn of the loop later
        for rest in reversed(range(tries)):
            listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind((self.host, self._port or self._wanted_port))
                listener.listen(128)
                break
            except OSError:
                listener.close()
                if not rest:
                    raise
                gevent.sleep(0.02)
        self._listener = listener
        self._port = listener.getsockname()[1]
        self._acceptor = gevent.spawn(self._accept, listener)

    def _stop_listening(self) -> None:
        if self._acceptor is not None:
            self._acceptor.kill()
            self._acceptor = None
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            connection = Connection(
                sock, self.switch, self.password, self._running, self._connections.discard
            )
            self._connections.add(connection)
            greenlet = gevent.spawn(connection.serve, denied=self.denied)
            self._serving.add(greenlet)
            greenlet.rawlink(self._serving.discard)

    def _beat(self) -> None:
        self.switch.heartbeat()
        self.scheduler.after(self._heartbeat_s, self._beat)

    def _flap(self) -> None:
        self.drop_connections()
        if self.switch.faults.flap_every_s:
            self.scheduler.after(self.switch.faults.flap_every_s, self._flap)

    # Faults.

    def drop_connections(self) -> int:
        """Break every connection without a word; returns how many there were."""
        dropped = list(self._connections)
        for connection in dropped:
            connection.drop()
        return len(dropped)

    def stall(self) -> None:
        """Go silent: connections stay up, nothing is read or written, until ``resume``."""
        self._running.clear()

    def resume(self) -> None:
        """End ``stall``."""
        self._running.set()

    def slow_down(self, latency_s: float) -> None:
        """Delay every reply and event by this many simulated seconds; 0 ends it."""
        self.switch.faults.latency_s = latency_s

    def refuse_originates(self, cause: str = "NORMAL_TEMPORARY_FAILURE") -> None:
        """Fail every originate with ``cause``; an empty one ends it."""
        self.switch.faults.refuse_cause = cause

    def gateway(self, name: str, status: str) -> None:
        """Bring a gateway ``up`` or ``down``."""
        self.switch.gateways.setdefault(name, Gateway()).status = status

    def die(self, back_after_s: float = 0.0) -> None:
        """Crash and restart: connections and calls are gone, nothing is told of them, the Core-UUID is new.

        The port stays closed for ``back_after_s`` simulated seconds.
        """
        self._stop_listening()
        self.drop_connections()
        for channel in list(self.switch.channels.values()):
            channel.vanish()
        self.switch.boot()
        if back_after_s:
            self.scheduler.after(back_after_s, self._listen)
        else:
            self._listen()

    # What happened.

    @property
    def originated(self) -> list[Originated]:
        """Every attempt that the switch was asked to make, in order."""
        return self.switch.originated

    @property
    def load(self) -> Load:
        """Calls now and at most, in all and per gateway."""
        return self.switch.load

    @property
    def connections(self) -> int:
        """Clients connected now."""
        return len(self._connections)

    @property
    def live(self) -> list[str]:
        """UUIDs of the channels that exist now."""
        return list(self.switch.channels)

    def wait_until(self, condition: Any, timeout_s: float = 10.0) -> bool:
        """Wait (by the clock) until ``condition()`` is true; False when the time ran out."""
        with contextlib.suppress(gevent.Timeout), gevent.Timeout(timeout_s):
            while not condition():
                gevent.sleep(0.005)
            return True
        return bool(condition())


def _scenario(
    callees: Scenario | Path | str | Iterable[Rule] | dict[str, Callee | list[Callee]] | None,
) -> Scenario:
    if callees is None:
        return Scenario()
    if isinstance(callees, Scenario):
        return callees
    if isinstance(callees, Path | str):
        return load(callees)
    if isinstance(callees, dict):
        return Scenario(
            rules=[
                Rule(
                    scripts=(script,) if isinstance(script, Callee) else tuple(script),
                    number="" if number == "*" else number,
                )
                for number, script in callees.items()
            ]
        )
    return Scenario(rules=list(callees))
