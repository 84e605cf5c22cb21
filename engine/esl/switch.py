"""One FreeSWITCH: what the dialer and the interpreter use of it.

Events, jobs and commands each have a connection of their own, because an ``api`` command holds up the events of its
connection. The switch is ``connected`` when all three are up. When the events are lost, every call that was followed
is let go with an error, and whoever followed it adopts it again after the reconnect: what happened meanwhile is
asked of the switch, not guessed.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

import gevent
import msgspec

from engine import log
from engine.clock import Clock
from engine.errors import (
    CallEndedError,
    CommandRefusedError,
    SettingsError,
    SwitchError,
    SwitchUnreachableError,
)
from engine.esl import commands
from engine.esl.call import Bridge, Bridged, Call, Collect, Collected, Recorded
from engine.esl.connection import Connection, Link
from engine.esl.hangup import Hangup, from_event, from_job
from engine.esl.watchdog import Watchdog
from engine.esl.wire import Event, Message
from engine.greenlets import Nursery

__all__ = [
    "Bridge",
    "Bridged",
    "Call",
    "Collect",
    "Collected",
    "Hangup",
    "LiveChannel",
    "Originate",
    "Recorded",
    "Switch",
]

logger = log.get(__name__)

ENGINE_VARIABLE = "carillon_engine"
"""The channel variable by which an engine's events are filtered, and its calls are found."""

# An application that is sent between CHANNEL_ANSWER and CHANNEL_PARK is cut off at once, because the originate is
# still handing the channel over; early media are ignored, so a parked channel is an answered one.
_EVENTS = "CHANNEL_PARK CHANNEL_EXECUTE_COMPLETE CHANNEL_HANGUP_COMPLETE HEARTBEAT"
_JOB_GRACE_S = 0.5  # a failed originate's channel event tells more than the job: it gets this long to come


@dataclass(frozen=True, slots=True)
class Originate:
    """One originate, in plain values; what is unsafe in them is refused when it is sent."""

    uuid: str  # preset channel UUID
    endpoint: str  # such as sofia/gateway/trunk/33123
    caller_id_name: str
    caller_id_number: str
    timeout_s: int  # of ringing
    variables: Mapping[str, str] = field(default_factory=dict)
    codecs: str = ""
    park_timeout_s: int = 3600  # a parked call that nobody drives ends after this


@dataclass(frozen=True, slots=True)
class LiveChannel:
    """A channel that is up on the switch."""

    uuid: str
    state: str
    created_epoch: int


