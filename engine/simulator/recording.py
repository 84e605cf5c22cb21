"""Recording a call: the files that ``record``, ``record_session`` and ``uuid_record`` leave behind."""

from __future__ import annotations

import logging
import struct
from pathlib import Path
from typing import TYPE_CHECKING

from engine.simulator.schedule import Timer

if TYPE_CHECKING:
    from engine.simulator.channel import Channel

logger = logging.getLogger(__name__)

_RATE = 8000
_HEADER_SIZE = 44
_LONGEST_S = 30.0  # more silence than this is not worth the disk


def write_wav(path: str, seconds: float) -> bool:
    """Write a quiet 16-bit mono file at 8 kHz; False when the place cannot be written to."""
    samples = int(min(max(seconds, 0.0), _LONGEST_S) * _RATE)
    data = b"\x00\x00" * samples
    header = b"RIFF" + struct.pack("<I", 36 + len(data)) + b"WAVEfmt "
    header += (
        struct.pack("<IHHIIHH", 16, 1, 1, _RATE, _RATE * 2, 2, 16) + b"data" + struct.pack("<I", len(data))
    )
    try:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_bytes(header + data)
    except OSError as error:
        logger.warning("recording %s: %s", path, error)
        return False
    return True


def report(channel: Channel, seconds: float) -> None:
    """Leave on the channel how long the recording is."""
    samples = int(seconds * _RATE)
    size = str(_HEADER_SIZE + samples * 2)
    channel.variables.set("record_record_file_size", size)  # doubled so by the real switch
    channel.variables.set("record_file_size", size)
    channel.variables.set("record_seconds", str(samples // _RATE))
    channel.variables.set("record_ms", str(samples * 1000 // _RATE))
    channel.variables.set("record_samples", str(samples))


class Recording:
    """One recording of a whole call, running beside whatever the call does."""

    def __init__(self, channel: Channel, path: str, limit_s: float) -> None:
        self.path = path
        self._channel = channel
        self._started_s = channel.switch.scheduler.now_s()
        self._timer: Timer | None = None
        if limit_s:
            self._timer = channel.switch.scheduler.after(limit_s, stop, channel, path)
        channel.fire("RECORD_START", ("Record-File-Path", path))

    def end(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        channel = self._channel
        seconds = channel.switch.scheduler.now_s() - self._started_s
        write_wav(self.path, seconds)
        report(channel, seconds)
        channel.fire("RECORD_STOP", ("Record-File-Path", self.path))


def start(channel: Channel, path: str, limit_s: float = 0.0) -> bool:
    """Record the call from now on; False when it is over or already recorded there."""
    if channel.down or path in channel.recordings:
        return False
    channel.recordings[path] = Recording(channel, path, limit_s)
    return True


def stop(channel: Channel, path: str) -> bool:
    """Stop one recording, or ``all``; False when there is none."""
    if path == "all":
        found = list(channel.recordings.values())
        channel.recordings.clear()
    else:
        one = channel.recordings.pop(path, None)
        found = [one] if one is not None else []
    for recording in found:
        recording.end()
    return bool(found)
