"""Calls: what was asked of a switch, and what became of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.alarm import AlarmRequest
from models.base import Base, Created, Stamped, fk, one_of, utc_now
from models.gateway import Gateway
from models.statuses import AmdStatus, CallRequestStatus, CallType, Disposition, LegType, Outcome
from models.types import IntStatus, Json, Word


class CallRequest(Stamped, Base):
    """One originate, committed before the switch hears of it; ``request_uuid`` is the channel's UUID."""

    __tablename__ = "call_request"
    __table_args__ = (
        one_of("status", CallRequestStatus),
        one_of("call_type", CallType),
        one_of("outcome", Outcome, optional=True),
        UniqueConstraint("alarm_request_id", "num_attempt"),
        Index(
            "ix_call_request_open",
            "engine",
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    request_uuid: Mapped[str] = mapped_column(String(36), unique=True)
    alarm_request_id: Mapped[int | None] = mapped_column(fk("alarm_request.id", on_delete="CASCADE"))
    num_attempt: Mapped[int] = mapped_column(
        default=1
    )  # 2 and more: by a failover gateway, in the same attempt
    user_id: Mapped[int] = mapped_column(fk("user_account.id"), index=True)  # the manager
    calendar_id: Mapped[int | None] = mapped_column(fk("calendar.id", on_delete="SET NULL"), index=True)
    aleg_gateway_id: Mapped[int | None] = mapped_column(fk("gateway.id", on_delete="SET NULL"), index=True)
    survey_id: Mapped[int | None] = mapped_column(
        fk("survey.id"), index=True
    )  # the sealed survey that it ran
    call_type: Mapped[CallType] = mapped_column(IntStatus(CallType), default=CallType.ALLOW_RETRY)
    status: Mapped[CallRequestStatus] = mapped_column(
        IntStatus(CallRequestStatus), default=CallRequestStatus.PENDING
    )
    callerid: Mapped[str] = mapped_column(String(80), default="")
    caller_name: Mapped[str] = mapped_column(String(80), default="")
    phone_number: Mapped[str] = mapped_column(String(80))
    timeout: Mapped[int] = mapped_column(default=60)
    extra_dial_string: Mapped[str] = mapped_column(String(500), default="")
    completed: Mapped[bool] = mapped_column(default=False)  # a section marked as completing was reached

    engine: Mapped[str | None] = mapped_column(String(64))  # who drives it
    switch: Mapped[str | None] = mapped_column(String(64))  # where it runs
    cursor: Mapped[dict[str, Any] | None] = mapped_column(Json)  # where the survey stands
    call_time: Mapped[datetime] = mapped_column(default=utc_now)
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    hangup_cause: Mapped[str] = mapped_column(String(80), default="")
    hangup_cause_q850: Mapped[int | None]
    outcome: Mapped[Outcome | None] = mapped_column(Word(Outcome))
    reason: Mapped[str | None] = mapped_column(String(500))

    alarm_request: Mapped[AlarmRequest | None] = relationship()
    aleg_gateway: Mapped[Gateway | None] = relationship()


class CallDetailRecord(Created, Base):
    """The record of one leg, written when it has ended."""

    __tablename__ = "call_detail_record"
    __table_args__ = (
        one_of("disposition", Disposition),
        one_of("leg_type", LegType),
        one_of("amd_status", AmdStatus, optional=True),
    )

    callid: Mapped[str] = mapped_column(String(120), unique=True)  # the channel's UUID
    callrequest_id: Mapped[int] = mapped_column(fk("call_request.id", on_delete="CASCADE"), index=True)
    user_id: Mapped[int] = mapped_column(fk("user_account.id"), index=True)
    used_gateway_id: Mapped[int | None] = mapped_column(fk("gateway.id", on_delete="SET NULL"), index=True)
    callerid: Mapped[str] = mapped_column(String(120), default="")
    phone_number: Mapped[str] = mapped_column(String(120))
    starting_date: Mapped[datetime] = mapped_column(default=utc_now, index=True)
    duration: Mapped[int] = mapped_column(default=0)  # seconds from originate to hang-up
    billsec: Mapped[int] = mapped_column(default=0)  # seconds answered
    progresssec: Mapped[int] = mapped_column(default=0)  # seconds to ringing
    answersec: Mapped[int] = mapped_column(default=0)  # seconds to answer
    disposition: Mapped[Disposition] = mapped_column(Word(Disposition))
    hangup_cause: Mapped[str] = mapped_column(String(40), default="")
    hangup_cause_q850: Mapped[int | None]
    leg_type: Mapped[LegType] = mapped_column(IntStatus(LegType), default=LegType.A_LEG)
    amd_status: Mapped[AmdStatus | None] = mapped_column(IntStatus(AmdStatus))
