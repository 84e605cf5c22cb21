"""What the switch knows of a connected client."""

from __future__ import annotations

from typing import Protocol

from engine.simulator.events import Event
from engine.simulator.subscription import Subscription


class Listener(Protocol):
    """One event socket connection, seen from the switch."""

    subscription: Subscription

    def deliver(self, event: Event) -> None:
        """Queue an event that the subscription wants; never blocks."""
