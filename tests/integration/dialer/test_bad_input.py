"""Whatever is wrong with one alarm is said on that alarm, and costs no other call anything."""

from __future__ import annotations

import socket
from collections.abc import Callable

import pytest
from house import House, number
from sqlalchemy import text

from engine.errors import SwitchAuthError, SwitchUnreachableError, TtsError
from engine.ivr.author import Draft, play, rating
from engine.ivr.seal import seal
from engine.simulator.simulator import Simulator
from engine.tts.speech import Speech
from models import AudioFile, CalendarSetting, Gateway
from models.statuses import AlarmStatus, Outcome


def fine(house: House, alarm_id: int) -> None:
    """The neighbour's call went as it should."""
    alarm = house.ended(alarm_id)
    assert (alarm.status, alarm.result) == (AlarmStatus.SUCCESS, 1)


@pytest.mark.parametrize(
    ("phone", "says"),
    [
        (None, "alarm_phonenumber: missing"),
        ("", "alarm_phonenumber: missing"),
        ("x%0AUnique-ID: fake", "alarm_phonenumber"),
        ("1001\nsendmsg x", "alarm_phonenumber"),
        ("1001 & hupall", "alarm_phonenumber"),
        ("${system(reboot)}", "alarm_phonenumber"),
        ("1001|sofia/x/2", "alarm_phonenumber"),
        ("1001,loopback/9", "alarm_phonenumber"),
    ],
)
def test_a_number_that_cannot_be_dialled(
    house: House, simulator: Simulator, phone: str | None, says: str
) -> None:
    bad, good = house.alarm(phone), house.alarm(number("1001"))
    house.engine()
    alarm = house.ended(bad)
    assert (alarm.status, alarm.outcome) == (AlarmStatus.FAILURE, Outcome.INVALID)
    assert says in (alarm.reason or "")
    fine(house, good)
    assert len(simulator.originated) == 1


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        ("callerid", "1,foo=bar}[x]", "caller_id_number"),
        ("callerid", "1\n2", "caller_id_number"),
        ("caller_name", "${hostname}", "caller_id_name"),
        ("caller_name", "a\\", "caller_id_name"),
    ],
)
def test_a_caller_id_that_would_break_out(
    house: House, simulator: Simulator, column: str, value: str, says: str
) -> None:
    house.change(CalendarSetting, house.setting_id, **{column: value})
    house.engine()
    alarm = house.ended(house.alarm(number("1001")))
    assert alarm.outcome is Outcome.INVALID
    assert says in (alarm.reason or "")
    assert simulator.originated == []


@pytest.mark.parametrize("name", ["O'Brien, Practice", "50% & more", "Zoë ☎", "a=b;c"])
def test_a_caller_name_of_this_world_arrives_as_it_is(house: House, simulator: Simulator, name: str) -> None:
    house.change(CalendarSetting, house.setting_id, caller_name=name)
    house.engine()
    fine(house, house.alarm(number("1001")))
    (originated,) = simulator.originated
    assert originated.variables["origination_caller_id_name"] == name


@pytest.mark.parametrize("document", ["{not json", '"text"', "[1, 2]"])
def test_data_that_is_not_an_object(house: House, document: str) -> None:
    bad, good = house.alarm(number("1001")), house.alarm(number("1101"))
    with house.session() as session:
        query = "UPDATE event SET data = :data WHERE id = (SELECT event_id FROM alarm WHERE id = :id)"
        session.execute(text(query), {"data": document, "id": bad})
        session.commit()
    house.engine()
    alarm = house.ended(bad)
    assert alarm.outcome is Outcome.INVALID
    assert "data is not" in (alarm.reason or "")
    fine(house, good)


def test_an_unknown_zone(house: House) -> None:
    bad, good = house.alarm(number("1001"), timezone="Europe/Atlantis"), house.alarm(number("1101"))
    house.engine()
    assert "Europe/Atlantis" in (house.ended(bad).reason or "")
    fine(house, good)


def test_a_gateway_with_a_broken_originate_string(house: House, simulator: Simulator) -> None:
    house.change(Gateway, house.gateway_id, gateways="sofia/x,y/[z]/%s")
    house.engine()
    alarm = house.ended(house.alarm(number("1001")))
    assert alarm.outcome is Outcome.INVALID
    assert "gateways" in (alarm.reason or "")
    assert simulator.originated == []


def test_an_audio_file_that_is_gone_is_replaced_by_its_text(make_house: Callable[..., House]) -> None:
    house = make_house()
    with house.session() as session:
        audio = AudioFile(name="gone", path="gone.wav", user_id=house.manager_id)
        session.add(audio)
        session.flush()
        draft = Draft("Gone", [rating("ask", "Press 1.", up_to=1, audiofile_id=audio.id)])
        survey = seal(session, draft.save(session, house.manager_id))
        session.commit()
    house.engine()
    alarm = house.ended(house.alarm(number("1001"), survey_id=survey.id))
    assert (alarm.status, alarm.result) == (AlarmStatus.SUCCESS, 1)
    assert "gone.wav is missing" in (alarm.reason or "")


def test_speech_that_cannot_be_rendered_costs_its_prompt_only(
    make_house: Callable[..., House], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk, as the cache reports it, in the middle of a survey."""
    playable = Speech.playable

    def full(self: Speech, said: str, *rest: object) -> str:
        if "full" in said:
            raise TtsError("The TTS cache's disk is full. Make room on it.")
        return playable(self, said, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Speech, "playable", full)
    house = make_house(
        Draft("Full", [play("first", "The disk is full."), rating("ask", "Press 1.", up_to=1)])
    )
    house.engine()
    alarm = house.ended(house.alarm(number("1001")))
    assert (alarm.status, alarm.result) == (AlarmStatus.SUCCESS, 1)
    assert "disk is full" in (alarm.reason or "")


def test_an_unreachable_switch_is_named_and_loses_nothing(make_house: Callable[..., House]) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    house = make_house(switch_url=f"esl://:ClueCon@127.0.0.1:{port}")
    alarm_id = house.alarm(number("1001"))
    engine = house.engine()
    house.until(lambda: engine.switch.last_error, "the error is known")
    assert isinstance(engine.switch.last_error, SwitchUnreachableError)
    assert str(port) in str(engine.switch.last_error)
    with Simulator(port=port, speed=10):
        fine(house, alarm_id)
    assert len(house.attempts(alarm_id)) == 1


def test_a_wrong_password_is_named(make_house: Callable[..., House], simulator: Simulator) -> None:
    house = make_house(switch_url=f"esl://:wrong@127.0.0.1:{simulator.port}")
    alarm_id = house.alarm(number("1001"))
    engine = house.engine()
    house.until(lambda: engine.switch.last_error, "the error is known")
    assert isinstance(engine.switch.last_error, SwitchAuthError)
    assert "CARILLON_SWITCH" in str(engine.switch.last_error)
    assert house.attempts(alarm_id) == []
