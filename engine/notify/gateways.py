"""From an SMS gateway's configuration to the gateway."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from engine.errors import SettingsError
from engine.notify.http_gateway import HttpGateway
from engine.notify.log_gateway import LogGateway
from engine.notify.sms import SmsGateway

_TWILIO = frozenset({"account_sid", "token", "sender", "messaging_service", "base_url", "timeout_s"})
_HTTP = frozenset(
    {
        "url",
        "method",
        "body",
        "fields",
        "headers",
        "username",
        "password",
        "sender",
        "id_path",
        "id_pattern",
        "success_pattern",
        "timeout_s",
    }
)
_STRUCTURED = frozenset({"headers", "fields"})


def gateway_from(kind: str, config: Mapping[str, object]) -> SmsGateway:
    """The gateway of ``kind`` (``twilio``, ``http``, ``log``).

    ``config`` names the fields of ``TwilioGateway`` or ``HttpGateway``; empty values count as not given, and
    ``headers`` and ``fields`` may be JSON texts. Raises ``SettingsError`` that says what is missing or wrong.
    """
    if kind not in _KINDS:
        raise SettingsError(f"There is no kind of SMS gateway {kind!r}. Choose {', '.join(sorted(_KINDS))}.")
    known, required, build = _KINDS[kind]
    given = {name: value for name, value in config.items() if value not in (None, "")}
    unknown = sorted(set(given) - known)
    if unknown:
        has = f"It has {', '.join(sorted(known))}." if known else "It has none."
        raise SettingsError(f"An SMS gateway of kind {kind} has no setting {unknown[0]!r}. {has}")
    missing = [name for name in required if name not in given]
    if missing:
        raise SettingsError(f"An SMS gateway of kind {kind} needs {' and '.join(missing)}.")
    return build(given)


def _twilio(config: Mapping[str, object]) -> SmsGateway:
    # Twilio's library takes a while to load, and a machine without such a gateway need not wait for it.
    from engine.notify.twilio_gateway import TwilioGateway

    if "sender" not in config and "messaging_service" not in config:
        raise SettingsError("An SMS gateway of kind twilio needs sender or messaging_service.")
    return TwilioGateway(**_texts(config))


def _http(config: Mapping[str, object]) -> SmsGateway:
    structured: dict[str, Any] = {name: _json(name, config[name]) for name in _STRUCTURED & set(config)}
    headers = structured.get("headers", {})
    if not isinstance(headers, Mapping) or not all(isinstance(value, str) for value in headers.values()):
        raise SettingsError("The SMS gateway's headers must be names with texts.")
    return HttpGateway(**structured, **_texts({n: v for n, v in config.items() if n not in structured}))


def _log(config: Mapping[str, object]) -> SmsGateway:  # noqa: ARG001 - it has nothing to set
    return LogGateway()


def _json(name: str, value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError as error:
        raise SettingsError(f"The SMS gateway's {name} is not valid JSON: {error}.") from None


def _texts(config: Mapping[str, object]) -> dict[str, Any]:
    """Settings as texts, the timeout as a number."""
    values: dict[str, Any] = {}
    for name, value in config.items():
        if name != "timeout_s":
            values[name] = str(value)
            continue
        try:
            values[name] = float(str(value))
        except ValueError:
            raise SettingsError(
                f"The SMS gateway's timeout_s {value!r} is not a number of seconds."
            ) from None
        if not 0 < values[name] <= 120:
            raise SettingsError("The SMS gateway's timeout_s must be more than 0 and at most 120 seconds.")
    return values


_Builder = Callable[[Mapping[str, object]], SmsGateway]
_KINDS: Mapping[str, tuple[frozenset[str], tuple[str, ...], _Builder]] = {
    "twilio": (_TWILIO, ("account_sid", "token"), _twilio),
    "http": (_HTTP, ("url",), _http),
    "log": (frozenset(), (), _log),
}
