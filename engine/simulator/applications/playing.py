"""Playing audio: ``playback``, ``speak``, ``gentones`` and what others need to play a file.

Follows ``switch_ivr_play_say.c`` and ``mod_dptools.c``.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from enum import Enum, auto
from typing import TYPE_CHECKING

from engine.simulator import media
from engine.simulator.execution import Application, Run, Signal, Wait
from engine.simulator.syntax import integer, separate

if TYPE_CHECKING:
    from engine.simulator.channel import Channel


class Played(Enum):
    """How playing ended."""

    DONE = auto()
    BROKEN = auto()
    LOST = auto()
    """The call ended, or went elsewhere, in the middle."""
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
        status = yield from _play_one(channel, part, on_digit, prompt=prompt)
        if status in (Played.BROKEN, Played.LOST):
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
    status, left_s = yield from _listen(channel, seconds, on_digit)
    if prompt and status is Played.DONE:
        channel.party.ends("prompt")
    samples = int((seconds - left_s) * 8000)
    channel.variables.set("playback_last_offset_pos", str(samples))
    channel.variables.set("playback_seconds", str(samples // 8000))
    channel.variables.set("playback_ms", str(samples // 8))
    channel.variables.set("playback_samples", str(samples))
    channel.fire(
        "PLAYBACK_STOP", *kind, path, ("Playback-Status", "break" if status is Played.BROKEN else "done")
    )
    return status


def _listen(
    channel: Channel, seconds: float, on_digit: OnDigit | None
) -> Generator[Wait, Signal, tuple[Played, float]]:
    """Let audio pass; returns how it ended, and how much was left."""
    left_s = seconds
    while left_s > 0 or (on_digit is not None and channel.digits):
        signal = yield Wait(left_s, digits=on_digit is not None, audio=True)
        if signal is Signal.ELAPSED:
            return Played.DONE, 0.0
        left_s = channel.stack.left_s
        if signal is Signal.END or not channel.ready:
            return Played.LOST, left_s
        if signal is Signal.BREAK:
            return Played.BROKEN, left_s
        if signal is Signal.DIGIT and on_digit is not None and on_digit(channel.take_digit()):
            return Played.BROKEN, left_s
    return Played.DONE, 0.0


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
    responses = {Played.NOT_FOUND: "FILE NOT FOUND", Played.LOST: "PLAYBACK ERROR"}
    channel.respond(responses.get(played, "FILE PLAYED"))


def _endless_playback(channel: Channel, argument: str) -> Run:
    on_digit = stops_playback(channel)
    while channel.ready:
        played = yield from play_file(channel, argument, on_digit)
        if played is not Played.DONE:
            break


def _loop_playback(channel: Channel, argument: str) -> Run:
    """``[+times] file``; without a number it never ends."""
    times = -1
    if argument.startswith("+"):
        count, _, argument = argument[1:].partition(" ")
        times = integer(count)
    on_digit = stops_playback(channel)
    played = Played.DONE
    while channel.ready and times and played is Played.DONE:
        played = yield from play_file(channel, argument, on_digit)
        times -= 1
    channel.respond("FILE NOT FOUND" if played is Played.NOT_FOUND else "FILE PLAYED")


def _voice(channel: Channel, seconds: float) -> Run:
    """Speech that the switch makes itself: no file, hence no playback events."""
    channel.party.begins("prompt")
    status, _ = yield from _listen(channel, seconds, stops_playback(channel))
    if status is Played.DONE:
        channel.party.ends("prompt")


def _speak(channel: Channel, argument: str) -> Run:
    """``engine|voice|text``; the engine may be left to ``tts_engine``."""
    fields = argument.split("|")
    if len(fields) < 3 and not channel.get("tts_engine"):
        return  # the switch logs "Invalid Params" and does nothing
    yield from _voice(channel, media.spoken_s(fields[-1]))


def _gentones(channel: Channel, argument: str) -> Run:
    spec, _, loops = argument.partition("|")
    name = f"tone_stream://{spec}" + (f";loops={loops}" if loops else "")
    yield from _listen(channel, media.duration_s(name), stops_playback(channel))


def _say(channel: Channel, argument: str) -> Run:
    """``module type method text``: numbers are read out digit by digit."""
    yield from _voice(channel, media.spoken_s(argument.rpartition(" ")[2] * 4))


def _phrase(channel: Channel, argument: str) -> Run:
    yield from _voice(channel, media.spoken_s(argument))
    channel.respond("PHRASE PLAYED")


APPLICATIONS = (
    Application("playback", _playback),
    Application("endless_playback", _endless_playback),
    Application("loop_playback", _loop_playback),
    Application("speak", _speak),
    Application("gentones", _gentones),
    Application("say", _say),
    Application("phrase", _phrase),
)
