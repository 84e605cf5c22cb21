"""The only place that writes switch syntax.

Every value that comes from a person passes through here. What could break out of ``{…}``, of an argument or of
the line is escaped where the switch has an escape that holds, and refused otherwise, with an error that names the
field.

Quotes do not hold: ``originate`` takes its arguments apart three times (``originate_function`` at blanks, then
``switch_event_create_brackets`` at commas, then at ``=``), and each time ``switch_separate_string`` removes one layer
of quotes and backslashes. In ``{a='1,foo=bar'}`` the quotes are gone before the comma is looked at, and ``foo`` is a
variable of the channel. So a value is escaped once for each time that it is taken apart. Braces cannot be escaped
(``switch_find_end_paren`` only counts them) and are refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from engine.errors import UnsafeValueError

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_NUMBER = re.compile(r"\+?[0-9*#][0-9*#A-Da-d]{0,39}")
_SIP_USER = re.compile(
    r"(?:sips?:)?(?=.*[A-Za-z])[A-Za-z0-9._+-]{1,64}(?:@[A-Za-z0-9.-]{1,253}(?::[0-9]{1,5})?)?"
)
_PUNCTUATION = str.maketrans("", "", " -.()/\u00a0")
_ENDPOINT = re.compile(r"[A-Za-z0-9._+*#@:;=/-]+")
_UUID = re.compile(r"[0-9A-Za-z-]{1,64}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,127}")
_CALLER = re.compile(r"[0-9A-Za-z+*#._-]{0,64}")
_CODECS = re.compile(r"[A-Za-z0-9@,.~_-]*")
_CAUSE = re.compile(r"[A-Z0-9_]{1,64}")
_APPLICATION = re.compile(r"[a-z][a-z0-9_]{0,63}")
_ROOM = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_KEY = re.compile(r"[0-9*#]")
_ENTERPRISE = ":_:"  # between originates that are tried at once; looked for before anything is taken apart
_EXPANDED = re.compile(r"\$\\*\{")
_BREAK_ENTERPRISE = re.compile(r":(?=_:)")


def line(value: str, field: str) -> str:
    """``value``, which must stay on one line. Raises ``UnsafeValueError``."""
    if _CONTROL.search(value):
        raise UnsafeValueError(field, "holds a line break or another control character; remove it")
    return value


def in_brackets(value: str, field: str) -> str:
    """``value`` as it is written between ``{`` and ``}``, such that the variable comes out as it went in."""
    return _escaped(_blanks(_variable(value, field)), ",")


def _variable(value: str, field: str) -> str:
    """``value``, which a channel variable can hold and which can stand between braces."""
    line(value, field)
    for character in "{}":
        if character in value:
            raise UnsafeValueError(
                field, f"{value!r} holds {character!r}, which the switch gives a meaning; remove it"
            )
    return value


def _escaped(value: str, delimiter: str = "") -> str:
    """``value`` such that one pass of ``switch_separate_string`` gives it back whole."""
    value = value.replace("\\", "\\\\").replace("'", "\\'")
    return value.replace(delimiter, "\\" + delimiter) if delimiter else value


def _blanks(value: str) -> str:
    """``_escaped``, and with its blanks, which would otherwise split or be trimmed, in their escaped form."""
    return _escaped(value).replace(" ", "\\s")


def caller_id_name(value: str, field: str = "caller_id_name") -> str:
    """A display name. It goes between double quotes into the SIP ``From``, where ``"`` and ``\\`` would end it."""
    for character in '"\\':
        if character in value:
            raise UnsafeValueError(field, f"{value!r} holds {character!r}; remove it")
    return _variable(value, field)


def caller_id_number(value: str, field: str = "caller_id_number") -> str:
    """A caller's number: the user part of the SIP ``From``."""
    if not _CALLER.fullmatch(value):
        raise UnsafeValueError(field, f"{value!r} is not a number; use digits with an optional +")
    return value


def dial_number(value: str, field: str) -> str:
    """A telephone number, extension or SIP user as it is dialled, without the punctuation that people write."""
    plain = line(value, field).strip().translate(_PUNCTUATION)
    if _NUMBER.fullmatch(plain):
        return plain
    if _SIP_USER.fullmatch(value.strip()):
        return value.strip()
    raise UnsafeValueError(field, f"{value!r} cannot be dialled; use digits with an optional +, or user@host")


def endpoint(value: str, field: str = "gateways") -> str:
    """A dial string such as ``sofia/gateway/trunk/33123``: one leg, no variables, no separators."""
    if not _ENDPOINT.fullmatch(value) or "/" not in value or _ENTERPRISE in value:
        raise UnsafeValueError(field, f"{value!r} is not a dial string such as sofia/gateway/trunk/")
    return value


def uuid(value: str, field: str = "uuid") -> str:
    """A channel's or a job's UUID."""
    if not _UUID.fullmatch(value):
        raise UnsafeValueError(field, f"{value!r} is not a UUID")
    return value


def name(value: str, field: str = "variable") -> str:
    """A channel variable's name."""
    if not _NAME.fullmatch(value):
        raise UnsafeValueError(field, f"{value!r} is not a variable name; use letters, digits and _")
    return value


