"""The gate: one question, every way to say no, and the order in which it says it."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from engine.dialer.gate import Question, Reason, judge
from models.statuses import EventStatus, Outcome

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
FINE = Question(
    now=NOW,
    event_status=EventStatus.PENDING,
    useful_until=NOW + timedelta(hours=2),
    number="+12025550100",
    data_error=None,
    has_setting=True,
    do_not_call=False,
    daily_start=time(9),
    daily_stop=time(17),
    zone="UTC",
    gateway_active=True,
    switch_up=True,
    calendar_calls=0,
    calendar_limit=1,
    gateway_calls=0,
    gateway_limit=1,
    gateway_free_at=NOW,
)


def test_a_call_that_may_go_is_not_refused() -> None:
    assert judge(FINE) is None


def test_no_limit_is_no_limit() -> None:
    busy = replace(FINE, calendar_calls=999, calendar_limit=0, gateway_calls=999, gateway_limit=0)
    assert judge(busy) is None


@pytest.mark.parametrize(
    ("change", "reason", "outcome"),
    [
        ({"number": None}, Reason.NO_NUMBER, Outcome.INVALID),
        ({"has_setting": False}, Reason.NO_SETTING, Outcome.INVALID),
        ({"data_error": "event 7: data is not JSON"}, Reason.BAD_DATA, Outcome.INVALID),
        ({"zone": "Mars/Olympus"}, Reason.BAD_ZONE, Outcome.INVALID),
        ({"do_not_call": True}, Reason.DO_NOT_CALL, Outcome.CANCELLED),
        ({"event_status": EventStatus.COMPLETED}, Reason.EVENT_COMPLETED, Outcome.CANCELLED),
        ({"useful_until": NOW - timedelta(seconds=1)}, Reason.TOO_LATE, Outcome.EXPIRED),
    ],
)
def test_what_will_not_change_is_final(change: dict[str, object], reason: Reason, outcome: Outcome) -> None:
    refusal = judge(replace(FINE, **change))
    assert refusal is not None
    assert (refusal.reason, refusal.outcome, refusal.next_at) == (reason, outcome, None)
    assert refusal.text


@pytest.mark.parametrize(
    ("change", "reason", "waits"),
    [
        ({"event_status": EventStatus.PAUSED}, Reason.EVENT_PAUSED, False),
        ({"switch_up": False}, Reason.SWITCH_DOWN, False),
        ({"gateway_active": False}, Reason.GATEWAY_INACTIVE, False),
        ({"calendar_calls": 1}, Reason.CALENDAR_FULL, True),
        ({"gateway_calls": 1}, Reason.GATEWAY_FULL, True),
    ],
)
def test_what_may_change_has_a_next_moment(change: dict[str, object], reason: Reason, waits: bool) -> None:
    refusal = judge(replace(FINE, **change))
    assert refusal is not None
    assert refusal.reason is reason
    assert refusal.next_at is not None
    assert refusal.waits_for_room is waits


def test_outside_the_window_waits_for_its_opening() -> None:
    night = replace(FINE, now=NOW.replace(hour=3), useful_until=NOW)
    refusal = judge(night)
    assert refusal is not None
    assert (refusal.reason, refusal.next_at) == (Reason.OUTSIDE_WINDOW, NOW.replace(hour=9))


def test_a_window_that_opens_too_late_expires_the_alarm() -> None:
    evening = replace(FINE, now=NOW.replace(hour=20), useful_until=NOW.replace(hour=22))
    refusal = judge(evening)
    assert refusal is not None
    assert (refusal.reason, refusal.outcome) == (Reason.TOO_LATE, Outcome.EXPIRED)


def test_too_fast_waits_for_its_own_moment() -> None:
    moment = NOW + timedelta(milliseconds=250)
    refusal = judge(replace(FINE, gateway_free_at=moment))
    assert refusal is not None
    assert (refusal.reason, refusal.next_at) == (Reason.TOO_FAST, moment)


def test_what_is_final_comes_before_what_is_not() -> None:
    refusal = judge(replace(FINE, switch_up=False, do_not_call=True))
    assert refusal is not None
    assert refusal.reason is Reason.DO_NOT_CALL
