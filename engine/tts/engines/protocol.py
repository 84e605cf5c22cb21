"""What a speech engine is, and what it may be asked for."""

from __future__ import annotations

import re
from typing import Protocol, runtime_checkable

from engine.errors import TtsError

# Voices reach command lines, file names and switch strings, so they are names and nothing else.
_VOICE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_+-]{0,63}")


class Engine(Protocol):
    """Turns text into a file of sound."""

    name: str

    def identity(self, voice: str | None, language: str) -> str:
        """Everything besides the text that changes the sound: program, version, voice, rate.

        Part of the cache's key. Raises ``TtsError`` for a voice that cannot be one.
        """

    def synthesise(self, text: str, voice: str | None, language: str) -> bytes:
        """One line of text as a WAV: mono, 16 bit, 8 kHz. Raises ``TtsError``. Lets other greenlets run."""


@runtime_checkable
class SwitchEngine(Protocol):
    """An engine inside the switch: nothing is rendered here."""

    name: str

    def playable(self, text: str, voice: str | None, language: str) -> str:
        """What the switch is told to play. Raises ``TtsError``."""


def checked_voice(voice: str) -> str:
    """``voice`` if it is a plain name such as ``en-us+f3``. Raises ``TtsError``."""
    if not _VOICE.fullmatch(voice):
        raise TtsError(f"{voice[:80]!r} cannot be a voice. Use its plain name, such as en-us+f3.")
    return voice
