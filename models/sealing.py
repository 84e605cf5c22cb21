"""Sealed means sealed: triggers that refuse any change of a sealed survey, its sections and its branching.

A survey is inserted with ``sealed_at`` NULL, filled, and sealed by setting ``sealed_at``, all in one
transaction. From then on the database refuses to change or delete it, and to add to it.
"""

from __future__ import annotations

_SURVEY_OF = {
    "section": "SELECT 1 FROM survey WHERE id = {row}.survey_id AND sealed_at IS NOT NULL",
    "branching": (
        "SELECT 1 FROM section JOIN survey ON survey.id = section.survey_id "
        "WHERE section.id = {row}.section_id AND survey.sealed_at IS NOT NULL"
    ),
}
_MESSAGE = "a sealed survey cannot be changed; duplicate it into a new template"
_ROWS = {"INSERT": "NEW", "UPDATE": "OLD", "DELETE": "OLD"}
# A template may be deleted after it was sealed: the only column of a sealed survey that may become NULL.
_FROZEN = ("name", "description", "tts_language", "voice", "user_id", "version", "content_hash", "sealed_at")


def _guards() -> list[tuple[str, str, str, str]]:
    """``(table, operation, name, condition)`` of every trigger."""
    guards = [
        (table, operation, f"seal_{table}_{operation.lower()}", f"EXISTS ({lookup.format(row=row)})")
        for table, lookup in _SURVEY_OF.items()
        for operation, row in _ROWS.items()
    ]
    changed = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in _FROZEN)
    moved = "(NEW.template_id IS NOT NULL AND OLD.template_id IS DISTINCT FROM NEW.template_id)"
    guards.append(
        ("survey", "UPDATE", "seal_survey_update", f"OLD.sealed_at IS NOT NULL AND ({changed} OR {moved})")
    )
    guards.append(("survey", "DELETE", "seal_survey_delete", "OLD.sealed_at IS NOT NULL"))
    return guards


def create_statements(dialect: str) -> list[str]:
    """The DDL that installs the triggers on ``sqlite`` or ``postgresql``."""
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {name} BEFORE {operation} ON {table} FOR EACH ROW "
            f"WHEN {condition.replace('IS DISTINCT FROM', 'IS NOT')} "
            f"BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END"
            for table, operation, name, condition in _guards()
        ]
    statements = []
    for table, operation, name, condition in _guards():
        row = "NEW" if operation != "DELETE" else "OLD"
        statements.append(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {condition} THEN RAISE EXCEPTION '{_MESSAGE}' "
            f"USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN {row}; END $$"
        )
        statements.append(
            f"CREATE TRIGGER {name} BEFORE {operation} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
        )
    return statements


def drop_statements(dialect: str) -> list[str]:
    """The DDL that removes them."""
    if dialect == "sqlite":
        return [f"DROP TRIGGER {name}" for _, _, name, _ in _guards()]
    return [
        statement
        for table, _, name, _ in _guards()
        for statement in (f"DROP TRIGGER {name} ON {table}", f"DROP FUNCTION {name}()")
    ]
