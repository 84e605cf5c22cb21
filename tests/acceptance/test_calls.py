"""What must work on every switch, told by what the database says afterwards."""

from __future__ import annotations

import signal
import wave
from collections.abc import Callable

import pytest
import switches
from house import House, number

from engine.clock import SystemClock
from engine.esl.switch import Switch
from engine.ivr.author import Draft, hang_up, play, rating, record, transfer
from models import AlarmRequest, CalendarSetting, CallDetailRecord, CallRequest, Gateway
from models.statuses import AlarmStatus, CallRequestStatus, Disposition, Outcome, SmsStatus

MakeHouse = Callable[[Draft], House]

REMINDER = Draft(
    "Reminder",
    [
        rating(
            "ask",
            "Hello {first_name}. You have an appointment at the practice tomorrow. Press 1 to confirm.",
            up_to=3,
            timeout=6,
            labels={1: "confirmed", 2: "cancelled"},
            goto={"any": "bye", "timeout": "bye"},
        ),
        hang_up("bye", "Goodbye."),
    ],
)


def test_answered_and_a_key_pressed(make_house: MakeHouse) -> None:
    house = make_house(REMINDER)
    house.engine()
    alarm = house.ended(house.alarm(number("1001"), data={"first_name": "Ada"}))
    assert (alarm.status, alarm.outcome) == (AlarmStatus.SUCCESS, Outcome.ANSWERED)
    assert (alarm.result, alarm.result_label) == (1, "confirmed")
    assert [(result.response, result.label) for result in house.results(alarm.id)] == [("1", "confirmed")]
    (call,) = house.calls(alarm.id)
    assert (call.status, call.hangup_cause) == (CallRequestStatus.SUCCESS, "NORMAL_CLEARING")
    assert call.survey_id == house.survey_id
    with house.session() as session:
        written = session.query(CallDetailRecord).filter_by(callrequest_id=call.id).one()
    assert (written.disposition, written.hangup_cause_q850) == (Disposition.ANSWER, 16)
    assert written.callid == call.request_uuid
    assert written.billsec >= 1
    (attempt,) = house.attempts(alarm.id)
    assert (attempt.status, attempt.callstatus) == (AlarmStatus.SUCCESS, 16)


@pytest.mark.parametrize(
    ("suffix", "outcome", "q850"),
    [
        ("2001", Outcome.BUSY, 17),
        ("2003", Outcome.REJECTED, 21),
        ("2004", Outcome.UNALLOCATED, 1),
        ("2005", Outcome.CONGESTION, 34),
    ],
)
def test_a_call_that_is_not_answered(make_house: MakeHouse, suffix: str, outcome: Outcome, q850: int) -> None:
    house = make_house(REMINDER)
    house.engine()
    alarm = house.ended(house.alarm(number(suffix)))
    assert (alarm.status, alarm.outcome) == (AlarmStatus.FAILURE, outcome)
    (attempt,) = house.attempts(alarm.id)
    assert (attempt.callstatus, attempt.duration) == (q850, 0)
    assert alarm.reason


def test_no_answer_then_a_retry_then_an_sms(make_house: MakeHouse) -> None:
    house = make_house(REMINDER)
    house.change(CalendarSetting, house.setting_id, call_timeout=2)
    house.engine()
    alarm = house.ended(
        house.alarm(number("2002"), maxretry=1, retry_delay=1, phonenumber_sms_failure=number("0142"))
    )
    assert (alarm.status, alarm.outcome) == (AlarmStatus.FAILURE, Outcome.NO_ANSWER)
    first, second = house.attempts(alarm.id)
    assert (first.status, second.status) == (AlarmStatus.RETRY, AlarmStatus.FAILURE)
    assert first.ended_at is not None
    assert (second.date - first.ended_at).total_seconds() >= 1
    (message,) = house.until(
        lambda: [sms for sms in house.messages(alarm.id) if sms.status is SmsStatus.SENT], "the SMS was sent"
    )
    assert (message.recipient, message.provider_id is not None) == (number("0142"), True)


def test_busy_first_then_answered(make_house: MakeHouse) -> None:
    house = make_house(REMINDER)
    house.engine()
    # A number of its own: a real switch remembers who has been called.
    alarm = house.ended(house.alarm("+12025675001", maxretry=2, retry_delay=1))
    assert (alarm.status, alarm.result, alarm.num_attempt) == (AlarmStatus.SUCCESS, 1, 2)
    assert [attempt.outcome for attempt in house.attempts(alarm.id)] == [Outcome.BUSY, Outcome.ANSWERED]


def test_a_hang_up_in_the_middle_of_a_prompt(make_house: MakeHouse) -> None:
    house = make_house(Draft("Long", [play("long", "This is a long message. " * 8)]))
    engine = house.engine()
    alarm = house.ended(house.alarm(number("1021"), phonenumber_sms_failure=number("0142")))
    assert (alarm.status, alarm.outcome) == (AlarmStatus.FAILURE, Outcome.HUNG_UP_EARLY)
    assert len(house.messages(alarm.id)) == 1
    house.until(lambda: engine.switch.followed == 0 and engine.dialer.live == 0, "nothing is left behind")


