"""How a number is dialled through a gateway: prefixes, dial string, extra variables, failover. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.errors import RouteError
from engine.esl import commands


@dataclass(frozen=True, slots=True)
class Route:
    """A gateway as the dialer uses it."""

    id: int
    name: str
    dial_string: str  # ``sofia/gateway/trunk/`` or, with the number inside, ``sofia/external/%s@host``
    addprefix: str = ""
    removeprefix: str = ""
    codecs: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)
    timeout_s: int | None = None
    maximum_call: int = 0
    calls_per_second: float = 0.0
    failover_id: int | None = None
    active: bool = True

    def endpoint(self, number: str) -> str:
        """What to originate to in order to reach ``number``.

        Raises ``UnsafeValueError`` when the number holds anything that is not part of a number.
        """
        dialled = commands.dial_number(number, "alarm_phonenumber")
        for prefix in filter(None, (part.strip() for part in self.removeprefix.split(","))):
            if dialled.startswith(prefix):
                dialled = dialled.removeprefix(prefix)
                break
        dialled = self.addprefix + dialled
        if "%s" in self.dial_string:
            return self.dial_string.replace("%s", dialled, 1)
        return self.dial_string.rstrip("/") + "/" + dialled


def extra_variables(text: str) -> dict[str, str]:
    """``name=value,name=value`` of a gateway's extra originate string. Raises ``RouteError``.

    A comma inside single quotes belongs to its value.
    """
    variables: dict[str, str] = {}
    for part in _split(text.strip().strip("{}")):
        name, equals, value = part.partition("=")
        if not equals or not name.strip():
            raise RouteError(f"originate_dial_string: {part!r} is not name=value")
        variables[name.strip()] = value.strip().strip("'")
    return variables


def _split(text: str) -> list[str]:
    parts, quoted = [""], False
    for character in text:
        quoted ^= character == "'"
        if character == "," and not quoted:
            parts.append("")
        else:
            parts[-1] += character
    return [part for part in (part.strip() for part in parts) if part]


def usable(first: int | None, routes: Mapping[int, Route], *, after: int | None = None) -> Route | None:
    """The first active route of the failover chain that starts at ``first``; only those behind ``after``.

    A chain that runs in a circle ends where it would repeat itself.
    """
    seen: set[int] = set()
    passed = after is None
    current = first
    while current is not None and current not in seen:
        seen.add(current)
        route = routes.get(current)
        if route is None:
            return None
        if passed and route.active:
            return route
        passed = passed or current == after
        current = route.failover_id
    return None
