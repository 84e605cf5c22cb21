"""A running simulator and clients for it. ``SIMULATOR_TWIN=host:port`` names a real switch to run against instead."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest
from bare_client import Client

from engine.simulator.simulator import Simulator

SPEED = 40


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator(speed=SPEED, seed=1) as running:
        yield running


@pytest.fixture
def connect(simulator: Simulator) -> Iterator[Callable[..., Client]]:
    clients: list[Client] = []
    host, _, port = os.environ.get("SIMULATOR_TWIN", f"{simulator.host}:{simulator.port}").partition(":")

    def one_more(**options: object) -> Client:
        clients.append(Client(host, int(port), **options))
        return clients[-1]

    yield one_more
    for client in clients:
        client.sock.close()


@pytest.fixture
def client(connect: Callable[..., Client]) -> Client:
    client = connect()
    assert client.command("event plain ALL")["Reply-Text"] == "+OK event listener enabled plain"
    return client
