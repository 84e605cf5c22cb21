"""The event socket's own commands, as a client sees them."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from bare_client import Client

from engine.simulator.simulator import Simulator

Connect = Callable[..., Client]


def test_a_wrong_password_is_refused_and_the_connection_closed(connect: Connect) -> None:
    client = connect(login=False)
    client.message()
    assert client.command("auth wrong")["Reply-Text"] == "-ERR invalid"
    headers, body = client.message()
    assert headers["Content-Type"] == "text/disconnect-notice"
    assert body.startswith(b"Disconnected, goodbye.\n")
    with pytest.raises(EOFError):
        client.message()


def test_nothing_else_works_before_auth(connect: Connect) -> None:
    client = connect(login=False)
    client.message()
    assert client.command("api status")["Reply-Text"] == "-ERR command not found"
    assert client.command("auth ClueCon")["Reply-Text"] == "+OK accepted"


def test_an_access_list_turns_a_client_away() -> None:
    with Simulator(denied=True) as simulator:
        client = Client(simulator.host, simulator.port, login=False)
        headers, body = client.message()
        assert headers["Content-Type"] == "text/rude-rejection"
        assert body == b"Access Denied, go away.\n"
        client.sock.close()


def test_exit_says_goodbye(client: Client) -> None:
    assert client.command("exit")["Reply-Text"] == "+OK bye"
    assert client.message()[0]["Content-Type"] == "text/disconnect-notice"


@pytest.mark.parametrize(
    ("command", "reply"),
    [
        ("foo", "-ERR command not found"),
        ("filter", "-ERR command not found"),
        ("filter a", "-ERR invalid syntax"),
        ("filter add a b c", "+OK filter added. [a]=[b c]"),
        ("filter delete a", "+OK filter deleted. [a][]"),
        ("event plain", "-ERR no keywords supplied"),
        ("event json DTMF", "+OK event listener enabled json"),
        ("nixevent", "-ERR no keywords supplied"),
        ("nixevent DTMF", "+OK events nixed"),
        ("noevents", "-ERR not listening for events"),
        ("divert_events on", "-ERR not controlling a session."),
        ("linger", "-ERR not controlling a session"),
        ("log debug", "+OK log level debug [7]"),
        ("nolog", "-ERR not loging"),
        ("sendmsg nobody\ncall-command: hangup", "-ERR invalid session id [nobody]"),
    ],
)
def test_replies_are_those_of_the_real_switch(connect: Connect, command: str, reply: str) -> None:
    assert connect().command(command)["Reply-Text"] == reply


@pytest.mark.parametrize(
    ("command", "reply"),
    [
        ("foo bar", "-ERR foo Command not found!\n"),
        ("uuid_kill nobody", "-ERR No such channel!\n"),
        ("uuid_kill", "-USAGE: <uuid> [cause]\n"),
        ("uuid_exists nobody", "false"),
        ("uuid_getvar nobody x", "-ERR No such channel!\n"),
        ("uuid_setvar nobody a b", "-ERR No such channel!\n"),
        ("uuid_dump nobody json", "-ERR No such channel!\n"),
        ("uuid_answer nobody", "-ERROR\n"),
        ("uuid_broadcast nobody x", "-ERR invalid uuid\n"),
        ("show channels as json", '{"row_count": 0}\n'),
        ("show channels", "\n0 total.\n"),
        ("conference list", "+OK No active conferences.\n"),
        ("originate foo/bar &park()", "-ERR CHAN_NOT_IMPLEMENTED\n"),
        ("originate error/user_busy &park()", "-ERR USER_BUSY\n"),
        ("global_getvar nosuch", "-ERR no reply\n"),
        ("module_exists mod_sofia", "true"),
    ],
)
def test_api_answers_are_those_of_the_real_switch(connect: Connect, command: str, reply: str) -> None:
    assert connect().api(command) == reply


def test_a_carriage_return_cuts_a_command_short(connect: Connect) -> None:
    assert connect().command("api echo one\rtwo: three")["Reply-Text"] == "one"


def test_long_replies_are_cut(connect: Connect) -> None:
    assert len(connect().command("filter a " + "x" * 900)["Reply-Text"]) == 511


def test_a_background_job_keeps_the_uuid_that_the_client_chose(client: Client) -> None:
    job = str(uuid.uuid4())
    reply = client.command(f"bgapi echo some words\nJob-UUID: {job}")
    assert reply["Reply-Text"] == f"+OK Job-UUID: {job}"
    assert reply["Job-UUID"] == job
    event = client.until(Event_Name="BACKGROUND_JOB", Job_UUID=job)
    assert event["_body"] == "some words"
    assert event["Job-Command"] == "echo"
    assert event["Job-Command-Arg"] == "some words"


def test_api_holds_up_the_events_of_its_own_connection(connect: Connect) -> None:
    slow, other = connect(), connect()
    slow.command("event plain CUSTOM a::b")
    slow.sock.sendall(b"api msleep 20000\n\n")
    other.api("msleep 2000")  # by now the first is at work
    other.command("sendevent CUSTOM\nEvent-Subclass: a::b\nMark: 1")
    headers, body = slow.message()
    assert (headers["Content-Type"], body) == ("api/response", b"+OK")
    assert slow.until(Mark="1")["Event-Subclass"] == "a::b"


def test_custom_events_go_to_those_who_named_the_subclass(connect: Connect) -> None:
    client = connect()
    client.command("event json CUSTOM wanted::this")
    for subclass in ("other::that", "wanted::this"):
        client.command(
            f"sendevent CUSTOM\nEvent-Subclass: {subclass}\nNote: a b%0Ac\nContent-Length: 4", "body"
        )
    event = client.until(Event_Name="CUSTOM")
    assert event["Event-Subclass"] == "wanted::this"
    assert event["Note"] == "a b%0Ac"
    assert event["_body"] == "body"
    assert not client.events


def test_without_a_matching_filter_an_event_is_not_sent(connect: Connect) -> None:
    client = connect()
    client.command("event plain CUSTOM a::b BACKGROUND_JOB")
    client.command("filter Colour red")
    client.command("filter Shape /^ro/")
    for header in ("Colour: blue", "Colour: RED", "Shape: square", "Shape: round"):
        client.command(f"sendevent CUSTOM\nEvent-Subclass: a::b\n{header}")
    assert client.until(Event_Name="CUSTOM")["Colour"] == "RED"
    assert client.until(Event_Name="CUSTOM")["Shape"] == "round"
    client.command("filter delete all")
    client.command("sendevent CUSTOM\nEvent-Subclass: a::b\nColour: green")
    assert client.until(Event_Name="CUSTOM")["Colour"] == "green"


def test_dtmf_carries_no_variables_so_a_filter_on_one_hides_it(connect: Connect) -> None:
    client = connect()
    client.command("event plain CHANNEL_PARK DTMF CHANNEL_EXECUTE_COMPLETE BACKGROUND_JOB")
    client.command("filter variable_owner me")
    call = client.originate("15551020", variables=",owner=me")
    client.until(Event_Name="CHANNEL_PARK", Unique_ID=call)
    client.api(f"uuid_recv_dtmf {call} 5")
    client.execute(call, "set", "a=b")
    seen = client.seen_until(Event_Name="CHANNEL_EXECUTE_COMPLETE")
    assert "DTMF" not in [event["Event-Name"] for event in seen]
    client.execute(call, "verbose_events")
    client.api(f"uuid_recv_dtmf {call} 6")
    assert client.until(Event_Name="DTMF")["DTMF-Digit"] == "6"
    client.api(f"uuid_kill {call}")


def test_plain_and_json_say_the_same(connect: Connect) -> None:
    plain, json_ = connect(), connect()
    plain.command("event plain CHANNEL_PARK")
    json_.command("event json CHANNEL_PARK")
    call = plain.originate("15551020", variables=",note='a: b\\, 100% ü'")
    one, two = plain.until(Unique_ID=call), json_.until(Unique_ID=call)
    assert one == two
    assert one["variable_note"] == "a: b, 100% ü"
    plain.api(f"uuid_kill {call}")


def test_a_value_cannot_forge_a_header(client: Client) -> None:
    call = client.originate("15551020", variables=",origination_caller_id_name=x%0AUnique-ID:fake")
    event = client.until(Event_Name="CHANNEL_CREATE", Unique_ID=call)
    assert event["variable_origination_caller_id_name"].startswith("x")
    client.api(f"uuid_kill {call}")
