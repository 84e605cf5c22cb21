"""What an HTTP status means for a message."""

from __future__ import annotations

from engine.errors import HttpExchangeError, NotifyError

_TEMPORARY = frozenset({408, 425, 429})


def is_temporary(status: int) -> bool:
    """Whether trying again later can help: too many requests, or trouble on the server's side."""
    return status in _TEMPORARY or status >= 500


def may_have_been_sent(status: int) -> bool:
    """Whether the server may have acted although it reports a failure: anything but a plain refusal."""
    return status >= 500 and status != 503


def from_exchange(name: str, error: HttpExchangeError) -> NotifyError:
    """A failed exchange as a failed message."""
    return NotifyError(f"{name}: {error}", temporary=error.temporary, maybe_sent=error.maybe_sent)
