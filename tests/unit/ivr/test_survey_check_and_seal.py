"""Authoring in code, the checks, and sealing."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from engine.db import Database
from engine.errors import SurveyError
from engine.ivr.author import Draft, capture, choice, conference, hang_up, play, rating, sms, transfer
from engine.ivr.check import Problem, Severity, problems
from engine.ivr.graph import Graph
from engine.ivr.seal import seal
from models import Section, SectionTemplate, Survey, User


@pytest.fixture
def session(database: Database) -> Session:
    return Session(database.engine)


@pytest.fixture
def author(session: Session) -> int:
    user = User(username="author")
    session.add(user)
    session.flush()
    return user.id


def found(session: Session, author: int, draft: Draft, **known: object) -> list[Problem]:
    template = draft.save(session, author)
    session.expire(template)
    return problems(Graph.from_survey(template), **known)  # type: ignore[arg-type]


def codes(listed: list[Problem]) -> set[str]:
    return {problem.code for problem in listed}


GOOD = Draft(
    "Good",
    [
        rating("ask", "Press 1 or 2, {first_name}.", up_to=2, goto={1: "yes", 2: "no", "timeout": "no"}),
        play("yes", "Thank you.", goto={"any": None}),
        hang_up("no", "Goodbye."),
    ],
)


def test_a_good_survey_has_no_problems(session: Session, author: int) -> None:
    assert found(session, author, GOOD, known_variables=["first_name"]) == []


@pytest.mark.parametrize(
    ("draft", "code", "severity"),
    [
        (Draft("x", []), "empty", Severity.ERROR),
        (Draft("x", [choice("a", "?", {})]), "no_keys", Severity.ERROR),
        (Draft("x", [conference("a", "")]), "no_room", Severity.ERROR),
        (Draft("x", [sms("a", "")]), "no_text", Severity.ERROR),
        (Draft("x", [transfer("a", None)]), "no_number", Severity.WARNING),
        (Draft("x", [play("a", "b", goto={"any": "a"})]), "loop", Severity.ERROR),
        (Draft("x", [play("a", "b", goto={"any": None}), play("c", "d")]), "unreachable", Severity.WARNING),
        (Draft("x", [rating("a", "b", up_to=2, goto={9: None, "any": None})]), "bad_key", Severity.ERROR),
        (Draft("x", [rating("a", "b", up_to=3, goto={1: None})]), "dead_end", Severity.WARNING),
        (Draft("x", [play("a", "{first_name")]), "template", Severity.ERROR),
        (Draft("x", [play("a", "{who}")]), "unknown_variable", Severity.WARNING),
        (Draft("x", [play("Hello {who", "")]), "template", Severity.ERROR),
        (Draft("x", [choice("a", "?", {1: "b"}, goto={12: None})]), "bad_key", Severity.ERROR),
        (Draft("x", [rating("a", "b", up_to=12, goto={"01": None})]), "bad_key", Severity.ERROR),
        (Draft("x", [rating("a", "b", up_to=2, goto={"yes": None})]), "bad_key", Severity.ERROR),
        (
            Draft("x", [capture("a", "b", digits=2, between=(1, 9), goto={10: None})]),
            "bad_key",
            Severity.ERROR,
        ),
        (Draft("x", [capture("a", "b", digits=2, between=(100, 900))]), "range", Severity.ERROR),
        (Draft("x", [capture("a", "b", digits=33)]), "digits", Severity.ERROR),
        (Draft("x", [rating("a", "b", up_to=100)]), "rating_range", Severity.ERROR),
        (Draft("x", [rating("a", "b", up_to=2, timeout=0)]), "no_time", Severity.WARNING),
        (
            Draft("x", [rating("a", "b", up_to=2, goto={"any": None, "Any": None})]),
            "doubled_edge",
            Severity.ERROR,
        ),
        (Draft("x", [conference("a", "two rooms")]), "bad_room", Severity.ERROR),
        (Draft("x", [transfer("a", "1001|1002")]), "bad_number", Severity.ERROR),
        (Draft("x", [transfer("a", "1", confirm_key="x")]), "confirm_key", Severity.ERROR),
        (Draft("x", [transfer("a", "1", whisper="b")]), "no_confirm_key", Severity.WARNING),
        (Draft("x", [play("a", "b", goto={"any": None, 1: None})]), "useless_edge", Severity.WARNING),
        (Draft("x", [play("a", "b", goto={"invalid": None})]), "useless_edge", Severity.WARNING),
    ],
)
def test_what_is_wrong_is_said(
    session: Session, author: int, draft: Draft, code: str, severity: Severity
) -> None:
    listed = found(session, author, draft, known_variables=["first_name"])
    assert (code, severity) in {(problem.code, problem.severity) for problem in listed}


def test_an_edge_that_is_never_taken_closes_no_loop(session: Session, author: int) -> None:
    draft = Draft("x", [play("a", "b", goto={"any": None, 1: "a"}), play("c", "d", goto={"timeout": "a"})])
    assert codes(found(session, author, draft)) == {"useless_edge", "unreachable"}


def test_many_keys_without_a_branch_are_cut_short(session: Session, author: int) -> None:
    draft = Draft("x", [rating("a", "b", up_to=20, goto={1: None})])
    (problem,) = found(session, author, draft)
    assert "2, 3, 4, 5, 6, 7, 8, 9, 10 and 10 more" in problem.text


def test_a_missing_audio_file_is_said(session: Session, author: int) -> None:
    from models import AudioFile

    audio = AudioFile(name="hello", path="hello.wav", user_id=author)
    session.add(audio)
    session.flush()
    draft = Draft("x", [play("a", "b", audiofile_id=audio.id)])
    assert "no_audio" in codes(found(session, author, draft, has_audio=lambda path: False))
    assert "no_audio" not in codes(found(session, author, draft, has_audio=lambda path: path == "hello.wav"))


def test_names_in_code_are_checked(session: Session, author: int) -> None:
    with pytest.raises(SurveyError, match="'nowhere'"):
        Draft("x", [play("a", "b", goto={"any": "nowhere"})]).save(session, author)
    with pytest.raises(SurveyError, match="two sections"):
        Draft("x", [play("a", "b"), play("a", "c")]).save(session, author)


def test_sealing_copies_everything(session: Session, author: int) -> None:
    template = Draft(
        "All",
        [
            choice("c", "?", {0: "zero", 9: "nine"}, goto={0: "d", "any": None}, retries=3, timeout=7),
            capture("d", "number?", digits=4, between=(1000, 2000)),
        ],
        language="fr",
        voice="fr+f3",
    ).save(session, author)
    sealed = seal(session, template)
    session.commit()
    assert sealed.sealed_at is not None
    assert (sealed.version, sealed.name, sealed.tts_language, sealed.voice) == (1, "All", "fr", "fr+f3")
    copied = Graph.from_survey(sealed)
    assert copied.canonical() == Graph.from_survey(template).canonical()
    assert copied.content_hash() == sealed.content_hash
    columns = {column.key for column in SectionTemplate.__table__.c} & {c.key for c in Section.__table__.c}
    for name in columns - {"id", "survey_id", "created_date"}:
        for ours, theirs in zip(sealed.sections, template.sections, strict=True):
            assert getattr(ours, name) == getattr(theirs, name), name


def test_sealing_again_gives_the_same_survey_until_something_changes(session: Session, author: int) -> None:
    template = GOOD.save(session, author)
    first = seal(session, template)
    session.commit()
    assert seal(session, template).id == first.id
    template.sections[0].script = "Press 2 or 1."
    second = seal(session, template)
    session.commit()
    assert (second.version, second.id != first.id) == (2, True)
    assert second.content_hash != first.content_hash
    assert session.get_one(Survey, first.id).sections[0].script == "Press 1 or 2, {first_name}."


def test_a_survey_with_errors_is_not_sealed(session: Session, author: int) -> None:
    template = Draft("Broken", [play("round", "and round", goto={"any": "round"})]).save(session, author)
    with pytest.raises(SurveyError, match=r"Broken.*loop"):
        seal(session, template)
    assert session.query(Survey).count() == 0


def test_a_template_may_go_after_its_sealing(session: Session, author: int) -> None:
    template = GOOD.save(session, author)
    sealed = seal(session, template)
    session.commit()
    session.delete(template)
    session.commit()
    session.refresh(sealed)
    assert sealed.template_id is None
    assert len(sealed.sections) == 3
