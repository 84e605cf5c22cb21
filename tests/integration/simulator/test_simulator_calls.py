"""Originating, answering, refusing, hanging up."""

from __future__ import annotations

import json

import pytest
from bare_client import Client

from engine.simulator.callees import Callee, Rule, answers, hang_up, press, refuses
from engine.simulator.faults import Gateway
from engine.simulator.simulator import Simulator

QUIET = ("CHANNEL_STATE", "CHANNEL_CALLSTATE", "CODEC")


def names(events: list[dict[str, str]], call: str) -> list[str]:
    return [
        event["Event-Name"]
        for event in events
        if event.get("Unique-ID") == call and event["Event-Name"] not in QUIET
    ]


def test_an_answered_call_parks_and_is_driven_by_sendmsg(client: Client, simulator: Simulator) -> None:
    call = client.originate("15551001")
    seen = client.seen_until(Event_Name="CHANNEL_PARK")
    assert names(seen, call) == [
        "CHANNEL_OUTGOING",
        "CHANNEL_CREATE",
        "CHANNEL_ORIGINATE",
        "CHANNEL_PROGRESS",
        "CHANNEL_ANSWER",
        "CALL_UPDATE",
        "CHANNEL_EXECUTE",
        "CHANNEL_PARK",
    ]
    client.events = [*seen, *client.events]
    assert client.job(call) == f"+OK {call}\n"
    question = "1 1 3 5000 # silence_stream://3000 silence_stream://500 key [1-3] 3000"
    asked = client.execute(call, "play_and_get_digits", question)
    assert client.until(Event_Name="DTMF", Unique_ID=call)["DTMF-Digit"] == "1"
    done = client.until(Event_Name="CHANNEL_EXECUTE_COMPLETE", Application_UUID=asked)
    assert done["Application"] == "play_and_get_digits"
    assert done["Application-Data"] == question
    assert done["variable_key"] == "1"
    assert done["variable_read_result"] == "success"
    assert client.api(f"uuid_kill {call}") == "+OK\n"
    end = client.seen_until(Event_Name="CHANNEL_DESTROY", Unique_ID=call)
    assert names(end, call)[-5:] == [
        "CHANNEL_HANGUP",
        "CHANNEL_UNPARK",
        "CHANNEL_EXECUTE_COMPLETE",
        "CHANNEL_HANGUP_COMPLETE",
        "CHANNEL_DESTROY",
    ]
    gone = next(
        event
        for event in end
        if event["Event-Name"] == "CHANNEL_HANGUP_COMPLETE" and event["Unique-ID"] == call
    )
    assert gone["Hangup-Cause"] == "NORMAL_CLEARING"
    assert gone["variable_hangup_cause_q850"] == "16"
    assert gone["variable_digits_dialed"] == "1"
    assert gone["variable_sip_hangup_disposition"] == "send_bye"
    assert int(gone["Caller-Channel-Answered-Time"]) > int(gone["Caller-Channel-Created-Time"])
    assert int(gone["variable_billmsec"]) >= 1000
    assert client.api(f"uuid_exists {call}") == "false"


@pytest.mark.parametrize(
    ("number", "cause", "q850", "sip"),
    [
        ("155512001", "USER_BUSY", "17", "486"),
        ("155512003", "CALL_REJECTED", "21", "603"),
        ("155512004", "UNALLOCATED_NUMBER", "1", "404"),
    ],
)
def test_a_refused_call_tells_its_cause(client: Client, number: str, cause: str, q850: str, sip: str) -> None:
    call = client.originate(number)
    gone = client.until(Event_Name="CHANNEL_HANGUP_COMPLETE", Unique_ID=call)
    assert gone["Hangup-Cause"] == cause
    assert gone["variable_hangup_cause_q850"] == q850
    assert gone["variable_sip_term_status"] == sip
    assert gone["variable_proto_specific_hangup_cause"] == f"sip:{sip}"
    assert gone["Caller-Channel-Answered-Time"] == "0"
    assert client.job(call) == f"-ERR {cause}\n"


def test_a_call_that_nobody_answers_times_out(client: Client) -> None:
    call = client.originate("155512002", variables=",originate_timeout=3")
    gone = client.until(Event_Name="CHANNEL_HANGUP_COMPLETE", Unique_ID=call)
    assert gone["Hangup-Cause"] == "NO_ANSWER"
    assert gone["variable_duration"] in ("2", "3", "4")
    assert gone["variable_billsec"] == "0"
    assert gone["variable_sip_hangup_disposition"] == "send_cancel"
    assert client.job(call) == "-ERR NO_ANSWER\n"


