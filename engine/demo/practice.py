"""The practice's data: one calendar, one sealed survey, and an alarm for every way in which a call can go.

What a callee does is the last four digits of its number: the built-in plan of ``engine.simulator.callees``, which
the scripted callees of ``dialplans/`` follow too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from engine.ivr.author import Draft, hang_up, play, rating, transfer
from engine.ivr.seal import seal
from models import (
    Alarm,
    Calendar,
    CalendarSetting,
    CalendarUser,
    CalendarUserProfile,
    DncContact,
    DncList,
    Event,
    Gateway,
    SmsGateway,
    SmsTemplate,
    User,
)
from models.statuses import AlarmMethod, Outcome, SmsGatewayKind

SURVEY = Draft(
    "Appointment reminder",
    [
        rating(
            "Confirm, cancel or reschedule",
            "Hello {first_name}. Doctor {doctor_name} expects you {apt_date | date} at {apt_date | time}. "
            "Press 1 to confirm, 2 to cancel, or 3 to talk to us.",
            up_to=3,
            retries=1,
            timeout=4,
            labels={1: "confirmed", 2: "cancelled", 3: "rescheduled"},
            goto={1: "Thanks", 2: "Cancelled", 3: "Reception", "timeout": "Goodbye", "invalid": "Goodbye"},
        ),
        play("Thanks", "Thank you. See you then.", goto={"any": None}, completed=True),
        play("Cancelled", "Your appointment is cancelled.", goto={"any": None}, completed=True),
        transfer(
            "Reception",
            "+12025551040",
            script="One moment, please.",
            whisper="A patient wants another appointment. Press 5 to talk.",
            confirm_key="5",
            goto={"any": "Goodbye", "invalid": "Goodbye"},
        ),
        hang_up("Goodbye", "Goodbye."),
    ],
)


@dataclass(frozen=True, slots=True)
class Expected:
    """How an alarm should end. ``None`` means that it does not matter."""

    outcome: Outcome
    result: int = 0
    attempts: int = 1
    sms: bool = False


@dataclass(frozen=True, slots=True)
class Patient:
    """One alarm of the demonstration: who, at which number, with what in mind."""

    name: str
    number: str
    expected: Expected
    maxretry: int = 0
    sms_failure: bool = False
    method: AlarmMethod = AlarmMethod.CALL


def _n(suffix: str) -> str:
    return f"+1202555{suffix}"


_CONFIRMS = Expected(Outcome.ANSWERED, result=1)
PATIENTS = (
    Patient("Ada", _n("1001"), _CONFIRMS),
    Patient("Ben", _n("1002"), Expected(Outcome.ANSWERED, result=2)),
    Patient("Cleo", _n("1003"), Expected(Outcome.ANSWERED, result=3)),
    Patient("Dan", _n("2001"), Expected(Outcome.BUSY, attempts=2, sms=True), 1, sms_failure=True),
    Patient("Eve", _n("2002"), Expected(Outcome.NO_ANSWER, attempts=2, sms=True), 1, sms_failure=True),
    Patient("Finn", _n("2003"), Expected(Outcome.REJECTED)),
    Patient("Gina", _n("2004"), Expected(Outcome.UNALLOCATED, sms=True), 3, sms_failure=True),
    Patient("Hugo", _n("2005"), Expected(Outcome.CONGESTION, sms=True), sms_failure=True),
    Patient("Ida", _n("5001"), Expected(Outcome.ANSWERED, result=1, attempts=2), 2),
    Patient("Jack", _n("5002"), Expected(Outcome.ANSWERED, result=1, attempts=2), 2),
    Patient("Kim", _n("5003"), Expected(Outcome.ANSWERED, result=1, attempts=3), 2),
    Patient("Leo", _n("5004"), Expected(Outcome.ANSWERED, result=1, attempts=2), 1),
    Patient("Mia", _n("1021"), Expected(Outcome.HUNG_UP_EARLY, sms=True), sms_failure=True),
    Patient("Ned", _n("1020"), Expected(Outcome.ANSWERED)),
    Patient("Olga", _n("1101"), _CONFIRMS),
    Patient("Pia", _n("1102"), _CONFIRMS),
    Patient("Quin", _n("1103"), _CONFIRMS),
    Patient("Rosa", "x%0AUnique-ID: fake", Expected(Outcome.INVALID)),
    Patient("Sam", _n("1190"), Expected(Outcome.CANCELLED, attempts=0)),
    Patient("Tess", _n("1104"), Expected(Outcome.SENT, sms=True), method=AlarmMethod.SMS),
)
UNWANTED = _n("1190")


def load(session: Session, now: datetime, endpoint: str) -> dict[int, Patient]:
    """Fill an empty database; gives each alarm's patient by the alarm's id. The caller commits.

    ``endpoint`` is the gateway's dial string. The alarms fall due within 20 seconds of ``now``.
    """
    manager = User(username="manager", email="manager@example.org")
    gateway = Gateway(name="Trunk", gateways=endpoint, maximum_call=8, calls_per_second=5)
    sms_gateway = SmsGateway(name="Log only", kind=SmsGatewayKind.LOG)
    sms_template = SmsTemplate(
        label="Missed reminder",
        template_key="missed",
        sms_text="Dr {doctor_name} expects you {apt_date | datetime}. We could not reach you by telephone.",
    )
    session.add_all([manager, gateway, sms_gateway, sms_template])
    session.flush()
    dnc = DncList(name="Do not call", user_id=manager.id)
    survey = seal(session, SURVEY.save(session, manager.id))
    session.add(dnc)
    session.flush()
    session.add(DncContact(dnc_id=dnc.id, phone_number=UNWANTED))
    setting = CalendarSetting(
        label="Practice",
        user_id=manager.id,
        callerid="+12025550199",
        caller_name="Dr Herbert, practice",
        call_timeout=8,
        survey_id=survey.id,
        aleg_gateway_id=gateway.id,
        sms_gateway_id=sms_gateway.id,
        timezone="America/New_York",
        dnc_id=dnc.id,
    )
    session.add(setting)
    session.flush()
    doctor = CalendarUser(username="herbert", first_name="Herbert")
    doctor.profile = CalendarUserProfile(manager_id=manager.id, calendar_setting_id=setting.id)
    calendar = Calendar(name="Appointments", user=doctor, max_concurrent=6)
    session.add_all([doctor, calendar])
    alarms: dict[int, Patient] = {}
    for place, patient in enumerate(PATIENTS):
        appointment = now + timedelta(days=1, minutes=15 * place)
        event = Event(
            title=f"Appointment of {patient.name}",
            calendar=calendar,
            creator=doctor,
            start=appointment,
            end=appointment + timedelta(minutes=15),
            data={
                "first_name": patient.name,
                "doctor_name": "Herbert",
                "apt_date": appointment.isoformat(),
            },
        )
        alarm = Alarm(
            event=event,
            method=patient.method,
            alarm_phonenumber=patient.number,
            date_start_notice=now + timedelta(seconds=1 + place),
            maxretry=patient.maxretry,
            retry_delay=5,
            sms_template_id=sms_template.id,
            phonenumber_sms_failure=_n("0142") if patient.sms_failure else None,
        )
        session.add(alarm)
        session.flush()
        alarms[alarm.id] = patient
    return alarms
