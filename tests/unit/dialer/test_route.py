"""How a number is dialled: prefixes, dial strings, extra variables, failover."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.dialer.attempt import UUID_PREFIX, new_uuid
from engine.dialer.route import Route, extra_variables, usable
from engine.errors import RouteError, UnsafeValueError


@pytest.mark.parametrize(
    ("dial_string", "remove", "add", "number", "endpoint"),
    [
        ("sofia/gateway/trunk/", "", "", "+33123456789", "sofia/gateway/trunk/+33123456789"),
        ("sofia/gateway/trunk", "", "", "1001", "sofia/gateway/trunk/1001"),
        ("sofia/external/%s@10.0.0.1", "+", "00", "+33 1 23", "sofia/external/0033123@10.0.0.1"),
        ("sofia/gateway/trunk/", "+1,+", "9", "+12025550100", "sofia/gateway/trunk/92025550100"),
        ("sofia/gateway/trunk/", "+44", "", "+33123", "sofia/gateway/trunk/+33123"),
    ],
)
def test_endpoints(dial_string: str, remove: str, add: str, number: str, endpoint: str) -> None:
    route = Route(1, "r", dial_string, addprefix=add, removeprefix=remove)
    assert route.endpoint(number) == endpoint


@given(st.text(max_size=30))
def test_no_number_breaks_out_of_its_endpoint(number: str) -> None:
    route = Route(1, "r", "sofia/gateway/trunk/")
    try:
        endpoint = route.endpoint(number)
    except UnsafeValueError as error:
        assert error.field == "alarm_phonenumber"
        return
    assert re.fullmatch(r"sofia/gateway/trunk/[A-Za-z0-9+*#@.:_-]+", endpoint)


def test_extra_variables() -> None:
    assert extra_variables("") == {}
    assert extra_variables("a=1,b='x,y', c = z") == {"a": "1", "b": "x,y", "c": "z"}
    assert extra_variables("{a=1}") == {"a": "1"}
    with pytest.raises(RouteError, match="'nonsense' is not name=value"):
        extra_variables("a=1,nonsense")


def chain(*links: tuple[int, int | None, bool]) -> dict[int, Route]:
    return {
        key: Route(key, str(key), "x/", failover_id=failover, active=active)
        for key, failover, active in links
    }


def test_the_first_active_route_of_the_chain() -> None:
    routes = chain((1, 2, False), (2, 3, True), (3, None, True))
    assert usable(1, routes) is routes[2]
    assert usable(1, routes, after=2) is routes[3]
    assert usable(2, routes, after=2) is routes[3]
    assert usable(3, routes, after=3) is None
    assert usable(None, routes) is None
    assert usable(9, routes) is None


def test_a_circle_of_failovers_ends() -> None:
    assert usable(1, chain((1, 2, False), (2, 1, False))) is None
    assert usable(1, chain((1, 2, True), (2, 1, True)), after=2) is None


def test_our_channels_are_known_by_their_uuid() -> None:
    made = {new_uuid() for _ in range(1000)}
    assert len(made) == 1000
    shape = re.compile(UUID_PREFIX + r"[0-9a-f]{4}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}")
    assert all(shape.fullmatch(uuid) for uuid in made)
