"""The declarative base: naming convention, keys and time stamps that every table shares."""

from __future__ import annotations

import enum
from datetime import UTC, datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, MetaData, func
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from models.types import UtcDateTime


def utc_now() -> datetime:
    """The default of every time stamp."""
    return datetime.now(UTC)


class Base(DeclarativeBase):
    """Root of all tables. Constraints are named, so that a migration can find them on every database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {datetime: UtcDateTime()}

    id: Mapped[int] = mapped_column(primary_key=True)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.id}>"


class Created:
    """Adds ``created_date``."""

    created_date: Mapped[datetime] = mapped_column(default=utc_now, server_default=func.now())


class Stamped(Created):
    """Adds ``created_date`` and ``updated_date``."""

    updated_date: Mapped[datetime] = mapped_column(
        default=utc_now, onupdate=utc_now, server_default=func.now()
    )


def one_of(column: str, kind: type[enum.Enum], *, optional: bool = False) -> CheckConstraint:
    """A check that ``column`` holds a value of ``kind`` (and may be NULL when ``optional``)."""
    listed = ", ".join(repr(member.value) for member in kind)
    null = f"{column} IS NULL OR " if optional else ""
    return CheckConstraint(f"{null}{column} IN ({listed})", name=f"{column}_known")


def at_least(column: str, least: int = 0) -> CheckConstraint:
    """A check that ``column`` is not below ``least``; NULL passes."""
    return CheckConstraint(f"{column} >= {least}", name=f"{column}_at_least_{least}")


def fk(target: str, *, on_delete: str = "RESTRICT") -> ForeignKey:
    """A foreign key; what refers to a row keeps it from being deleted unless said otherwise."""
    return ForeignKey(target, ondelete=on_delete)
