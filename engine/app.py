"""The engine: owns settings, database, clock, switch, speech and dialer, and starts and stops them in order."""

from __future__ import annotations

from pathlib import Path

from engine import log
from engine.clock import Clock, SystemClock
from engine.db import Database, migrate
from engine.dialer.dialer import Dialer
from engine.errors import SettingsError
from engine.esl.switch import Switch
from engine.settings import Settings
from engine.tts.cache import DiskCache
from engine.tts.engines.choose import choose
from engine.tts.speech import Speech

logger = log.get(__name__)


class Engine:
    """One of our processes. ``switch_url`` wins over the setting, for the built-in simulator."""

    def __init__(self, settings: Settings, *, switch_url: str = "", clock: Clock | None = None) -> None:
        self.settings = settings
        self.clock = clock or SystemClock()
        url = switch_url or settings.switch
        if not url:
            raise SettingsError(
                "CARILLON_SWITCH: not set; give esl://:PASSWORD@HOST:PORT, or use `carillon run` for the simulator"
            )
        for folder in (settings.media_dir, settings.recordings_dir, settings.speech_dir):
            _make(folder)
        self.database = Database(settings.database, sqlite_synchronous=settings.sqlite_synchronous)
        self.switch = Switch.from_url(url, engine=settings.engine_name, clock=self.clock)
        self.speech = speech(settings)
        self.dialer = Dialer(settings, self.database, self.clock, self.switch, self.speech)

    def start(self) -> None:
        """Migrate, connect, reconcile and dial. Returns at once; the switch may come later."""
        migrate(self.settings.database)
        self.database.start()
        self.dialer.start()
        self.switch.start()
        logger.info("engine started", engine=self.settings.engine_name, switch=self.switch.name)

    def stop(self, drain_s: float | None = None) -> bool:
        """Take no new calls, wait for live ones, let go. True when no call was left behind."""
        drained = self.dialer.drain(self.settings.drain_s if drain_s is None else drain_s)
        if not drained:
            logger.warning("calls left parked", calls=self.dialer.live)
        self.dialer.stop()
        self.switch.stop()
        self.speech.stop()
        self.database.stop()
        logger.info("engine stopped")
        return drained


def speech(settings: Settings) -> Speech:
    """The voice of the settings, with its cache. Raises ``SettingsError``."""
    config = {
        "espeak-ng": {"voice": settings.tts_voice},
        "flite": {"voice": settings.tts_voice},
        "piper": {
            "models": settings.piper_models,
            "voice": settings.tts_voice,
            "program": settings.piper_binary,
        },
        "google": {"key": settings.google_tts_key.get_secret_value(), "voice": settings.tts_voice},
    }.get(settings.tts_engine, {})
    cache = DiskCache(settings.speech_dir, max_bytes=settings.tts_cache_mb * 1024**2)
    prefix = f"{settings.switch_media_prefix.rstrip('/')}/speech" if settings.switch_media_prefix else None
    return Speech(choose(settings.tts_engine, config), cache, switch_prefix=prefix)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"CARILLON_VAR_DIR: cannot create {folder}: {error.strerror}") from error
