"""The database: one place that connects, migrates, reads and writes.

Writes go through one greenlet that commits many at once (group commit): whoever calls ``write`` gets its
answer when the transaction that holds its work is durable. This pays for one flush to disk instead of a
hundred, and it keeps SQLite, which never yields to the loop, from ever being locked by ourselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar, cast

from alembic import command
from alembic.config import Config
from gevent.event import AsyncResult
from gevent.queue import SimpleQueue
from sqlalchemy import Connection, Executable, create_engine, event, make_url
from sqlalchemy.engine import Engine
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.orm import Session

from engine import log
from engine.errors import DatabaseError, SettingsError
from engine.greenlets import Nursery

T = TypeVar("T")
logger = log.get(__name__)

_BATCH = 200  # works in one transaction at most: bounds how long the others wait
Work = Callable[[Connection], Any]


class Database:
    """A connection pool for reading and one greenlet for writing.

    ``url`` is a SQLAlchemy URL of SQLite or of PostgreSQL (``postgresql+psycopg://``).
    """

    def __init__(self, url: str, *, sqlite_synchronous: str = "FULL") -> None:
        self.engine = _create_engine(url, sqlite_synchronous)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._queue: SimpleQueue[tuple[Work, AsyncResult[Any] | None] | None] = SimpleQueue()
        self._posted: dict[Executable, list[dict[str, Any]]] = {}
        self._nursery = Nursery("database")
        self._running = False

    def start(self) -> None:
        """Begin to serve ``write`` and ``post``. Raises ``DatabaseError`` when nothing can be reached."""
        try:
            with self.engine.connect():
                pass
        except OperationalError as error:
            where = self.engine.url.render_as_string(hide_password=True)
            raise DatabaseError(f"cannot open {where}: {error.orig}; check CARILLON_DATABASE_URL") from error
        self._running = True
        self._nursery.spawn(self._serve)

    def stop(self) -> None:
        """Write what is queued, then close every connection."""
        if self._running:
            self._running = False
            self._queue.put(None)
            self._nursery.join(timeout_s=10)
        self.engine.dispose()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session for reading, closed at the end of the block."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    def write(self, work: Callable[[Connection], T]) -> T:
        """Run ``work(connection)`` in the next transaction; returns its result once committed.

        ``work`` touches the database only, and may be run a second time when a neighbour in the same
        transaction failed. What it raises is raised here, and its changes are undone alone.
        """
        done: AsyncResult[T] = AsyncResult()
        self._queue.put((work, done))
        return cast(T, done.get())

    def post(self, statement: Executable, parameters: dict[str, Any]) -> None:
        """Run ``statement`` soon, without waiting; a failure is logged.

        Posts of one statement are run together, before the works of the same transaction.
        """
        self._posted.setdefault(statement, []).append(parameters)
        if self._queue.empty():
            self._queue.put((_nothing, None))

    def _serve(self) -> None:
        while True:
            batch = [self._queue.get()]
            while len(batch) < _BATCH and not self._queue.empty():
                batch.append(self._queue.get())
            works = [entry for entry in batch if entry is not None]
            if works or self._posted:
                self._commit(works)
            if len(works) < len(batch):
                return

    def _commit(self, works: list[tuple[Work, AsyncResult[Any] | None]]) -> None:
        """All in one transaction; if that fails, each in its own, so that only the guilty one pays."""
        posted, self._posted = self._posted, {}
        if posted:
            works = [(partial(_run_posted, posted), None), *works]
        try:
            with self._transaction() as connection:
                results = [work(connection) for work, _ in works]
        except Exception as error:  # noqa: BLE001 - whatever it was belongs to one of the callers
            if len(works) == 1:
                self._fail(*works[0], error)
            else:
                for entry in works:
                    self._commit([entry])
            return
        for (_, done), result in zip(works, results, strict=True):
            if done is not None:
                done.set(result)

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with self.engine.connect() as connection:
            connection = connection.execution_options(carillon_write=True)
            with connection.begin():
                yield connection

    @staticmethod
    def _fail(work: Work, done: AsyncResult[Any] | None, error: Exception) -> None:
        if done is not None:
            done.set_exception(error)
        else:
            logger.error("write failed", work=getattr(work, "__qualname__", repr(work)), exc_info=error)


def _nothing(_: Connection) -> None:
    """The work of a transaction that is there for what was posted."""


def _run_posted(posted: dict[Executable, list[dict[str, Any]]], connection: Connection) -> None:
    for statement, parameters in posted.items():
        connection.execute(statement, parameters)


def migrate(url: str) -> None:
    """Bring the schema at ``url`` to the newest revision, creating an SQLite file if need be."""
    parsed = _parse(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database not in (None, "", ":memory:"):
        Path(str(parsed.database)).parent.mkdir(parents=True, exist_ok=True)
    config = Config()
    config.set_main_option("script_location", "models:migrations")
    config.attributes["url"] = url
    command.upgrade(config, "head")


def _parse(url: str) -> Any:
    try:
        return make_url(url)
    except ArgumentError as error:
        raise SettingsError(f"CARILLON_DATABASE_URL: {error}") from error


def _create_engine(url: str, sqlite_synchronous: str) -> Engine:
    parsed = _parse(url)
    if parsed.drivername not in ("sqlite", "sqlite+pysqlite", "postgresql+psycopg"):
        raise SettingsError(
            f"CARILLON_DATABASE_URL: {parsed.drivername} cannot be used; use sqlite or postgresql+psycopg"
        )
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed, pool_size=10, max_overflow=20, pool_pre_ping=True)
    engine = create_engine(parsed, connect_args={"check_same_thread": False, "timeout": 5})

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # transactions begin where we say so, below
        cursor = connection.cursor()
        for pragma in (
            "foreign_keys=ON",
            "journal_mode=WAL",
            f"synchronous={sqlite_synchronous}",
            "temp_store=MEMORY",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A writer takes its lock at once: a reader that turns writer could only fail.
        immediate = connection.get_execution_options().get("carillon_write")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return engine