class Switch:
    """A supervised connection to one FreeSWITCH and the calls that we follow on it.

    ``engine`` names us on the channels. ``on_connected`` callbacks run, each in a greenlet, whenever the switch
    comes (back).
    """

    def __init__(
        self,
        name: str,
        host: str,
        port: int,
        password: str,
        *,
        engine: str,
        clock: Clock,
        probe_s: float = 10.0,
        stuck_s: float = 10.0,
    ) -> None:
        self.name = name
        self.engine = engine
        self.on_connected: list[Callable[[], None]] = []
        self._clock = clock
        self._calls: dict[str, Call] = {}
        self._jobs: dict[str, Call] = {}
        self._nursery = Nursery(f"switch {name}")
        self._was_up = False
        self._last_event = clock.monotonic()
        self._beat_at: float | None = None
        self._beat_s = 0.0  # between the last two heartbeats; 0 while fewer have come
        self.event_lag_s = 0.0
        """How late the newest heartbeat came: what events wait for on their way to us."""
        self.watchdog = Watchdog(stuck_s)

        def link(
            part: str,
            prepare: Callable[[Connection], None] | None = None,
            on_event: Callable[[Event], None] | None = None,
            on_down: Callable[[SwitchError], None] = self._link_down,
        ) -> Link:
            return Link(
                f"{name} {part}",
                host,
                port,
                password,
                clock=clock,
                prepare=prepare,
                on_event=on_event,
                on_up=self._link_up,
                on_down=on_down,
                alive=self._beating if part == "events" else None,
                watchdog=self.watchdog,
                probe_s=probe_s,
            )

        self._events = link("events", self._subscribe, self._route, self._events_down)
        self._job_link = link("jobs", self._subscribe_jobs, self._route_job, self._jobs_down)
        self._commands = link("commands")

    @classmethod
    def from_url(cls, url: str, *, engine: str, clock: Clock) -> Switch:
        """A switch from ``esl://:PASSWORD@HOST:PORT``. Raises ``SettingsError``."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port or 8021
        except ValueError as error:
            raise SettingsError(f"CARILLON_SWITCH: {error}; use esl://:PASSWORD@HOST:PORT") from error
        if parts.scheme != "esl" or not host or parts.password is None:
            raise SettingsError("CARILLON_SWITCH: use the form esl://:PASSWORD@HOST:PORT")
        password = unquote(parts.password)
        commands.auth(password)
        return cls(f"{host}:{port}", host, port, password, engine=engine, clock=clock)

    # The connection.

    @property
    def connected(self) -> bool:
        """Whether calls can be placed and followed now."""
        return self._events.connected and self._job_link.connected and self._commands.connected

    @property
    def last_error(self) -> SwitchError | None:
        """Why it is not connected."""
        return self._events.last_error or self._job_link.last_error or self._commands.last_error

    @property
    def event_age_s(self) -> float:
        """Seconds since the newest event; a healthy switch beats every 20."""
        return self._clock.monotonic() - self._last_event

    @property
    def followed(self) -> int:
        """Calls that are followed now."""
        return len(self._calls)

    def start(self) -> None:
        """Begin to connect; returns at once."""
        self.watchdog.start()
        for link in (self._events, self._job_link, self._commands):
            link.start()

    def stop(self) -> None:
        """Disconnect. Calls stay up on the switch."""
        for link in (self._commands, self._job_link, self._events):
            link.stop()
        self._events_down(SwitchUnreachableError("stopped"))
        self._nursery.stop(timeout_s=1)
        self.watchdog.stop()

    def wait_connected(self, timeout_s: float) -> bool:
        """Whether it is connected within ``timeout_s``."""
        deadline = self._clock.monotonic() + timeout_s
        while not self.connected and self._clock.monotonic() < deadline:
            gevent.sleep(0.01)
        return self.connected

    def send(self, command: str, timeout_s: float = 10.0) -> Message:
        """Send a command and check its reply. Raises ``CommandRefusedError`` on ``-ERR``."""
        return _send(self._commands, command, timeout_s)

    def api(self, command: str, timeout_s: float = 10.0) -> str:
        """Run ``api …``; its answer. Raises ``CommandRefusedError`` on ``-ERR``."""
        return self._commands.api(command, timeout_s)

    def _subscribe(self, connection: Connection) -> None:
        # Filters are OR-ed, and an event that matches none is not sent; what carries no variables needs its own.
        self._beat_at, self._beat_s = None, 0.0
        self._last_event = self._clock.monotonic()
        _send(connection, f"filter variable_{ENGINE_VARIABLE} {self.engine}")
        _send(connection, "filter Event-Name HEARTBEAT")
        _send(connection, f"event plain {_EVENTS}")

    def _subscribe_jobs(self, connection: Connection) -> None:
        _send(connection, "event plain BACKGROUND_JOB")

    def _link_up(self) -> None:
        if self.connected and not self._was_up:
            self._was_up = True
            logger.info("switch connected", switch=self.name)
            for callback in self.on_connected:
                self._nursery.spawn(callback, switch=self.name)

    def _link_down(self, _: SwitchError) -> None:
        self._was_up = False

    def _events_down(self, error: SwitchError) -> None:
        self._was_up = False
        calls, self._calls = self._calls, {}
        self._jobs.clear()
        for call in calls.values():
            call.mark_lost(error)

    def _jobs_down(self, error: SwitchError) -> None:
        """Whether what is being originated will fail can no longer be seen."""
        self._was_up = False
        jobs, self._jobs = self._jobs, {}
        for call in jobs.values():
            self._calls.pop(call.uuid, None)
            call.mark_lost(error)

    def _beating(self) -> bool:
        """Whether events still come: a switch that has been heard to beat and misses three beats is not alive."""
        return not self._beat_s or self.event_age_s < 3 * self._beat_s + 1

    # Events; these run in the readers.

    def _route(self, event: Event) -> None:
        self._last_event = self._clock.monotonic()
        name = event.name
        if name == "HEARTBEAT":
            self._heartbeat(event)
            return
        call = self._calls.get(event.uuid or "")
        if call is None:
            return
        if name == "CHANNEL_EXECUTE_COMPLETE":
            call.mark_complete(event.get("Application-UUID") or "", event)
        elif name == "CHANNEL_PARK":
            call.mark_answered()
        elif name == "CHANNEL_HANGUP_COMPLETE":
            self._calls.pop(call.uuid, None)
            call.mark_ended(from_event(event))

    def _heartbeat(self, event: Event) -> None:
        if self._beat_at is not None:
            self._beat_s = self._last_event - self._beat_at
        self._beat_at = self._last_event
        sent = event.get("Event-Date-Timestamp") or ""
        if sent.isdigit():
            self.event_lag_s = max(0.0, self._clock.now().timestamp() - int(sent) / 1e6)

    def _route_job(self, event: Event) -> None:
        call = self._jobs.pop(event.get("Job-UUID") or "", None)
        if call is None:
            return
        body = event.body or ""
        if body.startswith("-ERR"):
            failed = from_job(body, self._clock.now())
            self._nursery.spawn(self._originate_failed, call, failed, after_s=_JOB_GRACE_S, call=call.uuid)

    def _originate_failed(self, call: Call, hangup: Hangup) -> None:
        if not call.ended:
            self._calls.pop(call.uuid, None)
            call.mark_ended(hangup)

    # Calls.

    def originate(self, request: Originate) -> Call:
        """Start a call; returns once the switch has accepted the job.

        Raises ``UnsafeValueError``; ``SwitchUnreachableError`` when nothing was sent; ``CommandTimeoutError``
        when nobody knows.
        """
        values = {
            **request.variables,
            "origination_uuid": commands.uuid(request.uuid),
            ENGINE_VARIABLE: self.engine,
            "origination_caller_id_name": commands.caller_id_name(request.caller_id_name),
            "origination_caller_id_number": commands.caller_id_number(request.caller_id_number),
            "originate_timeout": str(request.timeout_s),
            "ignore_early_media": "true",
            "playback_terminators": "none",  # keys pressed during a message are kept for the next question
            "park_timeout": str(request.park_timeout_s),
        }
        if request.codecs:
            values["absolute_codec_string"] = commands.codecs(request.codecs)
        job_uuid = secrets.token_hex(16)
        command = commands.originate(request.endpoint, values, job_uuid)
        if not self.connected:
            raise SwitchUnreachableError(f"{self.name} is not connected ({self.last_error or 'not yet'})")
        call = Call(self, request.uuid)
        self._calls[request.uuid] = call
        self._jobs[job_uuid] = call
        try:
            _send(self._job_link, command)
        except (SwitchUnreachableError, CommandRefusedError):
            self._calls.pop(request.uuid, None)
            self._jobs.pop(job_uuid, None)
            raise
        return call

    def live_channels(self) -> list[LiveChannel]:
        """The channels that are up. Raises ``SwitchError``.

        The switch keeps this list in a database of its own that it fills from its event queue: a channel of the
        last second can be missing. Only ``exists`` is exact.
        """
        text = self.api("api show channels as json", timeout_s=30)
        try:
            listed = msgspec.json.decode(text.encode(), type=_Channels)
        except msgspec.MsgspecError as error:
            raise CommandRefusedError(f"show channels: {error}") from error
        return [LiveChannel(row.uuid, row.state, row.epoch) for row in listed.rows]

    def exists(self, uuid: str) -> bool:
        """Whether this channel is up at this moment. Raises ``SwitchError``."""
        return self.api(f"api uuid_exists {commands.uuid(uuid)}").strip() == "true"

    def adopt(self, uuid: str) -> Call:
        """Follow a channel that is up already. Raises ``CallEndedError`` when it has gone meanwhile."""
        call = Call(self, uuid)
        self._calls[uuid] = call
        try:
            self.api(commands.set_variables(uuid, {ENGINE_VARIABLE: self.engine}))
            dump = Event(b"\n" + self.api(f"api uuid_dump {commands.uuid(uuid)}").encode())
        except CommandRefusedError as error:
            self._calls.pop(uuid, None)
            raise CallEndedError(f"{uuid} has ended: {error}") from error
        except SwitchError:
            self._calls.pop(uuid, None)
            raise
        prefix = "variable_"
        call.variables = {
            name.removeprefix(prefix): value
            for name, value in dump.headers().items()
            if name.startswith(prefix)
        }
        if dump.get("Answer-State") == "answered" and dump.get("Channel-State") == "CS_EXECUTE":
            call.mark_answered()
        return call


def _send(link: Link | Connection, command: str, timeout_s: float = 10.0) -> Message:
    """Send a command. Raises ``CommandRefusedError`` on ``-ERR``, besides what ``Connection.send`` raises."""
    reply = link.send(command, timeout_s)
    text = reply.reply_text
    if text.startswith("-"):
        raise CommandRefusedError(f"{command.split(' ', 1)[0]}: {text}")
    return reply


class _Channel(msgspec.Struct):
    uuid: str
    state: str = ""
    created_epoch: str = "0"

    @property
    def epoch(self) -> int:
        """Seconds since the epoch."""
        return int(self.created_epoch) if self.created_epoch.isdigit() else 0


class _Channels(msgspec.Struct):
    rows: list[_Channel] = []
