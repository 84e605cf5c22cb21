"""A switch that misbehaves: it flaps, crawls, stalls, refuses, dies."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import gevent
import pytest
from bare_client import Client
from gevent import socket

from engine.simulator.callees import Scenario, answers
from engine.simulator.faults import SwitchFaults
from engine.simulator.simulator import Simulator

Connect = Callable[..., Client]


def test_dropped_connections_come_back_and_the_calls_live_on(simulator: Simulator, connect: Connect) -> None:
    client = connect()
    client.command("event plain CHANNEL_PARK")
    call = client.originate("15551020")
    client.until(Event_Name="CHANNEL_PARK")
    assert simulator.drop_connections() == 1
    with pytest.raises((EOFError, ConnectionError)):
        client.message()
    again = connect()
    assert again.api(f"uuid_exists {call}") == "true"
    assert simulator.live == [call]


def test_a_flapping_switch_drops_its_clients_again_and_again() -> None:
    scenario = Scenario(switch=SwitchFaults(flap_every_s=4.0))
    with Simulator(speed=40, callees=scenario) as simulator:
        for _ in range(3):
            client = Client(simulator.host, simulator.port)
            with contextlib.suppress(ConnectionError), pytest.raises(EOFError):
                client.message()
            client.sock.close()


def test_a_slow_switch_answers_late_and_in_order(simulator: Simulator, connect: Connect) -> None:
    client = connect()
    simulator.slow_down(8.0)
    started = time.monotonic()
    client.sock.sendall(b"api echo one\n\napi echo two\n\n")
    assert [client.message()[1], client.message()[1]] == [b"one", b"two"]
    assert time.monotonic() - started >= 8.0 / simulator.scheduler.speed
    client.sock.sendall(b"api echo three\n\n")
    (connection,) = simulator._connections
    assert simulator.wait_until(lambda: connection._last_due_s > simulator.scheduler.now_s())
    simulator.slow_down(0.0)  # what is said from now on still comes after what was said before
    client.sock.sendall(b"api echo four\n\n")
    assert [client.message()[1], client.message()[1]] == [b"three", b"four"]


def test_a_stalled_switch_says_nothing_until_it_resumes(simulator: Simulator, connect: Connect) -> None:
    client = connect()
    simulator.stall()
    client.sock.sendall(b"api echo hello\n\n")
    client.sock.settimeout(0.2)
    with pytest.raises(TimeoutError):
        client.message()
    simulator.resume()
    client.sock.settimeout(10)
    assert client.message()[1] == b"hello"


def test_originates_can_be_refused(simulator: Simulator, client: Client) -> None:
    simulator.refuse_originates("SWITCH_CONGESTION")
    assert client.job(client.originate("15551020")) == "-ERR SWITCH_CONGESTION\n"
    simulator.refuse_originates("")
    simulator.gateway("carrier", "down")
    assert client.job(client.originate("15551020")) == "-ERR GATEWAY_DOWN\n"
    simulator.gateway("carrier", "up")
    assert client.job(client.originate("15551020")).startswith("+OK")


def test_a_paused_switch_refuses_and_resumes(client: Client) -> None:
    assert client.api("fsctl pause") == "+OK\n"
    assert client.job(client.originate("15551020")) == "-ERR DESTINATION_OUT_OF_ORDER\n"
    assert client.api("fsctl resume") == "+OK\n"
    assert client.job(client.originate("15551020")).startswith("+OK")


def test_a_restart_loses_the_calls_and_changes_the_core_uuid(simulator: Simulator, connect: Connect) -> None:
    client = connect()
    client.command("event plain CHANNEL_PARK")
    call = client.originate("15551020")
    core = client.until(Event_Name="CHANNEL_PARK", Unique_ID=call)["Core-UUID"]
    simulator.die(back_after_s=8.0)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((simulator.host, simulator.port))
    deadline = time.monotonic() + 10
    while True:
        try:
            again = connect()
            break
        except ConnectionRefusedError:
            assert time.monotonic() < deadline
            gevent.sleep(0.01)
    assert again.api(f"uuid_exists {call}") == "false"
    assert again.api("global_getvar core_uuid") != core
    assert simulator.load.now == 0


def test_a_listener_that_does_not_read_is_cut_off_at_last(simulator: Simulator, connect: Connect) -> None:
    lazy, busy = connect(), connect()
    lazy.command("event plain CUSTOM a::b")
    (connection,) = [one for one in simulator._connections if one.session.subscription.enabled]
    connection.session.MAX_QUEUE = 50
    lazy.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    padding = "x" * 2000
    for _ in range(40_000):
        busy.command(f"sendevent CUSTOM\nEvent-Subclass: a::b\nPadding: {padding}")
        if connection.session.closed:
            break
    assert connection.session.closed
    assert busy.api("echo still here") == "still here"


def test_the_simulator_runs_as_a_process_of_its_own(tmp_path: Path) -> None:
    script = tmp_path / "callees.yaml"
    script.write_text("callees: [{any: true, outcome: busy, ring_s: 0}]\n")
    command = [
        sys.executable,
        "-m",
        "engine.simulator",
        "--port",
        "0",
        "--speed",
        "20",
        "--callees",
        str(script),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline().strip()
        assert line.startswith("listening on esl://:ClueCon@127.0.0.1:")
        client = Client("127.0.0.1", int(line.rpartition(":")[2]))
        assert client.api("originate sofia/gateway/a/1 &park()") == "-ERR USER_BUSY\n"
        client.sock.close()
        process.terminate()
        assert process.wait(timeout=10) == 0


def test_a_bad_callee_file_is_explained(tmp_path: Path) -> None:
    script = tmp_path / "callees.yaml"
    script.write_text("callees: [{number: '1', outcome: bussy}]\n")
    command = [sys.executable, "-m", "engine.simulator", "--port", "0", "--callees", str(script)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 2
    assert "callees[0]: outcome: 'bussy' is none of answer, busy" in done.stderr


def test_a_taken_port_is_explained(simulator: Simulator) -> None:
    with pytest.raises(OSError, match="in use"):
        Simulator(port=simulator.port, callees={"*": answers()}).start()
