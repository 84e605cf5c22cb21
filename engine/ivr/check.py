"""What is wrong with a survey, said so that its author can mend it. Pure."""

from __future__ import annotations

import enum
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from engine.errors import CarillonError
from engine.ivr.graph import ASKING, WORDS, Graph, Node
from engine.tts import template
from models.statuses import SectionType


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
    offered = node.labels.keys() | {key for key in node.edges if key.isdigit()}
    if node.type is SectionType.MULTI_CHOICE and not offered:
        found.append(_error(node, "no_keys", "offers no key; label at least one of the keys 0 to 9"))
    if node.type is SectionType.RATING and not 1 <= node.rating_laps <= 99:
        found.append(_error(node, "rating_range", "rates from 1 to a number between 1 and 99"))
    if node.type is SectionType.CAPTURE_DIGITS and not 1 <= node.number_digits <= 32:
        found.append(_error(node, "digits", "captures between 1 and 32 digits"))
    if node.type is SectionType.CONFERENCE and not node.conference:
        found.append(_error(node, "no_room", "names no conference room"))
    if node.type is SectionType.SMS and not node.sms_text:
        found.append(_error(node, "no_text", "has no text to send"))
    if node.type is SectionType.TRANSFER and not node.phone_number:
        text = "has no number; it works only for alarms that bring their own transfer number"
        found.append(_warning(node, "no_number", text))
    if node.asks and node.timeout_s < 1:
        found.append(_warning(node, "no_time", "leaves no time to press a key; give it a timeout"))
    for path in filter(None, (node.audio, node.invalid_audio)):
        if has_audio is not None and not has_audio(path):
            found.append(_error(node, "no_audio", f"the audio file {path} is missing; upload it again"))
    return found


def _variables(node: Node, known: set[str] | None) -> list[Problem]:
    found = []
    for text in filter(None, (node.script, node.confirm_script, node.sms_text)):
        try:
            used = template.variables(text)
        except CarillonError as error:
            found.append(_error(node, "template", str(error)))
            continue
        if known is not None:
            found += [
                _warning(node, "unknown_variable", f"{{{name}}} is in no event's data; it will be left out")
                for name in sorted(used - known)
            ]
    return found


def _edges(graph: Graph, node: Node) -> list[Problem]:
    found = []
    for keys, goto in node.edges.items():
        if goto is not None and goto not in graph.nodes:
            found.append(_error(node, "broken_edge", f"on {keys} goes to a section that does not exist"))
        if keys in WORDS:
            continue
        if node.type not in ASKING:
            found.append(
                _warning(node, "useless_edge", f"asks nothing, so its branch on {keys} is never taken")
            )
        elif not keys.isdigit():
            found.append(
                _error(node, "bad_key", f"branches on {keys!r}; use a number, any, invalid or timeout")
            )
        elif node.type is SectionType.RATING and not 1 <= int(keys) <= node.rating_laps:
            text = f"branches on {keys}, which is not between 1 and {node.rating_laps}"
            found.append(_error(node, "bad_key", text))
    answers = {keys for keys in node.edges if keys.isdigit()}
    if node.asks and node.edges and "any" not in node.edges:
        offered = set(node.labels) if node.type is SectionType.MULTI_CHOICE else _offered(node)
        missing = sorted(offered - answers)
        if missing:
            text = f"ends the call on {', '.join(missing)}: no branch fits; add one, or one for any"
            found.append(_warning(node, "dead_end", text))
    return found


def _offered(node: Node) -> set[str]:
    if node.type is SectionType.RATING and node.rating_laps <= 9:
        return {str(key) for key in range(1, node.rating_laps + 1)}
    return set()


def _ways(graph: Graph, node: Node) -> list[int]:
    if node.type is SectionType.HANGUP:
        return []
    if not node.edges:
        after = graph.after(node)
        return [after] if after is not None else []
    return [goto for goto in node.edges.values() if goto is not None and goto in graph.nodes]


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
