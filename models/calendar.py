"""A calendar, and the setting that decides how its calls are made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Created, Stamped, at_least, fk, one_of
from models.gateway import Gateway
from models.sms import SmsGateway
from models.statuses import AmdBehavior
from models.survey import AudioFile, Survey
from models.types import IntStatus

if TYPE_CHECKING:
    from models.user import CalendarUser


class CalendarSetting(Stamped, Base):
    """Caller ID, timeout, gateways, survey and answering-machine behaviour of a calendar user's calls."""

    __tablename__ = "calendar_setting"
    __table_args__ = (at_least("call_timeout", 1), one_of("amd_behavior", AmdBehavior))

    user_id: Mapped[int] = mapped_column(fk("user_account.id"), index=True)
    label: Mapped[str] = mapped_column(String(80))
    callerid: Mapped[str] = mapped_column(String(80), default="")
    caller_name: Mapped[str] = mapped_column(String(80), default="")
    call_timeout: Mapped[int] = mapped_column(default=60)  # seconds of ringing
    survey_id: Mapped[int] = mapped_column(fk("survey.id"), index=True)
    aleg_gateway_id: Mapped[int] = mapped_column(fk("gateway.id"), index=True)
    sms_gateway_id: Mapped[int | None] = mapped_column(fk("sms_gateway.id"), index=True)
    voicemail: Mapped[bool] = mapped_column(default=False)  # detect answering machines at all
    amd_behavior: Mapped[AmdBehavior] = mapped_column(IntStatus(AmdBehavior), default=AmdBehavior.ALWAYS_PLAY)
    voicemail_audiofile_id: Mapped[int | None] = mapped_column(fk("audio_file.id"), index=True)
    timezone: Mapped[str] = mapped_column(String(64), default="UTC")  # an IANA zone name
    dnc_id: Mapped[int | None] = mapped_column(fk("dnc_list.id"), index=True)  # where a survey adds numbers

    survey: Mapped[Survey] = relationship()
    aleg_gateway: Mapped[Gateway] = relationship()
    sms_gateway: Mapped[SmsGateway | None] = relationship()
    voicemail_audiofile: Mapped[AudioFile | None] = relationship()


class Calendar(Created, Base):
    """A group of events of one calendar user."""

    __tablename__ = "calendar"
    __table_args__ = (at_least("max_concurrent"),)

    name: Mapped[str] = mapped_column(String(200))
    user_id: Mapped[int] = mapped_column(fk("calendar_user.id"), index=True)
    max_concurrent: Mapped[int] = mapped_column(default=0)  # calls at once; 0 means no limit of its own

    user: Mapped[CalendarUser] = relationship()
