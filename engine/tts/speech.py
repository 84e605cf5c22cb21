"""What the rest of the engine uses of speech: a text goes in, something that the switch can play comes out."""

from __future__ import annotations

from collections.abc import Iterable

from engine import log
from engine.errors import SettingsError, TtsError
from engine.tts.cache import DiskCache, switch_path
from engine.tts.engines.protocol import Engine, SwitchEngine
from engine.tts.renderer import Counters, Prompt, Renderer
from engine.tts.spoken import speakable

logger = log.get(__name__)

_LONGEST_TEXT = 5_000


class Speech:
    """``cache`` is needed for an engine that renders files. ``wait_s`` is how long a call waits for a prompt.

    ``switch_prefix`` is where the switch sees the cache's directory, when that is not where we see it.
    Raises ``SettingsError``.
    """

    def __init__(
        self,
        engine: Engine | SwitchEngine,
        cache: DiskCache | None = None,
        *,
        concurrency: int = 2,
        wait_s: float = 20.0,
        max_waiting: int = 2_000,
        switch_prefix: str | None = None,
    ) -> None:
        self.name = engine.name
        self._wait_s = wait_s
        self._in_switch = engine if isinstance(engine, SwitchEngine) else None
        self._renderer: Renderer | None = None
        if not isinstance(engine, SwitchEngine):
            if cache is None:
                raise SettingsError(f"The speech engine {engine.name} needs a TTS cache directory. Set one.")
            self._renderer = Renderer(engine, cache, concurrency=concurrency, max_waiting=max_waiting)
            self._ours = str(cache.directory)
            self._theirs = switch_path(switch_prefix or self._ours, "The switch's TTS directory")

    @property
    def counters(self) -> Counters:
        """How often a prompt was there, was rendered, failed."""
        return self._renderer.counters if self._renderer is not None else Counters()

    def playable(self, text: str, voice: str | None = None, language: str = "en") -> str:
        """What the switch plays to say ``text``: a WAV's path as the switch sees it, or ``tts://…``.

        Renders it if need be, while other greenlets run. Raises ``TtsError``, which concerns this prompt only.
        """
        prompt = _checked(text), voice, language
        try:
            if self._in_switch is not None:
                return self._in_switch.playable(*prompt)
            assert self._renderer is not None
            path = self._renderer.file_of(prompt, self._wait_s)
        except TtsError as error:
            raise TtsError(f"The prompt “{_excerpt(text)}” cannot be said. {error}") from error
        return self._theirs + str(path).removeprefix(self._ours)

    def prepare(self, prompts: Iterable[Prompt]) -> None:
        """Render ``(text, voice, language)`` ahead of their use: returns at once and never raises.

        A failure is logged, and the prompt tried again when it is asked for.
        """
        if self._renderer is None:
            return
        for text, voice, language in prompts:
            try:
                self._renderer.prepare((_checked(text), voice, language))
            except TtsError as error:
                logger.info("prompt not prepared", text=_excerpt(text), error=str(error))

    def stop(self) -> None:
        """End rendering; whoever waits gets a ``TtsError``."""
        if self._renderer is not None:
            self._renderer.stop()


def _checked(text: str) -> str:
    said = speakable(text)  # a fixed text has not been through a template
    if not said:
        raise TtsError("There is nothing to say: the text is empty once its variables are filled in.")
    if len(said) > _LONGEST_TEXT:
        raise TtsError(f"The prompt is longer than {_LONGEST_TEXT} characters. Split it into several.")
    return said


def _excerpt(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 60 else flat[:59] + "…"
