"""Playing audio: ``playback``, ``speak``, ``gentones`` and what others need to play a file.

Follows ``switch_ivr_play_say.c`` and ``mod_dptools.c``.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from enum import Enum, auto
from typing import TYPE_CHECKING

from engine.simulator import media
from engine.simulator.execution import Application, Run, Signal, Wait
from engine.simulator.syntax import separate

if TYPE_CHECKING:
    from engine.simulator.channel import Channel


class Played(Enum):
    """How playing ended."""

    DONE = auto()
    BROKEN = auto()
    NOT_FOUND = auto()


Steps = Generator[Wait, Signal, Played]
OnDigit = Callable[[str], bool]


def play_file(channel: Channel, name: str, on_digit: OnDigit | None = None, *, prompt: bool = True) -> Steps:
    """Play a file, or several joined by ``playback_delimiter``.

    ``on_digit(digit)`` decides whether a digit stops the playing; without it digits stay in the queue.
    ``prompt`` false: the callee's script does not count this as a prompt.
    """
    delimiter = channel.get("playback_delimiter")
    status = Played.DONE
    for part in separate(name, delimiter) if delimiter else [name]:
        if not channel.ready:
            break
        status = yield from _play_one(channel, part, on_digit, prompt=prompt)
        if status is Played.BROKEN:
            break
    return status


def _play_one(channel: Channel, name: str, on_digit: OnDigit | None, *, prompt: bool) -> Steps:
    if name.startswith("say:") and not channel.get("tts_engine"):
        return Played.DONE  # the switch logs "Invalid Args" and goes on
    try:
        seconds = media.duration_s(name)
    except media.MediaNotFoundError:
        return Played.NOT_FOUND
    kind = [("Playback-File-Type", "tone_stream")] if name.startswith("tone_stream:") else []
    path = ("Playback-File-Path", name)
    channel.fire("PLAYBACK_START", *kind, path)
    if prompt:
        channel.party.begins("prompt")
    broken, left_s = yield from _listen(channel, seconds, on_digit)
    if prompt and not broken:
        channel.party.ends("prompt")
    samples = int((seconds - left_s) * 8000)
    channel.variables.set("playback_last_offset_pos", str(samples))
    channel.variables.set("playback_seconds", str(samples // 8000))
    channel.variables.set("playback_ms", str(samples // 8))
    channel.variables.set("playback_samples", str(samples))
    channel.fire("PLAYBACK_STOP", *kind, path, ("Playback-Status", "break" if broken else "done"))
    return Played.BROKEN if broken else Played.DONE


def _listen(
    channel: Channel, seconds: float, on_digit: OnDigit | None
) -> Generator[Wait, Signal, tuple[bool, float]]:
    """Let audio pass; returns whether it was cut short, and how much was left."""
    left_s = seconds
    while left_s > 0 or (on_digit is not None and channel.digits):
        signal = yield Wait(left_s, digits=on_digit is not None, audio=True)
        if signal is Signal.ELAPSED:
            return False, 0.0
        left_s = channel.left_s
        if signal is Signal.END or not channel.ready:
            return False, left_s
        if signal is Signal.BREAK:
            return True, left_s
        if signal is Signal.DIGIT and on_digit is not None and on_digit(channel.take_digit()):
            return True, left_s
    return False, 0.0


def stops_playback(channel: Channel) -> OnDigit:
    """``playback_terminators`` decides, ``*`` unless set; the digit used is left in a variable."""
    channel.variables.set("playback_terminator_used", None)

    def on_digit(digit: str) -> bool:
        terminators = channel.get("playback_terminators") or "*"
        if terminators.lower() == "any":
            terminators = "1234567890*#"
        elif terminators.lower() == "none":
            terminators = ""
        if digit in terminators:
            channel.variables.set("playback_terminator_used", digit)
            return True
        return False

    return on_digit


def _playback(channel: Channel, argument: str) -> Run:
    name, _, _offset = argument.partition("@@")
    played = yield from play_file(channel, name, stops_playback(channel))
    channel.respond("FILE NOT FOUND" if played is Played.NOT_FOUND else "FILE PLAYED")


def _endless_playback(channel: Channel, argument: str) -> Run:
    on_digit = stops_playback(channel)
    while channel.ready:
        played = yield from play_file(channel, argument, on_digit)
        if played is not Played.DONE:
            break


def _speak(channel: Channel, argument: str) -> Run:
    """``engine|voice|text``; the engine may be left to ``tts_engine``."""
    fields = argument.split("|")
    text = fields[-1]
    if len(fields) < 3 and not channel.get("tts_engine"):
        return  # the switch logs "Invalid Params" and does nothing
    channel.party.begins("prompt")
    broken, _ = yield from _listen(channel, media.spoken_s(text), stops_playback(channel))
    if not broken:
        channel.party.ends("prompt")


def _gentones(channel: Channel, argument: str) -> Run:
    spec, _, loops = argument.partition("|")
    name = f"tone_stream://{spec}" + (f";loops={loops}" if loops else "")
    yield from _listen(channel, media.duration_s(name), stops_playback(channel))


def _say(channel: Channel, argument: str) -> Run:
    channel.party.begins("prompt")
    broken, _ = yield from _listen(
        channel, media.spoken_s(argument.rpartition(" ")[2] * 4), stops_playback(channel)
    )
    if not broken:
        channel.party.ends("prompt")


APPLICATIONS = (
    Application("playback", _playback),
    Application("endless_playback", _endless_playback),
    Application("speak", _speak),
    Application("gentones", _gentones),
    Application("say", _say),
)
