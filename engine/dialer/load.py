"""Reading what an alarm needs to be called: one query for many alarms, gateways kept for a moment."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from typing import cast as cast_type

from sqlalchemy import Connection, Row, Select, Text, bindparam, cast, select

from engine.dialer.route import Route, extra_variables
from engine.errors import RouteError
from engine.phone import canonical
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
    SmsTemplate,
)
from models.statuses import AlarmMethod, AlarmStatus, EventStatus, GatewayStatus


@dataclass(frozen=True, slots=True)
class Due:
    """An alarm with all that decides about its call."""

    alarm_id: int
    event_id: int
    calendar_id: int
    calendar_limit: int
    manager_id: int
    method: AlarmMethod
    status: AlarmStatus
    event_status: EventStatus
    number: str | None
    daily_start: time
    daily_stop: time
    zone: str
    due_at: datetime | None
    useful_until: datetime
    num_attempt: int
    maxretry: int
    retry_delay_s: int
    setting_id: int | None
    caller_id: str
    caller_name: str
    call_timeout_s: int
    gateway_id: int | None
    survey_id: int | None
    sms_gateway_id: int | None
    dnc_list_id: int | None
    transfer_number: str | None
    sms_failure_number: str | None
    sms_text: str | None
    sms_sender: str
    data: Mapping[str, Any]
    data_error: str | None
    alarm_scope: Mapping[str, Any]
    user_scope: Mapping[str, Any]

    @property
    def scopes(self) -> tuple[Mapping[str, Any], ...]:
        """Where variables are looked up: the event's data, the alarm, the calendar user."""
        return (self.data, self.alarm_scope, self.user_scope)


_COLUMNS = (
    Alarm.id,
    Alarm.event_id,
    Alarm.method,
    Alarm.status,
    Alarm.alarm_phonenumber,
    Alarm.alarm_email,
    Alarm.daily_start,
    Alarm.daily_stop,
    Alarm.timezone,
    Alarm.due_at,
    Alarm.date_start_notice,
    Alarm.num_attempt,
    Alarm.maxretry,
    Alarm.retry_delay,
    Alarm.survey_id,
    Alarm.phonenumber_transfer,
    Alarm.phonenumber_sms_failure,
    Event.title,
    Event.start,
    Event.end,
    Event.status.label("event_status"),
    cast(Event.data, Text).label("data"),  # parsed here, so that one bad document costs one alarm
    Calendar.id.label("calendar_id"),
    Calendar.max_concurrent,
    CalendarUser.username,
    CalendarUser.first_name,
    CalendarUser.last_name,
    CalendarUser.email,
    CalendarUserProfile.manager_id,
    CalendarUserProfile.company_name,
    CalendarUserProfile.phone_no,
    CalendarSetting.id.label("setting_id"),
    CalendarSetting.callerid,
    CalendarSetting.caller_name,
    CalendarSetting.call_timeout,
    CalendarSetting.aleg_gateway_id,
    CalendarSetting.survey_id.label("setting_survey_id"),
    CalendarSetting.sms_gateway_id,
    CalendarSetting.dnc_id,
    CalendarSetting.timezone.label("setting_timezone"),
    SmsTemplate.sms_text,
    SmsTemplate.sender_phonenumber,
)


def due_query() -> Select[Any]:
    """Alarms joined with what decides about them; the caller adds its conditions."""
    return (
        cast_type(Select[Any], select(*_COLUMNS))
        .join(Event, Event.id == Alarm.event_id)
        .join(Calendar, Calendar.id == Event.calendar_id)
        .join(CalendarUser, CalendarUser.id == Calendar.user_id)
        .join(CalendarUserProfile, CalendarUserProfile.user_id == CalendarUser.id)
        .outerjoin(CalendarSetting, CalendarSetting.id == CalendarUserProfile.calendar_setting_id)
        .outerjoin(SmsTemplate, SmsTemplate.id == Alarm.sms_template_id)
    )


def due_by_id(connection: Connection, alarm_id: int, grace_s: float) -> Due:
    """One alarm, due or not."""
    row = connection.execute(due_query().where(Alarm.id == alarm_id)).one()
    return due_from_row(row, grace_s)


