"""One connection to an event socket, and a link that keeps one up for ever.

``Connection`` is greenswitch's ``InboundESL`` with its reader replaced: its authentication and its public methods
stay. The reader frames and routes, and never waits for anything: what it hands on must not block.
"""

from __future__ import annotations

import contextlib
import random
import socket
from collections import deque
from collections.abc import Callable
from typing import Any, NoReturn, cast

import gevent
import greenswitch
from gevent import socket as gsocket
from gevent.event import AsyncResult
from gevent.event import Event as Signal
from gevent.lock import RLock

from engine import log
from engine.clock import Clock
from engine.errors import (
    CommandRefusedError,
    CommandTimeoutError,
    SwitchAuthError,
    SwitchError,
    SwitchUnreachableError,
)
from engine.esl.watchdog import Watchdog
from engine.esl.wire import Event, Message, Parser
from engine.greenlets import Nursery

logger = log.get(__name__)

_RECEIVE_BYTES = 256 * 1024
_FLOOD_BYTES = 64 * 1024
_REPLIES = frozenset({"command/reply", "api/response"})


class Connection(greenswitch.InboundESL):  # type: ignore[misc]
    """A connection from its connect to its close; it is used once.

    ``on_event(event)`` runs in the reader and must not wait. Times are in seconds.
    """

    def __init__(
        self,
        host: str,
        port: int,
        password: str,
        *,
        on_event: Callable[[Event], None] | None = None,
        watchdog: Watchdog | None = None,
        timeout_s: float = 5.0,
    ) -> None:
        super().__init__(host, port, password, timeout_s)
        self._on_event = on_event
        self._watchdog = watchdog
        self._waiting: deque[AsyncResult[Message]] = deque()
        self._sending = RLock()
        self._reader: gevent.Greenlet[..., Any] | None = None
        self._greeting: AsyncResult[Message] = AsyncResult()
        self.closed = Signal()
        self.error: SwitchError | None = None

    def connect(self) -> None:
        """Connect and authenticate. Raises ``SwitchUnreachableError`` or ``SwitchAuthError``."""
        try:
            self.sock = gsocket.create_connection((self.host, self.port), timeout=self.timeout)
        except OSError as error:
            raise SwitchUnreachableError(
                f"{self.host}:{self.port}: {error.strerror or error}; is the switch running, and does "
                "event_socket.conf listen there?"
            ) from error
        self.sock.settimeout(None)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.connected = True
        if self._watchdog is not None:
            self._watchdog.watch(self.sock.fileno())
        self._reader = gevent.spawn(self.receive_events)
        try:
            with gevent.Timeout(self.timeout):
                self._greeting.get()
                self.authenticate()
        except gevent.Timeout as error:
            self._give_up(
                SwitchUnreachableError(f"{self.host}:{self.port} does not greet like a switch"), error
            )
        except (ValueError, LookupError) as error:
            wrong = f"{self.host}:{self.port} refused the password; correct it in CARILLON_SWITCH"
            self._give_up(SwitchAuthError(wrong), error)
        except SwitchError as error:
            self._give_up(error, None)

    def _give_up(self, error: SwitchError, cause: BaseException | None) -> NoReturn:
        if isinstance(error, SwitchAuthError):
            self.error = error  # a switch that refuses us hangs up as well; the refusal is what to tell
        self.close(error)
        raise self.error or error from cause

    def receive_events(self) -> None:
        """The reader: frames and routes until the peer goes away."""
        parser = Parser()
        error = SwitchUnreachableError(f"{self.host}:{self.port} closed the connection")
        try:
            while data := self.sock.recv(_RECEIVE_BYTES):
                for message in parser.feed(data):
                    self.handle_event(message)
                if parser.dead:
                    error = SwitchUnreachableError(
                        f"{self.host}:{self.port} sent what is not an event socket"
                    )
                    break
                if len(data) >= _FLOOD_BYTES:
                    # gevent does not switch while there is more to read: others must have their turn.
                    gevent.sleep(0)
        except OSError as broken:
            error = SwitchUnreachableError(f"{self.host}:{self.port}: {broken.strerror or broken}")
        finally:
            self.close(self.error or error)

    def handle_event(self, message: Message) -> None:
        """Route one message. Whatever is wrong with it stays with it."""
        kind = message.content_type
        if kind in ("text/event-plain", "text/event-json"):
            event = message.event()
            if event is not None and event.defect:
                logger.warning("event not understood", peer=f"{self.host}:{self.port}", defect=event.defect)
            elif event is not None and self._on_event is not None:
                try:
                    self._on_event(event)
                except Exception:
                    logger.exception("event handler failed", event_name=event.name, call=event.uuid)
        elif kind in _REPLIES:
            if self._waiting:
                self._waiting.popleft().set(message)
        elif kind == "auth/request":
            self._greeting.set(message)
        elif kind == "text/rude-rejection":
            self.error = SwitchAuthError(
                f"{self.host}:{self.port} refuses our address; add it to the switch's event socket ACL"
            )
            self.close(self.error)
        elif message.defect and not message.fatal:
            logger.warning("message not understood", peer=f"{self.host}:{self.port}", defect=message.defect)

    def send(self, data: str, timeout_s: float = 10.0) -> Message:
        """Send one command and wait for its reply.

        Raises ``SwitchUnreachableError`` when it surely was not sent, ``CommandTimeoutError`` when nobody knows
        whether the switch acted on it.
        """
        if not self.connected:
            raise self.error or SwitchUnreachableError(f"{self.host}:{self.port} is not connected")
        reply: AsyncResult[Message] = AsyncResult()
        deadline = gevent.Timeout(timeout_s)
        deadline.start()
        try:
            self._put(data, reply)
            return cast(Message, reply.get())
        except gevent.Timeout as passed:
            if passed is not deadline:
                raise
            # The reply may still come: its place in line stays.
            raise CommandTimeoutError(f"no reply to {_verb(data)} within {timeout_s:g} s") from None
        finally:
            deadline.close()

    def _put(self, data: str, reply: AsyncResult[Message]) -> None:
        """Take a place in the line of replies and send, together: replies come in the order of the commands."""
        with self._sending:
            if not self.connected:
                raise self.error or SwitchUnreachableError(f"{self.host}:{self.port} is not connected")
            self._waiting.append(reply)
            try:
                self.sock.sendall(data.encode() + b"\n\n")
            except OSError as error:
                self.close(SwitchUnreachableError(f"{self.host}:{self.port}: {error.strerror or error}"))
                raise CommandTimeoutError(f"the connection broke while {_verb(data)} was sent") from error
            except gevent.Timeout:
                # Half a command is on its way, so nothing more can follow it.
                self.close(SwitchUnreachableError(f"{self.host}:{self.port} has stopped reading"))
                raise

    def api(self, command: str, timeout_s: float = 10.0) -> str:
        """Run an ``api …`` command; its answer. Raises ``CommandRefusedError`` on ``-ERR`` or ``-USAGE``."""
        text = self.send(command, timeout_s).text
        if text.startswith(("-ERR", "-USAGE")):
            raise CommandRefusedError(f"{_verb(command)}: {text.strip()}")
        return text

    def close(self, error: SwitchError | None = None) -> None:
        """Close at once; whoever waits for a reply is told why."""
        if self.closed.is_set():
            return
        self.error = self.error or error
        self.connected = False
        self.closed.set()
        self._run = False
        sock = getattr(self, "sock", None)
        if sock is not None:
            if self._watchdog is not None:
                self._watchdog.forget(sock.fileno())
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()
        failure = self.error or SwitchUnreachableError("closed")
        if not self._greeting.ready():
            self._greeting.set_exception(failure)
        while self._waiting:
            self._waiting.popleft().set_exception(
                CommandTimeoutError(f"{failure}; the reply was lost with the connection")
            )

    def stop(self) -> None:
        """Say goodbye and close. Never waits long, also when called from a handler."""
        if self.connected:
            with contextlib.suppress(OSError, SwitchError):
                self.sock.sendall(b"exit\n\n")
        self.close(SwitchUnreachableError("stopped"))


