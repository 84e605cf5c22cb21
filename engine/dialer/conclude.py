"""Writing down how an attempt, and perhaps its alarm, ended. Every function here runs inside a transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from engine.dialer import fallback, load, retry, statements
from engine.dialer import outcome as outcomes
from engine.dialer.load import Due
from models.statuses import AlarmStatus, AmdStatus, CallRequestStatus, Outcome


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
        statements.close_call,
        {
            "id_": call_request_id,
            "status_": CallRequestStatus.SUCCESS if end.success else CallRequestStatus.FAILURE,
            "ended_at_": end.ended_at,
            "answered_at_": end.answered_at,
            "hangup_cause_": end.cause,
            "hangup_cause_q850_": end.q850,
            "outcome_": end.outcome,
            "reason_": end.reason[:500],
            "completed_": end.completed,
            "updated_date_": end.ended_at,
        },
    ).one_or_none()
    if closed is None:
        return False
    connection.execute(
        statements.insert_record,
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
        statements.close_attempt,
        {
            "id_": alarm_request_id,
            "status_": AlarmStatus.SUCCESS if end.success else AlarmStatus.FAILURE,
            "callstatus_": end.q850 or 0,
            "duration_": end.billsec,
            "outcome_": end.outcome,
            "reason_": end.reason[:500],
            "counts_": end.counts,
            "ended_at_": end.ended_at,
        },
    )
    if end.success:
        return finish(connection, alarm_id, AlarmStatus.SUCCESS, end.outcome, end.reason, end.ended_at)
    due = load.due_by_id(connection, alarm_id, grace_s)
    counted = connection.scalar(statements.count_attempts, {"alarm_id_": alarm_id})
    decision = retry.after_failure(
        end.outcome,
        counted=counted or 0,
        maxretry=due.maxretry,
        retry_delay_s=due.retry_delay_s,
        ended_at=end.ended_at,
        useful_until=due.useful_until,
    )
    if isinstance(decision, retry.RetryAt):
        connection.execute(statements.attempt_to_retry, {"id_": alarm_request_id})
        connection.execute(
            statements.release_alarm,
            {"id_": alarm_id, "status_": AlarmStatus.RETRY, "due_at_": decision.when},
        )
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
        statements.finish_alarm,
        {
            "id_": alarm_id,
            "status_": status,
            "outcome_": outcome,
            "reason_": reason[:500],
            "ended_at_": now,
            "updated_date_": now,
        },
    )
    connection.execute(statements.complete_event, {"id_": event_id})
    return AlarmEnd(status, outcome, reason)
