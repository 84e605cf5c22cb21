"""Sealing: a template is checked and copied into a survey that never changes again."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from engine.errors import SurveyError
from engine.ivr import check
from engine.ivr.graph import Graph
from models import Branching, Section, Survey, SurveyTemplate, utc_now
from models.survey import SectionColumns


def seal(
    session: Session, template: SurveyTemplate, *, has_audio: Callable[[str], bool] | None = None
) -> Survey:
    """Seal ``template`` in the session's transaction; the caller commits.

    A template that has not changed since its last sealing gives that survey again. Raises ``SurveyError`` that
    lists what must be mended first.
    """
    session.flush()
    session.expire(template, ["sections"])
    graph = Graph.from_survey(template)
    errors = [
        problem.text
        for problem in check.problems(graph, has_audio=has_audio)
        if problem.severity is check.Severity.ERROR
    ]
    if errors:
        raise SurveyError(f"survey {template.name!r} cannot be sealed: " + "; ".join(errors))
    digest = graph.content_hash()
    latest = session.scalar(
        select(Survey).where(Survey.template_id == template.id).order_by(Survey.version.desc()).limit(1)
    )
    if latest is not None and latest.content_hash == digest:
        return latest
    return _copy(session, template, digest, latest.version + 1 if latest is not None else 1)


def _copy(session: Session, template: SurveyTemplate, digest: str, version: int) -> Survey:
    survey = Survey(
        name=template.name,
        description=template.description,
        tts_language=template.tts_language,
        voice=template.voice,
        user_id=template.user_id,
        template_id=template.id,
        version=version,
        content_hash=digest,
    )
    session.add(survey)
    session.flush()
    copies: dict[int, Section] = {}
    for section in template.sections:
        columns = {name: getattr(section, name) for name in _section_columns()}
        copies[section.id] = Section(survey_id=survey.id, section_template_id=section.id, **columns)
    session.add_all(copies.values())
    session.flush()
    for section in template.sections:
        for branching in section.branchings:
            goto = copies[branching.goto_id].id if branching.goto_id is not None else None
            session.add(Branching(section_id=copies[section.id].id, keys=branching.keys, goto_id=goto))
    session.flush()
    survey.sealed_at = utc_now()
    session.flush()
    session.refresh(survey)
    return survey


def _section_columns() -> list[str]:
    """The columns that a template's section and a sealed one share."""
    shared = set(dir(SectionColumns))
    return [column.key for column in inspect(Section).column_attrs if column.key in shared]
