"""Every error that Carillon raises on purpose.

One root class, so that a caller can tell our refusals from a defect. The message of a subclass names the
thing concerned and tells a person what to do next.
"""

from __future__ import annotations


class CarillonError(Exception):
    """Root of all our errors."""


class SettingsError(CarillonError):
    """A setting is missing or cannot be used."""


class SwitchError(CarillonError):
    """Something went wrong between us and a switch."""


class SwitchUnreachableError(SwitchError):
    """No connection to the switch could be made, or it broke; nothing can be sent now."""


class SwitchAuthError(SwitchError):
    """The switch refused our password or our address."""


class CommandTimeoutError(SwitchError):
    """The switch did not answer a command in time; whether it acted on it is unknown."""


class CommandRefusedError(SwitchError):
    """The switch answered ``-ERR`` to a command."""


class UnsafeValueError(CarillonError):
    """A value could break out of the switch syntax and was refused.

    ``field`` names the value's field, so that a person knows what to correct.
    """

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"{field}: {why}")
        self.field = field


class CallEndedError(SwitchError):
    """The call is over, so nothing more can be done on it."""


class DatabaseError(CarillonError):
    """The database cannot be used."""
