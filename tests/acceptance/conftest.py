"""The same tests on the simulator and on a real FreeSWITCH."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
import switches
from house import House

from engine.ivr.author import Draft


@pytest.fixture(scope="session", params=["simulator", "freeswitch"])
def switch(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[switches.TestSwitch]:
    """A switch with scripted callees. ``FREESWITCH_REQUIRED=1``: a missing real one fails instead of skipping."""
    if request.param == "simulator":
        with switches.simulated() as found:
            yield found
        return
    try:
        with switches.real(tmp_path_factory.mktemp("freeswitch")) as found:
            yield found
    except switches.NoSwitchError as error:
        if os.environ.get("FREESWITCH_REQUIRED", "0") not in ("", "0"):
            pytest.fail(f"FREESWITCH_REQUIRED is set, but {error}")
        pytest.skip(str(error))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show what a real switch has logged beside a test that failed on it."""
    report = yield
    found = getattr(item, "funcargs", {}).get("switch")
    if report.failed and isinstance(found, switches.TestSwitch) and found.log_path is not None:
        report.sections.append(("FreeSWITCH's log", switches.log_end(found.log_path)))
    return report


@pytest.fixture
def make_house(
    switch: switches.TestSwitch, tmp_path: Path, database_url: str
) -> Iterator[Callable[[Draft], House]]:
    """A house that runs a survey on the switch."""
    made: list[House] = []

    def make(draft: Draft) -> House:
        # The switch reads speech and writes recordings there, also when it runs as another user.
        tmp_path.chmod(0o755)
        house = House(tmp_path, database_url, switch.url, switch.endpoint, draft)
        made.append(house)
        return house

    yield make
    for house in made:
        house.close()
