"""Speech at any rate becomes telephone speech: mono, 16 bit, 8 kHz.

Run as a program it reads a WAV stream from stdin and writes a WAV file to stdout, so that the arithmetic
happens in a process of its own and never holds up the loop. It imports nothing of ours, and starts fast.

A rational polyphase filter: a Kaiser-windowed sinc with 60 dB of stop band, flat to 3.4 kHz. What folds back
lands above 3.4 kHz, outside the telephone's band, which halves the length of the filter.
"""

from __future__ import annotations

import math
import struct
import sys
from array import array
from collections.abc import Callable, Sequence
from operator import mul

RATE_HZ = 8000
_HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")
_ATTENUATION_DB = 60.0
_BETA = 0.1102 * (_ATTENUATION_DB - 8.7)  # Kaiser's own fit, valid above 50 dB
_PASS, _STOP = 0.425, 0.575  # of the output rate

_Dot = Callable[[Sequence[float], Sequence[float]], float]


def _dot(one: Sequence[float], other: Sequence[float]) -> float:
    total: float = sum(map(mul, one, other))
    return total


dot: _Dot = getattr(math, "sumprod", _dot)  # Python 3.12 has it in C


def wav(samples: array[int], rate_hz: int = RATE_HZ) -> bytes:
    """A mono 16-bit WAV file."""
    pcm = samples if sys.byteorder == "little" else array("h", samples)
    if sys.byteorder != "little":
        pcm.byteswap()
    size = len(pcm) * 2
    header = _HEADER.pack(
        b"RIFF", 36 + size, b"WAVE", b"fmt ", 16, 1, 1, rate_hz, rate_hz * 2, 2, 16, b"data", size
    )
    return header + pcm.tobytes()


def samples_of(data: bytes) -> tuple[array[int], int]:
    """The samples and the rate of a 16-bit PCM WAV, channels averaged.

    A header written before the length was known (espeak-ng to a pipe) is read to the end of the data.
    Raises ``ValueError``.
    """
    if len(data) < 12 or data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise ValueError("this is not a WAV file")
    channels = rate_hz = bits = 0
    at = 12
    while at + 8 <= len(data):
        name, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        at += 8
        if name == b"fmt " and at + 16 <= len(data):
            kind, channels, rate_hz, _, _, bits = struct.unpack_from("<HHIIHH", data, at)
            if kind not in (1, 0xFFFE) or bits != 16 or not channels or not 1000 <= rate_hz <= 400_000:
                raise ValueError(f"the WAV file is not 16-bit PCM (format {kind}, {bits} bits, {rate_hz} Hz)")
        elif name == b"data":
            if not rate_hz:
                raise ValueError("the WAV file has no format before its data")
            whole = min(size, len(data) - at) // (2 * channels) * 2 * channels
            return _mono(data[at : at + whole], channels), rate_hz
        at += size + size % 2
    raise ValueError("the WAV file holds no sound")


def resample(samples: array[int], from_hz: int, to_hz: int = RATE_HZ) -> array[int]:
    """``samples`` at another rate, of the same duration and loudness."""
    if from_hz == to_hz:
        return samples
    common = math.gcd(from_hz, to_hz)
    up, down = to_hz // common, from_hz // common
    phases = _phases(from_hz, to_hz, up)
    taps = len(phases[0])
    silence = [0.0] * (taps // 2)
    padded = silence + [float(sample) for sample in samples] + silence
    out = array("h", bytes(2 * (len(samples) * up // down)))
    for n in range(len(out)):
        start, phase = divmod(n * down, up)
        value = dot(phases[phase], padded[start + 1 : start + 1 + taps])
        out[n] = max(-32768, min(32767, round(value)))
    return out


def telephone(data: bytes) -> bytes:
    """Any 16-bit PCM WAV as mono, 16-bit, 8 kHz WAV. Raises ``ValueError``."""
    samples, rate_hz = samples_of(data)
    return wav(resample(samples, rate_hz))


def _mono(pcm: bytes, channels: int) -> array[int]:
    samples = array("h", pcm)
    if sys.byteorder != "little":
        samples.byteswap()
    if channels == 1:
        return samples
    sides = [samples[side::channels] for side in range(channels)]
    return array("h", (sum(together) // channels for together in zip(*sides, strict=True)))


def _phases(from_hz: int, to_hz: int, up: int) -> list[list[float]]:
    """The filter cut into one short filter for each place that an output sample can have between inputs."""
    narrow = min(from_hz, to_hz)
    transition = (_STOP - _PASS) * narrow / from_hz
    taps = 2 * math.ceil((_ATTENUATION_DB - 7.95) / (14.36 * transition) / 2)
    cutoff = narrow / from_hz  # of the input's half rate
    half = taps // 2
    whole = _bessel(_BETA)
    phases = []
    for phase in range(up):
        weights = []
        for tap in range(taps):
            distance = tap + 1 - half - phase / up
            edge = distance / half
            window = _bessel(_BETA * math.sqrt(1 - edge * edge)) / whole if abs(edge) < 1 else 0.0
            angle = math.pi * cutoff * distance
            weights.append(window * (math.sin(angle) / angle if angle else 1.0))
        gain = sum(weights)
        phases.append([weight / gain for weight in weights])
    return phases


def _bessel(x: float) -> float:
    """The modified Bessel function I0, by its series."""
    term = total = 1.0
    k = 1
    while term > total * 1e-12:
        term *= (x / (2 * k)) ** 2
        total += term
        k += 1
    return total


if __name__ == "__main__":
    try:
        sys.stdout.buffer.write(telephone(sys.stdin.buffer.read()))
    except ValueError as error:
        sys.exit(str(error))
