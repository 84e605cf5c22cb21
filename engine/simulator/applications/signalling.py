"""Applications that speak to the network: ``answer``, ``hangup``, ``respond``, ``ring_ready`` …"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from engine.simulator import causes
from engine.simulator.execution import Application, Run
from engine.simulator.syntax import integer, separate

if TYPE_CHECKING:
    from engine.simulator.channel import Channel


def _answer(channel: Channel, _argument: str) -> Run:
    """An outbound leg is answered by the far end alone; on an answered one this does nothing."""
    if channel.direction == "inbound":
        channel.mark_answered()
    yield from ()


def _pre_answer(channel: Channel, _argument: str) -> Run:
    if channel.direction == "inbound":
        channel.mark_early_media()
    yield from ()


def _ring_ready(channel: Channel, _argument: str) -> Run:
    if channel.direction == "inbound":
        channel.mark_ringing()
    yield from ()


def _hangup(channel: Channel, argument: str) -> Run:
    channel.hangup(causes.parse(argument) if argument else "NORMAL_CLEARING")
    yield from ()


def _respond(channel: Channel, argument: str) -> Run:
    """``code [text]``: refuse a call that is not answered yet."""
    if not channel.answered and integer(argument) >= 300:
        channel.hangup("CALL_REJECTED")
    yield from ()


def _sched_hangup(channel: Channel, argument: str) -> Run:
    """``[+]seconds [cause]``."""
    fields = separate(argument, " ", 3)
    if fields:
        seconds = float(integer(fields[0]))
        if not fields[0].startswith("+"):
            seconds -= time.time()
        cause = causes.parse(fields[1]) if len(fields) > 1 else "ALLOTTED_TIMEOUT"
        channel.switch.scheduler.after(seconds, channel.hangup, cause)
    yield from ()


def _nothing(_channel: Channel, _argument: str) -> Run:
    yield from ()


def _send_dtmf(channel: Channel, _argument: str) -> Run:
    """Digits towards the far end; scripted callees do not listen for them."""
    yield from _nothing(channel, "")


def _transfer(channel: Channel, argument: str) -> Run:
    fields = separate(argument, " ", 4)
    if fields:
        channel.stack.transfer(fields[0], fields[1] if len(fields) > 1 else "")
    yield from ()


APPLICATIONS = (
    Application("answer", _answer, media=False),
    Application("pre_answer", _pre_answer, media=False),
    Application("ring_ready", _ring_ready, media=False),
    Application("hangup", _hangup, media=False),
    Application("respond", _respond, media=False),
    Application("sched_hangup", _sched_hangup, media=False),
    Application("transfer", _transfer, media=False),
    Application("send_dtmf", _send_dtmf),
    Application("start_dtmf", _nothing),
    Application("stop_dtmf", _nothing),
    Application("start_dtmf_generate", _nothing),
)