def playable(value: str, field: str = "audio") -> str:
    """What a prompt plays: a file's path, ``silence_stream://…``, ``tone_stream://…`` or ``tts://…``."""
    line(value, field)
    if not value or "${" in value or any(character in value for character in "'\\!\"{}"):
        raise UnsafeValueError(
            field, f"{value!r} cannot be played; rename the file without quotes, ! and braces"
        )
    return value


def audio(playables: Sequence[str], field: str = "audio") -> str:
    """One or more prompts as one playable."""
    checked = [playable(one, field) for one in playables]
    return checked[0] if len(checked) == 1 else "file_string://" + "!".join(checked)


def variables(values: Mapping[str, str]) -> str:
    """``{name=value,…}`` before a dial string. An empty value is left out: the switch would not set it."""
    text = ",".join(f"{name(key)}={in_brackets(value, key)}" for key, value in values.items() if value)
    # A pair of quotes disappears when the brackets are taken apart, which is after ":_:" was looked for.
    return "{" + _BREAK_ENTERPRISE.sub(":''", text) + "}" if text else ""


def auth(password: str) -> str:
    """``auth``, the first command on a connection."""
    return f"auth {line(password, 'CARILLON_SWITCH')}"


def originate(target: str, values: Mapping[str, str], job_uuid: str) -> str:
    """``bgapi originate``: the call is parked when it is answered, and its job is called ``job_uuid``."""
    leg = _escaped(variables(values) + endpoint(target))
    return f"bgapi originate {leg} &park()\nJob-UUID: {uuid(job_uuid)}"


def codecs(value: str) -> str:
    """A codec list, such as ``PCMU,PCMA``."""
    if not _CODECS.fullmatch(value):
        raise UnsafeValueError("gateway_codecs", f"{value!r} is not a list such as PCMU,PCMA")
    return value


def execute(channel: str, application: str, argument: str, event_uuid: str) -> str:
    """``sendmsg … execute``: runs after what runs already, and its completion carries ``event_uuid``."""
    if not _APPLICATION.fullmatch(application):
        raise UnsafeValueError("application", f"{application!r} is not an application's name")
    lines = [
        f"sendmsg {uuid(channel)}",
        "call-command: execute",
        f"execute-app-name: {application}",
        f"Event-UUID: {uuid(event_uuid)}",
        "event-lock: true",
    ]
    if argument:
        lines.insert(3, f"execute-app-arg: {line(argument, application)}")
    return "\n".join(lines)


def hangup(channel: str, cause: str) -> str:
    """End a channel with FreeSWITCH's name of a cause."""
    if not _CAUSE.fullmatch(cause):
        raise UnsafeValueError("cause", f"{cause!r} is not a hang-up cause")
    return f"api uuid_kill {uuid(channel)} {cause}"


def set_variables(channel: str, values: Mapping[str, str]) -> str:
    """``uuid_setvar_multi``: sets several variables without costing the call a frame.

    The command takes its argument apart once, at ``;`` (``uuid_setvar_multi_function``). An empty value removes
    the variable.
    """
    if len(values) > 64:
        raise UnsafeValueError("variables", f"{len(values)} at once; the switch takes 64")
    parts = (f"{name(key)}={_escaped(_setting(value, key), ';')}" for key, value in values.items())
    return f"api uuid_setvar_multi {uuid(channel)} " + ";".join(parts).replace(" ", "\\s")


def _setting(value: str, field: str) -> str:
    """A value that the switch lets a live channel have (``switch_channel_set_variable_var_check``)."""
    line(value, field)
    if _EXPANDED.search(value):
        raise UnsafeValueError(field, f"{value!r} would be expanded by the switch; remove the {'${'!r}")
    return value


def play_and_get_digits(
    *,
    prompt: str,
    variable: str,
    max_digits: int,
    timeout_ms: int,
    digit_timeout_ms: int,
    terminators: str = "",
) -> str:
    """The argument of ``play_and_get_digits``: one try that takes any key; what is valid is judged elsewhere."""
    if not all(_KEY.fullmatch(key) for key in terminators):
        raise UnsafeValueError("terminators", f"{terminators!r} holds more than 0-9, * and #")
    return (
        f"1 {max_digits} 1 {timeout_ms} {terminators or 'none'} '{prompt}' silence_stream://1 "
        f"{name(variable)} [0-9*#]+ {digit_timeout_ms}"
    )


def record(path: str, max_s: int, silence_threshold: int, silence_s: int) -> str:
    """The argument of ``record``."""
    if " " in playable(path, "recording"):
        raise UnsafeValueError(
            "recordings_dir", f"{path!r} holds a space; choose a CARILLON_VAR_DIR without one"
        )
    return f"{path} {max_s} {silence_threshold} {silence_s}"


def bridge(targets: Sequence[str], values: Mapping[str, str]) -> str:
    """The argument of ``bridge``: the targets are tried in order, each leg with the variables ``values``.

    An argument is expanded before the application sees it, which takes off one more layer of backslashes
    (``switch_channel_expand_variables``).
    """
    legs = "|".join(endpoint(target, "phonenumber") for target in targets)
    return (variables(values) + legs).replace("\\", "\\\\")


def conference(room: str, profile: str = "default") -> str:
    """The argument of ``conference``."""
    for value in (room, profile):
        if not _ROOM.fullmatch(value):
            raise UnsafeValueError(
                "conference", f"{value!r} is not a room's name; use letters, digits, . _ -"
            )
    return f"{room}@{profile}"
