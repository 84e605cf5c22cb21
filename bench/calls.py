"""Complete reminder calls: how many a second, at what cost, how soon, and how much memory they hold.

    python -m bench.calls [--calls 3000] [--rate 100] [--live 1000] [--switch esl://…] [--endpoint …]

Every call is originated, answered, told one message, asked for one rating, and hung up; every row is written to
SQLite with ``synchronous=FULL``. The simulator runs in a process of its own, with its time ten times as fast, so
that a call lasts about a third of a second and the engine is what is measured.

Three figures come from three runs over the same engine code:

* throughput: all alarms are due at once; calls a second, and the engine's CPU milliseconds per call;
* punctuality: alarms fall due at ``--rate`` a second; the 99th percentile from due to originate;
* live: calls that stay up; the engine's memory per live call and in all.

Where the time goes, of about 3 ms a call (profiled): 1.6 ms are eight SQL statements, of which SQLite itself takes a
quarter and SQLAlchemy the rest; 0.8 ms are five commands on the event socket; 0.4 ms are five events and replies;
0.3 ms are the two prompts. Building statements anew for each call cost more than running them: built once, the
engine went from 14.6 to 4.1 ms under the profiler. On two cores the simulator needs the other one whole.
"""

from __future__ import annotations

from gevent import monkey

monkey.patch_all()

import argparse  # noqa: E402
import cProfile  # noqa: E402
import os  # noqa: E402
import pstats  # noqa: E402
import resource  # noqa: E402
import statistics  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402
import tempfile  # noqa: E402
import time  # noqa: E402
from collections.abc import Iterator  # noqa: E402
from contextlib import contextmanager  # noqa: E402
from datetime import UTC, datetime, timedelta  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

import gevent  # noqa: E402
import psutil  # noqa: E402
from sqlalchemy import func, insert, select  # noqa: E402
from sqlalchemy.orm import Session  # noqa: E402

from engine import log, settings  # noqa: E402
from engine.app import Engine  # noqa: E402
from engine.db import Database, migrate  # noqa: E402
from engine.esl.switch import Call, Originate  # noqa: E402
from engine.ivr.author import Draft, play, rating  # noqa: E402
from engine.ivr.seal import seal  # noqa: E402
from models import (  # noqa: E402
    Alarm,
    Calendar,
    CalendarSetting,
    CalendarUser,
    CalendarUserProfile,
    CallDetailRecord,
    Event,
    Gateway,
    SurveyResult,
    User,
)
from models.statuses import AlarmMethod, AlarmStatus, EventStatus  # noqa: E402

REMINDER = Draft(
    "Reminder",
    [
        play("Message", "You have an appointment tomorrow at nine."),
        rating("Answer", "Press 1 to confirm.", up_to=3, labels={1: "confirmed"}, goto={"any": None}),
    ],
)
_ANSWERS, _STAYS = "1001", "1020"


