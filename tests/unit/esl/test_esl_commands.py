"""What is sent to a switch: every value comes out as it went in, or is refused with its field's name."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import UnsafeValueError
from engine.esl import commands
from engine.simulator.syntax import brackets, separate  # written from the switch's source, apart from ours

UUID = "0ca11001-0000-4000-8000-000000000001"
ANYTHING = st.text(st.characters(codec="utf-8", exclude_categories=("Cc",)), max_size=40)
PLAIN = ANYTHING.filter(lambda value: not set(value) & set("{}"))
TRICKY = st.text("a1 ,='\"\\;|:_^[]<>$%ns/&()", max_size=16)
VALUES = st.dictionaries(
    st.sampled_from(["a", "b_1", "origination_caller_id_name"]), PLAIN | TRICKY, min_size=1
)


def originated(command: str) -> tuple[dict[str, str], str, str]:
    """The variables, endpoint and application that ``originate_function`` reads."""
    line, _, job = command.partition("\n")
    assert job == "Job-UUID: job-1"
    verb, _, argument = line.partition(" ")
    assert verb == "bgapi"
    assert argument.startswith("originate ")
    argv = separate(argument.removeprefix("originate "), " ", 10)
    assert len(argv) == 2
    assert ":_:" not in argv[0]  # else it is two originates
    variables, endpoint = brackets(argv[0])
    return variables, endpoint, argv[1]


def expanded(argument: str) -> str:
    """What ``switch_channel_expand_variables`` makes of an argument without variables."""
    out, at = [], 0
    while at < len(argument):
        pair = argument[at : at + 2]
        if pair == "\\'":
            at += 2  # both are dropped
        elif pair == "\\\\":
            out.append("\\")
            at += 2
        else:
            out.append(argument[at])
            at += 1
    return "".join(out)


@given(VALUES)
def test_originate_gives_every_variable_as_it_went_in(values: dict[str, str]) -> None:
    command = commands.originate("sofia/gateway/trunk/33123", values, "job-1")
    variables, endpoint, application = originated(command)
    assert variables == {name: value for name, value in values.items() if value}
    assert (endpoint, application) == ("sofia/gateway/trunk/33123", "&park()")


@given(VALUES)
def test_bridge_gives_every_variable_as_it_went_in(values: dict[str, str]) -> None:
    argument = expanded(commands.bridge(["sofia/gateway/a/1", "sofia/gateway/b/2"], values))
    variables, endpoint = brackets(argument)
    assert variables == {name: value for name, value in values.items() if value}
    assert endpoint == "sofia/gateway/a/1|sofia/gateway/b/2"
    assert ":_:" not in argument


@given(
    st.dictionaries(
        st.sampled_from(["a", "b_1", "c-2"]),
        (ANYTHING | TRICKY).filter(lambda value: not re.search(r"\$\\*\{", value)),
        min_size=1,
    )
)
def test_set_variables_gives_every_value_as_it_went_in(values: dict[str, str]) -> None:
    command = commands.set_variables(UUID, values)
    verb, _, rest = command.removeprefix("api uuid_setvar_multi ").partition(" ")
    assert verb == UUID
    assert dict(part.split("=", 1) for part in separate(rest, ";", 64)) == values


@pytest.mark.parametrize(
    "value",
    [
        "x\ny",
        "x\r",
        "x\0",
        "\x1b",
        "x\n\napi shutdown",
        "}x",
        "{x",
        "1,foo=bar}[x]",
        "${system(reboot)}",
        "$${secret}",
    ],
)
def test_what_would_break_out_is_refused_by_name(value: str) -> None:
    with pytest.raises(UnsafeValueError) as caught:
        commands.originate("sofia/gateway/trunk/1", {"caller_note": value}, "job-1")
    assert caught.value.field == "caller_note"


@pytest.mark.parametrize(
    "value", ["1,foo=bar", "O'Brien", "Doe, Jane", "a:_:b", "😀 é", "x%0AUnique-ID: fake", "'", "\\", " a "]
)
def test_what_only_looks_dangerous_arrives(value: str) -> None:
    variables, _, _ = originated(commands.originate("sofia/gateway/trunk/1", {"note": value}, "job-1"))
    assert variables == {"note": value}


@pytest.mark.parametrize("value", ['a"b', "a\\b", "a\nb", "1,foo=bar}[x]"])
def test_a_caller_name_that_would_leave_its_sip_quotes_is_refused(value: str) -> None:
    with pytest.raises(UnsafeValueError) as caught:
        commands.caller_id_name(value)
    assert caught.value.field == "caller_id_name"


@pytest.mark.parametrize("value", ["1,foo=bar}[x]", "1 2", "1@evil.example", "1>", "1;x=y", "é", "1\n"])
def test_a_caller_number_is_a_number(value: str) -> None:
    with pytest.raises(UnsafeValueError) as caught:
        commands.caller_id_number(value)
    assert caught.value.field == "caller_id_number"
    assert commands.caller_id_number("+12025550100") == "+12025550100"
    assert commands.caller_id_number("") == ""


@pytest.mark.parametrize(
    ("written", "dialled"),
    [
        ("+1 (202) 555-0100", "+12025550100"),
        ("*43#", "*43#"),
        ("1000", "1000"),
        (" 33.1.23 ", "33123"),
        ("alice", "alice"),
        ("alice@example.com:5060", "alice@example.com:5060"),
    ],
)
def test_a_number_is_dialled_without_its_punctuation(written: str, dialled: str) -> None:
    assert commands.dial_number(written, "alarm_phonenumber") == dialled


@pytest.mark.parametrize(
    "value",
    [
        "",
        " ",
        "+",
        "1,2",
        "1|2",
        "1:_:2",
        "1&park",
        "[x]1",
        "{x=y}1",
        "1'",
        "1\n2",
        "x%0AUnique-ID: fake",
        "alice@a b",
        "alice@x;y=z",
        "1" * 60,
        "١٢٣",
    ],
)
def test_what_cannot_be_dialled_is_refused_by_name(value: str) -> None:
    with pytest.raises(UnsafeValueError) as caught:
        commands.dial_number(value, "alarm_phonenumber")
    assert caught.value.field == "alarm_phonenumber"


@pytest.mark.parametrize(
    "value",
    [
        "",
        "trunk",
        "sofia/gateway/a/1,sofia/gateway/b/2",
        "a/1|b/2",
        "a/1:_:b/2",
        "a/1 &park",
        "[x=y]a/1",
        "a/'1",
    ],
)
def test_an_endpoint_is_one_leg(value: str) -> None:
    with pytest.raises(UnsafeValueError):
        commands.endpoint(value)


@pytest.mark.parametrize("name", ["", "1a", "a b", "a=b", "a,b", "^^a", "a}", "é"])
def test_a_variable_has_a_name(name: str) -> None:
    with pytest.raises(UnsafeValueError):
        commands.variables({name: "x"})
    with pytest.raises(UnsafeValueError):
        commands.set_variables(UUID, {name: "x"})


def test_execute_waits_for_its_turn_and_is_told_apart() -> None:
    assert commands.execute(UUID, "playback", "/a b.wav", "step-1").split("\n") == [
        f"sendmsg {UUID}",
        "call-command: execute",
        "execute-app-name: playback",
        "execute-app-arg: /a b.wav",
        "Event-UUID: step-1",
        "event-lock: true",
    ]
    assert "execute-app-arg" not in commands.execute(UUID, "park", "", "step-1")


@pytest.mark.parametrize(
    ("channel", "application", "argument", "event_uuid"),
    [
        (UUID, "playback", "x\nhangup-cause: USER_BUSY", "s"),
        (UUID, "playback", "x\r", "s"),
        (UUID, "play back", "", "s"),
        (UUID, "playback\n\napi shutdown", "", "s"),
        (UUID + "\n", "playback", "", "s"),
        (UUID, "playback", "", "s\nx: y"),
    ],
)
def test_execute_puts_no_second_command_on_the_wire(
    channel: str, application: str, argument: str, event_uuid: str
) -> None:
    with pytest.raises(UnsafeValueError):
        commands.execute(channel, application, argument, event_uuid)


@pytest.mark.parametrize("value", ["", "a'b.wav", "a!b.wav", "${uuid}", "{x}a.wav", "a\nb", "a\\b"])
def test_a_prompt_that_would_be_read_as_something_else_is_refused(value: str) -> None:
    with pytest.raises(UnsafeValueError):
        commands.audio([value])


def test_prompts_are_played_in_a_row() -> None:
    assert commands.audio(["/a.wav"]) == "/a.wav"
    assert commands.audio(["/a.wav", "silence_stream://100"]) == "file_string:///a.wav!silence_stream://100"


def test_play_and_get_digits_keeps_its_arguments_apart() -> None:
    argument = commands.play_and_get_digits(
        prompt="/my prompts/a.wav",
        variable="k1",
        max_digits=4,
        timeout_ms=3000,
        digit_timeout_ms=2000,
        terminators="#",
    )
    assert separate(argument, " ", 11) == [
        "1",
        "4",
        "1",
        "3000",
        "#",
        "/my prompts/a.wav",
        "silence_stream://1",
        "k1",
        "[0-9*#]+",
        "2000",
    ]
    with pytest.raises(UnsafeValueError):
        commands.play_and_get_digits(
            prompt="/a", variable="k1", max_digits=1, timeout_ms=1, digit_timeout_ms=1, terminators="# x"
        )


@pytest.mark.parametrize("cause", ["", "user_busy", "USER BUSY", "X\n"])
def test_a_cause_is_the_switchs_name(cause: str) -> None:
    with pytest.raises(UnsafeValueError):
        commands.hangup(UUID, cause)


@pytest.mark.parametrize("room", ["", "a b", "a@b", "a+flags{x}", "a\n"])
def test_a_conference_is_a_room(room: str) -> None:
    with pytest.raises(UnsafeValueError):
        commands.conference(room)


def test_a_password_stays_on_its_line() -> None:
    assert commands.auth("a b%") == "auth a b%"
    with pytest.raises(UnsafeValueError):
        commands.auth("x\n\napi shutdown")
