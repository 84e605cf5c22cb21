"""espeak-ng: small, free, a hundred languages, everywhere. The default when it is installed."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from engine.errors import SettingsError, TtsError
from engine.tts import resample
from engine.tts.engines.protocol import checked_voice
from engine.tts.process import run_process

_RESAMPLE = Path(resample.__file__).resolve()


class EspeakNg:
    """``words_per_minute``: 80 to 450; a telephone wants it slower than espeak-ng's own 175.

    ``voice`` is used when a prompt names none; without it the prompt's language chooses.
    """

    name = "espeak-ng"

    def __init__(
        self,
        program: str = "espeak-ng",
        *,
        words_per_minute: int = 150,
        voice: str | None = None,
        timeout_s: float = 20.0,
    ) -> None:
        found = shutil.which(program)
        if found is None:
            raise SettingsError(
                f"The program {program!r} was not found. Install espeak-ng, or choose another speech engine."
            )
        if not 80 <= words_per_minute <= 450:
            raise SettingsError(f"{words_per_minute} words per minute is out of range. Use 80 to 450.")
        self._program = found
        self._rate = words_per_minute
        self._default = voice
        self._timeout_s = timeout_s
        try:
            told = run_process([found, "--version"], b"", timeout_s=timeout_s).decode("utf-8", "replace")
        except TtsError as error:
            raise SettingsError(f"espeak-ng does not work here. {error}") from None
        self._version = told.partition("Data at")[0].strip()

    @staticmethod
    def installed() -> bool:
        """Whether ``EspeakNg()`` would find its program."""
        return shutil.which("espeak-ng") is not None

    def identity(self, voice: str | None, language: str) -> str:
        return f"{self._version} voice={self._voice(voice, language)} rate={self._rate}"

    def synthesise(self, text: str, voice: str | None, language: str) -> bytes:
        chosen = self._voice(voice, language)
        command = [self._program, "-v", chosen, "-s", str(self._rate), "-b", "1", "--stdin", "--stdout"]
        try:
            sound = run_process(command, harmless(text).encode(), timeout_s=self._timeout_s)
        except TtsError as error:
            raise TtsError(f"With the voice {chosen!r}: {error}") from None
        return to_telephone(sound, self._timeout_s)

    def _voice(self, voice: str | None, language: str) -> str:
        return checked_voice(voice or self._default or language.replace("_", "-").lower())


def harmless(text: str) -> str:
    """espeak-ng reads ``[[…]]`` as phonemes and 0x01 as a command; a text is only ever words."""
    return "".join(c for c in text if c.isprintable()).replace("[[", "[ [").replace("]]", "] ]")


def to_telephone(sound: bytes, timeout_s: float) -> bytes:
    """A WAV of any rate as 8 kHz, converted in a process of its own so that the loop stays free.

    ``-I -S`` keeps the start at 15 ms: no site packages are wanted.
    """
    if not sound:
        raise TtsError("the speech engine gave no sound")
    return run_process([sys.executable, "-I", "-S", str(_RESAMPLE)], sound, timeout_s=timeout_s)
