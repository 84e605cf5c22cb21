"""Writing down how an attempt, and perhaps its alarm, ended. Every function here runs inside a transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, exists, func, insert, select, update

from engine.dialer import fallback, load, retry
from engine.dialer import outcome as outcomes
from engine.dialer.load import Due
from models import WAITING, Alarm, AlarmRequest, CallDetailRecord, CallRequest, Event
from models.statuses import AlarmStatus, AmdStatus, CallRequestStatus, EventStatus, Outcome


@dataclass(frozen=True, slots=True)
class CallEnd:
    """What is known of a call that has ended."""

    outcome: Outcome
    reason: str
    ended_at: datetime
    cause: str = ""
    q850: int | None = None
    answered_at: datetime | None = None
    duration_s: int = 0
    billsec: int = 0
    progress_s: int = 0
    answer_s: int = 0
    completed: bool = False
    counts: bool = True  # against Max Retry
    amd_status: AmdStatus | None = None

    @property
    def success(self) -> bool:
        """Whether the alarm has reached its person."""
        return self.outcome in (Outcome.ANSWERED, Outcome.SENT)


@dataclass(frozen=True, slots=True)
class AlarmEnd:
    """What became of the alarm: its new status, and when it is tried again, if it is."""

    status: AlarmStatus
    outcome: Outcome
    reason: str
    retry_at: datetime | None = None
    sms_to: str | None = None


def call(connection: Connection, call_request_id: int, end: CallEnd) -> bool:
    """Close a call request and write its detail record; False when it was closed before."""
    closed = connection.execute(
        update(CallRequest)
        .where(CallRequest.id == call_request_id, CallRequest.ended_at.is_(None))
        .values(
            status=CallRequestStatus.SUCCESS if end.success else CallRequestStatus.FAILURE,
            ended_at=end.ended_at,
            answered_at=func.coalesce(CallRequest.answered_at, end.answered_at),
            hangup_cause=end.cause,
            hangup_cause_q850=end.q850,
            outcome=end.outcome,
            reason=end.reason[:500],
            completed=CallRequest.completed | end.completed,
            updated_date=end.ended_at,
        )
        .returning(
            CallRequest.request_uuid,
            CallRequest.user_id,
            CallRequest.aleg_gateway_id,
            CallRequest.callerid,
            CallRequest.phone_number,
            CallRequest.call_time,
        )
    ).one_or_none()
    if closed is None:
        return False
    connection.execute(
        insert(CallDetailRecord),
        {
            "callid": closed.request_uuid,
            "callrequest_id": call_request_id,
            "user_id": closed.user_id,
            "used_gateway_id": closed.aleg_gateway_id,
            "callerid": closed.callerid,
            "phone_number": closed.phone_number,
            "starting_date": closed.call_time,
            "duration": end.duration_s,
            "billsec": end.billsec,
            "progresssec": end.progress_s,
            "answersec": end.answer_s,
            "disposition": outcomes.disposition(end.outcome, answered=end.answered_at is not None),
            "hangup_cause": end.cause[:40],
            "hangup_cause_q850": end.q850,
            "amd_status": end.amd_status,
        },
    )
    return True


def attempt(
    connection: Connection, alarm_id: int, alarm_request_id: int, end: CallEnd, *, grace_s: float
) -> AlarmEnd:
    """Close an attempt and decide what follows: success, another attempt, or the end with its fallback."""
    connection.execute(
        update(AlarmRequest)
        .where(AlarmRequest.id == alarm_request_id)
        .values(
            status=AlarmStatus.SUCCESS if end.success else AlarmStatus.FAILURE,
            callstatus=end.q850 or 0,
            duration=end.billsec,
            outcome=end.outcome,
            reason=end.reason[:500],
            counts=end.counts,
            ended_at=end.ended_at,
        )
    )
    if end.success:
        return finish(connection, alarm_id, AlarmStatus.SUCCESS, end.outcome, end.reason, end.ended_at)
    due = load.due_by_id(connection, alarm_id, grace_s)
    counted = connection.scalar(
        select(func.count()).where(AlarmRequest.alarm_id == alarm_id, AlarmRequest.counts)
    )
    decision = retry.after_failure(
        end.outcome,
        counted=counted or 0,
        maxretry=due.maxretry,
        retry_delay_s=due.retry_delay_s,
        ended_at=end.ended_at,
        useful_until=due.useful_until,
    )
    if isinstance(decision, retry.RetryAt):
        connection.execute(
            update(AlarmRequest).where(AlarmRequest.id == alarm_request_id).values(status=AlarmStatus.RETRY)
        )
        _release(connection, alarm_id, AlarmStatus.RETRY, decision.when)
        return AlarmEnd(AlarmStatus.RETRY, end.outcome, end.reason, retry_at=decision.when)
    return fail(connection, due, end.outcome, f"{end.reason}; {decision.why}", end.ended_at)


def fail(connection: Connection, due: Due, outcome: Outcome, reason: str, now: datetime) -> AlarmEnd:
    """End an alarm in failure, and queue the message that takes the call's place, if it has a number for it.

    An alarm that was cancelled, or refused because of a do-not-call list, sends none.
    """
    ended = finish(connection, due.alarm_id, AlarmStatus.FAILURE, outcome, reason, now)
    if not due.sms_failure_number or outcome in (Outcome.CANCELLED, Outcome.EXPIRED):
        return ended
    fallback.enqueue(
        connection,
        dedupe_key=f"alarm:{due.alarm_id}:failure",
        recipient=due.sms_failure_number,
        text=fallback.text_of(due),
        now=now,
        sms_gateway_id=due.sms_gateway_id,
        sender=due.sms_sender,
        alarm_id=due.alarm_id,
    )
    return AlarmEnd(ended.status, outcome, reason, sms_to=due.sms_failure_number)


def finish(
    connection: Connection, alarm_id: int, status: AlarmStatus, outcome: Outcome, reason: str, now: datetime
) -> AlarmEnd:
    """End an alarm for good, and its event when this was the last one that was open."""
    event_id = connection.scalar(
        update(Alarm)
        .where(Alarm.id == alarm_id)
        .values(
            status=status,
            outcome=outcome,
            reason=reason[:500],
            ended_at=now,
            due_at=None,
            claimed_by=None,
            claimed_until=None,
            updated_date=now,
        )
        .returning(Alarm.event_id)
    )
    open_alarms = exists().where(
        Alarm.event_id == event_id, Alarm.status.in_((*WAITING, AlarmStatus.IN_PROCESS))
    )
    connection.execute(
        update(Event)
        .where(Event.id == event_id, Event.status == EventStatus.PENDING, ~open_alarms)
        .values(status=EventStatus.COMPLETED)
    )
    return AlarmEnd(status, outcome, reason)


def _release(connection: Connection, alarm_id: int, status: AlarmStatus, due_at: datetime) -> None:
    connection.execute(
        update(Alarm)
        .where(Alarm.id == alarm_id)
        .values(status=status, due_at=due_at, claimed_by=None, claimed_until=None)
    )
