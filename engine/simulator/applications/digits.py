"""Collecting digits: ``play_and_get_digits``, ``read``, ``flush_dtmf``.

Follows ``switch_play_and_get_digits``, ``switch_ivr_read`` and ``switch_ivr_collect_digits_count``.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from enum import Enum, auto
from typing import TYPE_CHECKING, NamedTuple

from engine.simulator.applications.playing import Played, play_file
from engine.simulator.execution import Application, Run, Signal, Wait
from engine.simulator.subscription import matches
from engine.simulator.syntax import integer, separate

if TYPE_CHECKING:
    from engine.simulator.channel import Channel


class Result(Enum):
    """How one try at collecting digits ended."""

    SUCCESS = auto()
    TIMEOUT = auto()
    TOO_SMALL = auto()
    RESTART = auto()
    FAILURE = auto()


class Question(NamedTuple):
    """One try at collecting digits."""

    minimum: int
    maximum: int
    prompt: str
    variable: str
    timeout_ms: int
    terminators: str
    digit_timeout_ms: int


def ask(channel: Channel, question: Question) -> Generator[Wait, Signal, tuple[Result, str]]:
    """One try (``switch_ivr_read``): returns the result and the digits."""
    minimum = question.minimum
    maximum = max(question.maximum, minimum)
    digit_timeout_ms = question.digit_timeout_ms or question.timeout_ms
    term_required = question.terminators.startswith("=")
    channel.variables.set("read_result", None)
    if question.variable:
        channel.variables.set(question.variable, None)
    collected: list[str] = []
    channel.party.begins("question")
    if question.prompt and question.prompt.lower() != "silence":
        played = yield from play_file(channel, question.prompt, _keep(collected))
        if played is Played.NOT_FOUND:
            return Result.FAILURE, ""
    if not channel.ready:
        return Result.FAILURE, "".join(collected)
    if not collected:
        channel.party.ends("question")
    result = Result.SUCCESS
    terminator = ""
    if (minimum and len(collected) < minimum) or len(collected) < maximum:
        result, terminator = yield from _collect(
            channel,
            collected,
            maximum,
            question.terminators,
            digit_timeout_ms if collected else question.timeout_ms,
            digit_timeout_ms,
        )
    digits = "".join(collected)
    if terminator:
        channel.variables.set("read_terminator_used", terminator)
        position = question.terminators.find(terminator)
        if position >= 1 and question.terminators[position - 1] in "+x":
            digits += terminator
            if question.terminators[position - 1] == "x":
                result = Result.RESTART
    elif term_required:
        result = Result.TOO_SMALL
    if minimum and len(digits) < minimum:
        result = Result.TOO_SMALL
    words = {Result.SUCCESS: "success", Result.TIMEOUT: "timeout"}
    channel.variables.set("read_result", words.get(result, "failure"))
    if result is not Result.RESTART and maximum == 1 and len(digits) == 1 and digits in question.terminators:
        digits = ""
    if question.variable and digits:
        channel.variables.set(question.variable, digits)
    return result, digits


def _keep(collected: list[str]) -> Callable[[str], bool]:
    def on_digit(digit: str) -> bool:
        collected.append(digit)
        return True

    return on_digit


def _collect(
    channel: Channel,
    collected: list[str],
    maximum: int,
    terminators: str,
    first_timeout_ms: int,
    digit_timeout_ms: int,
) -> Generator[Wait, Signal, tuple[Result, str]]:
    """Listen in silence until enough digits, a terminator or the timeout; returns the terminator used."""
    if len(collected) >= maximum:
        return Result.FAILURE, ""
    for index, digit in enumerate(collected):
        if digit in terminators:
            del collected[index:]
            return Result.SUCCESS, digit
    left_s = first_timeout_ms / 1000
    while channel.ready:
        signal = yield Wait(left_s, digits=True)
        if signal is Signal.ELAPSED:
            return Result.TIMEOUT, ""
        if signal is Signal.END:
            break
        if signal is not Signal.DIGIT:
            left_s = channel.stack.left_s
            continue
        left_s = digit_timeout_ms / 1000
        while channel.digits:
            digit = channel.take_digit()
            if digit in terminators:
                return Result.SUCCESS, digit
            collected.append(digit)
            if len(collected) >= maximum:
                return Result.SUCCESS, ""
    return Result.FAILURE, ""


def _play_and_get_digits(channel: Channel, argument: str) -> Run:
    """``min max tries timeout terminators file invalid_file variable regex digit_timeout transfer``."""
    fields = separate(argument, " ", 11)
    if not fields:
        return
    fields += [""] * (11 - len(fields))
    minimum = max(0, integer(fields[0]))
    tries = integer(fields[2])
    question = Question(
        minimum,
        max(minimum, integer(fields[1])),
        fields[5],
        fields[7],
        max(1000, integer(fields[3] or "1000")),
        fields[4] or "#",
        integer(fields[9]),
    )
    invalid, variable, regex = fields[6], fields[7], fields[8]
    if regex and variable:
        channel.variables.set(f"{variable}_invalid", None)
    while channel.ready and tries > 0:
        result, digits = yield from ask(channel, question)
        if result is Result.RESTART:
            return
        if result is Result.TIMEOUT and len(digits) >= minimum:
            result = Result.SUCCESS
        if minimum == 0 and not digits and channel.variables.get("read_terminator_used"):
            return
        if result is Result.SUCCESS and digits:
            if not regex or matches(regex, digits):
                return
            if variable:
                channel.variables.set(variable, None)
                channel.variables.set(f"{variable}_invalid", digits)
        if not channel.ready:
            return
        if invalid:
            yield from play_file(channel, invalid, prompt=False)
        tries -= 1
    if fields[10] and channel.ready:
        target = separate(fields[10], " ", 4)
        channel.stack.transfer(target[0], target[1] if len(target) > 1 else "")


def _read(channel: Channel, argument: str) -> Run:
    """``min max file variable timeout terminators digit_timeout``."""
    fields = separate(argument, " ", 7)
    if not fields:
        return
    fields += [""] * (7 - len(fields))
    minimum = max(1, integer(fields[0]))
    yield from ask(
        channel,
        Question(
            minimum,
            max(minimum, integer(fields[1])),
            fields[2],
            fields[3],
            max(1000, integer(fields[4] or "1000")),
            fields[5] or "#",
            integer(fields[6]),
        ),
    )


def _flush_dtmf(channel: Channel, _argument: str) -> Run:
    channel.digits.clear()
    yield from ()


APPLICATIONS = (
    Application("play_and_get_digits", _play_and_get_digits),
    Application("read", _read),
    Application("flush_dtmf", _flush_dtmf),
)
