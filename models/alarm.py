"""Alarms and their attempts. The alarm table is also the queue: ``due_at`` says when, a lease says whose."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import CheckConstraint, Connection, Index, String, UniqueConstraint, inspect, text
from sqlalchemy.event import listens_for
from sqlalchemy.orm import Mapped, Mapper, mapped_column, relationship

from models.base import Base, Created, Stamped, at_least, fk, one_of, utc_now
from models.event import Event
from models.mail import MailTemplate
from models.sms import SmsTemplate
from models.statuses import AlarmMethod, AlarmStatus, Outcome
from models.survey import Survey
from models.types import IntStatus, Word

WAITING = (AlarmStatus.PENDING, AlarmStatus.RETRY)
"""The statuses in which an alarm waits for its moment."""


class Alarm(Stamped, Base):
    """One notification of one event to one person."""

    __tablename__ = "alarm"
    __table_args__ = (
        one_of("method", AlarmMethod),
        one_of("status", AlarmStatus),
        one_of("outcome", Outcome, optional=True),
        at_least("advance_notice"),
        at_least("maxretry"),
        at_least("retry_delay"),
        at_least("num_attempt"),
        at_least("result"),
        CheckConstraint("(claimed_by IS NULL) = (claimed_until IS NULL)", name="lease_is_whole"),
        CheckConstraint("due_at IS NULL OR status IN (1, 2, 4)", name="ended_is_not_due"),
        Index(
            "ix_alarm_due",
            "due_at",
            sqlite_where=text("due_at IS NOT NULL"),
            postgresql_where=text("due_at IS NOT NULL"),
        ),
        Index(
            "ix_alarm_lease",
            "claimed_until",
            sqlite_where=text("claimed_until IS NOT NULL"),
            postgresql_where=text("claimed_until IS NOT NULL"),
        ),
    )

    event_id: Mapped[int] = mapped_column(fk("event.id", on_delete="CASCADE"), index=True)
    method: Mapped[AlarmMethod] = mapped_column(IntStatus(AlarmMethod), default=AlarmMethod.CALL)
    date_start_notice: Mapped[datetime] = mapped_column(default=utc_now)
    alarm_phonenumber: Mapped[str | None] = mapped_column(String(50), index=True)
    alarm_email: Mapped[str | None] = mapped_column(String(254))
    daily_start: Mapped[time] = mapped_column(default=time(0, 0, 0))
    daily_stop: Mapped[time] = mapped_column(default=time(23, 59, 59))
    timezone: Mapped[str | None] = mapped_column(String(64))  # the callee's IANA zone, if known
    advance_notice: Mapped[int] = mapped_column(default=0)  # seconds
    maxretry: Mapped[int] = mapped_column(default=0)
    retry_delay: Mapped[int] = mapped_column(default=0)  # seconds from the end of an attempt
    num_attempt: Mapped[int] = mapped_column(default=0)
    survey_id: Mapped[int | None] = mapped_column(fk("survey.id"), index=True)  # else the calendar setting's
    sms_template_id: Mapped[int | None] = mapped_column(fk("sms_template.id"), index=True)
    mail_template_id: Mapped[int | None] = mapped_column(fk("mail_template.id"), index=True)
    phonenumber_sms_failure: Mapped[str | None] = mapped_column(String(50))
    phonenumber_transfer: Mapped[str | None] = mapped_column(String(50))
    url_cancel: Mapped[str | None] = mapped_column(String(250))
    url_confirm: Mapped[str | None] = mapped_column(String(250))

    status: Mapped[AlarmStatus] = mapped_column(IntStatus(AlarmStatus), default=AlarmStatus.PENDING)
    result: Mapped[int] = mapped_column(default=0)  # AlarmResult, or another rating key as pressed
    result_label: Mapped[str | None] = mapped_column(String(100))
    outcome: Mapped[Outcome | None] = mapped_column(Word(Outcome))
    reason: Mapped[str | None] = mapped_column(String(500))  # why it ended, in words
    ended_at: Mapped[datetime | None]

    due_at: Mapped[datetime | None]  # NULL once ended
    claimed_by: Mapped[str | None] = mapped_column(String(64))  # the engine that holds it
    claimed_until: Mapped[datetime | None]

    event: Mapped[Event] = relationship()
    survey: Mapped[Survey | None] = relationship()
    sms_template: Mapped[SmsTemplate | None] = relationship()
    mail_template: Mapped[MailTemplate | None] = relationship()

    @property
    def notify_at(self) -> datetime:
        """When the first attempt is due: the alarm's moment less its advance notice."""
        return self.date_start_notice - timedelta(seconds=self.advance_notice or 0)


@listens_for(Alarm, "before_insert")
@listens_for(Alarm, "before_update")
def _keep_due_at(mapper: Mapper[Any], connection: Connection, alarm: Alarm) -> None:  # noqa: ARG001
    """Keep ``due_at`` right whoever writes: set for a fresh alarm, moved with its date, gone at its end."""
    changed = inspect(alarm).attrs
    status = AlarmStatus(alarm.status or AlarmStatus.PENDING)
    if status in (AlarmStatus.FAILURE, AlarmStatus.SUCCESS):
        alarm.due_at = None
    elif changed.due_at.history.has_changes() and alarm.due_at is not None:
        return
    elif status is AlarmStatus.PENDING and (
        alarm.due_at is None
        or changed.date_start_notice.history.has_changes()
        or changed.advance_notice.history.has_changes()
    ):
        alarm.date_start_notice = alarm.date_start_notice or utc_now()
        alarm.due_at = alarm.notify_at


class AlarmRequest(Created, Base):
    """One attempt at an alarm."""

    __tablename__ = "alarm_request"
    __table_args__ = (
        one_of("status", AlarmStatus),
        one_of("outcome", Outcome, optional=True),
        UniqueConstraint("alarm_id", "num_attempt"),  # an attempt is made once
    )

    alarm_id: Mapped[int] = mapped_column(fk("alarm.id", on_delete="CASCADE"))
    num_attempt: Mapped[int]  # 1 for the first
    date: Mapped[datetime]
    status: Mapped[AlarmStatus] = mapped_column(IntStatus(AlarmStatus), default=AlarmStatus.PENDING)
    callstatus: Mapped[int] = mapped_column(default=0)  # the Q.850 cause; 0 while unknown
    duration: Mapped[int] = mapped_column(default=0)  # seconds answered
    counts: Mapped[bool] = mapped_column(default=True)  # against the alarm's Max Retry
    outcome: Mapped[Outcome | None] = mapped_column(Word(Outcome))
    reason: Mapped[str | None] = mapped_column(String(500))
    ended_at: Mapped[datetime | None]

    alarm: Mapped[Alarm] = relationship()


class GateRefusal(Base):
    """Why an alarm was not dialled when it was due. The same reason before the same attempt is one row."""

    __tablename__ = "gate_refusal"
    __table_args__ = (UniqueConstraint("alarm_id", "num_attempt", "reason"),)

    alarm_id: Mapped[int] = mapped_column(fk("alarm.id", on_delete="CASCADE"))
    num_attempt: Mapped[int]
    reason: Mapped[str] = mapped_column(String(32))
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    next_at: Mapped[datetime | None]  # when it may be tried again; NULL when never
    times: Mapped[int] = mapped_column(default=1)
