"""Events: their names, their headers, and how they look on the wire.

An event is a list of blocks of headers. A block is serialised once per format, when a listener first wants
it, and blocks that rarely change (a channel's variables, its caller) are shared between events.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum
from functools import lru_cache

# switch_event.c, EVENT_NAMES.
_ALL = """
    CUSTOM CLONE CHANNEL_CREATE CHANNEL_DESTROY CHANNEL_STATE CHANNEL_CALLSTATE CHANNEL_ANSWER CHANNEL_HANGUP
    CHANNEL_HANGUP_COMPLETE CHANNEL_EXECUTE CHANNEL_EXECUTE_COMPLETE CHANNEL_HOLD CHANNEL_UNHOLD CHANNEL_BRIDGE
    CHANNEL_UNBRIDGE CHANNEL_PROGRESS CHANNEL_PROGRESS_MEDIA CHANNEL_OUTGOING CHANNEL_PARK CHANNEL_UNPARK
    CHANNEL_APPLICATION CHANNEL_ORIGINATE CHANNEL_UUID API LOG INBOUND_CHAN OUTBOUND_CHAN STARTUP SHUTDOWN PUBLISH
    UNPUBLISH TALK NOTALK SESSION_CRASH MODULE_LOAD MODULE_UNLOAD DTMF MESSAGE PRESENCE_IN NOTIFY_IN PRESENCE_OUT
    PRESENCE_PROBE MESSAGE_WAITING MESSAGE_QUERY ROSTER CODEC BACKGROUND_JOB DETECTED_SPEECH DETECTED_TONE
    PRIVATE_COMMAND HEARTBEAT TRAP ADD_SCHEDULE DEL_SCHEDULE EXE_SCHEDULE RE_SCHEDULE RELOADXML NOTIFY PHONE_FEATURE
    PHONE_FEATURE_SUBSCRIBE SEND_MESSAGE RECV_MESSAGE REQUEST_PARAMS CHANNEL_DATA GENERAL COMMAND SESSION_HEARTBEAT
    CLIENT_DISCONNECTED SERVER_DISCONNECTED SEND_INFO RECV_INFO RECV_RTCP_MESSAGE SEND_RTCP_MESSAGE CALL_SECURE NAT
    RECORD_START RECORD_STOP PLAYBACK_START PLAYBACK_STOP CALL_UPDATE FAILURE SOCKET_DATA MEDIA_BUG_START
    MEDIA_BUG_STOP CONFERENCE_DATA_QUERY CONFERENCE_DATA CALL_SETUP_REQ CALL_SETUP_RESULT CALL_DETAIL DEVICE_STATE
    TEXT SHUTDOWN_REQUESTED CERT_RELOAD ALL
"""
NAMES = frozenset(_ALL.split())

# switch_channel.c, switch_channel_event_set_extended_data: other events carry no variables unless the channel
# has executed verbose_events. DTMF is not among them, which surprises whoever filters on a variable.
_VERBOSE = """
    CHANNEL_CREATE CHANNEL_ORIGINATE CHANNEL_UUID CHANNEL_ANSWER CHANNEL_PARK CHANNEL_UNPARK CHANNEL_BRIDGE
    CHANNEL_UNBRIDGE CHANNEL_PROGRESS CHANNEL_PROGRESS_MEDIA CHANNEL_HANGUP CHANNEL_HANGUP_COMPLETE REQUEST_PARAMS
    CHANNEL_DATA CHANNEL_EXECUTE CHANNEL_EXECUTE_COMPLETE CHANNEL_DESTROY SESSION_HEARTBEAT API RECORD_START
    RECORD_STOP PLAYBACK_START PLAYBACK_STOP CALL_UPDATE MEDIA_BUG_START MEDIA_BUG_STOP CHANNEL_HOLD CHANNEL_UNHOLD
    TEXT CUSTOM
