"""Daily windows: when a person may be called, in their own time. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine.errors import ZoneError


def zone(name: str) -> ZoneInfo:
    """The IANA zone called ``name``. Raises ``ZoneError``."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ZoneError(f"time zone {name!r} is not known; use an IANA name such as Europe/Paris") from error


def is_open(local: time, start: time, stop: time) -> bool:
    """Whether ``local`` lies from ``start`` up to and including ``stop``.

    A window whose start is after its stop crosses midnight. Equal ends mean the whole day.
    """
    if start == stop:
        return True
    if start < stop:
        return start <= local <= stop
    return local >= start or local <= stop


def next_open(now: datetime, start: time, stop: time, where: ZoneInfo) -> datetime:
    """The first moment from ``now`` on at which the window is open; ``now`` itself when it is.

    ``now`` is aware; the result is in UTC. Where a DST change skips the opening time, the window opens at the
    first moment that exists after the gap; where it repeats it, at the first of both.
    """
    local = now.astimezone(where)
    if is_open(local.time(), start, stop):
        return now
    for days in range(3):
        opening = datetime.combine(local.date() + timedelta(days=days), start, tzinfo=where)
        # A time inside a gap does not survive the way to UTC and back: it comes out after the gap.
        opening_utc = opening.astimezone(UTC)
        if opening_utc > now:
            return opening_utc
    raise AssertionError("a window opens every day")
