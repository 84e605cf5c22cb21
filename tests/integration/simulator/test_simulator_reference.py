"""The simulator's events beside recorded ones: the same headers, for each kind of event and each leg."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from bare_client import Client

from engine.esl.wire import Event, Parser

DATA = Path(__file__).parents[2] / "data" / "esl"
Key = tuple[str, str, str, str]

# Details of one switch's media and of a failed bridge that nothing of ours reads.
LEFT_OUT = {"variable_switch_m_sdp", "variable_originate_signal_bond", "variable_sip_hangup_phrase"}


def kinds(events: list[dict[str, str]]) -> dict[Key, dict[str, str]]:
    """The first event of each leg, name, application and outcome."""
    first = next(event["Unique-ID"] for event in events if event["Event-Name"] == "CHANNEL_OUTGOING")
    found: dict[Key, dict[str, str]] = {}
    for event in events:
        leg = "caller" if event.get("Unique-ID") == first else "other"
        key = (
            leg,
            event["Event-Name"],
            event.get("Application", ""),
            event.get("variable_originate_disposition", ""),
        )
        found.setdefault(key, event)
    return found


def recorded(name: str) -> dict[Key, dict[str, str]]:
    parser = Parser()
    messages = parser.feed((DATA / f"sim-reference-{name}.raw").read_bytes())
    return kinds([dict(Event(message.body).headers()) for message in messages])


def run(client: Client, call: str, application: str, argument: str) -> None:
    marker = client.execute(call, application, argument)
    client.events = client.seen_until(Event_Name="CHANNEL_EXECUTE_COMPLETE", Application_UUID=marker)


def reminder(client: Client, call: str) -> None:
    run(client, call, "playback", "silence_stream://300")
    run(client, call, "playback", "/nowhere/x.wav")
    run(
        client,
        call,
        "play_and_get_digits",
        "1 1 2 3000 # silence_stream://3000 silence_stream://100 key [1-3] 3000",
    )
    run(client, call, "set", "note=some words")
    run(client, call, "record", "/tmp/said.wav 1")


def transfer(client: Client, call: str) -> None:
    client.api(f"uuid_setvar {call} hangup_after_bridge false")
    client.api(f"uuid_setvar {call} continue_on_fail true")
    run(client, call, "bridge", "sofia/gateway/carrier/15552001")
    run(client, call, "bridge", "sofia/gateway/carrier/15556002")


def remote_hangup(client: Client, call: str) -> None:
    client.execute(call, "playback", "silence_stream://9000")


def nothing(_client: Client, _call: str) -> None:
    """The far end does it all."""


@pytest.mark.parametrize(
    ("name", "number", "steps"),
    [
        ("reminder", "15551001", reminder),
        ("transfer", "15551020", transfer),
        ("busy", "15552001", nothing),
        ("remote-hangup", "15556002", remote_hangup),
    ],
)
def test_events_have_the_headers_of_recorded_ones(
    client: Client, name: str, number: str, steps: Callable[[Client, str], None]
) -> None:
    who = ",note_to_self=hello,origination_caller_id_name='Dr. Who',origination_caller_id_number=5550100"
    call = client.originate(number, variables=who)
    if steps is not nothing:
        client.events = client.seen_until(Event_Name="CHANNEL_PARK", Unique_ID=call)
        steps(client, call)
    if name in ("reminder", "transfer"):
        client.api(f"uuid_kill {call}")
    simulated = kinds(client.seen_until(Event_Name="CHANNEL_DESTROY", Unique_ID=call))
    missing = {}
    for key, reference in recorded(name).items():
        assert key in simulated, f"no such event: {key}"
        lacking = set(reference) - set(simulated[key]) - LEFT_OUT
        if lacking:
            missing[key] = sorted(lacking)
    assert not missing, missing
    surplus = {
        key: sorted(more)
        for key, reference in recorded(name).items()
        if (more := set(simulated[key]) - set(reference) - LEFT_OUT)
    }
    assert not surplus, surplus


def test_variables_are_written_as_recorded(connect: Callable[..., Client]) -> None:
    client = connect()
    client.command("event plain CHANNEL_PARK CHANNEL_EXECUTE_COMPLETE")
    call = client.originate("15551020")
    client.until(Event_Name="CHANNEL_PARK", Unique_ID=call)
    run(client, call, "multiset", "^^;note=100% sure, he said: 'x=1' %0AUnique-ID:fake;empty=")
    run(client, call, "push", "list=first")
    run(client, call, "push", "list=second|third")
    client.sock.sendall(f"api uuid_dump {call} txt\n\n".encode())
    _, dump = client.message()
    lines = (DATA / "keys.plain.raw").read_bytes().split(b"\n")
    for name in (b"variable_note", b"variable_list"):
        last = [line for line in lines if line.startswith(name)][-1]
        assert last in dump.split(b"\n")
    assert b'"variable_list":["first","second|third"]' in client.api(f"uuid_dump {call} json").encode()
    client.api(f"uuid_kill {call}")
