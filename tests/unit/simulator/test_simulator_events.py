"""How events look on the wire, and who wants them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.esl.wire import Event as DecodedEvent
from engine.simulator.events import Block, Event, Format, Variables, json_string, url_encode
from engine.simulator.request import RequestError, Requests
from engine.simulator.subscription import Subscription


def make(name: str = "HEARTBEAT", subclass: str = "", **headers: str) -> Event:
    pairs = [("Event-Name", name), *((key.replace("_", "-"), value) for key, value in headers.items())]
    return Event(name, [Block(pairs)], subclass=subclass)


@pytest.mark.parametrize(
    ("value", "encoded"),
    [
        ("plain-text_1.2/3", b"plain-text_1.2/3"),
        ("a b:c", b"a%20b%3Ac"),
        ("100% sure", b"100%25%20sure"),
        ("already %0A", b"already%20%0A"),
        ("lower %0a", b"lower%20%250a"),
        ("ü", b"%C3%BC"),
        ("\udcfc", b"%FC"),
        ("line\nbreak", b"line%0Abreak"),
    ],
)
def test_values_are_encoded_as_the_switch_does(value: str, encoded: bytes) -> None:
    assert url_encode(value) == encoded


@given(st.text(min_size=1, max_size=60).filter(lambda text: "%" not in text and "\x00" not in text))
def test_the_engine_reads_back_what_was_encoded(value: str) -> None:
    event = make(Some_Header=value)
    assert DecodedEvent(event.serialise(Format.PLAIN)).get("Some-Header") == value
    assert json.loads(event.serialise(Format.JSON))["Some-Header"] == value


def test_bytes_that_are_not_utf_8_leave_as_they_came() -> None:
    assert json_string("Jos\udce9") == b'"Jos\xe9"'


def test_an_event_with_a_body() -> None:
    event = Event("BACKGROUND_JOB", [Block([("Event-Name", "BACKGROUND_JOB")])], body="+OK ü\n")
    content = b"Event-Name: BACKGROUND_JOB\nContent-Length: 7\n\n+OK \xc3\xbc\n"
    outer = b"Content-Length: %d\nContent-Type: text/event-plain\n\n" % len(content)
    assert event.frame(Format.PLAIN) == outer + content
    assert json.loads(event.serialise(Format.JSON))["_body"] == "+OK ü\n"
    assert b"<Event-Name>BACKGROUND_JOB</Event-Name>" in event.serialise(Format.XML)


def test_variables_are_matched_without_case_and_move_to_the_end() -> None:
    variables = Variables([("One", "1"), ("two", "2")])
    assert variables.block().plain == b"variable_One: 1\nvariable_two: 2\n"
    variables.set("ONE", "3")
    variables.set("none", "")
    assert variables.get("one") == "3"
    assert variables.block().plain == b"variable_two: 2\nvariable_ONE: 3\n"
    assert variables.block().json == b'"variable_two":"2","variable_ONE":"3"'
    variables.set("two", None)
    assert variables.items() == [("ONE", "3")]
    assert variables.block().get("variable_one") == "3"


def test_names_subclasses_and_formats() -> None:
    subscription = Subscription()
    assert subscription.subscribe(["nonsense"]) == 0
    assert subscription.subscribe(["DTMF", "switch_event_HEARTBEAT", "CUSTOM", "a::b"]) == 3
    assert subscription.wants(make("DTMF"))
    assert subscription.wants(make("CUSTOM", "a::b"))
    assert not subscription.wants(make("CUSTOM", "c::d"))
    assert not subscription.wants(make("CHANNEL_PARK"))
    subscription.subscribe(["ALL"])
    assert subscription.wants(make("CUSTOM", "c::d"))
    assert subscription.unsubscribe(["HEARTBEAT"]) == 1
    assert not subscription.wants(make())
    subscription.clear()
    assert not subscription.wants(make("DTMF"))


@pytest.mark.parametrize(
    ("filters", "headers", "sent"),
    [
        ([("Colour", "red")], {"Colour": "RED"}, True),
        ([("Colour", "red")], {"Colour": "blue"}, False),
        ([("Colour", "red")], {}, False),
        ([("Colour", "red"), ("Shape", "round")], {"Shape": "round"}, True),
        ([("Colour", "/^r/")], {"Colour": "red"}, True),
        ([("Colour", "/^R/i")], {"Colour": "red"}, True),
        ([("Colour", "/[/")], {"Colour": "red"}, False),
        ([("Colour", "red"), ("Shape", "- square")], {"Colour": "red", "Shape": "square"}, False),
        ([("Colour", "+ red")], {"Colour": "red"}, True),
        ([("colour", "red")], {"Colour": "red"}, True),
    ],
)
def test_filters_are_or_ed(filters: list[tuple[str, str]], headers: dict[str, str], sent: bool) -> None:
    subscription = Subscription()
    subscription.subscribe(["ALL"])
    for name, value in filters:
        subscription.add_filter(name, value)
    assert subscription.wants(make(**headers)) is sent


def test_filters_are_deleted_by_header_value_or_all() -> None:
    subscription = Subscription()
    for name, value in (("a", "1"), ("a", "2"), ("b", "3")):
        subscription.add_filter(name, value)
    subscription.delete_filter("A", "1")
    assert subscription.filters == [("a", "2"), ("b", "3")]
    subscription.delete_filter("a", None)
    assert subscription.filters == [("b", "3")]
    subscription.delete_filter("all", None)
    assert subscription.filters == []


def test_requests_come_in_any_pieces() -> None:
    data = b"\r\n\napi status\r\n\r\nsendmsg u\ncall-command: execute\nX: 1\nx: 2\n"
    data += b"Content-Length: 5\n\nab\ncdexit\n\n"
    for size in (1, 3, 7, len(data)):
        requests = Requests()
        found = [
            one for start in range(0, len(data), size) for one in requests.feed(data[start : start + size])
        ]
        assert [one.command for one in found] == ["api status", "sendmsg u", "exit"]
        assert found[1].headers == {"call-command": "execute", "x": "1", "content-length": "5"}
        assert found[1].body == "ab\ncd"


def test_what_a_carriage_return_cuts_off_becomes_a_header() -> None:
    (request,) = Requests().feed(b"api echo a\rb: c\n\n")
    assert (request.command, request.headers) == ("api echo a", {"b": "c"})


def test_a_body_length_out_of_range_is_refused() -> None:
    with pytest.raises(RequestError, match="out of range"):
        Requests().feed(b"sendmsg\nContent-Length: 99999999\n\n")