class Link:
    """Keeps one connection up: connects, prepares it, watches it, and connects again, for ever.

    ``prepare(connection)`` subscribes and filters. ``on_up`` and ``on_down`` run when the link comes and goes.
    ``alive()`` is asked every ``probe_s``, besides a probe of our own.
    """

    def __init__(
        self,
        name: str,
        host: str,
        port: int,
        password: str,
        *,
        clock: Clock,
        prepare: Callable[[Connection], None] | None = None,
        on_event: Callable[[Event], None] | None = None,
        on_up: Callable[[], None] | None = None,
        on_down: Callable[[SwitchError], None] | None = None,
        alive: Callable[[], bool] | None = None,
        watchdog: Watchdog | None = None,
        probe_s: float = 10.0,
    ) -> None:
        self.name = name
        self._address = (host, port, password)
        self._clock = clock
        self._prepare = prepare
        self._on_event = on_event
        self._on_up = on_up
        self._on_down = on_down
        self._alive = alive
        self._watchdog = watchdog
        self._probe_s = probe_s
        self._nursery = Nursery(f"esl {name}")
        self._connection: Connection | None = None
        self.last_error: SwitchError | None = None

    @property
    def connected(self) -> bool:
        """Whether commands can be sent now."""
        return self._connection is not None

    def start(self) -> None:
        """Begin to connect; returns at once."""
        self._nursery.spawn(self._keep_up, essential=True)

    def stop(self) -> None:
        """Disconnect for good."""
        self._nursery.stop(timeout_s=1)
        if self._connection is not None:
            self._connection.stop()
            self._connection = None

    def send(self, data: str, timeout_s: float = 10.0) -> Message:
        """Send a command; see ``Connection.send``."""
        return self._current().send(data, timeout_s)

    def api(self, command: str, timeout_s: float = 10.0) -> str:
        """Run an api command; see ``Connection.api``."""
        return self._current().api(command, timeout_s)

    def _current(self) -> Connection:
        if self._connection is None:
            raise SwitchUnreachableError(f"the switch is not connected ({self.last_error or 'not yet'})")
        return self._connection

    def _keep_up(self) -> None:
        failures = 0
        while True:
            host, port, password = self._address
            connection = Connection(host, port, password, on_event=self._on_event, watchdog=self._watchdog)
            try:
                connection.connect()
                if self._prepare is not None:
                    self._prepare(connection)
            except Exception as error:
                if not isinstance(error, SwitchError):
                    logger.exception("switch not connected", link=self.name)
                    error = SwitchUnreachableError(f"{host}:{port}: {error}")
                connection.close(error)
                self._failed(error, failures)
                failures += 1
                self._clock.sleep(backoff_s(failures, refused=isinstance(error, SwitchAuthError)))
                continue
            failures = 0
            self.last_error = None
            self._connection = connection
            if self._on_up is not None:
                self._on_up()
            self._watch(connection)
            self._connection = None
            lost = connection.error or SwitchUnreachableError("the connection was lost")
            self._failed(lost, 0)
            if self._on_down is not None:
                self._on_down(lost)
            self._clock.sleep(backoff_s(0))

    def _watch(self, connection: Connection) -> None:
        """Until it closes. A peer that does not answer a probe is dead, whatever TCP says."""
        while not connection.closed.wait(timeout=self._probe_s):
            try:
                connection.send("api uptime", timeout_s=self._probe_s)
            except SwitchError as error:
                connection.close(SwitchUnreachableError(f"the switch does not answer: {error}"))
            if self._alive is not None and not self._alive():
                connection.close(SwitchUnreachableError("the switch sends no more heartbeats"))

    def _failed(self, error: SwitchError, failures: int) -> None:
        told = self.last_error
        self.last_error = error
        if failures == 0 or str(told) != str(error):
            logger.warning("switch not connected", link=self.name, error=str(error))


def backoff_s(failures: int, *, refused: bool = False) -> float:
    """How long to wait before the next try: doubling to 10 s, jittered by half; slower after a refusal."""
    base: float = min(10.0, 0.1 * 2 ** min(failures, 10))
    if refused:
        base = max(base, 5.0)
    return base * random.uniform(0.5, 1.0)


def _verb(command: str) -> str:
    """A command without its arguments, fit for an error: an argument may be a secret."""
    return " ".join(command.split("\n", 1)[0].split(" ")[:2]) if not command.startswith("auth") else "auth"
