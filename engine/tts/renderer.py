"""Each prompt is rendered once, however many calls want it at the same moment.

The work is done in greenlets of the renderer's own, so a call that hangs up takes nobody's prompt with it.
Prompts that a live call waits for go before those that are only prepared while a call rings.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from pathlib import Path

from gevent.event import AsyncResult

from engine import log
from engine.errors import TtsError
from engine.greenlets import Nursery
from engine.tts.cache import DiskCache, key_of
from engine.tts.engines.protocol import Engine

logger = log.get(__name__)

_NOW, _AHEAD = 0, 1

Prompt = tuple[str, str | None, str]
"""A text, a voice (None for the engine's own) and a language tag."""


@dataclass(slots=True)
class Counters:
    """Since the start. ``hits`` were on disk, ``misses`` were rendered, ``shared`` waited for another's render;
    ``failures`` are renders that failed, ``dropped`` prompts not prepared because too many were waiting.
    """

    hits: int = 0
    misses: int = 0
    shared: int = 0
    failures: int = 0
    dropped: int = 0


@dataclass(slots=True)
class _Job:
    key: str
    prompt: Prompt
    urgency: int
    started: bool = False
    outcome: AsyncResult[Path | TtsError] = field(default_factory=AsyncResult)


class Renderer:
    """At most ``concurrency`` prompts are rendered at a time, and at most ``max_waiting`` wait to be prepared."""

    def __init__(self, engine: Engine, cache: DiskCache, *, concurrency: int, max_waiting: int) -> None:
        self.counters = Counters()
        self._engine = engine
        self._cache = cache
        self._concurrency = concurrency
        self._max_waiting = max_waiting
        self._jobs: dict[str, _Job] = {}
        self._queue: list[tuple[int, int, _Job]] = []
        self._order = count()
        self._workers = Nursery("tts")

    def file_of(self, prompt: Prompt, wait_s: float) -> Path:
        """The sound of ``prompt``, rendered now if it is not there. Raises ``TtsError``."""
        key = self._key(prompt)
        path = self._cache.find(key)
        if path is not None:
            self.counters.hits += 1
            return path
        job = self._jobs.get(key)
        if job is None:
            job = self._add(key, prompt, _NOW)
        else:
            self.counters.shared += 1
            if job.urgency == _AHEAD:
                job.urgency = _NOW
                self._enqueue(job)  # its older place in the queue is passed over later
        outcome = job.outcome.wait(timeout=wait_s)
        if outcome is None:
            raise TtsError(
                f"It was not ready after {wait_s:g} s: {self._engine.name} is too slow, or has too much to do."
            )
        if isinstance(outcome, TtsError):
            raise TtsError(str(outcome)) from outcome
        return outcome

    def prepare(self, prompt: Prompt) -> None:
        """Render ``prompt`` in its turn, if it is not there; returns at once. Raises ``TtsError``."""
        key = self._key(prompt)
        if key in self._jobs or self._cache.find(key) is not None:
            return
        if len(self._jobs) >= self._max_waiting:
            self.counters.dropped += 1
            return
        self._add(key, prompt, _AHEAD)

    def stop(self) -> None:
        """End all rendering; whoever waits gets a ``TtsError``."""
        self._workers.stop()
        self._queue.clear()
        for job in list(self._jobs.values()):
            job.outcome.set(TtsError("The engine is stopping, so the prompt was not rendered."))
        self._jobs.clear()

    def _key(self, prompt: Prompt) -> str:
        text, voice, language = prompt
        return key_of(self._engine.identity(voice, language), text)

    def _add(self, key: str, prompt: Prompt, urgency: int) -> _Job:
        job = self._jobs[key] = _Job(key, prompt, urgency)
        self._enqueue(job)
        if len(self._workers) < self._concurrency:
            self._workers.spawn(self._work)
        return job

    def _enqueue(self, job: _Job) -> None:
        heappush(self._queue, (job.urgency, next(self._order), job))

    def _work(self) -> None:
        """One worker: the most urgent prompt, until none is left."""
        while self._queue:
            _, _, job = heappop(self._queue)
            if job.started:
                continue
            job.started = True
            self.counters.misses += 1
            outcome = self._rendered(job)
            if self._jobs.pop(job.key, None) is not None:
                job.outcome.set(outcome)

    def _rendered(self, job: _Job) -> Path | TtsError:
        text, voice, language = job.prompt
        try:
            return self._cache.store(job.key, self._engine.synthesise(text, voice, language))
        except TtsError as error:
            self.counters.failures += 1
            logger.warning("prompt not rendered", engine=self._engine.name, text=text[:60], error=str(error))
            return error
        except Exception as error:
            # A defect of one engine must not leave a hundred calls waiting for an outcome that never comes.
            self.counters.failures += 1
            logger.exception("prompt not rendered", engine=self._engine.name, text=text[:60])
            return TtsError(f"{self._engine.name} failed on it ({type(error).__name__}).")
