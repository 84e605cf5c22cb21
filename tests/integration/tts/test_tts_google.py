"""The cloud engine against a listener that behaves like Google's."""

from __future__ import annotations

import base64
import json
from array import array
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from gevent.pywsgi import WSGIServer

from engine.errors import TtsError
from engine.tts.engines.google import GoogleCloud
from engine.tts.resample import RATE_HZ, samples_of, wav

SOUND = wav(array("h", [7, 8, 9]))


class Listener:
    """Answers with ``status`` and ``answer``, and keeps what it was asked."""

    def __init__(self) -> None:
        self.status = "200 OK"
        self.answer: bytes = json.dumps({"audioContent": base64.b64encode(SOUND).decode()}).encode()
        self.asked: dict[str, Any] = {}
        self.key = ""
        self.path = ""

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
        self.path = environ["PATH_INFO"]
        self.key = environ.get("HTTP_X_GOOG_API_KEY", "")
        self.asked = json.loads(environ["wsgi.input"].read())
        start_response(self.status, [("Content-Type", "application/json")])
        return [self.answer]


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture
def google(listener: Listener) -> Iterator[GoogleCloud]:
    server = WSGIServer(("127.0.0.1", 0), listener, log=None)
    server.start()
    yield GoogleCloud("key", base_url=f"http://127.0.0.1:{server.server_port}/")
    server.stop(timeout=1)


def test_what_is_asked_and_what_comes_back(google: GoogleCloud, listener: Listener) -> None:
    assert google.synthesise("Hello", "en-GB-Standard-A", "en-GB") == SOUND
    assert (listener.path, listener.key) == ("/v1/text:synthesize", "key")
    assert listener.asked["input"] == {"text": "Hello"}
    assert listener.asked["voice"] == {"languageCode": "en-GB", "name": "en-GB-Standard-A"}
    assert listener.asked["audioConfig"]["sampleRateHertz"] == RATE_HZ
    google.synthesise("Hallo", None, "de")
    assert listener.asked["voice"] == {"languageCode": "de-DE"}


def test_the_service_may_append_other_chunks(google: GoogleCloud, listener: Listener) -> None:
    listener.answer = json.dumps(
        {"audioContent": base64.b64encode(SOUND + b"LIST\4\0\0\0abcd").decode()}
    ).encode()
    assert samples_of(google.synthesise("Hello", None, "en"))[0] == array("h", [7, 8, 9])


@pytest.mark.parametrize(
    ("status", "answer", "told"),
    [
        ("403 Forbidden", b'{"error": {"message": "API key not valid"}}', "403: API key not valid"),
        ("500 Oops", b"<html>", "500: it gave no reason"),
        ("200 OK", b"<html>", "without sound"),
        ("200 OK", b'{"audioContent": "!!"}', "without sound"),
        ("200 OK", b"[]", "without sound"),
        ("200 OK", b'{"audioContent": 7}', "without sound"),
    ],
)
def test_a_refusal_is_named(
    google: GoogleCloud, listener: Listener, status: str, answer: bytes, told: str
) -> None:
    listener.status, listener.answer = status, answer
    with pytest.raises(TtsError, match=told):
        google.synthesise("Hello", None, "en")


def test_no_service_there() -> None:
    with pytest.raises(TtsError, match="cannot be reached"):
        GoogleCloud("key", base_url="http://127.0.0.1:1").synthesise("Hello", None, "en")
    with pytest.raises(TtsError, match="5000 bytes"):
        GoogleCloud("key", base_url="http://127.0.0.1:1").synthesise("ü" * 2501, None, "en")
