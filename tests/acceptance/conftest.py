"""The same tests on the simulator and on a real FreeSWITCH."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import switches
from house import House

from engine.ivr.author import Draft


@pytest.fixture(scope="session", params=["simulator", "freeswitch"])
def switch(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[switches.TestSwitch]:
    """A switch with scripted callees."""
    if request.param == "simulator":
        with switches.simulated() as found:
            yield found
        return
    try:
        with switches.real(tmp_path_factory.mktemp("freeswitch")) as found:
            yield found
    except switches.NoSwitchError as error:
        pytest.skip(str(error))


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
