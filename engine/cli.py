"""The ``carillon`` command."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import Any

import click
import gevent
from gevent.event import Event as Signal
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import db, log
from engine import settings as settings_module
from engine.app import Engine
from engine.demo import practice, story
from engine.errors import CarillonError
from engine.settings import Settings
from engine.simulator.simulator import Simulator
from models import Alarm, SmsMessage
from models.statuses import AlarmStatus, SmsStatus

CALLEES_ENDPOINT = "sofia/carillon/%s@127.0.0.1:5066"
"""Where the scripted callees answer: on the simulator anywhere, on a real switch in its ``dialplans/`` profile."""


def _explained(command: Callable[..., Any]) -> Callable[..., Any]:
    """Our own errors are for people: one line, no traceback."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except CarillonError as error:
            raise click.ClickException(str(error)) from error

    return run


def _load(**overrides: Any) -> Settings:
    given = {key: value for key, value in overrides.items() if value is not None}
    loaded = settings_module.load(**given)
    log.configure(loaded.log_level, json=loaded.log_json)
    return loaded


@click.group()
@click.version_option(package_name="carillon")
def carillon() -> None:
    """Call people at the right moment and write down what they answered."""


@carillon.command()
@_explained
def migrate() -> None:
    """Bring the database's schema up to date."""
    loaded = _load()
    db.migrate(loaded.database)
    click.echo(f"{loaded.database} is up to date")


@carillon.command()
@_explained
def run() -> None:
    """Run everything: the engine, and the simulator when CARILLON_SWITCH is not set."""
    loaded = _load()
    with _simulated(loaded.switch, loaded.callees) as url:
        _serve(Engine(loaded, switch_url=url))


@carillon.command()
@_explained
def engine() -> None:
    """Run the engine alone, against the switch of CARILLON_SWITCH."""
    _serve(Engine(_load()))


@carillon.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8021, show_default=True)
@click.option("--password", default="ClueCon", show_default=True)
@click.option("--callees", type=click.Path(path_type=Path), help="Scripted callees (YAML).")
@click.option("--speed", default=1.0, show_default=True, help="Simulated seconds in one.")
@_explained
def simulator(host: str, port: int, password: str, callees: Path | None, speed: float) -> None:
    """Run the simulated switch alone."""
    with Simulator(host, port, password, callees=callees, speed=speed) as simulated:
        click.echo(f"listening on {simulated.url}")
        _until_told_to_stop().wait()


@carillon.command()
@click.option("--switch", default=None, help="esl://:PASSWORD@HOST:PORT of a real switch.")
@click.option("--endpoint", default=CALLEES_ENDPOINT, show_default=True, help="How the callees are dialled.")
@click.option("--timeout", "timeout_s", default=150, show_default=True, help="Seconds until it is given up.")
@_explained
def demo(switch: str | None, endpoint: str, timeout_s: int) -> None:
    """Show it working: a doctor's practice whose reminders fall due within a minute."""
    base = settings_module.load()
    folder = base.var_dir / "demo"
    database = folder / "carillon.db"
    for old in (database, database.with_suffix(".db-wal"), database.with_suffix(".db-shm")):
        old.unlink(missing_ok=True)
    loaded = settings_module.load(
        var_dir=folder, database_url=f"sqlite:///{database}", engine_name="demo", lease_s=30
    )
    db.migrate(loaded.database)
    click.echo(f"database {database}")
    with _simulated(switch or base.switch, base.callees) as url:
        alarms = _fill(loaded, endpoint)
        story.configure({key: patient.name for key, patient in alarms.items()})
        demonstrated = Engine(loaded, switch_url=url)
        demonstrated.start()
        if not demonstrated.switch.wait_connected(10):
            demonstrated.stop(0)
            raise click.ClickException(str(demonstrated.switch.last_error or "the switch did not answer"))
        ended = _wait_for_the_end(demonstrated, timeout_s)
        with demonstrated.database.read() as session:
            found = story.rows(session, alarms)
        demonstrated.stop(2)
    click.echo("\n" + story.table(found))
    wrong = [row.patient.name for row in found if not row.as_expected]
    if wrong:
        click.echo(
            f"\nnot as expected: {', '.join(wrong)}" + ("" if ended else f" (given up after {timeout_s} s)")
        )
        sys.exit(1)
    click.echo(f"\nall {len(found)} alarms ended as expected")


def _fill(loaded: Settings, endpoint: str) -> dict[int, practice.Patient]:
    database = db.Database(loaded.database)
    with Session(database.engine) as session:
        alarms = practice.load(session, datetime.now(UTC), endpoint)
        session.commit()
    database.engine.dispose()
    return alarms


def _wait_for_the_end(demonstrated: Engine, timeout_s: int) -> bool:
    """Whether every alarm has ended and every message has gone, within ``timeout_s``."""
    deadline = demonstrated.clock.monotonic() + timeout_s
    while demonstrated.clock.monotonic() < deadline:
        gevent.sleep(0.25)
        with demonstrated.database.read() as session:
            open_alarms = session.scalar(
                select(func.count()).where(Alarm.status.not_in((AlarmStatus.SUCCESS, AlarmStatus.FAILURE)))
            )
            unsent = session.scalar(select(func.count()).where(SmsMessage.status == SmsStatus.UNSENT))
        if not open_alarms and not unsent:
            return True
    return False


@contextmanager
def _simulated(url: str, callees: Path | None) -> Iterator[str]:
    """The switch's URL: the given one, or that of a simulator for the time being."""
    if url:
        yield url
        return
    with Simulator(callees=callees) as simulated:
        yield simulated.url


def _serve(served: Engine) -> None:
    stopping = _until_told_to_stop()
    served.start()
    stopping.wait()
    served.stop()


def _until_told_to_stop() -> Any:
    told = Signal()
    for number in (signal.SIGTERM, signal.SIGINT):
        gevent.signal_handler(number, told.set)
    return told
