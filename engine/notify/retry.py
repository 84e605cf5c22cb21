"""When to try again: exponential backoff with jitter, and the wait that a gateway asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from random import Random


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """``max_attempts`` counts the first one. Delays double from ``first_delay_s`` up to ``cap_s``; ``jitter``
    takes off up to that share at random, so that a thousand messages do not come back together. A gateway that
    asks for more than ``longest_wait_s`` is given up.
    """

    max_attempts: int = 5
    first_delay_s: float = 2.0
    cap_s: float = 300.0
    jitter: float = 0.5
    longest_wait_s: float = 900.0


DEFAULT = RetryPolicy()


def next_delay_s(
    attempt: int, retry_after_s: float | None, rng: Random, policy: RetryPolicy = DEFAULT
) -> float | None:
    """Seconds to wait after failed attempt number ``attempt`` (from 1), or None to give up.

    ``retry_after_s``, what the gateway asked for, is never undercut.
    """
    if attempt >= policy.max_attempts:
        return None
    doublings = min(attempt - 1, 62)  # beyond that every cap is long reached
    backoff = min(policy.cap_s, policy.first_delay_s * 2.0**doublings)
    delay = backoff * (1 - policy.jitter * rng.random())
    if retry_after_s is None:
        return delay
    if retry_after_s > policy.longest_wait_s:
        return None
    return max(delay, retry_after_s * (1 + 0.1 * rng.random()))


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Seconds that a reply asks to wait (RFC 9110, section 10.2.3), or None.

    ``headers`` have lower-case names. A date is taken relative to the reply's own ``Date``, so that neither
    clock has to be right.
    """
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        until = parsedate_to_datetime(value)
        sent = parsedate_to_datetime(headers.get("date", ""))
    except ValueError:
        return None
    # A date in "-0000" is parsed without a zone; HTTP dates are always UTC.
    wait = until.replace(tzinfo=until.tzinfo or UTC) - sent.replace(tzinfo=sent.tzinfo or UTC)
    return max(0.0, wait.total_seconds())
