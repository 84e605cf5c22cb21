"""Counting calls and spacing them."""

import pytest

from engine.dialer.pacing import Pacing, Rate, Slot


def test_a_slot_is_taken_and_given_back() -> None:
    pacing = Pacing()
    slot = Slot(calendar_id=1, gateway_id=2)
    pacing.take(slot)
    pacing.take(slot)
    assert (pacing.live, pacing.calendars[1], pacing.gateways[2]) == (2, 2, 2)
    pacing.release(slot)
    pacing.release(slot)
    assert (pacing.live, dict(pacing.calendars), dict(pacing.gateways)) == (0, {}, {})


def test_a_rate_spaces_calls_evenly() -> None:
    rate = Rate(per_second=4)
    moments = []
    for _ in range(5):
        moment = rate.free_at(100.0)
        rate.take(moment)
        moments.append(moment)
    assert moments == pytest.approx([100.0, 100.25, 100.5, 100.75, 101.0])


def test_silence_is_not_saved_up() -> None:
    rate = Rate(per_second=4)
    rate.take(100.0)
    assert rate.free_at(500.0) == 500.0
    rate.take(500.0)
    assert rate.free_at(500.0) == pytest.approx(500.25)


def test_no_rate_never_waits() -> None:
    rate = Rate(per_second=0)
    rate.take(1.0)
    assert rate.free_at(1.0) == 1.0


def test_a_changed_limit_holds_at_once() -> None:
    pacing = Pacing()
    assert pacing.rate(1, 2.0) is pacing.rate(1, 2.0)
    assert pacing.rate(1, 5.0).per_second == 5.0
