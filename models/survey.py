"""Surveys: templates that people edit, and sealed copies that calls run.

Both have the same shape, so the columns are written once. A sealed survey never changes: the database itself
refuses it (see ``models.sealing``).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from models.base import Base, Created, Stamped, at_least, fk, one_of
from models.statuses import SectionType
from models.types import IntStatus


class AudioFile(Created, Base):
    """A recording to be played instead of speech. ``path`` is relative to the media directory."""

    __tablename__ = "audio_file"

    name: Mapped[str] = mapped_column(String(150))
    path: Mapped[str] = mapped_column(String(255), unique=True)
    user_id: Mapped[int] = mapped_column(fk("user_account.id"), index=True)
    duration_ms: Mapped[int] = mapped_column(default=0)


class SurveyColumns:
    """What a template and a sealed survey share."""

    name: Mapped[str] = mapped_column(String(90))
    description: Mapped[str | None] = mapped_column(Text)
    tts_language: Mapped[str] = mapped_column(String(10), default="en")
    voice: Mapped[str | None] = mapped_column(String(80))

    @declared_attr
    def user_id(cls) -> Mapped[int]:  # noqa: N805
        return mapped_column(fk("user_account.id"), index=True)


class SectionColumns:
    """A node: what is said, what is asked, and what counts as an answer. Times are in seconds."""

    type: Mapped[SectionType] = mapped_column(IntStatus(SectionType), default=SectionType.PLAY_MESSAGE)
    order: Mapped[int] = mapped_column(default=1)  # the survey starts at the lowest
    question: Mapped[str] = mapped_column(String(500))
    script: Mapped[str | None] = mapped_column(String(1000))  # spoken; else the question is
    retries: Mapped[int] = mapped_column(default=0)
    timeout: Mapped[int] = mapped_column(default=5)
    key_0: Mapped[str | None] = mapped_column(String(100))
    key_1: Mapped[str | None] = mapped_column(String(100))
    key_2: Mapped[str | None] = mapped_column(String(100))
    key_3: Mapped[str | None] = mapped_column(String(100))
    key_4: Mapped[str | None] = mapped_column(String(100))
    key_5: Mapped[str | None] = mapped_column(String(100))
    key_6: Mapped[str | None] = mapped_column(String(100))
    key_7: Mapped[str | None] = mapped_column(String(100))
    key_8: Mapped[str | None] = mapped_column(String(100))
    key_9: Mapped[str | None] = mapped_column(String(100))
    rating_laps: Mapped[int] = mapped_column(default=9)  # a rating goes from 1 to this
    validate_number: Mapped[bool] = mapped_column(default=True)
    number_digits: Mapped[int] = mapped_column(default=2)
    min_number: Mapped[int | None] = mapped_column(BigInteger, default=0)
    max_number: Mapped[int | None] = mapped_column(BigInteger, default=99)
    record_limit: Mapped[int] = mapped_column(default=120)
    record_silence: Mapped[int] = mapped_column(default=3)
    phonenumber: Mapped[str | None] = mapped_column(String(50))  # where a transfer goes
    confirm_script: Mapped[str | None] = mapped_column(String(1000))  # whispered to whom it goes
    confirm_key: Mapped[str | None] = mapped_column(String(1))
    conference: Mapped[str | None] = mapped_column(String(50))
    sms_text: Mapped[str | None] = mapped_column(String(500))
    completed: Mapped[bool] = mapped_column(default=False)  # reaching it completes the survey

    @declared_attr
    def audiofile_id(cls) -> Mapped[int | None]:  # noqa: N805
        return mapped_column(fk("audio_file.id"), index=True)

    @declared_attr
    def invalid_audiofile_id(cls) -> Mapped[int | None]:  # noqa: N805
        return mapped_column(fk("audio_file.id"), index=True)

    @declared_attr
    def audiofile(cls) -> Mapped[AudioFile | None]:  # noqa: N805
        return relationship(foreign_keys=[cls.audiofile_id])  # type: ignore[list-item]

    @declared_attr
    def invalid_audiofile(cls) -> Mapped[AudioFile | None]:  # noqa: N805
        return relationship(foreign_keys=[cls.invalid_audiofile_id])  # type: ignore[list-item]


def _section_checks() -> tuple[CheckConstraint, ...]:
    """The checks of a section's columns; each table needs its own."""
    return (
        one_of("type", SectionType),
        at_least("retries"),
        at_least("timeout"),
        at_least("rating_laps", 1),
        at_least("number_digits", 1),
        at_least("record_limit", 1),
        at_least("record_silence", 1),
        CheckConstraint("min_number IS NULL OR max_number IS NULL OR min_number <= max_number", name="range"),
    )


