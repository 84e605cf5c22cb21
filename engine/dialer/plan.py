"""Claiming what is due: ask the gate, and commit an attempt for each call that may go, all in one transaction.

Nothing is sent here. When the transaction is durable, every attempt in it has its alarm request, its call request
and its channel's UUID, and its alarm is leased to this engine.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Integer, bindparam, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from engine.dialer import gate, load, route, statements
from engine.dialer.attempt import Attempt, Caller, new_uuid
from engine.dialer.load import Due
from engine.dialer.pacing import Pacing
from engine.dialer.route import Route
from engine.phone import canonical
from models import WAITING, Alarm, Calendar, CalendarSetting, Event, GateRefusal
from models.statuses import AlarmMethod, AlarmStatus, CallRequestStatus


@dataclass(frozen=True, slots=True)
class Limits:
    """What this engine may do now."""

    engine: str
    switch: str
    switch_up: bool
    room: int  # calls that the engine may still take
    lease: timedelta
    grace_s: float
    region: str


@dataclass(slots=True)
class Plan:
    """What one round decided."""

    attempts: list[Attempt] = field(default_factory=list)
    messages: list[Due] = field(default_factory=list)  # alarms whose method is a message
    refused: list[tuple[Due, gate.Refusal]] = field(default_factory=list)
    examined: int = 0


@dataclass(slots=True)
class _Room:
    """Calls under way, with those that this round adds. The pacing itself changes only after the commit."""

    calendars: Counter[int]
    gateways: Counter[int]
    gateway_free_at: dict[int, float] = field(default_factory=dict)

    def free_at(self, chosen: Route, pacing: Pacing, now: float) -> float:
        rate = pacing.rate(chosen.id, chosen.calls_per_second)
        return max(self.gateway_free_at.get(chosen.id, 0.0), rate.free_at(now))

    def take(self, due: Due, chosen: Route, now: float) -> None:
        self.calendars[due.calendar_id] += 1
        self.gateways[chosen.id] += 1
        self.reserve(chosen, now)

    def reserve(self, chosen: Route, at: float) -> None:
        if chosen.calls_per_second:
            self.gateway_free_at[chosen.id] = at + 1 / chosen.calls_per_second


def plan(connection: Connection, limits: Limits, pacing: Pacing, now: datetime) -> Plan:
    """One round at ``now``: at most ``limits.room`` attempts are committed with ``connection``'s transaction."""
    routes = load.routes(connection)
    made = Plan()
    dues = _take_due(connection, limits, pacing, routes, now)
    made.examined = len(dues)
    if not dues:
        return made
    blocked = load.do_not_call(connection, dues, limits.region)
    room = _Room(Counter(pacing.calendars), Counter(pacing.gateways))
    allowed: list[tuple[Due, Route]] = []
    for due in dues:
        chosen = route.usable(due.gateway_id, routes)
        seconds = now.timestamp()
        by_voice = due.method is AlarmMethod.CALL
        free_at = room.free_at(chosen, pacing, seconds) if chosen and by_voice else seconds
        listed = (due.manager_id, canonical(due.number or "", limits.region)) in blocked
        refusal = gate.judge(_question(due, chosen, limits, room, listed, free_at, now))
        if refusal is None and not by_voice:
            made.messages.append(due)
            continue
        if refusal is None and chosen is not None:
            allowed.append((due, chosen))
            room.take(due, chosen, free_at)
            continue
        assert refusal is not None
        if refusal.reason is gate.Reason.TOO_FAST and chosen is not None:
            room.reserve(chosen, free_at)  # the next one that is refused gets the moment after this one
        made.refused.append((due, refusal))
    made.attempts = _commit_attempts(connection, allowed, limits, now)
    _record_refusals(connection, made.refused, now)
    return made


def _question(
    due: Due,
    chosen: Route | None,
    limits: Limits,
    room: _Room,
    do_not_call: bool,
    free_at: float,
    now: datetime,
) -> gate.Question:
    by_voice = due.method is AlarmMethod.CALL
    return gate.Question(
        now=now,
        event_status=due.event_status,
        useful_until=due.useful_until,
        number=due.number,
        data_error=due.data_error,
        has_setting=due.setting_id is not None and (due.survey_id is not None or not by_voice),
        do_not_call=do_not_call,
        daily_start=due.daily_start,
        daily_stop=due.daily_stop,
        zone=due.zone,
        gateway_active=chosen is not None or not by_voice,
        switch_up=limits.switch_up or not by_voice,
        calendar_calls=room.calendars[due.calendar_id],
        calendar_limit=due.calendar_limit if by_voice else 0,
        gateway_calls=room.gateways[chosen.id] if chosen else 0,
        gateway_limit=chosen.maximum_call if chosen and by_voice else 0,
        gateway_free_at=datetime.fromtimestamp(free_at, UTC),
    )


_due = (
    load.due_query()
    .where(
        Alarm.due_at <= bindparam("now", type_=Alarm.due_at.type),
        Alarm.status.in_(WAITING),
        or_(Alarm.claimed_until.is_(None), Alarm.claimed_until < bindparam("now", type_=Alarm.due_at.type)),
        Event.calendar_id.not_in(bindparam("full_calendars", expanding=True)),
        or_(
            CalendarSetting.aleg_gateway_id.is_(None),
            CalendarSetting.aleg_gateway_id.not_in(bindparam("full_gateways", expanding=True)),
        ),
    )
    .order_by(Alarm.due_at)
    .limit(bindparam("room", type_=Integer))
)
"""What is due and nobody's, oldest first, but none of a calendar or a gateway that is full."""

_due_of = {"sqlite": _due, "postgresql": _due.with_for_update(skip_locked=True, of=Alarm)}


