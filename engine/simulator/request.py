"""What a client sends: a command line, headers, perhaps a body (``read_packet`` in ``mod_event_socket.c``)."""

from __future__ import annotations

import re
from typing import NamedTuple

from engine.simulator.events import to_text

MAX_REQUEST = 10_485_760
_END = re.compile(rb"\n\r*\n")
_LINES = re.compile(r"[\r\n]+")


class Request(NamedTuple):
    """``headers`` by lower-case name, where the first of a repeated one counts; ``lines`` as they came."""

    command: str
    headers: dict[str, str]
    body: str = ""
    lines: tuple[tuple[str, str], ...] = ()


class RequestError(ValueError):
    """The client sent something for which a real switch closes the connection."""


class Requests:
    """Bytes in, requests out."""

    def __init__(self) -> None:
        self._buffer = b""

    def feed(self, data: bytes) -> list[Request]:
        """Add what was received; returns the requests that are complete. Raises ``RequestError``."""
        self._buffer += data
        out: list[Request] = []
        while True:
            self._buffer = self._buffer.lstrip(b"\r\n")
            end = _END.search(self._buffer)
            if end is None:
                if len(self._buffer) > MAX_REQUEST:
                    raise RequestError("request too long")
                return out
            head = to_text(self._buffer[: end.start()])
            # A carriage return ends a line here, too: what follows it in a command is lost.
            command, *lines = _LINES.split(head)
            pairs = [line.partition(":") for line in lines]
            given = tuple((name, value.lstrip(" ")) for name, colon, value in pairs if colon)
            headers: dict[str, str] = {}
            for name, value in given:
                headers.setdefault(name.lower(), value)
            length = _length(headers.get("content-length", "0"))
            if len(self._buffer) < end.end() + length:
                return out
            body = to_text(self._buffer[end.end() : end.end() + length])
            self._buffer = self._buffer[end.end() + length :]
            out.append(Request(command, headers, body, given))


def _length(text: str) -> int:
    found = re.match(r"\s*([+-]?\d+)", text)
    length = int(found[1]) if found else 0
    if not 0 <= length <= MAX_REQUEST:
        raise RequestError(f"Content-Length {text!r} out of range")
    return length
