"""The switch itself: its channels, its listeners, its events, its counters. No socket is known here."""

from __future__ import annotations

import random
import socket
import time
import uuid
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from engine.simulator.callees import Directory, Scenario
from engine.simulator.events import Block, Event
from engine.simulator.execution import Application
from engine.simulator.faults import Gateway, SwitchFaults
from engine.simulator.listener import Listener
from engine.simulator.schedule import Scheduler

if TYPE_CHECKING:
    from engine.simulator.channel import Channel

VERSION = "1.11.1"
FULL_VERSION = "1.11.1-release+git~simulator"
_ATTEMPTS_KEPT = 200_000


class Originated(NamedTuple):
    """One attempt that the switch was asked to make, whether or not a channel came of it."""

    uuid: str
    number: str
    gateway: str
    variables: dict[str, str]
    at: float
    """Unix time of the originate."""
    originator: str = ""
    """The channel that bridged to this number; empty for a call that a client asked for."""


class Load:
    """How many calls there are now, and the most there ever were; in all and per gateway."""

    def __init__(self) -> None:
        self.now = 0
        self.peak = 0
        self.by_gateway: Counter[str] = Counter()
        self.peak_by_gateway: Counter[str] = Counter()

    def add(self, gateway: str) -> None:
        self.now += 1
        self.peak = max(self.peak, self.now)
        self.by_gateway[gateway] += 1
        self.peak_by_gateway[gateway] = max(self.peak_by_gateway[gateway], self.by_gateway[gateway])

    def remove(self, gateway: str) -> None:
        self.now -= 1
        self.by_gateway[gateway] -= 1


