"""One event socket connection: its state and its commands (``parse_command`` in ``mod_event_socket.c``).

No socket here: bytes come in through ``receive`` and leave through a ``Transport``.
"""

from __future__ import annotations

import logging
from collections import deque
from typing import Protocol

from engine.simulator import causes, commands
from engine.simulator.commands.reply import Pending
from engine.simulator.events import Block, Event, Format, to_bytes
from engine.simulator.execution import Command
from engine.simulator.request import Request, RequestError, Requests
from engine.simulator.subscription import Subscription, event_name
from engine.simulator.switch import Switch
from engine.simulator.syntax import integer, true

logger = logging.getLogger(__name__)

_GOODBYE = b"Disconnected, goodbye.\nSee you at ClueCon! http://www.cluecon.com/\n"
_MAX_REPLY = 511
_LOG_LEVELS = ("CONSOLE", "ALERT", "CRIT", "ERR", "WARNING", "NOTICE", "INFO", "DEBUG")
_MY_EVENTS = """
    CHANNEL_ANSWER CHANNEL_APPLICATION CHANNEL_BRIDGE CHANNEL_CREATE CHANNEL_DATA CHANNEL_DESTROY CHANNEL_EXECUTE
    CHANNEL_EXECUTE_COMPLETE CHANNEL_HANGUP CHANNEL_HANGUP_COMPLETE CHANNEL_ORIGINATE CHANNEL_UUID CHANNEL_OUTGOING
    CHANNEL_PARK CHANNEL_PROGRESS CHANNEL_PROGRESS_MEDIA CHANNEL_STATE CHANNEL_UNBRIDGE CHANNEL_UNPARK
    DETECTED_SPEECH DTMF NOTALK TALK
"""


class Transport(Protocol):
    """Where a session's bytes go."""

    def write(self, data: bytes) -> None:
        """Queue bytes; never blocks."""

    def close(self) -> None:
        """Close once everything queued is written."""

    def queued(self) -> int:
        """How many writes wait for the client to read."""


