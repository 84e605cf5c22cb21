"""One call through all ten kinds of section, and what each of them leaves behind."""

from __future__ import annotations

from collections.abc import Callable

from house import House, number
from sqlalchemy import select

from engine.ivr.author import (
    Draft,
    capture,
    choice,
    conference,
    do_not_call,
    hang_up,
    play,
    rating,
    record,
    sms,
    transfer,
)
from engine.simulator.callees import Rule, answers, press
from engine.simulator.callees import hang_up as leaves
from engine.simulator.simulator import Simulator
from models import DncContact, DncList, SmsMessage, User
from models.statuses import AlarmStatus, Outcome, SmsStatus

EVERYTHING = Draft(
    "Everything",
    [
        play("hello", "Hello {name}."),
        choice("colour", "1 for red, 2 for blue.", {1: "red", 2: "blue"}, goto={"any": "stars"}),
        rating("stars", "1 to 12 stars.", up_to=12, goto={"any": "code"}),
        capture("code", "Your code.", digits=4, between=(1000, 9999), goto={"any": "say"}),
        record("say", "Speak.", limit_s=3, silence_s=1),
        sms("note", "Dear {name}, thank you.", goto={"any": "friend"}),
        transfer("friend", number("1041"), goto={"any": "room", "invalid": "room"}),
        conference("room", "lobby", goto={"any": "never"}),
        do_not_call("never", "You will not be called again."),
        hang_up("bye", "Goodbye."),
    ],
)


def test_all_ten(make_house: Callable[..., House], simulator: Simulator) -> None:
    caller = number("7000")
    simulator.switch.directory.rules.insert(
        0,
        Rule(
            scripts=(
                answers(
                    press("2", "question 1"),
                    press("12", "question 2"),
                    press("4711", "question 3"),
                    leaves("answer", 600),
                ),
            ),
            suffix="7000",
        ),
    )
    simulator.switch.directory._patterns.insert(0, simulator.switch.directory.rules[0])
    house = make_house(EVERYTHING)
    alarm_id = house.alarm(
        caller,
        data={"name": "Ada", "sms_phonenumber": number("0143"), "transfer_phonenumber": number("1022")},
    )
    engine = house.engine()
    house.until(lambda: len(house.results(alarm_id)) >= 5, "it stands in the conference")
    uuid = house.calls(alarm_id)[0].request_uuid
    room = house.until(lambda: _in_conference(engine.switch.api, uuid), "it is in the room")
    assert room
    engine.switch.api(f"api uuid_break {uuid} all")
    engine.switch.api("api conference lobby kick all")
    alarm = house.ended(alarm_id)
    assert (alarm.status, alarm.outcome, alarm.result) == (AlarmStatus.SUCCESS, Outcome.ANSWERED, 12)
    answered = [(result.response, result.label) for result in house.results(alarm_id)]
    assert answered[:3] == [("2", "blue"), ("12", None), ("4711", None)]
    assert answered[3][0].endswith(".wav")
    assert [response for response, _ in answered[4:]] == ["done", "done"]
    (message,) = house.until(
        lambda: [one for one in house.messages(alarm_id) if one.status is SmsStatus.SENT], "the SMS was sent"
    )
    assert (message.recipient, message.text) == (number("0143"), "Dear Ada, thank you.")
    with house.session() as session:
        assert session.scalars(select(DncContact.phone_number)).all() == [caller]
        assert session.scalar(select(DncList.user_id)) == session.scalar(select(User.id))
        assert session.scalar(select(SmsMessage.callrequest_id)) == house.calls(alarm_id)[0].id


def _in_conference(api: Callable[[str], str], uuid: str) -> bool:
    return api(f"api uuid_getvar {uuid} current_application").strip() == "conference"
