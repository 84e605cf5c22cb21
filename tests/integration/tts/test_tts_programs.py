"""Real processes: espeak-ng where it is installed, a stand-in for Piper, and what happens when they misbehave."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import gevent
import psutil
import pytest

from engine.errors import SettingsError, TtsError
from engine.tts import resample
from engine.tts.cache import DiskCache
from engine.tts.engines.choose import choose
from engine.tts.engines.espeak import EspeakNg
from engine.tts.engines.piper import Piper
from engine.tts.process import run_process
from engine.tts.resample import RATE_HZ, samples_of
from engine.tts.speech import Speech

TEXT = "Good day. Press 1 to confirm your appointment."

needs_espeak = pytest.mark.skipif(not EspeakNg.installed(), reason="espeak-ng is not installed")

# Behaves like Piper's command line: one line of stdin, 22,050 Hz into --output_file.
PIPER = """#!{python}
import sys
sys.path.insert(0, {here!r})
from resample import wav
from array import array
assert sys.argv[1] == "--model" and sys.argv[3] == "--output_file", sys.argv
lines = sys.stdin.read().splitlines()
assert len(lines) == 1, lines
if lines[0] == "fail":
    sys.exit("no such phoneme")
if lines[0] != "mute":
    open(sys.argv[4], "wb").write(wav(array("h", [1000] * 22050), 22050))
"""


@needs_espeak
def test_espeak_speaks_telephone_sound() -> None:
    engine = EspeakNg()
    samples, rate_hz = samples_of(engine.synthesise(TEXT, None, "en"))
    assert rate_hz == RATE_HZ
    assert 2 < len(samples) / rate_hz < 8
    assert max(samples) > 5000
    assert engine.synthesise(TEXT, "en-us+f3", "en") != engine.synthesise(TEXT, None, "de")


@needs_espeak
def test_espeak_identity_tells_version_voice_and_rate() -> None:
    assert "1." in EspeakNg().identity(None, "en")
    assert EspeakNg().identity(None, "en") != EspeakNg(words_per_minute=200).identity(None, "en")
    assert EspeakNg(voice="de").identity(None, "en") == EspeakNg().identity("de", "en")
    assert EspeakNg().identity("en", "en") == EspeakNg().identity(None, "EN")


@needs_espeak
@pytest.mark.parametrize("text", ["-w /tmp/x", "--help", "[[", "<speak>&", "\U0001f600", "a" * 2000])
def test_espeak_takes_any_text_as_words(text: str) -> None:
    assert samples_of(EspeakNg().synthesise(text, None, "en"))[1] == RATE_HZ


@needs_espeak
def test_an_unknown_language_is_one_clear_error() -> None:
    with pytest.raises(TtsError, match="'tlh'"):
        EspeakNg().synthesise(TEXT, None, "tlh")


@needs_espeak
def test_auto_is_espeak_and_speech_renders_with_it(tmp_path: Path) -> None:
    engine = choose()
    assert engine.name == "espeak-ng"
    speech = Speech(engine, DiskCache(tmp_path))
    calls = [gevent.spawn(speech.playable, TEXT) for _ in range(50)]
    gevent.joinall(calls, timeout=30, raise_error=True)
    path = Path(str(calls[0].value))
    assert path.is_relative_to(tmp_path)
    assert samples_of(path.read_bytes())[1] == RATE_HZ
    assert speech.counters.misses == 1


@pytest.fixture
def piper(tmp_path: Path) -> Piper:
    program = tmp_path / "piper"
    program.write_text(PIPER.format(python=sys.executable, here=str(Path(resample.__file__).parent)))
    program.chmod(0o755)
    (tmp_path / "amy.onnx").write_bytes(b"model")
    return Piper(tmp_path, "amy", str(program))


def test_piper_is_run_and_brought_to_8_khz(piper: Piper) -> None:
    samples, rate_hz = samples_of(piper.synthesise("two\nlines", None, "en"))
    assert (len(samples), rate_hz) == (RATE_HZ, RATE_HZ)
    assert abs(samples[4000] - 1000) < 5


def test_piper_failing_is_named(piper: Piper, tmp_path: Path) -> None:
    with pytest.raises(TtsError, match="no such phoneme"):
        piper.synthesise("fail", None, "en")
    with pytest.raises(TtsError, match="left no sound"):
        piper.synthesise("mute", None, "en")
    with pytest.raises(TtsError, match=r"bob\.onnx"):
        piper.synthesise("hello", "bob", "en")
    with pytest.raises(SettingsError, match=r"bob\.onnx"):
        Piper(tmp_path, "bob", str(tmp_path / "piper"))


def test_a_new_model_under_the_same_name_is_another_identity(piper: Piper, tmp_path: Path) -> None:
    before = piper.identity(None, "en")
    (tmp_path / "amy.onnx").write_bytes(b"another model")
    assert piper.identity(None, "en") != before


def script(code: str) -> list[str]:
    return [sys.executable, "-I", "-S", "-c", code]


def test_a_child_gets_its_input_and_gives_its_output() -> None:
    big = os.urandom(1_000_000)
    echoed = run_process(
        script("import sys; sys.stdout.buffer.write(sys.stdin.buffer.read())"), big, timeout_s=20
    )
    assert echoed == big


def test_a_child_that_hangs_is_killed_with_its_children(tmp_path: Path) -> None:
    note = tmp_path / "pids"
    command = f"sleep 60 & echo $$ $! > {note}; wait"
    with pytest.raises(TtsError, match="took longer than 2 s"):
        run_process(["/bin/sh", "-c", command], b"", timeout_s=2)
    child, grandchild = (int(pid) for pid in note.read_text().split())
    assert_gone(child)
    with gevent.Timeout(10):  # whoever inherits the grandchild may reap it late, or never in a bare container
        while psutil.pid_exists(grandchild) and psutil.Process(grandchild).status() != psutil.STATUS_ZOMBIE:
            gevent.sleep(0.005)


def test_a_killed_greenlet_leaves_no_child(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    code = f"import os, time; open({str(note)!r}, 'w').write(str(os.getpid()) + '.'); time.sleep(60)"
    call = gevent.spawn(run_process, script(code), b"", timeout_s=60)
    with gevent.Timeout(20):
        while not (note.exists() and note.read_text().endswith(".")):
            gevent.sleep(0.005)
    call.kill()
    assert_gone(int(note.read_text().rstrip(".")))


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        (["/nonexistent/program"], "could not be started"),
        (script("import sys; print('why', file=sys.stderr); sys.exit(3)"), "status 3: why"),
        (script("import os; os.kill(os.getpid(), 9)"), "signal 9"),
    ],
)
def test_a_child_that_fails_says_why(argv: list[str], told: str) -> None:
    with pytest.raises(TtsError, match=told):
        run_process(argv, b"", timeout_s=20)


def test_our_secrets_are_not_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARILLON_SECRET", "swordfish")
    assert b"swordfish" not in run_process(script("import os; print(dict(os.environ))"), b"", timeout_s=20)


def test_the_loop_goes_on_while_a_child_works() -> None:
    ticks = 0

    def tick() -> None:
        nonlocal ticks
        while True:
            gevent.sleep(0.001)
            ticks += 1

    ticker = gevent.spawn(tick)
    run_process(script("import time; time.sleep(0.2)"), b"", timeout_s=20)
    ticker.kill()
    assert ticks > 10


def assert_gone(pid: int) -> None:
    """The process has ended and was reaped."""
    with gevent.Timeout(10):
        while psutil.pid_exists(pid):
            gevent.sleep(0.005)
