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


class ZoneError(CarillonError):
    """A time zone's name is not known."""


class RouteError(CarillonError):
    """A gateway cannot be used as it is configured."""


class PhoneNumberError(CarillonError):
    """A telephone number cannot be read, or has no E.164 form."""


class HttpExchangeError(CarillonError):
    """No complete HTTP reply came: no connection, no answer in time, or an answer that is too large.

    ``temporary`` says whether trying again can help; ``maybe_sent`` whether the request may have reached the
    server all the same.
    """

    def __init__(self, message: str, *, temporary: bool, maybe_sent: bool) -> None:
        super().__init__(message)
        self.temporary = temporary
        self.maybe_sent = maybe_sent


class TemplateError(CarillonError):
    """The text of a prompt or message has a mistake in one of its ``{variables}``, or would become too long."""


class TtsError(CarillonError):
    """One prompt could not be turned into sound; other prompts and calls are not concerned."""


class NotifyError(CarillonError):
    """A message was not accepted by its gateway.

    ``temporary``: trying again can help (429, 5xx, no connection, no answer in time). ``retry_after_s``: the
    wait that the gateway asked for. ``maybe_sent``: the gateway may have taken the message although we have no
    receipt, so another try may send it twice.
    """

    def __init__(
        self,
        message: str,
        *,
        temporary: bool = False,
        retry_after_s: float | None = None,
        maybe_sent: bool = False,
    ) -> None:
        super().__init__(message)
        self.temporary = temporary
        self.retry_after_s = retry_after_s
        self.maybe_sent = maybe_sent


class SurveyError(CarillonError):
    """A survey cannot be used as it is; the message lists what to mend."""
