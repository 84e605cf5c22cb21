"""The disk cache: whole files, bounded, and a full disk that costs one prompt."""

import errno
import os
import time
from pathlib import Path

import pytest

from engine.errors import SettingsError, TtsError
from engine.tts import cache as cache_module
from engine.tts.cache import DiskCache, key_of

SOUND = b"RIFF" + bytes(996)


def stored(cache: DiskCache, text: str, *, age_s: float = 0.0) -> Path:
    path = cache.store(key_of("e", text), SOUND)
    os.utime(path, (time.time() - age_s,) * 2)
    return path


def parts(directory: Path) -> list[Path]:
    return list(directory.rglob("*.part"))


def test_stored_is_found_and_readable_by_the_switch(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path)
    key = key_of("espeak voice=en", "hello")
    assert cache.find(key) is None
    path = cache.store(key, SOUND)
    assert cache.find(key) == path == tmp_path / key[:2] / f"{key}.wav"
    assert path.read_bytes() == SOUND
    assert path.stat().st_mode & 0o444 == 0o444
    assert parts(tmp_path) == []


def test_the_key_holds_engine_and_text() -> None:
    assert len({key_of("a", "bc"), key_of("ab", "c"), key_of("a", "bd"), key_of("", "\ud800")}) == 4


def test_an_empty_file_left_by_a_crash_is_no_prompt(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path)
    path = stored(cache, "x")
    path.write_bytes(b"")
    assert cache.find(key_of("e", "x")) is None


def test_the_least_recently_used_go_first(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path, max_bytes=5_000, keep_s=60)
    paths = [stored(cache, f"text {n}", age_s=1000 - n) for n in range(5)]
    assert cache.find(key_of("e", "text 0")) == paths[0]  # used again, so it is the youngest now
    stored(cache, "one more")  # 6,000 bytes: down to nine tenths of the limit
    assert {path for path in paths if path.exists()} == {paths[0], paths[3], paths[4]}


def test_what_is_in_use_is_never_evicted(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path, max_bytes=1_000, keep_s=60)
    paths = [stored(cache, f"text {n}") for n in range(4)]
    assert cache.evict() == 0
    assert all(path.exists() for path in paths)


def test_parts_of_a_crashed_writer_are_swept(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path)
    folder = stored(cache, "x").parent
    old, new = folder / ".old.part", folder / ".new.part"
    old.touch()
    new.touch()
    os.utime(old, (1, 1))
    cache.evict()
    assert (old.exists(), new.exists()) == (False, True)


def full_disk(path: Path, sound: bytes) -> None:
    path.parent.mkdir(exist_ok=True)
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_is_named_and_makes_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = DiskCache(tmp_path, max_bytes=1_000_000, keep_s=60)
    old = [stored(cache, f"text {n}", age_s=1000 - n) for n in range(10)]
    with monkeypatch.context() as patched:
        patched.setattr(cache_module, "_write_whole", full_disk)
        with pytest.raises(TtsError, match="is full"):
            cache.store(key_of("e", "new"), SOUND)
    assert [path.exists() for path in old[:2]] == [False, True]
    assert cache.store(key_of("e", "new"), SOUND).exists()


def test_a_failed_write_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing_fsync(descriptor: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    cache = DiskCache(tmp_path)
    monkeypatch.setattr(os, "fsync", failing_fsync)
    with pytest.raises(TtsError, match="Input/output error"):
        cache.store(key_of("e", "x"), SOUND)
    assert parts(tmp_path) == []
    assert cache.find(key_of("e", "x")) is None


@pytest.mark.parametrize("name", ["with space", "a'b", "a,b", "a|b", "a!b", "a{b", "a\nb"])
def test_a_directory_that_would_break_switch_syntax_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(SettingsError, match="cannot be given to a switch"):
        DiskCache(tmp_path / name)


def test_a_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match="cannot be written"):
        DiskCache(tmp_path / "file" / "cache")
