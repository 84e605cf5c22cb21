"""Group commit, supervised greenlets, settings."""

from __future__ import annotations

from pathlib import Path

import gevent
import pytest
from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from engine import settings
from engine.db import Database
from engine.errors import DatabaseError, SettingsError
from engine.greenlets import Nursery
from models import User


def add(name: str) -> object:
    return lambda connection: connection.execute(insert(User.__table__).values(**_row(name)))


def _row(name: str) -> dict[str, object]:
    return {
        "username": name,
        "password": "!",
        "email": "",
        "first_name": "",
        "last_name": "",
        "is_active": True,
        "is_superuser": False,
    }


def names(database: Database) -> set[str]:
    with database.read() as session:
        return set(session.scalars(select(User.username)))


def test_many_writes_share_a_transaction_and_all_get_their_answer(database: Database) -> None:
    def write(connection: Connection, name: str) -> str:
        connection.execute(insert(User.__table__).values(**_row(name)))
        return name.upper()

    waiting = [
        gevent.spawn(database.write, lambda connection, name=name: write(connection, name))
        for name in ("ada", "ben", "cleo")
    ]
    gevent.joinall(waiting, timeout=5)
    assert [one.value for one in waiting] == ["ADA", "BEN", "CLEO"]
    assert names(database) == {"ada", "ben", "cleo"}


def test_one_that_fails_costs_its_neighbours_nothing(database: Database) -> None:
    database.write(add("ada"))
    good = gevent.spawn(database.write, add("ben"))
    bad = gevent.spawn(_expect_integrity_error, database)
    also = gevent.spawn(database.write, add("cleo"))
    gevent.joinall([good, bad, also], timeout=5)
    assert bad.value is True
    assert names(database) == {"ada", "ben", "cleo"}


def _expect_integrity_error(database: Database) -> bool:
    with pytest.raises(IntegrityError):
        database.write(add("ada"))
    return True


def test_posts_are_written_before_the_works_that_follow_them(database: Database) -> None:
    database.write(add("ada"))
    statement = update(User.__table__).where(User.username == "ada").values(email="posted")
    database.post(statement, {})
    assert database.write(lambda connection: connection.scalar(select(User.email))) == "posted"


def test_what_was_posted_is_written_before_the_end(database_url: str) -> None:
    database = Database(database_url)
    database.start()
    database.post(insert(User.__table__), _row("late"))
    database.stop()
    again = Database(database_url)
    assert names(again) == {"late"}
    again.engine.dispose()


def test_a_database_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/no/such/folder/x.db")
    with pytest.raises(DatabaseError, match="CARILLON_DATABASE_URL"):
        database.start()


@pytest.mark.parametrize("url", ["nonsense", "mysql://x/y"])
def test_a_url_that_is_none_is_named(url: str) -> None:
    with pytest.raises(SettingsError, match="CARILLON_DATABASE_URL"):
        Database(url)


def test_a_dead_essential_greenlet_takes_its_owner_down_and_nobody_else() -> None:
    seen: list[BaseException] = []
    failing = Nursery("failing", on_failure=seen.append)
    other = Nursery("other")
    running = other.spawn(gevent.sleep, 10)
    failing.spawn(_die, essential=True, call="uuid")
    gevent.sleep(0.05)
    assert [str(error) for error in seen] == ["broken"]
    assert not running.dead
    other.stop()
    assert running.dead


def test_a_dead_greenlet_that_is_not_essential_is_only_told() -> None:
    seen: list[BaseException] = []
    nursery = Nursery("calls", on_failure=seen.append)
    dead = nursery.spawn(_die)
    dead.join(timeout=1)
    assert dead.dead
    assert seen == []
    assert len(nursery) == 0


def _die() -> None:
    raise RuntimeError("broken")


def test_a_setting_that_is_wrong_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARILLON_MAX_CALLS", "0")
    with pytest.raises(SettingsError, match="CARILLON_MAX_CALLS"):
        settings.load()
