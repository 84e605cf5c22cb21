"""Applications: what they leave behind, and in which order they run."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from bare_client import Client


@pytest.fixture
def parked(client: Client) -> str:
    """A call to somebody who only listens."""
    call = client.originate("15551020")
    client.until(Event_Name="CHANNEL_PARK", Unique_ID=call)
    return call


def run(client: Client, call: str, application: str, argument: str = "") -> dict[str, str]:
    """Execute and return the completion."""
    marker = client.execute(call, application, argument)
    return client.until(Event_Name="CHANNEL_EXECUTE_COMPLETE", Application_UUID=marker)


def test_playback_says_how_it_went(client: Client, parked: str, tmp_path: Path) -> None:
    wav = tmp_path / "two.wav"
    data = bytes(2 * 8000 * 2)
    fmt = struct.pack("<IHHIIHH", 16, 1, 1, 8000, 16000, 2, 16)
    wav.write_bytes(
        b"RIFF"
        + struct.pack("<I", 36 + len(data))
        + b"WAVEfmt "
        + fmt
        + b"data"
        + struct.pack("<I", len(data))
        + data
    )
    done = run(client, parked, "playback", str(wav))
    assert done["Application-Response"] == "FILE PLAYED"
    assert done["variable_playback_ms"] == "2000"
    assert run(client, parked, "playback", "/nowhere/x.wav")["Application-Response"] == "FILE NOT FOUND"
    done = run(client, parked, "playback", f"file_string://{wav}!silence_stream://500")
    assert done["Application-Response"] == "FILE PLAYED"
    assert int(done["variable_playback_ms"]) >= 2400


def test_a_terminator_stops_playback_and_other_keys_do_not(client: Client, parked: str) -> None:
    marker = client.execute(parked, "playback", "silence_stream://60000")
    client.until(Event_Name="PLAYBACK_START", Unique_ID=parked)
    client.api(f"uuid_recv_dtmf {parked} 1")
    client.api(f"uuid_recv_dtmf {parked} *")
    done = client.until(Event_Name="CHANNEL_EXECUTE_COMPLETE", Application_UUID=marker)
    assert done["Application-Response"] == "FILE PLAYED"
    assert done["variable_playback_terminator_used"] == "*"
    assert int(done["variable_playback_ms"]) < 60000
    client.api(f"uuid_setvar {parked} playback_terminators 5")
    marker = client.execute(parked, "playback", "silence_stream://60000")
    client.until(Event_Name="PLAYBACK_START", Unique_ID=parked)
    client.api(f"uuid_recv_dtmf {parked} *")
    client.api(f"uuid_recv_dtmf {parked} 5")
    done = client.until(Event_Name="CHANNEL_EXECUTE_COMPLETE", Application_UUID=marker)
    assert done["variable_playback_terminator_used"] == "5"


def test_uuid_break_stops_what_is_playing(client: Client, parked: str) -> None:
    marker = client.execute(parked, "playback", "silence_stream://-1")
    client.until(Event_Name="PLAYBACK_START", Unique_ID=parked)
    assert client.api(f"uuid_break {parked} all") == "+OK\n"
    stopped = client.until(Event_Name="PLAYBACK_STOP", Unique_ID=parked)
    assert stopped["Playback-Status"] == "break"
    client.until(Event_Name="CHANNEL_EXECUTE_COMPLETE", Application_UUID=marker)


def test_without_a_lock_applications_nest_and_with_one_they_queue(client: Client, parked: str) -> None:
    outer = client.execute(parked, "playback", "silence_stream://2000")
    client.until(Event_Name="PLAYBACK_START", Unique_ID=parked)
    inner = client.execute(parked, "set", "a=b")
    seen = client.seen_until(Event_Name="CHANNEL_EXECUTE_COMPLETE", Application_UUID=outer)
    assert inner in [event.get("Application-UUID") for event in seen]
    first = client.execute(parked, "playback", "silence_stream://2000", lock=True)
    client.until(Event_Name="PLAYBACK_START", Unique_ID=parked)
    second = client.execute(parked, "set", "a=c", lock=True)
    seen = client.seen_until(Event_Name="CHANNEL_EXECUTE_COMPLETE", Application_UUID=first)
    assert second not in [event.get("Application-UUID") for event in seen]
    client.until(Event_Name="CHANNEL_EXECUTE_COMPLETE", Application_UUID=second)


def test_loops_repeat_what_lasts_long_enough(client: Client, parked: str) -> None:
    marker = client.execute(parked, "playback", "silence_stream://700", loops=3)
    loops = [
        client.until(Event_Name="CHANNEL_EXECUTE_COMPLETE", Application="playback")["variable_current_loop"]
        for _ in range(3)
    ]
    assert loops == ["1", "2", "3"]
    assert marker


def test_an_argument_may_come_as_a_body(client: Client, parked: str) -> None:
    body = "words=one\ntwo"
    client.command(
        f"sendmsg {parked}\ncall-command: execute\nexecute-app-name: set\nEvent-UUID: m1\n"
        f"content-type: text/plain\ncontent-length: {len(body)}",
        body,
    )
    client.until(Event_Name="CHANNEL_EXECUTE_COMPLETE", Application_UUID="m1")
    assert client.api(f"uuid_getvar {parked} words") == "one\ntwo"


def test_variables_are_set_expanded_and_unset(client: Client, parked: str) -> None:
    run(client, parked, "set", "name=World")
    run(client, parked, "set", "greeting=Hello ${name}${nobody}!")
    assert client.api(f"uuid_getvar {parked} greeting") == "Hello World!"
    run(client, parked, "multiset", "^^:a=1:b=two words:c=")
    assert client.api(f"uuid_getvar {parked} b") == "two words"
    run(client, parked, "unset", "a")
    assert client.api(f"uuid_getvar {parked} a") == "_undef_"
    done = run(client, parked, "export", "shared=yes")
    assert done["variable_export_vars"] == "shared"


def test_digits_are_collected_up_to_a_terminator(client: Client, parked: str) -> None:
    marker = client.execute(
        parked,
        "play_and_get_digits",
        "1 6 1 5000 # silence_stream://20000 silence_stream://200 code \\d+ 3000",
    )
    client.until(Event_Name="PLAYBACK_START", Unique_ID=parked)
    client.api(f"uuid_recv_dtmf {parked} 42#")
    done = client.until(Event_Name="CHANNEL_EXECUTE_COMPLETE", Application_UUID=marker)
    assert done["variable_code"] == "42"
    assert done["variable_read_terminator_used"] == "#"


def test_invalid_input_is_asked_again_and_kept_apart(client: Client, parked: str) -> None:
    marker = client.execute(
        parked,
        "play_and_get_digits",
        "1 1 2 2000 # silence_stream://5000 silence_stream://300 choice '^[1-3]$' 2000",
    )
    client.until(Event_Name="PLAYBACK_START", Unique_ID=parked, Playback_File_Path="silence_stream://5000")
    client.api(f"uuid_recv_dtmf {parked} 9")
    client.until(Event_Name="PLAYBACK_START", Unique_ID=parked, Playback_File_Path="silence_stream://300")
    client.until(Event_Name="PLAYBACK_START", Unique_ID=parked, Playback_File_Path="silence_stream://5000")
    client.api(f"uuid_recv_dtmf {parked} 2")
    done = client.until(Event_Name="CHANNEL_EXECUTE_COMPLETE", Application_UUID=marker)
    assert (done["variable_choice"], done["variable_choice_invalid"]) == ("2", "9")


def test_no_input_at_all_fails_after_the_tries(client: Client, parked: str) -> None:
    done = run(
        client, parked, "play_and_get_digits", "1 1 2 1000 # silence_stream://300 silence_stream://300 key"
    )
    assert "variable_key" not in done
    assert done["variable_read_result"] == "failure"
    done = run(client, parked, "read", "1 4 silence_stream://300 pin 1000 #")
    assert "variable_pin" not in done


def test_a_recording_ends_at_its_limit_and_leaves_a_file(client: Client, parked: str, tmp_path: Path) -> None:
    path = tmp_path / "said.wav"
    done = run(client, parked, "record", f"{path} 2")
    assert path.read_bytes()[:4] == b"RIFF"
    assert done["Application-Response"] == "_none_"
    assert done["variable_silence_hits_exhausted"] == "false"
    marker = client.execute(parked, "record", f"{path} 60")
    client.until(Event_Name="RECORD_START", Unique_ID=parked)
    client.api(f"uuid_recv_dtmf {parked} *")
    done = client.until(Event_Name="CHANNEL_EXECUTE_COMPLETE", Application_UUID=marker)
    assert done["variable_playback_terminator_used"] == "*"


def test_a_recording_ends_after_silence(client: Client, parked: str, tmp_path: Path) -> None:
    done = run(client, parked, "record", f"{tmp_path / 'quiet.wav'} 60 200 2")
    assert done["variable_silence_hits_exhausted"] == "true"


def test_a_recording_that_cannot_be_opened_ends_the_call(client: Client, parked: str) -> None:
    client.execute(parked, "record", "/proc/nowhere/x.wav 5")
    gone = client.until(Event_Name="CHANNEL_HANGUP_COMPLETE", Unique_ID=parked)
    assert gone["Hangup-Cause"] == "DESTINATION_OUT_OF_ORDER"


def test_a_bridge_connects_until_the_other_side_hangs_up(client: Client, parked: str) -> None:
    client.api(f"uuid_setvar {parked} hangup_after_bridge false")
    marker = client.execute(parked, "bridge", "sofia/gateway/carrier/15556002")
    bridged = client.until(Event_Name="CHANNEL_BRIDGE", Unique_ID=parked)
    other = bridged["Bridge-B-Unique-ID"]
    assert bridged["Bridge-A-Unique-ID"] == parked
    assert bridged["Other-Type"] == "originatee"
    assert client.until(Event_Name="CHANNEL_CREATE", Unique_ID=other)["Other-Type"] == "originator"
    client.until(Event_Name="CHANNEL_UNBRIDGE", Unique_ID=parked)
    done = client.until(Event_Name="CHANNEL_EXECUTE_COMPLETE", Application_UUID=marker)
    assert done["variable_originate_disposition"] == "SUCCESS"
    assert done["variable_bridge_hangup_cause"] == "NORMAL_CLEARING"
    assert int(done["Caller-Channel-Bridged-Time"]) > 0
    assert client.api(f"uuid_exists {parked}") == "true"
    client.api(f"uuid_kill {parked}")


def test_a_failed_bridge_goes_on_only_if_told_to(client: Client, parked: str) -> None:
    client.api(f"uuid_setvar {parked} continue_on_fail true")
    done = run(client, parked, "bridge", "sofia/gateway/carrier/15552001")
    assert done["variable_originate_disposition"] == "USER_BUSY"
    assert done["variable_last_bridge_hangup_cause"] == "USER_BUSY"
    client.api(f"uuid_setvar {parked} continue_on_fail false")
    client.execute(parked, "bridge", "sofia/gateway/carrier/15552001")
    gone = client.until(Event_Name="CHANNEL_HANGUP_COMPLETE", Unique_ID=parked)
    assert gone["Hangup-Cause"] == "USER_BUSY"


def test_a_bridge_waits_for_the_confirming_key(client: Client, parked: str) -> None:
    options = "{group_confirm_key=1,group_confirm_file=silence_stream://4000}"
    client.execute(parked, "bridge", options + "sofia/gateway/carrier/15551001")
    bridged = client.until(Event_Name="CHANNEL_BRIDGE", Unique_ID=parked)
    pressed = client.until(Event_Name="DTMF", Unique_ID=bridged["Bridge-B-Unique-ID"])
    assert int(pressed["Event-Sequence"]) < int(bridged["Event-Sequence"])
    client.api(f"uuid_kill {parked}")
    other = client.until(Event_Name="CHANNEL_HANGUP_COMPLETE", Unique_ID=bridged["Bridge-B-Unique-ID"])
    assert other["Hangup-Cause"] == "NORMAL_CLEARING"


def test_hanging_up_while_the_bridge_rings_cancels_the_other_leg(client: Client, parked: str) -> None:
    client.execute(parked, "bridge", "sofia/gateway/carrier/15552002")
    ringing = client.until(Event_Name="CHANNEL_PROGRESS", Other_Type="originator")
    client.api(f"uuid_kill {parked}")
    other = client.until(Event_Name="CHANNEL_HANGUP_COMPLETE", Unique_ID=ringing["Unique-ID"])
    assert other["Hangup-Cause"] == "ORIGINATOR_CANCEL"
    client.until(Event_Name="CHANNEL_HANGUP_COMPLETE", Unique_ID=parked)


def test_a_conference_ends_by_being_kicked(client: Client, parked: str) -> None:
    marker = client.execute(parked, "conference", "room@default")
    joined = client.until(Event_Name="CUSTOM", Action="add-member")
    assert joined["Conference-Name"] == "room"
    client.api("conference room kick all")
    client.until(Event_Name="CHANNEL_EXECUTE_COMPLETE", Application_UUID=marker)
    client.api(f"uuid_kill {parked}")


def test_a_transfer_leaves_what_runs(client: Client, parked: str) -> None:
    marker = client.execute(parked, "playback", "silence_stream://-1")
    client.until(Event_Name="PLAYBACK_START", Unique_ID=parked)
    client.api(f"uuid_transfer {parked} set:moved=yes,park inline")
    client.until(Event_Name="CHANNEL_EXECUTE_COMPLETE", Application_UUID=marker)
    client.until(Event_Name="CHANNEL_PARK", Unique_ID=parked)
    assert client.api(f"uuid_getvar {parked} moved") == "yes"
    client.api(f"uuid_kill {parked}")


def test_uuid_park_parks_without_announcing_an_application(client: Client, parked: str) -> None:
    client.api(f"uuid_park {parked}")
    seen = client.seen_until(Event_Name="CHANNEL_PARK", Unique_ID=parked)
    assert [event["Event-Name"] for event in seen if event.get("Application")][
        -1
    ] == "CHANNEL_EXECUTE_COMPLETE"
    client.api(f"uuid_kill {parked}")


def test_a_machine_is_heard_by_its_speech_and_its_beep(client: Client) -> None:
    call = client.originate("15554001")
    client.until(Event_Name="CHANNEL_PARK", Unique_ID=call)
    client.execute(call, "avmd_start")
    done = run(client, call, "wait_for_silence", "200 25 10 20000")
    assert done["variable_wait_for_silence_timeout"] == "false"
    beep = client.until(Event_Name="CUSTOM", Event_Subclass="avmd::beep")
    assert (beep["Unique-ID"], beep["Beep-Status"]) == (call, "DETECTED")
    assert client.api(f"uuid_getvar {call} avmd_detect") == "TRUE"
    again = client.until(Event_Name="CUSTOM", Event_Subclass="avmd::beep")
    assert again["Channel-State"] == "CS_EXECUTE"  # told again, with the channel's headers, once it is parked
    run(client, call, "avmd_stop")
    assert int(client.until(Event_Subclass="avmd::stop")["Total-time"]) > 4_000_000


def test_audio_and_silence_are_noticed(client: Client) -> None:
    call = client.originate("15554001")
    client.until(Event_Name="CHANNEL_PARK", Unique_ID=call)
    assert run(client, call, "detect_audio", "200 10 5000")["variable_detect_audio_timeout"] == "false"
    assert run(client, call, "detect_silence", "200 25 20000")["variable_detect_silence_timeout"] == "false"
    done = run(client, call, "wait_for_silence", "200 25 1000 3000")
    assert done["variable_wait_for_silence_timeout"] == "true"
    client.api(f"uuid_kill {call}")
