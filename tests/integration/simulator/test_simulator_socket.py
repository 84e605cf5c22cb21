"""The simulator over a real socket, driven by a client that knows nothing but the protocol."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from urllib.parse import unquote

import pytest
from gevent import socket

from engine.simulator.simulator import Simulator

SPEED = 50


class Client:
    """A bare event socket client."""

    def __init__(self, simulator: Simulator, password: str = "ClueCon", *, login: bool = True) -> None:
        self.sock = socket.create_connection((simulator.host, simulator.port), timeout=10)
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


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator(speed=SPEED, seed=1) as running:
        yield running


@pytest.fixture
def connect(simulator: Simulator) -> Iterator[Callable[..., Client]]:
    clients: list[Client] = []

    def one_more(**options: object) -> Client:
        clients.append(Client(simulator, **options))
        return clients[-1]

    yield one_more
    for client in clients:
        client.sock.close()


@pytest.fixture
def client(connect: Callable[..., Client]) -> Client:
    client = connect()
    assert client.command("event plain ALL")["Reply-Text"] == "+OK event listener enabled plain"
    return client


def test_an_answered_call_parks_and_is_driven_by_sendmsg(simulator: Simulator, client: Client) -> None:
    call = client.originate("15551000001001")
    seen = client.seen_until(Event_Name="CHANNEL_PARK")
    names = [event["Event-Name"] for event in seen if event.get("Unique-ID") == call]
    assert [name for name in names if name not in ("CHANNEL_STATE", "CHANNEL_CALLSTATE", "CODEC")] == [
        "CHANNEL_OUTGOING",
        "CHANNEL_CREATE",
        "CHANNEL_ORIGINATE",
        "CHANNEL_PROGRESS",
        "CHANNEL_ANSWER",
        "CALL_UPDATE",
        "CHANNEL_EXECUTE",
        "CHANNEL_PARK",
    ]
    client.events = [*seen, *client.events]
    assert client.job(call) == f"+OK {call}\n"
    asked = client.execute(
        call, "play_and_get_digits", "1 1 3 5000 # silence_stream://3000 silence_stream://500 key [1-3] 3000"
    )
    digit = client.until(Event_Name="DTMF", Unique_ID=call)
    assert digit["DTMF-Digit"] == "1"
    done = client.until(Event_Name="CHANNEL_EXECUTE_COMPLETE", Application_UUID=asked)
    assert done["Application"] == "play_and_get_digits"
    assert done["variable_key"] == "1"
    assert done["variable_read_result"] == "success"
    assert client.api(f"uuid_kill {call}") == "+OK\n"
    gone = client.until(Event_Name="CHANNEL_HANGUP_COMPLETE", Unique_ID=call)
    assert gone["Hangup-Cause"] == "NORMAL_CLEARING"
    assert gone["variable_hangup_cause_q850"] == "16"
    assert gone["variable_digits_dialed"] == "1"
    assert int(gone["Caller-Channel-Answered-Time"]) > int(gone["Caller-Channel-Created-Time"])
    assert simulator.load.peak == 1
    client.until(Event_Name="CHANNEL_DESTROY", Unique_ID=call)
    assert client.api("show channels count") == "\n0 total.\n"


@pytest.mark.parametrize(
    ("number", "cause", "q850", "sip"),
    [
        ("155512001", "USER_BUSY", "17", "486"),
        ("155512003", "CALL_REJECTED", "21", "603"),
        ("155512004", "UNALLOCATED_NUMBER", "1", "404"),
        ("155512005", "NORMAL_CIRCUIT_CONGESTION", "34", "503"),
    ],
)
def test_a_refused_call_tells_its_cause(client: Client, number: str, cause: str, q850: str, sip: str) -> None:
    call = client.originate(number)
    gone = client.until(Event_Name="CHANNEL_HANGUP_COMPLETE", Unique_ID=call)
    assert gone["Hangup-Cause"] == cause
    assert gone["variable_hangup_cause_q850"] == q850
    assert gone["variable_sip_term_status"] == sip
    assert client.job(call) == f"-ERR {cause}\n"


def test_a_call_that_nobody_answers_times_out(client: Client) -> None:
    call = client.originate("155512002", variables=",originate_timeout=20")
    gone = client.until(Event_Name="CHANNEL_HANGUP_COMPLETE", Unique_ID=call)
    assert gone["Hangup-Cause"] == "NO_ANSWER"
    assert gone["variable_duration"] in ("19", "20", "21")
    assert gone["variable_billsec"] == "0"
    assert client.job(call) == "-ERR NO_ANSWER\n"
