"""Piper: neural voices, run locally as a separate process. One ``.onnx`` model is one voice."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from engine.errors import SettingsError, TtsError
from engine.tts.engines.espeak import to_telephone
from engine.tts.engines.protocol import checked_voice
from engine.tts.process import run_process


class Piper:
    """``models`` is a directory of voices: ``en_US-amy-medium`` is ``en_US-amy-medium.onnx`` with its
    ``.onnx.json``. ``voice`` is the one used when a prompt names none.
    """

    name = "piper"

    def __init__(self, models: Path, voice: str, program: str = "piper", *, timeout_s: float = 30.0) -> None:
        found = shutil.which(program)
        if found is None:
            raise SettingsError(
                f"The program {program!r} was not found. Install Piper, or choose another speech engine."
            )
        self._program = found
        self._models = models.resolve()
        self._default = voice
        self._timeout_s = timeout_s
        try:
            self._model(voice)
        except TtsError as error:
            raise SettingsError(str(error)) from None

    def identity(self, voice: str | None, language: str) -> str:  # noqa: ARG002 - a model knows its language
        model = self._model(voice)
        stat = model.stat()
        return f"piper {model.stem} size={stat.st_size} changed={int(stat.st_mtime)}"

    def synthesise(self, text: str, voice: str | None, language: str) -> bytes:  # noqa: ARG002
        model = self._model(voice)
        try:
            with tempfile.TemporaryDirectory(prefix="carillon-piper-") as directory:
                sound = Path(directory) / "said.wav"
                # Piper takes each line for an utterance of its own, and would overwrite the first.
                line = " ".join(text.split()) + "\n"
                run_process(
                    [self._program, "--model", str(model), "--output_file", str(sound)],
                    line.encode(),
                    timeout_s=self._timeout_s,
                )
                return to_telephone(sound.read_bytes(), self._timeout_s)
        except OSError as error:
            raise TtsError(f"Piper left no sound ({error.strerror}). Check its disk and its model.") from None

    def _model(self, voice: str | None) -> Path:
        model = self._models / f"{checked_voice(voice or self._default)}.onnx"
        if not model.is_file():
            raise TtsError(
                f"The Piper voice {model.stem!r} is not in {self._models}. Put {model.name} there."
            )
        return model
