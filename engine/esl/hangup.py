"""How a call ended, read from the event or the job that said so. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from engine.esl.wire import Event


@dataclass(frozen=True, slots=True)
class Hangup:
    """The end of a call. Times are aware and in UTC; None where the call never came so far."""

    cause: str  # FreeSWITCH's name, such as USER_BUSY
    q850: int | None  # ITU-T Q.850
    source: str  # "channel": its own event; "job": the originate failed; "gone": its end was not seen
    answered: bool = False
    sip_status: int | None = None
    started_at: datetime | None = None
    progress_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    duration_s: int = 0
    billsec: int = 0


def from_event(event: Event) -> Hangup:
    """Read a CHANNEL_HANGUP_COMPLETE."""
    answered_at = _moment(event.get("Caller-Channel-Answered-Time"))
    started_at = _moment(event.get("Caller-Channel-Created-Time"))
    ended_at = _moment(event.get("Caller-Channel-Hangup-Time"))
    return Hangup(
        cause=event.get("Hangup-Cause") or event.variable("hangup_cause") or "UNKNOWN",
        q850=_number(event.variable("hangup_cause_q850")),
        source="channel",
        answered=answered_at is not None,
        sip_status=_number(event.variable("sip_term_status")),
        started_at=started_at,
        progress_at=_moment(event.get("Caller-Channel-Progress-Time"))
        or _moment(event.get("Caller-Channel-Progress-Media-Time")),
        answered_at=answered_at,
        ended_at=ended_at,
        duration_s=_seconds(started_at, ended_at),
        billsec=_seconds(answered_at, ended_at),
    )


def from_job(body: str, now: datetime) -> Hangup:
    """Read a failed originate's ``-ERR CAUSE``."""
    cause = body.strip().removeprefix("-ERR").strip().split(" ")[0] or "UNKNOWN"
    return Hangup(cause=cause, q850=None, source="job", ended_at=now)


def _seconds(start: datetime | None, end: datetime | None) -> int:
    return max(0, round((end - start).total_seconds())) if start and end else 0


def _moment(microseconds: str | None) -> datetime | None:
    """``Caller-Channel-*-Time`` is in microseconds since the epoch, and 0 when it never happened."""
    value = _number(microseconds)
    return datetime.fromtimestamp(value / 1e6, UTC) if value else None


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 18 else None
