"""Applications running on a channel.

An application is a generator: it yields a ``Wait`` and is resumed with a ``Signal``. That reads like the
thread that it is in a real switch, and costs neither a thread nor a greenlet. Applications nest as they do
in a real switch: a command without ``event-lock`` runs inside the one that is waiting.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from enum import Enum, auto
from typing import TYPE_CHECKING, NamedTuple

from engine.simulator.schedule import Timer

if TYPE_CHECKING:
    from engine.simulator.channel import Channel


class Signal(Enum):
    """Why an application goes on."""

    START = auto()
    ELAPSED = auto()
    """The seconds that it waited for have passed."""
    DIGIT = auto()
    """A digit is in the channel's queue."""
    BREAK = auto()
    """Somebody asked it to stop playing (``uuid_break``)."""
    WAKE = auto()
    """Something that it asked to be told of has happened."""
    END = auto()
    """The call is over or is taken elsewhere: return now."""


class Wait(NamedTuple):
    """Let ``seconds`` pass (None: no limit).

    ``digits``: resume when a digit arrives, too. ``audio``: time stands still while another application
    runs nested inside, as it does for a file that is being played. ``wake``: resume on ``Channel.wake``.
    """

    seconds: float | None = None
    digits: bool = False
    audio: bool = False
    wake: bool = False


Run = Generator[Wait, Signal, None]


class Application(NamedTuple):
    """``run(channel, argument)``; without ``media`` it may run before the call is answered."""

    name: str
    run: Callable[[Channel, str], Run]
    media: bool = True


class Command(NamedTuple):
    """Something to execute. ``request`` is the headers of the ``sendmsg`` that asked for it, if one did."""

    application: str
    argument: str | None = None
    uuid: str = ""
    uuid_name: str = ""
    loops: int = 1
    locked: bool = False
    request: tuple[tuple[str, str], ...] = ()


class Frame:
    """One application on a channel's stack."""

    __slots__ = (
        "application",
        "argument",
        "command",
        "generator",
        "left_s",
        "loop",
        "on_done",
        "silent",
        "started_s",
        "timer",
        "uuid",
        "wait",
    )

    def __init__(
        self,
        application: Application,
        argument: str | None,
        command: Command,
        uuid: str,
        generator: Run,
        on_done: Callable[[], object] | None,
    ) -> None:
        self.application = application
        self.argument = argument
        self.command = command
        self.uuid = uuid
        self.generator = generator
        self.on_done = on_done
        self.timer: Timer | None = None
        self.wait: Wait | None = None
        self.left_s: float | None = None
        self.loop = 1
        self.silent = False
        self.started_s = 0.0
