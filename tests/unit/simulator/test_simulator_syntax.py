"""Separators, quotes, brackets and dial strings. Expectations were checked on FreeSWITCH 1.11.1."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.simulator import dialstring
from engine.simulator.syntax import brackets, closing, integer, separate, true


@pytest.mark.parametrize(
    ("text", "delimiter", "parts"),
    [
        ("a b  c", " ", ["a", "b", "c"]),
        ("a 'b c' d", " ", ["a", "b c", "d"]),
        ("a,b,,c,", ",", ["a", "b", "", "c"]),
        ("a,'b,c',d", ",", ["a", "b,c", "d"]),
        ("a,it's,d", ",", ["a", "it's", "d"]),
        (r"a\,b,c", ",", ["a,b", "c"]),
        (r"x\sy \'q\' end", " ", ["x y", "'q'", "end"]),
        ("^^:a=1:b=2", ",", ["a=1", "b=2"]),
        ("  padded , 'kept ' ", ",", ["padded", "kept "]),
        ("'it''s'", ",", ["its"]),
        ("", " ", []),
        ("open 'quote here", " ", ["open", "'quote here"]),
    ],
)
def test_separating(text: str, delimiter: str, parts: list[str]) -> None:
    assert separate(text, delimiter) == parts


def test_the_last_part_keeps_what_follows() -> None:
    assert separate("uuid name some words here", " ", 3) == ["uuid", "name", "some words here"]
    assert separate("a=b=c", "=", 2) == ["a", "b=c"]


@given(st.lists(st.text("abc ,;='", min_size=1).filter(lambda word: "'" not in word), min_size=1, max_size=6))
def test_quoted_words_come_back_whole(words: list[str]) -> None:
    assert separate(" ".join(f"'{word}'" for word in words), " ") == words
    assert separate(",".join(f"'{word}'" for word in words), ",") == words


@given(st.text("a'\\ ,^{}[]=x", max_size=40), st.sampled_from(" ,=;"))
def test_any_text_is_taken_apart_without_an_error(text: str, delimiter: str) -> None:
    for part in separate(text, delimiter):
        assert isinstance(part, str)


def test_brackets() -> None:
    assert brackets("{a=1,b='x,y'}{c=2}sofia/x") == ({"a": "1", "b": "x,y", "c": "2"}, "sofia/x")
    assert brackets("{^^:a=1:b=2,3}rest") == ({"a": "1", "b": "2,3"}, "rest")
    assert brackets("no brackets") == ({}, "no brackets")
    assert closing("{a{b}c}d", "{", "}") == 6
    with pytest.raises(ValueError, match="no closing"):
        brackets("{a=1")


def test_words_for_yes_and_numbers() -> None:
    assert [true(word) for word in ("true", "ON", "1", "no", "", None, "0")] == [True, True, True] + [
        False
    ] * 4
    assert [integer(text) for text in ("12ms", "+5", "-3x", "", "x", None)] == [12, 5, -3, 0, 0, 0]


def test_a_dial_string_has_groups_legs_and_variables() -> None:
    dial = dialstring.parse(
        "{a=1}[b=2]sofia/gateway/one/123,[c='x,y']sofia/internal/bob@host|loopback/9/default"
    )
    assert dial.variables == {"a": "1"}
    assert [[(leg.gateway, leg.number, leg.variables) for leg in group] for group in dial.groups] == [
        [("one", "123", {"b": "2"}), ("", "bob", {"c": "x,y"})],
        [("", "9", {})],
    ]
    assert dial.groups[0][0].channel_name == "sofia/external/123"
    assert dial.groups[0][1].channel_name == "sofia/internal/bob@host"


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("foo/bar", "CHAN_NOT_IMPLEMENTED"),
        ("{a=1", "DESTINATION_OUT_OF_ORDER"),
        ("", "DESTINATION_OUT_OF_ORDER"),
    ],
)
def test_what_cannot_be_dialled_has_a_cause(text: str, cause: str) -> None:
    with pytest.raises(dialstring.DialStringError) as failure:
        dialstring.parse(text)
    assert failure.value.cause == cause
