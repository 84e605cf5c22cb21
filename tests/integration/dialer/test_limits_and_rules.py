"""Limits hold, rules are kept, and refusals are recorded with their reasons."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

from house import House, number
from sqlalchemy import select

from engine.simulator.simulator import Simulator
from models import (
    Alarm,
    Calendar,
    CalendarSetting,
    DncContact,
    DncList,
    Event,
    GateRefusal,
    Gateway,
    SmsTemplate,
)
from models.statuses import AlarmMethod, AlarmStatus, EventStatus, GatewayStatus, Outcome, SmsStatus


def refusals(house: House, alarm_id: int) -> set[str]:
    with house.session() as session:
        return set(session.scalars(select(GateRefusal.reason).where(GateRefusal.alarm_id == alarm_id)))


def test_a_calendars_limit_is_never_exceeded(house: House, simulator: Simulator) -> None:
    house.change(Calendar, house.calendar_id, max_concurrent=2)
    alarms = [house.alarm(number("1001")) for _ in range(7)]
    house.engine()
    assert {house.ended(alarm_id).status for alarm_id in alarms} == {AlarmStatus.SUCCESS}
    assert simulator.load.peak == 2
    assert any("calendar_full" in refusals(house, alarm_id) for alarm_id in alarms)


def test_a_gateways_limit_is_never_exceeded(house: House, simulator: Simulator) -> None:
    house.change(Gateway, house.gateway_id, maximum_call=3)
    alarms = [house.alarm(number("1001")) for _ in range(8)]
    house.engine()
    assert {house.ended(alarm_id).status for alarm_id in alarms} == {AlarmStatus.SUCCESS}
    assert simulator.load.peak == 3


def test_calls_per_second_are_spaced(house: House) -> None:
    house.change(Gateway, house.gateway_id, calls_per_second=5)
    alarms = [house.alarm(number("1001")) for _ in range(6)]
    house.engine()
    for alarm_id in alarms:
        house.ended(alarm_id)
    sent = sorted(house.calls(alarm_id)[0].call_time for alarm_id in alarms)
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(sent)]
    assert min(gaps) >= 0.19
    assert (sent[-1] - sent[0]).total_seconds() >= 0.99


def test_the_engines_own_limit(house: House, simulator: Simulator) -> None:
    alarms = [house.alarm(number("1001")) for _ in range(9)]
    house.engine(max_calls=4)
    for alarm_id in alarms:
        house.ended(alarm_id)
    assert simulator.load.peak == 4


def test_outside_the_window_waits_and_says_when(house: House, simulator: Simulator) -> None:
    now = datetime.now(UTC)
    opens = (now + timedelta(hours=2)).time().replace(microsecond=0)
    closes = (now + timedelta(hours=3)).time().replace(microsecond=0)
    alarm_id = house.alarm(
        number("1001"), event={"end": now + timedelta(days=1)}, daily_start=opens, daily_stop=closes
    )
    house.engine()
    house.until(lambda: "outside_window" in refusals(house, alarm_id), "refused")
    with house.session() as session:
        alarm = session.get_one(Alarm, alarm_id)
    assert alarm.status is AlarmStatus.PENDING
    assert alarm.due_at is not None
    assert alarm.due_at.time() == opens
    assert simulator.originated == []


def test_a_window_that_opens_after_the_event_expires_the_alarm(house: House, simulator: Simulator) -> None:
    now = datetime.now(UTC)
    opens = (now + timedelta(hours=5)).time()
    alarm_id = house.alarm(
        number("1001"),
        event={"end": now + timedelta(minutes=5)},
        daily_start=opens,
        daily_stop=opens.replace(microsecond=(opens.microsecond + 1) % 1_000_000),
    )
    house.engine(grace_s=60)
    alarm = house.ended(alarm_id)
    assert (alarm.status, alarm.outcome) == (AlarmStatus.FAILURE, Outcome.EXPIRED)
    assert simulator.originated == []


def test_advance_notice_calls_ahead(house: House) -> None:
    soon = datetime.now(UTC) + timedelta(hours=1)
    alarm_id = house.alarm(number("1001"), date_start_notice=soon, advance_notice=3600)
    later = house.alarm(number("1001"), date_start_notice=soon)
    house.engine()
    assert house.ended(alarm_id).status is AlarmStatus.SUCCESS
    assert house.attempts(later) == []


def test_what_is_long_past_expires(house: House, simulator: Simulator) -> None:
    past = datetime.now(UTC) - timedelta(days=2)
    alarm_id = house.alarm(number("1001"), date_start_notice=past, event={"start": past, "end": past})
    useful = house.alarm(number("1001"), date_start_notice=past)  # its event is still ahead
    house.engine()
    assert house.ended(alarm_id).outcome is Outcome.EXPIRED
    assert house.ended(useful).status is AlarmStatus.SUCCESS
    assert len(simulator.originated) == 1


def test_do_not_call_however_the_number_is_written(house: House, simulator: Simulator) -> None:
    with house.session() as session:
        listed = DncList(name="no", user_id=house.manager_id)
        session.add(listed)
        session.flush()
        session.add(DncContact(dnc_id=listed.id, phone_number=number("1001")))
        session.commit()
    alarm_id = house.alarm("+1 (202) 555-1001", phonenumber_sms_failure=number("0142"))
    house.engine()
    alarm = house.ended(alarm_id)
    assert (alarm.status, alarm.outcome) == (AlarmStatus.FAILURE, Outcome.CANCELLED)
    assert house.messages(alarm_id) == []
    assert simulator.originated == []


def test_a_paused_event_waits_until_it_goes_on(house: House, simulator: Simulator) -> None:
    alarm_id = house.alarm(number("1001"), event={"status": EventStatus.PAUSED})
    engine = house.engine()
    house.until(lambda: "event_paused" in refusals(house, alarm_id), "refused")
    assert simulator.originated == []
    with house.session() as session:
        alarm = session.get_one(Alarm, alarm_id)
        session.get_one(Event, alarm.event_id).status = EventStatus.PENDING
        alarm.due_at = datetime.now(UTC)
        session.commit()
    engine.dialer.wake()
    assert house.ended(alarm_id).status is AlarmStatus.SUCCESS


def test_an_inactive_gateway_gives_way_to_its_failover(house: House, simulator: Simulator) -> None:
    with house.session() as session:
        spare = Gateway(name="spare", gateways="sofia/gateway/spare/")
        session.add(spare)
        session.flush()
        first = session.get_one(Gateway, house.gateway_id)
        first.failover_id, first.status = spare.id, GatewayStatus.INACTIVE
        session.commit()
    alarm_id = house.alarm(number("1001"))
    house.engine()
    assert house.ended(alarm_id).status is AlarmStatus.SUCCESS
    assert simulator.load.peak_by_gateway["spare"] == 1


def test_prefixes_are_removed_and_added(house: House, simulator: Simulator) -> None:
    house.change(Gateway, house.gateway_id, removeprefix="+1,+", addprefix="9")
    alarm_id = house.alarm(number("1001"))
    house.engine()
    house.ended(alarm_id)
    assert [one.number for one in simulator.originated] == ["9" + number("1001").removeprefix("+1")]


def test_unallocated_numbers_are_not_retried(house: House) -> None:
    alarm_id = house.alarm(number("2004"), maxretry=5)
    house.engine()
    alarm = house.ended(alarm_id)
    assert (alarm.outcome, alarm.num_attempt) == (Outcome.UNALLOCATED, 1)


def test_an_sms_alarm_sends_its_template(house: House, simulator: Simulator) -> None:
    with house.session() as session:
        template = SmsTemplate(
            label="x", template_key="x", sms_text="Dear {name}, see you {missing|default('soon')}."
        )
        session.add(template)
        session.commit()
    alarm_id = house.alarm(
        number("1001"), data={"name": "Ada"}, method=AlarmMethod.SMS, sms_template_id=template.id
    )
    house.engine()
    alarm = house.ended(alarm_id)
    assert (alarm.status, alarm.outcome) == (AlarmStatus.SUCCESS, Outcome.SENT)
    (message,) = house.messages(alarm_id)
    assert (message.text, message.status) == ("Dear Ada, see you soon.", SmsStatus.SENT)
    assert simulator.originated == []


def test_an_sms_alarm_without_a_gateway_says_so(house: House) -> None:
    house.change(CalendarSetting, house.setting_id, sms_gateway_id=None)
    alarm_id = house.alarm(number("1001"), method=AlarmMethod.SMS)
    house.engine()
    alarm = house.ended(alarm_id)
    assert "sms_gateway" in (alarm.reason or "")


def test_an_event_is_completed_when_its_alarms_have_ended(house: House) -> None:
    alarm_id = house.alarm(number("1001"))
    house.engine()
    alarm = house.ended(alarm_id)
    with house.session() as session:
        assert session.get_one(Event, alarm.event_id).status is EventStatus.COMPLETED


def test_midnight_is_a_time_like_any_other(house: House) -> None:
    alarm_id = house.alarm(number("1001"), daily_start=time(0), daily_stop=time(0))
    house.engine()
    assert house.ended(alarm_id).status is AlarmStatus.SUCCESS
