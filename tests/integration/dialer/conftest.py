"""A house on a fast simulator."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from house import House

from engine.ivr.author import Draft, play, rating
from engine.simulator.simulator import Simulator

SURVEY = Draft(
    "Reminder",
    [
        play("hello", "Hello."),
        rating("ask", "Press 1.", up_to=3, labels={1: "confirmed"}, goto={"any": None}),
    ],
)


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """A simulated switch whose time runs ten times as fast."""
    with Simulator(speed=10) as simulator:
        yield simulator


@pytest.fixture
def make_house(simulator: Simulator, tmp_path: Path, database_url: str) -> Iterator[Callable[..., House]]:
    """A house that runs a survey."""
    made: list[House] = []

    def make(draft: Draft = SURVEY, switch_url: str = "") -> House:
        house = House(
            tmp_path,
            database_url,
            switch_url or simulator.url,
            "sofia/carillon/%s@127.0.0.1:5066",
            draft,
        )
        made.append(house)
        return house

    yield make
    for house in made:
        house.close()


@pytest.fixture
def house(make_house: Callable[..., House]) -> House:
    """A house with a short reminder."""
    return make_house()
