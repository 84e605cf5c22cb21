"""The interpreter: every section type, every way out of it, and no way to make it run for ever."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.ivr import interpreter as ivr
from engine.ivr.graph import Graph, Node
from engine.ivr.interpreter import Action, Done, Failed, Input, Keys, Recorded, State
from models.statuses import SectionType


def graph(*nodes: Node) -> Graph:
    return Graph(1, "survey", "en", None, tuple(n.id for n in nodes), {n.id: n for n in nodes})


def node(key: int, kind: SectionType, **values: object) -> Node:
    return replace(Node(key, kind, f"question {key}", script=f"script {key}"), **values)  # type: ignore[arg-type]


PLAY, RATING, CHOICE = SectionType.PLAY_MESSAGE, SectionType.RATING, SectionType.MULTI_CHOICE


class Walk:
    """A survey walked by hand: the actions seen and the effects done."""

    def __init__(self, survey: Graph) -> None:
        self.survey = survey
        self.turn = ivr.begin(survey)
        self.effects = list(self.turn.effects)

    def give(self, given: Input) -> Action:
        self.turn = ivr.step(self.survey, self.turn.state, given)
        self.effects += self.turn.effects
        return self.turn.action

    @property
    def answers(self) -> list[tuple[int, str]]:
        return [(e.node.id, e.response) for e in self.effects if isinstance(e, ivr.Answer)]


def test_messages_follow_each_other_and_the_last_one_hangs_up() -> None:
    walk = Walk(graph(node(1, PLAY), node(2, PLAY)))
    assert walk.turn.action == ivr.Play(ivr.Prompt(walk.survey.nodes[1]))
    assert walk.give(Done()) == ivr.Play(ivr.Prompt(walk.survey.nodes[2]))
    assert walk.give(Done()) == ivr.Hangup()


def test_no_sections_is_said() -> None:
    action = ivr.begin(graph()).action
    assert isinstance(action, ivr.Hangup)
    assert action.problem


def test_a_rating_becomes_the_alarms_result() -> None:
    walk = Walk(graph(node(1, RATING, rating_laps=4, labels={"4": "rescheduled"})))
    assert walk.give(Keys("4")) == ivr.Hangup()
    (answer,) = walk.effects
    assert isinstance(answer, ivr.Answer)
    assert (answer.response, answer.label, answer.alarm_result) == ("4", "rescheduled", 4)


@pytest.mark.parametrize("wrong", ["0", "5", "*", "44", "x"])
def test_a_rating_outside_its_range_is_invalid(wrong: str) -> None:
    walk = Walk(graph(node(1, RATING, rating_laps=4, edges={"invalid": 2}), node(2, PLAY)))
    action = walk.give(Keys(wrong))
    assert isinstance(action, ivr.Play)
    assert walk.answers == []


def test_a_rating_beyond_nine_takes_two_keys() -> None:
    walk = Walk(graph(node(1, RATING, rating_laps=10)))
    assert isinstance(walk.turn.action, ivr.Ask)
    assert walk.turn.action.max_digits == 2
    walk.give(Keys("10"))
    assert walk.answers == [(1, "10")]


def test_a_choice_offers_what_is_labelled_or_branched_on() -> None:
    survey = graph(node(1, CHOICE, labels={"1": "yes"}, edges={"2": 2, "1": None}), node(2, PLAY))
    walk = Walk(survey)
    assert isinstance(walk.give(Keys("2")), ivr.Play)
    assert walk.answers == [(1, "2")]
    assert Walk(survey).give(Keys("1")) == ivr.Hangup()
    unknown = Walk(survey)
    assert unknown.give(Keys("3")) == ivr.Hangup()
    assert unknown.answers == []


def test_the_keys_own_edge_comes_before_any() -> None:
    survey = graph(node(1, RATING, edges={"1": 2, "any": 3}), node(2, PLAY), node(3, PLAY))
    assert Walk(survey).give(Keys("1")) == ivr.Play(ivr.Prompt(survey.nodes[2]))
    assert Walk(survey).give(Keys("7")) == ivr.Play(ivr.Prompt(survey.nodes[3]))


def test_retries_then_timeout_or_invalid_by_the_last_try() -> None:
    survey = graph(
        node(1, RATING, rating_laps=1, retries=1, edges={"timeout": 2, "invalid": 3}),
        node(2, PLAY),
        node(3, PLAY),
    )
    walk = Walk(survey)
    again = walk.give(Keys("9"))
    assert isinstance(again, ivr.Ask)
    assert again.prompt.invalid
    assert again.variable != ivr.variable(State(1))  # a new try must not read the old one's keys
    assert walk.give(Keys("")) == ivr.Play(ivr.Prompt(survey.nodes[2]))
    other = Walk(survey)
    other.give(Keys(""))
    assert other.give(Keys("9")) == ivr.Play(ivr.Prompt(survey.nodes[3]))


def test_the_audio_for_invalid_input_follows_invalid_input_only() -> None:
    walk = Walk(graph(node(1, RATING, rating_laps=1, retries=3)))
    for keys, invalid in (("", False), ("9", True), ("", False)):
        asked = walk.give(Keys(keys))
        assert isinstance(asked, ivr.Ask)
        assert asked.prompt.invalid is invalid


def test_a_number_takes_the_edge_of_its_value_and_a_code_its_own() -> None:
    survey = graph(
        node(1, SectionType.CAPTURE_DIGITS, number_digits=3, edges={"7": 2, "any": 3}),
        node(2, PLAY),
        node(3, PLAY),
    )
    assert Walk(survey).give(Keys("007")) == ivr.Play(ivr.Prompt(survey.nodes[2]))
    code = replace(survey.nodes[1], validate_number=False)
    coded = graph(code, survey.nodes[2], survey.nodes[3])
    assert Walk(coded).give(Keys("007")) == ivr.Play(ivr.Prompt(survey.nodes[3]))
    assert Walk(coded).give(Keys("7")) == ivr.Play(ivr.Prompt(survey.nodes[2]))


def test_edges_without_a_fitting_one_end_the_call() -> None:
    survey = graph(node(1, RATING, edges={"1": 2}), node(2, PLAY))
    assert Walk(survey).give(Keys("5")) == ivr.Hangup()
    assert Walk(survey).give(Keys("")) == ivr.Hangup()


@pytest.mark.parametrize(
    ("digits", "valid"), [("42", True), ("42#", True), ("9", False), ("51", False), ("4*", False)]
)
def test_captured_digits_are_checked_against_their_range(digits: str, valid: bool) -> None:
    capture = node(1, SectionType.CAPTURE_DIGITS, number_digits=2, min_number=10, max_number=50)
    walk = Walk(graph(capture))
    walk.give(Keys(digits))
    assert walk.answers == ([(1, "42")] if valid else [])


def test_captured_digits_keep_their_leading_zeros_when_unchecked() -> None:
    walk = Walk(graph(node(1, SectionType.CAPTURE_DIGITS, number_digits=6, validate_number=False)))
    walk.give(Keys("000123"))
    assert walk.answers == [(1, "000123")]


def test_a_recording_is_stored_as_an_answer() -> None:
    walk = Walk(graph(node(1, SectionType.RECORD)))
    assert isinstance(walk.turn.action, ivr.Play)
    assert isinstance(walk.give(Done()), ivr.Record)
    walk.give(Recorded("a.wav", 7))
    (answer,) = walk.effects
    assert isinstance(answer, ivr.Answer)
    assert (answer.record_file, answer.recording_s) == ("a.wav", 7)


@pytest.mark.parametrize(
    ("kind", "action"),
    [
        (SectionType.TRANSFER, ivr.Transfer),
        (SectionType.CONFERENCE, ivr.Conference),
        (SectionType.DNC, ivr.AddToDnc),
        (SectionType.SMS, ivr.SendSms),
        (SectionType.HANGUP, ivr.Hangup),
    ],
)
def test_sections_that_act_speak_first_and_skip_silence(kind: SectionType, action: type) -> None:
    assert isinstance(Walk(graph(node(1, kind))).give(Done()), action)
    assert isinstance(Walk(graph(node(1, kind, script=None))).turn.action, action)


@pytest.mark.parametrize(("came", "target", "stored"), [(Done(), 2, "done"), (Failed(), 3, "failed")])
def test_a_transfer_branches_on_its_failure(came: Input, target: int, stored: str) -> None:
    transfer = node(1, SectionType.TRANSFER, script=None, edges={"any": 2, "invalid": 3})
    walk = Walk(graph(transfer, node(2, PLAY), node(3, PLAY)))
    assert walk.give(came) == ivr.Play(ivr.Prompt(walk.survey.nodes[target]))
    assert walk.answers == [(1, stored)]


def test_reaching_a_completing_section_completes() -> None:
    walk = Walk(graph(node(1, PLAY), node(2, PLAY, completed=True)))
    assert walk.effects == []
    walk.give(Done())
    assert walk.effects == [ivr.Completed()]


def test_a_loop_that_asks_nothing_ends() -> None:
    walk = Walk(graph(node(1, PLAY, edges={"any": 2}), node(2, PLAY, edges={"any": 1})))
    turns = 0
    while not isinstance(walk.turn.action, ivr.Hangup):
        walk.give(Done())
        turns += 1
        assert turns <= ivr.MAX_IDLE_STEPS + 1
    assert "loop" in walk.turn.action.problem


def test_a_silent_loop_ends_within_one_turn() -> None:
    silent = {"script": None, "question": "", "audio": None}
    survey = graph(node(1, PLAY, edges={"any": 2}, **silent), node(2, PLAY, edges={"any": 1}, **silent))
    assert isinstance(ivr.begin(survey).action, ivr.Play | ivr.Hangup)


@pytest.mark.parametrize("text", ["", "1", "1.2.3", "a.0.0.1.0", "1.0.0.1.0;x", "9" * 40])
def test_what_is_not_a_cursor_is_none(text: str) -> None:
    assert State.from_cursor(text) is None


nodes = st.builds(
    Node,
    id=st.just(0),
    type=st.sampled_from(SectionType),
    question=st.sampled_from(["", "question"]),
    script=st.sampled_from([None, "script"]),
    audio=st.sampled_from([None, "a.wav"]),
    retries=st.integers(0, 3),
    labels=st.dictionaries(st.sampled_from("0123456789"), st.just("label"), max_size=3),
    rating_laps=st.integers(1, 20),
    completed=st.booleans(),
    edges=st.dictionaries(
        st.sampled_from(["any", "invalid", "timeout", "1", "2", "9", "10"]),
        st.one_of(st.none(), st.integers(0, 6)),
        max_size=4,
    ),
)
inputs = st.one_of(
    st.just(Done()),
    st.just(Failed()),
    st.builds(Keys, st.text("0123456789*#AD", max_size=4)),
    st.builds(Recorded, st.just("r.wav"), st.integers(0, 9)),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(nodes, max_size=6), st.lists(inputs, min_size=1, max_size=20))
def test_any_survey_with_any_input_ends_and_can_be_resumed_anywhere(
    drawn: list[Node], given_inputs: list[Input]
) -> None:
    survey = graph(*(replace(one, id=key) for key, one in enumerate(drawn)))
    turn = ivr.begin(survey)
    for count in range(2000):
        if isinstance(turn.action, ivr.Hangup):
            return
        assert State.from_cursor(turn.state.cursor()) == turn.state
        assert ivr.resume(survey, turn.state).action == turn.action
        turn = ivr.step(survey, turn.state, given_inputs[count % len(given_inputs)])
    raise AssertionError("the survey did not end")
