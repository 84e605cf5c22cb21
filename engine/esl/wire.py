"""The event socket's wire format: bytes in, messages and events out. Pure: no socket and no clock.

A message is a block of ``Name: value`` lines, an empty line and, when the block says ``Content-Length``, that many
bytes of body (``mod_event_socket.c``). An event is the body of a ``text/event-plain`` or ``text/event-json``
message. In a plain event every value is percent-encoded, so it is split into lines first and a value is decoded
only when somebody asks for it: no value can forge a header, and what nobody reads costs nothing.

Nothing here raises on account of what a peer sent. What cannot be understood is a message with a ``defect``; when
the framing itself is lost, it is ``fatal`` and the parser gives nothing more.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote_to_bytes

import msgspec

MAX_HEADER_BYTES = 64 * 1024
MAX_BODY_BYTES = 64 * 1024 * 1024

_LENGTH = b"Content-Length: "
_TYPE = b"Content-Type: "
_BODY = b"\nContent-Length: "
_EMPTY = b"_undef_"
_ARRAY = "ARRAY::"
_EVENT = b"\nContent-Type: text/event-plain\n\n"
_keys: dict[str, bytes] = {}
_types: dict[bytes, str] = {}


class Event:
    """A plain event, decoded header by header. Where a name is repeated, the first one counts."""

    __slots__ = ("_block", "_end")

    defect: str | None = None

    def __init__(self, block: bytes) -> None:
        """``block`` is the message's body with one newline before it."""
        self._block = block if block.endswith(b"\n") else block + b"\n"
        self._end = 0  # of the headers, once somebody has asked for one

    def _headers_end(self) -> int:
        """Where the headers end. What follows is a body only when a header says so.

        That header is looked for instead of the empty line: searching 7 KB for two newlines takes five times as
        long, because every line looks like a beginning.
        """
        block = self._block
        said = block.find(_BODY)
        end = block.find(b"\n\n", said) if said >= 0 else -1
        self._end = end = end + 1 if end >= 0 else len(block)
        return end

    def get(self, name: str, default: str | None = None) -> str | None:
        """The value of header ``name``, or ``default``."""
        key = _keys.get(name) or _key(name)
        block = self._block
        start = block.find(key)
        if start < 0 or start >= (self._end or self._headers_end()):
            return default
        start += len(key)
        value = block[start : block.find(b"\n", start)]
        text = value.decode("utf-8", "replace")
        return _decode(value) if "%" in text or text == "_undef_" else text

    def __getitem__(self, name: str) -> str:
        value = self.get(name)
        if value is None:
            raise KeyError(name)
        return value

    def __contains__(self, name: str) -> bool:
        return self._block.find(_keys.get(name) or _key(name), 0, self._end or self._headers_end()) >= 0

    @property
    def name(self) -> str:
        """``Event-Name``; empty when there is none."""
        return self.get("Event-Name") or ""

    @property
    def subclass(self) -> str | None:
        """``Event-Subclass`` of a CUSTOM event."""
        return self.get("Event-Subclass")

    @property
    def uuid(self) -> str | None:
        """``Unique-ID``: the channel that the event is about."""
        return self.get("Unique-ID")

    def variable(self, name: str) -> str | None:
        """The channel variable ``name`` as the event carries it."""
        return self.get("variable_" + name)

    def array(self, name: str) -> list[str]:
        """The values of a header that the switch has made an array of; one value is a list of one."""
        value = self.get(name)
        if value is None:
            return []
        return value.removeprefix(_ARRAY).split("|:") if value.startswith(_ARRAY) else [value]

    @property
    def body(self) -> str | None:
        """The event's own body, such as a background job's result."""
        end = self._end or self._headers_end()
        if end == len(self._block):
            return None
        rest = self._block[end + 1 :]
        length = self.get("Content-Length") or ""
        if length.isascii() and length.isdigit():
            rest = rest[: int(length)]
        return rest.decode("utf-8", "replace")

    def headers(self) -> dict[str, str]:
        """Every header, decoded; for logs and recordings rather than for routing."""
        found: dict[str, str] = {}
        for name, value in _lines(self._block[: self._end or self._headers_end()]):
            found.setdefault(name, _decode(value))
        return found

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name} {self.uuid or ''}>"


class _Routed(msgspec.Struct):
    """The headers that route an event, decoded by type without building the rest."""

    name: str | None = msgspec.field(name="Event-Name", default=None)
    subclass: str | None = msgspec.field(name="Event-Subclass", default=None)
    uuid: str | None = msgspec.field(name="Unique-ID", default=None)
    application_uuid: str | None = msgspec.field(name="Application-UUID", default=None)
    job_uuid: str | None = msgspec.field(name="Job-UUID", default=None)
    cause: str | None = msgspec.field(name="Hangup-Cause", default=None)
    timestamp: str | None = msgspec.field(name="Event-Date-Timestamp", default=None)


