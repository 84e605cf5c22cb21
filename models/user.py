"""Who owns and who uses: managers and admins log in, calendar users never do."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Stamped, fk
from models.calendar import CalendarSetting


class User(Stamped, Base):
    """Somebody who logs in: a manager, or an admin when ``is_superuser``."""

    __tablename__ = "user_account"

    username: Mapped[str] = mapped_column(String(150), unique=True)
    password: Mapped[str] = mapped_column(String(255), default="!")  # an argon2 hash; "!" never matches
    email: Mapped[str] = mapped_column(String(254), default="")
    first_name: Mapped[str] = mapped_column(String(150), default="")
    last_name: Mapped[str] = mapped_column(String(150), default="")
    is_active: Mapped[bool] = mapped_column(default=True)
    is_superuser: Mapped[bool] = mapped_column(default=False)
    last_login: Mapped[datetime | None]


class CalendarUser(Stamped, Base):
    """Whom a calendar belongs to, such as one doctor of a practice."""

    __tablename__ = "calendar_user"

    username: Mapped[str] = mapped_column(String(150), unique=True)
    password: Mapped[str] = mapped_column(String(255), default="!")
    email: Mapped[str] = mapped_column(String(254), default="")
    first_name: Mapped[str] = mapped_column(String(150), default="")
    last_name: Mapped[str] = mapped_column(String(150), default="")

    profile: Mapped[CalendarUserProfile] = relationship(back_populates="user", cascade="all, delete-orphan")


class CalendarUserProfile(Stamped, Base):
    """A calendar user's manager, calendar setting and address; the seed creates it with its user."""

    __tablename__ = "calendar_user_profile"

    user_id: Mapped[int] = mapped_column(fk("calendar_user.id", on_delete="CASCADE"), unique=True)
    manager_id: Mapped[int] = mapped_column(fk("user_account.id"), index=True)
    calendar_setting_id: Mapped[int | None] = mapped_column(fk("calendar_setting.id"), index=True)
    address: Mapped[str | None] = mapped_column(String(200))
    city: Mapped[str | None] = mapped_column(String(120))
    state: Mapped[str | None] = mapped_column(String(120))
    country: Mapped[str] = mapped_column(String(2), default="")
    zip_code: Mapped[str | None] = mapped_column(String(120))
    phone_no: Mapped[str | None] = mapped_column(String(90))
    fax: Mapped[str | None] = mapped_column(String(90))
    company_name: Mapped[str | None] = mapped_column(String(50))
    company_website: Mapped[str | None] = mapped_column(String(90))
    language: Mapped[str | None] = mapped_column(String(50))
    note: Mapped[str | None] = mapped_column(Text)
    accountcode: Mapped[int | None]

    user: Mapped[CalendarUser] = relationship(back_populates="profile")
    manager: Mapped[User] = relationship()
    calendar_setting: Mapped[CalendarSetting | None] = relationship()
