"""The schema: what the database itself refuses, on SQLite, migrated as in production."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, func, inspect, select, text
from sqlalchemy.exc import DatabaseError, IntegrityError, StatementError
from sqlalchemy.orm import Session

from engine.db import Database
from models import (
    Alarm,
    Base,
    Branching,
    Calendar,
    CalendarUser,
    CalendarUserProfile,
    Event,
    Gateway,
    Section,
    Survey,
    User,
)
from models.statuses import AlarmMethod, AlarmStatus, EventStatus

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


@pytest.fixture
def engine(database: Database) -> Engine:
    return database.engine


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    with Session(engine) as session:
        yield session


def event_of(session: Session) -> Event:
    manager = User(username="manager")
    person = CalendarUser(username="doctor")
    session.add_all([manager, person])
    session.flush()
    session.add(CalendarUserProfile(user_id=person.id, manager_id=manager.id))
    calendar = Calendar(name="practice", user=person)
    event = Event(title="visit", calendar=calendar, creator=person, start=NOW, end=NOW)
    session.add(event)
    session.flush()
    return event


def test_the_migration_makes_what_the_models_say(engine: Engine) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
        triggers = connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all()
    assert len(triggers) == 8


def test_migrating_down_leaves_nothing(engine: Engine) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "models:migrations")
    config.attributes["url"] = str(engine.url)
    command.downgrade(config, "base")
    assert inspect(engine).get_table_names() == ["alembic_version"]


def test_the_seeds_defaults(session: Session) -> None:
    event = event_of(session)
    alarm = Alarm(event=event, alarm_phonenumber="+12025550100", date_start_notice=NOW, advance_notice=60)
    session.add(alarm)
    session.commit()
    assert (event.status, event.notify_count, event.occ_count) == (EventStatus.PENDING, 0, 0)
    assert (alarm.status, alarm.method, alarm.result) == (AlarmStatus.PENDING, AlarmMethod.CALL, 0)
    assert (alarm.maxretry, alarm.retry_delay, alarm.num_attempt) == (0, 0, 0)
    assert str(alarm.daily_start), str(alarm.daily_stop) == ("00:00:00", "23:59:59")
    assert alarm.due_at == NOW - timedelta(seconds=60)


def test_due_at_follows_what_it_depends_on(session: Session) -> None:
    alarm = Alarm(event=event_of(session), date_start_notice=NOW)
    session.add(alarm)
    session.commit()
    alarm.date_start_notice = NOW + timedelta(hours=1)
    session.commit()
    assert alarm.due_at == NOW + timedelta(hours=1)
    alarm.advance_notice = 600
    session.commit()
    assert alarm.due_at == NOW + timedelta(minutes=50)
    alarm.status = AlarmStatus.SUCCESS
    session.commit()
    assert alarm.due_at is None


def test_times_are_aware_and_utc(session: Session) -> None:
    event = event_of(session)
    session.commit()
    session.expire_all()
    assert event.start == NOW
    assert event.start.tzinfo is UTC
    event.start = datetime(2026, 1, 1)  # noqa: DTZ001 - naive on purpose
    with pytest.raises(StatementError, match="no time zone"):
        session.flush()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE alarm SET status = 9",
        "UPDATE alarm SET method = 0",
        "UPDATE alarm SET advance_notice = -1",
        "UPDATE alarm SET event_id = 999",
        "UPDATE alarm SET claimed_by = 'half a lease'",
        "UPDATE alarm SET status = 5",  # ended, and still due
        "UPDATE event SET status = 4",
        "UPDATE event SET \"end\" = '2001-01-01 00:00:00'",
        "UPDATE calendar SET max_concurrent = -1",
        "DELETE FROM calendar_user",
    ],
)
def test_the_database_refuses(session: Session, statement: str) -> None:
    session.add(Alarm(event=event_of(session), date_start_notice=NOW))
    session.commit()
    with pytest.raises(IntegrityError):
        session.execute(text(statement))


def test_a_gateway_is_not_its_own_failover(session: Session) -> None:
    gateway = Gateway(name="trunk", gateways="sofia/gateway/trunk/")
    session.add(gateway)
    session.flush()
    gateway.failover_id = gateway.id
    with pytest.raises(IntegrityError):
        session.flush()


@pytest.fixture
def sealed(session: Session) -> Survey:
    manager = User(username="author")
    session.add(manager)
    session.flush()
    survey = Survey(name="reminder", user_id=manager.id, content_hash="0" * 64)
    first = Section(question="hello", order=1, survey=survey)
    second = Section(question="goodbye", order=2, survey=survey)
    session.add_all([survey, first, second])
    session.flush()
    session.add(Branching(section_id=first.id, keys="any", goto_id=second.id))
    session.flush()
    survey.sealed_at = NOW
    session.commit()
    return survey


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE survey SET name = 'other'",
        "UPDATE survey SET sealed_at = NULL",
        "UPDATE survey SET content_hash = '1'",
        "DELETE FROM survey",
        "UPDATE section SET script = 'other'",
        "DELETE FROM section",
        'INSERT INTO section (survey_id, type, "order", question, retries, timeout, rating_laps, '
        "validate_number, number_digits, record_limit, record_silence, completed) "
        "SELECT id, 1, 3, 'more', 0, 5, 9, 1, 2, 120, 3, 0 FROM survey",
        "UPDATE branching SET keys = '1'",
        "DELETE FROM branching",
        "INSERT INTO branching (section_id, keys) SELECT id, '9' FROM section",
    ],
)
def test_sealed_means_sealed(session: Session, sealed: Survey, statement: str) -> None:
    with pytest.raises(DatabaseError, match="sealed survey cannot be changed"):
        session.execute(text(statement))
    session.rollback()
    assert session.scalar(select(func.count(Section.id))) == 2
