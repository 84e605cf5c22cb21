"""For a machine without a speech engine: silence that lasts as long as the speech would.

A survey then runs, with its real timing, on the simulator of a newcomer who has installed nothing.
"""

from __future__ import annotations

from array import array

from engine import log
from engine.tts.resample import RATE_HZ, wav

logger = log.get(__name__)

_WORDS_PER_S = 2.5
_LETTERS_PER_WORD = 5.0


class Silence:
    """Says nothing, for about the time that it would take to say it."""

    name = "silence"

    def __init__(self) -> None:
        self._told = False

    def identity(self, voice: str | None, language: str) -> str:  # noqa: ARG002 - silence has one voice
        return f"silence {_WORDS_PER_S} words a second"

    def synthesise(self, text: str, voice: str | None, language: str) -> bytes:  # noqa: ARG002
        if not self._told:
            self._told = True
            logger.warning("prompts are silent", why="no speech engine is installed", do="install espeak-ng")
        words = max(len(text.split()), len(text) / (_LETTERS_PER_WORD + 1))
        seconds = 0.3 + words / _WORDS_PER_S
        return wav(array("h", bytes(2 * int(seconds * RATE_HZ))))
