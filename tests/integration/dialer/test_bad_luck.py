"""Connections that break, switches that die: no alarm is lost and nobody is called twice for one attempt."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Callable

import gevent
from house import House, number

from engine.ivr.author import Draft, play, rating
from engine.simulator.simulator import Simulator
from models.statuses import AlarmStatus, Outcome

MakeHouse = Callable[..., House]

SLOW = Draft("Slow", [play("hello", "Please listen. " * 6), rating("ask", "Press 1.", up_to=3)])


def once_each(simulator: Simulator) -> bool:
    """Whether every channel was originated once."""
    return set(Counter(one.uuid for one in simulator.originated).values()) <= {1}


def test_a_connection_that_breaks_in_the_middle_of_calls(make_house: MakeHouse, simulator: Simulator) -> None:
    house = make_house(SLOW)
    alarms = [house.alarm(number("1001")) for _ in range(5)]
    engine = house.engine()
    house.until(lambda: len(simulator.live) == 5, "all calls are up")
    assert simulator.drop_connections() >= 3
    for alarm_id in alarms:
        alarm = house.ended(alarm_id)
        assert (alarm.status, alarm.result) == (AlarmStatus.SUCCESS, 1)
        assert len(house.calls(alarm_id)) == 1
    assert once_each(simulator)
    house.until(lambda: engine.dialer.live == 0, "every slot is free again")


def test_connections_that_keep_breaking(make_house: MakeHouse, simulator: Simulator) -> None:
    house = make_house(SLOW)
    alarms = [house.alarm(number("1001"), maxretry=5) for _ in range(5)]
    house.engine()
    for _ in range(4):
        gevent.sleep(0.3)
        simulator.drop_connections()
    for alarm_id in alarms:
        assert house.ended(alarm_id).status is AlarmStatus.SUCCESS
    assert once_each(simulator)


def test_a_switch_that_dies_loses_its_calls_but_no_alarm(make_house: MakeHouse, simulator: Simulator) -> None:
    house = make_house(SLOW)
    patient = house.alarm(number("1001"), maxretry=1)
    last = house.alarm(number("1001"), phonenumber_sms_failure=number("0142"))
    house.engine()
    house.until(lambda: len(simulator.live) == 2, "the calls are up")
    simulator.die()
    assert house.ended(patient).status is AlarmStatus.SUCCESS
    assert [attempt.outcome for attempt in house.attempts(patient)] == [Outcome.LOST, Outcome.ANSWERED]
    ended = house.ended(last)
    assert (ended.status, ended.outcome) == (AlarmStatus.FAILURE, Outcome.LOST)
    assert len(house.messages(last)) == 1
    assert once_each(simulator)


def test_an_engine_that_stops_leaves_its_calls_to_the_next_one(
    make_house: MakeHouse, simulator: Simulator
) -> None:
    house = make_house(SLOW)
    alarm_id = house.alarm(number("1001"))
    first = house.engine()
    house.until(lambda: simulator.live, "the call is up")
    assert not first.stop(0)
    house.engines.remove(first)
    assert simulator.live
    house.engine()
    alarm = house.ended(alarm_id)
    assert (alarm.status, alarm.result) == (AlarmStatus.SUCCESS, 1)
    assert len(simulator.originated) == 1


def test_kill_and_start_again_and_again(make_house: MakeHouse, simulator: Simulator) -> None:
    """Twenty alarms, an engine killed three times: every alarm ends, and no attempt is originated twice."""
    house = make_house(SLOW)
    alarms = [house.alarm(number("1001"), maxretry=3) for _ in range(20)]
    for _ in range(3):
        process = house.process()
        seen = len(simulator.originated)
        house.until(lambda seen=seen: len(simulator.originated) > seen or not simulator.live, "it works")
        gevent.sleep(0.3)
        process.send_signal(signal.SIGKILL)
        process.wait()
    house.process()
    for alarm_id in alarms:
        assert house.ended(alarm_id).status is AlarmStatus.SUCCESS
    assert once_each(simulator)
    assert len(simulator.originated) == sum(len(house.calls(alarm_id)) for alarm_id in alarms)


def test_sigterm_drains(make_house: MakeHouse, simulator: Simulator) -> None:
    house = make_house(SLOW)
    alarm_id = house.alarm(number("1001"))
    process = house.process()
    house.until(lambda: simulator.live, "the call is up")
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=30) == 0
    alarm = house.ended(alarm_id)
    assert (alarm.status, alarm.result) == (AlarmStatus.SUCCESS, 1)
    assert simulator.live == []
