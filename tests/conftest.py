"""Patches first, as the engine does, so that the tests run under the same loop."""

from gevent import monkey

monkey.patch_all()

import shutil  # noqa: E402
from collections.abc import Iterator  # noqa: E402
from pathlib import Path  # noqa: E402

import pytest  # noqa: E402

from engine import log  # noqa: E402
from engine.db import Database, migrate  # noqa: E402

log.configure("warning")


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the schema as the migrations make it."""
    path = tmp_path_factory.mktemp("schema") / "migrated.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def database_url(migrated: Path, tmp_path: Path) -> str:
    """A database of the test's own, migrated and empty."""
    path = tmp_path / "carillon.db"
    shutil.copy(migrated, path)
    return f"sqlite:///{path}"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A started database of the test's own."""
    database = Database(database_url, sqlite_synchronous="NORMAL")
    database.start()
    yield database
    database.stop()
