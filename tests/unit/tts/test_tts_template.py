"""What a text with variables becomes, and what it can never do."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import TemplateError
from engine.tts.template import MAX_RENDERED, MAX_VALUE, render, render_message, variables

EVENT = {
    "doctor_name": "Herbert",
    "apt_date": "10 January at 5pm",
    "at": "2026-01-10T17:30:00+00:00",
    "n": 3,
    "price": 12.5,
    "code": "AB-12",
    "list": ["bread", "milk"],
    "patient": {"first": "Ann", "keys": "many", "none": None},
    "nothing": None,
}


def test_the_example_of_the_seed() -> None:
    text = "We are calling you on behalf of {doctor_name}, we want to remind you of your appointment at {apt_date}"
    assert render(text, EVENT) == (
        "We are calling you on behalf of Herbert, we want to remind you of your appointment at 10 January at 5pm"
    )


def test_scopes_are_asked_in_order_and_null_counts_as_missing() -> None:
    event, alarm, user = {"a": "event", "b": None}, {"a": "alarm", "b": "alarm"}, {"c": "user", "b": "user"}
    assert render("{a} {b} {c}", event, alarm, user) == "event alarm user"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[{missing}]", "[]"),
        ("{missing|default('you')}", "you"),
        ("{nothing|default('you')}", "you"),
        ("{patient.none|default('you')}", "you"),
        ("{missing|date|default('soon')}", "soon"),
        ("{missing.first.second|default('x')}", "x"),
        ("[{missing + 1}]", "[]"),
        ("{'many' if missing > 2 else 'few'}", "few"),
        ("{patient.first} {patient['first']} {patient.keys}", "Ann Ann many"),
        ("{list} {list[0]} [{list[9]}]", "bread, milk bread []"),
        ("[{patient}]", "[]"),
        ("{n * 2} {-n} {n > 2}", "6 -3 yes"),
        ("{doctor_name ~ '!'}", "Herbert!"),
        ("{{doctor_name}} {{ doctor_name }}", "Herbert Herbert"),
        ("{'{'}braces}", "{braces}"),
        ("{code|digits}", "A B 1 2"),
        ("{at|date} / {at|time}", "Saturday 10 January 2026 / 5:30 PM"),
        ("{at|date(weekday=False, year=False)}", "10 January"),
        ("{apt_date|date}", "10 January at 5pm"),
        ("{price|money} {price|money('EUR')} {price}", "12 dollars and 50 cents 12 euros and 50 cents 12.5"),
        ("{n|ordinal}", "3rd"),
        ("{doctor_name|upper}", "HERBERT"),
    ],
)
def test_expressions(text: str, said: str) -> None:
    assert render(text, EVENT) == said


def test_times_are_told_in_the_zone_and_the_language() -> None:
    at = {"at": datetime(2026, 1, 10, 17, 30, tzinfo=UTC)}
    assert render("{at|datetime}", at, language="de", zone=ZoneInfo("Europe/Berlin")) == (
        "Samstag, 10. Januar 2026 um 18 Uhr 30"
    )
    assert render("{at|datetime}", at, language="en-US", zone=ZoneInfo("America/New_York")) == (
        "Saturday, January 10, 2026 at 12:30 PM"
    )
    assert render("{at}", at, language="xx") == "Saturday 10 January 2026 at 5:30 PM"
    assert render("{now|time}", now=at["at"], zone=ZoneInfo("Asia/Kolkata")) == "11 PM"


def test_a_message_is_written_and_not_spelled() -> None:
    text = "Code {code|digits},\n{price|money('EUR')}, {at|time}"
    assert render_message(text, EVENT) == "Code AB-12,\n€12.50, 5:30 PM"
    assert render_message(text, EVENT, language="de") == "Code AB-12,\n12,50 €, 17:30"


def test_a_value_is_never_a_template() -> None:
    assert render("{a}", {"a": "{n} {{n}} {9**9}", "n": 1}) == "{n} {{n}} {9**9}"


def test_speech_is_one_clean_line() -> None:
    dirty = "a\x01+9Rb\x00\r\n\tc \u202ed\ue000\ud800 e\u0301"
    assert render("{a}", {"a": dirty}) == "a+9Rb c d é"
    assert render("x\x00{a|default('y')}\x1b", {}) == "xy"


def test_a_message_keeps_its_lines_and_loses_lone_surrogates() -> None:
    assert render_message("{a}", {"a": "one\r\ntwo\x07 \ud800three"}) == "one\ntwo three"


@pytest.mark.parametrize(
    "text",
    [
        "{9**9**9}",
        "{'a'*10**9}",
        "{'a' * 1000000000}",
        "{[1] * 100000000}",
        "{999999999999 * 999999999999}",
        "{'%1000000000d' % 1}",
        "{range(100000)}",
        "{list.pop()}",
        "{doctor_name.join('ab')}",
        "{''.__class__.__mro__[1].__subclasses__()}",
        "{self}",
        "{self.__init__}",
        "{n|center(100000000)}",
        "{n|date(*list)}",
        "{ {'a': 1}['a'] }",
        "{" + "(" * 4000 + "n" + ")" * 4000 + "}",
        "{" + "9" * 5000 + "}",
        "{1/0}",
        "{n > 'a'}",
    ],
)
def test_what_is_refused(text: str) -> None:
    with pytest.raises(TemplateError):
        render(text, EVENT)


@pytest.mark.parametrize("text", ["{n.__class__}", "{patient.__class__}", "{n.real}", "{at.format}"])
def test_no_attribute_of_an_object_is_reached(text: str) -> None:
    assert render(text, EVENT) == ""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Hello {doctor name}", "“{doctor name}” at character 7"),
        ("Hello {name", "character 7 (“{name”) is not closed"),
        ("{}", "character 1"),
        ("{n|nosuch}", "digits"),
        ("{% for x in y %}{x}{% endfor %}", "character 1"),
    ],
)
def test_a_mistake_is_named_and_placed(text: str, told: str) -> None:
    with pytest.raises(TemplateError) as caught:
        render(text, EVENT)
    assert told in str(caught.value)


def test_results_values_and_lists_are_bounded() -> None:
    with pytest.raises(TemplateError, match="longer than"):
        render("{a}" * 10, {"a": "x" * (MAX_RENDERED // 5)})
    with pytest.raises(TemplateError, match="“a”"):
        render("{a}", {"a": "x" * (MAX_VALUE + 1)})
    with pytest.raises(TemplateError, match="“b”"):
        render("{a.b}", {"a": {"b": list(range(1000))}})
    assert render("{b}", {"a": "x" * (MAX_VALUE + 1), "b": "fine"}) == "fine"


def test_variables_for_the_survey_checker() -> None:
    assert variables("{a.b} {c|default(d)} {'e'} {f if g else 1}") == {"a", "c", "d", "f", "g"}
    with pytest.raises(TemplateError):
        variables("{a b}")


@given(st.text(max_size=80))
def test_any_text_renders_or_is_refused_by_name(text: str) -> None:
    try:
        said = render(text, {"a": text})
    except TemplateError:
        return
    assert "\n" not in said
    assert said == said.strip()


@given(
    st.lists(
        st.sampled_from(
            ["{", "}", "a", "|", "date", "money", "(", ")", "'", "~", "*", "9", "[", "]", ".", " "]
        )
    ).map("".join)
)
def test_any_expression_renders_or_is_refused_by_name(text: str) -> None:
    try:
        render(text, {"a": {"a": [1, "2026-01-10"]}})
        render_message(text, {"a": "12.5"}, language="fr")
    except TemplateError:
        pass


@given(
    st.one_of(st.none(), st.text(), st.integers(), st.floats(), st.decimals(), st.datetimes(), st.booleans())
)
def test_filters_take_any_value(value: object) -> None:
    for language in ("en", "de"):
        render(
            "{a|date}{a|time}{a|datetime}{a|digits}{a|ordinal}{a|money}{a|money('JPY')}",
            {"a": value},
            language=language,
        )
