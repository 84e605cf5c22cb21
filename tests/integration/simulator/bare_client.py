"""A bare event socket client: it knows nothing but the protocol."""

from __future__ import annotations

import json
import uuid
from urllib.parse import unquote

from gevent import socket


class Client:
    """A bare event socket client."""

    def __init__(self, host: str, port: int, password: str = "ClueCon", *, login: bool = True) -> None:
        self.sock = socket.create_connection((host, port), timeout=20)
        self.buffer = b""
        self.events: list[dict[str, str]] = []
        if login:
            assert self.message()[0]["Content-Type"] == "auth/request"
            assert self.command(f"auth {password}")["Reply-Text"] == "+OK accepted"

    def line(self) -> bytes:
        while b"\n" not in self.buffer:
            self.fill()
        line, self.buffer = self.buffer.split(b"\n", 1)
        return line

    def fill(self) -> None:
        data = self.sock.recv(65536)
        if not data:
            raise EOFError
        self.buffer += data

    def message(self) -> tuple[dict[str, str], bytes]:
        headers: dict[str, str] = {}
        while line := self.line():
            name, _, value = line.decode().partition(": ")
            headers[name] = value
        length = int(headers.get("Content-Length", 0))
        while len(self.buffer) < length:
            self.fill()
        body, self.buffer = self.buffer[:length], self.buffer[length:]
        return headers, body

    def event_from(self, headers: dict[str, str], body: bytes) -> dict[str, str]:
        if headers["Content-Type"] == "text/event-json":
            return json.loads(body)
        head, _, rest = body.partition(b"\n\n")
        event = {}
        for line in head.decode().split("\n"):
            name, _, value = line.partition(": ")
            event.setdefault(name, unquote(value))
        if rest:
            event["_body"] = rest.decode()
        return event

    def command(self, text: str, body: str = "") -> dict[str, str]:
        self.sock.sendall((text + "\n\n" + body).encode())
        while True:
            headers, content = self.message()
            if headers["Content-Type"] == "command/reply":
                return headers
            if headers["Content-Type"] == "api/response":
                return {"Reply-Text": content.decode()}
            self.events.append(self.event_from(headers, content))

    def api(self, text: str) -> str:
        return self.command(f"api {text}")["Reply-Text"]

    def execute(
        self, channel: str, application: str, argument: str = "", *, lock: bool = False, loops: int = 1
    ) -> str:
        marker = str(uuid.uuid4())
        lines = [f"sendmsg {channel}", "call-command: execute", f"execute-app-name: {application}"]
        if argument:
            lines.append(f"execute-app-arg: {argument}")
        if lock:
            lines.append("event-lock: true")
        if loops != 1:
            lines.append(f"loops: {loops}")
        lines.append(f"Event-UUID: {marker}")
        assert self.command("\n".join(lines))["Reply-Text"] == "+OK"
        return marker

    def until(self, **wanted: str) -> dict[str, str]:
        """The first event with these headers (``_`` for ``-``); the others are kept."""
        names = {name.replace("_", "-"): value for name, value in wanted.items()}
        seen = 0
        while True:
            while seen < len(self.events):
                event = self.events[seen]
                if all(event.get(name) == value for name, value in names.items()):
                    return self.events.pop(seen)
                seen += 1
            headers, body = self.message()
            self.events.append(self.event_from(headers, body))

    def seen_until(self, **wanted: str) -> list[dict[str, str]]:
        """All events up to and with the one wanted."""
        names = {name.replace("_", "-"): value for name, value in wanted.items()}
        seen = []
        while True:
            while self.events:
                seen.append(self.events.pop(0))
                if all(seen[-1].get(name) == value for name, value in names.items()):
                    return seen
            headers, body = self.message()
            self.events.append(self.event_from(headers, body))

    def originate(
        self, number: str, *, gateway: str = "carrier", variables: str = "", app: str = "&park()"
    ) -> str:
        channel = str(uuid.uuid4())
        self.command(
            f"bgapi originate {{origination_uuid={channel},ignore_early_media=true{variables}}}"
            f"sofia/gateway/{gateway}/{number} {app}\nJob-UUID: job-{channel}"
        )
        return channel

    def job(self, channel: str) -> str:
        return self.until(Event_Name="BACKGROUND_JOB", Job_UUID=f"job-{channel}")["_body"]
