"""Finding the calls of an engine that stopped, or of a connection that broke.

Every open call request is compared with the switch's live channels: a call that lives is adopted and its survey
goes on; one that is gone is concluded from what is known. Nothing is originated here.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, exists, func, select, update

from engine.dialer import load
from engine.dialer.attempt import Attempt
from engine.dialer.conclude import CallEnd
from engine.dialer.plan import make_attempt
from models import Alarm, AlarmRequest, CallRequest, SurveyResult
from models.statuses import AlarmStatus, CallRequestStatus, Outcome


@dataclass(frozen=True, slots=True)
class Open:
    """A call request without an end, and what is known of it."""

    attempt: Attempt
    sent: bool  # the switch had accepted its originate
    answered_at: datetime | None
    has_answers: bool
    cursor: str | None  # where its survey stood, as the database knows it


def find_open(connection: Connection, engine: str, now: datetime, grace_s: float) -> list[Open]:
    """The open call requests that are this engine's: its own, and those whose engine has lost its lease."""
    answers = exists().where(SurveyResult.callrequest_id == CallRequest.id)
    rows = connection.execute(
        select(
            CallRequest.id,
            CallRequest.request_uuid,
            CallRequest.alarm_request_id,
            CallRequest.aleg_gateway_id,
            CallRequest.survey_id,
            CallRequest.status,
            CallRequest.answered_at,
            CallRequest.cursor,
            CallRequest.num_attempt.label("num_originate"),
            AlarmRequest.num_attempt,
            AlarmRequest.alarm_id,
            answers.label("has_answers"),
        )
        .join(AlarmRequest, AlarmRequest.id == CallRequest.alarm_request_id)
        .join(Alarm, Alarm.id == AlarmRequest.alarm_id)
        .where(
            CallRequest.ended_at.is_(None),
            (CallRequest.engine == engine) | (func.coalesce(Alarm.claimed_until, now) <= now),
        )
    ).all()
    routes = load.routes(connection)
    found = []
    for row in rows:
        due = load.due_by_id(connection, row.alarm_id, grace_s)
        attempt = make_attempt(
            due,
            routes[row.aleg_gateway_id],
            alarm_request_id=row.alarm_request_id,
            call_request_id=row.id,
            uuid=row.request_uuid,
            survey_id=row.survey_id,
            num_attempt=row.num_attempt,
            num_originate=row.num_originate,
        )
        sent = row.status == CallRequestStatus.CALLING
        cursor = row.cursor.get("state") if isinstance(row.cursor, dict) else None
        found.append(Open(attempt, sent, row.answered_at, row.has_answers, cursor))
    return found


def take_over(
    connection: Connection, call_request_ids: Collection[int], engine: str, until: datetime
) -> None:
    """Make open calls this engine's own."""
    if not call_request_ids:
        return
    connection.execute(update(CallRequest).where(CallRequest.id.in_(call_request_ids)).values(engine=engine))
    alarms = (
        select(AlarmRequest.alarm_id)
        .join(CallRequest, CallRequest.alarm_request_id == AlarmRequest.id)
        .where(CallRequest.id.in_(call_request_ids))
    )
    connection.execute(
        update(Alarm)
        .where(Alarm.id.in_(alarms), Alarm.status == AlarmStatus.IN_PROCESS)
        .values(claimed_by=engine, claimed_until=until)
    )


def conclude_gone(call: Open, now: datetime) -> CallEnd:
    """What to write for a call that is no longer on the switch.

    A callee who gave an answer was reached. Otherwise nobody can say, and the retry policy decides; the attempt
    counts, so that an engine that keeps dying does not keep calling.
    """
    if call.has_answers:
        reason = "answered; it ended while no engine watched"
        return CallEnd(Outcome.ANSWERED, reason, now, answered_at=call.answered_at or now)
    if call.answered_at is not None:
        reason = "answered, but it ended while no engine watched, and nothing was heard of it"
        return CallEnd(Outcome.LOST, reason, now, answered_at=call.answered_at)
    reason = (
        "it ended while no engine watched"
        if call.sent
        else "the engine stopped before it knew whether the switch had dialled"
    )
    return CallEnd(Outcome.LOST, reason, now)
