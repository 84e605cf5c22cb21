"""E-mail: templates and what was sent."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Created, Stamped, at_least, fk, one_of
from models.statuses import MailStatus
from models.types import Word


class MailTemplate(Created, Base):
    """A subject and bodies with variables, in the same language as a survey's scripts."""

    __tablename__ = "mail_template"

    label: Mapped[str] = mapped_column(String(75))
    template_key: Mapped[str] = mapped_column(String(30), unique=True)
    from_email: Mapped[str] = mapped_column(String(254))
    from_name: Mapped[str] = mapped_column(String(75), default="")
    subject: Mapped[str] = mapped_column(String(200))
    message_plaintext: Mapped[str] = mapped_column(Text)
    message_html: Mapped[str] = mapped_column(Text, default="")


class MailMessage(Stamped, Base):
    """One e-mail and its delivery. ``dedupe_key`` keeps one cause from sending twice."""

    __tablename__ = "mail_message"
    __table_args__ = (one_of("status", MailStatus), at_least("attempts"))

    dedupe_key: Mapped[str] = mapped_column(String(80), unique=True)
    alarm_id: Mapped[int | None] = mapped_column(fk("alarm.id", on_delete="SET NULL"), index=True)
    mail_template_id: Mapped[int | None] = mapped_column(
        fk("mail_template.id", on_delete="SET NULL"), index=True
    )
    recipient: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    status: Mapped[MailStatus] = mapped_column(Word(MailStatus), default=MailStatus.UNSENT)
    status_message: Mapped[str] = mapped_column(String(500), default="")
    provider_id: Mapped[str | None] = mapped_column(String(255))
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime | None]
    send_date: Mapped[datetime | None]
