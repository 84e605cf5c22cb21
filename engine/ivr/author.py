"""Writing a survey in code: sections by name, in the order in which they are written.

draft = Draft("Reminder", [
    rating("ask", "Press 1 to confirm, 2 to cancel.", up_to=2,
           labels={1: "confirmed", 2: "cancelled"}, goto={1: "thanks", 2: "sorry", "timeout": "sorry"}),
    play("thanks", "Thank you, {first_name}.", goto={"any": None}),
    play("sorry", "Please call us. Goodbye.", goto={"any": None}),
])
survey = seal(session, draft.save(session, user))
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnDefault, inspect
from sqlalchemy.orm import Session

from engine.errors import SurveyError
from engine.ivr.graph import Graph
from models import BranchingTemplate, SectionTemplate, SurveyTemplate
from models.statuses import SectionType

Goto = Mapping[int | str, str | None]
"""Key, number or word (any, invalid, timeout) to the name of a section; None hangs up."""


_DEFAULTS = {
    column.key: column.default.arg
    for column in inspect(SectionTemplate).columns
    if isinstance(column.default, ColumnDefault)
    and column.default.is_scalar
    and column.key not in ("type", "order")
}
"""What a section's row says where nothing was said; here before the database knows the row."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A survey before it has rows."""

    name: str
    sections: Sequence[DraftSection]
    language: str = "en"
    voice: str | None = None
    description: str | None = None

    def save(self, session: Session, user_id: int) -> SurveyTemplate:
        """Add it to the session as a template of ``user_id``. Raises ``SurveyError`` for an unknown name."""
        template = self._template()
        template.user_id = user_id
        session.add(template)
        session.flush()
        return template

    def graph(self) -> Graph:
        """The survey as a call walks it, without a database: to check it, to rehearse it.

        Raises ``SurveyError`` for an unknown name. Audio files are rows, and are not seen here.
        """
        template = self._template()
        template.id = 0
        for section in template.sections:
            section.id = section.order
        for section in template.sections:
            for branching in section.branchings:
                branching.goto_id = branching.goto.id if branching.goto is not None else None
        return Graph.from_survey(template)

    def _template(self) -> SurveyTemplate:
        template = SurveyTemplate(
            name=self.name, description=self.description, tts_language=self.language, voice=self.voice
        )
        rows: dict[str, SectionTemplate] = {}
        for order, section in enumerate(self.sections, start=1):
            if section.name in rows:
                raise SurveyError(f"two sections are called {section.name!r}; give each its own name")
            columns = {**_DEFAULTS, **section.columns}
            rows[section.name] = SectionTemplate(order=order, type=section.type, survey=template, **columns)
        for section in self.sections:
            for keys, name in section.goto.items():
                if name is not None and name not in rows:
                    raise SurveyError(
                        f"{section.name!r} goes to {name!r} on {keys}, and no section is called so"
                    )
                goto = rows[name] if name is not None else None
                rows[section.name].branchings.append(BranchingTemplate(keys=str(keys), goto=goto))
        return template


@dataclass(frozen=True, slots=True)
class DraftSection:
    """A section by name, with the columns of ``SectionTemplate`` that differ from their defaults."""

    name: str
    type: SectionType
    columns: Mapping[str, Any]
    goto: Goto = field(default_factory=dict)


def _section(
    kind: SectionType, name: str, script: str | None, goto: Goto | None, **columns: Any
) -> DraftSection:
    given = {key: value for key, value in columns.items() if value is not None}
    return DraftSection(name, kind, {"question": name, "script": script, **given}, goto or {})


def _labels(labels: Mapping[int, str] | None) -> dict[str, str]:
    return {f"key_{key}": label for key, label in (labels or {}).items()}


def play(name: str, script: str, *, goto: Goto | None = None, **columns: Any) -> DraftSection:
    """Say something."""
    return _section(SectionType.PLAY_MESSAGE, name, script, goto, **columns)


def choice(
    name: str, script: str, labels: Mapping[int, str], *, goto: Goto | None = None, **columns: Any
) -> DraftSection:
    """Offer the keys of ``labels``."""
    return _section(SectionType.MULTI_CHOICE, name, script, goto, **_labels(labels), **columns)


def rating(
    name: str,
    script: str,
    *,
    up_to: int,
    labels: Mapping[int, str] | None = None,
    goto: Goto | None = None,
    **columns: Any,
) -> DraftSection:
    """Ask for a number from 1 to ``up_to``; it becomes the alarm's result."""
    return _section(SectionType.RATING, name, script, goto, rating_laps=up_to, **_labels(labels), **columns)


def capture(
    name: str,
    script: str,
    *,
    digits: int,
    between: tuple[int, int] | None = None,
    goto: Goto | None = None,
    **columns: Any,
) -> DraftSection:
    """Ask for a number of up to ``digits`` digits, within ``between`` when that is given."""
    low, high = between or (None, None)
    return _section(
        SectionType.CAPTURE_DIGITS,
        name,
        script,
        goto,
        number_digits=digits,
        validate_number=between is not None,
        min_number=low,
        max_number=high,
        **columns,
    )


def record(
    name: str, script: str, *, limit_s: int = 120, silence_s: int = 3, goto: Goto | None = None
) -> DraftSection:
    """Record the callee until ``#``, silence or the limit."""
    return _section(SectionType.RECORD, name, script, goto, record_limit=limit_s, record_silence=silence_s)


def transfer(
    name: str,
    number: str | None,
    *,
    script: str | None = None,
    whisper: str | None = None,
    confirm_key: str | None = None,
    goto: Goto | None = None,
) -> DraftSection:
    """Connect the callee with ``number``, who hears ``whisper`` and accepts by ``confirm_key``."""
    return _section(
        SectionType.TRANSFER,
        name,
        script,
        goto,
        phonenumber=number,
        confirm_script=whisper,
        confirm_key=confirm_key,
    )


def hang_up(name: str, script: str | None = None) -> DraftSection:
    """Say goodbye and end the call."""
    return _section(SectionType.HANGUP, name, script, None)


def conference(name: str, room: str, *, script: str | None = None, goto: Goto | None = None) -> DraftSection:
    """Put the callee into a conference room."""
    return _section(SectionType.CONFERENCE, name, script, goto, conference=room)


def do_not_call(name: str, script: str | None = None, *, goto: Goto | None = None) -> DraftSection:
    """Put the callee's number on the do-not-call list."""
    return _section(SectionType.DNC, name, script, goto)


def sms(name: str, text: str, *, script: str | None = None, goto: Goto | None = None) -> DraftSection:
    """Send the callee, or the event's ``sms_phonenumber``, a text message."""
    return _section(SectionType.SMS, name, script, goto, sms_text=text)
