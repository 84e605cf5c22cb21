"""How long a thing that can be played lasts. No audio is decoded: only headers and texts are looked at."""

from __future__ import annotations

import re
import struct
from functools import lru_cache
from pathlib import Path

from engine.simulator.syntax import closing, integer

FOREVER_S = 86_400.0
_STOCK_SOUND_S = 2.0  # a relative path names one of the sounds that come with a switch
_SECONDS_PER_CHARACTER = 0.065
_TONE = re.compile(r"%\(([^)]*)\)")


class MediaNotFoundError(Exception):
    """Nothing can be played under this name."""


def duration_s(name: str) -> float:
    """Seconds that the audio ``name`` lasts; raises ``MediaNotFoundError``.

    Understands files, ``silence_stream://``, ``tone_stream://``, ``file_string://``, ``tts://``, ``say:``,
    ``local_stream://`` and, as a guess of three seconds, anything fetched over HTTP.
    """
    name = name.strip()
    while name.startswith("{"):
        end = closing(name, "{", "}")
        if end < 0:
            break
        name = name[end + 1 :].lstrip(" ")
    if not name:
        raise MediaNotFoundError(name)
    scheme, separator, rest = name.partition("://")
    if not separator:
        if name.startswith("say:"):
            return spoken_s(name[4:])
        return _file_s(name)
    match scheme.lower():
        case "silence_stream":
            milliseconds = integer(rest)
            return FOREVER_S if milliseconds < 0 else milliseconds / 1000
        case "tone_stream":
            return _tone_s(rest)
        case "file_string":
            return sum(duration_s(part) for part in rest.split("!") if part)
        case "tts" | "say":
            return spoken_s(rest.rpartition("|")[2])
        case "local_stream":
            return FOREVER_S
        case "http" | "https" | "http_cache" | "shout" | "httapi":
            return 3.0
    raise MediaNotFoundError(name)


def spoken_s(text: str) -> float:
    """How long a voice takes to read ``text``: about fifteen characters a second."""
    return max(0.4, len(text.strip()) * _SECONDS_PER_CHARACTER)


def _tone_s(spec: str) -> float:
    """Teletone: the sum of on and off times, repeated ``loops`` times (-1 is for ever)."""
    body, _, options = spec.partition(";loops=")
    if not options and (found := re.search(r"(?:^|;)L=(\d+)", body)):
        options = found[1]
    total_ms = 0
    for tone in _TONE.findall(body):
        fields = tone.split(",")
        total_ms += integer(fields[0]) + (integer(fields[1]) if len(fields) > 1 else 0)
    loops = integer(options) if options else 1
    return FOREVER_S if loops < 0 else total_ms * max(1, loops) / 1000


def _file_s(name: str) -> float:
    path = Path(name)
    if not path.is_absolute():
        return _STOCK_SOUND_S
    try:
        status = path.stat()
    except OSError as error:
        raise MediaNotFoundError(name) from error
    return _measure(name, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=4096)
def _measure(name: str, _changed_ns: int, size: int) -> float:
    suffix = name.rpartition(".")[2].lower()
    if suffix == "wav":
        with Path(name).open("rb") as file:
            return _wav_s(file.read(4096), size, name)
    if suffix in ("mp3", "ogg", "opus"):
        return max(0.1, size / 16_000)
    return max(0.1, size / 8_000)


def _wav_s(head: bytes, size: int, name: str) -> float:
    """From the ``fmt`` and ``data`` chunks; works for every codec in the container."""
    if head[:4] != b"RIFF" or head[8:12] != b"WAVE":
        raise MediaNotFoundError(name)
    position, bytes_per_second = 12, 0
    while position + 8 <= len(head):
        chunk, length = head[position : position + 4], struct.unpack_from("<I", head, position + 4)[0]
        position += 8
        if chunk == b"fmt " and position + 12 <= len(head):
            bytes_per_second = struct.unpack_from("<I", head, position + 8)[0]
        elif chunk == b"data" and bytes_per_second:
            return float(min(length, size - position)) / bytes_per_second
        position += length + (length & 1)
    raise MediaNotFoundError(name)
