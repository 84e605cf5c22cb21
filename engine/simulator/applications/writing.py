"""Applications that write variables and logs: ``set``, ``multiset``, ``export``, ``unset`` and their like."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from engine.simulator.events import ARRAY, ARRAY_SEPARATOR
from engine.simulator.execution import Application, Run
from engine.simulator.syntax import separate

if TYPE_CHECKING:
    from engine.simulator.channel import Channel

logger = logging.getLogger(__name__)


def _assign(channel: Channel, assignment: str) -> tuple[str, str]:
    """``name=value`` or ``name,value``; an empty value unsets."""
    separator = "=" if "=" in assignment else ","
    name, _, value = assignment.partition(separator)
    value = channel.expand(value)
    if name:
        channel.variables.set(name, value)
    return name, value


def _set(channel: Channel, argument: str) -> Run:
    _assign(channel, argument)
    yield from ()


def _add(channel: Channel, argument: str, *, first: bool) -> None:
    """Make an array of a variable, or lengthen one."""
    name, separator, value = argument.partition("=")
    value = channel.expand(value)
    if not separator or not name or not value:
        return
    before = channel.variables.get(name)
    if before:
        known = before.removeprefix(ARRAY)
        value = ARRAY + ARRAY_SEPARATOR.join([value, known] if first else [known, value])
    channel.variables.set(name, value)


def _push(channel: Channel, argument: str) -> Run:
    _add(channel, argument, first=False)
    yield from ()


def _unshift(channel: Channel, argument: str) -> Run:
    _add(channel, argument, first=True)
    yield from ()


def _multiset(channel: Channel, argument: str) -> Run:
    """``a=1 b=2`` or ``^^:a=1:b=2``."""
    for assignment in separate(argument, " ", 256):
        _assign(channel, assignment)
    yield from ()


def _export(channel: Channel, argument: str) -> Run:
    """Set, and carry over to the other leg of a bridge."""
    name, separator, value = argument.partition("=")
    name = name.removeprefix("nolocal:")
    if separator and name:
        if not argument.startswith("nolocal:"):
            channel.variables.set(name, value)
        else:
            channel.variables.set(f"nolocal:{name}", value)
        exported = [known for known in (channel.get("export_vars") or "").split(",") if known]
        if name not in exported:
            channel.variables.set("export_vars", ",".join([*exported, name]))
    yield from ()


def _unset(channel: Channel, argument: str) -> Run:
    channel.variables.set(argument.strip(), None)
    yield from ()


def _multiunset(channel: Channel, argument: str) -> Run:
    for name in separate(argument, " ", 256):
        channel.variables.set(name, None)
    yield from ()


def _log(channel: Channel, argument: str) -> Run:
    level, _, text = argument.partition(" ")
    logger.info("channel %s: %s %s", channel.uuid, level, text)
    yield from ()


def _info(channel: Channel, _argument: str) -> Run:
    logger.debug("channel %s: %s", channel.uuid, channel.variables.items())
    yield from ()


def _verbose_events(channel: Channel, _argument: str) -> Run:
    channel.verbose = True
    yield from ()


def _event(channel: Channel, argument: str) -> Run:
    """Fire an event made of ``Name=value`` pairs, CUSTOM with ``Event-Subclass`` if given."""
    pairs = []
    name, subclass = "CHANNEL_APPLICATION", ""
    for assignment in separate(argument, ",", 25):
        key, _, value = assignment.partition("=")
        if key.lower() == "event-name":
            name = value.upper()
        elif key.lower() == "event-subclass":
            subclass = value
        elif value:
            pairs.append((key, value))
    channel.fire(name, *pairs, subclass=subclass)
    yield from ()


APPLICATIONS = (
    Application("set", _set, media=False),
    Application("push", _push, media=False),
    Application("unshift", _unshift, media=False),
    Application("multiset", _multiset, media=False),
    Application("export", _export, media=False),
    Application("unset", _unset, media=False),
    Application("multiunset", _multiunset, media=False),
    Application("log", _log, media=False),
    Application("info", _info, media=False),
    Application("event", _event, media=False),
    Application("verbose_events", _verbose_events, media=False),
)