class Switch:
    """Holds everything that would live in one FreeSWITCH process."""

    def __init__(
        self, scenario: Scenario, scheduler: Scheduler, applications: dict[str, Application]
    ) -> None:
        self.scheduler = scheduler
        self.applications = applications
        self.faults: SwitchFaults = scenario.switch
        self.gateways: dict[str, Gateway] = scenario.gateways
        self.any_gateway = scenario.any_gateway
        self.directory = Directory(scenario.rules, scenario.seed)
        self._random = random.Random(scenario.seed)
        self.channels: dict[str, Channel] = {}
        self.listeners: list[Listener] = []
        self.originated: list[Originated] = []
        self.hung_up: Counter[str] = Counter()
        self.load = Load()
        self.hostname = socket.gethostname()
        self.paused = False
        self.session_count = 0
        self.globals: dict[str, str] = {}
        self.conferences: dict[str, list[Channel]] = {}
        self._sequence = 0
        self._names: frozenset[str] = frozenset()
        self._second = 0
        self._stamp = Block([])
        self._switch_headers: list[tuple[str, str]] = []
        self.core_uuid = ""
        self.started_at = 0.0
        self.boot()

    def boot(self) -> None:
        """Begin a life: a new Core-UUID, no channels, the counters of the switch at zero."""
        self.core_uuid = self.new_uuid()
        self.started_at = time.time()
        self.session_count = 0
        self.paused = False
        self.channels.clear()
        self.conferences.clear()
        self.load = Load()
        self.globals = {
            "hostname": self.hostname,
            "local_ip_v4": "127.0.0.1",
            "core_uuid": self.core_uuid,
            "base_dir": "/usr/local/freeswitch",
            "sounds_dir": "/usr/local/freeswitch/sounds",
            "recordings_dir": "/tmp",  # noqa: S108 - the switch's own variable, not a file of ours
            "default_language": "en",
        }
        self._second = 0
        self._switch_headers = [
            ("Core-UUID", self.core_uuid),
            ("FreeSWITCH-Hostname", self.hostname),
            ("FreeSWITCH-Switchname", self.hostname),
            ("FreeSWITCH-IPv4", "127.0.0.1"),
            ("FreeSWITCH-IPv6", "::1"),
        ]

    def new_uuid(self) -> str:
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def note(self, attempt: Originated) -> None:
        """Remember an attempt; of very many only the later ones."""
        if len(self.originated) >= _ATTEMPTS_KEPT:
            del self.originated[: _ATTEMPTS_KEPT // 2]
        self.originated.append(attempt)

    # Listeners.

    def attach(self, listener: Listener) -> None:
        self.listeners.append(listener)
        self.subscriptions_changed()

    def detach(self, listener: Listener) -> None:
        if listener in self.listeners:
            self.listeners.remove(listener)
            self.subscriptions_changed()

    def subscriptions_changed(self) -> None:
        """Remember which events anybody wants, so that the others are not even built."""
        names: set[str] = set()
        for listener in self.listeners:
            if listener.subscription.enabled:
                names |= listener.subscription.names
        self._names = frozenset(names)

    # Events.

    def wanted(self, name: str) -> bool:
        """Whether anybody listens for this event. Counts it, as the real switch counts the unheard ones, too."""
        self._sequence += 1
        return name in self._names

    def fire(
        self, name: str, blocks: Callable[[], list[Block]], body: str | None = None, subclass: str = ""
    ) -> None:
        """Build an event if anybody listens for its name, and hand it to those whose filters pass it."""
        if not self.wanted(name):
            return
        event = Event(name, [*self.stamp(name, subclass), *blocks()], body, subclass)
        for listener in self.listeners:
            if listener.subscription.wants(event):
                listener.deliver(event)

    def stamp(self, name: str, subclass: str = "") -> list[Block]:
        """The headers that every event begins with (``switch_event_prep_for_delivery``)."""
        now = time.time()
        if int(now) != self._second:
            self._second = int(now)
            self._stamp = Block(
                [
                    *self._switch_headers,
                    ("Event-Date-Local", time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(now))),
                    ("Event-Date-GMT", time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(now))),
                ]
            )
        first = [("Event-Name", name)]
        if subclass:
            first.insert(0, ("Event-Subclass", subclass))
        last = [
            ("Event-Date-Timestamp", str(int(now * 1_000_000))),
            ("Event-Calling-File", "simulator.c"),
            ("Event-Calling-Function", "simulator"),
            ("Event-Calling-Line-Number", "1"),
            ("Event-Sequence", str(self._sequence)),
        ]
        return [Block(first), self._stamp, Block(last)]

    def heartbeat(self) -> None:
        """Fire HEARTBEAT, as the real switch does every 20 seconds."""
        self.fire("HEARTBEAT", lambda: [Block(self._heartbeat_headers())])

    def _heartbeat_headers(self) -> list[tuple[str, str]]:
        return [
            ("Event-Info", "System Ready"),
            ("Up-Time", self.up_time()),
            ("FreeSWITCH-Version", FULL_VERSION),
            ("Uptime-msec", str(int((time.time() - self.started_at) * 1000))),
            ("Session-Count", str(len(self.channels))),
            ("Max-Sessions", str(self.faults.max_sessions)),
            ("Session-Per-Sec", "30"),
            ("Session-Per-Sec-Last", "0"),
            ("Session-Per-Sec-Max", "0"),
            ("Session-Per-Sec-FiveMin", "0"),
            ("Session-Since-Startup", str(self.session_count)),
            ("Session-Peak-Max", str(self.load.peak)),
            ("Session-Peak-FiveMin", str(self.load.peak)),
            ("Idle-CPU", "95.000000"),
        ]

    def up_time(self) -> str:
        """As ``status`` words it."""
        microseconds = int((time.time() - self.started_at) * 1_000_000)
        parts = []
        for unit, size in (
            ("year", 31_536_000_000_000),
            ("day", 86_400_000_000),
            ("hour", 3_600_000_000),
            ("minute", 60_000_000),
            ("second", 1_000_000),
            ("millisecond", 1_000),
            ("microsecond", 1),
        ):
            count, microseconds = divmod(microseconds, size)
            parts.append(f"{count} {unit}{'' if count == 1 else 's'}")
        return ", ".join(parts)
