"""The survey interpreter. Pure: a state and an input in, a turn out; no switch, no database, no clock.

A turn holds effects, which are to be done first and in order, and one action, whose outcome is the next input. The
state is small and becomes a short text, the cursor, so that another engine can go on exactly where this one stopped.

Which way a survey goes: an answer takes the edge of its own key or number, else the edge ``any``. No valid answer
after all retries takes ``timeout`` when nothing was pressed at the last try and ``invalid`` when something was; a
failed transfer or recording takes ``invalid``, else ``any``; what cannot fail takes ``any``. A section without any
edge is followed by the next one in order, and the last one by the hang-up. Where there are edges but none fits, the
call ends.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

from engine.ivr.graph import ANY, INVALID, TIMEOUT, Graph, Node
from models.statuses import SectionType

MAX_IDLE_STEPS = 40
"""Sections in a row without a key from the callee; a loop that asks nothing ends here."""

MAX_STEPS = 400
"""Sections in one call at all."""


# What is to be done. A prompt names a node and which of its texts is meant.


@dataclass(frozen=True, slots=True)
class Prompt:
    """Audio file, else text, of a node; ``invalid`` puts its invalid-input audio first."""

    node: Node
    invalid: bool = False


@dataclass(frozen=True, slots=True)
class Play:
    """Play a prompt to its end. Gives ``Done``."""

    prompt: Prompt


@dataclass(frozen=True, slots=True)
class Ask:
    """Play a prompt and collect keys into ``variable``. Gives ``Keys``."""

    prompt: Prompt
    max_digits: int
    timeout_s: int
    variable: str


@dataclass(frozen=True, slots=True)
class Record:
    """Record the callee. Gives ``Recorded`` or ``Failed``."""

    node: Node
    step: int


@dataclass(frozen=True, slots=True)
class Transfer:
    """Connect the callee with somebody. Gives ``Done`` or ``Failed``."""

    node: Node


@dataclass(frozen=True, slots=True)
class Conference:
    """Put the callee into a room. Gives ``Done`` or ``Failed``."""

    node: Node


@dataclass(frozen=True, slots=True)
class AddToDnc:
    """Put the callee's number on the do-not-call list. Gives ``Done`` or ``Failed``."""

    node: Node


@dataclass(frozen=True, slots=True)
class SendSms:
    """Queue the node's text message. Gives ``Done`` or ``Failed``."""

    node: Node
    step: int


@dataclass(frozen=True, slots=True)
class Hangup:
    """End the call; there is no further turn. ``problem`` says what went wrong, if something did."""

    problem: str = ""


Action: TypeAlias = Play | Ask | Record | Transfer | Conference | AddToDnc | SendSms | Hangup


@dataclass(frozen=True, slots=True)
class Answer:
    """Effect: store an answer; a rating's number becomes the alarm's result in the same breath."""

    node: Node
    step: int
    response: str
    label: str | None = None
    alarm_result: int | None = None
    record_file: str = ""
    recording_s: int = 0


@dataclass(frozen=True, slots=True)
class Completed:
    """Effect: the survey counts as completed."""


Effect: TypeAlias = Answer | Completed


# What came of it.


@dataclass(frozen=True, slots=True)
class Done:
    """The action was done."""


