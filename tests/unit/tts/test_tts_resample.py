"""The band, the level and the file format of telephone speech."""

from __future__ import annotations

import io
import math
import wave
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.tts.resample import RATE_HZ, resample, samples_of, telephone, wav


def tone(hz: float, rate_hz: int, seconds: float = 0.25) -> array[int]:
    return array(
        "h", (round(10_000 * math.sin(2 * math.pi * hz * i / rate_hz)) for i in range(int(rate_hz * seconds)))
    )


def level_db(samples: array[int]) -> float:
    """Against the full level of ``tone``, without the edges."""
    middle = samples[len(samples) // 4 : -len(samples) // 4]
    power = sum(sample * sample for sample in middle) / len(middle)
    return 10 * math.log10(max(power, 1e-9) / (10_000**2 / 2))


@pytest.mark.parametrize("rate_hz", [11_025, 16_000, 22_050, 24_000, 44_100])
def test_the_telephone_band_passes_unchanged(rate_hz: int) -> None:
    for hz in (300, 1000, 3000):
        assert abs(level_db(resample(tone(hz, rate_hz), rate_hz))) < 0.2


@pytest.mark.parametrize("hz", [4700, 6000, 8000, 10_000])
def test_what_lies_above_does_not_fold_back(hz: float) -> None:
    assert level_db(resample(tone(hz, 22_050), 22_050)) < -55


def test_duration_stays() -> None:
    assert len(resample(tone(440, 22_050, 1.0), 22_050)) == RATE_HZ
    assert len(resample(array("h"), 22_050)) == 0


def test_full_level_is_clipped_and_never_wraps() -> None:
    square = array("h", ([32767] * 20 + [-32768] * 20) * 60)
    out = resample(square, 22_050)
    assert max(out) == 32767
    assert min(out) == -32768


def test_the_file_is_what_other_programs_expect() -> None:
    with wave.open(io.BytesIO(telephone(wav(tone(440, 22_050), 22_050)))) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE_HZ)
        assert file.getnframes() == len(tone(440, 22_050)) * 8000 // 22_050


def test_a_header_written_before_the_length_was_known() -> None:
    streamed = bytearray(wav(tone(440, 22_050), 22_050))
    streamed[40:44] = (0x7FFFF000).to_bytes(4, "little")
    assert samples_of(bytes(streamed)) == (tone(440, 22_050), 22_050)


def test_channels_are_averaged() -> None:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(array("h", [100, 300, -10, 10]).tobytes())
    assert samples_of(buffer.getvalue()) == (array("h", [200, 0]), 8000)


@given(st.binary(max_size=80), st.integers(0, 60))
def test_rubbish_is_refused_and_never_worse(noise: bytes, cut: int) -> None:
    for data in (noise, wav(tone(440, 8000, 0.01))[:cut] + noise):
        try:
            samples_of(data)
        except ValueError:
            continue
