"""Windows in the callee's own time, at the edges where clocks and calendars misbehave."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.dialer import window
from engine.errors import ZoneError

PARIS = ZoneInfo("Europe/Paris")
NINE, FIVE = time(9), time(17)


def at(text: str, zone: ZoneInfo = PARIS) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def test_an_open_window_opens_now() -> None:
    now = at("2026-03-10 12:00")
    assert window.next_open(now, NINE, FIVE, PARIS) == now


def test_both_ends_belong_to_the_window() -> None:
    assert window.is_open(time(9), NINE, FIVE)
    assert window.is_open(time(17), NINE, FIVE)
    assert not window.is_open(time(17, 0, 1), NINE, FIVE)


def test_before_it_opens_today_and_after_it_tomorrow() -> None:
    assert window.next_open(at("2026-03-10 03:00"), NINE, FIVE, PARIS) == at("2026-03-10 09:00")
    assert window.next_open(at("2026-03-10 20:00"), NINE, FIVE, PARIS) == at("2026-03-11 09:00")


def test_it_is_the_callees_clock_that_counts() -> None:
    now = datetime(2026, 3, 10, 16, 0, tzinfo=UTC)  # 17:00 in Paris, 01:00 in Tokyo
    assert window.next_open(now, NINE, FIVE, PARIS) == now
    assert window.next_open(now, NINE, FIVE, ZoneInfo("Asia/Tokyo")) == datetime(2026, 3, 11, tzinfo=UTC)


def test_a_window_may_cross_midnight() -> None:
    late, early = time(22), time(2)
    assert window.is_open(time(23, 30), late, early)
    assert window.is_open(time(1), late, early)
    assert window.next_open(at("2026-03-10 12:00"), late, early, PARIS) == at("2026-03-10 22:00")


def test_equal_ends_mean_the_whole_day() -> None:
    now = at("2026-03-10 03:00")
    assert window.next_open(now, time(0), time(0), PARIS) == now


def test_an_opening_inside_the_missing_hour_comes_after_it() -> None:
    # In Paris, 29 March 2026 has no 02:30.
    opens = window.next_open(at("2026-03-29 00:30"), time(2, 30), time(8), PARIS)
    assert opens == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert opens.astimezone(PARIS).time() == time(3, 30)


def test_the_repeated_hour_opens_at_its_first_pass() -> None:
    # In Paris, 25 October 2026 has 02:30 twice; the first is still summer time.
    assert window.next_open(at("2026-10-25 01:00"), time(2, 30), time(8), PARIS) == datetime(
        2026, 10, 25, 0, 30, tzinfo=UTC
    )


def test_an_unknown_zone_is_named() -> None:
    with pytest.raises(ZoneError, match="Europe/Atlantis"):
        window.zone("Europe/Atlantis")
    with pytest.raises(ZoneError):
        window.zone("../etc/passwd")


@given(
    now=st.datetimes(datetime(2000, 1, 1), datetime(2050, 1, 1)),  # noqa: DTZ001 - made aware below
    start=st.times(),
    stop=st.times(),
    zone=st.sampled_from(
        ["UTC", "Europe/Paris", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"]
    ),
)
def test_the_next_opening_is_never_past_and_within_two_days(
    now: datetime, start: time, stop: time, zone: str
) -> None:
    now = now.replace(tzinfo=UTC)
    opens = window.next_open(now, start, stop, ZoneInfo(zone))
    assert now <= opens
    assert (opens - now).total_seconds() <= 49 * 3600
