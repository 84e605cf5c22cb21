"""Settings, from the environment, through one typed object.

Every variable starts with ``CARILLON_``: ``CARILLON_SWITCH``, ``CARILLON_DATABASE_URL`` and so on. A ``.env``
file in the working directory is read as well.
"""

from __future__ import annotations

import re
import socket
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from engine.errors import SettingsError


class Settings(BaseSettings):
    """What an operator may choose. Times are in seconds."""

    model_config = SettingsConfigDict(env_prefix="CARILLON_", env_file=".env", extra="ignore", frozen=True)

    var_dir: Path = Field(Path("var"), description="Database, speech cache, media and recordings live here.")
    database_url: str = Field("", description="SQLAlchemy URL; empty: SQLite in var_dir.")
    sqlite_synchronous: Literal["FULL", "NORMAL"] = Field(
        "FULL", description="FULL survives a power cut, NORMAL a crash of the process."
    )

    engine_name: str = Field(
        default_factory=lambda: re.sub(r"[^\w.-]", "-", socket.gethostname())[:64] or "carillon",
        description="Stays the same across restarts: an engine finds its own calls by it.",
    )
    switch: str = Field("", description="esl://:PASSWORD@HOST:PORT; empty: the built-in simulator.")
    callees: Path | None = Field(None, description="Scripted callees of the simulator (YAML).")

    max_calls: int = Field(1000, ge=1, description="Calls at once through this engine.")
    calls_per_second: float = Field(0, ge=0, description="Originates a second; 0 means no limit.")
    lease_s: float = Field(60, gt=0, description="How long a claimed alarm is ours without renewal.")
    park_timeout_s: int = Field(3600, ge=10, description="A call that nobody drives is ended after this.")
    call_limit_s: int = Field(1800, ge=10, description="No call lasts longer.")
    grace_s: float = Field(3600, ge=0, description="An alarm is still useful this long after its moment.")
    drain_s: float = Field(20, ge=0, description="On SIGTERM, wait this long for live calls to end.")

    tts_engine: str = Field("auto", description="auto, espeak-ng, flite, piper, google or silence.")
    tts_voice: str = Field("", description="Voice when a survey names none.")
    piper_binary: str = "piper"
    piper_models: str = Field("", description="The folder of Piper's voices.")
    google_tts_key: SecretStr = SecretStr("")
    tts_cache_mb: int = Field(512, ge=1)
    switch_media_prefix: str = Field("", description="Where the switch sees var_dir, when that differs.")

    default_region: str = Field("", description="Two letters: how numbers without a plus sign are read.")
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_json: bool = False

    @field_validator("var_dir")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().resolve()

    @property
    def database(self) -> str:
        """The database URL in force."""
        return self.database_url or f"sqlite:///{self.var_dir / 'carillon.db'}"

    @property
    def media_dir(self) -> Path:
        """Uploaded audio files."""
        return self.var_dir / "media"

    @property
    def recordings_dir(self) -> Path:
        """What callees said; the switch writes here."""
        return self.var_dir / "recordings"

    @property
    def speech_dir(self) -> Path:
        """Rendered speech."""
        return self.var_dir / "speech"


def load(**overrides: Any) -> Settings:
    """Read the settings; ``overrides`` win. Raises ``SettingsError`` that names the variable."""
    try:
        return Settings(**overrides)
    except ValidationError as error:
        first = error.errors()[0]
        name = "_".join(str(part) for part in first["loc"]).upper()
        raise SettingsError(f"CARILLON_{name}: {first['msg']}") from error
