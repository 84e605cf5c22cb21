"""Events: what people are told about, once or by a rule."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, at_least, fk, one_of, utc_now
from models.calendar import Calendar
from models.statuses import EventStatus, RuleFrequency
from models.types import IntStatus, Json, Word
from models.user import CalendarUser


class Rule(Base):
    """A recurrence rule in the seed's form: a frequency and ``key:value;…`` parameters of RFC 5545."""

    __tablename__ = "rule"
    __table_args__ = (one_of("frequency", RuleFrequency),)

    name: Mapped[str] = mapped_column(String(32), unique=True)
    description: Mapped[str] = mapped_column(Text, default="")
    frequency: Mapped[RuleFrequency] = mapped_column(Word(RuleFrequency))
    params: Mapped[str | None] = mapped_column(Text)


class Event(Base):
    """Something at a time. ``data`` holds the variables that its calls may speak."""

    __tablename__ = "event"
    __table_args__ = (
        CheckConstraint('"end" >= start', name="ends_after_start"),
        one_of("status", EventStatus),
        at_least("occ_count"),
        UniqueConstraint("parent_event_id", "occ_count"),  # an occurrence exists once
    )

    title: Mapped[str] = mapped_column(String(255))
    description: Mapped[str | None] = mapped_column(Text)
    start: Mapped[datetime] = mapped_column(default=utc_now, index=True)
    end: Mapped[datetime] = mapped_column(default=utc_now)
    creator_id: Mapped[int] = mapped_column(fk("calendar_user.id"), index=True)
    created_on: Mapped[datetime] = mapped_column(default=utc_now)
    end_recurring_period: Mapped[datetime | None]
    rule_id: Mapped[int | None] = mapped_column(fk("rule.id"), index=True)
    calendar_id: Mapped[int] = mapped_column(fk("calendar.id"), index=True)
    notify_count: Mapped[int] = mapped_column(default=0)
    status: Mapped[EventStatus] = mapped_column(IntStatus(EventStatus), default=EventStatus.PENDING)
    data: Mapped[dict[str, Any] | None] = mapped_column(Json)
    parent_event_id: Mapped[int | None] = mapped_column(fk("event.id"))
    occ_count: Mapped[int] = mapped_column(default=0)

    creator: Mapped[CalendarUser] = relationship()
    calendar: Mapped[Calendar] = relationship()
    rule: Mapped[Rule | None] = relationship()
    parent_event: Mapped[Event | None] = relationship(remote_side="Event.id")
