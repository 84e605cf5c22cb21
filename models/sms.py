"""Text messages: gateways, templates and what was sent."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Float, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Created, Stamped, at_least, fk, one_of
from models.statuses import GatewayStatus, SmsGatewayKind, SmsStatus
from models.types import IntStatus, Json, Word


class SmsGateway(Stamped, Base):
    """An account with a provider. ``token`` is a secret: written, never shown."""

    __tablename__ = "sms_gateway"
    __table_args__ = (
        one_of("kind", SmsGatewayKind),
        one_of("status", GatewayStatus),
        at_least("messages_per_second"),
    )

    name: Mapped[str] = mapped_column(String(255), unique=True)
    description: Mapped[str] = mapped_column(Text, default="")
    kind: Mapped[SmsGatewayKind] = mapped_column(Word(SmsGatewayKind), default=SmsGatewayKind.LOG)
    account: Mapped[str] = mapped_column(String(128), default="")
    token: Mapped[str] = mapped_column(String(255), default="")
    sender: Mapped[str] = mapped_column(String(75), default="")  # a number, a name or a messaging service
    base_url: Mapped[str] = mapped_column(String(500), default="")
    config: Mapped[dict[str, Any] | None] = mapped_column(Json)  # what a generic HTTP gateway needs besides
    messages_per_second: Mapped[float] = mapped_column(Float, default=0)  # 0 means no limit
    status: Mapped[GatewayStatus] = mapped_column(IntStatus(GatewayStatus), default=GatewayStatus.ACTIVE)


class SmsTemplate(Created, Base):
    """A text with variables, in the same language as a survey's scripts."""

    __tablename__ = "sms_template"

    label: Mapped[str] = mapped_column(String(75))
    template_key: Mapped[str] = mapped_column(String(30), unique=True)
    sender_phonenumber: Mapped[str] = mapped_column(String(75), default="")
    sms_text: Mapped[str] = mapped_column(String(500))


class SmsMessage(Stamped, Base):
    """One message and its way to the phone. ``dedupe_key`` keeps one cause from sending twice."""

    __tablename__ = "sms_message"
    __table_args__ = (
        one_of("status", SmsStatus),
        at_least("attempts"),
        Index(
            "ix_sms_message_due",
            "due_at",
            sqlite_where=text("due_at IS NOT NULL"),
            postgresql_where=text("due_at IS NOT NULL"),
        ),
    )

    dedupe_key: Mapped[str] = mapped_column(String(80), unique=True)
    sms_gateway_id: Mapped[int | None] = mapped_column(fk("sms_gateway.id", on_delete="SET NULL"), index=True)
    alarm_id: Mapped[int | None] = mapped_column(fk("alarm.id", on_delete="SET NULL"), index=True)
    callrequest_id: Mapped[int | None] = mapped_column(
        fk("call_request.id", on_delete="SET NULL"), index=True
    )
    sender: Mapped[str] = mapped_column(String(75), default="")
    recipient: Mapped[str] = mapped_column(String(50))
    text: Mapped[str] = mapped_column(Text)
    status: Mapped[SmsStatus] = mapped_column(Word(SmsStatus), default=SmsStatus.UNSENT)
    status_message: Mapped[str] = mapped_column(String(500), default="")
    provider_id: Mapped[str | None] = mapped_column(String(128), index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime | None]  # the next try; NULL when it was accepted or given up
    claimed_by: Mapped[str | None] = mapped_column(String(64))
    claimed_until: Mapped[datetime | None]
    send_date: Mapped[datetime | None]
    delivery_date: Mapped[datetime | None]
