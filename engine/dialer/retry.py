"""What comes after an attempt: nothing, another gateway now, another attempt later, or the end. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.dialer.outcome import NEVER_RETRIED
from models.statuses import Outcome


@dataclass(frozen=True, slots=True)
class RetryAt:
    """Another attempt, not before ``when``."""

    when: datetime


@dataclass(frozen=True, slots=True)
class GiveUp:
    """The last attempt has failed; ``why`` completes the sentence of the alarm's reason."""

    why: str


def after_failure(
    outcome: Outcome,
    *,
    counted: int,
    maxretry: int,
    retry_delay_s: int,
    ended_at: datetime,
    useful_until: datetime,
) -> RetryAt | GiveUp:
    """What follows a failed attempt that ended at ``ended_at``.

    ``counted`` attempts, this one included, have counted so far; Max Retry allows ``maxretry`` more than the
    first. The delay runs from the attempt's end.
    """
    if outcome in NEVER_RETRIED:
        return GiveUp("not retried")
    if counted > maxretry:
        return GiveUp(f"after {counted} attempt{'s' if counted != 1 else ''}")
    when = ended_at + timedelta(seconds=retry_delay_s)
    if when > useful_until:
        return GiveUp(f"the next attempt would be after {useful_until:%Y-%m-%d %H:%M} UTC")
    return RetryAt(when)
