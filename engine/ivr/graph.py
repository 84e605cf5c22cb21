"""A survey as plain values: nodes and edges, whatever they were read from. Pure."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from models import Section, SectionTemplate, Survey, SurveyTemplate
from models.statuses import SectionType

ANY, INVALID, TIMEOUT = "any", "invalid", "timeout"
WORDS = frozenset({ANY, INVALID, TIMEOUT})
"""What an edge may say besides a key or a number."""

ASKING = frozenset({SectionType.MULTI_CHOICE, SectionType.RATING, SectionType.CAPTURE_DIGITS})
"""The section types that wait for keys."""


@dataclass(frozen=True, slots=True)
class Node:
    """One section. Times are in seconds; ``audio`` paths are relative to the media directory."""

    id: int
    type: SectionType
    question: str
    script: str | None = None
    audio: str | None = None
    invalid_audio: str | None = None
    retries: int = 0
    timeout_s: int = 5
    labels: Mapping[str, str] = field(default_factory=dict)  # by key
    rating_laps: int = 9
    validate_number: bool = True
    number_digits: int = 2
    min_number: int | None = 0
    max_number: int | None = 99
    record_limit_s: int = 120
    record_silence_s: int = 3
    phone_number: str | None = None
    confirm_script: str | None = None
    confirm_key: str | None = None
    conference: str | None = None
    sms_text: str | None = None
    completed: bool = False
    edges: Mapping[str, int | None] = field(default_factory=dict)  # key or word to node; None hangs up
    doubled: tuple[str, ...] = ()  # edges that were written twice, such as "any" and "Any"

    @property
    def asks(self) -> bool:
        """Whether it waits for keys."""
        return self.type in ASKING

    @property
    def spoken(self) -> str | None:
        """What is said here: the script, else, where something must be said, the question."""
        if self.script:
            return self.script
        talks = self.asks or self.type in (SectionType.PLAY_MESSAGE, SectionType.RECORD)
        return self.question if talks and not self.audio else None

    @property
    def max_digits(self) -> int:
        """How many keys an answer may have."""
        if self.type is SectionType.RATING:
            return len(str(self.rating_laps))
        return self.number_digits if self.type is SectionType.CAPTURE_DIGITS else 1


@dataclass(frozen=True, slots=True)
class Graph:
    """A whole survey; ``order`` lists its nodes as their author ordered them, the first one first."""

    id: int
    name: str
    language: str
    voice: str | None
    order: tuple[int, ...]
    nodes: Mapping[int, Node]

    @classmethod
    def from_survey(cls, survey: Survey | SurveyTemplate) -> Graph:
        """Read a sealed survey, or a template in order to check it."""
        found: Sequence[Section | SectionTemplate] = survey.sections
        sections = sorted(found, key=lambda section: (section.order, section.id))
        return cls(
            id=survey.id,
            name=survey.name,
            language=survey.tts_language or "en",
            voice=survey.voice or None,
            order=tuple(section.id for section in sections),
            nodes={section.id: _node(section) for section in sections},
        )

    def after(self, node: Node) -> int | None:
        """The node that follows in order; None after the last one."""
        place = self.order.index(node.id) + 1
        return self.order[place] if place < len(self.order) else None

    def canonical(self) -> dict[str, Any]:
        """The survey without its database keys, so that equal surveys are equal wherever they are stored."""
        place = {key: index for index, key in enumerate(self.order)}
        sections = []
        for key in self.order:
            node = asdict(self.nodes[key])
            del node["id"], node["doubled"]
            node["type"] = int(node["type"])
            node["edges"] = {
                keys: place[goto] if goto is not None else None
                for keys, goto in sorted(node["edges"].items())
            }
            sections.append(node)
        return {"name": self.name, "language": self.language, "voice": self.voice, "sections": sections}

    def content_hash(self) -> str:
        """SHA-256 of the canonical form, in hexadecimal."""
        text = json.dumps(self.canonical(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def _node(section: Section | SectionTemplate) -> Node:
    labels = {str(key): getattr(section, f"key_{key}") for key in range(10)}
    edges = [(branching.keys.strip().lower(), branching.goto_id) for branching in section.branchings]
    times = Counter(keys for keys, _ in edges)
    return Node(
        id=section.id,
        type=section.type,
        question=section.question,
        script=section.script,
        audio=section.audiofile.path if section.audiofile else None,
        invalid_audio=section.invalid_audiofile.path if section.invalid_audiofile else None,
        retries=section.retries,
        timeout_s=section.timeout,
        labels={key: label for key, label in labels.items() if label},
        rating_laps=section.rating_laps,
        validate_number=section.validate_number,
        number_digits=section.number_digits,
        min_number=section.min_number,
        max_number=section.max_number,
        record_limit_s=section.record_limit,
        record_silence_s=section.record_silence,
        phone_number=section.phonenumber,
        confirm_script=section.confirm_script,
        confirm_key=section.confirm_key,
        conference=section.conference,
        sms_text=section.sms_text,
        completed=section.completed,
        edges=dict(edges),
        doubled=tuple(keys for keys, count in times.items() if count > 1),
    )
