"""One channel that we drive: execute and wait, play, collect, record, bridge, hang up."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import gevent
from gevent.event import AsyncResult
from gevent.event import Event as Signal

from engine.errors import (
    CallEndedError,
    CommandRefusedError,
    CommandTimeoutError,
    SwitchError,
)
from engine.esl import commands
from engine.esl.hangup import Hangup
from engine.esl.wire import Event

if TYPE_CHECKING:
    from engine.esl.switch import Switch


@dataclass(frozen=True, slots=True)
class Collect:
    """One try at collecting keys. ``variable`` keeps them on the channel, also while no engine watches."""

    prompt: tuple[str, ...]
    max_digits: int
    timeout_s: float  # from the end of the prompt to the first key
    variable: str
    digit_timeout_s: float = 3.0
    terminators: str = ""


@dataclass(frozen=True, slots=True)
class Collected:
    """The keys that were pressed; none when the time ran out."""

    digits: str

    @property
    def timed_out(self) -> bool:
        """Whether nothing was pressed."""
        return not self.digits


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recording on the switch's disk."""

    path: str
    duration_ms: int
    terminator: str


@dataclass(frozen=True, slots=True)
class Bridged:
    """How a transfer ended. ``cause`` is FreeSWITCH's name; ``connected`` whether both talked."""

    connected: bool
    cause: str
    duration_s: int


@dataclass(frozen=True, slots=True)
class Bridge:
    """A transfer: the endpoints are tried in order while the callee hears ringing.

    With ``confirm_key`` whoever picks up hears ``confirm_audio`` and must press it to be connected.
    """

    endpoints: tuple[str, ...]
    timeout_s: int
    caller_id_name: str = ""
    caller_id_number: str = ""
    confirm_key: str = ""
    confirm_audio: str = ""


_RING_BACK = (
    "%(2000,4000,440,480)"  # the ring-back tone of North America; heard by the callee who is transferred
)
_SILENCE_THRESHOLD = 200  # energy below which record counts silence, on the switch's scale of 16-bit samples