class Session:
    """One client."""

    MAX_QUEUE = 100_000
    MAX_LOST = 500

    def __init__(self, switch: Switch, transport: Transport, password: str) -> None:
        self._switch = switch
        self._transport = transport
        self._password = password
        self._requests = Requests()
        self._waiting: deque[Request] = deque()
        self._busy = False
        self._held: list[Event] = []
        self._lost = 0
        self._log_level: int | None = None
        self.authenticated = False
        self.closed = False
        self.format = Format.PLAIN
        self.subscription = Subscription()

    def open(self, *, denied: bool = False) -> None:
        """Greet, or turn the client away as an access list does."""
        if denied:
            message = b"Access Denied, go away.\n"
            self._transport.write(
                b"Content-Type: text/rude-rejection\nContent-Length: %d\n\n" % len(message) + message
            )
            self.close()
            return
        self._transport.write(b"Content-Type: auth/request\n\n")

    def close(self, *, abruptly: bool = False) -> None:
        """Say goodbye (not if ``abruptly``) and close."""
        if self.closed:
            return
        self.closed = True
        self._switch.detach(self)
        if not abruptly:
            self._transport.write(
                b"Content-Type: text/disconnect-notice\nContent-Length: %d\n\n" % len(_GOODBYE) + _GOODBYE
            )
        self._transport.close()

    def receive(self, data: bytes) -> None:
        """Handle what the client sent."""
        try:
            self._waiting.extend(self._requests.feed(data))
        except RequestError as error:
            logger.warning("event socket: %s", error)
            self.close()
            return
        self._work()

    def deliver(self, event: Event) -> None:
        """Write an event, or hold it while an ``api`` command keeps this connection busy."""
        if self.closed:
            return
        if self._busy:
            self._held.append(event)
            return
        if self._transport.queued() >= self.MAX_QUEUE:
            self._lost += 1
            if self._lost > self.MAX_LOST:
                logger.warning("event socket: killed a listener that lost %d events", self._lost)
                self.close(abruptly=True)
            return
        self._lost = 0
        self._transport.write(event.frame(self.format))

    def _work(self) -> None:
        while self._waiting and not self._busy and not self.closed:
            self._handle(self._waiting.popleft())

    def _reply(self, text: str, *headers: str) -> None:
        lines = "".join(f"{header}\n" for header in headers)
        self._transport.write(
            to_bytes(f"Content-Type: command/reply\nReply-Text: {text[:_MAX_REPLY]}\n{lines}\n")
        )

    def _handle(self, request: Request) -> None:
        command = request.command
        word, _, rest = command.partition(" ")
        word = word.lower()
        if word.startswith("exit") or word.startswith("..."):
            self._reply("+OK bye")
            self.close()
        elif not self.authenticated:
            self._authenticate(word, rest)
        elif word == "api" and rest:
            self._api(rest)
        elif word == "bgapi" and rest:
            self._bgapi(rest, request.headers)
        elif word == "sendmsg":
            self._reply(self._send_message(rest.strip(), request))
        elif word == "sendevent":
            self._reply(self._send_event(rest.strip(), request))
        elif word == "filter" and rest:
            self._reply(self._filter(rest.lstrip(" ")))
        elif word in ("event", "nixevent", "noevents") or (word == "myevents" and rest):
            self._reply(self._events(word, rest.split(" ") if rest else []))
            self._switch.subscriptions_changed()
        elif word == "divert_events":
            self._reply("-ERR not controlling a session.")
        elif word in ("linger", "nolinger"):
            self._reply("-ERR not controlling a session")
        elif word in ("log", "nolog"):
            self._reply(self._log(word, rest))
        else:
            self._reply("-ERR command not found")

    def _authenticate(self, word: str, rest: str) -> None:
        if word == "auth" and rest == self._password:
            self.authenticated = True
            self._switch.attach(self)
            self._reply("+OK accepted")
        elif word in ("auth", "userauth"):
            self._reply("-ERR invalid")
            self.close()
        else:
            self._reply("-ERR command not found")

    def _api(self, line: str) -> None:
        name, _, argument = line.partition(" ")
        reply = commands.execute(self._switch, name, argument)
        if isinstance(reply, Pending):
            self._busy = True  # as in a real switch: one thread reads, executes and sends events
            reply.then(self._api_done)
        else:
            self._api_reply(reply)

    def _api_done(self, text: str) -> None:
        self._busy = False
        if self.closed:
            return
        self._api_reply(text)
        held, self._held = self._held, []
        for event in held:
            self.deliver(event)
        self._switch.scheduler.soon(self._work)

    def _api_reply(self, text: str) -> None:
        body = to_bytes(text or "-ERR no reply\n")
        self._transport.write(b"Content-Type: api/response\nContent-Length: %d\n\n" % len(body) + body)

    def _bgapi(self, line: str, headers: dict[str, str]) -> None:
        name, _, argument = line.partition(" ")
        job = headers.get("job-uuid") or self._switch.new_uuid()
        self._reply(f"+OK Job-UUID: {job}", f"Job-UUID: {job}")

        def done(text: str) -> None:
            pairs = [("Job-UUID", job), ("Job-Command", name)]
            if argument:
                pairs.append(("Job-Command-Arg", argument))
            self._switch.fire("BACKGROUND_JOB", lambda: [Block(pairs)], body=text)

        def run() -> None:
            reply = commands.execute(self._switch, name, argument)
            if isinstance(reply, Pending):
                reply.then(done)
            else:
                done(reply or "Command returned no output!")

        self._switch.scheduler.soon(run)

    def _send_message(self, uuid: str, request: Request) -> str:
        headers = request.headers
        uuid = uuid or headers.get("session-id", "")
        channel = self._switch.channels.get(uuid)
        if channel is None:
            return f"-ERR invalid session id [{uuid}]"
        match headers.get("call-command", "").lower():
            case "execute":
                argument = headers.get("execute-app-arg") or (request.body or None)
                name = headers.get("execute-app-name", "")
                if name:
                    channel.stack.send(
                        Command(
                            name,
                            argument,
                            headers.get("event-uuid", ""),
                            headers.get("event-uuid-name", ""),
                            integer(headers.get("loops"), 1),
                            true(headers.get("event-lock")),
                            (("Command", request.command), *request.lines),
                        )
                    )
            case "hangup":
                cause = headers.get("hangup-cause")
                self._switch.scheduler.soon(
                    channel.hangup, causes.parse(cause) if cause else "NORMAL_CLEARING"
                )
        return "+OK"

    def _send_event(self, word: str, request: Request) -> str:
        name = event_name(word.partition(" ")[0]) if word else None
        uuid = self._switch.new_uuid()
        pairs = [(key, value) for key, value in request.lines if key.lower() != "content-length"]
        subclass = request.headers.get("event-subclass", "") if name == "CUSTOM" else ""
        if subclass:
            pairs = [pair for pair in pairs if pair[0].lower() != "event-subclass"]
        block = Block([("Command", request.command), *pairs, ("Event-UUID", uuid)])
        self._switch.fire(name or "CLONE", lambda: [block], body=request.body or None, subclass=subclass)
        return f"+OK {uuid}"

    def _filter(self, rest: str) -> str:
        name, _, value = rest.partition(" ")
        if name.lower() == "delete" and value:
            header, blank, expected = value.partition(" ")
            self.subscription.delete_filter(header, expected if blank else None)
            return f"+OK filter deleted. [{header}][{expected}]"
        if not value:
            return "-ERR invalid syntax"
        if name.lower() == "add":
            name, _, value = value.partition(" ")
            if not value:
                return "-ERR invalid syntax"
        self.subscription.add_filter(name, value)
        return f"+OK filter added. [{name}]=[{value}]"

    def _events(self, word: str, words: list[str]) -> str:
        if word == "noevents":
            if not self.subscription.enabled:
                return "-ERR not listening for events"
            self.subscription.clear()
            return "+OK no longer listening for events"
        if word == "nixevent":
            return "+OK events nixed" if self.subscription.unsubscribe(words) else "-ERR no keywords supplied"
        if word == "myevents":
            self.subscription.only_uuid = words[0] if words else ""
            self._choose_format(words[1:])
            self.subscription.subscribe(_MY_EVENTS.split())
            return "+OK Events Enabled"
        words = self._choose_format(words)
        if not self.subscription.subscribe(words):
            return "-ERR no keywords supplied"
        return f"+OK event listener enabled {self.format.value}"

    def _choose_format(self, words: list[str]) -> list[str]:
        if words and words[0].lower() in ("plain", "json", "xml"):
            self.format = Format(words[0].lower())
            return words[1:]
        return words

    def _log(self, word: str, rest: str) -> str:
        if word == "nolog":
            was, self._log_level = self._log_level, None
            return "+OK no longer logging" if was is not None else "-ERR not loging"
        level = rest.strip().partition(" ")[0].upper() or "DEBUG"
        if level.isdigit():
            self._log_level = int(level)
        elif level in _LOG_LEVELS:
            self._log_level = _LOG_LEVELS.index(level)
        else:
            return "-ERR invalid log level"
        return f"+OK log level {rest.strip()} [{self._log_level}]"
