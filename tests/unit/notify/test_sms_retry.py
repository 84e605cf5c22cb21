"""When an SMS is tried again, and when it is given up."""

from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.clock import FrozenClock
from engine.errors import NotifyError
from engine.notify.delivery import deliver
from engine.notify.retry import RetryPolicy, next_delay_s, retry_after_s
from engine.notify.sms import Receipt, Sms

SMS = Sms("+34650123456", "hello")
STEADY = RetryPolicy(max_attempts=4, first_delay_s=2, cap_s=5, jitter=0, longest_wait_s=60)


class Scripted:
    """Raises or returns what it was given, in order."""

    name = "scripted"

    def __init__(self, *outcomes: NotifyError | Receipt) -> None:
        self._outcomes = iter(outcomes)

    def send(self, sms: Sms) -> Receipt:
        outcome = next(self._outcomes)
        if isinstance(outcome, NotifyError):
            raise outcome
        return outcome


def busy(**more: object) -> NotifyError:
    return NotifyError("busy", **{"temporary": True, **more})


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(datetime(2026, 1, 1, tzinfo=UTC))


def test_delays_double_up_to_the_cap_and_end() -> None:
    delays = [next_delay_s(attempt, None, Random(1), STEADY) for attempt in range(1, 6)]
    assert delays == [2, 4, 5, None, None]


def test_what_the_gateway_asks_for_is_never_undercut() -> None:
    assert next_delay_s(1, 0.5, Random(1), STEADY) == 2
    asked = next_delay_s(1, 30, Random(1), STEADY)
    assert asked is not None
    assert 30 <= asked <= 33
    assert next_delay_s(1, 61, Random(1), STEADY) is None


@given(st.integers(1, 10**6), st.none() | st.floats(0, 10**9), st.integers())
def test_a_delay_is_always_bounded(attempt: int, asked: float | None, seed: int) -> None:
    policy = RetryPolicy(max_attempts=10**6 + 1)
    delay = next_delay_s(attempt, asked, Random(seed), policy)
    if delay is not None:
        assert (
            policy.first_delay_s * (1 - policy.jitter)
            <= delay
            <= 1.1 * max(policy.cap_s, policy.longest_wait_s)
        )
        assert asked is None or delay >= asked


@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        ({}, None),
        ({"retry-after": " 7 "}, 7),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "9" * 400}, 999_999_999),
        ({"retry-after": "Fri, 02 Jan 2026 10:00:30 GMT", "date": "Fri, 02 Jan 2026 10:00:00 GMT"}, 30),
        ({"retry-after": "Fri, 02 Jan 2026 09:00:00 GMT", "date": "Fri, 02 Jan 2026 10:00:00 -0000"}, 0),
        ({"retry-after": "Fri, 02 Jan 2026 10:00:30 GMT"}, None),
    ],
)
def test_retry_after(headers: dict[str, str], wait_s: float | None) -> None:
    assert retry_after_s(headers) == wait_s


def test_temporary_failures_are_tried_again(clock: FrozenClock) -> None:
    heard: list[tuple[int, str, float | None]] = []
    receipt = deliver(
        Scripted(busy(), busy(retry_after_s=20.0), Receipt("id", "queued")),
        SMS,
        clock,
        policy=STEADY,
        rng=Random(1),
        on_failure=lambda attempt, error, delay_s: heard.append((attempt, str(error), delay_s)),
    )
    assert receipt.provider_id == "id"
    assert [attempt for attempt, _, _ in heard] == [1, 2]
    assert clock.monotonic() == pytest.approx(sum(delay_s or 0 for _, _, delay_s in heard))
    assert clock.monotonic() >= 22


def test_a_permanent_failure_ends_it(clock: FrozenClock) -> None:
    with pytest.raises(NotifyError, match="no such number") as caught:
        deliver(Scripted(busy(), NotifyError("no such number")), SMS, clock, policy=STEADY)
    assert caught.value.attempts == 2
    assert clock.monotonic() == 2


def test_it_is_given_up_after_the_last_attempt(clock: FrozenClock) -> None:
    heard: list[float | None] = []
    with pytest.raises(NotifyError) as caught:
        deliver(
            Scripted(*(busy() for _ in range(4))),
            SMS,
            clock,
            policy=STEADY,
            on_failure=lambda attempt, error, delay_s: heard.append(delay_s),
        )
    assert caught.value.attempts == 4
    assert heard == [2, 4, 5, None]


def test_what_may_have_been_sent_is_tried_again_only_if_wanted(clock: FrozenClock) -> None:
    lost = busy(maybe_sent=True)
    assert deliver(Scripted(lost, Receipt("id", "queued")), SMS, clock, policy=STEADY).provider_id == "id"
    with pytest.raises(NotifyError) as caught:
        deliver(Scripted(lost), SMS, clock, policy=STEADY, retry_maybe_sent=False)
    assert caught.value.attempts == 1
