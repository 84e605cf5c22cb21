"""A small practice for tests: a database with one calendar, and an engine that dials its alarms."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import gevent
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import settings
from engine.app import Engine
from engine.db import Database
from engine.ivr.author import Draft
from engine.ivr.seal import seal
from models import (
    Alarm,
    AlarmRequest,
    Calendar,
    CalendarSetting,
    CalendarUser,
    CalendarUserProfile,
    CallRequest,
    Event,
    Gateway,
    SmsGateway,
    SmsMessage,
    SurveyResult,
    User,
)
from models.statuses import AlarmStatus, SmsGatewayKind

ENDED = (AlarmStatus.SUCCESS, AlarmStatus.FAILURE)


def number(suffix: str) -> str:
    """A fictional number of the callee whose plan is ``suffix``."""
    return f"+1202555{suffix}"


class House:
    """One manager with one calendar on ``database_url``, and the engine that serves it.

    Engines are made by ``engine()`` in this process, or by ``process()`` as the real command.
    """

    def __init__(self, folder: Path, database_url: str, switch_url: str, endpoint: str, draft: Draft) -> None:
        self.folder = folder
        self.database_url = database_url
        self.switch_url = switch_url
        self.database = Database(database_url, sqlite_synchronous="NORMAL")
        self.engines: list[Engine] = []
        self.processes: list[subprocess.Popen[bytes]] = []
        with self.session() as session:
            manager = User(username="manager")
            gateway = Gateway(name="trunk", gateways=endpoint)
            sms = SmsGateway(name="log", kind=SmsGatewayKind.LOG)
            session.add_all([manager, gateway, sms])
            session.flush()
            survey = seal(session, draft.save(session, manager.id))
            setting = CalendarSetting(
                user_id=manager.id,
                label="setting",
                callerid="+12025550199",
                caller_name="O'Brien, Practice",
                call_timeout=20,
                survey_id=survey.id,
                aleg_gateway_id=gateway.id,
                sms_gateway_id=sms.id,
            )
            session.add(setting)
            session.flush()
            person = CalendarUser(username="person", first_name="Per")
            person.profile = CalendarUserProfile(manager_id=manager.id, calendar_setting_id=setting.id)
            calendar = Calendar(name="calendar", user=person)
            session.add(calendar)
            session.commit()
            self.manager_id, self.gateway_id, self.setting_id = manager.id, gateway.id, setting.id
            self.calendar_id, self.person_id, self.survey_id = calendar.id, person.id, survey.id

    def session(self) -> Session:
        """A session of its own for the test."""
        return Session(self.database.engine, expire_on_commit=False)

    def change(self, table: type, key: int, **values: Any) -> None:
        """Set columns of one row."""
        with self.session() as session:
            row = session.get_one(table, key)
            for name, value in values.items():
                setattr(row, name, value)
            session.commit()

    def alarm(
        self,
        phone: str | None,
        *,
        data: dict[str, Any] | None = None,
        event: dict[str, Any] | None = None,
        **values: Any,
    ) -> int:
        """Add an event with one alarm, due now unless said otherwise; the alarm's id."""
        now = datetime.now(UTC)
        with self.session() as session:
            made = Event(
                **{
                    "title": "appointment",
                    "start": now,
                    "end": now + timedelta(hours=1),
                    "creator_id": self.person_id,
                    "calendar_id": self.calendar_id,
                    "data": data,
                    **(event or {}),
                }
            )
            alarm = Alarm(event=made, alarm_phonenumber=phone, **{"date_start_notice": now, **values})
            session.add(alarm)
            session.commit()
            return alarm.id

    # Engines.

    def settings(self, **changes: Any) -> settings.Settings:
        """The engine's settings."""
        return settings.load(
            **{
                "var_dir": self.folder / "var",
                "database_url": self.database_url,
                "sqlite_synchronous": "NORMAL",
                "engine_name": "house",
                "switch": self.switch_url,
                **changes,
            }
        )

    def engine(self, **changes: Any) -> Engine:
        """A running engine in this process."""
        engine = Engine(self.settings(**changes))
        self.engines.append(engine)
        engine.start()
        return engine

    def process(self) -> subprocess.Popen[bytes]:
        """``carillon engine`` as a process of its own."""
        loaded = self.settings()
        environment = {
            **os.environ,
            "CARILLON_VAR_DIR": str(loaded.var_dir),
            "CARILLON_DATABASE_URL": loaded.database_url,
            "CARILLON_SWITCH": loaded.switch,
            "CARILLON_ENGINE_NAME": loaded.engine_name,
        }
        with (self.folder / f"engine-{len(self.processes)}.log").open("wb") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "engine", "engine"], env=environment, stdout=out, stderr=out
            )
        self.processes.append(process)
        return process

    def close(self) -> None:
        """Stop everything that was started."""
        for engine in self.engines:
            engine.stop(0)
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
            process.wait()
        self.database.engine.dispose()

    # Looking.

    def until(self, condition: Callable[[], Any], what: str, timeout_s: float = 40) -> Any:
        """Wait for ``condition()`` to become true; its value."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            value = condition()
            if value:
                return value
            gevent.sleep(0.02)
        raise AssertionError(f"not within {timeout_s:g} s: {what}; {self.story()}")

    def ended(self, alarm_id: int, timeout_s: float = 40) -> Alarm:
        """The alarm, once it has ended."""

        def look() -> Alarm | None:
            with self.session() as session:
                alarm = session.get_one(Alarm, alarm_id)
                return alarm if alarm.status in ENDED else None

        found = self.until(look, f"alarm {alarm_id} ended", timeout_s)
        assert isinstance(found, Alarm)
        return found

    def attempts(self, alarm_id: int) -> Sequence[AlarmRequest]:
        """Its attempts, first to last."""
        with self.session() as session:
            query = select(AlarmRequest).where(AlarmRequest.alarm_id == alarm_id)
            return session.scalars(query.order_by(AlarmRequest.num_attempt)).all()

    def calls(self, alarm_id: int) -> Sequence[CallRequest]:
        """Its originates, first to last."""
        with self.session() as session:
            query = select(CallRequest).join(AlarmRequest, AlarmRequest.id == CallRequest.alarm_request_id)
            return session.scalars(
                query.where(AlarmRequest.alarm_id == alarm_id).order_by(CallRequest.id)
            ).all()

    def results(self, alarm_id: int) -> Sequence[SurveyResult]:
        """Its answers, first to last."""
        with self.session() as session:
            keys = [call.id for call in self.calls(alarm_id)]
            query = select(SurveyResult).where(SurveyResult.callrequest_id.in_(keys))
            return session.scalars(query.order_by(SurveyResult.id)).all()

    def messages(self, alarm_id: int) -> Sequence[SmsMessage]:
        """Its text messages."""
        with self.session() as session:
            return session.scalars(select(SmsMessage).where(SmsMessage.alarm_id == alarm_id)).all()

    def story(self) -> str:
        """What the database knows, for a failed test."""
        with self.session() as session:
            alarms = [
                f"alarm {alarm.id} {alarm.status.name} {alarm.outcome} {alarm.reason}"
                for alarm in session.scalars(select(Alarm))
            ]
            calls = [
                f"call {call.request_uuid} {call.status.name} {call.outcome} {call.reason} at {call.cursor}"
                for call in session.scalars(select(CallRequest))
            ]
        return "; ".join(alarms + calls)
