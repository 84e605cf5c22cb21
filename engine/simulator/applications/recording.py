"""Recording: ``record`` (what is said now) and ``record_session`` (the call, beside what it does)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.simulator import recording
from engine.simulator.applications.playing import stops_playback
from engine.simulator.execution import Application, Run, Signal, Wait
from engine.simulator.syntax import integer, separate

if TYPE_CHECKING:
    from engine.simulator.channel import Channel

_DEFAULT_SILENCE_S = 3


def _record(channel: Channel, argument: str) -> Run:
    """``path [limit_s] [threshold] [silence_s]`` (``switch_ivr_record_file``).

    Ends at a terminator, at the limit, or when the far end has been silent for so long; with a threshold of
    0 silence is not noticed. A file that cannot be opened ends the call, as in a real switch.
    """
    fields = separate(argument, " ", 4) + [""] * 4
    path = fields[0]
    if not path:
        return
    limit_s = integer(fields[1].lstrip("+"))
    silence_s = float(integer(fields[3]) or _DEFAULT_SILENCE_S) if integer(fields[2]) else 0.0
    on_digit = stops_playback(channel)
    channel.variables.set("silence_hits_exhausted", "false")
    if not recording.write_wav(path, 0.0):
        channel.hangup("DESTINATION_OUT_OF_ORDER")
        return
    channel.fire("RECORD_START", ("Record-File-Path", path))
    now_s = channel.switch.scheduler.now_s
    started_s = now_s()
    channel.party.begins("recording")
    while channel.ready:
        left_s = started_s + limit_s - now_s() if limit_s else None
        quiet_since_s = channel.party.quiet_since(now_s())
        if silence_s and quiet_since_s is not None:
            silent_left_s = max(quiet_since_s, started_s) + silence_s - now_s()
            if silent_left_s <= 0:
                channel.variables.set("silence_hits_exhausted", "true")
                break
            left_s = silent_left_s if left_s is None else min(left_s, silent_left_s)
        elif silence_s and quiet_since_s is None:
            talks_s = channel.party.talks_until(now_s()) - now_s()
            left_s = talks_s if left_s is None else min(left_s, talks_s)
        if limit_s and now_s() >= started_s + limit_s:
            break
        signal = yield Wait(None if left_s is None else max(0.0, left_s), digits=True, wake=True)
        if signal in (Signal.END, Signal.BREAK):
            break
        if signal is Signal.DIGIT and on_digit(channel.take_digit()):
            break
    channel.party.ends("recording")
    seconds = now_s() - started_s
    recording.write_wav(path, seconds)
    recording.report(channel, seconds)
    channel.fire("RECORD_STOP", ("Record-File-Path", path))


def _record_session(channel: Channel, argument: str) -> Run:
    """``path [+limit_s]``."""
    fields = separate(argument, " ", 3)
    if fields:
        limit_s = float(integer(fields[1].lstrip("+"))) if len(fields) > 1 else 0.0
        recording.start(channel, fields[0], limit_s)
    yield from ()


def _stop_record_session(channel: Channel, argument: str) -> Run:
    recording.stop(channel, argument.strip())
    yield from ()


APPLICATIONS = (
    Application("record", _record),
    Application("record_session", _record_session),
    Application("stop_record_session", _stop_record_session),
)
