"""The outbox against a real HTTP listener: accepted, told to wait, broken, refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from gevent.pywsgi import WSGIServer
from house import House, number

from engine.notify import retry
from engine.notify.retry import RetryPolicy
from models import SmsGateway
from models.statuses import AlarmMethod, AlarmStatus, Outcome, SmsGatewayKind, SmsStatus


class Provider:
    """An SMS provider on loopback that answers as it is told, then with 200."""

    def __init__(self) -> None:
        self.answers: list[tuple[str, dict[str, str]]] = []
        self.seen: list[dict[str, Any]] = []
        self._server = WSGIServer(("127.0.0.1", 0), self._serve, log=None)
        self._server.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/send"

    def stop(self) -> None:
        self._server.stop(timeout=1)

    def _serve(self, environ: dict[str, Any], start: Any) -> list[bytes]:
        self.seen.append(json.loads(environ["wsgi.input"].read()))
        status, headers = self.answers.pop(0) if self.answers else ("200 OK", {})
        start(status, [("Content-Type", "application/json"), *headers.items()])
        return [json.dumps({"id": f"m{len(self.seen)}"}).encode()]


@pytest.fixture
def provider(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    """A provider that the house sends by; retries wait for a hundredth of a second."""
    quick = RetryPolicy(max_attempts=3, first_delay_s=0.01, cap_s=0.01, jitter=0)
    monkeypatch.setattr(
        "engine.dialer.outbox.retry.next_delay_s",
        lambda attempt, asked, rng: retry_delay(attempt, asked, rng, quick),
    )
    provider = Provider()
    with house.session() as session:
        gateway = session.query(SmsGateway).one()
        gateway.kind = SmsGatewayKind.HTTP
        gateway.base_url = provider.url
        gateway.config = {"body": "json", "fields": {"to": "{to}", "text": "{text}"}, "id_path": "id"}
        session.commit()
    yield provider
    provider.stop()


retry_delay = retry.next_delay_s


def test_it_is_sent_once_and_its_id_is_kept(house: House, provider: Provider) -> None:
    alarm_id = house.alarm(number("1001"), method=AlarmMethod.SMS)
    house.engine()
    alarm = house.ended(alarm_id)
    assert (alarm.status, alarm.outcome) == (AlarmStatus.SUCCESS, Outcome.SENT)
    (message,) = house.messages(alarm_id)
    assert (message.provider_id, message.status, message.attempts) == ("m1", SmsStatus.SENT, 1)
    assert provider.seen[0]["to"] == number("1001")
    assert "appointment" in provider.seen[0]["text"]


def test_a_busy_and_a_broken_provider_are_tried_again(house: House, provider: Provider) -> None:
    provider.answers = [("429 Too Many Requests", {}), ("503 Service Unavailable", {})]
    alarm_id = house.alarm(number("1001"), method=AlarmMethod.SMS)
    house.engine()
    assert house.ended(alarm_id).status is AlarmStatus.SUCCESS
    (message,) = house.messages(alarm_id)
    assert (message.attempts, message.provider_id) == (3, "m3")


def test_a_provider_that_stays_broken_fails_the_alarm(house: House, provider: Provider) -> None:
    provider.answers = [("503 Service Unavailable", {})] * 9
    alarm_id = house.alarm(number("1001"), method=AlarmMethod.SMS)
    house.engine()
    alarm = house.ended(alarm_id)
    assert (alarm.status, alarm.outcome) == (AlarmStatus.FAILURE, Outcome.MESSAGE_FAILED)
    assert len(provider.seen) == 3


def test_a_refusal_is_final(house: House, provider: Provider) -> None:
    provider.answers = [("400 Bad Request", {})]
    alarm_id = house.alarm(number("1001"), method=AlarmMethod.SMS)
    house.engine()
    assert house.ended(alarm_id).outcome is Outcome.MESSAGE_FAILED
    (message,) = house.messages(alarm_id)
    assert (message.status, len(provider.seen)) == (SmsStatus.FAILED, 1)
    assert "400" in message.status_message