class Call:
    """A channel of ours. Every method raises ``CallEndedError`` once the call is over."""

    __slots__ = (
        "_answered",
        "_ended",
        "_switch",
        "_waiting",
        "hangup_info",
        "lost",
        "uuid",
        "variables",
    )

    def __init__(self, switch: Switch, uuid: str, variables: Mapping[str, str] | None = None) -> None:
        self.uuid = uuid
        self.variables = variables or {}
        self.hangup_info: Hangup | None = None
        self.lost: SwitchError | None = None
        self._switch = switch
        self._answered = Signal()
        self._ended = Signal()
        self._waiting: dict[str, AsyncResult[Event]] = {}

    @property
    def answered(self) -> bool:
        """Whether the callee has answered."""
        return self._answered.is_set()

    @property
    def ended(self) -> bool:
        """Whether the call is over."""
        return self.hangup_info is not None

    # What happens to it; called by the switch's reader, so nothing here waits.

    def mark_answered(self) -> None:
        """The callee has answered."""
        self._answered.set()

    def mark_complete(self, event_uuid: str, event: Event) -> None:
        """An application of ours has ended."""
        waiting = self._waiting.pop(event_uuid, None)
        if waiting is not None:
            waiting.set(event)

    def mark_ended(self, hangup: Hangup) -> None:
        """The call is over; the first news of it counts."""
        if self.hangup_info is not None:
            return
        self.hangup_info = hangup
        self._release(CallEndedError(f"the call has ended ({hangup.cause})"))

    def mark_lost(self, error: SwitchError) -> None:
        """We cannot see it any more; it may live on."""
        self.lost = error
        self._release(error)

    def _release(self, error: SwitchError) -> None:
        self._ended.set()
        self._answered.set()
        waiting, self._waiting = self._waiting, {}
        for result in waiting.values():
            result.set_exception(error)

    def _check(self) -> None:
        if self.hangup_info is not None:
            raise CallEndedError(f"the call has ended ({self.hangup_info.cause})")
        if self.lost is not None:
            raise self.lost

    # What we do with it.

    def wait_answered(self, timeout_s: float) -> None:
        """Until the callee answers. Raises ``CallEndedError`` or ``CommandTimeoutError``."""
        if not self._answered.wait(timeout=timeout_s):
            raise CommandTimeoutError(f"neither answered nor ended within {timeout_s:g} s")
        self._check()

    def wait_ended(self, timeout_s: float) -> Hangup | None:
        """Until the call is over; None when it is not, or cannot be seen any more."""
        self._ended.wait(timeout=timeout_s)
        return self.hangup_info

    def execute(self, application: str, argument: str = "", timeout_s: float = 300.0) -> Event:
        """Run an application to its end; its CHANNEL_EXECUTE_COMPLETE."""
        self._check()
        event_uuid = secrets.token_hex(8)
        result: AsyncResult[Event] = AsyncResult()
        self._waiting[event_uuid] = result
        try:
            self._switch.send(commands.execute(self.uuid, application, argument, event_uuid))
            return cast(Event, result.get(timeout=timeout_s))
        except gevent.Timeout:
            raise CommandTimeoutError(f"{application} did not end within {timeout_s:g} s") from None
        except CommandRefusedError as error:
            # "invalid session id": it ended, and its own event is on the way.
            self.wait_ended(2.0)
            self._check()
            raise CallEndedError(f"the switch no longer knows the call: {error}") from error
        finally:
            self._waiting.pop(event_uuid, None)

    def _check_heard(self, done: Event) -> None:
        """An application that a hang-up has cut short completes like any other; its event tells."""
        if done.get("Answer-State") == "hangup":
            self.wait_ended(2.0)
            self._check()
            raise CallEndedError("the callee has hung up")

    def play(self, playables: Sequence[str], timeout_s: float = 300.0) -> str:
        """Play to the end; the switch's response, such as ``FILE PLAYED`` or ``FILE NOT FOUND``."""
        done = self.execute("playback", commands.audio(playables), timeout_s)
        self._check_heard(done)
        return done.get("Application-Response") or ""

    def collect(self, wanted: Collect, timeout_s: float = 300.0) -> Collected:
        """Play a prompt, which a key interrupts, and collect keys. Keys count also when the callee then left."""
        argument = commands.play_and_get_digits(
            prompt=commands.audio(wanted.prompt),
            variable=wanted.variable,
            max_digits=wanted.max_digits,
            timeout_ms=max(1, round(wanted.timeout_s * 1000)),
            digit_timeout_ms=max(1, round(wanted.digit_timeout_s * 1000)),
            terminators=wanted.terminators,
        )
        done = self.execute("play_and_get_digits", argument, timeout_s)
        digits = done.variable(wanted.variable) or ""
        if not digits:
            self._check_heard(done)
        return Collected(digits)

    def record(
        self, path: str, *, max_s: int, silence_s: int, terminators: str = "#", timeout_s: float | None = None
    ) -> Recorded:
        """Record what the callee says, until silence, a terminator or the limit.

        Raises ``CommandRefusedError`` when the switch cannot write the file; it then ends the call as well
        (``record_function`` in mod_dptools).
        """
        # What an earlier recording left behind must not be taken for this one's.
        self.set_variables(
            {"playback_terminators": terminators or "none", "record_samples": "", "record_ms": ""}
        )
        argument = commands.record(path, max_s, _SILENCE_THRESHOLD, silence_s)
        done = self.execute("record", argument, timeout_s or max_s + 30.0)
        if done.variable("record_samples") is None:
            self._check_heard(done)
            raise CommandRefusedError(
                f"the switch cannot record to {path}; is its directory there and writable?"
            )
        if done.get("Answer-State") != "hangup":  # a hang-up is a usual end of a recording
            self.set_variables({"playback_terminators": "none"})
        duration = done.variable("record_ms") or "0"
        return Recorded(
            path=path,
            duration_ms=int(duration) if duration.isdigit() else 0,
            terminator=done.variable("playback_terminator_used") or "",
        )

    def bridge(self, wanted: Bridge, timeout_s: float = 7200.0) -> Bridged:
        """Connect the callee with somebody else; returns when they have parted."""
        self.set_variables(
            {
                "hangup_after_bridge": "false",
                "continue_on_fail": "true",
                "originate_disposition": "",
                "ringback": _RING_BACK,
                "transfer_ringback": _RING_BACK,
            }
        )
        leg = {"originate_timeout": str(wanted.timeout_s), "ignore_early_media": "true"}
        if wanted.caller_id_name:
            leg["origination_caller_id_name"] = commands.caller_id_name(wanted.caller_id_name)
        if wanted.caller_id_number:
            leg["origination_caller_id_number"] = commands.caller_id_number(wanted.caller_id_number)
        if wanted.confirm_key:
            leg["group_confirm_key"] = wanted.confirm_key
            leg["group_confirm_file"] = wanted.confirm_audio or "silence_stream://3000"
        done = self.execute("bridge", commands.bridge(wanted.endpoints, leg), timeout_s)
        cause = done.variable("originate_disposition") or done.variable("bridge_hangup_cause") or ""
        connected = cause == "SUCCESS"
        return Bridged(connected=connected, cause=cause, duration_s=_bridged_s(done) if connected else 0)

    def conference(self, room: str, timeout_s: float = 7200.0) -> None:
        """Put the callee into a conference room; returns when they leave it."""
        self.execute("conference", commands.conference(room), timeout_s)

    def set_variables(self, values: Mapping[str, str]) -> None:
        """Set channel variables, without costing the call a frame."""
        self._check()
        try:
            self._switch.api(commands.set_variables(self.uuid, values))
        except CommandRefusedError as error:
            self.wait_ended(2.0)
            self._check()
            raise CallEndedError(f"the switch no longer knows the call: {error}") from error

    def stop_application(self) -> None:
        """End what is playing or being collected now."""
        self._check()
        self._quietly(lambda: self._switch.api(f"api uuid_break {commands.uuid(self.uuid)} all"))

    def hangup(self, cause: str = "NORMAL_CLEARING") -> None:
        """End the call; nothing happens when it has ended already."""
        if self.hangup_info is None and self.lost is None:
            self._quietly(lambda: self._switch.api(commands.hangup(self.uuid, cause)))

    @staticmethod
    def _quietly(act: Callable[[], object]) -> None:
        try:
            act()
        except CommandRefusedError:
            return  # the channel is gone, which is what was wanted


def _bridged_s(event: Event) -> int:
    """Seconds from the bridge to this event, the end of ``bridge``; both are in microseconds."""
    start, end = event.get("Caller-Channel-Bridged-Time") or "", event.get("Event-Date-Timestamp") or ""
    if not (start.isdigit() and end.isdigit()) or int(start) == 0:
        return 0
    return max(0, round((int(end) - int(start)) / 1e6))