class SurveyTemplate(SurveyColumns, Stamped, Base):
    """A survey that is being written."""

    __tablename__ = "survey_template"

    sections: Mapped[list[SectionTemplate]] = relationship(
        back_populates="survey", cascade="all, delete-orphan", order_by="SectionTemplate.order"
    )


class SectionTemplate(SectionColumns, Stamped, Base):
    """A node of a template."""

    __tablename__ = "section_template"
    __table_args__ = _section_checks()

    survey_id: Mapped[int] = mapped_column(fk("survey_template.id", on_delete="CASCADE"), index=True)

    survey: Mapped[SurveyTemplate] = relationship(back_populates="sections")
    branchings: Mapped[list[BranchingTemplate]] = relationship(
        foreign_keys="BranchingTemplate.section_id", cascade="all, delete-orphan"
    )


class BranchingTemplate(Stamped, Base):
    """An edge of a template: on these keys, go there; no target hangs up.

    ``keys`` is a key or number, or one of ``any``, ``invalid``, ``timeout``.
    """

    __tablename__ = "branching_template"
    __table_args__ = (UniqueConstraint("section_id", "keys"),)

    section_id: Mapped[int] = mapped_column(fk("section_template.id", on_delete="CASCADE"))
    keys: Mapped[str] = mapped_column(String(150))
    goto_id: Mapped[int | None] = mapped_column(fk("section_template.id", on_delete="CASCADE"), index=True)

    goto: Mapped[SectionTemplate | None] = relationship(foreign_keys=[goto_id])


class Survey(SurveyColumns, Created, Base):
    """A sealed survey: open to the transaction that seals it until ``sealed_at`` is set, then shut."""

    __tablename__ = "survey"
    __table_args__ = (UniqueConstraint("template_id", "version"),)

    template_id: Mapped[int | None] = mapped_column(fk("survey_template.id", on_delete="SET NULL"))
    version: Mapped[int] = mapped_column(default=1)
    content_hash: Mapped[str] = mapped_column(String(64))  # SHA-256 of its canonical form
    sealed_at: Mapped[datetime | None]

    sections: Mapped[list[Section]] = relationship(back_populates="survey", order_by="Section.order")


class Section(SectionColumns, Created, Base):
    """A node of a sealed survey."""

    __tablename__ = "section"
    __table_args__ = _section_checks()

    survey_id: Mapped[int] = mapped_column(fk("survey.id"), index=True)
    section_template_id: Mapped[int | None]  # which node of the template it was; kept as a plain number

    survey: Mapped[Survey] = relationship(back_populates="sections")
    branchings: Mapped[list[Branching]] = relationship(foreign_keys="Branching.section_id")


class Branching(Created, Base):
    """An edge of a sealed survey."""

    __tablename__ = "branching"
    __table_args__ = (UniqueConstraint("section_id", "keys"),)

    section_id: Mapped[int] = mapped_column(fk("section.id"))
    keys: Mapped[str] = mapped_column(String(150))
    goto_id: Mapped[int | None] = mapped_column(fk("section.id"), index=True)

    goto: Mapped[Section | None] = relationship(foreign_keys=[goto_id])


class SurveyResult(Created, Base):
    """One answer. ``step`` is the interpreter's count, so that a repeated write stays one row."""

    __tablename__ = "survey_result"
    __table_args__ = (UniqueConstraint("callrequest_id", "step"),)

    callrequest_id: Mapped[int] = mapped_column(fk("call_request.id", on_delete="CASCADE"))
    section_id: Mapped[int] = mapped_column(fk("section.id"), index=True)
    step: Mapped[int]
    response: Mapped[str] = mapped_column(String(150))
    label: Mapped[str | None] = mapped_column(String(100))
    record_file: Mapped[str] = mapped_column(String(255), default="")
    recording_duration: Mapped[int] = mapped_column(default=0)  # seconds