def _take_due(
    connection: Connection, limits: Limits, pacing: Pacing, routes: Mapping[int, Route], now: datetime
) -> list[Due]:
    full_gateways = [
        gateway_id
        for gateway_id, calls in pacing.gateways.items()
        if gateway_id in routes and 0 < routes[gateway_id].maximum_call <= calls
    ]
    found = connection.execute(
        _due_of[connection.dialect.name],
        {
            "now": now,
            "room": limits.room,
            "full_calendars": _full_calendars(connection, pacing),
            "full_gateways": full_gateways,
        },
    )
    return [load.due_from_row(row, limits.grace_s) for row in found]


_limited = select(Calendar.id, Calendar.max_concurrent).where(
    Calendar.max_concurrent > 0, Calendar.id.in_(bindparam("busy", expanding=True))
)


def _full_calendars(connection: Connection, pacing: Pacing) -> list[int]:
    if not pacing.calendars:
        return []
    limited = connection.execute(_limited, {"busy": list(pacing.calendars)})
    return [calendar_id for calendar_id, limit in limited if pacing.calendars[calendar_id] >= limit]


def _commit_attempts(
    connection: Connection, allowed: Sequence[tuple[Due, Route]], limits: Limits, now: datetime
) -> list[Attempt]:
    if not allowed:
        return []
    connection.execute(
        statements.claim_alarms,
        {
            "ids_": [due.alarm_id for due, _ in allowed],
            "claimed_by_": limits.engine,
            "claimed_until_": now + limits.lease,
        },
    )
    request_ids = connection.scalars(
        statements.insert_attempts,
        [
            {
                "alarm_id": due.alarm_id,
                "num_attempt": due.num_attempt + 1,
                "date": now,
                "status": AlarmStatus.IN_PROCESS,
            }
            for due, _ in allowed
        ],
    ).all()
    attempts = [
        make_attempt(due, chosen, alarm_request_id=request_id, call_request_id=0)
        for (due, chosen), request_id in zip(allowed, request_ids, strict=True)
    ]
    return insert_call_requests(connection, attempts, limits.engine, limits.switch, now)


def make_attempt(
    due: Due,
    chosen: Route,
    *,
    alarm_request_id: int,
    call_request_id: int,
    uuid: str | None = None,
    survey_id: int | None = None,
    num_attempt: int | None = None,
    num_originate: int = 1,
) -> Attempt:
    """The values of a call of ``due`` by the route ``chosen``."""
    survey_id = survey_id or due.survey_id
    assert survey_id is not None
    return Attempt(
        alarm_id=due.alarm_id,
        alarm_request_id=alarm_request_id,
        call_request_id=call_request_id,
        uuid=uuid or new_uuid(),
        number=due.number or "",
        manager_id=due.manager_id,
        calendar_id=due.calendar_id,
        route=chosen,
        caller=Caller(due.caller_name, due.caller_id, chosen.timeout_s or due.call_timeout_s),
        survey_id=survey_id,
        zone=due.zone,
        scopes=due.scopes,
        transfer_number=due.transfer_number,
        dnc_list_id=due.dnc_list_id,
        sms_gateway_id=due.sms_gateway_id,
        useful_until=due.useful_until,
        due_at=due.due_at or datetime.now(UTC),
        num_attempt=num_attempt or due.num_attempt + 1,
        num_originate=num_originate,
    )


def insert_call_requests(
    connection: Connection, attempts: Iterable[Attempt], engine: str, switch: str, now: datetime
) -> list[Attempt]:
    """Write one call request for each attempt; the attempts come back with their ids."""
    attempts = list(attempts)
    ids = connection.scalars(
        statements.insert_call_requests,
        [
            {
                "request_uuid": attempt.uuid,
                "alarm_request_id": attempt.alarm_request_id,
                "num_attempt": attempt.num_originate,
                "user_id": attempt.manager_id,
                "calendar_id": attempt.calendar_id,
                "aleg_gateway_id": attempt.route.id,
                "survey_id": attempt.survey_id,
                "status": CallRequestStatus.PENDING,
                "callerid": attempt.caller.number,
                "caller_name": attempt.caller.name,
                "phone_number": attempt.number,
                "timeout": attempt.caller.timeout_s,
                "engine": engine,
                "switch": switch,
                "call_time": now,
            }
            for attempt in attempts
        ],
    ).all()
    return [replace(attempt, call_request_id=key) for attempt, key in zip(attempts, ids, strict=True)]


def _record_refusals(
    connection: Connection, refused: Sequence[tuple[Due, gate.Refusal]], now: datetime
) -> None:
    """Each refusal is kept with its reason; what must wait gets its next moment."""
    if not refused:
        return
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(GateRefusal)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["alarm_id", "num_attempt", "reason"],
            set_={
                "last_at": statement.excluded.last_at,
                "next_at": statement.excluded.next_at,
                "times": GateRefusal.times + 1,
            },
        ),
        [
            {
                "alarm_id": due.alarm_id,
                "num_attempt": due.num_attempt + 1,
                "reason": str(refusal.reason),
                "first_at": now,
                "last_at": now,
                "next_at": refusal.next_at,
                "times": 1,
            }
            for due, refusal in refused
        ],
    )
    for due, refusal in refused:
        if refusal.next_at is not None and not refusal.waits_for_room:
            connection.execute(update(Alarm).where(Alarm.id == due.alarm_id).values(due_at=refusal.next_at))


_next_due = select(func.min(Alarm.due_at)).where(Alarm.due_at > bindparam("after", type_=Alarm.due_at.type))


def next_due(connection: Connection, after: datetime) -> datetime | None:
    """When the first alarm after ``after`` is due; None when none waits."""
    return connection.scalar(_next_due, {"after": after})
