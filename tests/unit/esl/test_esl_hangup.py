"""How calls ended, read from recordings of a real switch."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from engine.esl import hangup
from engine.esl.wire import Event, Parser

DATA = Path(__file__).parents[2] / "data" / "esl"
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def last_event(name: str) -> Event:
    events = [message.event() for message in Parser().feed((DATA / name).read_bytes())]
    found = events[-1] or events[-2]
    assert found is not None
    return found


def test_busy() -> None:
    ended = hangup.from_event(last_event("busy.plain.raw"))
    assert (ended.cause, ended.q850, ended.sip_status, ended.source) == ("USER_BUSY", 17, 486, "channel")
    assert not ended.answered
    assert ended.answered_at is None
    assert ended.billsec == 0
    assert ended.ended_at is not None


@pytest.mark.parametrize("name", ["keys.plain.raw", "keys.json.raw", "hangup-in-playback.plain.raw"])
def test_an_answered_call(name: str) -> None:
    ended = hangup.from_event(last_event(name))
    assert (ended.cause, ended.q850, ended.answered) == ("NORMAL_CLEARING", 16, True)
    assert ended.started_at is not None
    assert ended.answered_at is not None
    assert ended.ended_at is not None
    assert ended.started_at.tzinfo is UTC
    assert ended.started_at <= ended.answered_at <= ended.ended_at
    assert ended.ended_at - ended.answered_at < timedelta(seconds=10)
    assert ended.billsec == round((ended.ended_at - ended.answered_at).total_seconds())


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        ("-ERR USER_BUSY\n", "USER_BUSY"),
        ("-ERR INVALID_GATEWAY", "INVALID_GATEWAY"),
        ("-ERR", "UNKNOWN"),
        ("", "UNKNOWN"),
        ("-ERR no such thing\n", "no"),
    ],
)
def test_a_job_that_failed(body: str, cause: str) -> None:
    ended = hangup.from_job(body, NOW)
    assert (ended.cause, ended.source, ended.answered, ended.ended_at) == (cause, "job", False, NOW)


@pytest.mark.parametrize("value", ["", "x", "-1", "9" * 40, "²", "0"])
def test_a_time_that_is_none(value: str) -> None:
    event = Event(
        f"\nEvent-Name: CHANNEL_HANGUP_COMPLETE\nCaller-Channel-Answered-Time: {value}\n\n".encode()
    )
    ended = hangup.from_event(event)
    assert ended.answered_at is None
    assert ended.cause == "UNKNOWN"
