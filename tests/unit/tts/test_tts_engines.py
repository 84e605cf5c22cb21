"""Speech engines that need no program: flite's string, silence, the choice, and voices."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import SettingsError, TtsError
from engine.tts.engines.choose import choose
from engine.tts.engines.espeak import EspeakNg, harmless
from engine.tts.engines.flite import Flite
from engine.tts.engines.protocol import checked_voice
from engine.tts.engines.silence import Silence
from engine.tts.resample import RATE_HZ, samples_of


@given(st.text())
def test_no_text_breaks_out_of_flites_string(text: str) -> None:
    try:
        said = Flite().playable(text, None, "en")
    except TtsError:
        return
    head, _, spoken = said.rpartition("|")
    assert head == "tts://flite|slt"
    assert spoken
    assert not set(spoken) & set("|'\"\\{}[]()$^!,@&\r\n\t<>`~")
    assert spoken.isascii()


def test_flite_says_what_it_can() -> None:
    assert Flite("kal").playable("José's bill: 5% & more", "awb", "en-GB") == (
        "tts://flite|awb|Joses bill: 5 percent and more"
    )


@pytest.mark.parametrize(
    ("text", "voice", "language"),
    [
        ("hola", None, "es"),
        ("日本", None, "en"),
        ("hi", "amy", "en"),
        ("hi", "a|b", "en"),
        ("x" * 1001, None, "en"),
    ],
)
def test_flite_refuses_what_it_cannot_say(text: str, voice: str | None, language: str) -> None:
    with pytest.raises(TtsError):
        Flite().playable(text, voice, language)


def test_silence_lasts_as_long_as_speech() -> None:
    samples, rate_hz = samples_of(Silence().synthesise("word " * 25, None, "en"))
    assert rate_hz == RATE_HZ
    assert len(samples) / rate_hz == pytest.approx(10.3, abs=0.1)
    assert not any(samples)


@pytest.mark.parametrize("voice", ["", "../etc/passwd", "en us", "-w", "en;x", "a" * 65, "é", "en\n"])
def test_a_voice_is_a_plain_name(voice: str) -> None:
    with pytest.raises(TtsError, match="cannot be a voice"):
        checked_voice(voice)


def test_a_text_is_only_words_to_espeak() -> None:
    assert harmless("a\x01+50R [[h@l'oU]]") == "a+50R [ [h@l'oU] ]"


@pytest.mark.parametrize(
    ("kind", "config", "told"),
    [
        ("festival", {}, "espeak-ng, flite"),
        ("piper", {}, "models"),
        ("google", {"key": ""}, "key"),
        ("flite", {"colour": "red"}, "colour"),
        ("google", {"key": "k", "timeout_s": "soon"}, "not a number"),
        ("espeak-ng", {"program": "no-such-program"}, "not found"),
    ],
)
def test_a_bad_choice_says_what_to_do(kind: str, config: dict[str, str], told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        choose(kind, config)


def test_auto_takes_espeak_when_it_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(EspeakNg, "installed", staticmethod(lambda: False))
    assert choose().name == "silence"
    assert choose("silence").name == "silence"