def due_from_row(row: Row[Any], grace_s: float) -> Due:
    """A row of ``due_query`` as plain values."""
    data, data_error = _parse_data(row.event_id, row.data)
    zone = row.timezone or row.setting_timezone or "UTC"
    return Due(
        alarm_id=row.id,
        event_id=row.event_id,
        calendar_id=row.calendar_id,
        calendar_limit=row.max_concurrent,
        manager_id=row.manager_id,
        method=row.method,
        status=row.status,
        event_status=row.event_status,
        number=(row.alarm_phonenumber or "").strip() or None,
        daily_start=row.daily_start,
        daily_stop=row.daily_stop,
        zone=zone,
        due_at=row.due_at,
        useful_until=max(row.end, row.date_start_notice + timedelta(seconds=grace_s)),
        num_attempt=row.num_attempt,
        maxretry=row.maxretry,
        retry_delay_s=row.retry_delay,
        setting_id=row.setting_id,
        caller_id=row.callerid or "",
        caller_name=row.caller_name or "",
        call_timeout_s=row.call_timeout or 60,
        gateway_id=row.aleg_gateway_id,
        survey_id=row.survey_id or row.setting_survey_id,
        sms_gateway_id=row.sms_gateway_id,
        dnc_list_id=row.dnc_id,
        transfer_number=row.phonenumber_transfer,
        sms_failure_number=row.phonenumber_sms_failure,
        sms_text=row.sms_text,
        sms_sender=row.sender_phonenumber or "",
        data=data,
        data_error=data_error,
        alarm_scope={
            "alarm_id": row.id,
            "alarm_phonenumber": row.alarm_phonenumber or "",
            "alarm_email": row.alarm_email or "",
            "event_title": row.title,
            "title": row.title,
            "start": row.start,
            "end": row.end,
            "timezone": zone,
        },
        user_scope={
            "username": row.username,
            "first_name": row.first_name,
            "last_name": row.last_name,
            "email": row.email,
            "company_name": row.company_name or "",
            "phone_no": row.phone_no or "",
        },
    )


def _parse_data(event_id: int, text: str | None) -> tuple[Mapping[str, Any], str | None]:
    """The event's own variables, and what is wrong with them, if anything."""
    if text is None or text == "null":
        return {}, None
    try:
        data = json.loads(text)
    except ValueError as error:
        return {}, f"event {event_id}: data is not JSON ({error}); correct the additional parameters"
    if isinstance(data, str):  # a client that encoded its JSON twice
        return _parse_data(event_id, data) if data.lstrip().startswith("{") else ({}, _not_object(event_id))
    return (data, None) if isinstance(data, dict) else ({}, _not_object(event_id))


def _not_object(event_id: int) -> str:
    return f'event {event_id}: data is not a JSON object such as {{"doctor_name": "Herbert"}}'


_gateways = select(Gateway.__table__)
_listed = (
    select(DncList.user_id, DncContact.phone_number)
    .join(DncList, DncList.id == DncContact.dnc_id)
    .where(DncContact.phone_number.in_(bindparam("numbers", expanding=True)))
)


def routes(connection: Connection) -> dict[int, Route]:
    """All gateways by id. One whose extra variables cannot be read counts as inactive."""
    found: dict[int, Route] = {}
    for gateway in connection.execute(_gateways).mappings():
        try:
            variables, active = extra_variables(gateway["originate_dial_string"]), True
        except RouteError:
            variables, active = {}, False
        found[gateway["id"]] = Route(
            id=gateway["id"],
            name=gateway["name"],
            dial_string=gateway["gateways"],
            addprefix=gateway["addprefix"],
            removeprefix=gateway["removeprefix"],
            codecs=gateway["gateway_codecs"],
            variables=variables,
            timeout_s=gateway["gateway_timeouts"],
            maximum_call=gateway["maximum_call"],
            calls_per_second=gateway["calls_per_second"],
            failover_id=gateway["failover_id"],
            active=active and gateway["status"] == GatewayStatus.ACTIVE,
        )
    return found


def do_not_call(connection: Connection, dues: Iterable[Due], region: str) -> set[tuple[int, str]]:
    """``(manager_id, number)`` of those among ``dues`` that are on one of their manager's lists."""
    numbers: Sequence[str] = sorted({canonical(due.number, region) for due in dues if due.number})
    if not numbers:
        return set()
    listed = connection.execute(_listed, {"numbers": numbers})
    return {(user_id, number) for user_id, number in listed}
