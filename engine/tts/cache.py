"""Rendered prompts on disk, each under the hash of everything that made it sound as it does.

Several engines may share one directory: a file appears whole or not at all, and two that render the same text
write the same file. The least recently used go first when the directory has grown too large.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import gevent

from engine import log
from engine.errors import SettingsError, TtsError

logger = log.get(__name__)

# What may stand in a path that the switch is given: nothing that its arguments, lists or variables use.
_SAFE_PATH = re.compile(r"/[A-Za-z0-9_./-]*")
_PART = ".part"
_SMALLEST_FILE = 45  # a WAV header and a byte of sound
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

T = TypeVar("T")


def key_of(identity: str, text: str) -> str:
    """The name of a prompt: SHA-256 over the engine's identity and the text."""
    return hashlib.sha256(f"{identity}\0{text}".encode("utf-8", "surrogatepass")).hexdigest()


def switch_path(directory: str, setting: str) -> str:
    """``directory`` if the switch can be given paths in it. Raises ``SettingsError`` that names ``setting``."""
    if not _SAFE_PATH.fullmatch(directory) or ".." in directory:
        raise SettingsError(
            f"{setting} {directory!r} cannot be given to a switch. Use an absolute path of letters, digits, "
            "dot, dash and underscore."
        )
    return directory.rstrip("/") or "/"


class DiskCache:
    """``max_bytes`` bounds what is kept; nothing used in the last ``keep_s`` seconds is ever evicted, so a call
    that has been given a path can still play it. ``keep_s`` must be longer than any call.
    """

    def __init__(self, directory: Path, *, max_bytes: int = 2 * 1024**3, keep_s: float = 86_400.0) -> None:
        self.directory = Path(switch_path(str(directory.absolute()), "The TTS cache directory"))
        self._max_bytes = max_bytes
        self._keep_s = keep_s
        self._bytes_since_scan = 0
        self._scanned_bytes: int | None = None
        self._evicting = False
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            probe = self.directory / f".{secrets.token_hex(8)}{_PART}"
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise SettingsError(
                f"The TTS cache directory {self.directory} cannot be written ({error.strerror}). "
                "Create it, or correct its owner."
            ) from None

    def path_of(self, key: str) -> Path:
        """Where the prompt ``key`` is, or would be."""
        return self.directory / key[:2] / f"{key}.wav"

    def find(self, key: str) -> Path | None:
        """The file of a prompt that is there, marked as used now."""
        path = self.path_of(key)
        try:
            stat = path.stat()
            if stat.st_size < _SMALLEST_FILE:
                return None
            # A tenth of the time it is kept is exact enough, and spares most hits the write.
            if time.time() - stat.st_mtime > self._keep_s / 10:
                os.utime(path)
        except OSError:
            return None
        return path

    def store(self, key: str, sound: bytes) -> Path:
        """Write a prompt, whole or not at all. Other greenlets run meanwhile.

        Raises ``TtsError`` when the disk does not take it; nothing is left behind then.
        """
        path = self.path_of(key)
        try:
            _in_thread(_write_whole, path, sound)
        except OSError as error:
            if error.errno in _FULL:
                self._make_room(disk_full=True)
                raise TtsError(
                    f"The disk of the TTS cache {self.directory} is full. Free some space, or lower its limit."
                ) from None
            raise TtsError(
                f"The prompt could not be written to {self.directory} ({error.strerror}). "
                "Check the directory and its owner."
            ) from None
        self._bytes_since_scan += len(sound)
        if self._scanned_bytes is None or self._scanned_bytes + self._bytes_since_scan > self._max_bytes:
            self._make_room()
        return path

    def evict(self, *, disk_full: bool = False) -> int:
        """Remove the least recently used until nine tenths of the limit are left; the number removed.

        When the disk is full, nine tenths of what is there, whatever the limit.
        """
        before = self._bytes_since_scan
        limit = 0 if disk_full else self._max_bytes
        removed, left = _in_thread(_evict, self.directory, limit, self._keep_s, time.time())
        self._scanned_bytes = left
        self._bytes_since_scan -= before
        if removed:
            logger.info("tts cache evicted", files=removed, bytes_left=left)
        return removed

    def _make_room(self, *, disk_full: bool = False) -> None:
        """Evict, unless that is going on already. It must not fail the prompt that happened to ask for it."""
        if self._evicting:
            return
        self._evicting = True
        try:
            self.evict(disk_full=disk_full)
        except OSError as error:
            logger.warning("tts cache not evicted", directory=str(self.directory), error=str(error))
        finally:
            self._evicting = False


def _in_thread(function: Callable[..., T], *args: object) -> T:
    """Disk work in the hub's thread pool. An ``OSError`` is carried over by hand: the pool would print it."""

    def work() -> T | OSError:
        try:
            return function(*args)
        except OSError as error:
            return error

    outcome: T | OSError = gevent.get_hub().threadpool.apply(work)
    if isinstance(outcome, OSError):
        raise outcome
    return outcome


def _write_whole(path: Path, sound: bytes) -> None:
    path.parent.mkdir(exist_ok=True)
    part = path.with_name(f".{path.stem}.{secrets.token_hex(4)}{_PART}")
    # Readable by others: the switch has a user of its own.
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(sound)
            file.flush()
            os.fsync(file.fileno())  # or a power cut leaves an empty file under the final name
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _evict(directory: Path, max_bytes: int, keep_s: float, now: float) -> tuple[int, int]:
    """The number of files removed and the bytes left. Abandoned parts of crashed writers go too.

    ``max_bytes`` 0 means that room is needed whatever the limit.
    """
    found: list[tuple[float, int, str]] = []
    for folder in os.scandir(directory):
        if not folder.is_dir(follow_symlinks=False) or len(folder.name) != 2:
            continue
        for entry in os.scandir(folder.path):
            try:
                stat = entry.stat(follow_symlinks=False)
            except FileNotFoundError:  # another engine was faster
                continue
            if entry.name.endswith(_PART):
                if now - stat.st_mtime > 3600:
                    Path(entry.path).unlink(missing_ok=True)
            elif entry.name.endswith(".wav"):
                found.append((stat.st_mtime, stat.st_size, entry.path))
    left = sum(size for _, size, _ in found)
    aim = 0.9 * (max_bytes or left)
    removed = 0
    if left > max_bytes:
        for used, size, path in sorted(found):
            if left <= aim or now - used < keep_s:
                break
            Path(path).unlink(missing_ok=True)
            left -= size
            removed += 1
    return removed, left
