"""What a hang-up means, and what comes after it."""

from datetime import UTC, datetime, timedelta

import pytest

from engine.dialer import outcome, retry
from models.statuses import Disposition, Outcome

ENDED = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
LATER = ENDED + timedelta(hours=1)


@pytest.mark.parametrize(
    ("cause", "meant"),
    [
        ("USER_BUSY", Outcome.BUSY),
        ("NO_ANSWER", Outcome.NO_ANSWER),
        ("NO_USER_RESPONSE", Outcome.NO_ANSWER),
        ("CALL_REJECTED", Outcome.REJECTED),
        ("UNALLOCATED_NUMBER", Outcome.UNALLOCATED),
        ("NORMAL_CIRCUIT_CONGESTION", Outcome.CONGESTION),
        ("NORMAL_TEMPORARY_FAILURE", Outcome.CONGESTION),
        ("NETWORK_OUT_OF_ORDER", Outcome.GATEWAY_DOWN),
        ("RECOVERY_ON_TIMER_EXPIRE", Outcome.GATEWAY_DOWN),
        ("INVALID_GATEWAY", Outcome.GATEWAY_DOWN),
        ("SYSTEM_SHUTDOWN", Outcome.LOST),
        ("NORMAL_CLEARING", Outcome.FAILED),
        ("A_CAUSE_OF_TOMORROW", Outcome.FAILED),
    ],
)
def test_causes_before_the_answer(cause: str, meant: Outcome) -> None:
    assert outcome.judge(cause, answered=False) is meant


def test_an_answered_call_is_judged_by_what_was_heard() -> None:
    assert outcome.judge("NORMAL_CLEARING", answered=True, reached=True) is Outcome.ANSWERED
    assert outcome.judge("NORMAL_CLEARING", answered=True, reached=False) is Outcome.HUNG_UP_EARLY


def test_a_record_has_one_word() -> None:
    assert outcome.disposition(Outcome.BUSY, answered=False) is Disposition.BUSY
    assert outcome.disposition(Outcome.HUNG_UP_EARLY, answered=True) is Disposition.ANSWER
    assert outcome.disposition(Outcome.UNALLOCATED, answered=False) is Disposition.FAILED


def after(outcome: Outcome, *, counted: int, maxretry: int, delay: int = 60) -> retry.RetryAt | retry.GiveUp:
    return retry.after_failure(
        outcome,
        counted=counted,
        maxretry=maxretry,
        retry_delay_s=delay,
        ended_at=ENDED,
        useful_until=LATER,
    )


def test_the_delay_runs_from_the_end_of_the_attempt() -> None:
    assert after(Outcome.BUSY, counted=1, maxretry=1) == retry.RetryAt(ENDED + timedelta(seconds=60))


def test_max_retry_counts_the_attempts_after_the_first() -> None:
    assert isinstance(after(Outcome.BUSY, counted=1, maxretry=0), retry.GiveUp)
    assert isinstance(after(Outcome.BUSY, counted=3, maxretry=3), retry.RetryAt)
    assert isinstance(after(Outcome.BUSY, counted=4, maxretry=3), retry.GiveUp)


def test_an_attempt_that_was_never_sent_does_not_use_up_a_retry() -> None:
    assert isinstance(after(Outcome.GATEWAY_DOWN, counted=0, maxretry=0), retry.RetryAt)


@pytest.mark.parametrize("hopeless", [Outcome.UNALLOCATED, Outcome.INVALID, Outcome.CANCELLED])
def test_what_cannot_get_better_is_not_retried(hopeless: Outcome) -> None:
    assert isinstance(after(hopeless, counted=1, maxretry=9), retry.GiveUp)


def test_no_attempt_after_it_has_stopped_being_useful() -> None:
    assert isinstance(after(Outcome.BUSY, counted=1, maxretry=9, delay=7200), retry.GiveUp)