def test_the_far_end_hangs_up_in_the_middle_of_a_prompt(client: Client) -> None:
    call = client.originate("15556002")
    client.until(Event_Name="CHANNEL_PARK", Unique_ID=call)
    played = client.execute(call, "playback", "silence_stream://9000")
    end = client.seen_until(Event_Name="CHANNEL_HANGUP_COMPLETE", Unique_ID=call)
    done = next(
        event for event in end if event.get("Application-UUID") == played and "Application-Response" in event
    )
    assert done["Application-Response"] == "PLAYBACK ERROR"
    assert end[-1]["variable_sip_hangup_disposition"] == "recv_bye"
    assert end[-1]["variable_sip_term_status"] == "200"


def test_early_media_ends_the_originate_unless_it_is_ignored(client: Client) -> None:
    ignoring = client.originate("15551030")
    eager = client.originate("15551030", variables=",ignore_early_media=false")
    client.until(Event_Name="CHANNEL_PARK", Unique_ID=eager, Answer_State="early")
    client.until(Event_Name="CHANNEL_PARK", Unique_ID=ignoring, Answer_State="answered")
    client.until(Event_Name="CHANNEL_ANSWER", Unique_ID=eager)
    for call in (eager, ignoring):
        client.api(f"uuid_kill {call}")


def test_an_unknown_application_ends_the_call(client: Client) -> None:
    call = client.originate("15551020")
    client.until(Event_Name="CHANNEL_PARK", Unique_ID=call)
    client.execute(call, "no_such_application")
    gone = client.until(Event_Name="CHANNEL_HANGUP_COMPLETE", Unique_ID=call)
    assert gone["Hangup-Cause"] == "DESTINATION_OUT_OF_ORDER"


def test_park_timeout_ends_a_call_that_nobody_drives(client: Client) -> None:
    call = client.originate("15551020", variables=",park_timeout=2:ALLOTTED_TIMEOUT")
    gone = client.until(Event_Name="CHANNEL_HANGUP_COMPLETE", Unique_ID=call)
    assert gone["Hangup-Cause"] == "ALLOTTED_TIMEOUT"
    assert "variable_park_timeout" not in gone


def test_sendmsg_hangup_names_the_cause(client: Client) -> None:
    call = client.originate("15551020")
    client.until(Event_Name="CHANNEL_PARK", Unique_ID=call)
    assert (
        client.command(f"sendmsg {call}\ncall-command: hangup\nhangup-cause: CALL_REJECTED")["Reply-Text"]
        == "+OK"
    )
    gone = client.until(Event_Name="CHANNEL_HANGUP_COMPLETE", Unique_ID=call)
    assert gone["Hangup-Cause"] == "CALL_REJECTED"


def test_a_uuid_in_use_cannot_be_originated_again(client: Client) -> None:
    call = client.originate("15551020")
    client.until(Event_Name="CHANNEL_PARK", Unique_ID=call)
    again = client.api(f"originate {{origination_uuid={call}}}sofia/gateway/carrier/15551020 &park()")
    assert again == "-ERR DESTINATION_OUT_OF_ORDER\n"
    client.api(f"uuid_kill {call}")


def test_what_is_known_of_a_live_call(client: Client) -> None:
    call = client.originate("15551020", variables=",note=hello")
    client.until(Event_Name="CHANNEL_PARK", Unique_ID=call)
    assert client.api(f"uuid_exists {call}") == "true"
    assert client.api(f"uuid_setvar {call} words some words here") == "+OK\n"
    assert client.api(f"uuid_getvar {call} WORDS") == "some words here"
    assert client.api(f"uuid_getvar {call} nothing") == "_undef_"
    assert client.api(f"uuid_setvar_multi {call} a=1;b=two words;words=") == "+OK\n"
    assert client.api(f"uuid_getvar {call} b") == "two words"
    assert client.api(f"uuid_getvar {call} words") == "_undef_"
    dump = json.loads(client.api(f"uuid_dump {call} json"))
    assert (dump["Event-Name"], dump["variable_note"], dump["Unique-ID"]) == ("CHANNEL_DATA", "hello", call)
    assert "variable_note: [hello]\n" in client.api(f"uuid_dump {call} plain")
    assert "variable_b: two%20words\n" in client.api(f"uuid_dump {call}")
    rows: dict[str, dict[str, str]] = {}
    for _ in range(20):  # a real switch writes its list a little later
        rows = {row["uuid"]: row for row in json.loads(client.api("show channels as json")).get("rows", [])}
        if rows.get(call, {}).get("application") == "park":
            break
        client.api("msleep 100")
    row = rows[call]
    assert (row["callstate"], row["application"]) == ("ACTIVE", "park")
    client.api(f"uuid_kill {call}")


