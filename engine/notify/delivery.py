"""Sends one SMS, trying again while that can help. Run it in a greenlet of its own: it waits between tries."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from engine import log
from engine.clock import Clock
from engine.errors import NotifyError
from engine.notify.retry import DEFAULT, RetryPolicy, next_delay_s
from engine.notify.sms import Receipt, Sms, SmsGateway

logger = log.get(__name__)


def deliver(
    gateway: SmsGateway,
    sms: Sms,
    clock: Clock,
    *,
    policy: RetryPolicy = DEFAULT,
    rng: Random | None = None,
    on_failure: Callable[[int, NotifyError, float | None], object] | None = None,
    retry_maybe_sent: bool = True,
) -> Receipt:
    """The gateway's receipt; raises the last ``NotifyError``, with ``attempts`` set, when it is given up.

    ``on_failure(attempt, error, delay_s)`` hears of every failed try, ``delay_s`` being the wait before the next
    or None. A try whose answer was lost may have been a success: with ``retry_maybe_sent`` the person may read
    the message twice, without it perhaps never.
    """
    rng = rng or Random()
    tried = logger.bind(gateway=gateway.name, to=sms.to)
    attempt = 1
    while True:
        try:
            receipt = gateway.send(sms)
        except NotifyError as error:
            error.attempts = attempt
            again = error.temporary and (retry_maybe_sent or not error.maybe_sent)
            delay_s = next_delay_s(attempt, error.retry_after_s, rng, policy) if again else None
            tried.warning("sms not sent", attempt=attempt, retry_in_s=delay_s, error=str(error))
            if on_failure is not None:
                on_failure(attempt, error, delay_s)
            if delay_s is None:
                raise
        else:
            tried.info("sms sent", attempt=attempt, id=receipt.provider_id, status=receipt.status)
            return receipt
        clock.sleep(delay_s)
        attempt += 1
