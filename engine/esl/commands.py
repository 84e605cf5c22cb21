"""The only place that writes switch syntax.

Every value that comes from a person passes through here. What could break out of ``{…}``, of an argument or of
the line is quoted where the switch has a quoting that holds, and refused otherwise, with an error that names the
field. The rules are those of ``switch_event_create_brackets`` and ``switch_separate_string`` in FreeSWITCH 1.11.
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
_CODECS = re.compile(r"[A-Za-z0-9@,.~_-]*")
_CAUSE = re.compile(r"[A-Z0-9_]{1,64}")
_APPLICATION = re.compile(r"[a-z][a-z0-9_]{0,63}")
_ROOM = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_SECRET_KEY = re.compile(r"[0-9*#]")


def line(value: str, field: str) -> str:
    """``value``, which must stay on one line. Raises ``UnsafeValueError``."""
    if _CONTROL.search(value):
        raise UnsafeValueError(field, "holds a line break or another control character; remove it")
    return value


def quoted(value: str, field: str) -> str:
    """``value`` as the switch reads it back inside ``{…}``: in single quotes, with its own quotes escaped."""
    line(value, field)
    for character in "{}[]<>\\":
        if character in value:
            raise UnsafeValueError(
                field, f"{value!r} holds {character!r}, which the switch gives a meaning; remove it"
            )
    if "${" in value or "$$" in value or value.startswith("^^"):
        raise UnsafeValueError(
            field, f"{value!r} would be expanded by the switch; remove the leading {value[:2]!r}"
        )
    return "'" + value.replace("'", "\\'") + "'"


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
    if not _ENDPOINT.fullmatch(value) or "/" not in value:
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
    """``{name='value',…}`` for an originate."""
    return "{" + ",".join(f"{name(key)}={quoted(value, key)}" for key, value in values.items()) + "}"


def auth(password: str) -> str:
    """``auth``, the first command on a connection."""
    return f"auth {line(password, 'CARILLON_SWITCH')}"


def originate(target: str, values: Mapping[str, str], job_uuid: str) -> str:
    """``bgapi originate``: the call is parked when it is answered, and its job is called ``job_uuid``."""
    return f"bgapi originate {variables(values)}{endpoint(target)} &park()\nJob-UUID: {uuid(job_uuid)}"


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

    The command splits on ``;`` and knows no quoting, so a value must not hold one.
    """
    parts = []
    for key, value in values.items():
        line(value, key)
        if ";" in value:
            raise UnsafeValueError(key, "holds a semicolon; remove it")
        parts.append(f"{name(key)}={value}")
    return f"api uuid_setvar_multi {uuid(channel)} " + ";".join(parts)


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
    if not all(_SECRET_KEY.fullmatch(key) for key in terminators):
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
    """The argument of ``bridge``: the targets are tried in order."""
    return variables(values) + "|".join(endpoint(target, "phonenumber") for target in targets)


def conference(room: str, profile: str = "default") -> str:
    """The argument of ``conference``."""
    for value in (room, profile):
        if not _ROOM.fullmatch(value):
            raise UnsafeValueError(
                "conference", f"{value!r} is not a room's name; use letters, digits, . _ -"
            )
    return f"{room}@{profile}"