def test_each_attempt_at_a_number_may_end_differently() -> None:
    script = {"4711": [refuses("busy"), refuses("no_answer"), answers(press("7"))]}
    with Simulator(speed=40, callees=script) as simulator:
        client = Client(simulator.host, simulator.port)
        client.command("event plain ALL")
        outcomes = []
        for _ in range(4):
            call = client.originate("4711", variables=",originate_timeout=2")
            outcomes.append(client.job(call).split()[1].replace(call, "answered"))
        assert outcomes == ["USER_BUSY", "NO_ANSWER", "answered", "answered"]
        assert [attempt.number for attempt in simulator.originated] == ["4711"] * 4
        assert len({attempt.uuid for attempt in simulator.originated}) == 4
        client.sock.close()


def test_a_gateway_takes_so_many_calls_and_no_more() -> None:
    gateways = {"narrow": Gateway(max_calls=2), "dead": Gateway(status="down")}
    with Simulator(speed=40, callees={"*": Callee(ring_s=5.0)}, gateways=gateways) as simulator:
        client = Client(simulator.host, simulator.port)
        client.command("event plain BACKGROUND_JOB")
        calls = [client.originate(f"10{n}", gateway="narrow") for n in range(3)]
        assert client.job(calls[2]) == "-ERR NORMAL_CIRCUIT_CONGESTION\n"
        assert client.job(calls[1]).startswith("+OK")
        assert client.job(client.originate("200", gateway="dead")) == "-ERR GATEWAY_DOWN\n"
        assert simulator.load.peak_by_gateway["narrow"] == 2
        assert simulator.load.peak == 2
        client.sock.close()


def test_alternatives_are_tried_in_turn_and_legs_together() -> None:
    rules = [
        Rule((refuses("busy"),), number="1"),
        Rule((Callee(ring_s=8.0),), number="2"),
        Rule((Callee(ring_s=2.0),), number="3"),
    ]
    with Simulator(speed=40, callees=rules) as simulator:
        client = Client(simulator.host, simulator.port)
        client.command("event plain ALL")
        client.command(
            "bgapi originate sofia/gateway/a/1|sofia/gateway/a/2,sofia/gateway/a/3 &park()\nJob-UUID: j"
        )
        won = client.until(Event_Name="BACKGROUND_JOB", Job_UUID="j")["_body"].split()[1]
        assert [attempt.number for attempt in simulator.originated] == ["1", "2", "3"]
        assert simulator.originated[2].uuid == won
        lost = client.until(Event_Name="CHANNEL_HANGUP_COMPLETE", Unique_ID=simulator.originated[1].uuid)
        assert lost["Hangup-Cause"] == "LOSE_RACE"
        client.sock.close()


def test_an_application_may_follow_the_answer_and_ends_the_call(client: Client) -> None:
    call = client.originate("15551020", app="'&playback(silence_stream://1000)'")
    end = client.seen_until(Event_Name="CHANNEL_HANGUP_COMPLETE", Unique_ID=call)
    own = [event for event in end if event.get("Unique-ID") == call]
    done = next(event for event in own if event["Event-Name"] == "CHANNEL_EXECUTE_COMPLETE")
    assert (done["Application"], done["Application-Response"]) == ("playback", "FILE PLAYED")
    assert end[-1]["Hangup-Cause"] == "NORMAL_CLEARING"


def test_hupall_ends_the_calls_with_a_variable(client: Client) -> None:
    mine, other = (client.originate("15551020", variables=f",who={who}") for who in ("me", "you"))
    for call in (mine, other):
        client.until(Event_Name="CHANNEL_PARK", Unique_ID=call)
    client.api("hupall NORMAL_CLEARING who me")
    client.until(Event_Name="CHANNEL_DESTROY", Unique_ID=mine)
    assert client.api(f"uuid_exists {other}") == "true"
    client.api(f"uuid_kill {other}")


def test_a_hang_up_while_it_rings_ends_the_originate(client: Client) -> None:
    call = client.originate("155512002")
    client.until(Event_Name="CHANNEL_PROGRESS", Unique_ID=call)
    client.api(f"uuid_kill {call}")
    assert client.job(call) == "-ERR NORMAL_CLEARING\n"


def test_time_runs_faster_than_the_clock_and_stamps_stay_sensible() -> None:
    with Simulator(speed=200, callees={"*": answers(hang_up(after_s=60))}) as simulator:
        client = Client(simulator.host, simulator.port)
        client.command("event plain CHANNEL_HANGUP_COMPLETE")
        call = client.originate("1")
        gone = client.until(Unique_ID=call)
        assert gone["variable_billsec"] in ("59", "60", "61")
        assert (
            59
            <= (int(gone["Caller-Channel-Hangup-Time"]) - int(gone["Caller-Channel-Answered-Time"])) / 1e6
            <= 62
        )
        client.sock.close()
