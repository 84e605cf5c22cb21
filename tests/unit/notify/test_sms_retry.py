"""When an SMS is tried again, and when it is given up."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.notify.retry import RetryPolicy, next_delay_s, retry_after_s

STEADY = RetryPolicy(max_attempts=4, first_delay_s=2, cap_s=5, jitter=0, longest_wait_s=60)


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
