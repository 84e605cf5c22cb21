"""A switch and its calls: the same tests on the simulator and on a real FreeSWITCH."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import gevent
import msgspec
import pytest
import switches

from engine.clock import SystemClock
from engine.errors import CallEndedError, CommandRefusedError, SettingsError, SwitchError, UnsafeValueError
from engine.esl.switch import Bridge, Call, Collect, Originate, Switch

_LONG = ["tone_stream://%(20000,0,440)"]
_numbers = itertools.count()


@pytest.fixture(scope="module", params=["simulator", pytest.param("freeswitch", marks=pytest.mark.switch)])
def peer(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[switches.TestSwitch]:
    """A switch with scripted callees."""
    if request.param == "simulator":
        with switches.simulated() as found:
            yield found
        return
    try:
        with switches.real(tmp_path_factory.mktemp("freeswitch")) as found:
            yield found
    except switches.NoSwitchError as error:
        pytest.skip(str(error))


@pytest.fixture
def connect(peer: switches.TestSwitch) -> Iterator[Callable[[], Switch]]:
    """Makes engines that are connected to the switch."""
    made: list[Switch] = []

    def make(engine: str = "") -> Switch:
        switch = Switch.from_url(peer.url, engine=engine or f"test-{uuid.uuid4()}", clock=SystemClock())
        made.append(switch)
        switch.start()
        assert switch.wait_connected(10), switch.last_error
        return switch

    yield make
    for switch in made:
        switch.stop()


@pytest.fixture
def switch(connect: Callable[[], Switch]) -> Switch:
    """One engine."""
    return connect()


class Dial:
    """Places calls to scripted callees, and hangs up what is left."""

    def __init__(self, peer: switches.TestSwitch) -> None:
        self._peer = peer
        self._calls: list[Call] = []

    def endpoint(self, suffix: str) -> str:
        """A number with this suffix, never called before."""
        return self._peer.endpoint % f"+1202{next(_numbers):03d}{suffix}"

    def place(self, switch: Switch, suffix: str, **options: object) -> Call:
        """Originate."""
        values: dict[str, object] = {
            "uuid": str(uuid.uuid4()),
            "endpoint": self.endpoint(suffix),
            "caller_id_name": "Practice",
            "caller_id_number": "+12025550100",
            "timeout_s": 20,
        }
        call = switch.originate(Originate(**{**values, **options}))  # type: ignore[arg-type]
        self._calls.append(call)
        return call

    def up(self, switch: Switch, suffix: str = "1020", **options: object) -> Call:
        """Originate and wait until it is answered."""
        call = self.place(switch, suffix, **options)
        call.wait_answered(15)
        return call

    def clean(self) -> None:
        """End what is up."""
        for call in self._calls:
            try:
                call.hangup()
            except SwitchError:
                continue


@pytest.fixture
def dial(peer: switches.TestSwitch) -> Iterator[Dial]:
    """Calls that end with the test."""
    found = Dial(peer)
    yield found
    found.clean()


def variables(switch: Switch, call: Call) -> dict[str, str]:
    """What the switch has on the channel, exactly."""
    dump = msgspec.json.decode(switch.api(f"api uuid_dump {call.uuid} json").encode())
    assert isinstance(dump, dict)
    return {
        name.removeprefix("variable_"): value for name, value in dump.items() if name.startswith("variable_")
    }


# Originate.


def test_a_call_from_originate_to_hang_up(switch: Switch, dial: Dial) -> None:
    call = dial.up(switch, variables={"note": "x"})
    assert call.answered
    assert not call.ended
    assert switch.exists(call.uuid)
    with gevent.Timeout(10):
        while call.uuid not in {channel.uuid for channel in switch.live_channels()}:
            gevent.sleep(0.05)
    call.hangup()
    ended = call.wait_ended(10)
    assert ended is not None
    assert (ended.cause, ended.q850, ended.source, ended.answered) == ("NORMAL_CLEARING", 16, "channel", True)
    assert switch.followed == 0
    assert not switch.exists(str(uuid.uuid4()))
    call.hangup()  # nothing happens
    with pytest.raises(CallEndedError):
        call.play(_LONG)


@pytest.mark.parametrize(
    ("suffix", "cause", "q850"),
    [("2001", "USER_BUSY", 17), ("2003", "CALL_REJECTED", 21), ("2004", "UNALLOCATED_NUMBER", 1)],
)
def test_a_call_that_fails_ends_once_and_tells_why(
    switch: Switch, dial: Dial, suffix: str, cause: str, q850: int
) -> None:
    call = dial.place(switch, suffix)
    with pytest.raises(CallEndedError, match=cause):
        call.wait_answered(15)
    ended = call.wait_ended(0)
    assert ended is not None
    assert (ended.cause, ended.q850, ended.source, ended.answered) == (cause, q850, "channel", False)
    gevent.sleep(0.6)  # the job's own report comes to nothing
    assert call.wait_ended(0) is ended


def test_ringing_ends_after_its_timeout(switch: Switch, dial: Dial) -> None:
    call = dial.place(switch, "2002", timeout_s=1)
    ended = call.wait_ended(15)
    assert ended is not None
    assert (ended.cause, ended.answered) == ("NO_ANSWER", False)


def test_a_call_that_never_had_a_channel_ends_by_its_job(switch: Switch, dial: Dial) -> None:
    call = dial.place(switch, "", endpoint="nonsense/1")
    ended = call.wait_ended(10)
    assert ended is not None
    assert (ended.cause, ended.source) == ("CHAN_NOT_IMPLEMENTED", "job")
    assert switch.followed == 0


@pytest.mark.parametrize(
    "value",
    [
        "Doe, Jane",
        "O'Brien",
        "'quoted'",
        "Zoë 😀",
        "1,foo=bar",
        "a:_:b",
        " two  blanks ",
        "[x]<y>",
        "a=b;c|d",
        "^^:x",
        "x%0AUnique-ID: fake",
        "50% & more",
        "$5 or so",
    ],
)
def test_a_value_arrives_as_it_is(switch: Switch, dial: Dial, value: str) -> None:
    call = dial.up(switch, caller_id_name=value, variables={"note": value})
    found = variables(switch, call)
    assert found["origination_caller_id_name"] == value
    assert found["note"] == value
    assert "foo" not in found
    call.set_variables({"again": value + ";\\n'", "empty": ""})
    assert variables(switch, call)["again"] == value + ";\\n'"


@pytest.mark.parametrize(
    ("field", "options"),
    [
        ("caller_id_name", {"caller_id_name": "1,foo=bar}[x]"}),
        ("caller_id_name", {"caller_id_name": "a\nb"}),
        ("caller_id_number", {"caller_id_number": "1,foo=bar}[x]"}),
        ("note", {"variables": {"note": "${system(true)}"}}),
        ("gateway_codecs", {"codecs": "PCMU,x y"}),
        ("gateways", {"endpoint": "a/1,b/2"}),
        ("uuid", {"uuid": "x y"}),
    ],
)
def test_what_is_unsafe_is_refused_before_anything_is_sent(
    switch: Switch, dial: Dial, field: str, options: dict[str, object]
) -> None:
    with pytest.raises(UnsafeValueError) as caught:
        dial.place(switch, "1020", **options)
    assert caught.value.field == field
    assert switch.followed == 0


# Applications.


def test_applications_run_one_after_the_other_and_are_told_apart(switch: Switch, dial: Dial) -> None:
    call = dial.up(switch)
    first = gevent.spawn(call.play, ["silence_stream://300"])
    second = gevent.spawn(call.play, ["/no/such/file.wav"])
    gevent.joinall([first, second], timeout=10)
    assert (first.value, second.value) == ("FILE PLAYED", "FILE NOT FOUND")


def test_a_prompt_can_be_stopped(switch: Switch, dial: Dial) -> None:
    call = dial.up(switch)
    playing = gevent.spawn(call.play, _LONG)
    while not playing.ready():
        call.stop_application()
        gevent.sleep(0.05)
    assert playing.exception is None
    assert not call.ended


def test_a_key_is_collected_in_the_middle_of_a_prompt(switch: Switch, dial: Dial) -> None:
    call = dial.up(switch, "1004")
    assert call.collect(Collect(tuple(_LONG), 1, 5, "k1")).digits == "4"
    assert variables(switch, call)["k1"] == "4"  # for an engine that comes later


def test_nothing_is_pressed(switch: Switch, dial: Dial) -> None:
    call = dial.up(switch)
    call.set_variables({"k1": "9"})
    collected = call.collect(Collect(("silence_stream://50",), 1, 0.3, "k1"))
    assert (collected.digits, collected.timed_out) == ("", True)


def test_a_hang_up_ends_every_wait(switch: Switch, dial: Dial) -> None:
    call = dial.up(switch, "1021")
    with pytest.raises(CallEndedError):
        call.play(_LONG, timeout_s=30)
    assert call.wait_ended(5) is not None
    assert switch.followed == 0


def test_a_recording_has_its_length(switch: Switch, dial: Dial, tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    call = dial.up(switch, "1026")
    recorded = call.record(str(tmp_path / "said.wav"), max_s=2, silence_s=5)
    assert 1000 <= recorded.duration_ms <= 4000
    assert (tmp_path / "said.wav").stat().st_size > 8000


def test_a_recording_that_cannot_be_written_is_named(switch: Switch, dial: Dial) -> None:
    call = dial.up(switch, "1026")
    with pytest.raises((CommandRefusedError, CallEndedError)) as caught:
        call.record("/proc/nowhere/said.wav", max_s=1, silence_s=5)
    if isinstance(caught.value, CommandRefusedError):
        assert "/proc/nowhere/said.wav" in str(caught.value)


def test_a_transfer_to_somebody_who_is_busy_leaves_the_callee(switch: Switch, dial: Dial) -> None:
    call = dial.up(switch)
    bridged = call.bridge(Bridge((dial.endpoint("2001"),), 10, "O'Brien, J", "+12025550101"))
    assert (bridged.connected, bridged.cause, bridged.duration_s) == (False, "USER_BUSY", 0)
    assert call.play(["silence_stream://20"]) == "FILE PLAYED"


def test_a_transfer_that_is_confirmed_with_a_key(
    switch: Switch, dial: Dial, peer: switches.TestSwitch
) -> None:
    call = dial.up(switch)
    bridged = call.bridge(
        Bridge((dial.endpoint("1040"),), 20, confirm_key="5", confirm_audio="silence_stream://8000"),
        timeout_s=40,
    )
    assert bridged.connected
    if peer.kind != "simulator":
        assert bridged.duration_s >= 2


# Losing and finding calls.


def test_a_call_is_adopted_with_its_variables(connect: Callable[..., Switch], dial: Dial) -> None:
    first, second = connect("one"), connect("two")
    call = dial.up(first, variables={"carillon_cursor": "3:ask, it's"})
    first.stop()
    with pytest.raises(SwitchError):
        call.play(_LONG)
    adopted = second.adopt(call.uuid)
    assert adopted.answered
    assert adopted.variables["carillon_cursor"] == "3:ask, it's"
    assert adopted.play(["silence_stream://20"]) == "FILE PLAYED"
    adopted.hangup()
    assert adopted.wait_ended(10) is not None


def test_a_ringing_call_is_adopted_and_then_answered(connect: Callable[..., Switch], dial: Dial) -> None:
    first, second = connect("one"), connect("two")
    call = dial.place(first, "1001")
    gevent.sleep(0.05)
    first.stop()
    adopted = second.adopt(call.uuid)
    adopted.wait_answered(15)
    assert adopted.play(["silence_stream://20"]) == "FILE PLAYED"
    adopted.hangup()


def test_a_call_that_is_gone_cannot_be_adopted(switch: Switch) -> None:
    with pytest.raises(CallEndedError, match="has ended"):
        switch.adopt(str(uuid.uuid4()))
    assert switch.followed == 0


def test_a_lost_connection_lets_go_of_its_calls_and_comes_back(switch: Switch, dial: Dial) -> None:
    back = gevent.event.Event()
    call = dial.up(switch)
    playing = gevent.spawn(call.play, _LONG)
    gevent.sleep(0.05)
    switch.on_connected.append(back.set)
    for link in (switch._events, switch._job_link, switch._commands):
        assert link._connection is not None
        link._connection.close(None)
    playing.join(timeout=5)
    assert isinstance(playing.exception, SwitchError)
    assert not call.ended
    assert back.wait(timeout=10)
    adopted = switch.adopt(call.uuid)
    adopted.hangup()
    assert adopted.wait_ended(10) is not None


def test_only_our_own_events_come(connect: Callable[..., Switch], dial: Dial) -> None:
    first, second = connect("one"), connect("two")
    seen: list[str] = []
    route = second._events._on_event
    assert route is not None
    assert second._events._connection is not None
    second._events._connection._on_event = lambda event: seen.append(event.name)
    call = dial.up(first)
    call.hangup()
    assert call.wait_ended(10) is not None
    ours = dial.place(second, "2001")
    gevent.sleep(0.7)
    assert set(seen) <= {"CHANNEL_HANGUP_COMPLETE", "HEARTBEAT"}
    assert seen.count("CHANNEL_HANGUP_COMPLETE") == 1
    assert ours.uuid != call.uuid


@pytest.mark.parametrize(
    "url", ["", "esl://127.0.0.1:8021", "http://:x@127.0.0.1", "esl://:x@127.0.0.1:many", "esl://:x@"]
)
def test_a_url_that_cannot_be_used_says_how_it_should_look(url: str) -> None:
    with pytest.raises(SettingsError, match="esl://:PASSWORD@HOST:PORT"):
        Switch.from_url(url, engine="x", clock=SystemClock())
