"""The applications that a channel can execute, by name."""

from __future__ import annotations

from engine.simulator.applications import (
    bridging,
    conferencing,
    detection,
    digits,
    playing,
    recording,
    signalling,
    waiting,
    writing,
)
from engine.simulator.execution import Application

APPLICATIONS: dict[str, Application] = {
    application.name: application
    for module in (
        bridging,
        conferencing,
        detection,
        digits,
        playing,
        recording,
        signalling,
        waiting,
        writing,
    )
    for application in module.APPLICATIONS
}
