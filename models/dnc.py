"""Do-not-call lists."""

from __future__ import annotations

from sqlalchemy import String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Stamped, fk


class DncList(Stamped, Base):
    """A manager's list of numbers that must not be called."""

    __tablename__ = "dnc_list"

    name: Mapped[str] = mapped_column(String(50))
    description: Mapped[str | None] = mapped_column(Text)
    user_id: Mapped[int] = mapped_column(fk("user_account.id"), index=True)


class DncContact(Stamped, Base):
    """One number on a list, and how it came there."""

    __tablename__ = "dnc_contact"
    __table_args__ = (UniqueConstraint("dnc_id", "phone_number"),)

    dnc_id: Mapped[int] = mapped_column(fk("dnc_list.id", on_delete="CASCADE"))
    phone_number: Mapped[str] = mapped_column(String(50), index=True)  # E.164
    source: Mapped[str] = mapped_column(String(32), default="manual")  # manual, survey, sms, import
    callrequest_id: Mapped[int | None] = mapped_column(
        fk("call_request.id", on_delete="SET NULL"), index=True
    )
