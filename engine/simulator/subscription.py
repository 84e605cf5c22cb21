"""What one listener wants to hear: event names, CUSTOM subclasses and filters (``mod_event_socket.c``)."""

from __future__ import annotations

import re

from engine.simulator.events import NAMES, Event

_FLAGS = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL, "x": re.VERBOSE}


def matches(pattern: str, value: str) -> bool:
    """``/regular expression/flags`` as the switch reads it; a broken expression matches nothing."""
    flags = 0
    if pattern.startswith("/"):
        end = pattern.rfind("/")
        if end > 0:
            for letter in pattern[end + 1 :]:
                flags |= _FLAGS.get(letter, 0)
            pattern = pattern[1:end]
        else:
            pattern = pattern[1:]
    try:
        return re.search(pattern, value, flags) is not None
    except re.error:
        return False


def event_name(text: str) -> str | None:
    """The event that ``text`` names, with or without ``SWITCH_EVENT_``; None when there is none."""
    name = text.upper().removeprefix("SWITCH_EVENT_")
    return name if name in NAMES else None


class Subscription:
    """Names, subclasses and filters of one listener."""

    def __init__(self) -> None:
        self.enabled = False
        self.names: set[str] = set()
        self.subclasses: set[str] = set()
        self.every_subclass = False
        self.filters: list[tuple[str, str]] = []
        self.only_uuid = ""

    def subscribe(self, words: list[str]) -> int:
        """``event`` without its format; returns how many names were understood."""
        understood = 0
        custom = False
        for word in words:
            if custom:
                self.subclasses.add(word)
                continue
            name = event_name(word)
            if name is None:
                continue
            understood += 1
            if name == "ALL":
                self.names |= NAMES
                self.every_subclass = True
            self.names.add(name)
            custom = name == "CUSTOM"
        if understood:
            self.enabled = True
        return understood

    def unsubscribe(self, words: list[str]) -> int:
        """``nixevent``; returns how many names were understood."""
        understood = 0
        custom = False
        for word in words:
            if custom:
                self.subclasses.discard(word)
                continue
            name = event_name(word)
            if name is None:
                continue
            understood += 1
            if name == "CUSTOM":
                custom = True
            elif name == "ALL":
                self.names.clear()
                self.every_subclass = False
            else:
                self.names.discard("ALL")
                self.names.discard(name)
        return understood

    def clear(self) -> None:
        """``noevents``."""
        self.enabled = False
        self.names.clear()
        self.subclasses.clear()
        self.every_subclass = False

    def add_filter(self, header: str, value: str) -> None:
        self.filters.append((header, value))

    def delete_filter(self, header: str, value: str | None) -> None:
        """Remove one filter, all of one header (no value), or all (header ``all``)."""
        if header.lower() == "all":
            self.filters.clear()
            return
        self.filters = [
            (name, text)
            for name, text in self.filters
            if not (name.lower() == header.lower() and (value is None or text.lower() == value.lower()))
        ]

    def names_event(self, name: str) -> bool:
        """Cheap test before an event is even built."""
        return self.enabled and name in self.names

    def wants(self, event: Event) -> bool:
        """Filters are OR-ed; with any filter set, an event that matches none is not sent."""
        if not self.enabled or event.name not in self.names:
            return False
        if (
            event.name == "CUSTOM"
            and event.subclass
            and not self.every_subclass
            and event.subclass not in self.subclasses
        ):
            return False
        if self.only_uuid and event.header("unique-id") != self.only_uuid:
            return False
        return not self.filters or self._passes(event)

    def _passes(self, event: Event) -> bool:
        send = False
        for header, expected in self.filters:
            value = event.header(header)
            if value is None:
                continue
            positive = True
            position = 0
            while position < len(expected) and expected[position] in "+- ":
                if expected[position] in "+-":
                    positive = expected[position] == "+"
                position += 1
            if send and positive:
                continue
            wanted = expected[position:]
            hit = matches(wanted, value) if expected.startswith("/") else value.lower() == wanted.lower()
            if hit:
                if not positive:
                    return False
                send = True
        return send
