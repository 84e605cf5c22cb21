"""flite inside the switch (mod_flite): no file, only an instruction. English only.

``tts://ENGINE|VOICE|TEXT`` is a file format of mod_dptools (``tts_file_open``), so it goes wherever a path goes.
"""

from __future__ import annotations

import unicodedata

from engine.errors import TtsError
from engine.tts.engines.protocol import checked_voice

_VOICES = ("awb", "kal", "rms", "slt")  # what mod_flite is built with
# The letters that pass are those that mean nothing to the switch: no quote, bar, brace, bracket, dollar,
# backslash, line end, nor the "!" and "@@" of file strings. A comma would split originate's variables.
_PASSING = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .?:-")
_SAID_OTHERWISE = {
    "!": ".",
    ",": " -",
    ";": " -",
    "&": " and ",
    "%": " percent",
    "+": " plus ",
    "@": " at ",
    "$": " dollar ",
}
_LONGEST = 1000


class Flite:
    """``voice`` is the one used when a prompt names none: awb, kal, rms or slt."""

    name = "flite"

    def __init__(self, voice: str = "slt") -> None:
        self._default = voice

    def playable(self, text: str, voice: str | None, language: str) -> str:
        if language.lower().replace("_", "-").partition("-")[0] != "en":
            raise TtsError(f"flite speaks English only, not {language[:20]!r}. Choose another speech engine.")
        chosen = checked_voice(voice or self._default)
        if chosen not in _VOICES:
            raise TtsError(f"flite has no voice {chosen!r}. Choose one of {', '.join(_VOICES)}.")
        said = spoken_safely(text)
        if not said:
            raise TtsError(
                "Nothing of the text can be said by flite, which knows English letters and digits."
            )
        if len(said) > _LONGEST:
            raise TtsError(f"flite in the switch takes {_LONGEST} characters at most. Split the prompt.")
        return f"tts://flite|{chosen}|{said}"


def spoken_safely(text: str) -> str:
    """``text`` in letters, digits and the few marks that no switch syntax uses."""
    plain = unicodedata.normalize("NFKD", text.replace("’", "'"))
    said = "".join(_SAID_OTHERWISE.get(character, character) for character in plain)
    kept = "".join(c if c in _PASSING else " " if c.isspace() or c in "|/\\()[]{}<>" else "" for c in said)
    return " ".join(kept.split())
