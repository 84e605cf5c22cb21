"""One call from its committed attempt to its written end.

Everything that can go wrong with one call is caught here and costs no other call anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

import gevent
from sqlalchemy import Connection, Executable

from engine import log
from engine.clock import Clock
from engine.db import Database
from engine.dialer import conclude, plan, route, statements
from engine.dialer import outcome as outcomes
from engine.dialer.attempt import Attempt, new_uuid
from engine.dialer.conclude import AlarmEnd, CallEnd
from engine.dialer.pacing import Pacing
from engine.dialer.record import Record
from engine.dialer.route import Route
from engine.errors import (
    CallEndedError,
    CarillonError,
    CommandRefusedError,
    CommandTimeoutError,
    RouteError,
    SwitchUnreachableError,
    UnsafeValueError,
)
from engine.esl.switch import Call, Hangup, Originate, Switch
from engine.ivr.graph import Graph
from engine.ivr.session import Context, Session, SessionResult
from engine.tts.speech import Speech
from models.statuses import AlarmStatus, CallRequestStatus, Outcome

logger = log.get(__name__)

_ANSWER_MARGIN_S = 15  # the switch ends ringing by itself; this is for a switch that forgot
_HANGUP_WAIT_S = 10


@dataclass(frozen=True, slots=True)
class Limits:
    """What holds for every call. Times in seconds."""

    engine: str
    park_timeout_s: int
    call_limit_s: int
    grace_s: float
    region: str
    media_dir: str
    recordings_dir: str


@dataclass(frozen=True, slots=True)
class Services:
    """What a call needs of the house."""

    database: Database
    clock: Clock
    switch: Switch
    speech: Speech
    pacing: Pacing
    graph_of: Callable[[int], Graph]
    routes: Callable[[], Mapping[int, Route]]
    on_message: Callable[[], None]
    limits: Limits


class Stranded(Exception):  # noqa: N818 - not an error: the call goes on without us
    """The call may be alive on the switch, and we cannot reach it; it is reconciled later."""


class CallRun:
    """Follows one attempt. ``place`` starts it, ``resume`` takes over a call that is already up."""

    def __init__(self, services: Services, attempt: Attempt, cursor: str | None = None) -> None:
        self._s = services
        self.attempt = attempt
        self._cursor = cursor

    def place(self) -> bool:
        """Dial, by the failover gateways too if need be. False when the call was left to be reconciled."""
        try:
            end = self._dial()
        except Stranded:
            logger.warning("call stranded", **self._facts())
            return False
        return self.conclude(end)

    def resume(self, call: Call) -> bool:
        """Go on with a call that an earlier engine, or an earlier connection, left behind."""
        logger.info("call adopted", answered=call.answered, **self._facts())
        try:
            end = self._follow(call, resumed=True)
        except Stranded:
            return False
        return self.conclude(end)

    def conclude(self, end: CallEnd) -> bool:
        """Write the end of a call that is gone, and go on with what follows from it."""
        following = self._conclude(end)
        if following is None:
            return True
        self.attempt = following
        return self.place()

    # One call.

    def _dial(self) -> CallEnd:
        attempt = self.attempt
        try:
            request = self._originate()
            logger.info("dialling", gateway=attempt.route.name, attempt=attempt.num_attempt, **self._facts())
            call = self._s.switch.originate(request)
        except (UnsafeValueError, RouteError) as error:
            return self._end(Outcome.INVALID, str(error))
        except CommandRefusedError as error:
            return self._end(Outcome.GATEWAY_DOWN, f"the switch refused the call: {error}")
        except SwitchUnreachableError as error:
            # Nothing was sent, so this attempt is not held against the callee.
            return replace(self._end(Outcome.GATEWAY_DOWN, f"nothing was dialled: {error}"), counts=False)
        except CommandTimeoutError as error:
            raise Stranded from error
        self._mark(statements.mark_calling, status_=CallRequestStatus.CALLING)
        return self._follow(call, resumed=False)

    def _originate(self) -> Originate:
        attempt, limits = self.attempt, self._s.limits
        return Originate(
            uuid=attempt.uuid,
            endpoint=attempt.route.endpoint(attempt.number),
            caller_id_name=attempt.caller.name,
            caller_id_number=attempt.caller.number,
            timeout_s=attempt.caller.timeout_s,
            variables={
                **attempt.route.variables,
                "carillon_alarm": str(attempt.alarm_id),
                "carillon_call_request": str(attempt.call_request_id),
            },
            codecs=attempt.route.codecs,
            park_timeout_s=limits.park_timeout_s,
        )

    def _follow(self, call: Call, *, resumed: bool) -> CallEnd:
        """Wait for the answer, run the survey, and say how it ended."""
        try:
            session = self._session(call)
        except CarillonError as error:
            call.hangup("NORMAL_TEMPORARY_FAILURE")
            return self._end(Outcome.INVALID, str(error))
        session.prepare()  # while it rings
        result = session.result
        try:
            if not call.answered:
                call.wait_answered(self.attempt.caller.timeout_s + _ANSWER_MARGIN_S)
                logger.info("answered", **self._facts())
                self._mark(statements.mark_answered, answered_at_=self._s.clock.now())
            walk = partial(session.resume, self._cursor) if resumed else session.run
            gevent.with_timeout(self._s.limits.call_limit_s, walk, timeout_value=None)
            if result.switch_lost:
                raise Stranded
            if not result.finished and not call.ended:
                call.hangup("ALLOTTED_TIMEOUT")
        except CallEndedError:
            pass  # judged below, from the hang-up itself
        except CommandTimeoutError:
            call.hangup("NO_ANSWER")
        except SwitchUnreachableError as error:
            raise Stranded from error
        hangup = call.wait_ended(_HANGUP_WAIT_S)
        if hangup is None:
            raise Stranded
        return self._judge(hangup, result)

    def _session(self, call: Call) -> Session:
        attempt, limits = self.attempt, self._s.limits
        record = Record(self._s.database, self._s.clock, attempt, limits.region, self._s.on_message)
        context = Context(
            number=attempt.number,
            scopes=attempt.scopes,
            zone=attempt.zone,
            caller_id_name=attempt.caller.name,
            caller_id_number=attempt.caller.number,
            transfer_number=attempt.transfer_number,
            endpoint_for=attempt.route.endpoint,
            media_dir=limits.media_dir,
            recordings_dir=limits.recordings_dir,
        )
        return Session(call, self._s.graph_of(attempt.survey_id), context, record, self._s.speech)

    # Its end.

    def _judge(self, hangup: Hangup, result: SessionResult) -> CallEnd:
        reached = result.reached
        if hangup.source == "gone":
            return self._end(Outcome.ANSWERED if reached else Outcome.LOST, "its end was not seen")
        meant = outcomes.judge(hangup.cause, answered=hangup.answered, reached=reached)
        return CallEnd(
            outcome=meant,
            reason=_sentence(meant, hangup, result),
            ended_at=hangup.ended_at or self._s.clock.now(),
            cause=hangup.cause,
            q850=hangup.q850,
            answered_at=hangup.answered_at if hangup.answered else None,
            duration_s=hangup.duration_s,
            billsec=hangup.billsec,
            progress_s=_between(hangup.started_at, hangup.progress_at),
            answer_s=_between(hangup.started_at, hangup.answered_at),
            completed=result.completed,
        )

    def _end(self, outcome: Outcome, reason: str) -> CallEnd:
        return CallEnd(outcome=outcome, reason=reason, ended_at=self._s.clock.now())

    def _conclude(self, end: CallEnd) -> Attempt | None:
        """Write the end; gives the attempt's next originate when a failover gateway takes it over at once."""
        attempt = self.attempt
        following = self._failover(end)
        written = self._s.database.write(lambda connection: self._write(connection, end, following))
        self._s.pacing.release(attempt.slot)
        if isinstance(written, Attempt):
            self._s.pacing.take(written.slot)
            logger.info("failover", to=written.route.name, reason=end.reason, **self._facts())
            return written
        self._tell(end, written)
        return None

    def _write(
        self, connection: Connection, end: CallEnd, following: Attempt | None
    ) -> Attempt | AlarmEnd | None:
        attempt, limits = self.attempt, self._s.limits
        if not conclude.call(connection, attempt.call_request_id, end):
            return None  # somebody else has concluded it
        if following is None:
            return conclude.attempt(
                connection, attempt.alarm_id, attempt.alarm_request_id, end, grace_s=limits.grace_s
            )
        return plan.insert_call_requests(
            connection, [following], limits.engine, self._s.switch.name, end.ended_at
        )[0]

    def _failover(self, end: CallEnd) -> Attempt | None:
        """The same attempt by the next gateway, when the route and not the callee was at fault."""
        if end.outcome not in outcomes.ROUTE_FAULTS or end.answered_at is not None or not end.counts:
            return None
        attempt = self.attempt
        chosen = route.usable(attempt.route.id, self._s.routes(), after=attempt.route.id)
        if chosen is None:
            return None
        if chosen.maximum_call and self._s.pacing.gateways[chosen.id] >= chosen.maximum_call:
            return None
        return replace(attempt, uuid=new_uuid(), route=chosen, num_originate=attempt.num_originate + 1)

    def _tell(self, end: CallEnd, alarm: AlarmEnd | None) -> None:
        facts = self._facts()
        logger.info("call ended", outcome=str(end.outcome), reason=end.reason, billsec=end.billsec, **facts)
        if alarm is None:
            return
        if alarm.retry_at is not None:
            wait_s = max(0, round((alarm.retry_at - self._s.clock.now()).total_seconds()))
            logger.info("retry planned", in_s=wait_s, **facts)
            return
        word = "success" if alarm.status is AlarmStatus.SUCCESS else "failure"
        logger.info("alarm ended", status=word, outcome=str(alarm.outcome), reason=alarm.reason, **facts)
        if alarm.sms_to:
            logger.info("sms queued", **{**facts, "number": alarm.sms_to})
            self._s.on_message()

    def _mark(self, statement: Executable, **values: object) -> None:
        self._s.database.post(statement, {"id_": self.attempt.call_request_id, **values})

    def _facts(self) -> dict[str, object]:
        """What every line about this call carries."""
        return {"call": self.attempt.uuid, "alarm": self.attempt.alarm_id, "number": self.attempt.number}


def _sentence(meant: Outcome, hangup: Hangup, result: SessionResult) -> str:
    cause = hangup.cause + (f", Q.850 {hangup.q850}" if hangup.q850 else "")
    words = str(meant).replace("_", " ")
    problems = "; ".join(result.problems)
    return f"{words} ({cause})" + (f"; {problems}" if problems else "")


def _between(start: datetime | None, end: datetime | None) -> int:
    return max(0, int((end - start).total_seconds())) if start and end else 0
