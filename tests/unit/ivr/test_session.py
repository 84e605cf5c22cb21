"""A survey on a call that is played by a script: what is done, what is written, and what survives."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.clock import FrozenClock
from engine.errors import (
    CallEndedError,
    CommandRefusedError,
    CommandTimeoutError,
    PhoneNumberError,
    SwitchUnreachableError,
    TtsError,
    UnsafeValueError,
)
from engine.esl.call import Bridge, Bridged, Call, Collect, Collected, Recorded
from engine.esl.wire import Event
from engine.ivr.author import (
    Draft,
    DraftSection,
    capture,
    choice,
    conference,
    do_not_call,
    hang_up,
    play,
    rating,
    record,
    sms,
    transfer,
)
from engine.ivr.graph import Graph, Node
from engine.ivr.session import CURSOR_VARIABLE, Context, Session, SessionResult
from engine.tts.speech import Speech
from models.statuses import SectionType


class Crash(BaseException):
    """The engine is killed."""


@dataclass
class Channel:
    """What the switch knows, whichever engine drives the call."""

    keys: Callable[[str], str] = lambda variable: "1"
    bridges: Callable[[str], bool] = lambda endpoint: True
    gone: frozenset[str] = frozenset()  # files that the switch cannot play
    variables: dict[str, str] = field(default_factory=dict)
    done: list[tuple[str, Any]] = field(default_factory=list)
    ended: bool = False


class FakeCall:
    """A call whose ``trouble(place, operation)`` may raise before (even place) and after (odd) every operation."""

    uuid = "ca11"

    def __init__(self, channel: Channel, trouble: Callable[[int, str], None] = lambda place, what: None):
        self.channel = channel
        self.variables: Mapping[str, str] = dict(channel.variables)  # as the adoption has found them
        self.trouble = trouble
        self.places = itertools.count()

    def _do(self, operation: str, what: Any, act: Callable[[], Any] = lambda: None) -> Any:
        self.trouble(next(self.places), operation)
        if self.channel.ended:
            raise CallEndedError("the call has ended")
        self.channel.done.append((operation, what))
        value = act()
        self.trouble(next(self.places), operation)
        return value

    def _run(self, application: str, what: Any, act: Callable[[], Any] = lambda: None) -> Any:
        def start() -> Any:
            self.channel.variables["current_application"] = application
            return act()

        return self._do(application, what, start)

    def play(self, playables: Sequence[str], timeout_s: float = 0) -> str:
        found = [one for one in playables if one not in self.channel.gone]
        self._run("playback", tuple(playables))
        return "FILE PLAYED" if found else "FILE NOT FOUND"

    def collect(self, wanted: Collect, timeout_s: float = 0) -> Collected:
        def press() -> Collected:
            digits = self.channel.keys(wanted.variable)[: wanted.max_digits]
            self.channel.variables.pop(wanted.variable, None)
            if digits:
                self.channel.variables[wanted.variable] = digits
            return Collected(digits)

        return cast(Collected, self._run("play_and_get_digits", wanted, press))

    def record(self, path: str, *, max_s: int, silence_s: int) -> Recorded:
        self._run("record", path, lambda: self.channel.variables.update(record_ms="2400"))
        return Recorded(path, 2400, "#")

    def bridge(self, wanted: Bridge, timeout_s: float = 0) -> Bridged:
        connected = self.channel.bridges(wanted.endpoints[0])
        cause = "SUCCESS" if connected else "USER_BUSY"
        self.channel.variables.pop("originate_disposition", None)
        self._run("bridge", wanted, lambda: self.channel.variables.update(originate_disposition=cause))
        return Bridged(connected, cause, 5)

    def conference(self, room: str, timeout_s: float = 0) -> None:
        self._run("conference", room)

    def execute(self, application: str, argument: str, timeout_s: float) -> Event:
        self._run(application, argument)
        lines = [f"variable_{name}: {value}" for name, value in self.channel.variables.items()]
        return Event(("\n" + "\n".join(lines)).encode())

    def set_variables(self, values: Mapping[str, str]) -> None:
        self._do("set_variables", dict(values), lambda: self.channel.variables.update(values))

    def stop_application(self) -> None:
        self._do("stop", None)

    def hangup(self, cause: str = "NORMAL_CLEARING") -> None:
        self._do("hangup", cause, lambda: setattr(self.channel, "ended", True))


@dataclass
class Written:
    """The database, as far as a survey knows it. ``trouble`` strikes after a write."""

    answers: dict[int, tuple[int, str, str | None]] = field(default_factory=dict)
    alarm_result: int | None = None
    cursors: list[str] = field(default_factory=list)
    completed: bool = False
    dnc: set[str] = field(default_factory=set)
    sms: dict[tuple[int, int], tuple[str, str]] = field(default_factory=dict)
    trouble: Callable[[], None] = lambda: None

    def store_result(
        self, *, section_id: int, step: int, response: str, label: str | None, **rest: Any
    ) -> None:
        self.answers.setdefault(step, (section_id, response, label))
        if rest.get("alarm_result") is not None:
            self.alarm_result = rest["alarm_result"]
        self.trouble()

    def save_cursor(self, cursor: str, section_id: int) -> None:
        self.cursors.append(cursor)

    def mark_completed(self) -> None:
        self.completed = True

    def add_to_dnc(self, phone_number: str) -> None:
        self.dnc.add(phone_number)
        self.trouble()

    def send_sms(self, *, section_id: int, step: int, recipient: str, text: str) -> None:
        self.sms[section_id, step] = (recipient, text)
        self.trouble()


class FakeSpeech:
    """Speech whose files are named for what they say."""

    def __init__(self, fails: str = "\0") -> None:
        self.fails = fails
        self.prepared: list[str] = []

    def playable(self, text: str, voice: str | None, language: str) -> str:
        if self.fails in text:
            raise TtsError(f"The prompt “{text}” cannot be said.")
        return f"/speech/{text}"

    def prepare(self, prompts: list[tuple[str, str | None, str]]) -> None:
        self.prepared += [text for text, _, _ in prompts]


CONTEXT = Context(
    number="+12025550101",
    scopes=({"first_name": "Ada"}, {}, {}),
    zone="UTC",
    caller_id_name="Practice",
    caller_id_number="+12025550100",
    transfer_number=None,
    endpoint_for=lambda number: f"sofia/gateway/trunk/{number}",
    media_dir="/nowhere",
    recordings_dir="/recordings",
)


class Stage:
    """A survey on a scripted channel."""

    def __init__(
        self,
        survey: Graph | Sequence[DraftSection],
        channel: Channel | None = None,
        context: Context = CONTEXT,
        speech: FakeSpeech | None = None,
    ) -> None:
        self.graph = survey if isinstance(survey, Graph) else Draft("Survey", survey).graph()
        self.channel = channel or Channel()
        self.context = context
        self.speech = speech or FakeSpeech()
        self.written = Written()

    def session(self, trouble: Callable[[int, str], None] = lambda place, what: None) -> Session:
        call = cast(Call, FakeCall(self.channel, trouble))
        return Session(call, self.graph, self.context, self.written, cast(Speech, self.speech))

    def run(self) -> SessionResult:
        return self.session().run()

    def did(self, operation: str) -> list[Any]:
        return [what for name, what in self.channel.done if name == operation]

    @property
    def said(self) -> list[str]:
        """Every prompt, whether asked or played."""
        prompts = []
        for name, what in self.channel.done:
            if name == "playback":
                prompts += what
            elif name == "play_and_get_digits":
                prompts += what.prompt
        return [prompt.removeprefix("/speech/") for prompt in prompts]

    @property
    def answers(self) -> list[tuple[str, str | None]]:
        return [(response, label) for _, response, label in self.written.answers.values()]


# One section at a time.


def test_a_reminder_from_beginning_to_end() -> None:
    stage = Stage(
        [
            play("hello", "Hello {first_name}."),
            rating("ask", "Press 1.", up_to=3, labels={1: "confirmed"}, goto={1: "thanks"}),
            play("thanks", "Thank you.", completed=True),
        ]
    )
    result = stage.run()
    assert stage.said == ["Hello Ada.", "Press 1.", "Thank you."]
    assert stage.answers == [("1", "confirmed")]
    assert stage.written.alarm_result == 1
    assert stage.written.completed
    assert (result.finished, result.reached, result.completed, result.problems) == (True, True, True, [])
    assert stage.channel.ended


def test_the_cursor_is_on_the_channel_before_each_prompt_but_the_first() -> None:
    stage = Stage([play("a", "A"), rating("b", "B", up_to=2), play("c", "C")])
    stage.run()
    operations = [name for name, _ in stage.channel.done]
    assert operations == [
        "playback",
        "set_variables",
        "play_and_get_digits",
        "set_variables",
        "playback",
        "hangup",
    ]
    assert [values[CURSOR_VARIABLE] for values in stage.did("set_variables")] == stage.written.cursors


def test_everything_is_prepared_ahead() -> None:
    stage = Stage(
        [
            play("a", "Hello {first_name}."),
            rating("b", "B", up_to=2),
            play("empty", "{nothing}"),
            play("broken", "{first_name"),
            transfer("t", "1", whisper="Whisper.", confirm_key="1"),
        ]
    )
    stage.session().prepare()
    assert stage.speech.prepared == ["Hello Ada.", "B", "Whisper."]


def test_the_time_can_be_told() -> None:
    clock = FrozenClock(datetime(2026, 3, 3, 6, 30, tzinfo=UTC))
    stage = Stage(
        [play("wake", "It is {now | time}.")], context=replace(CONTEXT, clock=clock, zone="Europe/Rome")
    )
    stage.run()
    assert stage.said == ["It is 7:30 AM."]


def test_choices_and_numbers() -> None:
    pressed = {"carillon_keys_1_0": "2", "carillon_keys_2_0": "0042"}
    stage = Stage(
        [choice("c", "?", {1: "yes", 2: "no"}), capture("n", "?", digits=4, between=(10, 50))],
        Channel(keys=lambda variable: pressed[variable]),
    )
    stage.run()
    assert stage.answers == [("2", "no"), ("0042", None)]
    first, second = stage.did("play_and_get_digits")
    assert (first.max_digits, first.terminators, second.max_digits, second.terminators) == (1, "", 4, "#")


def test_a_recording() -> None:
    stage = Stage([record("say", "Speak.", limit_s=9, silence_s=2)])
    result = stage.run()
    assert stage.said == ["Speak.", "tone_stream://%(250,0,800)"]
    assert stage.did("record") == ["/recordings/ca11-1.wav"]
    assert stage.answers == [("ca11-1.wav", None)]
    assert result.reached


def test_the_switch_may_see_other_folders(tmp_path: Path) -> None:
    (tmp_path / "hello.wav").write_bytes(b"x")
    context = replace(
        CONTEXT,
        media_dir=str(tmp_path),
        switch_media_dir="/mnt/media",
        switch_recordings_dir="/mnt/recordings",
    )
    spoken = Node(1, SectionType.PLAY_MESSAGE, "hello", audio="hello.wav")
    asked = Node(2, SectionType.RECORD, "speak", audio="hello.wav")
    stage = Stage(Graph(1, "s", "en", None, (1, 2), {1: spoken, 2: asked}), context=context)
    assert stage.run().problems == []
    assert stage.said == ["/mnt/media/hello.wav", "/mnt/media/hello.wav", "tone_stream://%(250,0,800)"]
    assert stage.did("record") == ["/mnt/recordings/ca11-2.wav"]


@pytest.mark.parametrize(
    ("data", "of_alarm", "dialled"),
    [
        ({"transfer_phonenumber": "+301"}, "+201", "+301"),
        ({}, "+201", "+201"),
        ({}, None, "+101"),
        ({"transfer_phonenumber": ""}, None, "+101"),
    ],
)
def test_whom_a_transfer_dials(data: dict[str, str], of_alarm: str | None, dialled: str) -> None:
    stage = Stage(
        [transfer("t", "+101", whisper="For {who}.", confirm_key="5")],
        context=replace(CONTEXT, scopes=({"who": "you", **data}, {}, {}), transfer_number=of_alarm),
    )
    result = stage.run()
    (bridge,) = stage.did("bridge")
    assert bridge.endpoints == (f"sofia/gateway/trunk/{dialled}",)
    assert (bridge.confirm_key, bridge.confirm_audio) == ("5", "/speech/For you.")
    assert (bridge.caller_id_name, bridge.caller_id_number) == ("Practice", "+12025550100")
    assert stage.answers == [("done", None)]
    assert result.reached  # they have talked, although nothing was played


def test_a_transfer_that_fails_is_no_success_by_itself() -> None:
    stage = Stage([transfer("t", "1", goto={"invalid": None})], Channel(bridges=lambda endpoint: False))
    result = stage.run()
    assert stage.answers == [("failed", None)]
    assert not result.reached


def test_a_transfer_without_a_number_is_said() -> None:
    stage = Stage([transfer("t", None, goto={"any": "n", "invalid": "n"}), play("n", "Nobody.")])
    result = stage.run()
    assert stage.said == ["Nobody."]
    assert "no number to transfer to" in result.problems[0]


def test_a_conference_reaches_also_those_who_hang_up_in_it() -> None:
    def leave(place: int, operation: str) -> None:
        if operation == "conference" and place % 2:
            raise CallEndedError("hung up")

    stage = Stage([conference("c", "lobby")])
    result = stage.session(leave).run()
    assert stage.did("conference") == ["lobby"]
    assert (result.reached, result.finished) == (True, False)


def test_a_text_message() -> None:
    sections = [sms("note", "Dear {first_name},\nthank you.")]
    stage = Stage(sections)
    stage.run()
    assert stage.written.sms == {(1, 1): ("+12025550101", "Dear Ada,\nthank you.")}
    data = {"sms_phonenumber": "+12025550142"}
    other = Stage(sections, context=replace(CONTEXT, scopes=(data, {}, {"first_name": "Ada"})))
    other.run()
    assert other.written.sms == {(1, 1): ("+12025550142", "Dear Ada,\nthank you.")}


def test_do_not_call() -> None:
    stage = Stage([do_not_call("never", "You will not be called again."), hang_up("bye", "Goodbye.")])
    stage.run()
    assert stage.written.dnc == {"+12025550101"}
    assert stage.said == ["You will not be called again.", "Goodbye."]


# What goes wrong on our side costs one prompt or one section.


def test_what_cannot_be_written_is_a_failed_section(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Written, number: str) -> None:
        raise PhoneNumberError(f"{number!r} cannot be read")

    monkeypatch.setattr(Written, "add_to_dnc", refuse)
    stage = Stage([do_not_call("never", goto={"any": None, "invalid": "sorry"}), play("sorry", "Sorry.")])
    result = stage.run()
    assert stage.said == ["Sorry."]
    assert stage.answers == [("failed", None)]
    assert result.problems == ["'+12025550101' cannot be read"]


def test_speech_that_fails_costs_its_prompt_only() -> None:
    stage = Stage([play("a", "The disk is full."), rating("b", "B", up_to=2)], speech=FakeSpeech("full"))
    result = stage.run()
    assert stage.said == ["B"]
    assert result.problems == ["The prompt “The disk is full.” cannot be said."]


def test_a_question_that_cannot_be_said_still_listens() -> None:
    silent = Channel(keys=lambda variable: "")
    stage = Stage([rating("a", "full", up_to=2)], silent, speech=FakeSpeech("full"))
    result = stage.run()
    assert not result.reached  # nobody heard or said anything
    pressed = Stage([rating("a", "full", up_to=2)], speech=FakeSpeech("full"))
    assert pressed.run().reached
    assert pressed.answers == [("1", None)]


@pytest.mark.parametrize("path", ["gone.wav", "../../etc/passwd", "a\0b", "x" * 5000])
def test_an_audio_file_that_is_not_there(path: str, tmp_path: Path) -> None:
    spoken = Node(1, SectionType.PLAY_MESSAGE, "hello", script="Hello.", audio=path)
    silent = Node(2, SectionType.PLAY_MESSAGE, "and", audio=path)
    asked = Node(3, SectionType.RATING, "ask", script="Ask.", invalid_audio=path, retries=1)
    survey = Graph(1, "s", "en", None, (1, 2, 3), {1: spoken, 2: silent, 3: asked})
    keys = {"carillon_keys_3_0": "*", "carillon_keys_3_1": "1"}
    stage = Stage(survey, Channel(keys=lambda name: keys[name]), replace(CONTEXT, media_dir=str(tmp_path)))
    result = stage.run()
    assert stage.said == ["Hello.", "Ask.", "Ask."]
    assert stage.answers == [("1", None)]
    assert len(result.problems) == 3
    assert all("is missing; upload it again" in problem for problem in result.problems)


def test_a_file_that_the_switch_cannot_play(tmp_path: Path) -> None:
    (tmp_path / "hello.wav").write_bytes(b"x")
    gone = frozenset({str(tmp_path / "hello.wav"), "/speech/Lost."})
    spoken = Node(1, SectionType.PLAY_MESSAGE, "hello", script="Hello.", audio="hello.wav")
    lost = Node(2, SectionType.PLAY_MESSAGE, "lost", script="Lost.")
    survey = Graph(1, "s", "en", None, (1, 2), {1: spoken, 2: lost})
    stage = Stage(survey, Channel(gone=gone), replace(CONTEXT, media_dir=str(tmp_path)))
    result = stage.run()
    assert stage.said == [str(tmp_path / "hello.wav"), "Hello.", "Lost."]
    assert result.reached
    assert len(result.problems) == 2


def test_a_loop_is_told() -> None:
    stage = Stage([play("a", "A", goto={"any": "b"}), play("b", "B", goto={"any": "a"})])
    result = stage.run()
    assert result.finished
    assert "loop" in result.problems[0]


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        (UnsafeValueError("phonenumber", "cannot be dialled"), "phonenumber: cannot be dialled"),
        (CommandRefusedError("bridge: -ERR"), "bridge: -ERR"),
    ],
)
def test_a_refusal_of_the_switch_is_a_failed_section(error: Exception, problem: str) -> None:
    def refuse(place: int, operation: str) -> None:
        if operation == "bridge":
            raise error

    stage = Stage([transfer("t", "1", goto={"invalid": "n"}), play("n", "Nobody.")])
    result = stage.session(refuse).run()
    assert stage.said == ["Nobody."]
    assert result.problems == [problem]


# What happens to the call.


@pytest.mark.parametrize("error", [SwitchUnreachableError("lost"), CommandTimeoutError("late")])
def test_a_lost_switch_is_told(error: Exception) -> None:
    def lose(place: int, operation: str) -> None:
        if operation == "play_and_get_digits":
            raise error

    stage = Stage([play("a", "A"), rating("b", "B", up_to=2)])
    result = stage.session(lose).run()
    assert (result.switch_lost, result.finished, result.last_section) == (True, False, 2)


def test_hanging_up_in_the_first_prompt_is_early_and_later_is_not() -> None:
    def leave_at(wanted: int) -> SessionResult:
        def leave(place: int, operation: str) -> None:
            if place == wanted:
                raise CallEndedError("hung up")

        return Stage([play("a", "A"), play("b", "B")]).session(leave).run()

    assert not leave_at(1).reached
    assert leave_at(2).reached
    assert leave_at(2).last_section == 2


# Going on after an interruption.


def test_keys_pressed_meanwhile_are_taken() -> None:
    stage = Stage([play("a", "A"), rating("b", "B", up_to=3, goto={2: "c"}), play("c", "C")])
    stage.channel.keys = lambda variable: "2"

    def crash(place: int, operation: str) -> None:
        if operation == "play_and_get_digits" and place % 2:
            raise Crash

    with pytest.raises(Crash):
        stage.session(crash).run()
    assert stage.answers == []
    result = stage.session().resume()
    assert stage.answers == [("2", None)]
    assert stage.said == ["A", "B", "C"]
    assert (result.reached, result.finished) == (True, True)


def test_a_callee_who_has_heard_something_has_been_reached_although_he_hangs_up_after_a_restart() -> None:
    stage = Stage([play("a", "A"), play("b", "B")])

    def crash(place: int, operation: str) -> None:
        if stage.said == ["A", "B"]:
            raise Crash

    with pytest.raises(Crash):
        stage.session(crash).run()

    def leave(place: int, operation: str) -> None:
        raise CallEndedError("hung up")

    assert stage.session(leave).resume().reached


def test_a_prompt_is_broken_off_and_played_once_more() -> None:
    stage = Stage([play("a", "A"), play("b", "B")])

    def crash(place: int, operation: str) -> None:
        if stage.said == ["A", "B"]:
            raise Crash

    with pytest.raises(Crash):
        stage.session(crash).run()
    stage.session().resume()
    assert stage.said == ["A", "B", "B"]
    assert stage.did("stop") == [None]


@pytest.mark.parametrize("connected", [True, False])
def test_a_conversation_is_not_cut_off(connected: bool) -> None:
    sections = [
        transfer("t", "1", goto={"any": "yes", "invalid": "no"}),
        play("yes", "Y", goto={"any": None}),
    ]
    stage = Stage([*sections, play("no", "N")], Channel(bridges=lambda endpoint: connected))

    def crash(place: int, operation: str) -> None:
        if operation == "bridge" and place % 2:
            raise Crash

    with pytest.raises(Crash):
        stage.session(crash).run()
    result = stage.session().resume()
    assert len(stage.did("bridge")) == 1
    assert stage.did("stop") == []
    assert stage.said == (["Y"] if connected else ["N"])
    assert result.finished


def test_a_transfer_of_before_is_not_taken_for_the_next() -> None:
    stage = Stage([transfer("t", "1"), transfer("u", "2")])
    seen: list[str] = []

    def crash(place: int, operation: str) -> None:
        if operation == "bridge":
            seen.append(operation)
        if len(seen) == 3:
            raise Crash

    with pytest.raises(Crash):
        stage.session(crash).run()
    stage.session().resume()
    assert [bridge.endpoints[0][-1] for bridge in stage.did("bridge")] == ["1", "2"]


def test_the_databases_cursor_serves_when_the_channel_has_none() -> None:
    stage = Stage([play("a", "A"), play("b", "B")])
    stage.run()
    other = Stage([play("a", "A"), play("b", "B")])
    other.session().resume(stage.written.cursors[-1])
    assert other.said == ["B"]


@pytest.mark.parametrize("cursor", [None, "", "nonsense", "99.0.0.1.0.0"])
def test_without_a_usable_cursor_it_begins_anew(cursor: str | None) -> None:
    stage = Stage([play("a", "A", completed=True), play("b", "B")])
    result = stage.session().resume(cursor)
    assert stage.said == ["A", "B"]
    assert result.completed


# Any survey, any callee, any interruption.

KINDS = st.sampled_from(SectionType)
sections_ = st.builds(
    Node,
    id=st.just(0),
    type=KINDS,
    question=st.just("question"),
    script=st.sampled_from([None, "script", "{first_name", "full"]),
    audio=st.sampled_from([None, None, "gone.wav"]),
    retries=st.integers(0, 2),
    labels=st.dictionaries(st.sampled_from("12"), st.just("label"), max_size=2),
    rating_laps=st.integers(1, 12),
    phone_number=st.sampled_from([None, "1", "2"]),
    confirm_key=st.sampled_from([None, "5"]),
    confirm_script=st.sampled_from([None, "whisper", "full"]),
    conference=st.just("lobby"),
    sms_text=st.sampled_from(["text", "{broken", None]),
    completed=st.booleans(),
    edges=st.dictionaries(
        st.sampled_from(["any", "invalid", "timeout", "1", "2"]),
        st.one_of(st.none(), st.integers(0, 5)),
        max_size=4,
    ),
)


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    drawn = draw(st.lists(sections_, min_size=1, max_size=5))
    nodes = {
        key: replace(one, id=key, edges={k: v for k, v in one.edges.items() if v is None or v < len(drawn)})
        for key, one in enumerate(drawn)
    }
    return Graph(1, "survey", "en", None, tuple(nodes), nodes)


callees = st.builds(
    lambda pressed: lambda variable: pressed[sum(map(ord, variable)) % len(pressed)],
    st.lists(st.sampled_from(["", "1", "2", "12", "*", "9#"]), min_size=1, max_size=4),
)


def staged(survey: Graph, callee: Callable[[str], str]) -> Stage:
    channel = Channel(keys=callee, bridges=lambda endpoint: endpoint.endswith("1"))
    return Stage(survey, channel, speech=FakeSpeech("full"))


class Killer:
    """Raises ``error`` at the given places of everything that happens, counted over all engines."""

    def __init__(self, places: set[int], error: Callable[[], BaseException]) -> None:
        self.places, self.error, self.count = places, error, itertools.count()

    def __call__(self, *_: object) -> None:
        if next(self.count) in self.places:
            raise self.error()


@settings(max_examples=200, deadline=None)
@given(graphs(), callees, st.sets(st.integers(0, 60), max_size=4), st.booleans())
def test_an_interrupted_survey_ends_as_if_it_had_not_been(
    survey: Graph, callee: Callable[[str], str], places: set[int], crashes: bool
) -> None:
    """Engines are killed, or lose the switch, anywhere: the answers are those of an undisturbed call."""
    undisturbed = staged(survey, callee)
    undisturbed.run()
    assume(len(undisturbed.channel.done) < 150)
    stage = staged(survey, callee)
    killer = Killer(places, Crash if crashes else lambda: SwitchUnreachableError("lost"))
    if crashes:
        stage.written.trouble = killer
    run: Callable[[], SessionResult] = stage.session(killer).run
    for _ in range(len(places) + 1):
        try:
            result = run()
        except Crash:
            pass
        else:
            if not result.switch_lost:
                break
        if stage.channel.ended:
            break
        run = stage.session(killer).resume
    assert stage.channel.ended
    assert stage.written.answers == undisturbed.written.answers
    assert stage.written.alarm_result == undisturbed.written.alarm_result
    assert stage.written.completed == undisturbed.written.completed
    assert stage.written.dnc == undisturbed.written.dnc
    assert stage.written.sms == undisturbed.written.sms


@settings(max_examples=100, deadline=None)
@given(graphs(), callees, st.integers(0, 60))
def test_a_hang_up_at_any_moment_ends_it_cleanly(
    survey: Graph, callee: Callable[[str], str], place: int
) -> None:
    stage = staged(survey, callee)
    killer = Killer({place}, lambda: CallEndedError("hung up"))
    result = stage.session(killer).run()
    assert not result.switch_lost
    assert result.finished or result.last_section in survey.nodes
