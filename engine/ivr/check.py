"""What is wrong with a survey, said so that its author can mend it. Pure."""

from __future__ import annotations

import enum
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from engine.errors import CarillonError, UnsafeValueError
from engine.esl import commands
from engine.ivr.graph import ANY, INVALID, WORDS, Graph, Node
from engine.tts import template
from models.statuses import SectionType

MAX_RATING = 99
MAX_DIGITS = 32


class Severity(enum.StrEnum):
    ERROR = "error"  # keeps it from being sealed
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, and where. ``section`` is None when it is about the survey as a whole."""

    section: int | None
    code: str
    severity: Severity
    text: str


def problems(
    graph: Graph,
    *,
    known_variables: Iterable[str] | None = None,
    has_audio: Callable[[str], bool] | None = None,
) -> list[Problem]:
    """Everything that is wrong with ``graph``, errors first.

    ``known_variables`` are what the events' data holds, if that is known; ``has_audio`` tells whether an audio
    file is there.
    """
    if not graph.order:
        return [Problem(None, "empty", Severity.ERROR, "the survey has no sections; add one")]
    found: list[Problem] = []
    known = set(known_variables) if known_variables is not None else None
    for key in graph.order:
        node = graph.nodes[key]
        found += _content(node, has_audio)
        found += _variables(node, known)
        found += _edges(graph, node)
    found += _unreachable(graph)
    found += _silent_loops(graph)
    return sorted(found, key=lambda problem: problem.severity)


def _error(node: Node, code: str, text: str) -> Problem:
    return Problem(node.id, code, Severity.ERROR, f"“{node.question}”: {text}")


def _warning(node: Node, code: str, text: str) -> Problem:
    return Problem(node.id, code, Severity.WARNING, f"“{node.question}”: {text}")


def _content(node: Node, has_audio: Callable[[str], bool] | None) -> list[Problem]:
    found = []
    match node.type:
        case SectionType.MULTI_CHOICE if not _offered(node):
            found.append(_error(node, "no_keys", "offers no key; label at least one of the keys 0 to 9"))
        case SectionType.RATING if not 1 <= node.rating_laps <= MAX_RATING:
            text = f"rates from 1 to a number between 1 and {MAX_RATING}"
            found.append(_error(node, "rating_range", text))
        case SectionType.CAPTURE_DIGITS:
            found += _number(node)
        case SectionType.CONFERENCE:
            found += _room(node)
        case SectionType.SMS if not node.sms_text:
            found.append(_error(node, "no_text", "has no text to send"))
        case SectionType.TRANSFER:
            found += _transfer(node)
    if node.asks and node.timeout_s < 1:
        found.append(_warning(node, "no_time", "leaves no time to press a key; give it a timeout"))
    for path in filter(None, (node.audio, node.invalid_audio)):
        if has_audio is not None and not has_audio(path):
            found.append(_error(node, "no_audio", f"the audio file {path} is missing; upload it again"))
    return found


def _number(node: Node) -> list[Problem]:
    if not 1 <= node.number_digits <= MAX_DIGITS:
        return [_error(node, "digits", f"captures between 1 and {MAX_DIGITS} digits")]
    low, high = node.min_number, node.max_number
    if not node.validate_number:
        return []
    if low is not None and high is not None and low > high:
        return [_error(node, "range", f"accepts nothing: its minimum {low} is above its maximum {high}")]
    if low is not None and low >= 10**node.number_digits:
        text = f"accepts nothing: {node.number_digits} digits never reach its minimum {low}"
        return [_error(node, "range", text)]
    return []


def _room(node: Node) -> list[Problem]:
    if not node.conference:
        return [_error(node, "no_room", "names no conference room")]
    try:
        commands.conference(node.conference)
    except UnsafeValueError as error:
        return [_error(node, "bad_room", str(error))]
    return []


def _transfer(node: Node) -> list[Problem]:
    found = []
    if not node.phone_number:
        text = "has no number; it works only for alarms that bring their own transfer number"
        found.append(_warning(node, "no_number", text))
    else:
        try:
            commands.dial_number(node.phone_number, "phonenumber")
        except UnsafeValueError as error:
            found.append(_error(node, "bad_number", str(error)))
    if node.confirm_key and node.confirm_key not in "0123456789*#":
        text = f"cannot be accepted with {node.confirm_key!r}; choose one of 0 to 9, * and #"
        found.append(_error(node, "confirm_key", text))
    if node.confirm_script and not node.confirm_key:
        text = "its whisper is spoken only where a key accepts the transfer; choose a confirm key"
        found.append(_warning(node, "no_confirm_key", text))
    return found


def _variables(node: Node, known: set[str] | None) -> list[Problem]:
    found = []
    for text in filter(None, dict.fromkeys((node.script, node.spoken, node.confirm_script, node.sms_text))):
        try:
            used = template.variables(text)
        except CarillonError as error:
            found.append(_error(node, "template", str(error)))
            continue
        if known is not None:
            found += [
                _warning(node, "unknown_variable", f"{{{name}}} is in no event's data; it will be left out")
                for name in sorted(used - known - {"now"})
            ]
    return found


def _edges(graph: Graph, node: Node) -> list[Problem]:
    found = [
        _error(node, "doubled_edge", f"branches on {keys} more than once; keep one of them")
        for keys in node.doubled
    ]
    for keys, goto in node.edges.items():
        if goto is not None and goto not in graph.nodes:
            found.append(_error(node, "broken_edge", f"on {keys} goes to a section that does not exist"))
        if node.asks:
            wrong = _never_pressed(node, keys)
            if wrong:
                found.append(_error(node, "bad_key", f"branches on {keys!r}, which {wrong}"))
        elif keys not in _possible(node):
            text = f"its branch on {keys} is never taken: nothing that happens here leads there"
            found.append(_warning(node, "useless_edge", text))
    if node.asks and node.edges and ANY not in node.edges:
        missing = [keys for keys in _offered(node) if keys not in node.edges]
        if missing:
            listed = ", ".join(missing[:9]) + (f" and {len(missing) - 9} more" if len(missing) > 9 else "")
            text = f"ends the call on {listed}: no branch fits; add one, or one for any"
            found.append(_warning(node, "dead_end", text))
    return found


def _possible(node: Node) -> frozenset[str]:
    """The edges that a section which asks nothing can take."""
    if node.type is SectionType.HANGUP:
        return frozenset()
    return frozenset({ANY}) if node.type is SectionType.PLAY_MESSAGE else frozenset({ANY, INVALID})


def _never_pressed(node: Node, keys: str) -> str:
    """Why an edge of a question can never be taken; empty when it can."""
    if keys in WORDS:
        return ""
    if not (keys.isascii() and keys.isdigit()):
        return "is no key; use a number, any, invalid or timeout"
    if len(keys) > node.max_digits:
        return f"is longer than the {node.max_digits} that can be pressed"
    if node.type is SectionType.RATING and keys not in _offered(node):
        return f"is not between 1 and {node.rating_laps}"
    if node.type is SectionType.CAPTURE_DIGITS and node.validate_number:
        low, high = node.min_number, node.max_number
        if (low is not None and int(keys) < low) or (high is not None and int(keys) > high):
            return "is outside of the range that is accepted"
    return ""


def _offered(node: Node) -> list[str]:
    """The answers that a question has, where they can be listed."""
    if node.type is SectionType.RATING:
        return [str(number) for number in range(1, min(node.rating_laps, MAX_RATING) + 1)]
    if node.type is SectionType.MULTI_CHOICE:
        return sorted(node.labels.keys() | {keys for keys in node.edges if keys.isdigit()})
    return []


def _ways(graph: Graph, node: Node) -> list[int]:
    if node.type is SectionType.HANGUP:
        return []
    if not node.edges:
        after = graph.after(node)
        return [after] if after is not None else []
    taken = (
        node.edges if node.asks else {keys: node.edges[keys] for keys in _possible(node) & set(node.edges)}
    )
    return [goto for goto in taken.values() if goto is not None and goto in graph.nodes]


def _unreachable(graph: Graph) -> list[Problem]:
    seen = {graph.order[0]}
    queue = deque(seen)
    while queue:
        for target in _ways(graph, graph.nodes[queue.popleft()]):
            if target not in seen:
                seen.add(target)
                queue.append(target)
    return [
        _warning(graph.nodes[key], "unreachable", "is never reached; branch to it or remove it")
        for key in graph.order
        if key not in seen
    ]


def _silent_loops(graph: Graph) -> list[Problem]:
    """Nodes that ask nothing and from which the same node is reached through others that ask nothing."""
    found = []
    for key in graph.order:
        start = graph.nodes[key]
        seen: set[int] = set()
        queue = deque(_ways(graph, start) if not start.asks else ())
        while queue:
            target = queue.popleft()
            if target == key:
                text = "is part of a loop that asks nothing; the call would run in circles"
                found.append(_error(start, "loop", text))
                break
            if target not in seen and not graph.nodes[target].asks:
                seen.add(target)
                queue.extend(_ways(graph, graph.nodes[target]))
    return found