def test_a_transfer_that_is_accepted(make_house: MakeHouse) -> None:
    agent = "+12025671040"
    house = make_house(
        Draft(
            "Transfer",
            [
                transfer(
                    "reception",
                    agent,
                    script="One moment.",
                    whisper="A patient calls. Press 5.",
                    confirm_key="5",
                    goto={"any": "after", "invalid": "nobody"},
                ),
                rating("after", "Press 1.", up_to=1, timeout=8, goto={"any": None}),
                play("nobody", "Nobody is there.", goto={"any": None}),
            ],
        )
    )
    house.engine()
    alarm = house.ended(house.alarm(number("1001")), timeout_s=60)
    assert [result.response for result in house.results(alarm.id)] == ["done", "1"]
    assert (alarm.status, alarm.result) == (AlarmStatus.SUCCESS, 1)


def test_a_transfer_that_nobody_accepts(make_house: MakeHouse) -> None:
    house = make_house(
        Draft(
            "Transfer",
            [
                transfer("reception", None, whisper="Press 5.", confirm_key="5", goto={"invalid": "nobody"}),
                play("nobody", "Nobody is there.", goto={"any": None}, completed=True),
            ],
        )
    )
    house.engine()
    alarm = house.ended(
        house.alarm(number("1020"), data={"transfer_phonenumber": "+12025671041"}), timeout_s=60
    )
    assert [result.response for result in house.results(alarm.id)] == ["failed"]
    (call,) = house.calls(alarm.id)
    assert call.completed
    assert alarm.status is AlarmStatus.SUCCESS


def test_a_recording(make_house: MakeHouse) -> None:
    house = make_house(Draft("Message", [record("say", "Speak.", limit_s=4, silence_s=2)]))
    engine = house.engine()
    alarm = house.ended(house.alarm(number("1026")))
    (result,) = house.results(alarm.id)
    path = engine.settings.recordings_dir / result.record_file
    assert result.recording_duration >= 1
    with wave.open(str(path)) as sound:
        assert sound.getframerate() == 8000
        assert sound.getnframes() >= 8000


def _runs(switch: Switch, uuid: str) -> str:
    """The application that the channel runs."""
    return switch.api(f"api uuid_getvar {uuid} current_application").strip()


@pytest.mark.parametrize("moment", ["message", "question"])
def test_the_engine_is_killed_in_the_middle_of_a_call(
    make_house: MakeHouse, switch: switches.TestSwitch, moment: str
) -> None:
    """The call stays up, another engine takes it over, and a key pressed meanwhile is not lost."""
    ask = rating("ask", "Press 1.", up_to=3, timeout=12, goto={"any": "bye", "timeout": "bye"})
    bye = hang_up("bye", "Goodbye.")
    sections = [play("message", "Please listen. " * 6), ask, bye] if moment == "message" else [ask, bye]
    house = make_house(Draft("Restart", sections))
    watcher = Switch.from_url(switch.url, engine="watcher", clock=SystemClock())
    watcher.start()
    assert watcher.wait_connected(10)
    try:
        # The one presses again and again; the other once, and late enough for us to be gone by then.
        alarm_id = house.alarm(number("1001" if moment == "message" else "1025"))
        first = house.process()
        call = house.until(lambda: [c for c in house.calls(alarm_id) if c.answered_at], "answered")[0]
        application = "playback" if moment == "message" else "play_and_get_digits"
        house.until(lambda: _runs(watcher, call.request_uuid) == application, "the callee hears us")
        first.send_signal(signal.SIGKILL)
        first.wait()
        if moment == "question":
            variable = "carillon_keys_1_0"
            house.until(
                lambda: watcher.api(f"api uuid_getvar {call.request_uuid} {variable}").strip() == "1",
                "the key was pressed while no engine ran",
            )
        house.process()
        alarm = house.ended(alarm_id, timeout_s=60)
        assert (alarm.status, alarm.outcome, alarm.result) == (AlarmStatus.SUCCESS, Outcome.ANSWERED, 1)
        assert [one.request_uuid for one in house.calls(alarm_id)] == [call.request_uuid]
        with house.session() as session:
            assert session.query(AlarmRequest).count() == 1
            assert session.query(CallRequest).count() == 1
    finally:
        watcher.stop()


def test_a_gateway_that_is_down_fails_over_at_once(make_house: MakeHouse) -> None:
    house = make_house(REMINDER)
    with house.session() as session:
        good = session.get_one(Gateway, house.gateway_id)
        # Whoever is dialled through this one, a callee answers for it whose route is down.
        bad = Gateway(
            name="bad",
            gateways=good.gateways,
            removeprefix=number("1001"),
            addprefix=number("2006"),
            failover_id=good.id,
        )
        session.add(bad)
        session.commit()
        bad_id = bad.id
    house.change(CalendarSetting, house.setting_id, aleg_gateway_id=bad_id)
    house.engine()
    alarm = house.ended(house.alarm(number("1001")))
    assert (alarm.status, alarm.result, alarm.num_attempt) == (AlarmStatus.SUCCESS, 1, 1)
    first, second = house.calls(alarm.id)
    assert first.outcome is Outcome.GATEWAY_DOWN
    assert (first.aleg_gateway_id, second.aleg_gateway_id) == (bad_id, house.gateway_id)
    assert first.alarm_request_id == second.alarm_request_id
