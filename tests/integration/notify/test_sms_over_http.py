"""Twilio's library, the generic gateway and the bounded exchange against real listeners on loopback."""

from __future__ import annotations

import base64
import json
import socket
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import gevent
import pytest
from gevent.event import Event
from gevent.pywsgi import WSGIServer

from engine.clock import FrozenClock
from engine.errors import HttpExchangeError, NotifyError
from engine.http import exchange
from engine.notify.http_gateway import HttpGateway
from engine.notify.sms import Sms
from engine.notify.twilio_gateway import TwilioGateway

TO = "+34650123456"
HOSTILE = 'a&to=+1900&x="},{"to":"+1900"}\r\nX-Forged: 1 {sender} {to} %26 é😀'


@dataclass
class Request:
    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True, strict_parsing=True))


@dataclass
class Listener:
    """Answers each request with the next of ``answers``, the last one again and again."""

    answers: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    release: Event = field(default_factory=Event)
    hold: bool = False
    url: str = ""

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
        headers = {
            name[5:].lower().replace("_", "-"): value
            for name, value in environ.items()
            if name[:5] == "HTTP_"
        }
        headers["content-type"] = environ.get("CONTENT_TYPE", "")
        self.requests.append(
            Request(
                environ["REQUEST_METHOD"],
                environ["PATH_INFO"],
                environ["QUERY_STRING"],
                headers,
                environ["wsgi.input"].read(),
            )
        )
        if self.hold:
            self.release.wait(timeout=30)
        status, extra, body = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        start_response(status, list(extra.items()))
        return [body]

    def answer(self, status: str, body: bytes | dict[str, object] = b"", **headers: str) -> None:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.answers.append(
            (status, {name.replace("_", "-"): value for name, value in headers.items()}, data)
        )


@pytest.fixture
def listener() -> Iterator[Listener]:
    heard = Listener()
    server = WSGIServer(("127.0.0.1", 0), heard, log=None, error_log=None)
    server.start()
    heard.url = f"http://127.0.0.1:{server.server_port}"
    yield heard
    heard.release.set()
    server.stop(timeout=1)


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(datetime(2026, 1, 1, tzinfo=UTC))


def twilio(listener: Listener, **more: Any) -> TwilioGateway:
    return TwilioGateway("AC123", "secret", **{"sender": "+15005550006", "base_url": listener.url, **more})


MESSAGE: dict[str, object] = {
    "sid": "SM0123456789abcdef",
    "status": "queued",
    "error_code": None,
    "error_message": None,
    "body": "hello",
    "num_segments": "1",
    "price": None,
    "date_created": "Fri, 02 Jan 2026 10:00:00 +0000",
}


def refused(code: int, message: str, status: int) -> dict[str, object]:
    more = f"https://www.twilio.com/docs/errors/{code}"
    return {"code": code, "message": message, "more_info": more, "status": status}


