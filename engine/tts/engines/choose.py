"""From settings to a speech engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from engine.errors import SettingsError
from engine.tts.engines.espeak import EspeakNg
from engine.tts.engines.flite import Flite
from engine.tts.engines.google import GoogleCloud
from engine.tts.engines.piper import Piper
from engine.tts.engines.protocol import Engine, SwitchEngine
from engine.tts.engines.silence import Silence

AUTO = "auto"


def choose(kind: str = AUTO, config: Mapping[str, str] | None = None) -> Engine | SwitchEngine:
    """The engine named ``kind``, or for ``auto`` espeak-ng when it is installed, else silence.

    ``config`` holds that engine's own settings, as text. espeak-ng: ``voice``, ``program``, ``words_per_minute``,
    ``timeout_s``; flite: ``voice``; piper: ``models``, ``voice``, ``program``, ``timeout_s``; google: ``key``,
    ``voice``, ``base_url``, ``speaking_rate``, ``timeout_s``.
    Raises ``SettingsError``.
    """
    if kind == AUTO:
        kind = EspeakNg.name if EspeakNg.installed() else Silence.name
    if kind not in _BUILDERS:
        raise SettingsError(
            f"There is no speech engine {kind!r}. Choose {AUTO}, {', '.join(sorted(_BUILDERS))}."
        )
    known, build = _BUILDERS[kind]
    given = {name: value for name, value in (config or {}).items() if value != ""}
    unknown = sorted(set(given) - known)
    if unknown:
        raise SettingsError(
            f"The speech engine {kind} has no setting {unknown[0]!r}. It has {sorted(known)}."
        )
    try:
        return build(given)
    except KeyError as error:
        raise SettingsError(f"The speech engine {kind} needs the setting {error.args[0]!r}.") from None
    except ValueError as error:
        raise SettingsError(f"A setting of the speech engine {kind} is not a number: {error}.") from None


def _espeak(config: Mapping[str, str]) -> Engine:
    return EspeakNg(
        config.get("program", "espeak-ng"),
        voice=config.get("voice"),
        words_per_minute=int(config.get("words_per_minute", "150")),
        timeout_s=float(config.get("timeout_s", "20")),
    )


def _flite(config: Mapping[str, str]) -> SwitchEngine:
    return Flite(config.get("voice", "slt"))


def _piper(config: Mapping[str, str]) -> Engine:
    return Piper(
        Path(config["models"]),
        config["voice"],
        config.get("program", "piper"),
        timeout_s=float(config.get("timeout_s", "30")),
    )


def _google(config: Mapping[str, str]) -> Engine:
    return GoogleCloud(
        config["key"],
        voice=config.get("voice"),
        base_url=config.get("base_url", "https://texttospeech.googleapis.com"),
        speaking_rate=float(config.get("speaking_rate", "0.95")),
        timeout_s=float(config.get("timeout_s", "10")),
    )


def _silence(config: Mapping[str, str]) -> Engine:  # noqa: ARG001 - it has nothing to set
    return Silence()


_Builder = Callable[[Mapping[str, str]], Engine | SwitchEngine]
_BUILDERS: Mapping[str, tuple[frozenset[str], _Builder]] = {
    EspeakNg.name: (frozenset({"voice", "program", "words_per_minute", "timeout_s"}), _espeak),
    Flite.name: (frozenset({"voice"}), _flite),
    Piper.name: (frozenset({"models", "voice", "program", "timeout_s"}), _piper),
    GoogleCloud.name: (frozenset({"key", "voice", "base_url", "speaking_rate", "timeout_s"}), _google),
    Silence.name: (frozenset(), _silence),
}
