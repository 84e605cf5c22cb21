"""How long things last, and what a CDR says of times."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from engine.simulator import causes, media, recording
from engine.simulator.schedule import Scheduler
from engine.simulator.timetable import Timetable


@pytest.mark.parametrize(
    ("name", "seconds"),
    [
        ("silence_stream://1500", 1.5),
        ("silence_stream://250,1400", 0.25),
        ("silence_stream://-1", media.FOREVER_S),
        ("tone_stream://%(1000,500,440)", 1.5),
        ("tone_stream://%(100,100,440);loops=3", 0.6),
        ("tone_stream://L=2;%(100,0,440)", 0.2),
        ("tone_stream://%(2000,4000,440,480);loops=-1", media.FOREVER_S),
        ("file_string://silence_stream://100!silence_stream://200", 0.3),
        ("{rate=8000}silence_stream://100", 0.1),
        ("ivr/ivr-welcome.wav", 2.0),
        ("local_stream://moh", media.FOREVER_S),
    ],
)
def test_durations(name: str, seconds: float) -> None:
    assert media.duration_s(name) == pytest.approx(seconds)


def test_speech_takes_as_long_as_its_text() -> None:
    assert media.duration_s("tts://flite|slt|" + "x" * 100) == pytest.approx(6.5)
    assert media.duration_s("say:hello") == pytest.approx(0.4)


@pytest.mark.parametrize("name", ["/nowhere/x.wav", "nonsense://x", "", "file_string:///nowhere/x.wav"])
def test_what_is_not_there_is_not_found(name: str) -> None:
    with pytest.raises(media.MediaNotFoundError):
        media.duration_s(name)


def test_a_wav_is_measured_by_its_header(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    assert recording.write_wav(str(path), 1.25)
    assert media.duration_s(str(path)) == pytest.approx(1.25)
    ulaw = b"RIFF\0\0\0\0WAVEfmt " + struct.pack("<IHHIIHH", 16, 7, 1, 8000, 8000, 1, 8)
    ulaw += b"LIST" + struct.pack("<I", 3) + b"abc\0" + b"data" + struct.pack("<I", 4000) + bytes(4000)
    path.write_bytes(ulaw)
    assert media.duration_s(str(path)) == pytest.approx(0.5)
    path.write_bytes(b"not a wave file")
    with pytest.raises(media.MediaNotFoundError):
        media.duration_s(str(path))


def test_causes() -> None:
    assert causes.q850("USER_BUSY") == 17
    assert causes.q850("GATEWAY_DOWN") == 16
    assert causes.parse("user_busy") == "USER_BUSY"
    assert causes.parse("17") == "USER_BUSY"
    assert causes.parse("nonsense") == "NORMAL_CLEARING"
    assert causes.sip_status("USER_BUSY") == 486
    assert causes.sip_phrase(486) == "Busy Here"


class HandScheduler(Scheduler):
    """Time that a test moves."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = 0.0

    def now_s(self) -> float:
        return self.seconds


def test_a_timetable_makes_a_cdr() -> None:
    clock = HandScheduler()
    times = Timetable(1_700_000_000_900_000, clock)
    clock.seconds = 1.5
    times.mark("progress")
    clock.seconds = 4.25
    times.mark("answered")
    clock.seconds = 10.0
    times.mark("hungup")
    variables = dict(times.variables())
    assert variables["duration"] == "10"
    assert variables["mduration"] == "10000"
    assert variables["billmsec"] == "5750"
    assert variables["billusec"] == "5750000"
    assert variables["answermsec"] == "4250"
    assert variables["progressmsec"] == "1500"
    assert variables["waitsec"] == "0"
    assert variables["start_uepoch"] == "1700000000900000"
    assert "bridge_stamp" not in variables


def test_what_was_never_answered_bills_nothing() -> None:
    clock = HandScheduler()
    times = Timetable(1_700_000_000_000_000, clock)
    clock.seconds = 30.0
    times.mark("hungup")
    variables = dict(times.variables())
    assert (variables["duration"], variables["billsec"], variables["flow_billsec"]) == ("30", "0", "0")


def test_timers_run_in_order_and_can_be_cancelled() -> None:
    clock = HandScheduler()
    ran: list[str] = []
    clock.after(2.0, ran.append, "second")
    clock.after(1.0, ran.append, "first")
    clock.after(1.5, ran.append, "cancelled").cancel()
    clock.soon(ran.append, "at once")
    clock.run_due()
    assert ran == ["at once"]
    clock.seconds = 1.9
    clock.run_due()
    assert ran == ["at once", "first"]
    clock.seconds = 3.0
    clock.run_due()
    assert ran == ["at once", "first", "second"]


def test_a_callback_that_fails_does_not_stop_time(caplog: pytest.LogCaptureFixture) -> None:
    clock = HandScheduler()
    ran: list[str] = []

    def fail() -> None:
        raise RuntimeError("broken")

    clock.soon(fail)
    clock.soon(ran.append, "after")
    clock.run_due()
    assert ran == ["after"]
    assert "failed" in caplog.text


def test_time_cannot_stand_still() -> None:
    with pytest.raises(ValueError, match="above 0"):
        Scheduler(0)
