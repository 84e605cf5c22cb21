"""Column types that mean the same on SQLite and on PostgreSQL."""

from __future__ import annotations

import enum
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import JSON, DateTime, Dialect, Integer, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator

_I = TypeVar("_I", bound=enum.IntEnum)
_S = TypeVar("_S", bound=enum.StrEnum)

Json = JSON().with_variant(JSONB(), "postgresql")
"""A JSON document; JSONB on PostgreSQL."""


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime, stored and given back in UTC. A naive one is refused: nobody knows its zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone; give an aware datetime")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class IntStatus(TypeDecorator[_I], Generic[_I]):
    """An ``IntEnum`` stored as its number."""

    impl = Integer
    cache_ok = True

    def __init__(self, kind: type[_I]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: Any, dialect: Dialect) -> int | None:  # noqa: ARG002
        return None if value is None else int(self.kind(value))

    def process_result_value(self, value: Any, dialect: Dialect) -> _I | None:  # noqa: ARG002
        return None if value is None else self.kind(value)


class Word(TypeDecorator[_S], Generic[_S]):
    """A ``StrEnum`` stored as its text."""

    impl = String(32)
    cache_ok = True

    def __init__(self, kind: type[_S]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else str(self.kind(value))

    def process_result_value(self, value: Any, dialect: Dialect) -> _S | None:  # noqa: ARG002
        return None if value is None else self.kind(value)