@contextmanager
def simulator(speed: float) -> Iterator[str]:
    """A simulated switch in a process of its own; its URL."""
    command = [sys.executable, "-m", "engine.simulator", "--port", "0", "--speed", str(speed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            yield line.split()[-1]
        finally:
            process.terminate()
            process.wait()


def fill(database: Database, endpoint: str, suffix: str, moments: list[datetime]) -> None:
    """One calendar, and an alarm for each moment; the numbers end in ``suffix``."""
    with Session(database.engine) as session:
        manager = User(username="manager")
        gateway = Gateway(name="trunk", gateways=endpoint)
        session.add_all([manager, gateway])
        session.flush()
        survey = seal(session, REMINDER.save(session, manager.id))
        setting = CalendarSetting(
            user_id=manager.id,
            label="bench",
            callerid="+12025550100",
            caller_name="Bench",
            survey_id=survey.id,
            aleg_gateway_id=gateway.id,
        )
        session.add(setting)
        session.flush()
        person = CalendarUser(username="person")
        person.profile = CalendarUserProfile(manager_id=manager.id, calendar_setting_id=setting.id)
        calendar = Calendar(name="bench", user=person)
        session.add(calendar)
        session.flush()
        ids = session.scalars(
            insert(Event).returning(Event.id),
            [
                {
                    "title": f"event {place}",
                    "start": moment,
                    "end": moment + timedelta(hours=1),
                    "creator_id": person.id,
                    "calendar_id": calendar.id,
                    "status": EventStatus.PENDING,
                    "data": {"place": place},
                }
                for place, moment in enumerate(moments)
            ],
        ).all()
        session.execute(
            insert(Alarm),
            [
                {
                    "event_id": event_id,
                    "method": AlarmMethod.CALL,
                    "alarm_phonenumber": f"+1{2025550000 + place}{suffix}",
                    "date_start_notice": moment,
                    "due_at": moment,
                    "status": AlarmStatus.PENDING,
                }
                for place, (event_id, moment) in enumerate(zip(ids, moments, strict=True))
            ],
        )
        session.commit()


class Run:
    """An engine on a database of its own, its originates timed."""

    def __init__(
        self,
        folder: Path,
        url: str,
        endpoint: str,
        suffix: str,
        moments: list[datetime],
        max_calls: int = 400,
    ) -> None:
        folder.mkdir()
        loaded = settings.load(
            var_dir=folder,
            database_url=f"sqlite:///{folder / 'bench.db'}",
            engine_name="bench",
            max_calls=max_calls,
            tts_engine="silence",
        )
        migrate(loaded.database)
        database = Database(loaded.database)
        fill(database, endpoint, suffix, moments)
        database.engine.dispose()
        self.count = len(moments)
        self.engine = Engine(loaded, switch_url=url)
        self.sent: list[datetime] = []
        originate = self.engine.switch.originate

        def timed(request: Originate) -> Call:
            self.sent.append(datetime.now(UTC))
            return originate(request)

        self.engine.switch.originate = timed  # type: ignore[method-assign]

    def ended(self) -> int:
        """How many alarms have ended in success."""
        with self.engine.database.read() as session:
            return session.scalar(select(func.count()).where(Alarm.status == AlarmStatus.SUCCESS)) or 0

    def wait(self, reached: Any, timeout_s: float) -> bool:
        """Until ``reached()``, looking a few times a second."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            if reached():
                return True
            gevent.sleep(0.2)
        return False


def cpu_s() -> float:
    """CPU seconds of this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def rss_mib() -> float:
    """Resident memory of this process in MiB."""
    return psutil.Process().memory_info().rss / 2**20


def throughput(folder: Path, url: str, endpoint: str, calls: int, profile: bool) -> tuple[float, float]:
    """Calls a second and CPU milliseconds a call."""
    now = datetime.now(UTC)
    run = Run(folder, url, endpoint, _ANSWERS, [now] * calls)
    profiler = cProfile.Profile()
    started, used = time.monotonic(), cpu_s()
    if profile:
        profiler.enable()
    run.engine.start()
    run.wait(lambda: run.ended() >= calls, timeout_s=60 + calls / 20)
    elapsed, used = time.monotonic() - started, cpu_s() - used
    if profile:
        profiler.disable()
        pstats.Stats(profiler).sort_stats("tottime").print_stats(45)
    with run.engine.database.read() as session:
        results = session.scalar(select(func.count(SurveyResult.id)))
        records = session.scalar(select(func.count(CallDetailRecord.id)))
    run.engine.stop(5)
    if not run.ended() == calls == results == records == len(run.sent):
        raise SystemExit(
            f"incomplete: {run.ended()} of {calls} ended, {results} answers, {records} records, "
            f"{len(run.sent)} originates"
        )
    return calls / elapsed, 1000 * used / calls


def punctuality(folder: Path, url: str, endpoint: str, rate: int, seconds: int = 10) -> tuple[float, float]:
    """Median and 99th percentile from due to originate, in milliseconds."""
    first = datetime.now(UTC) + timedelta(seconds=3)
    moments = [first + timedelta(seconds=place / rate) for place in range(rate * seconds)]
    run = Run(folder, url, endpoint, _ANSWERS, moments)
    run.engine.start()
    run.wait(lambda: run.ended() >= run.count, timeout_s=60 + seconds)
    run.engine.stop(5)
    late = sorted(
        1000 * (sent - due).total_seconds() for sent, due in zip(sorted(run.sent), moments, strict=True)
    )
    return statistics.median(late), late[int(len(late) * 0.99)]


def live(folder: Path, url: str, endpoint: str, calls: int) -> tuple[float, float]:
    """MiB with all calls live, and KiB for each of them."""
    run = Run(folder, url, endpoint, _STAYS, [datetime.now(UTC)] * calls, max_calls=calls)
    before = rss_mib()
    run.engine.start()
    if not run.wait(lambda: run.engine.switch.followed >= calls, timeout_s=120):
        raise SystemExit(f"only {run.engine.switch.followed} of {calls} calls are live")
    gevent.sleep(2)
    whole = rss_mib()
    run.engine.stop(0)
    return whole, 1024 * (whole - before) / calls


def main() -> None:
    """Run what was asked for and print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--calls", type=int, default=3000)
    parser.add_argument("--rate", type=int, default=100)
    parser.add_argument("--live", type=int, default=1000)
    parser.add_argument("--speed", type=float, default=10)
    parser.add_argument("--switch", default="")
    parser.add_argument("--endpoint", default="sofia/carillon/%s@127.0.0.1:5066")
    parser.add_argument("--profile", action="store_true")
    given = parser.parse_args()
    log.configure("error")
    with tempfile.TemporaryDirectory() as folder:
        for part in ("live", "punctuality", "throughput"):
            if os.fork() == 0:  # each figure from a fresh process
                measure(part, Path(folder) / part, given)
                os._exit(0)
            os.wait()


def measure(part: str, folder: Path, given: argparse.Namespace) -> None:
    """One figure."""
    with simulator(1 if part == "live" else given.speed) if not given.switch else _given(given.switch) as url:
        if part == "throughput" and given.calls:
            rate, cpu_ms = throughput(folder, url, given.endpoint, given.calls, given.profile)
            print(
                f"throughput   {rate:7.1f} calls/s   {cpu_ms:.2f} engine CPU ms/call   ({given.calls} calls)"
            )
        elif part == "punctuality" and given.rate:
            median, p99 = punctuality(folder, url, given.endpoint, given.rate)
            print(
                f"punctuality  {median:7.1f} ms median   {p99:.1f} ms 99th percentile   ({given.rate} due/s)"
            )
        elif part == "live" and given.live:
            whole, each = live(folder, url, given.endpoint, given.live)
            print(f"live         {whole:7.1f} MiB in all   {each:.1f} KiB a call   ({given.live} live calls)")
        sys.stdout.flush()


@contextmanager
def _given(url: str) -> Iterator[str]:
    yield url


if __name__ == "__main__":
    main()
