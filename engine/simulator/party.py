"""The remote end of a channel, acting out a callee's script."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

from engine.simulator.callees import Callee, Step
from engine.simulator.schedule import Timer

if TYPE_CHECKING:
    from engine.simulator.channel import Channel

_BETWEEN_KEYS_S = 0.25
_BEFORE_BEEP_S = 0.2
_BEEP_S = 0.6


class Party:
    """Hears what the switch plays, presses keys, talks and hangs up."""

    def __init__(self, channel: Channel, callee: Callee) -> None:
        self.callee = callee
        self._channel = channel
        self._counts: Counter[str] = Counter()
        self._timers: list[Timer] = []
        self.speech: list[tuple[float, float]] = []
        """Spans of simulated time in which this end talks."""
        self.on_beep: list[Callable[[], object]] = []

    def answered(self) -> None:
        """The call was picked up: the script begins."""
        machine = self.callee.machine
        if machine is not None:
            self.talk(machine.greeting_s)
            if machine.beep:
                self._later(machine.greeting_s + _BEFORE_BEEP_S, self._beep)
        self.begins("answer")

    def _beep(self) -> None:
        self.talk(_BEEP_S)
        for told in list(self.on_beep):
            self._later(_BEEP_S / 2, told)
        self._later(_BEEP_S, self.begins, "beep")

    def begins(self, what: str) -> None:
        """A moment starts: a prompt, a question, a recording …"""
        self._counts[what] += 1
        self._act(what, self._counts[what], end=False)

    def ends(self, what: str) -> None:
        """The moment that began last is over."""
        self._act(what, self._counts[what], end=True)

    def talk(self, seconds: float) -> None:
        """Say something from now on."""
        now = self._channel.switch.scheduler.now_s()
        self.speech.append((now, now + seconds))
        self._channel.stack.wake()

    def quiet_since(self, now_s: float) -> float | None:
        """When this end fell silent, in simulated seconds; None while it talks."""
        last = 0.0
        for start_s, end_s in self.speech:
            if start_s <= now_s < end_s:
                return None
            if end_s <= now_s:
                last = max(last, end_s)
        return last

    def talks_until(self, now_s: float) -> float:
        """When what this end says now is over; ``now_s`` when it is silent."""
        return max([end_s for start_s, end_s in self.speech if start_s <= now_s < end_s], default=now_s)

    def leave(self) -> None:
        """The call is over: nothing of the script happens any more."""
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()

    def _act(self, what: str, n: int, *, end: bool) -> None:
        for step in self.callee.steps:
            if step.at.what == what and step.at.end is end and step.at.n in (0, n):
                self._later(step.after_s, self._do, step)

    def _do(self, step: Step) -> None:
        if step.hang_up:
            self._channel.remote_hangup()
        elif step.say_s:
            self.talk(step.say_s)
        else:
            for index, key in enumerate(step.press):
                if index:
                    self._later(index * _BETWEEN_KEYS_S, self._channel.receive_digit, key)
                else:
                    self._channel.receive_digit(key)

    def _later(self, seconds: float, *call: object) -> None:
        self._timers.append(self._channel.switch.scheduler.after(seconds, *call))  # type: ignore[arg-type]
