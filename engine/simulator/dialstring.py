"""Dial strings: ``{a=1}[b=2]sofia/gateway/g/123,[c=3]user/7|loopback/9`` taken apart.

Follows ``switch_ivr_originate.c``: variables in braces hold for every leg, those in brackets for one; ``|``
separates groups tried in turn and ``,`` the legs of one group that ring together.
"""

from __future__ import annotations

from typing import NamedTuple

from engine.simulator.syntax import brackets


class Leg(NamedTuple):
    """One endpoint to call. ``gateway`` is empty when the string names none."""

    kind: str
    gateway: str
    number: str
    channel_name: str
    url: str
    variables: dict[str, str]


class DialString(NamedTuple):
    """Groups of legs, and the variables that all of them share."""

    groups: list[list[Leg]]
    variables: dict[str, str]


class DialStringError(ValueError):
    """Nothing can be dialled; ``cause`` is the hang-up cause that the switch gives for it."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


def parse(text: str) -> DialString:
    """Take a dial string apart; raises ``DialStringError``."""
    text = text.strip()
    try:
        shared, rest = brackets(text)
        groups = [
            [_leg(leg) for leg in _split(group, ",") if leg.strip()]
            for group in _split(rest, "|")
            if group.strip()
        ]
    except DialStringError:
        raise
    except ValueError as error:
        raise DialStringError("DESTINATION_OUT_OF_ORDER") from error
    if not any(groups):
        raise DialStringError("DESTINATION_OUT_OF_ORDER")
    return DialString(groups, shared)


def _split(text: str, separator: str) -> list[str]:
    """Split outside of brackets and quotes."""
    parts: list[str] = []
    depth, quoted, start, position = 0, False, 0, 0
    while position < len(text):
        char = text[position]
        if char == "\\":
            position += 1
        elif char == "'":
            quoted = not quoted
        elif not quoted and char in "[{":
            depth += 1
        elif not quoted and char in "]}":
            depth -= 1
        elif char == separator and not quoted and depth <= 0:
            parts.append(text[start:position])
            start = position + 1
        position += 1
    parts.append(text[start:])
    return parts


def _leg(text: str) -> Leg:
    variables, endpoint = brackets(text.strip(), "[", "]")
    kind, _, rest = endpoint.partition("/")
    kind = kind.lower()
    if kind == "sofia":
        first, _, target = rest.partition("/")
        if first.lower() in ("gateway", "gateways"):
            gateway, _, number = target.partition("/")
            profile = "external"
            if "::" in gateway:
                profile, _, gateway = gateway.partition("::")
            if not gateway:
                raise DialStringError("INVALID_GATEWAY")
            return Leg(
                kind, gateway, number, f"sofia/{profile}/{number}", f"sip:{number}@127.0.0.1", variables
            )
        if not target:
            raise DialStringError("INVALID_URL")
        address = target.removeprefix("sip:").partition(";")[0]
        number = address.partition("@")[0]
        return Leg(kind, "", number, f"sofia/{first}/{address}", f"sip:{address}", variables)
    if kind == "loopback":
        number = rest.partition("/")[0]
        return Leg(kind, "", number, f"loopback/{number}-a", number, variables)
    if kind in ("user", "error", "null"):
        number = rest.partition("@")[0]
        return Leg(kind, "", number, f"{kind}/{rest}", rest, variables)
    raise DialStringError("CHAN_NOT_IMPLEMENTED")
