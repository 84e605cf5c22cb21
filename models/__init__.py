"""Carillon's data: SQLAlchemy declarative models, one aggregate a file."""

from sqlalchemy import Connection, MetaData
from sqlalchemy.event import listens_for

from models import sealing
from models.alarm import WAITING, Alarm, AlarmRequest, GateRefusal
from models.base import Base, utc_now
from models.calendar import Calendar, CalendarSetting
from models.call import CallDetailRecord, CallRequest
from models.dnc import DncContact, DncList
from models.event import Event, Rule
from models.gateway import Gateway
from models.mail import MailMessage, MailTemplate
from models.sms import SmsGateway, SmsMessage, SmsTemplate
from models.survey import (
    AudioFile,
    Branching,
    BranchingTemplate,
    Section,
    SectionTemplate,
    Survey,
    SurveyResult,
    SurveyTemplate,
)
from models.user import CalendarUser, CalendarUserProfile, User

__all__ = [
    "WAITING",
    "Alarm",
    "AlarmRequest",
    "AudioFile",
    "Base",
    "Branching",
    "BranchingTemplate",
    "Calendar",
    "CalendarSetting",
    "CalendarUser",
    "CalendarUserProfile",
    "CallDetailRecord",
    "CallRequest",
    "DncContact",
    "DncList",
    "Event",
    "GateRefusal",
    "Gateway",
    "MailMessage",
    "MailTemplate",
    "Rule",
    "Section",
    "SectionTemplate",
    "SmsGateway",
    "SmsMessage",
    "SmsTemplate",
    "Survey",
    "SurveyResult",
    "SurveyTemplate",
    "User",
    "utc_now",
]


@listens_for(Base.metadata, "after_create")
def _install_triggers(target: MetaData, connection: Connection, **_: object) -> None:  # noqa: ARG001
    """A schema made by ``create_all`` seals surveys just as a migrated one does."""
    for statement in sealing.create_statements(connection.dialect.name):
        connection.exec_driver_sql(statement)