_ROUTED = {field.encode_name: field.name for field in msgspec.structs.fields(_Routed)}
_decode_routed = msgspec.json.Decoder(_Routed).decode
_decode_any = msgspec.json.Decoder().decode


class JsonEvent(Event):
    """A JSON event: whole and exact values. The routing headers are decoded at once, the rest when asked for."""

    __slots__ = ("_all", "_raw", "_routed", "defect")

    def __init__(self, raw: bytes) -> None:
        self.defect = None
        self._raw = raw
        self._all: dict[str, Any] | None = None
        try:
            self._routed = _decode_routed(raw)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            # Not JSON, or a routing header of an unexpected type or with bytes that are not UTF-8.
            self._routed = _Routed()
            self._all = self._parse()

    def _parse(self) -> dict[str, Any]:
        try:
            whole = _decode_any(self._raw)
        except UnicodeDecodeError:
            # The switch passes bytes on that are not UTF-8, such as a display name in Latin-1.
            self._raw = self._raw.decode("utf-8", "replace").encode()
            return self._parse()
        except (msgspec.MsgspecError, RecursionError) as error:
            self.defect = f"not JSON: {error}"
            return {}
        if not isinstance(whole, dict):
            self.defect = "not a JSON object"
            return {}
        return whole

    def _value(self, name: str) -> Any:
        if self._all is None:
            known = _ROUTED.get(name)
            if known is not None:
                return getattr(self._routed, known)
            self._all = self._parse()
        return self._all.get(name)

    def get(self, name: str, default: str | None = None) -> str | None:
        if self._all is None and (known := _ROUTED.get(name)) is not None:
            routed: str | None = getattr(self._routed, known)
            return default if routed is None else routed
        value = self._value(name)
        if value is None:
            return default
        return value if isinstance(value, str) else _as_text(value)

    def __contains__(self, name: str) -> bool:
        return self._value(name) is not None

    def array(self, name: str) -> list[str]:
        value = self._value(name)
        if isinstance(value, list):
            return [_as_text(item) for item in value]
        return super().array(name)

    @property
    def body(self) -> str | None:
        return self.get("_body")

    def headers(self) -> dict[str, str]:
        whole = self._all if self._all is not None else self._parse()
        return {name: _as_text(value) for name, value in whole.items() if name != "_body"}


class Message:
    """One framed message. ``body`` is what followed the header block, exactly as it came."""

    __slots__ = ("_at", "_body_at", "_data", "_end", "content_type", "defect", "fatal")

    def __init__(
        self,
        content_type: str,
        data: bytes = b"",
        at: int = 0,
        body_at: int = 2,
        end: int = 2,
        defect: str | None = None,
        fatal: bool = False,
    ) -> None:
        """The header block is ``data[at : body_at - 2]`` and the body ``data[body_at:end]``."""
        self.content_type = content_type
        self.defect = defect
        self.fatal = fatal
        self._data = data
        self._at = at
        self._body_at = body_at
        self._end = end

    @property
    def head(self) -> bytes:
        """The header block, without the empty line that ends it."""
        return self._data[self._at : self._body_at - 2]

    @property
    def body(self) -> bytes:
        """The body; empty when there is none."""
        return self._data[self._body_at : self._end]

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")

    def header(self, name: str) -> str | None:
        """A header of the message itself. These are not percent-encoded."""
        wanted = name.encode()
        for key, value in _lines(self.head):
            if key.encode() == wanted:
                return value.decode("utf-8", "replace")
        return None

    @property
    def headers(self) -> dict[str, str]:
        """All headers of the message itself, as greenswitch's sessions read them."""
        found: dict[str, str] = {}
        for name, value in _lines(self.head):
            found.setdefault(name, value.decode("utf-8", "replace"))
        return found

    @property
    def reply_text(self) -> str:
        """What a command was answered with. A reply may run over several lines; all of them belong to it."""
        head, marker = b"\n" + self.head, b"\nReply-Text: "
        start = head.find(marker)
        if start < 0:
            return ""
        lines = head[start + len(marker) :].split(b"\n")
        kept = [lines[0]]
        for line in lines[1:]:
            if line.startswith((b"Job-UUID: ", b"Content-")):
                break
            kept.append(line)
        return b"\n".join(kept).decode("utf-8", "replace").rstrip()

    def event(self) -> Event | None:
        """The event inside, or None when the message carries none."""
        if self.content_type == "text/event-plain":
            # The newline that ended the header block makes every line of the body begin with one.
            return Event(self._data[self._body_at - 1 : self._end])
        if self.content_type == "text/event-json":
            return JsonEvent(self.body)
        return None

    def __repr__(self) -> str:
        return f"<Message {self.content_type or 'without a type'} {len(self.body)} bytes {self.defect or ''}>"


