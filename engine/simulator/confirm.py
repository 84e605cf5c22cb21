"""``group_confirm_key``: a leg that was answered counts only when a person there presses a key.

Follows ``collect_thread_run`` in ``switch_ivr_originate.c``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from engine.simulator.applications.playing import Played, play_file
from engine.simulator.execution import Application, Command, Run, Signal, Wait
from engine.simulator.syntax import integer

if TYPE_CHECKING:
    from engine.simulator.channel import Channel


def confirm(channel: Channel, key: str, on_confirmed: Callable[[Channel], object]) -> None:
    """Play ``group_confirm_file`` on ``channel`` until ``key`` is pressed; then call back."""
    pressed: list[str] = []

    def on_digit(digit: str) -> bool:
        pressed.append(digit)
        return True

    def run(leg: Channel, _argument: str) -> Run:
        file = leg.get("group_confirm_file") or ""
        timeout_s = integer(leg.get("group_confirm_read_timeout")) / 1000 or 5.0
        while leg.ready:
            leg.party.begins("question")
            if file:
                played = yield from play_file(leg, file, on_digit)
                if played is Played.NOT_FOUND:
                    return
            if not pressed and leg.ready:
                leg.party.ends("question")
                signal = yield Wait(timeout_s, digits=True)
                if signal is Signal.END:
                    return
                if signal is Signal.DIGIT:
                    pressed.append(leg.take_digit())
            if pressed and pressed.pop() == key[:1]:
                leg.switch.scheduler.soon(on_confirmed, leg)
                return

    channel.start_unannounced(Application("group_confirm", run), Command("group_confirm"))
