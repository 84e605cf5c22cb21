"""What can be wrong with a whole switch, as opposed to one callee.

Some faults are there from the start, in a YAML file's ``switch`` section; all of them can be switched on and off
while it runs, through the methods of ``Simulator``: ``drop_connections``, ``stall``, ``slow_down``,
``refuse_originates``, ``gateway`` and ``die``.
"""

from __future__ import annotations

import msgspec


class SwitchFaults(msgspec.Struct, forbid_unknown_fields=True):
    """Durations are simulated seconds; 0 and the empty text mean no fault."""

    latency_s: float = 0.0
    """Every reply and event leaves so much later."""
    flap_every_s: float = 0.0
    """All connections break so often."""
    die_after_s: float = 0.0
    """The switch crashes and restarts, once."""
    refuse_cause: str = ""
    """Every originate fails with this hang-up cause."""
    max_sessions: int = 10_000
    """Above so many channels originates fail with DESTINATION_OUT_OF_ORDER, as in a real switch."""


class Gateway(msgspec.Struct, forbid_unknown_fields=True):
    """A gateway of the switch. ``max_calls`` 0 means no limit; above it calls meet congestion."""

    status: str = "up"
    max_calls: int = 0