@dataclass(frozen=True, slots=True)
class Keys:
    """What was pressed; empty when nothing was in time."""

    digits: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recording was made. ``path`` is relative to the recordings directory."""

    path: str
    duration_s: int


@dataclass(frozen=True, slots=True)
class Failed:
    """The action could not be done; the reason has been reported."""


Input: TypeAlias = Done | Keys | Recorded | Failed


@dataclass(frozen=True, slots=True)
class State:
    """Where a call stands: its node, the phase in it, tries at it, and how far it has come."""

    node: int
    acting: bool = False  # the prompt of an acting section has been played
    tries: int = 0
    step: int = 1
    idle: int = 0
    wrong: bool = False  # something was pressed at the last try, and it was no answer

    def cursor(self) -> str:
        """The state as a short text without any character that a switch gives a meaning."""
        return f"{self.node}.{int(self.acting)}.{self.tries}.{self.step}.{self.idle}.{int(self.wrong)}"

    @classmethod
    def from_cursor(cls, text: str) -> State | None:
        """Read a cursor; None when it is not one."""
        parts = text.split(".")
        if len(parts) != 6 or not all(part.isascii() and part.isdigit() and len(part) < 12 for part in parts):
            return None
        node, acting, tries, step, idle, wrong = map(int, parts)
        return cls(node, bool(acting), tries, step, idle, bool(wrong))


@dataclass(frozen=True, slots=True)
class Turn:
    """Effects to be done in order, then one action; ``state`` is where the survey stands meanwhile."""

    state: State
    action: Action
    effects: tuple[Effect, ...] = ()


def begin(graph: Graph) -> Turn:
    """The first turn of a survey."""
    if not graph.order:
        return Turn(State(0), Hangup("the survey has no sections"))
    return _enter(graph, State(graph.order[0]), ())


def resume(graph: Graph, state: State) -> Turn:
    """The turn that ``state`` stands in, once more; a node that is unknown begins anew."""
    if state.node not in graph.nodes:
        return begin(graph)
    return Turn(state, _action(graph.nodes[state.node], state))


def step(graph: Graph, state: State, given: Input) -> Turn:
    """The next turn, when the action of ``state`` has given ``given``."""
    node = graph.nodes[state.node]
    if isinstance(given, Keys) and node.asks:
        return _judge(graph, node, state, given.digits)
    if not state.acting and _acts(node):
        return _act(graph, node, state)
    if node.type is SectionType.HANGUP:
        return Turn(state, Hangup())
    effects: tuple[Effect, ...] = ()
    if isinstance(given, Recorded):
        effects = (_recording(node, state, given),)
    elif node.type in (SectionType.TRANSFER, SectionType.DNC):
        effects = (Answer(node, state.step, "failed" if isinstance(given, Failed) else "done"),)
    wanted = (INVALID, ANY) if isinstance(given, Failed) and _acts(node) else (ANY,)
    return _leave(graph, node, state, wanted, effects)


def variable(state: State) -> str:
    """The channel variable that holds what is pressed at this step."""
    return f"carillon_keys_{state.step}_{state.tries}"


def _acts(node: Node) -> bool:
    """Whether the section does something beyond its prompt, apart from asking."""
    return not node.asks and node.type is not SectionType.PLAY_MESSAGE


def _action(node: Node, state: State) -> Action:
    if node.asks:
        prompt = Prompt(node, invalid=state.wrong)
        return Ask(prompt, node.max_digits, node.timeout_s, variable(state))
    if not state.acting:
        return Play(Prompt(node))
    match node.type:
        case SectionType.RECORD:
            return Record(node, state.step)
        case SectionType.TRANSFER:
            return Transfer(node)
        case SectionType.CONFERENCE:
            return Conference(node)
        case SectionType.DNC:
            return AddToDnc(node)
        case SectionType.SMS:
            return SendSms(node, state.step)
        case _:
            return Hangup()


def _act(graph: Graph, node: Node, state: State) -> Turn:
    acting = replace(state, acting=True)
    return Turn(acting, _action(graph.nodes[node.id], acting))


def _enter(graph: Graph, state: State, effects: tuple[Effect, ...]) -> Turn:
    node = graph.nodes[state.node]
    if state.idle > MAX_IDLE_STEPS:
        return Turn(
            state, Hangup(f"{state.idle} sections in a row asked nothing; the survey runs in a loop"), effects
        )
    if state.step > MAX_STEPS:
        return Turn(state, Hangup(f"more than {MAX_STEPS} sections in one call"), effects)
    if node.completed:
        effects = (*effects, Completed())
    if not node.asks and node.spoken is None and node.audio is None:
        state = replace(state, acting=True)  # nothing to say here
        if node.type is SectionType.PLAY_MESSAGE:
            return _leave(graph, node, state, (ANY,), effects)
    return Turn(state, _action(node, state), effects)


def _leave(
    graph: Graph,
    node: Node,
    state: State,
    wanted: tuple[str, ...],
    effects: tuple[Effect, ...] = (),
    *,
    pressed: bool = False,
) -> Turn:
    """Take the first edge of ``wanted`` that exists."""
    target: int | None
    if not node.edges:
        target = graph.after(node)
    else:
        target = next((node.edges[keys] for keys in wanted if keys in node.edges), None)
    if target is None or target not in graph.nodes:
        return Turn(state, Hangup(), effects)
    idle = 0 if pressed else state.idle + 1
    return _enter(graph, State(target, step=state.step + 1, idle=idle), effects)


def _judge(graph: Graph, node: Node, state: State, digits: str) -> Turn:
    """A try at a question: a valid answer, another try, or no more tries."""
    digits = digits.removesuffix("#")
    answer = _answer(node, state, digits) if digits else None
    if answer is not None:
        return _leave(graph, node, state, (*_keys_of(answer), ANY), (answer,), pressed=True)
    if state.tries < node.retries:
        again = replace(state, tries=state.tries + 1, wrong=bool(digits))
        return Turn(again, _action(node, again))
    wanted = (INVALID,) if digits else (TIMEOUT,)
    return _leave(graph, node, state, wanted, pressed=bool(digits))


def _answer(node: Node, state: State, digits: str) -> Answer | None:
    """The answer that ``digits`` are, or None when they are none."""
    if node.type is SectionType.MULTI_CHOICE:
        offered = node.labels.keys() | {key for key in node.edges if key.isdigit()}
        if digits not in offered:
            return None
        return Answer(node, state.step, digits, node.labels.get(digits))
    if not (digits.isascii() and digits.isdigit()):
        return None
    number = int(digits)
    if node.type is SectionType.RATING:
        if not 1 <= number <= node.rating_laps:
            return None
        response = str(number)
        return Answer(node, state.step, response, node.labels.get(response), alarm_result=number)
    low, high = node.min_number, node.max_number
    if node.validate_number and not ((low is None or low <= number) and (high is None or number <= high)):
        return None
    return Answer(node, state.step, digits)


def _keys_of(answer: Answer) -> tuple[str, ...]:
    """The edges that an answer may take as its own: what was pressed and, of a number, its value."""
    node, pressed = answer.node, answer.response
    if node.type is SectionType.CAPTURE_DIGITS and node.validate_number:
        return pressed, str(int(pressed))
    return (pressed,)


def _recording(node: Node, state: State, given: Recorded) -> Answer:
    return Answer(
        node,
        state.step,
        given.path,
        record_file=given.path,
        recording_s=given.duration_s,
    )
