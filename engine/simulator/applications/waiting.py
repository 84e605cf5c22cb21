"""Applications that let time pass: ``park``, ``sleep``, ``echo``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.simulator import causes
from engine.simulator.applications.playing import stops_playback
from engine.simulator.execution import Application, Run, Signal, Wait
from engine.simulator.syntax import integer, true

if TYPE_CHECKING:
    from engine.simulator.channel import Channel


def _park(channel: Channel, _argument: str) -> Run:
    """Wait for commands (``switch_ivr_park``); ``park_timeout`` is ``seconds[:cause]``, used once."""
    timeout = channel.get("park_timeout")
    expires_s: float | None = None
    cause = "NORMAL_CLEARING"
    now_s = channel.switch.scheduler.now_s
    if timeout:
        seconds, _, name = timeout.partition(":")
        if name:
            cause = causes.parse(name)
        if integer(seconds) >= 0:
            expires_s = now_s() + integer(seconds)
        channel.variables.set("park_timeout", None)
        channel.variables.set("park_after_bridge", None)
    channel.fire("CHANNEL_PARK")
    while channel.ready:
        signal = yield Wait(None if expires_s is None else max(0.0, expires_s - now_s()), digits=True)
        if signal is Signal.END:
            break
        if signal is Signal.ELAPSED:
            channel.hangup(cause)
            break
        while channel.digits:
            channel.take_digit()
    channel.fire("CHANNEL_UNPARK")


def _sleep(channel: Channel, argument: str) -> Run:
    """Milliseconds; digits stay in the queue unless ``sleep_eat_digits`` is set."""
    eats = true(channel.get("sleep_eat_digits"))
    on_digit = stops_playback(channel) if eats else None
    left_s = integer(argument) / 1000
    while left_s > 0 and channel.ready:
        signal = yield Wait(left_s, digits=eats)
        if signal is Signal.DIGIT and on_digit is not None and on_digit(channel.take_digit()):
            return
        if signal in (Signal.ELAPSED, Signal.END, Signal.BREAK):
            return
        left_s = channel.stack.left_s


def _echo(channel: Channel, _argument: str) -> Run:
    while channel.ready:
        signal = yield Wait(None, digits=True)
        if signal in (Signal.END, Signal.BREAK):
            return
        while channel.digits:
            channel.take_digit()


APPLICATIONS = (
    Application("park", _park, media=False),
    Application("sleep", _sleep, media=False),
    Application("echo", _echo),
)
