"""One render for a hundred calls, the live call first, and a failure that stays with its prompt."""

from pathlib import Path

import gevent
import pytest
from gevent.event import Event
from gevent.pool import Group

from engine.errors import SettingsError, TtsError
from engine.tts.cache import DiskCache
from engine.tts.engines.flite import Flite
from engine.tts.speech import Speech

SOUND = b"RIFF" + bytes(996)


class GatedEngine:
    """Renders only while its gate is open, and remembers what it rendered."""

    name = "gated"

    def __init__(self) -> None:
        self.gate = Event()
        self.entered = Event()
        self.said: list[str] = []

    def identity(self, voice: str | None, language: str) -> str:
        if voice == "nobody":
            raise TtsError("'nobody' cannot be a voice.")
        return f"gated {voice} {language}"

    def synthesise(self, text: str, voice: str | None, language: str) -> bytes:
        self.said.append(text)
        self.entered.set()
        self.gate.wait(timeout=10)
        if text.startswith("bad"):
            raise TtsError("the engine does not like it.")
        if text.startswith("defect"):
            raise ZeroDivisionError
        return SOUND


@pytest.fixture
def engine() -> GatedEngine:
    return GatedEngine()


def test_a_hundred_calls_and_one_render(engine: GatedEngine, tmp_path: Path) -> None:
    speech = Speech(engine, DiskCache(tmp_path))
    calls = [gevent.spawn(speech.playable, "hello") for _ in range(100)]
    engine.entered.wait(timeout=10)
    engine.gate.set()
    gevent.joinall(calls, timeout=10, raise_error=True)
    assert len({call.value for call in calls}) == 1
    assert Path(str(calls[0].value)).read_bytes() == SOUND
    assert engine.said == ["hello"]
    assert speech.playable("hello") == calls[0].value
    assert (speech.counters.misses, speech.counters.shared, speech.counters.hits) == (1, 99, 1)


def test_engines_are_given_one_clean_line(engine: GatedEngine, tmp_path: Path) -> None:
    engine.gate.set()
    speech = Speech(engine, DiskCache(tmp_path))
    assert speech.playable(" hello\x01 \ud800\n there ") == speech.playable("hello there")
    assert engine.said == ["hello there"]


def test_voices_languages_and_engines_do_not_mix(engine: GatedEngine, tmp_path: Path) -> None:
    engine.gate.set()
    speech = Speech(engine, DiskCache(tmp_path))
    paths = {speech.playable("hi"), speech.playable("hi", "amy"), speech.playable("hi", None, "de")}
    assert len(paths) == 3


def test_a_call_that_hangs_up_takes_no_prompt_with_it(engine: GatedEngine, tmp_path: Path) -> None:
    speech = Speech(engine, DiskCache(tmp_path))
    first = gevent.spawn(speech.playable, "hello")
    engine.entered.wait(timeout=10)
    second = gevent.spawn(speech.playable, "hello")
    gevent.sleep(0)
    first.kill()
    engine.gate.set()
    assert Path(second.get(timeout=10)).exists()
    assert engine.said == ["hello"]


def test_prepared_while_it_rings_is_there_when_asked_for(engine: GatedEngine, tmp_path: Path) -> None:
    engine.gate.set()
    speech = Speech(engine, DiskCache(tmp_path))
    nonsense = [("", None, "en"), ("x", "nobody", "en")]
    speech.prepare([("one", None, "en"), ("two", None, "en"), ("one", None, "en"), *nonsense])
    assert engine.said == []
    for text in ("one", "two"):
        speech.playable(text)
    assert sorted(engine.said) == ["one", "two"]


def test_a_live_call_overtakes_what_is_only_prepared(engine: GatedEngine, tmp_path: Path) -> None:
    speech = Speech(engine, DiskCache(tmp_path), concurrency=1)
    speech.prepare([(f"ahead {n}", None, "en") for n in range(5)])
    engine.entered.wait(timeout=10)
    live = Group()
    live.spawn(speech.playable, "live")
    live.spawn(speech.playable, "ahead 3")
    gevent.sleep(0)
    engine.gate.set()
    assert live.join(timeout=10)
    gevent.wait(timeout=0)
    assert engine.said[:3] == ["ahead 0", "live", "ahead 3"]
    for n in range(5):
        speech.playable(f"ahead {n}")
    assert len(engine.said) == 6  # nothing was rendered twice


def test_preparing_is_bounded_and_asking_is_not(engine: GatedEngine, tmp_path: Path) -> None:
    engine.gate.set()
    speech = Speech(engine, DiskCache(tmp_path), max_waiting=2)
    speech.prepare([(f"p {n}", None, "en") for n in range(5)])
    assert speech.counters.dropped == 3
    assert Path(speech.playable("p 4")).exists()


@pytest.mark.parametrize(("text", "why"), [("bad news", "does not like it"), ("defect", "ZeroDivisionError")])
def test_a_failure_stays_with_its_prompt(engine: GatedEngine, tmp_path: Path, text: str, why: str) -> None:
    engine.gate.set()
    speech = Speech(engine, DiskCache(tmp_path))
    calls = [gevent.spawn(speech.playable, text) for _ in range(3)]
    good = gevent.spawn(speech.playable, "good")
    gevent.joinall([*calls, good], timeout=10)
    for call in calls:
        assert isinstance(call.exception, TtsError)
        assert why in str(call.exception)
        assert text in str(call.exception)
    assert Path(good.value).exists()
    assert speech.counters.failures == 1
    with pytest.raises(TtsError):  # it is tried again when it is asked for again
        speech.playable(text)
    assert engine.said.count(text) == 2


def test_a_prompt_that_takes_too_long_is_given_up_by_the_call_only(
    engine: GatedEngine, tmp_path: Path
) -> None:
    speech = Speech(engine, DiskCache(tmp_path), wait_s=0.01)
    with pytest.raises(TtsError, match="not ready after"):
        speech.playable("slow")
    engine.gate.set()
    while not list(tmp_path.rglob("*.wav")):
        gevent.sleep(0.001)
    assert Path(speech.playable("slow")).exists()
    assert engine.said == ["slow"]


def test_stopping_fails_who_waits(engine: GatedEngine, tmp_path: Path) -> None:
    speech = Speech(engine, DiskCache(tmp_path))
    call = gevent.spawn(speech.playable, "hello")
    engine.entered.wait(timeout=10)
    speech.stop()
    call.join(timeout=10)
    assert "stopping" in str(call.exception)


def test_the_switch_may_see_the_cache_elsewhere(engine: GatedEngine, tmp_path: Path) -> None:
    engine.gate.set()
    speech = Speech(engine, DiskCache(tmp_path), switch_prefix="/var/lib/speech/")
    said = speech.playable("hello")
    assert said.startswith("/var/lib/speech/")
    assert (tmp_path / said.removeprefix("/var/lib/speech/")).exists()
    with pytest.raises(SettingsError):
        Speech(engine, DiskCache(tmp_path), switch_prefix="/a b")


@pytest.mark.parametrize("text", ["", "  \n", "x" * 6000])
def test_nothing_and_too_much_are_refused(engine: GatedEngine, tmp_path: Path, text: str) -> None:
    with pytest.raises(TtsError):
        Speech(engine, DiskCache(tmp_path)).playable(text)


def test_an_engine_in_the_switch_needs_no_cache(engine: GatedEngine) -> None:
    speech = Speech(Flite())
    speech.prepare([("hello", None, "en")])
    assert speech.playable("Hello, world!") == "tts://flite|slt|Hello - world."
    with pytest.raises(SettingsError, match="cache directory"):
        Speech(engine)