"""
WITH_VARIABLES = frozenset(_VERBOSE.split())


# How a variable with several values is written in one (switch_event.c).
ARRAY, ARRAY_SEPARATOR = "ARRAY::", "|:"


class Format(Enum):
    """The three forms in which a listener may ask for events."""

    PLAIN = "plain"
    JSON = "json"
    XML = "xml"


# switch_utils.h, SWITCH_URL_UNSAFE, and everything that is not printable ASCII. A percent sign that is
# already followed by two capital hexadecimal digits passes: the plain form is lossy there.
_UNSAFE = re.compile(r"""[^ -~]|[ #&+:;<=>?@\[\\\]^`{|}"]|%""")
_UNSAFE_BYTE = re.compile(rb"""[^!-~]|[#&+:;<=>?@\[\\\]^`{|}"]|%(?![0-9A-F]{2})""")
_QUOTED = {bytes([byte]): b"%%%02X" % byte for byte in range(256)}
_ASCII_QUOTED = {
    code: f"%{code:02X}"
    for code in range(128)
    if code <= 32 or code == 127 or chr(code) in '#&+:;<=>?@[\\]^`{|}"'
}
_JSON_UNSAFE = re.compile(r"""[^ -~]|["\\]""")
_JSON_UNSAFE_BYTE = re.compile(rb"""[\x00-\x1f"\\]""")
_JSON_QUOTED = {bytes([byte]): b"\\u%04x" % byte for byte in range(32)} | {
    b'"': b'\\"',
    b"\\": b"\\\\",
    b"\n": b"\\n",
    b"\r": b"\\r",
    b"\t": b"\\t",
    b"\b": b"\\b",
    b"\f": b"\\f",
}


def to_bytes(text: str) -> bytes:
    """Text as it came: bytes that were not UTF-8 leave as they entered."""
    return text.encode("utf-8", "surrogateescape")


def to_text(data: bytes) -> str:
    """The inverse of ``to_bytes``."""
    return data.decode("utf-8", "surrogateescape")


def url_encode(value: str) -> bytes:
    """As ``switch_url_encode``."""
    if _UNSAFE.search(value) is None:
        return value.encode("ascii")
    if value.isascii() and "%" not in value:
        return value.translate(_ASCII_QUOTED).encode("ascii")
    return _UNSAFE_BYTE.sub(lambda match: _QUOTED[match.group()], to_bytes(value))


def json_string(value: str) -> bytes:
    """As cJSON: other bytes pass unescaped, even when they are not UTF-8."""
    if _JSON_UNSAFE.search(value) is None:
        return b'"' + value.encode("ascii") + b'"'
    return b'"' + _JSON_UNSAFE_BYTE.sub(lambda match: _JSON_QUOTED[match.group()], to_bytes(value)) + b'"'


@lru_cache(maxsize=16_384)  # most headers of most events are the same
def _plain_line(name: str, value: str) -> bytes:
    return b"%s: %s\n" % (to_bytes(name), url_encode(value) or b"_undef_")


@lru_cache(maxsize=16_384)
def _json_member(name: str, value: str) -> bytes:
    return b"%s:%s" % (json_string(name), json_string(value))


@lru_cache(maxsize=16_384)
def _plain_variable(pair: tuple[str, str]) -> bytes:
    return b"variable_%s: %s\n" % (to_bytes(pair[0]), url_encode(pair[1]))


@lru_cache(maxsize=16_384)
def _json_variable(pair: tuple[str, str]) -> bytes:
    name, value = json_string("variable_" + pair[0]), pair[1]
    if value.startswith(ARRAY):
        elements = [json_string(element) for element in value.removeprefix(ARRAY).split(ARRAY_SEPARATOR)]
        return b"%s:[%s]" % (name, b",".join(elements))
    return b"%s:%s" % (name, json_string(value))


class Block:
    """Headers in order, serialised at most once per format."""

    __slots__ = ("_json", "_plain", "pairs")

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self.pairs = pairs
        self._plain: bytes | None = None
        self._json: bytes | None = None

    @property
    def plain(self) -> bytes:
        if self._plain is None:
            self._plain = b"".join([_plain_line(name, value) for name, value in self.pairs])
        return self._plain

    @property
    def json(self) -> bytes:
        if self._json is None:
            self._json = b",".join([_json_member(name, value) for name, value in self.pairs])
        return self._json

    def get(self, name: str) -> str | None:
        """The first header called ``name`` (lower case)."""
        for key, value in self.pairs:
            if key.lower() == name:
                return value
        return None


class Preset:
    """Variables that every channel gets with the same values, prepared once."""

    __slots__ = ("due", "values")

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self.values = {name.lower(): (name, value) for name, value in pairs if value}
        self.due = dict.fromkeys(self.values)


class Variables:
    """A channel's variables: names are matched without case, an empty value removes, setting moves to the end."""

    __slots__ = ("_block", "_due", "_plain", "_values")

    def __init__(self, initial: Iterable[tuple[str, str]] = ()) -> None:
        self._values: dict[str, tuple[str, str]] = {}
        # Plain lines in the order of the values; what has changed since is due to be serialised.
        self._plain: dict[str, bytes] = {}
        self._due: dict[str, None] = {}
        self._block: VariablesBlock | None = None
        self.update(initial)

    def get(self, name: str, default: str | None = None) -> str | None:
        found = self._values.get(name.lower())
        return found[1] if found is not None else default

    def set(self, name: str, value: str | None) -> None:
        key = name.lower()
        if self._values.pop(key, None) is not None:
            self._plain.pop(key, None)
            self._due.pop(key, None)
        elif not value:
            return
        self._block = None
        if value:
            self._values[key] = (name, value)
            self._due[key] = None

    def update(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Set many."""
        for name, value in pairs:
            self.set(name, value)

    def apply(self, preset: Preset) -> None:
        """Set many at once."""
        if self._values.keys().isdisjoint(preset.due):
            self._block = None
            self._values.update(preset.values)
            self._due.update(preset.due)
        else:
            self.update(preset.values.values())

    def items(self) -> list[tuple[str, str]]:
        return list(self._values.values())

    def block(self) -> Block:
        """The variables as headers ``variable_NAME``, as they are now."""
        if self._block is None:
            self._block = VariablesBlock(self)
        return self._block

    def plain_lines(self) -> bytes:
        if self._due:
            values = self._values
            self._plain.update({key: _plain_variable(values[key]) for key in self._due})
            self._due.clear()
        return b"".join(self._plain.values())

    def json_members(self) -> bytes:
        return b",".join([_json_variable(pair) for pair in self._values.values()])


class VariablesBlock(Block):
    """A snapshot of ``Variables`` that uses the lines already serialised for unchanged variables.

    The event that holds it is written out before the variables change again: serialisation happens when
    the event is fired.
    """

    __slots__ = ("_variables",)

    def __init__(self, variables: Variables) -> None:
        super().__init__([])
        self._variables = variables

    @property
    def plain(self) -> bytes:
        if self._plain is None:
            self._plain = self._variables.plain_lines()
        return self._plain

    @property
    def json(self) -> bytes:
        if self._json is None:
            self._json = self._variables.json_members()
        return self._json

    def get(self, name: str) -> str | None:
        return self._variables.get(name[9:]) if name.startswith("variable_") else None

    def named_pairs(self) -> list[tuple[str, str]]:
        return [("variable_" + name, value) for name, value in self._variables.items()]


class Event:
    """One event, ready to be written to any number of listeners."""

    __slots__ = ("_frames", "blocks", "body", "name", "subclass")

    def __init__(self, name: str, blocks: list[Block], body: str | None = None, subclass: str = "") -> None:
        self.name = name
        self.subclass = subclass
        self.blocks = blocks
        self.body = body
        self._frames: dict[Format, bytes] = {}

    def header(self, name: str) -> str | None:
        """A header by name, without case, as a filter asks for it."""
        name = name.lower()
        if name == "event-name":
            return self.name
        of_variables = name.startswith("variable_")
        for block in self.blocks:
            if of_variables is not isinstance(block, VariablesBlock):
                continue
            value = block.get(name)
            if value is not None:
                return value
        return None

    def pairs(self) -> list[tuple[str, str]]:
        """All headers in order."""
        out: list[tuple[str, str]] = []
        for block in self.blocks:
            out.extend(block.named_pairs() if isinstance(block, VariablesBlock) else block.pairs)
        return out

    def serialise(self, form: Format) -> bytes:
        """The event alone, without the frame that the event socket puts around it."""
        body = None if self.body is None else to_bytes(self.body)
        if form is Format.PLAIN:
            head = b"".join([block.plain for block in self.blocks])
            return head + (b"Content-Length: %d\n\n%s" % (len(body), body) if body else b"\n")
        if form is Format.JSON:
            members = [part for block in self.blocks if (part := block.json)]
            if body is not None:
                members.append(b'"Content-Length":"%d"' % len(body))
                members.append(b'"_body":' + json_string(self.body or ""))
            return b"{" + b",".join(members) + b"}"
        headers = b"".join(
            b"    <%s>%s</%s>\n" % (to_bytes(name), url_encode(value), to_bytes(name))
            for name, value in self.pairs()
        )
        tail = (
            b""
            if body is None
            else b"  <body>%s</body>\n" % body.replace(b"&", b"&amp;").replace(b"<", b"&lt;")
        )
        return b"<event>\n  <headers>\n%s  </headers>\n%s</event>" % (headers, tail)

    def frame(self, form: Format) -> bytes:
        """The message for a listener: outer headers, then the event."""
        frame = self._frames.get(form)
        if frame is None:
            content = self.serialise(form)
            frame = b"Content-Length: %d\nContent-Type: text/event-%s\n\n%s" % (
                len(content),
                form.value.encode(),
                content,
            )
            self._frames[form] = frame
        return frame