class Parser:
    """Takes bytes as they arrive and gives whole messages. Never raises."""

    def __init__(
        self, max_header_bytes: int = MAX_HEADER_BYTES, max_body_bytes: int = MAX_BODY_BYTES
    ) -> None:
        self._max_header = max_header_bytes
        self._max_body = max_body_bytes
        self._pieces: list[bytes] = []  # what is not yet a whole message
        self._held = 0
        self._wanted = 0  # nothing can be complete before this many bytes are held
        self.dead = False  # after a fatal defect

    def feed(self, data: bytes) -> list[Message]:
        """The messages that ``data`` completes, oldest first."""
        if self.dead:
            return []
        self._pieces.append(data)
        self._held += len(data)
        if self._held < self._wanted:
            return []  # a large body arrives in many pieces: they are joined once
        whole = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
        found: list[Message] = []
        position = self._take(whole, found)
        rest = whole[position:]
        self._pieces = [rest] if rest else []
        self._held = len(rest)
        self._wanted = max(0, self._wanted - position)
        return found

    def _take(self, data: bytes, found: list[Message]) -> int:
        """Append whole messages to ``found``; gives where the first incomplete one begins."""
        position, size = 0, len(data)
        self._wanted = 0
        while position < size:
            # The form in which the switch sends events, without a search through the block.
            if data.startswith(_LENGTH, position):
                end = data.find(b"\n", position)
                if data.startswith(_EVENT, end):
                    digits = data[position + 16 : end]
                    body_at = end + 33
                    if digits.isdigit() and len(digits) < 8 and int(digits) <= self._max_body:
                        stop = body_at + int(digits)
                        if stop > size:
                            self._wanted = stop
                            return position
                        found.append(Message("text/event-plain", data, position, body_at, stop))
                        position = stop
                        continue
            if data[position] == 10:  # empty lines between messages mean nothing
                position += 1
                continue
            end = data.find(b"\n\n", position, position + self._max_header + 2)
            if end < 0:
                if size - position > self._max_header:
                    return self._die(found, size, f"a header block of more than {self._max_header} bytes")
                return position
            head = data[position:end]
            length = _length_of(head)
            if length is None:
                return self._die(found, size, "a Content-Length that is not one number")
            if length > self._max_body:
                return self._die(found, size, f"a body of {length} bytes; at most {self._max_body} are taken")
            body_at = end + 2
            if body_at + length > size:
                self._wanted = body_at + length
                return position
            kind = _content_type(head)
            defect = None if kind else "no Content-Type"
            found.append(Message(kind, data, position, body_at, body_at + length, defect))
            position = body_at + length
        return position

    def _die(self, found: list[Message], size: int, defect: str) -> int:
        self.dead = True
        found.append(Message("", defect=defect, fatal=True))
        return size


def _length_of(head: bytes) -> int | None:
    """The block's Content-Length: 0 when it has none, None when it cannot be trusted."""
    start = 0 if head.startswith(_LENGTH) else head.find(b"\n" + _LENGTH) + 1
    if start == 0 and not head.startswith(_LENGTH):
        return 0
    start += len(_LENGTH)
    end = head.find(b"\n", start)
    digits = head[start : end if end >= 0 else len(head)].strip()
    again = head.find(b"\n" + _LENGTH, start)
    if again >= 0 and head[again + 1 + len(_LENGTH) :].split(b"\n", 1)[0].strip() != digits:
        return None
    return int(digits) if digits.isdigit() and len(digits) <= 12 else None


def _content_type(head: bytes) -> str:
    start = 0 if head.startswith(_TYPE) else head.find(b"\n" + _TYPE) + 1
    if start == 0 and not head.startswith(_TYPE):
        return ""
    start += len(_TYPE)
    end = head.find(b"\n", start)
    raw = head[start : end if end >= 0 else len(head)]
    known = _types.get(raw)
    if known is None:
        known = raw.strip().decode("latin-1")
        if len(_types) < 64:  # a peer that invents types must not make us remember them
            _types[raw] = known
    return known


def _key(name: str) -> bytes:
    key = b"\n" + name.encode() + b": "
    if len(_keys) < 4096:
        _keys[name] = key
    return key


def _decode(value: bytes) -> str:
    if value == _EMPTY:  # how switch_event_serialize writes an empty value
        return ""
    if b"%" in value:
        value = unquote_to_bytes(value)
    return value.decode("utf-8", "replace")


def _lines(block: bytes) -> Iterator[tuple[str, bytes]]:
    for line in block.split(b"\n"):
        name, colon, value = line.partition(b": ")
        if colon:
            yield name.decode("utf-8", "replace"), value
        elif line.endswith(b":"):
            yield line[:-1].decode("utf-8", "replace"), b""


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