def test_twilios_library_sends_what_twilio_expects(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWILIO_REGION", "au1")
    monkeypatch.setenv("TWILIO_EDGE", "sydney")
    listener.answer("201 Created", MESSAGE)
    receipt = twilio(listener).send(Sms(TO, HOSTILE))
    assert (receipt.provider_id, receipt.status) == ("SM0123456789abcdef", "queued")
    (request,) = listener.requests
    assert (request.method, request.path) == ("POST", "/2010-04-01/Accounts/AC123/Messages.json")
    assert request.form == {"To": TO, "From": "+15005550006", "Body": HOSTILE}
    assert request.headers["authorization"] == "Basic " + base64.b64encode(b"AC123:secret").decode()
    assert request.headers["user-agent"].startswith("twilio-python/")


def test_twilio_sender_and_messaging_service(listener: Listener) -> None:
    listener.answer("201 Created", MESSAGE)
    twilio(listener, sender=None, messaging_service="MG1").send(Sms(TO, "hello"))
    twilio(listener, messaging_service="MG1").send(Sms(TO, "hello", sender="Practice"))
    assert [sorted(request.form.items())[1:] for request in listener.requests] == [
        [("MessagingServiceSid", "MG1"), ("To", TO)],
        [("From", "Practice"), ("To", TO)],
    ]


@pytest.mark.parametrize(
    ("status", "body", "temporary", "told"),
    [
        ("400 Bad Request", refused(21211, "Invalid 'To' Phone Number", 400), False, "21211.*addressee"),
        ("401 Unauthorized", refused(20003, "Authenticate", 401), False, "SID and the token"),
        ("404 Not Found", b"<html>", False, "404"),
        ("301 Moved", b"", False, "301"),
        ("429 Too Many Requests", refused(20429, "Too Many Requests", 429), True, "20429"),
        ("500 Oops", b"<html>broken</html>", True, "500"),
        ("503 Busy", refused(20503, "Service Unavailable", 503), True, "20503"),
        ("400 Bad", {"type": "u", "title": "Bad", "status": 400, "code": 21211}, False, "21211: Bad"),
        ("201 Created", b"<html>", False, "could not be read"),
        ("201 Created", b"[]", False, "could not be read"),
    ],
)
def test_twilio_refusals(
    listener: Listener, status: str, body: bytes | dict[str, object], temporary: bool, told: str
) -> None:
    listener.answer(status, body)
    with pytest.raises(NotifyError, match=told) as caught:
        twilio(listener).send(Sms(TO, "hello"))
    assert caught.value.temporary is temporary
    assert "secret" not in str(caught.value)
    assert len(listener.requests) == 1


def test_a_slow_twilio_holds_nobody(listener: Listener) -> None:
    listener.answer("201 Created", MESSAGE)
    listener.hold = True
    slow = gevent.spawn(twilio(listener, timeout_s=0.2).send, Sms(TO, "hello"))
    slow.join(timeout=20)
    assert isinstance(slow.exception, NotifyError)
    assert slow.exception.temporary
    assert slow.exception.maybe_sent


def test_no_twilio_there() -> None:
    with pytest.raises(NotifyError, match="No connection") as caught:
        TwilioGateway("AC", "t", sender="+1", base_url=f"http://127.0.0.1:{free_port()}").send(
            Sms(TO, "hello")
        )
    assert caught.value.temporary
    assert not caught.value.maybe_sent


def test_a_form_cannot_be_forged(listener: Listener) -> None:
    listener.answer("200 OK", {"messages": [{"id": 4711}]})
    gateway = HttpGateway(
        listener.url + "/send?to={to}&text={text}",
        fields={"user": "u", "to": "{to_digits}", "message": "[{text}]", "from": "{sender}"},
        headers={"X-Key": "k"},
        username="u",
        password="p",
        sender="Practice",
        id_path="messages.0.id",
    )
    assert gateway.send(Sms(TO, HOSTILE)).provider_id == "4711"
    (request,) = listener.requests
    assert request.form == {"user": "u", "to": "34650123456", "message": f"[{HOSTILE}]", "from": "Practice"}
    assert parse_qsl(request.query) == [("to", TO), ("text", HOSTILE)]
    assert request.headers["x-key"] == "k"
    assert "x-forged" not in request.headers
    assert request.headers["authorization"] == "Basic " + base64.b64encode(b"u:p").decode()


def test_json_cannot_be_forged(listener: Listener) -> None:
    listener.answer("202 Accepted", b"OK: id=abc-1;")
    gateway = HttpGateway(
        listener.url,
        body="json",
        fields={"messages": [{"to": ["{to}"], "text": "{text}", "flash": False, "n": 1, "x": None}]},
        id_pattern=r"id=([\w-]+)",
    )
    assert gateway.send(Sms(TO, HOSTILE)).provider_id == "abc-1"
    (request,) = listener.requests
    assert json.loads(request.body) == {
        "messages": [{"to": [TO], "text": HOSTILE, "flash": False, "n": 1, "x": None}]
    }
    assert request.headers["content-type"] == "application/json"


def test_get_has_no_body(listener: Listener) -> None:
    listener.answer("200 OK", b"fine")
    receipt = HttpGateway(listener.url + "/{to_digits}?m={text}", method="GET").send(Sms(TO, "a b/ü"))
    (request,) = listener.requests
    assert (request.method, request.path, request.body) == ("GET", "/34650123456", b"")
    assert parse_qsl(request.query) == [("m", "a b/ü")]
    assert (receipt.provider_id, receipt.detail) == ("", "fine")


@pytest.mark.parametrize(
    ("status", "body", "temporary", "told"),
    [
        ("400 Bad Request", b"bad  number", False, "400: bad number"),
        ("302 Found", b"", False, "has moved"),
        ("429 Too Many Requests", b"", True, "429"),
        ("502 Bad Gateway", b"", True, "502"),
        ("200 OK", b"ERROR 17: no credit", False, "did not report success: ERROR 17"),
        ("200 OK", b"x" * 100_000, False, "more than 65536 bytes"),
    ],
)
def test_http_refusals(listener: Listener, status: str, body: bytes, temporary: bool, told: str) -> None:
    listener.answer(status, body, Location=listener.url + "/elsewhere")
    with pytest.raises(NotifyError, match=told) as caught:
        HttpGateway(listener.url, success_pattern="^OK").send(Sms(TO, "hello"))
    assert caught.value.temporary is temporary
    assert len(listener.requests) == 1


@pytest.mark.parametrize("body", [b"", b"[]", b'{"messages": {}}', b"not json", b"[" * 50_000])
def test_an_id_that_is_not_there_fails_nothing(listener: Listener, body: bytes) -> None:
    listener.answer("200 OK", body)
    assert HttpGateway(listener.url, id_path="messages.0.id").send(Sms(TO, "hello")).provider_id == ""


def test_a_server_that_drips_is_cut_off() -> None:
    """Each byte resets a read timeout; the deadline of the whole exchange does not care."""
    server = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        connection, _ = server.accept()
        with connection:
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            while True:
                connection.sendall(b"x")
                gevent.sleep(0.02)

    dripping = gevent.spawn(drip)
    with pytest.raises(HttpExchangeError, match="did not answer within") as caught:
        exchange("GET", f"http://127.0.0.1:{server.getsockname()[1]}/", timeout_s=0.3)
    assert caught.value.maybe_sent
    dripping.kill()
    server.close()


def test_a_connection_that_breaks_may_have_been_heard() -> None:
    server = socket.create_server(("127.0.0.1", 0))

    def hang_up() -> None:
        connection, _ = server.accept()
        connection.recv(1000)
        connection.close()

    gevent.spawn(hang_up)
    with pytest.raises(HttpExchangeError, match="broke") as caught:
        exchange("POST", f"http://127.0.0.1:{server.getsockname()[1]}/", body=b"x")
    assert caught.value.temporary
    assert caught.value.maybe_sent
    server.close()


@pytest.mark.parametrize(
    ("url", "headers"),
    [
        ("no-scheme", {}),
        ("http://127.0.0.1:99999999/", {}),
        ("http://[::1/", {}),
        ("http://127.0.0.1:1/", {"X": "a\r\nY: b"}),
        ("http://127.0.0.1:1/", {"X": "日"}),
    ],
)
def test_a_malformed_request_is_permanent(url: str, headers: dict[str, str]) -> None:
    with pytest.raises(HttpExchangeError) as caught:
        exchange("GET", url, headers=headers)
    assert not caught.value.temporary
    assert not caught.value.maybe_sent


def test_errors_do_not_show_what_the_url_holds() -> None:
    with pytest.raises(HttpExchangeError) as caught:
        exchange("GET", f"http://user:swordfish@127.0.0.1:{free_port()}/path?key=swordfish")
    assert "swordfish" not in str(caught.value)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
