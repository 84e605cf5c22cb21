"""``group_confirm_key``: a leg that was answered counts only when a person there presses a key.

Follows ``collect_thread_run`` in ``switch_ivr_originate.c``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from engine.simulator.applications.digits import Question, Result, ask
from engine.simulator.applications.playing import play_file
from engine.simulator.execution import Application, Command, Run
from engine.simulator.syntax import integer

if TYPE_CHECKING:
    from engine.simulator.channel import Channel

_READ_TIMEOUT_MS = 5000


def confirm(channel: Channel, key: str, on_confirmed: Callable[[Channel], object]) -> None:
    """Play ``group_confirm_file`` on ``channel`` again and again until ``key`` is pressed; then call back.

    A file that cannot be played ends the leg.
    """

    def run(leg: Channel, _argument: str) -> Run:
        question = Question(
            len(key),
            len(key),
            leg.get("group_confirm_file") or "silence",
            "",
            integer(leg.get("group_confirm_read_timeout")) or _READ_TIMEOUT_MS,
            "",
            0,
        )
        while leg.ready:
            result, digits = yield from ask(leg, question)
            if not leg.ready:
                return
            if digits == key:
                leg.switch.scheduler.soon(on_confirmed, leg)
                return
            if result not in (Result.SUCCESS, Result.TOO_SMALL):
                leg.hangup("DESTINATION_OUT_OF_ORDER")
            elif error_file := leg.get("group_confirm_error_file"):
                yield from play_file(leg, error_file, prompt=False)

    channel.stack.start_unannounced(Application("group_confirm", run), Command("group_confirm"))
