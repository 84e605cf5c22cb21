"""The engine's own switch driver against the simulator: a peer that it cannot tell from a real one."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.clock import SystemClock
from engine.errors import CallEndedError
from engine.esl.call import Bridge, Call, Collect
from engine.esl.switch import Originate, Switch
from engine.simulator.simulator import Simulator


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator(speed=40, seed=1) as running:
        yield running


@pytest.fixture
def switch(simulator: Simulator) -> Iterator[Switch]:
    switch = Switch.from_url(simulator.url, engine="test", clock=SystemClock())
    switch.start()
    assert switch.wait_connected(10)
    yield switch
    switch.stop()


def dial(switch: Switch, number: str, timeout_s: int = 30) -> Call:
    return switch.originate(
        Originate(
            uuid=str(uuid.uuid4()),
            endpoint=f"sofia/gateway/carrier/{number}",
            caller_id_name="Dr. O'Neil, Practice",
            caller_id_number="+15550100",
            timeout_s=timeout_s,
            variables={"note": "100% sure"},
        )
    )


def test_a_reminder_from_ring_to_hang_up(switch: Switch, simulator: Simulator) -> None:
    call = dial(switch, "15551003")
    call.wait_answered(10)
    assert call.play(["silence_stream://2000"]) == "FILE PLAYED"
    assert call.play(["/nowhere/x.wav"]) == "FILE NOT FOUND"
    answer = call.collect(Collect(("silence_stream://3000",), max_digits=1, timeout_s=5, variable="key"))
    assert answer.digits == "3"
    call.hangup()
    hangup = call.wait_ended(10)
    assert hangup is not None
    assert (hangup.cause, hangup.q850, hangup.answered) == ("NORMAL_CLEARING", 16, True)
    assert hangup.billsec >= 3
    attempt = simulator.originated[0]
    assert attempt.variables["origination_caller_id_name"] == "Dr. O'Neil, Practice"
    assert attempt.variables["note"] == "100% sure"


@pytest.mark.parametrize(("number", "cause"), [("12001", "USER_BUSY"), ("12004", "UNALLOCATED_NUMBER")])
def test_a_refusal_reaches_the_call(switch: Switch, number: str, cause: str) -> None:
    call = dial(switch, number)
    with pytest.raises(CallEndedError):
        call.wait_answered(10)
    assert call.hangup_info is not None
    assert call.hangup_info.cause == cause


def test_the_callee_hangs_up_in_the_middle_of_a_prompt(switch: Switch) -> None:
    call = dial(switch, "11021")
    call.wait_answered(10)
    with pytest.raises(CallEndedError):
        call.play(["silence_stream://30000"])
    assert call.hangup_info is not None
    assert call.hangup_info.answered


def test_recording_and_transfer(switch: Switch, tmp_path: Path) -> None:
    call = dial(switch, "11026")
    call.wait_answered(10)
    recorded = call.record(str(tmp_path / "said.wav"), max_s=30, silence_s=2)
    assert 4000 <= recorded.duration_ms <= 7000  # three seconds of speech and two of silence
    busy = call.bridge(Bridge(("sofia/gateway/carrier/12001",), timeout_s=20))
    assert (busy.connected, busy.cause) == (False, "USER_BUSY")
    both = call.bridge(Bridge(("sofia/gateway/carrier/16003",), timeout_s=20))
    assert both.connected
    call.hangup()
    assert call.wait_ended(10) is not None


def test_a_call_is_adopted_after_the_connection_broke(switch: Switch, simulator: Simulator) -> None:
    call = dial(switch, "11020")
    call.wait_answered(10)
    call.set_variables({"cursor": "node-7"})
    simulator.drop_connections()
    assert simulator.wait_until(lambda: call.lost is not None)
    assert switch.wait_connected(20)
    assert [channel.uuid for channel in switch.live_channels()] == [call.uuid]
    adopted = switch.adopt(call.uuid)
    assert adopted.answered
    assert adopted.variables["cursor"] == "node-7"
    assert adopted.play(["silence_stream://500"]) == "FILE PLAYED"
    adopted.hangup()
    assert adopted.wait_ended(10) is not None
