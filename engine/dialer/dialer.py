"""The dialer: a loop that plans what is due, and a greenlet for each call that it plans."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial

from gevent.event import Event as Signal
from gevent.lock import BoundedSemaphore
from sqlalchemy import Connection, select, update
from sqlalchemy.orm import Session as OrmSession

from engine import log
from engine.clock import Clock
from engine.db import Database
from engine.dialer import call as calls
from engine.dialer import conclude, fallback, load, plan, reconcile
from engine.dialer.attempt import Attempt
from engine.dialer.conclude import AlarmEnd
from engine.dialer.load import Due
from engine.dialer.outbox import Outbox
from engine.dialer.pacing import Pacing
from engine.dialer.plan import Plan
from engine.dialer.route import Route
from engine.errors import CallEndedError, SurveyError, SwitchError
from engine.esl.switch import Switch
from engine.greenlets import Nursery
from engine.ivr.graph import Graph
from engine.settings import Settings
from engine.tts.speech import Speech
from models import Alarm, Survey
from models.statuses import AlarmMethod, AlarmStatus, Outcome

logger = log.get(__name__)

_BATCH = 200  # alarms in one round at most
_IDLE_S = 1.0  # how long the loop rests when nothing is due: what other processes add is seen after this
_UNREACHED_RETRY = timedelta(seconds=5)


class Dialer:
    """Everything between a due alarm and its written end, for one engine and one switch."""

    def __init__(
        self, settings: Settings, database: Database, clock: Clock, switch: Switch, speech: Speech
    ) -> None:
        self._settings = settings
        self._db = database
        self._clock = clock
        self._switch = switch
        self.pacing = Pacing()
        self.outbox = Outbox(database, clock, settings.engine_name, settings.default_region)
        self._nursery = Nursery("dialer")
        self._runs: dict[int, calls.CallRun] = {}  # by alarm request: failover changes the channel
        self._stranded: dict[int, Attempt] = {}
        self._wake = Signal()
        self._reconciled = False
        self._reconciling = BoundedSemaphore(1)
        self._draining = False
        self._graphs: dict[int, Graph] = {}
        self._services = calls.Services(
            database=database,
            clock=clock,
            switch=switch,
            speech=speech,
            pacing=self.pacing,
            graph_of=self._graph,
            routes=self._routes,
            on_message=self.outbox.wake,
            limits=calls.Limits(
                engine=settings.engine_name,
                park_timeout_s=settings.park_timeout_s,
                call_limit_s=settings.call_limit_s,
                grace_s=settings.grace_s,
                region=settings.default_region,
                media_dir=str(settings.media_dir),
                recordings_dir=str(settings.recordings_dir),
            ),
        )

    @property
    def live(self) -> int:
        """Calls under way."""
        return self.pacing.live

    def start(self) -> None:
        """Begin to dial. Nothing is dialled before the calls of an earlier run have been reconciled."""
        self._switch.on_connected.append(self._connected)
        self._nursery.spawn(self._loop, essential=True)
        self._nursery.spawn(self._extend_leases, essential=True)
        self._nursery.spawn(self.outbox.run, essential=True)

    def wake(self) -> None:
        """Something may be due now."""
        self._wake.set()

    def drain(self, timeout_s: float) -> bool:
        """Take no new calls and wait for those under way; True when none is left.

        What is left stays parked on the switch, for this engine's next start to adopt.
        """
        self._draining = True
        deadline = self._clock.monotonic() + timeout_s
        while self._runs and self._clock.monotonic() < deadline:
            self._clock.sleep(0.05)
        self.outbox.drain(max(0.0, deadline - self._clock.monotonic()))
        return not self._runs

    def stop(self) -> None:
        """Let go of everything at once. Live calls stay with the switch."""
        self._draining = True
        self._nursery.stop()

    # The loop.

    def _loop(self) -> None:
        while not self._draining:
            self._wake.clear()
            now = self._clock.now()
            planned = self._round(now) if self._reconciled else None
            if planned is None or not (planned.attempts or planned.messages or self._ended(planned)):
                self._wake.wait(timeout=self._rest_s(now))

    def _round(self, now: datetime) -> Plan | None:
        room = min(_BATCH, self._settings.max_calls - self.live)
        if room <= 0:
            return None
        settings = self._settings
        limits = plan.Limits(
            engine=settings.engine_name,
            switch=self._switch.name,
            switch_up=self._switch.connected,
            room=room,
            lease=timedelta(seconds=settings.lease_s),
            grace_s=settings.grace_s,
            region=settings.default_region,
        )
        planned = self._db.write(lambda connection: plan.plan(connection, limits, self.pacing, now))
        for attempt in planned.attempts:
            self.pacing.take(attempt.slot)
            rate = self.pacing.rate(attempt.route.id, attempt.route.calls_per_second)
            rate.take(now.timestamp())
            self._run(calls.CallRun(self._services, attempt))
        for due, refusal in planned.refused:
            if refusal.next_at is None:
                self._end_refused(due, refusal.outcome, refusal.text)
            else:
                logger.debug(
                    "refused", alarm=due.alarm_id, reason=str(refusal.reason), next_at=refusal.next_at
                )
        for due in planned.messages:
            self._send_message(due)
        return planned

    @staticmethod
    def _ended(planned: Plan) -> bool:
        return any(refusal.next_at is None for _, refusal in planned.refused)

    def _rest_s(self, looked_at: datetime) -> float:
        """Until the next alarm is due, but no longer than ``_IDLE_S``.

        What was due at ``looked_at`` and was not taken waits for room: a call that ends wakes the loop.
        """
        with self._db.engine.connect() as connection:
            due_at = plan.next_due(connection, looked_at)
        if due_at is None:
            return _IDLE_S
        return min(_IDLE_S, max(0.0, (due_at - self._clock.now()).total_seconds()))

    def _run(self, run: calls.CallRun) -> None:
        attempt = run.attempt
        self._runs[attempt.alarm_request_id] = run
        self._nursery.spawn(self._follow, run, run.place, call=attempt.uuid, alarm=attempt.alarm_id)

    def _follow(self, run: calls.CallRun, how: Callable[[], bool]) -> None:
        key, done = run.attempt.alarm_request_id, False
        try:
            done = how()
        finally:
            self._runs.pop(key, None)
            if not done:
                # Its slot stays taken until the switch says what became of it.
                self._stranded[key] = run.attempt
                if self._switch.connected and not self._draining:
                    self._nursery.spawn(self._reconcile, after_s=2.0)
            self._wake.set()

    # Alarms that need no call.

    def _end_refused(self, due: Due, outcome: Outcome, text: str) -> None:
        now = self._clock.now()
        ended = self._db.write(lambda connection: conclude.fail(connection, due, outcome, text, now))
        self._tell_end(due, ended)

    def _tell_end(self, due: Due, ended: AlarmEnd) -> None:
        logger.info(
            "alarm ended",
            alarm=due.alarm_id,
            number=due.number,
            status="failure",
            outcome=str(ended.outcome),
            reason=ended.reason,
        )
        if ended.sms_to:
            logger.info("sms queued", alarm=due.alarm_id, number=ended.sms_to)
            self.outbox.wake()

    def _send_message(self, due: Due) -> None:
        """An alarm whose method is a text message: queue it; the outbox ends the alarm."""
        if due.method is not AlarmMethod.SMS:
            text = "method: e-mail alarms are not sent by this version; use a call or an SMS"
            self._end_refused(due, Outcome.INVALID, text)
            return
        now = self._clock.now()

        def write(connection: Connection) -> None:
            connection.execute(
                update(Alarm)
                .where(Alarm.id == due.alarm_id)
                .values(status=AlarmStatus.IN_PROCESS, num_attempt=Alarm.num_attempt + 1, due_at=None)
            )
            fallback.enqueue(
                connection,
                dedupe_key=f"alarm:{due.alarm_id}:message",
                recipient=due.number or "",
                text=fallback.text_of(due),
                now=now,
                sms_gateway_id=due.sms_gateway_id,
                sender=due.sms_sender,
                alarm_id=due.alarm_id,
            )

        if due.sms_gateway_id is None:
            self._end_refused(due, Outcome.INVALID, "sms_gateway: the calendar setting names no SMS gateway")
            return
        self._db.write(write)
        self.outbox.wake()

    # Calls of before.

    def _connected(self) -> None:
        self._nursery.spawn(self._reconcile)

    def _reconcile(self) -> None:
        """Match what the database believes to be under way with what the switch has."""
        with self._reconciling:
            try:
                self._reconcile_once()
            except SwitchError as error:
                logger.warning("reconcile postponed", error=str(error))
                self._nursery.spawn(self._reconcile, after_s=_UNREACHED_RETRY.total_seconds())

    def _reconcile_once(self) -> None:
        settings = self._settings
        now = self._clock.now()
        with self._db.engine.connect() as connection:
            found = reconcile.find_open(connection, settings.engine_name, now, settings.grace_s)
        lost = [entry for entry in found if entry.attempt.alarm_request_id not in self._runs]
        if lost:
            until = now + timedelta(seconds=settings.lease_s)
            keys = [entry.attempt.call_request_id for entry in lost]
            self._db.write(
                lambda connection: reconcile.take_over(connection, keys, settings.engine_name, until)
            )
            for entry in lost:
                self._take_back(entry)
        if not self._reconciled:
            self._reconciled = True
            logger.info("ready", switch=self._switch.name, adopted=len(self._runs), examined=len(lost))
        self._wake.set()

    def _take_back(self, entry: reconcile.Open) -> None:
        """Adopt a call, or conclude it when it is gone.

        Each channel is asked for by itself: the switch's list of channels lags behind its calls, and a call that
        is missing from it only for now would be declared lost, and its callee called again.
        """
        attempt = entry.attempt
        try:
            adopted = self._switch.adopt(attempt.uuid)
        except CallEndedError:
            adopted = None
        if self._stranded.pop(attempt.alarm_request_id, None) is None:
            self.pacing.take(attempt.slot)
        run = calls.CallRun(self._services, attempt, entry.cursor)
        self._runs[attempt.alarm_request_id] = run
        how = (
            partial(run.resume, adopted)
            if adopted is not None
            else partial(run.conclude, reconcile.conclude_gone(entry, self._clock.now()))
        )
        self._nursery.spawn(self._follow, run, how, call=attempt.uuid, alarm=attempt.alarm_id)

    def _extend_leases(self) -> None:
        """Keep what is under way ours, while we live."""
        settings = self._settings
        while True:
            self._clock.sleep(settings.lease_s / 3)
            until = self._clock.now() + timedelta(seconds=settings.lease_s)
            self._db.write(partial(self._extend, until))

    def _extend(self, until: datetime, connection: Connection) -> None:
        connection.execute(
            update(Alarm)
            .where(Alarm.claimed_by == self._settings.engine_name, Alarm.claimed_until.is_not(None))
            .values(claimed_until=until)
        )

    # What calls look up.

    def _graph(self, survey_id: int) -> Graph:
        """A sealed survey never changes, so it is read once."""
        graph = self._graphs.get(survey_id)
        if graph is None:
            with self._db.read() as session:
                graph = self._graphs[survey_id] = _load_graph(session, survey_id)
        return graph

    def _routes(self) -> Mapping[int, Route]:
        with self._db.engine.connect() as connection:
            return load.routes(connection)


def _load_graph(session: OrmSession, survey_id: int) -> Graph:
    survey = session.scalar(select(Survey).where(Survey.id == survey_id))
    if survey is None or survey.sealed_at is None:
        raise SurveyError(f"survey {survey_id} is not sealed; seal it before it is called with")
    return Graph.from_survey(survey)
