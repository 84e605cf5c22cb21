"""The wire parser: recorded streams, damaged streams, and values that try to be headers."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.esl.wire import Event, Message, Parser

DATA = Path(__file__).parents[2] / "data" / "esl"
RECORDINGS = sorted(set(DATA.glob("*.raw")) - set(DATA.glob("sim-*")))  # those that begin with the greeting


def recorded(name: str) -> list[Message]:
    return Parser().feed((DATA / name).read_bytes())


def events(name: str) -> list[Event]:
    return [event for event in (message.event() for message in recorded(name)) if event is not None]


def plain(body: bytes) -> Event:
    head = b"Content-Length: %d\nContent-Type: text/event-plain\n\n" % len(body)
    (message,) = Parser().feed(head + body)
    event = message.event()
    assert event is not None
    return event


def as_json(body: bytes) -> Event:
    head = b"Content-Length: %d\nContent-Type: text/event-json\n\n" % len(body)
    (message,) = Parser().feed(head + body)
    event = message.event()
    assert event is not None
    return event


# Recorded streams.


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.name)
def test_a_recording_is_understood_whole(path: Path) -> None:
    parser = Parser()
    messages = parser.feed(path.read_bytes())
    assert messages[0].content_type == "auth/request"
    assert messages[1].reply_text == "+OK accepted"
    assert [message for message in messages if message.defect] == []
    assert not parser.dead
    assert (
        parser.feed(b"Content-Type: auth/request\n\n")[0].content_type == "auth/request"
    )  # nothing is left over


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.name)
@pytest.mark.parametrize("size", [1, 7, 1460])
def test_it_does_not_matter_how_the_bytes_arrive(path: Path, size: int) -> None:
    data = path.read_bytes()
    parser = Parser()
    pieces = [m for at in range(0, len(data), size) for m in parser.feed(data[at : at + size])]
    whole = Parser().feed(data)
    assert [(m.head, m.body, m.content_type) for m in pieces] == [
        (m.head, m.body, m.content_type) for m in whole
    ]


@pytest.mark.parametrize("name", ["keys.plain.raw", "keys.json.raw"])
def test_an_answered_call_with_keys(name: str) -> None:
    found = events(name)
    ours = [event for event in found if event.name != "DTMF"]
    assert [event.name for event in found][:4] == ["CHANNEL_ANSWER", "CHANNEL_PARK", "DTMF", "DTMF"]
    assert [event["DTMF-Digit"] for event in found if event.name == "DTMF"] == ["4", "7"]
    assert len({event.uuid for event in found}) == 1
    done = next(event for event in ours if event.get("Application-UUID") == "step-1")
    assert done.name == "CHANNEL_EXECUTE_COMPLETE"
    assert done["Application"] == "play_and_get_digits"
    assert done.variable("answer") == "47"
    assert done.variable("carillon_engine") == "rec"
    assert done.variable("origination_caller_id_name") == "Dr. Müller, Practice"
    assert found[-1].name == "CHANNEL_HANGUP_COMPLETE"
    assert found[-1]["Hangup-Cause"] == "NORMAL_CLEARING"
    assert found[-1].headers()["Unique-ID"] == found[-1].uuid


def test_an_array_of_a_pushed_variable() -> None:
    last = events("keys.plain.raw")[-1]
    assert last.array("variable_list") == ["first", "second|third"]
    assert last.array("variable_answer") == ["47"]
    assert last.array("variable_nothing") == []


def test_json_has_the_exact_value_where_plain_has_not() -> None:
    said = "100% sure, he said: x=1 %0AUnique-ID:fake"
    assert events("keys.json.raw")[-1].variable("note") == said
    # A plain value does not escape a "%" that looks escaped already; it is wrong, and yet it forges nothing.
    event = events("keys.plain.raw")[-1]
    assert event.variable("note") == said.replace("%0A", "\n")
    assert event.uuid == "0ca11001-0000-4000-8000-000000000001"


def test_a_json_event_with_latin_1_in_it_is_still_read() -> None:
    last = events("keys.json.raw")[-1]
    assert last.defect is None
    assert last.variable("display") == "Jos\ufffd"
    assert last.variable("answer") == "47"


def test_jobs_carry_their_result_in_their_body() -> None:
    jobs = {event["Job-UUID"]: event.body for event in events("jobs.plain.raw")}
    assert jobs == {
        "job-0ca11005": "+OK 0ca11005-0000-4000-8000-000000000005\n",
        "job-0ca11006": "-ERR USER_BUSY\n",
        "job-nope": "-ERR INVALID_GATEWAY\n",
    }
    assert events("busy.plain.raw")[0].body is None


def test_replies_of_every_kind() -> None:
    messages = recorded("commands.raw")
    assert messages[2].body.startswith(b'{"row_count":2,')
    assert [m.text for m in messages if m.content_type == "api/response"][2:4] == [
        "false",
        "-ERR No such channel!\n",
    ]
    replies = [m for m in messages if m.content_type == "command/reply"]
    assert "-ERR command not found" in [m.reply_text for m in replies]
    job = next(m for m in replies if "job-status" in m.reply_text)
    assert job.reply_text == "+OK Job-UUID: job-status"
    assert job.header("Job-UUID") == "job-status"
    assert job.headers["Reply-Text"] == "+OK Job-UUID: job-status"
    log = next(m for m in messages if m.content_type == "log/data")
    assert log.header("Log-Level") == "4"
    assert log.text.endswith("hello from the switch\n")
    assert log.event() is None
    assert messages[-1].content_type == "text/disconnect-notice"


# Values that try to be something else.


def test_a_value_cannot_forge_a_header() -> None:
    event = plain(
        b"Event-Name: CHANNEL_CREATE\n"
        b"Caller-Caller-ID-Name: x%0AUnique-ID: fake%0AEvent-Name: CHANNEL_HANGUP_COMPLETE\n"
        b"Unique-ID: real\n\n"
    )
    assert (event.name, event.uuid) == ("CHANNEL_CREATE", "real")
    assert event["Caller-Caller-ID-Name"] == "x\nUnique-ID: fake\nEvent-Name: CHANNEL_HANGUP_COMPLETE"


def test_a_name_inside_a_value_or_another_name_is_not_found() -> None:
    event = plain(b"X-Unique-ID: a\nOther: Unique-ID: b\nUnique-ID: c\n\n")
    assert event.uuid == "c"
    assert "ID" not in event


def test_the_first_of_a_repeated_header_counts() -> None:
    event = plain(b"Unique-ID: first\nUnique-ID: second\n\n")
    assert event.uuid == "first"
    assert event.headers() == {"Unique-ID": "first"}


def test_a_body_is_not_part_of_the_headers() -> None:
    event = plain(b"Event-Name: BACKGROUND_JOB\nContent-Length: 21\n\n+OK\nUnique-ID: forged\n")
    assert event.uuid is None
    assert "Unique-ID" not in event
    assert event.body == "+OK\nUnique-ID: forged\n"[:21]


def test_empty_and_absent_values() -> None:
    event = plain(b"Event-Name: X\nempty: _undef_\nblank: \n\n")
    assert event.get("empty") == ""
    assert event.get("blank") == ""
    assert event.get("absent") is None
    assert event.get("absent", "else") == "else"
    with pytest.raises(KeyError):
        event["absent"]


def test_bytes_that_are_not_utf_8_do_not_raise() -> None:
    assert plain(b"name: Jos\xe9 %E9 %zz %\n\n").get("name") == "Jos\ufffd \ufffd %zz %"


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'"x"', b"null", b"\xff", b"[" * 5000, b'{"Event-Name": {"a": 1}, "b": }']
)
def test_malformed_json_is_a_defect_of_that_event_only(body: bytes) -> None:
    event = as_json(body)
    assert event.defect is not None
    assert event.name == ""
    assert event.uuid is None
    assert event.headers() == {}
    assert event.array("x") == []


def test_json_values_of_other_types_are_text() -> None:
    event = as_json(b'{"Event-Name": "X", "Unique-ID": 7, "list": ["a", 1], "none": null, "_body": "text"}')
    assert event.get("Unique-ID") == "7"
    assert event.array("list") == ["a", "1"]
    assert event.get("none") is None
    assert event.body == "text"
    assert "_body" not in event.headers()


# Framing.


def test_a_reply_over_several_lines() -> None:
    (message,) = Parser().feed(b"Content-Type: command/reply\nReply-Text: +OK one\ntwo\nJob-UUID: x\n\n")
    assert message.reply_text == "+OK one\ntwo"
    assert message.header("Job-UUID") == "x"


def test_empty_lines_between_messages_mean_nothing() -> None:
    assert [m.content_type for m in Parser().feed(b"\n\n\nContent-Type: a\n\n\n\nContent-Type: b\n\n")] == [
        "a",
        "b",
    ]


def test_a_block_without_a_type_is_a_defect_and_the_stream_goes_on() -> None:
    first, second = Parser().feed(b"no colon here\n\nContent-Type: auth/request\n\n")
    assert first.defect == "no Content-Type"
    assert not first.fatal
    assert second.content_type == "auth/request"


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: x\nContent-Type: a\n\n",
        b"Content-Length: -1\nContent-Type: a\n\n",
        b"Content-Length: 1e3\nContent-Type: a\n\n",
        b"Content-Length: \xc2\xb2\nContent-Type: a\n\n",
        b"Content-Length: 1\nContent-Length: 2\nContent-Type: a\n\n",
        b"Content-Length: 99999999999999999999\nContent-Type: a\n\n",
        b"Content-Length: 1001\nContent-Type: a\n\n",
        b"x" * 200,
    ],
)
def test_when_framing_is_lost_the_parser_says_so_once_and_stops(head: bytes) -> None:
    parser = Parser(max_header_bytes=100, max_body_bytes=1000)
    (message,) = parser.feed(head)
    assert message.fatal
    assert message.defect
    assert message.event() is None
    assert parser.dead
    assert parser.feed(b"Content-Type: auth/request\n\n") == []


def test_a_large_body_in_small_pieces_is_joined_once() -> None:
    body = b"x" * 300_000
    data = b"Content-Type: api/response\nContent-Length: 300000\n\n" + body
    parser = Parser()
    messages = [m for at in range(0, len(data), 1000) for m in parser.feed(data[at : at + 1000])]
    assert [m.body for m in messages] == [body]


@given(st.binary(max_size=400), st.integers(1, 50))
def test_no_bytes_raise(data: bytes, size: int) -> None:
    parser = Parser(max_header_bytes=64, max_body_bytes=256)
    for at in range(0, len(data), size):
        for message in parser.feed(data[at : at + size]):
            touch(message)


@given(
    st.lists(
        st.sampled_from(
            [
                b"Content-Length: ",
                b"Content-Type: ",
                b"text/event-plain",
                b"text/event-json",
                b"\n",
                b"5",
                b"0",
                b": ",
                b"{}",
                b"Unique-ID",
                b"%0A",
                b"Reply-Text: ",
            ]
        ),
        max_size=40,
    ),
    st.integers(1, 30),
)
def test_no_mixture_of_the_words_of_the_protocol_raises(words: list[bytes], size: int) -> None:
    data = b"".join(words)
    parser = Parser(max_header_bytes=64, max_body_bytes=256)
    for at in range(0, len(data), size):
        for message in parser.feed(data[at : at + size]):
            touch(message)


HEADER = st.tuples(
    st.text("ABCabc-_", min_size=1, max_size=8), st.text(st.characters(codec="utf-8"), max_size=20)
)


@given(st.lists(st.lists(HEADER, max_size=6), max_size=4), st.integers(1, 64))
def test_what_is_written_as_the_switch_writes_it_is_read_back(
    blocks: list[list[tuple[str, str]]], size: int
) -> None:
    from urllib.parse import quote

    data = b""
    for headers in blocks:
        body = "".join(f"{name}: {quote(value) or '_undef_'}\n" for name, value in headers).encode() + b"\n"
        data += b"Content-Length: %d\nContent-Type: text/event-plain\n\n" % len(body) + body
    parser = Parser()
    found = [m.event() for at in range(0, len(data), size) for m in parser.feed(data[at : at + size])]
    assert len(found) == len(blocks)
    for event, headers in zip(found, blocks, strict=True):
        assert event is not None
        first = dict(reversed(headers))
        assert {name: event.get(name) for name in first} == first
        assert event.headers() == first


def touch(message: Message) -> None:
    """Read everything that can be read."""
    assert isinstance(message.reply_text, str)
    assert isinstance(message.headers, dict)
    assert isinstance(message.text, str)
    repr(message)
    event = message.event()
    if event is not None:
        repr(event)
        assert isinstance(event.headers(), dict)
        assert event.body is None or isinstance(event.body, str)
        for name in ("Unique-ID", "", "\n", "Ä"):
            event.get(name)
            event.array(name)
