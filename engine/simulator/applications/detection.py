"""Listening for people, silence and beeps: ``wait_for_silence``, ``detect_audio``, ``avmd_start`` …

Follows ``switch_ivr_wait_for_silence`` and its neighbours, and ``mod_avmd.c``. A frame is 20 ms.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from engine.simulator.execution import Application, Run, Signal, Wait
from engine.simulator.syntax import integer, separate

if TYPE_CHECKING:
    from engine.simulator.channel import Channel

_FRAME_S = 0.02
_AFTER_SILENCE_S = 25 * _FRAME_S  # the switch listens for so much longer once it has heard its silence


def _wait_for_silence(channel: Channel, argument: str) -> Run:
    """``threshold silence_hits listen_hits timeout_ms [file]``: first speech, then silence after it."""
    fields = separate(argument, " ", 5)
    if len(fields) < 4 or integer(fields[0]) <= 0 or integer(fields[1]) <= 0:
        return
    silence_s, listen_s = integer(fields[1]) * _FRAME_S, integer(fields[2]) * _FRAME_S
    timeout_s = integer(fields[3]) / 1000
    now_s = channel.switch.scheduler.now_s
    started_s = now_s()
    heard_s = 0.0
    while channel.ready:
        left_s = started_s + timeout_s - now_s() if timeout_s else 3600.0
        if left_s <= 0:
            channel.variables.set("wait_for_silence_timeout", "true")
            _tell_hits(channel, heard_s, integer(fields[1]))
            return
        before_s = now_s()
        talks_s = channel.party.talks_until(before_s) - before_s
        if talks_s > 0:
            signal = yield Wait(min(talks_s, left_s))
            heard_s += now_s() - before_s
        else:
            enough = heard_s > listen_s or (not listen_s and heard_s >= 0)
            signal = yield Wait(min(silence_s, left_s) if enough else left_s, wake=True)
            if signal is Signal.ELAPSED and enough and silence_s <= left_s:
                yield Wait(_AFTER_SILENCE_S)
                channel.variables.set("wait_for_silence_timeout", "false")
                _tell_hits(channel, heard_s, 0)
                return
        if signal is Signal.END:
            return


def _tell_hits(channel: Channel, heard_s: float, silence_left: int) -> None:
    channel.variables.set("wait_for_silence_listenhits", str(int(heard_s / _FRAME_S)))
    channel.variables.set("wait_for_silence_silence_hits", str(silence_left))


def _detect(channel: Channel, argument: str, *, speech: bool) -> Run:
    """``threshold hits timeout_ms [file]``: until there is (no) audio for so many frames on end."""
    name = "detect_audio" if speech else "detect_silence"
    fields = separate(argument, " ", 4)
    if len(fields) < 3:
        return
    wanted_s, timeout_s = integer(fields[1]) * _FRAME_S, integer(fields[2]) / 1000
    now_s = channel.switch.scheduler.now_s
    started_s = now_s()
    while channel.ready:
        left_s = started_s + timeout_s - now_s() if timeout_s else 3600.0
        if left_s <= 0:
            channel.variables.set(f"{name}_timeout", "true")
            return
        talks_s = channel.party.talks_until(now_s()) - now_s()
        if (talks_s > 0) is speech:
            span_s = talks_s if speech else left_s
            signal = yield Wait(min(wanted_s, span_s, left_s), wake=not speech)
            if signal is Signal.ELAPSED and wanted_s <= min(span_s, left_s):
                channel.variables.set(f"{name}_timeout", "false")
                return
        else:
            signal = yield Wait(left_s if speech else min(talks_s, left_s), wake=True)
        if signal is Signal.END:
            return


def _detect_audio(channel: Channel, argument: str) -> Run:
    yield from _detect(channel, argument, speech=True)


def _detect_silence(channel: Channel, argument: str) -> Run:
    yield from _detect(channel, argument, speech=False)


def _avmd_start(channel: Channel, _argument: str) -> Run:
    """Listen for an answering machine's beep beside whatever the call does."""
    if not channel.party.on_beep:
        started_us = channel.times.now_us()
        channel.times.moments["avmd"] = started_us
        channel.fire_detached("avmd::start", ("Call-command", "avmd"), ("Start-time", str(started_us)))
        channel.party.on_beep.append(partial(_beeped, channel))
    yield from ()


def _beeped(channel: Channel) -> None:
    if channel.down or not channel.party.on_beep:
        return
    elapsed_us = channel.times.now_us() - channel.times.get("avmd")
    channel.variables.set("avmd_total_time", f"[{elapsed_us // 1000}]")
    channel.variables.set("avmd_detect", "TRUE")
    channel.fire_detached(
        "avmd::beep",
        ("Call-command", "avmd"),
        ("Beep-Status", "DETECTED"),
        ("Frequency", "1000.000000"),
        ("Frequency-variance", "0.000100"),
        ("Amplitude", "5000.000000"),
        ("Amplitude-variance", "0.000100"),
        ("Detection-time", str(elapsed_us)),
        ("Detector-resolution", "1"),
        ("Detector-offset", "0"),
        ("Detector-index", "0"),
    )


def _avmd_stop(channel: Channel, _argument: str) -> Run:
    if channel.party.on_beep:
        channel.party.on_beep.clear()
        channel.fire_detached(
            "avmd::stop",
            ("Call-command", "avmd"),
            ("Beep-Status", "DETECTED" if channel.get("avmd_detect") == "TRUE" else "NOTDETECTED"),
            ("Total-time", str(channel.times.now_us() - channel.times.get("avmd"))),
        )
    yield from ()


APPLICATIONS = (
    Application("wait_for_silence", _wait_for_silence),
    Application("detect_audio", _detect_audio),
    Application("detect_silence", _detect_silence),
    Application("avmd_start", _avmd_start),
    Application("avmd_stop", _avmd_stop),
)
